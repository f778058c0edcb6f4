//! Feeds `config_file` with whatever the engine thinks of; what has to hold is said in src/config_file.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gvm_rs_fuzz::config_file::check(data);
});
