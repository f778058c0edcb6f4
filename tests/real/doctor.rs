//! What `doctor` says of real Go toolchains that do not start: under seccomp filters, on a processor and with a GOROOT
//! that are not theirs, and cut off from their trees.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, Sandbox};
use crate::{NEW, OLD, module, needs, sandbox, sh, tree};

const FILTER: &str = include_str!("../support/filter.c");

/// What `doctor` says, under a filter or by itself.
fn examined(sandbox: &Sandbox, filter: &[&str], env: &[(&str, &str)]) -> (Vec<String>, Value, Run) {
    let gvm = env!("CARGO_BIN_EXE_gvm-rs");
    let mut command = match filter {
        [] => sandbox.command(gvm),
        words => {
            let mut command = sandbox.command(sandbox.path().join("filter"));
            command.args(words).arg(gvm);
            command
        }
    };
    command.args(["doctor", "--json"]).envs(env.iter().copied());
    let run = sandbox.start(command).wait();
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    let ids = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["id"].as_str().unwrap().to_owned());
    // GOPROXY is off in this sandbox, which is noted.
    (ids.filter(|id| id != "goproxy-off").collect(), report, run)
}

#[test]
fn a_real_go_that_does_not_start_is_told_why() {
    if needs::is_skipped("real") || !needs::program("cc") {
        return;
    }
    let sandbox = sandbox();
    let (source, filter) = (sandbox.path().join("filter.c"), sandbox.path().join("filter"));
    fs::write(&source, FILTER).unwrap();
    assert!(Command::new("cc").arg("-o").arg(filter).arg(source).status().unwrap().success());
    sandbox.gvm(&["install", OLD]).ok();
    for version in [OLD, NEW] {
        sandbox.gvm(&["use", version, "--proof", "version"]).ok();
        let (ids, _, run) = examined(&sandbox, &[], &[]);
        assert!(ids.is_empty(), "{run}");
        under_filters(&sandbox, version);
    }
    with_another_goroot(&sandbox);
    cut_off_from_its_tree(&sandbox);
    on_a_lesser_processor(&sandbox);
}

fn under_filters(sandbox: &Sandbox, version: &str) {
    for (call, answer, id, part) in [
        ("epoll_create1", "38", "launch-seccomp", "hides the system call `epoll_create1`"),
        ("epoll_create1", "1", "launch-seccomp", "`epoll_create1` is forbidden"),
        ("epoll_create1", "kill", "launch-seccomp", "SIGSYS"),
        ("epoll_ctl", "1", "launch-seccomp", "`epoll_ctl`"),
        ("clone", "1", "launch-seccomp", "`clone` is forbidden"),
        ("clone", "11", "launch-limit", "a limit on processes"),
        ("eventfd2", "38", if version == NEW { "launch-seccomp" } else { "" }, "`eventfd2`"),
    ] {
        let (ids, report, run) = examined(sandbox, &[call, answer], &[]);
        let launched = ids.iter().find(|id| id.starts_with("launch-")).map_or("", String::as_str);
        assert_eq!(launched, id, "{version} {call} {answer}: {run}");
        assert!(id.is_empty() || report["findings"][0]["says"].as_str().unwrap().contains(part), "{run}");
    }
    // The same answer of a kernel that is as old as that.
    let old = [("GVM_RS_TEST_KERNEL", "2.6.18-8.el5")];
    let (ids, report, run) = examined(sandbox, &["epoll_create1", "38"], &old);
    assert!(ids.contains(&"launch-kernel".to_owned()), "{run}");
    assert!(report.to_string().contains("this kernel, 2.6.18-8.el5, has no `epoll_create1`"), "{run}");
}

/// `go version` runs, and no build does: with the very words of it.
fn with_another_goroot(sandbox: &Sandbox) {
    let other = tree(sandbox, OLD).display().to_string();
    let (ids, report, run) = examined(sandbox, &[], &[("GOROOT", &other)]);
    assert_eq!(ids, ["launch-mismatch", "goroot-environment"], "{run}");
    let hello = module(sandbox, "mismatch", "go 1.21\n", "package main\n\nfunc main() {}\n");
    let said = sh(sandbox, &hello, &format!("GOTOOLCHAIN=local GOROOT={other} go build -o x . 2>&1 || :"));
    let text = format!("compile: version \"go{OLD}\" does not match go tool version \"go{NEW}\"");
    let evidence = report["findings"][0]["evidence"].to_string().replace('\\', "");
    assert!(said.contains(&text) && evidence.contains(&text), "{said}: {run}");
}

fn cut_off_from_its_tree(sandbox: &Sandbox) {
    let (pkg, bin) = (tree(sandbox, NEW).join("pkg"), tree(sandbox, NEW).join("bin"));
    for directory in [&pkg, &bin] {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::rename(pkg.join("tool"), pkg.join("gone")).unwrap();
    let (ids, _, run) = examined(sandbox, &[], &[]);
    assert_eq!(ids, ["launch-goroot"], "{run}");
    fs::rename(pkg.join("gone"), pkg.join("tool")).unwrap();
    let (go, kept) = (bin.join("go"), bin.join("kept"));
    fs::rename(&go, &kept).unwrap();
    fs::write(&go, format!("#!/bin/sh\nGOROOT=/nope exec {} \"$@\"\n", kept.display())).unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    let (ids, _, run) = examined(sandbox, &[], &[]);
    assert_eq!(ids, ["launch-goroot-lost"], "{run}");
    fs::remove_file(&go).unwrap();
    fs::rename(&kept, &go).unwrap();
    let (ids, _, run) = examined(sandbox, &[], &[]);
    assert!(ids.is_empty(), "{run}");
}

/// A program that is built for more than this processor; where it can do everything there is none.
fn on_a_lesser_processor(sandbox: &Sandbox) {
    let can_all = fs::read_to_string("/proc/cpuinfo").unwrap().contains(" avx512vl");
    if can_all || !cfg!(target_arch = "x86_64") {
        return;
    }
    let program = module(sandbox, "level", "go 1.21\n", "package main\n\nfunc main() {}\n");
    sh(sandbox, &program, "GOTOOLCHAIN=local GOAMD64=v4 go build -o v4 .");
    let go = tree(sandbox, NEW).join("bin/go");
    let kept = Path::new("kept");
    fs::rename(&go, go.with_file_name(kept)).unwrap();
    fs::copy(program.join("v4"), &go).unwrap();
    let (ids, report, run) = examined(sandbox, &[], &[]);
    assert_eq!(ids, ["launch-cpu"], "{run}");
    assert!(report.to_string().contains("GOAMD64=v4"), "{run}");
    fs::rename(go.with_file_name(kept), &go).unwrap();
}
