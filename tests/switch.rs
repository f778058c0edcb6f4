//! `use`, `rollback`, `undo`, `history` and `uninstall`: what `go` is, was and will be again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod support;

#[path = "switch/history.rs"]
mod history;
#[path = "switch/project.rs"]
mod project;
#[path = "switch/uninstall.rs"]
mod uninstall;

use serde_json::{Value, json};
use support::{FakeGo, Run, Sandbox, tree_names};

/// What the `go` on PATH says.
fn go_version(sandbox: &Sandbox) -> String {
    let run = sandbox.sh("PATH=~/.gvm-rs/bin:$PATH; go version").ok();
    run.out().strip_prefix("go version ").unwrap().strip_suffix(" linux/amd64").unwrap().to_owned()
}

/// The first line on stderr, where a switch says what it did.
fn said(run: &Run) -> &str {
    run.stderr.lines().next().unwrap_or_default()
}

#[test]
fn use_installs_what_is_missing_and_tells_what_changed_and_the_way_back() {
    let (mirror, sandbox) = Sandbox::with_installed(&["1.21.13"]);
    mirror.add(FakeGo::new("1.22.5").padding(2000));
    let run = sandbox.gvm(&["use", "1.21"]).ok();
    assert_eq!((said(&run), go_version(&sandbox).as_str()), ("now go1.21.13", "go1.21.13"));
    let run = sandbox.gvm(&["use", "1.22"]).ok();
    let told: Vec<&str> = run.stderr.lines().take(3).collect();
    assert!(told[0].starts_with("downloading go1.22.5 ("), "{run}");
    assert_eq!(
        told[1..],
        ["installed go1.22.5 (unofficial)", "now go1.22.5 (was go1.21.13); back: gvm-rs rollback"]
    );
    assert_eq!(go_version(&sandbox), "go1.22.5");
    // The way back that was told is one.
    let run = sandbox.gvm(&["rollback"]).ok();
    assert_eq!(said(&run), "now go1.21.13 (was go1.22.5); back: gvm-rs rollback");
    assert_eq!(go_version(&sandbox), "go1.21.13");
}

#[test]
fn what_is_installed_needs_no_request() {
    let (mirror, sandbox) = Sandbox::with_installed(&["1.22.4", "1.21.13"]);
    mirror.add(FakeGo::new("1.22.5").padding(2000));
    let before = mirror.requests().len();
    for (spec, now) in [
        ("1.22", "go1.22.4"),
        ("1.21.x", "go1.21.13"),
        (">=1.21 <1.23", "go1.22.4"),
        ("-", "go1.21.13"),
        ("go1.22.4", "go1.22.4"),
        ("prev", "go1.21.13"),
        ("~1.22", "go1.22.4"),
    ] {
        sandbox.gvm(&["use", spec]).ok();
        assert_eq!(go_version(&sandbox), now, "{spec}");
    }
    assert_eq!(mirror.requests().len(), before);
    // `latest` is a question about what there is.
    sandbox.gvm(&["use", "latest"]).ok();
    assert_eq!(go_version(&sandbox), "go1.22.5");
}

#[test]
fn every_name_of_the_command_switches() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5", "1.21.13"]);
    for (name, version) in
        [("use", "1.22.5"), ("default", "1.21.13"), ("global", "1.22.5"), ("set", "1.21.13")]
    {
        sandbox.gvm(&[name, version]).ok();
        assert_eq!(go_version(&sandbox), format!("go{version}"), "{name}");
    }
}

#[test]
fn using_what_is_current_changes_nothing_and_says_so() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    sandbox.gvm(&["use", "1.22"]).ok();
    let before = tree_names(&sandbox.root().join("generations"));
    let run = sandbox.gvm(&["use", "1.22"]).ok();
    assert_eq!(said(&run), "go1.22.5 is current already");
    assert_eq!(tree_names(&sandbox.root().join("generations")), before);
}

#[test]
fn a_switch_is_one_relative_link_so_the_root_can_be_moved() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5", "1.21.13"]);
    sandbox.gvm(&["use", "1.22"]).ok();
    sandbox.gvm(&["use", "1.21"]).ok();
    let link = |name: &str| std::fs::read_link(sandbox.root().join(name)).unwrap();
    assert_eq!(link("current").to_str(), Some("generations/2"));
    assert_eq!(link("previous").to_str(), Some("generations/1"));
    assert_eq!(link("generations/2/go").to_str(), Some("../../versions/go1.21.13"));
    let moved = sandbox.path().join("moved");
    std::fs::rename(sandbox.root(), &moved).unwrap();
    let moved = moved.to_str().unwrap();
    assert_eq!(sandbox.sh("../moved/bin/go version").ok().out(), "go version go1.21.13 linux/amd64");
    let run = sandbox.gvm_with(&[("GVM_RS_HOME", moved)], &["rollback"]).ok();
    assert_eq!(said(&run), "now go1.22.5 (was go1.21.13); back: gvm-rs rollback");
    assert_eq!(sandbox.sh("../moved/bin/go env GOROOT").ok().out(), format!("{moved}/versions/go1.22.5"));
}

