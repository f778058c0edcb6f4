//! Nothing is changed that nobody agreed to, or that is not what was shown.

use rustix::process::Signal;

use crate::support::Sandbox;
use crate::{contents, empty, in_terminal, needs, write};

const GVM: &str = env!("CARGO_BIN_EXE_gvm-rs");

fn home() -> Sandbox {
    let sandbox = empty().env("SHELL", "/bin/bash");
    write(&sandbox, ".bashrc", "one\n");
    sandbox
}

#[test]
fn without_a_terminal_the_change_is_shown_and_not_made() {
    let sandbox = home();
    let before = contents(&sandbox.home());
    let run = sandbox.gvm(&["setup"]).fails(12);
    assert!(run.stdout.contains("+# >>> gvm-rs setup >>>") && run.stdout.contains("\n one\n"), "{run}");
    assert!(run.stderr.contains("--yes"), "{run}");
    assert_eq!(contents(&sandbox.home()), before, "not even the root is made");
    assert_eq!(sandbox.gvm(&["setup", "--dry-run"]).ok().stdout, run.stdout);
    let json = sandbox.gvm(&["setup", "--json"]).fails(12).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["applied"], &json["edits"][0]["action"]), (&false.into(), &"change".into()));
    sandbox.gvm(&["setup", "--yes", "-q"]).ok();
    let there = contents(&sandbox.home());
    let run = sandbox.gvm(&["teardown"]).fails(12);
    assert!(run.stdout.contains("-# >>> gvm-rs setup >>>"), "{run}");
    assert_eq!(contents(&sandbox.home()), there);
    // Where there is nothing to change there is nothing to agree to.
    let run = sandbox.gvm(&["setup"]).ok();
    assert!(run.stderr.contains("set up already"), "{run}");
}

#[test]
fn in_a_terminal_only_a_yes_is_one() {
    if !needs::program("script") {
        return;
    }
    for (typed, is_yes) in
        [("y\n", true), ("yes\n", true), ("n\n", false), ("\n", false), ("yessir\n", false)]
    {
        let sandbox = home();
        let run = in_terminal(&sandbox, &format!("{GVM} setup"), typed);
        assert!(run.stdout.contains("make these changes? [y/N]"), "{run}");
        assert_eq!(run.code, Some(if is_yes { 0 } else { 12 }), "{typed:?}: {run}");
        let text = std::fs::read_to_string(sandbox.home().join(".bashrc")).unwrap();
        assert_eq!(text.contains("gvm-rs"), is_yes, "{typed:?}");
        assert_eq!(sandbox.root().exists(), is_yes);
    }
}

#[test]
fn a_use_that_no_shell_would_see_names_setup_until_it_was_run() {
    let (_mirror, sandbox) = crate::installed();
    let told = |sandbox: &Sandbox| sandbox.gvm(&["use", "1.21"]).ok().stderr;
    assert!(told(&sandbox).contains("hint: `gvm-rs setup` has every shell find it\n"), "{}", told(&sandbox));
    sandbox.gvm(&["setup", "--yes", "--shell", "bash"]).ok();
    assert!(told(&sandbox).contains("hint: it is set up; open a new terminal\n"), "{}", told(&sandbox));
    let path = format!("{}:/usr/bin:/bin", sandbox.root().join("bin").display());
    let sandbox = sandbox.env("PATH", path);
    assert!(!told(&sandbox).contains("hint:"), "{}", told(&sandbox));
}

#[test]
fn a_full_disk_leaves_each_file_whole_and_nothing_over() {
    if !needs::program("strace") {
        return;
    }
    let mut failures = 0;
    for number in 1..30 {
        let sandbox = home();
        let mut command = sandbox.command("strace");
        let inject = format!("inject=fsync:error=ENOSPC:when={number}+");
        command.args([
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=fsync",
            "-e",
            &inject,
            GVM,
            "setup",
            "--yes",
        ]);
        let run = sandbox.start(command).wait();
        failures += usize::from(run.code == Some(8) && run.stderr.contains("error: cannot sync `"));
        for (name, shown) in contents(&sandbox.home()) {
            assert!([".bashrc", ".profile"].contains(&name.as_str()), "{number}: {name} is left over: {run}");
            assert!(
                shown.ends_with("gvm-rs setup <<<\\\\n\"") || shown.ends_with("one\\\\n\""),
                "{number}: {shown}"
            );
        }
        sandbox.gvm(&["setup", "--yes"]).ok();
    }
    assert!(failures >= 8, "{failures}");
}

#[test]
fn json_tells_what_was_done() {
    let sandbox = home();
    let run = sandbox.gvm(&["setup", "--yes", "--json", "--no-systemd"]).ok();
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let edits = report["edits"].as_array().unwrap();
    let edits: Vec<_> = edits.iter().map(|edit| (edit["reader"].as_str(), edit["action"].as_str())).collect();
    assert_eq!(edits, [(Some("bash"), Some("change")), (Some("sh"), Some("create"))]);
    assert_eq!(report["applied"], true);
    assert_eq!(report["code"], serde_json::json!(["bash", "sh"]));
}

/// Stops a set-up before a step on a file, changes that file, and lets it go on.
fn changed_meanwhile(sandbox: &Sandbox, args: &[&str], step: &str, change: impl Fn()) {
    let twin = home();
    let log = twin.path().join("steps");
    // The same steps in a home that is the same.
    std::fs::remove_file(twin.home().join(".bashrc")).unwrap();
    for (name, _) in contents(&sandbox.home()).iter().filter(|(name, _)| !name.ends_with('/')) {
        write(&twin, name, std::fs::read(sandbox.home().join(name)).unwrap());
    }
    if sandbox.root().exists() {
        twin.sh(&format!("cp -a {} {}", sandbox.root().display(), twin.root().display())).ok();
    }
    twin.gvm_with(&[("GVM_RS_TEST_STEPS", log.to_str().unwrap())], args).ok();
    let steps = std::fs::read_to_string(&log).unwrap();
    let at = steps.lines().position(|line| line.starts_with(step) && line.contains(".bashrc")).unwrap() + 1;
    let mut command = sandbox.command(GVM);
    command.args(args).env("GVM_RS_TEST_STOP_BEFORE", at.to_string());
    let spawned = sandbox.start(command);
    spawned.wait_until_stopped();
    change();
    spawned.signal(Signal::CONT);
    let run = spawned.wait().fails(9);
    assert!(run.stderr.contains("was changed by somebody else meanwhile"), "{run}");
}

#[test]
fn a_file_that_somebody_else_edits_meanwhile_is_left_as_they_made_it() {
    let sandbox = home();
    let path = sandbox.home().join(".bashrc");
    changed_meanwhile(&sandbox, &["setup", "--yes"], "sync-file", || {
        std::fs::write(&path, "theirs\n").unwrap()
    });
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "theirs\n");
    assert!(!sandbox.home().join("..bashrc.gvm-rs-new").exists(), "nothing is left over");
    sandbox.gvm(&["setup", "--yes"]).ok();
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("theirs\n# >>> gvm-rs"));
}

#[test]
fn a_file_that_appears_meanwhile_is_left_alone() {
    let sandbox = home();
    let path = sandbox.home().join(".bashrc");
    std::fs::remove_file(&path).unwrap();
    changed_meanwhile(&sandbox, &["setup", "--yes"], "rename", || std::fs::write(&path, "theirs\n").unwrap());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "theirs\n");
    assert!(!sandbox.home().join("..bashrc.gvm-rs-new").exists(), "nothing is left over");
}
