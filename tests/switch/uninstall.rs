//! `uninstall`: exact names, and never what `go` needs.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::go_version;
use crate::support::{Sandbox, tree_names};

/// Four versions; 1.23.1 is current, and a rollback goes back to 1.22.5.
fn four() -> Sandbox {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.21.12", "1.21.13", "1.22.5", "1.23.1"]);
    sandbox.gvm(&["use", "1.22"]).ok();
    sandbox.gvm(&["use", "1.23"]).ok();
    sandbox
}

#[test]
fn only_exact_names_are_removed() {
    let sandbox = four();
    for (name, code, told) in [
        ("1.21", 2, "`1.21` is not an exact version"),
        ("1.21.x", 2, "is not an exact version"),
        ("latest", 2, "is not an exact version"),
        ("-", 2, "is not an exact version"),
        (">=1.21", 2, "is not an exact version"),
        ("../versions", 2, "is not an exact version"),
        ("1.20", 4, "go1.20 is not installed"),
        ("1.22.6", 4, "go1.22.6 is not installed"),
    ] {
        let run = sandbox.gvm(&["uninstall", name]).fails(code);
        assert!(run.stderr.contains(told), "{run}");
    }
    sandbox.gvm(&["uninstall"]).fails(2);
    // All names are read before anything is done.
    sandbox.gvm(&["uninstall", "1.21.12", "latest"]).fails(2);
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5 go1.21.13 go1.21.12");
    let run = sandbox.gvm(&["uninstall", "1.21.12", "go1.21.13", "--json"]).ok();
    assert_eq!(
        serde_json::from_str::<Value>(&run.stdout).unwrap(),
        json!({"removed": ["1.21.12", "1.21.13"], "in_trash": ["1.21.12", "1.21.13"]})
    );
    assert!(run.stderr.starts_with("removed go1.21.12\nremoved go1.21.13\nback: gvm-rs undo; "), "{run}");
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5");
    let mut left = tree_names(&sandbox.root());
    left.retain(|name| !name.starts_with("trash/"));
    assert!(!left.iter().any(|name| name.contains("go1.21")), "{left:?}");
}

#[test]
fn one_that_stays_does_not_keep_the_others() {
    let sandbox = four();
    let run = sandbox.gvm(&["uninstall", "1.21.12", "1.22.5", "1.20", "1.21.13", "--json"]).fails(9);
    assert_eq!(
        serde_json::from_str::<Value>(&run.stdout).unwrap(),
        json!({"removed": ["1.21.12", "1.21.13"], "in_trash": ["1.21.12", "1.21.13"]})
    );
    for said in ["error: go1.22.5 is what `gvm-rs rollback`", "error: go1.20 is not", "error: 2 of 4 failed"]
    {
        assert!(run.stderr.contains(said), "{run}");
    }
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5");
    let run = sandbox.gvm(&["uninstall", "1.20", "1.23.1"]).fails(4);
    assert!(run.stderr.contains("error: go1.23.1 is the current") && run.stderr.contains("2 of 2"), "{run}");
}

#[test]
fn every_name_of_the_command_removes() {
    let sandbox = four();
    for (name, version) in [("rm", "1.21.12"), ("remove", "1.21.13")] {
        sandbox.gvm(&[name, version]).ok();
    }
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5");
}

#[test]
fn what_is_current_is_refused_whatever_the_force() {
    let sandbox = four();
    for args in [&["uninstall", "1.23.1"][..], &["uninstall", "--force", "1.23.1"]] {
        let run = sandbox.gvm(args).fails(9);
        assert!(run.stderr.contains("go1.23.1 is the current toolchain"), "{run}");
        assert!(run.stderr.contains("hint: switch to another one first: `gvm-rs use VERSION`"), "{run}");
    }
    assert_eq!(go_version(&sandbox), "go1.23.1");
}

#[test]
fn what_a_rollback_needs_goes_only_by_force() {
    let sandbox = four();
    let run = sandbox.gvm(&["uninstall", "1.22.5"]).fails(9);
    assert!(run.stderr.contains("go1.22.5 is what `gvm-rs rollback` goes back to"), "{run}");
    assert!(run.stderr.contains("hint: run `gvm-rs uninstall --force 1.22.5`"), "{run}");
    sandbox.gvm(&["uninstall", "--force", "1.22.5"]).ok();
    assert_eq!(sandbox.installed(), "go1.23.1 go1.21.13 go1.21.12");
}

#[test]
fn what_is_in_use_goes_only_by_force() {
    let sandbox = four();
    let mut command = sandbox.command("/bin/cat");
    command.current_dir(sandbox.root().join("versions/go1.21.13/src")).stdin(Stdio::piped());
    let mut user = command.spawn().unwrap();
    let run = sandbox.gvm(&["uninstall", "1.21.13"]).fails(9);
    assert!(run.stderr.contains(&format!("go1.21.13 is in use by process {}", user.id())), "{run}");
    sandbox.gvm(&["prune"]).ok();
    assert!(sandbox.installed().contains("go1.21.13"));
    sandbox.gvm(&["uninstall", "--force", "1.21.13"]).ok();
    drop(user.stdin.take());
    user.wait().unwrap();
    assert!(!sandbox.installed().contains("go1.21.13"));
}

#[test]
fn a_line_is_answered_by_the_names_that_it_could_mean() {
    let sandbox = four();
    for name in ["1.21", "1.21.x", "~1.21", "<1.22"] {
        let run = sandbox.gvm(&["uninstall", name]).fails(2);
        assert!(run.stderr.ends_with("hint: name it exactly, as 1.21.13 or 1.21.12\n"), "{name}: {run}");
    }
    for name in ["1.24", "nonsense", "latest"] {
        let run = sandbox.gvm(&["uninstall", name]).fails(2);
        assert!(run.stderr.ends_with("hint: `gvm-rs list` shows the names\n"), "{name}: {run}");
    }
    // An exact version that is the first of its line.
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.20.3"]);
    let run = sandbox.gvm(&["uninstall", "1.20"]).fails(4);
    assert!(run.stderr.contains("error: go1.20 is not installed\n"), "{run}");
    assert!(run.stderr.ends_with("hint: `gvm-rs list` shows the names\n"), "{run}");
}
