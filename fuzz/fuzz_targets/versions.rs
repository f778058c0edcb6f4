//! Feeds `versions` with whatever the engine thinks of; what has to hold is said in src/versions.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gvm_rs_fuzz::versions::check(data);
});
