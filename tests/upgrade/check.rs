//! The user's own checks: they run under the new toolchain before `go` becomes it.

use rustix::process::Signal;

use crate::{NEW, OLD, current, history, nothing_is_staged, scene, state};

#[test]
fn a_failing_check_leaves_everything_as_it_was_and_says_so() {
    for args in [&["use", NEW][..], &["upgrade"]] {
        let (_mirror, sandbox) = scene(None);
        let run = sandbox.gvm(&[args, &["--check", "echo found a bug; exit 3"]].concat()).fails(11);
        assert!(run.stderr.contains("\nfound a bug\n"), "{run}");
        assert!(
            run.stderr.contains(
                "error: did not switch to go1.22.6, `go` is still go1.22.4: the check `echo found a bug; exit 3` \
                 failed (exit code 3)\nhint: it is installed: `gvm-rs exec 1.22.6 -- CMD` tries it, and leaves \
                 `go` as it is\n"
            ),
            "{run}"
        );
        assert_eq!((current(&sandbox).as_str(), history(&sandbox).len(), run.stdout.as_str()), (OLD, 1, ""));
        nothing_is_staged(&sandbox);
    }
}

#[test]
fn a_check_sees_the_new_go_in_the_project_while_the_old_one_is_current() {
    let (_mirror, sandbox) = scene(None);
    let project = sandbox.dir("project");
    let check = "go version; echo \"$PWD $GOTOOLCHAIN [${GOROOT-unset}]\"; readlink -f ~/.gvm-rs/current/go";
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["use", NEW, "--json", "--check", check]).current_dir(&project).env("GOROOT", "/wrong");
    let run = sandbox.start(command).wait().ok();
    let text = run.text();
    assert!(text.contains("\ngo version go1.22.6 linux/amd64\n"), "{run}");
    assert!(text.contains("\n[SANDBOX]/project local [unset]\n"), "{run}");
    assert!(text.contains("\n[HOME]/.gvm-rs/versions/go1.22.4\n"), "{run}");
    // Nothing of it is among the data.
    let switched: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((switched["to"]["version"].as_str(), current(&sandbox).as_str()), (Some(NEW), NEW));
}

#[test]
fn several_checks_run_in_order_up_to_the_first_that_fails() {
    let (_mirror, sandbox) = scene(None);
    let log = |number: u32| format!("echo {number} >>~/log; test {number} != 2");
    let (one, two, three) = (log(1), log(2), log(3));
    sandbox.gvm(&["upgrade", "--check", &one, "--check", &two, "--check", &three]).fails(11);
    assert_eq!(std::fs::read_to_string(sandbox.home().join("log")).unwrap(), "1\n2\n");
    sandbox.gvm(&["upgrade", "--check", &one, "--check", &three]).ok();
    assert_eq!(current(&sandbox), NEW);
}

#[test]
fn the_configuration_names_a_check_that_a_flag_replaces_and_a_rollback_does_without() {
    let (_mirror, sandbox) = scene(None);
    let directory = sandbox.home().join(".config/gvm-rs");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("config.toml"), "check = \"exit 4\"\n").unwrap();
    let before = state(&sandbox);
    sandbox.gvm(&["use", NEW]).fails(11);
    assert_ne!(state(&sandbox), before, "it is installed now");
    sandbox.gvm(&["use", NEW, "--check", "true"]).ok();
    assert_eq!(current(&sandbox), NEW);
    // It runs for what was current before, too; only the way back has to work always.
    sandbox.gvm(&["use", OLD]).fails(11);
    sandbox.gvm(&["rollback"]).ok();
    assert_eq!(current(&sandbox), OLD);
}

#[test]
fn an_interrupted_check_switches_nothing() {
    let (_mirror, sandbox) = scene(None);
    let fifo = sandbox.path().join("begun");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let check = format!("echo $$ >'{}'; sleep 600; true", fifo.display());
    let running = sandbox.spawn(&["upgrade", "--check", &check]);
    let shell = std::fs::read_to_string(fifo).unwrap();
    running.signal(Signal::INT);
    running.wait().fails(130);
    assert!(!std::path::Path::new(&format!("/proc/{}", shell.trim())).exists());
    assert_eq!((current(&sandbox).as_str(), history(&sandbox).len()), (OLD, 1));
}

#[test]
fn what_is_current_already_is_checked_and_stays() {
    let (_mirror, sandbox) = scene(None);
    let before = state(&sandbox);
    let run = sandbox.gvm(&["use", OLD, "--check", "go version; exit 3"]).fails(11);
    assert!(run.stderr.starts_with("go version go1.22.4 linux/amd64\n"), "{run}");
    assert!(
        run.stderr.ends_with(
            "error: go1.22.4 is current and stays so: the check `go version; exit 3` failed (exit code 3)\n"
        ),
        "{run}"
    );
    assert_eq!((state(&sandbox), history(&sandbox).len()), (before, 1));
    let run = sandbox.gvm(&["use", OLD, "--check", "echo checked"]).ok();
    assert!(run.stderr.starts_with("checked\ngo1.22.4 is current already\n"), "{run}");
}

#[test]
fn checks_that_are_not_run_are_told() {
    let (_mirror, sandbox) = scene(None);
    let told = "note: nothing is switched to, so the checks were not run\n";
    let run = sandbox.gvm(&["upgrade", "-n", "--check", "touch ~/ran"]).ok();
    assert!(run.stdout.contains("go1.22.6") && run.stderr == told, "{run}");
    sandbox.gvm(&["upgrade"]).ok();
    let run = sandbox.gvm(&["upgrade", "--check", "touch ~/ran"]).ok();
    assert!(run.stderr.starts_with("go1.22.6 is the newest of its line\n"), "{run}");
    assert!(run.stderr.ends_with(told), "{run}");
    assert!(!sandbox.home().join("ran").exists());
    // What is in the configuration is for when there is something to check.
    let run = sandbox.gvm(&["upgrade"]).ok();
    assert!(!run.stderr.contains("note: "), "{run}");
}
