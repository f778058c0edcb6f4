//! `inspect`: what programs' files say, of the real ones that a C compiler makes and of hostile ones; and the verdicts.
//! Those of real Go toolchains are in tests/real/inspect.rs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{Run, Sandbox};

/// Compiles a program; `None` where the compiler cannot.
fn compiled(sandbox: &Sandbox, name: &str, compiler: &str, flags: &[&str]) -> Option<PathBuf> {
    let source = sandbox.path().join("main.c");
    std::fs::write(
        &source,
        "#include <pthread.h>\n#include <stdio.h>\nint main(void) { puts(\"x\"); return 0; }\n",
    )
    .unwrap();
    let path = sandbox.path().join(name);
    let mut command = Command::new(compiler);
    let output = command.args(flags).arg("-o").arg(&path).arg(&source).output().ok()?;
    output.status.success().then_some(path)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What is said of one file.
fn told(sandbox: &Sandbox, args: &[&str], path: &Path) -> Value {
    let run = sandbox.gvm(&[&["inspect", "--json", text(path)], args].concat()).ok();
    let whole: Value = serde_json::from_str(&run.stdout).unwrap();
    whole[0]["programs"][0].clone()
}

fn verdict(sandbox: &Sandbox, target: &str, path: &Path) -> String {
    told(sandbox, &["--target", target], path)["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn dynamic_programs_need_their_loader_and_a_glibc_as_new_as_theirs() {
    if !needs::program("gcc") {
        return;
    }
    let sandbox = Sandbox::new();
    let program = compiled(&sandbox, "dynamic", "gcc", &["-pie", "-fPIE"]).unwrap();
    let here = told(&sandbox, &[], &program);
    assert_eq!(
        (&here["format"], &here["kind"], &here["os"]),
        (&"ELF".into(), &"program".into(), &"linux".into())
    );
    assert_eq!(
        (&here["verdict"], &here["static"], &here["pie"]),
        (&"met".into(), &false.into(), &true.into())
    );
    assert!(here["interpreter"].as_str().unwrap().contains("/ld-linux"), "{here}");
    assert_eq!(here["libraries"], serde_json::json!(["libc.so.6"]));
    let glibc = here["glibc"].as_str().unwrap().to_owned();
    assert!(glibc.starts_with("2."), "{here}");
    for (target, expected) in [
        ("alpine", "not met"),
        ("scratch", "not met"),
        ("debian:13", "met"),
        ("glibc:2.3", "not met"),
        (&format!("glibc:{glibc}"), "met"),
        ("windows", "not met"),
        ("macos:14", "not met"),
        ("kernel:3.2", "unknown"),
    ] {
        assert_eq!(verdict(&sandbox, target, &program), expected, "{target}");
    }
    let run = sandbox.gvm(&["inspect", "--target", "glibc:2.3", text(&program)]).ok();
    assert!(run.stdout.contains(&format!("version `GLIBC_{glibc}' not found")), "{run}");
    assert!(
        !told(&sandbox, &[], &compiled(&sandbox, "fixed", "gcc", &["-no-pie"]).unwrap())["pie"]
            .as_bool()
            .unwrap()
    );
}

#[test]
fn static_programs_run_on_any_linux_and_pass_the_gate() {
    if !needs::program("gcc") {
        return;
    }
    let sandbox = Sandbox::new();
    let dynamic = compiled(&sandbox, "dynamic", "gcc", &[]).unwrap();
    for (name, flags) in [("static", &["-static"][..]), ("static-pie", &["-static-pie"])] {
        let program = compiled(&sandbox, name, "gcc", flags).unwrap();
        let here = told(&sandbox, &["--require", "static", "--require", "runs"], &program);
        assert_eq!((&here["static"], &here["pie"]), (&true.into(), &(name == "static-pie").into()), "{here}");
        for target in ["alpine", "scratch", "debian:9", "glibc:2.0"] {
            assert_eq!(verdict(&sandbox, target, &program), "met", "{name} on {target}");
        }
        let run = sandbox.gvm(&["inspect", "--require", "static", text(&program), text(&dynamic)]).fails(1);
        assert!(run.stdout.contains("it is not static"), "{run}");
        assert!(run.stderr.ends_with("error: 1 of 2 is not as required\n"), "{run}");
    }
    let run = sandbox.gvm(&["inspect", "--target", "alpine", "--require", "runs", text(&dynamic)]).fails(1);
    assert!(run.stdout.contains("will not run on alpine"), "{run}");
}

#[test]
fn musls_programs_run_on_alpine_and_not_on_debian() {
    if needs::is_skipped("musl-gcc") || Command::new("musl-gcc").arg("--version").output().is_err() {
        return;
    }
    let sandbox = Sandbox::new();
    let program = compiled(&sandbox, "musl", "musl-gcc", &[]).unwrap();
    for (target, expected) in [("alpine:3.20", "met"), ("debian:12", "not met"), ("scratch", "not met")] {
        assert_eq!(verdict(&sandbox, target, &program), expected, "{target}");
    }
    let program = compiled(&sandbox, "musl-static", "musl-gcc", &["-static"]).unwrap();
    assert_eq!(verdict(&sandbox, "debian:12", &program), "met");
}

#[test]
fn libraries_are_looked_for_where_the_program_says() {
    if !needs::program("gcc") {
        return;
    }
    let sandbox = Sandbox::new();
    let library = compiled(&sandbox, "libown.so", "gcc", &["-shared", "-fPIC"]).unwrap();
    let directory = sandbox.path().display().to_string();
    let link = ["-L", &directory, "-Wl,--no-as-needed", "-lown"];
    let lost = compiled(&sandbox, "lost", "gcc", &link).unwrap();
    let here = told(&sandbox, &[], &lost);
    assert_eq!(here["verdict"], "unknown");
    let checks = here["checks"].to_string();
    assert!(checks.contains("not where they are looked for: libown.so"), "{checks}");
    let found = compiled(&sandbox, "found", "gcc", &[&link[..], &["-Wl,-rpath,$ORIGIN"]].concat()).unwrap();
    assert_eq!(told(&sandbox, &[], &found)["verdict"], "met");
    std::fs::remove_file(library).unwrap();
    assert_eq!(told(&sandbox, &[], &found)["verdict"], "unknown");
}

#[test]
fn what_is_not_run_is_told_as_that() {
    if !needs::program("gcc") {
        return;
    }
    let sandbox = Sandbox::new();
    let object = compiled(&sandbox, "main.o", "gcc", &["-c"]).unwrap();
    assert_eq!(
        (told(&sandbox, &[], &object)["kind"].clone(), verdict(&sandbox, "debian:12", &object)),
        ("other".into(), "not met".into())
    );
    let library = compiled(&sandbox, "lib.so", "gcc", &["-shared", "-fPIC"]).unwrap();
    assert_eq!(told(&sandbox, &[], &library)["kind"], "library");
}

#[test]
fn bad_files_are_told_and_the_others_too() {
    let sandbox = Sandbox::new();
    let file = |name: &str, bytes: &[u8]| {
        let path = sandbox.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let own = Path::new(env!("CARGO_BIN_EXE_gvm-rs"));
    for (path, said) in [
        (file("empty", b""), "is no program"),
        (file("text", b"hello\n"), "is no program"),
        (file("script", b"#!/bin/sh\n"), "but a script"),
        (file("elf", b"\x7fELF\x02\x01\x01"), "is damaged or cut off"),
        (file("dos", b"MZ"), "is damaged or cut off"),
        (file("noise", &[0xfe; 4096]), "is no program"),
        (sandbox.path().to_owned(), "not a regular file"),
        (sandbox.path().join("none"), "No such file"),
        (PathBuf::from("/dev/zero"), "not a regular file"),
    ] {
        let run = sandbox.gvm(&["inspect", text(&path), text(own)]).fails(1);
        assert!(run.stderr.contains(said) && run.stderr.contains("1 of 2 cannot be read"), "{said}: {run}");
        assert!(run.stdout.contains("ELF program for linux"), "{run}");
        let run = sandbox.gvm(&["inspect", "--json", text(&path), text(own)]).fails(1);
        let whole: Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(whole[0]["error"].as_str().unwrap().contains(said), "{run}");
        assert!(whole[1]["programs"].is_array(), "{run}");
    }
    sandbox.gvm(&["inspect"]).fails(2);
    sandbox.gvm(&["inspect", "--target", "plan9", text(own)]).fails(2);
}

/// Fails if it neither tells the program nor says what is wrong.
fn ends_well(run: &Run, what: &str) {
    assert!(matches!(run.code, Some(0 | 1)), "{what}: {run}");
    assert!(!run.stderr.contains("panicked"), "{what}: {run}");
}

#[test]
fn a_program_that_is_cut_off_anywhere_is_told_or_refused() {
    let sandbox = Sandbox::new();
    let whole = std::fs::read("/bin/true").unwrap();
    let cut = sandbox.path().join("cut");
    for part in 0..50 {
        std::fs::write(&cut, &whole[..whole.len() * part / 50]).unwrap();
        ends_well(&sandbox.gvm(&["inspect", text(&cut)]), &format!("{part}/50"));
    }
    for part in 0..50 {
        let mut bytes = whole.clone();
        let (start, end) = (whole.len() * part / 50, whole.len() * (part + 1) / 50);
        bytes[start..end].fill(0xff);
        std::fs::write(&cut, &bytes).unwrap();
        ends_well(&sandbox.gvm(&["inspect", text(&cut)]), &format!("{part}/50 filled"));
    }
}

#[test]
fn names_in_a_file_do_not_steer_the_terminal() {
    let sandbox = Sandbox::new();
    let whole = std::fs::read("/bin/true").unwrap();
    let loader = b"/lib64/ld-linux";
    let Some(at) = whole.windows(loader.len()).position(|bytes| bytes == loader) else { return };
    let mut bytes = whole.clone();
    bytes[at..at + 5].copy_from_slice(b"\x1b[2J\x07");
    let path = sandbox.path().join("evil");
    std::fs::write(&path, bytes).unwrap();
    let run = sandbox.gvm(&["inspect", text(&path)]).ok();
    assert!(!run.stdout.contains(['\x1b', '\x07']), "{run}");
    assert!(run.stdout.contains("will not run here"), "{run}");
}

#[test]
fn a_huge_sparse_file_costs_nothing() {
    let sandbox = Sandbox::new();
    let path = sandbox.path().join("huge");
    let mut header = std::fs::read("/bin/true").unwrap()[..64].to_vec();
    // Program headers in the middle of nothing, and as many sections as there can be.
    header[32..40].copy_from_slice(&(1u64 << 39).to_le_bytes());
    header[40..48].copy_from_slice(&(1u64 << 38).to_le_bytes());
    header[60..62].copy_from_slice(&0u16.to_le_bytes());
    std::fs::write(&path, header).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
    ends_well(
        &sandbox.sh(&format!("ulimit -v 1000000; {} inspect {}", env!("CARGO_BIN_EXE_gvm-rs"), text(&path))),
        "huge",
    );
}
