//! Feeds `index_json` with whatever the engine thinks of; what has to hold is said in src/index_json.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gvm_rs_fuzz::index_json::check(data);
});
