//! Kills `self update`, `self rollback` and `self uninstall` before each durable step.

use std::fs;

use super::{PROGRAM, newer, place, releases_in, run, sandbox};
use crate::support::{FakeGo, Mirror, Sandbox, tree_names};

/// Runs a command with its steps logged; returns how many there are.
fn steps(sandbox: &Sandbox, args: &[&str]) -> usize {
    let log = sandbox.path().join("steps");
    let mut command = sandbox.command(place(sandbox));
    command.args(args).env("GVM_RS_TEST_STEPS", &log);
    sandbox.start(command).wait().ok();
    fs::read_to_string(log).unwrap().lines().count()
}

fn die_before(sandbox: &Sandbox, step: usize, args: &[&str]) {
    let mut command = sandbox.command(place(sandbox));
    command.args(args).env("GVM_RS_TEST_KILL_BEFORE", step.to_string());
    let run = sandbox.start(command).wait();
    assert_eq!(run.code, None, "step {step}: {run}");
}

#[test]
fn an_update_and_a_rollback_survive_a_kill_before_every_step() {
    let counting = sandbox();
    let from = releases_in(&counting, &newer());
    let update = ["self", "update", "--from", from.to_str().unwrap()];
    let number = steps(&counting, &update);
    assert!(number >= 8, "{number}");
    for step in 1..=number {
        let sandbox = sandbox();
        die_before(&sandbox, step, &update);
        let found = fs::read(place(&sandbox)).unwrap();
        assert!(found == PROGRAM[..] || found == newer(), "step {step}");
        run(&sandbox, &["--version"]).ok();
        run(&sandbox, &update).ok();
        assert!(fs::read(place(&sandbox)).unwrap() == newer(), "step {step}");
        assert_eq!(
            tree_names(place(&sandbox).parent().unwrap()),
            [".gvm-rs.previous", "gvm-rs"],
            "step {step}"
        );
    }
    let sandbox = sandbox();
    run(&sandbox, &update).ok();
    let number = steps(&sandbox, &["self", "rollback"]);
    for step in 1..=number {
        die_before(&sandbox, step, &["self", "rollback"]);
        let both = [place(&sandbox), place(&sandbox).with_file_name(".gvm-rs.previous")];
        let [one, other] = both.map(|path| fs::read(path).unwrap());
        assert!(one != other && [&PROGRAM[..], &newer()].contains(&&one[..]), "step {step}");
        run(&sandbox, &["--version"]).ok();
    }
}

#[test]
fn an_uninstall_that_is_killed_can_be_made_again() {
    let mirror = Mirror::start();
    mirror.add(FakeGo::new("1.22.5"));
    let uninstall = ["self", "uninstall", "--yes"];
    let installed = || {
        let sandbox = sandbox().with_mirror(&mirror);
        run(&sandbox, &["use", "1.22.5", "--proof", "version"]).ok();
        fs::write(sandbox.home().join(".profile"), "umask 022\n").unwrap();
        run(&sandbox, &["setup", "--yes", "--no-systemd"]).ok();
        sandbox
    };
    let number = steps(&installed(), &uninstall);
    assert!(number > 25, "{number}");
    for step in 1..=number {
        let sandbox = installed();
        die_before(&sandbox, step, &uninstall);
        let go = sandbox.root().join("bin/go");
        assert!(fs::symlink_metadata(&go).is_err() || go.is_file(), "step {step}: it works, or it is gone");
        if place(&sandbox).exists() {
            run(&sandbox, &uninstall).ok();
        }
        assert!(!place(&sandbox).exists() && !sandbox.root().exists(), "step {step}");
        assert_eq!(
            tree_names(&sandbox.home()),
            [".config/", ".local/", ".local/bin/", ".profile"],
            "step {step}"
        );
        assert_eq!(
            fs::read_to_string(sandbox.home().join(".profile")).unwrap(),
            "umask 022\n",
            "step {step}"
        );
    }
}
