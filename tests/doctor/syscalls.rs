//! `doctor --syscalls` under real seccomp filters.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, Sandbox};
use crate::{compile, healthy, ids, needs};

/// Runs a command under a filter that answers one system call with an errno, or kills who makes it (`kill`).
const FILTER: &str = include_str!("../support/filter.c");

/// The program that runs others under a filter.
pub(crate) fn filter(sandbox: &Sandbox) -> PathBuf {
    let path = sandbox.path().join("filter");
    compile(sandbox, FILTER, &[], &path);
    path
}

/// What `doctor` says under a filter.
pub(crate) fn filtered(sandbox: &Sandbox, call: &str, answer: &str, words: &[&str]) -> (Value, Run) {
    let mut command: Command = sandbox.command(filter(sandbox));
    command.args([call, answer, env!("CARGO_BIN_EXE_gvm-rs"), "doctor", "--json"]).args(words);
    let run = sandbox.start(command).wait();
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    (report, run)
}

#[test]
fn each_call_is_told_as_the_filter_has_it() {
    if !needs::program("cc") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    for (call, answer, state, expected) in [
        ("epoll_create1", "38", "missing", "error syscall-blocked"),
        ("epoll_create1", "1", "refused", "error syscall-blocked"),
        ("epoll_create1", "kill", "fatal", "error syscall-blocked"),
        ("epoll_ctl", "1", "refused", "error syscall-blocked"),
        ("epoll_pwait", "kill", "fatal", "error syscall-blocked"),
        ("eventfd2", "38", "missing", "error syscall-blocked"),
        ("eventfd2", "kill", "fatal", "error syscall-blocked"),
        ("clone", "1", "refused", "error syscall-blocked"),
        ("pidfd_open", "38", "missing", ""),
        ("clone3", "38", "missing", ""),
        ("clone3", "1", "refused", "note syscall-optional"),
    ] {
        let (report, run) = filtered(&sandbox, call, answer, &["--syscalls"]);
        let calls = report["syscalls"].as_array().unwrap();
        let found = calls.iter().find(|found| found["name"] == call).unwrap();
        // clone3 falls back on clone where it is missing, so that a thread is started all the same.
        let state = if (call, answer) == ("clone3", "38") { "available" } else { state };
        assert_eq!(found["state"], state, "{call} {answer}: {run}");
        let number = match answer {
            "kill" => Value::from(31),
            "38" => Value::Null,
            errno => errno.parse::<i32>().unwrap().into(),
        };
        assert_eq!(found["number"], number, "{run}");
        let others = calls.iter().filter(|other| other["name"] != call && other["state"] != "available");
        let is_of_epoll = |other: &&Value| call == "epoll_create1" && other["state"] == "unknown";
        assert!(others.clone().all(|other| is_of_epoll(&other)), "{call} {answer}: {run}");
        let is_found = expected.is_empty() || ids(&report).contains(&expected.to_owned());
        assert!(is_found && (!expected.is_empty() || ids(&report).is_empty()), "{call} {answer}: {run}");
    }
}

#[test]
fn where_no_program_can_be_started_that_is_said() {
    if !needs::program("cc") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    let (report, run) = filtered(&sandbox, "pipe2", "38", &["--syscalls"]);
    let found = ids(&report);
    assert!(found.contains(&"error launch-seccomp".to_owned()), "{run}");
    assert!(found.contains(&"error syscalls-unknown".to_owned()), "{run}");
}
