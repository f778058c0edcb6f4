//! `preflight`: what a release needs, held against this machine and against described ones; and how an install that
//! would not run is refused before its download. Debug builds can be told which kernel they are on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

use serde_json::Value;
use support::{FakeGo, Mirror, Run, Sandbox};

const OLD: &[(&str, &str)] = &[("GVM_RS_TEST_KERNEL", "2.6.32-754.el6.x86_64")];

fn stocked(versions: &[&str]) -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in versions {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    (mirror, sandbox)
}

fn archive_requests(mirror: &Mirror) -> usize {
    mirror.requests().iter().filter(|request| request.path().ends_with(".tar.gz")).count()
}

/// What is said of one subject: the verdict and the finding.
fn said(run: &Run, subject: &str) -> Option<(String, String)> {
    let whole: Value = serde_json::from_str(&run.stdout).unwrap();
    let checks = whole["checks"].as_array().unwrap().clone();
    let check = checks.into_iter().find(|check| check["subject"] == subject)?;
    Some((check["verdict"].as_str()?.to_owned(), check["finding"].as_str()?.to_owned()))
}

#[test]
fn this_machine_meets_what_a_release_needs() {
    let (mirror, sandbox) = stocked(&["1.22.5"]);
    let run = sandbox.gvm(&["preflight", "1.22"]).ok();
    assert!(run.stdout.starts_with("go1.22.5 on linux-amd64: meets all that is known\n"), "{run}");
    let run = sandbox.gvm(&["preflight", "1.22", "--json"]).ok();
    for subject in ["kernel", "libc", "cpu", "disk", "mount"] {
        assert_eq!(said(&run, subject).unwrap().0, "met", "{subject}: {run}");
    }
    assert_eq!(archive_requests(&mirror), 0);
    assert!(!sandbox.root().join("versions").exists(), "it writes nothing");
    sandbox.gvm(&["preflight", "1.99"]).fails(3);
    sandbox.gvm(&["preflight", "1.22", "--os", "../x"]).fails(2);
    sandbox.gvm(&["preflight", "1.22", "--os", "plan10"]).fails(3);
}

#[test]
fn what_will_not_run_is_refused_before_the_download() {
    let (mirror, sandbox) = stocked(&["1.22.5", "1.23.1", "1.24.0", "1.27.0"]);
    for args in [&["install", "1.24"][..], &["use", "1.27.0"], &["install", "latest", "--use"]] {
        let run = sandbox.gvm_with(OLD, args).fails(7);
        for part in
            ["will not run here: needs Linux 3.2 or later, this is 2.6.32-754.el6.x86_64", "use 1.23.1"]
        {
            assert!(run.stderr.contains(part), "{part}: {run}");
        }
    }
    assert_eq!(archive_requests(&mirror), 0);
    // What may run is installed all the same.
    let run = sandbox.gvm_with(OLD, &["install", "1.23", "1.24"]).fails(7);
    assert!(run.stderr.contains("installed go1.23.1"), "{run}");
    let run = sandbox.gvm_with(OLD, &["upgrade", "--to-minor"]).fails(4);
    assert!(run.stderr.contains("nothing is current"), "{run}");
    sandbox.gvm_with(OLD, &["use", "1.23"]).ok();
    let run = sandbox.gvm_with(OLD, &["upgrade", "--to-minor"]).fails(7);
    assert!(run.stderr.contains("go1.27.0 will not run here"), "{run}");
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), "go1.23.1");
    // The proof decides, and this one is passed.
    sandbox.gvm_with(OLD, &["install", "--force", "1.24"]).ok();
    sandbox.gvm_with(OLD, &["upgrade", "--force", "--to-minor"]).ok();
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), "go1.27.0");
    sandbox.gvm_with(OLD, &["rollback"]).ok();
    sandbox.gvm_with(OLD, &["uninstall", "--purge", "--force", "1.27.0"]).ok();
    sandbox.gvm_with(OLD, &["use", "--force", "1.27"]).ok();
    // What is installed has shown that it runs.
    sandbox.gvm_with(OLD, &["use", "1.24"]).ok();
}

