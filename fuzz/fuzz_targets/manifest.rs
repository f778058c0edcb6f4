//! Feeds `manifest` with whatever the engine thinks of; what has to hold is said in src/manifest.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gvm_rs_fuzz::manifest::check(data);
});
