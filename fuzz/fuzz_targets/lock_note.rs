//! Feeds `lock_note` with whatever the engine thinks of; what has to hold is said in src/lock_note.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gvm_rs_fuzz::lock_note::check(data);
});
