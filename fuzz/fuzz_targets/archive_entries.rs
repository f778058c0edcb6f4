//! Feeds `archive_entries` with whatever the engine thinks of; what has to hold is said in src/archive_entries.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gvm_rs_fuzz::archive_entries::check(data);
});
