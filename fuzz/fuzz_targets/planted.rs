//! Feeds the control with whatever the engine thinks of; it has to find something, see src/planted.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gvm_rs_fuzz::planted::check(data));