#[test]
fn what_is_not_known_refuses_nothing() {
    let versions = ["1.15.2", "1.27.0", "1.40.1"];
    let (_mirror, sandbox) = stocked(&versions);
    for (version, kernel) in
        [("1.27.0", "weird"), ("1.15.2", "6.1.0"), ("1.40.1", "6.1.0"), ("1.27.0", "2.6.78")]
    {
        let kernel = [("GVM_RS_TEST_KERNEL", kernel)];
        let run = sandbox.gvm_with(&kernel, &["preflight", version, "--json"]).ok();
        assert_eq!(said(&run, "kernel").unwrap().0, "unknown", "{run}");
    }
    for version in versions {
        sandbox.gvm_with(&[("GVM_RS_TEST_KERNEL", "2.6.78-weird")], &["install", version]).ok();
    }
}

#[test]
fn other_machines_are_judged_the_same_way() {
    let (mirror, sandbox) = stocked(&["1.26.4", "1.27.0"]);
    for platform in ["darwin-arm64", "linux-armv6l", "linux-loong64", "freebsd-amd64"] {
        for version in ["1.22.5", "1.26.4", "1.27.0"] {
            mirror.add(FakeGo::new(version).platform(platform));
        }
    }
    for (args, code, verdict, newest) in [
        ("1.27 --os darwin --arch arm64 --os-version 12.7.6", 7, "not met", "1.26.4"),
        ("1.27 --os darwin --arch arm64 --os-version 15.1", 0, "met", ""),
        ("1.22 --os darwin --arch arm64 --os-version 26.1", 0, "unknown", ""),
        ("1.27 --os darwin --arch arm64", 0, "unknown", ""),
        ("1.26.4 --arch arm --os-version 3.4.35_hi3535", 7, "not met", "1.27.0"),
        ("1.27 --arch loong64 --os-version 5.10.9", 7, "not met", ""),
        ("1.27 --os-version 5.10.0-1-amd64", 0, "met", ""),
        ("1.27 --os freebsd", 0, "unknown", ""),
    ] {
        let words: Vec<&str> = ["preflight", "--json"].into_iter().chain(args.split(' ')).collect();
        let run = sandbox.gvm(&words);
        assert_eq!(run.code, Some(code), "{run}");
        let whole: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(whole["verdict"], verdict, "{run}");
        assert_eq!(whole["newest"].as_str().unwrap_or_default(), newest, "{run}");
    }
    let run =
        sandbox.gvm(&["preflight", "1.22", "--os", "darwin", "--arch", "arm64", "--os-version", "26.1"]).ok();
    assert!(run.stdout.contains("known trouble") && run.stdout.contains("golang/go#68678"), "{run}");
}

#[test]
fn a_go_that_needs_glibc_is_refused_where_its_loader_is_not() {
    if !rustix::process::geteuid().is_root() || !needs::program("unshare") {
        return;
    }
    let (mirror, sandbox) = stocked(&["1.20.14", "1.21.13"]);
    // The program itself is started through the loader's other name, since /lib64 is hidden from it.
    let loader = "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
    if !std::path::Path::new(loader).exists() {
        return;
    }
    let gvm = env!("CARGO_BIN_EXE_gvm-rs");
    let empty = sandbox.dir("empty");
    let script = format!("mount --bind {} /lib64 && exec {loader} {gvm} install 1.20.14", empty.display());
    let mut command = sandbox.command("unshare");
    command.args(["-m", "sh", "-c", &script]);
    let run = sandbox.start(command).wait().fails(7);
    assert!(run.stderr.contains("needs glibc"), "{run}");
    assert!(run.stderr.contains("the newest that will is 1.21.13"), "{run}");
    assert_eq!(archive_requests(&mirror), 0);
}
