//! Feeds `executable` with whatever the engine thinks of; what has to hold is said in src/executable.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gvm_rs_fuzz::executable::check(data);
});
