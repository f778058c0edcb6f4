//! Feeds `receive` with whatever the engine thinks of; what has to hold is said in src/receive.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gvm_rs_fuzz::receive::check(data);
});
