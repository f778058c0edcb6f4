//! What commands do not do: no network, no certificates, no index where none is needed; and how few system calls
//! a switch and an unpacking take. Seen with strace, on Linux.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "needless/trace.rs"]
mod trace;

#[path = "needless/unpacking.rs"]
mod unpacking;

use support::{FakeGo, Mirror, Sandbox};
use trace::{Trace, traced};

/// Two versions installed and used, and the mirror they came from.
fn two() -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.5"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.21", "1.22"]).ok();
    sandbox.gvm(&["use", "1.21"]).ok();
    sandbox.gvm(&["use", "1.22"]).ok();
    (mirror, sandbox)
}

/// Stores that hold certificates, and the files that name servers.
const NETWORK_FILES: [&str; 7] =
    ["/etc/ssl", "/usr/share/ca-certificates", "/etc/pki", ".pem", ".crt", "/etc/resolv.conf", "/etc/hosts"];

fn assert_offline(trace: &Trace, what: &str) {
    for call in trace.calls() {
        let is_network =
            ["socket(", "connect(", "sendto(", "bind("].iter().any(|name| call.starts_with(name));
        assert!(!is_network, "{what}: {call}");
        assert!(!NETWORK_FILES.iter().any(|file| call.contains(file)), "{what}: {call}");
        assert!(!call.contains("/cache/index"), "{what}: {call}");
    }
}

#[test]
fn commands_that_need_no_network_open_none() {
    if !needs::program("strace") {
        return;
    }
    let (mirror, sandbox) = two();
    // An index that was cached is not looked at either.
    std::fs::write(sandbox.root().join("cache/index"), "what").unwrap();
    let before = mirror.requests().len();
    for args in [
        &["use", "1.21"][..],
        &["use", "-"],
        &["use", ">=1.21 <1.22"],
        &["rollback"],
        &["rollback", "1"],
        &["undo"],
        &["install", "1.22.5"],
        &["list"],
        &["list", "--json"],
        &["current"],
        &["which"],
        &["where", "1.21"],
        &["exec", "1.21", "go", "version"],
        &["init", "bash"],
        &["env"],
        &["history"],
        &["cache", "ls"],
        &["completions", "bash"],
        &["prune"],
        &["uninstall", "1.20.1"],
    ] {
        let (trace, run) = traced(&sandbox, &["trace=%network,open,openat,openat2"], args);
        assert!(run.code == Some(0) || args[0] == "uninstall", "{run}");
        assert!(trace.calls().count() > 0, "{args:?} was traced");
        assert_offline(&trace, &args.join(" "));
    }
    assert_eq!(mirror.requests().len(), before);
    // The trace would show it: this one has to ask.
    let (trace, _) = traced(&sandbox, &["trace=%network"], &["use", "latest"]);
    assert!(trace.calls().any(|call| call.starts_with("connect(")), "{trace:?}");
}

#[test]
fn a_pinned_release_needs_no_index() {
    let mirror = Mirror::start();
    mirror.add(FakeGo::new("1.22.5"));
    let sandbox = Sandbox::new().env("GVM_RS_MIRROR", mirror.base());
    for spec in ["1.22.5", "go1.22.5"] {
        // The fake has the wrong bytes, which is found out only after it was asked for.
        sandbox.gvm(&["install", spec]).fails(5);
    }
    let paths: Vec<String> = mirror.requests().iter().map(|request| request.target.clone()).collect();
    assert!(
        !paths.is_empty() && paths.iter().all(|path| path == "/dl/go1.22.5.linux-amd64.tar.gz"),
        "{paths:?}"
    );
    if needs::program("strace") {
        let (trace, _) = traced(&sandbox, &["trace=%network,openat"], &["install", "1.22.5"]);
        let connects: Vec<&str> = trace.calls().filter(|call| call.starts_with("connect(")).collect();
        assert!(
            !connects.is_empty() && connects.iter().all(|call| call.contains("127.0.0.1")),
            "{connects:?}"
        );
    }
}

#[test]
fn list_does_not_look_into_what_it_lists() {
    if !needs::program("strace") {
        return;
    }
    let mut counts = Vec::new();
    for number in [5, 500] {
        let sandbox = Sandbox::new();
        for n in 0..number {
            let version = format!("go1.{}.{}", 21 + n / 50, n % 50);
            let root = sandbox.root();
            std::fs::create_dir_all(root.join("versions").join(&version)).unwrap();
            std::fs::create_dir_all(root.join("manifests")).unwrap();
            std::fs::write(root.join("manifests").join(format!("{version}.jsonl")), "").unwrap();
        }
        for args in [&["list"][..], &["list", "--json"], &["current"], &["which"], &["init", "bash"]] {
            let (trace, run) = traced(&sandbox, &["trace=all"], args);
            let calls = trace.calls().count();
            println!("{number:>3} installed: {calls:>3} system calls for {}", args.join(" "));
            assert!(args[0] != "list" || args.len() > 1 || run.stdout.lines().count() == number, "{run}");
            counts.push(calls);
        }
    }
    let (few, many) = counts.split_at(counts.len() / 2);
    for (few, many) in few.iter().zip(many) {
        // Longer directories take some more reads, and longer text some more memory.
        assert!(*many <= few + 40 && *few < 250, "{counts:?}");
    }
}

#[test]
fn a_switch_syncs_four_times_in_order() {
    if !needs::program("strace") {
        return;
    }
    let (_mirror, sandbox) = two();
    for args in [&["use", "1.21"][..], &["rollback"]] {
        let (trace, run) =
            traced(&sandbox, &["trace=fsync,fdatasync,syncfs,sync,rename,renameat,renameat2"], args);
        assert_eq!(run.code, Some(0), "{run}");
        let root = format!("{}/", sandbox.root().display());
        let steps: Vec<String> = trace.calls().map(|call| step(&call.replace(&root, ""), &root)).collect();
        println!("{}: {steps:?}", args.join(" "));
        let number = sandbox.gvm(&["current", "--json"]).ok().stdout;
        let number: serde_json::Value = serde_json::from_str(&number).unwrap();
        let expected = [
            "sync staging/generation/record.json".to_owned(),
            "sync staging/generation".to_owned(),
            format!("rename generations/{}", number["generation"]),
            "sync generations".to_owned(),
            "rename current".to_owned(),
            "sync .".to_owned(),
            "rename previous".to_owned(),
        ];
        assert_eq!(steps, expected);
    }
}

/// `sync PATH` or `rename TO` of a call whose paths are relative to the root.
fn step(call: &str, root: &str) -> String {
    if call.starts_with("rename") {
        let quoted: Vec<&str> = call.split('"').collect();
        return format!("rename {}", quoted[3]);
    }
    let path = call.split_once('<').unwrap().1.split('>').next().unwrap();
    let path = if path == root.trim_end_matches('/') { "." } else { path };
    // On btrfs a directory is synced with its whole file system.
    format!("sync {path}")
}
