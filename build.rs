//! Links the unwinder in, where the compiler has it as an archive: to load it as a shared library takes an eighth of
//! the time in which a small command starts. Nothing depends on it.
#![expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts through the environment")]

use std::env;
use std::path::Path;
use std::process::Command;

const UNWINDER: &str = "gcc_eh";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is_set = |name, value: &str| env::var(name).is_ok_and(|set| set == value);
    // For another machine `cc` would name the archive of this one.
    let is_native = env::var("HOST").is_ok_and(|host| is_set("TARGET", &host));
    if !(is_native && is_set("CARGO_CFG_TARGET_OS", "linux") && is_set("CARGO_CFG_TARGET_ENV", "gnu")) {
        return;
    }
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let asked = Command::new(linker).arg(format!("-print-file-name=lib{UNWINDER}.a")).output();
    let Some(answer) = asked.ok().and_then(|output| String::from_utf8(output.stdout).ok()) else { return };
    // A compiler that has no such file repeats its bare name.
    if let Some(directory) = Path::new(answer.trim()).parent().filter(|directory| directory.is_absolute()) {
        println!("cargo::rustc-link-search=native={}", directory.display());
        println!("cargo::rustc-link-lib=static:-bundle={UNWINDER}");
    }
}
