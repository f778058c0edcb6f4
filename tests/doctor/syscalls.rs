//! `doctor --syscalls` under real seccomp filters.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, Sandbox};
use crate::{compile, healthy, ids, needs};

/// Runs a command under a filter that answers one system call with an errno, or kills who makes it (`kill`).
const FILTER: &str = r#"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
int main(int count, char **words) {
  static const struct { const char *name; unsigned number; } calls[] = {
    {"epoll_create1", SYS_epoll_create1}, {"eventfd2", SYS_eventfd2}, {"pipe2", SYS_pipe2}, {"clone", SYS_clone},
    {"clone3", SYS_clone3}, {"fcntl", SYS_fcntl}, {"epoll_pwait", SYS_epoll_pwait}, {"epoll_ctl", SYS_epoll_ctl},
    {"pidfd_open", SYS_pidfd_open}, {"futex", SYS_futex}, {"readlinkat", SYS_readlinkat},
  };
  unsigned number = 0, answer = SECCOMP_RET_KILL_PROCESS;
  for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
    if (!strcmp(words[1], calls[i].name)) number = calls[i].number;
  if (!number) return 97;
  if (strcmp(words[2], "kill")) answer = SECCOMP_RET_ERRNO | atoi(words[2]);
  struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, answer),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { 4, rules };
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 99;
  execv(words[3], words + 3);
  return 98;
}
"#;

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