#[test]
fn roots_stand_side_by_side() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    sandbox.gvm(&["use", "1.22"]).ok();
    let other = sandbox.path().join("other");
    let other = other.to_str().unwrap();
    let run = sandbox.gvm(&["--home", other, "current"]).fails(4);
    assert!(run.stderr.contains("nothing is current"), "{run}");
    let run = sandbox.gvm(&["--home", other, "use", "1.22"]).ok();
    assert!(run.stderr.contains(&format!("GVM_RS_HOME='{other}' gvm-rs setup")), "{run}");
    assert_eq!(sandbox.gvm_with(&[("GVM_RS_HOME", other)], &["current"]).ok().out(), "go1.22.5");
    assert!(sandbox.path().join("other/versions/go1.22.5/bin/go").is_file());
}

#[test]
fn use_as_json_tells_both_ends() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5", "1.21.13"]);
    for (args, from, to, changed) in [
        (&["use", "--json", "1.22"][..], Value::Null, json!({"generation": 1, "version": "1.22.5"}), true),
        (
            &["use", "--json", "1.21"],
            json!({"generation": 1, "version": "1.22.5"}),
            json!({"generation": 2, "version": "1.21.13"}),
            true,
        ),
        (
            &["use", "--json", "1.21"],
            json!({"generation": 2, "version": "1.21.13"}),
            json!({"generation": 2, "version": "1.21.13"}),
            false,
        ),
        (
            &["rollback", "--json"],
            json!({"generation": 2, "version": "1.21.13"}),
            json!({"generation": 3, "version": "1.22.5"}),
            true,
        ),
        (
            &["undo", "--json"],
            json!({"generation": 3, "version": "1.22.5"}),
            json!({"generation": 4, "version": "1.21.13"}),
            true,
        ),
    ] {
        let run = sandbox.gvm(args).ok();
        let told: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(told, json!({"from": from, "to": to, "changed": changed}), "{run}");
    }
}

#[test]
fn what_would_hide_the_new_go_is_named() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    let run = sandbox.gvm(&["use", "1.22"]).ok();
    assert!(run.text().contains("note: `[HOME]/.gvm-rs/bin` is not on PATH in this shell\nhint: "), "{run}");
    let bin = sandbox.root().join("bin").display().to_string();
    let on_path = sandbox.gvm_with(&[("PATH", &format!("{bin}:/usr/bin"))], &["use", "1.22"]).ok();
    assert_eq!(on_path.stderr, "go1.22.5 is current already\n");
    let older = sandbox.dir("older");
    let script = sandbox.sh("printf '#!/bin/sh\\n' >../older/go; chmod +x ../older/go").ok();
    assert_eq!(script.stderr, "");
    let path = format!("{}:{bin}", older.display());
    let run = sandbox.gvm_with(&[("PATH", &path), ("GOROOT", "/opt/go")], &["use", "1.22"]).ok();
    assert!(run.text().contains("note: `[SANDBOX]/older/go` comes before it on PATH\n"), "{run}");
    assert!(run.stderr.contains("note: GOROOT is set to `/opt/go`"), "{run}");
    let run = sandbox.gvm_with(&[("PATH", &path), ("GOROOT", "/opt/go")], &["-q", "use", "1.22"]).ok();
    assert_eq!(run.stderr, "");
}

#[test]
fn what_cannot_be_used_has_its_own_exit_code() {
    let (mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    sandbox.gvm(&["use", "-"]).fails(4);
    sandbox.gvm(&["use", "1.22"]).ok();
    drop(mirror);
    for (spec, code) in [("-", 4), ("prev", 4), ("1.23", 5), ("latest", 5), ("nonsense", 2), ("1.22.5/..", 2)]
    {
        let quick = [("GVM_RS_CONFIG", "quick.toml")];
        std::fs::write(sandbox.home().join("quick.toml"), "retries = 1\nretry_delay_ms = 1\n").unwrap();
        let run = sandbox.gvm_with(&quick, &["use", spec]);
        assert_eq!(run.code, Some(code), "{run}");
    }
    assert_eq!(go_version(&sandbox), "go1.22.5");
}
