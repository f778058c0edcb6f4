//! Feeds `project_files` with whatever the engine thinks of; what has to hold is said in src/project_files.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gvm_rs_fuzz::project_files::check(data);
});
