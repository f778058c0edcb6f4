//! What is told to be typed mends it when it is typed, and what cannot be done is not advised.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::Sandbox;
use crate::{examined, finds, healthy, ids};

/// A directory with a `go` that is somebody else's.
fn other_go(sandbox: &Sandbox) -> PathBuf {
    let other = sandbox.dir("elsewhere");
    fs::write(other.join("go"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(other.join("go"), fs::Permissions::from_mode(0o755)).unwrap();
    other
}

/// What is to be typed about a finding: the last command in it that adds a line.
#[track_caller]
fn typed(report: &Value) -> String {
    let mend = report["findings"][0]["mend"].as_str().unwrap();
    let line = mend.split('`').rfind(|part| part.contains(" >> "));
    line.unwrap_or_else(|| panic!("{report}")).to_owned()
}

fn bash(sandbox: &Sandbox, line: &str) {
    let mut command = sandbox.command("/bin/bash");
    command.args(["-c", line]);
    sandbox.start(command).wait().ok();
}

#[test]
fn where_another_go_comes_first_the_line_that_is_advised_ends_it() {
    let (_mirror, sandbox) = healthy();
    let (other, bin) = (other_go(&sandbox), sandbox.root().join("bin"));
    let file = sandbox.home().join(".bashrc");
    let sound = fs::read_to_string(&file).unwrap();
    let export = format!("export PATH={}:$PATH\n", other.display());
    let user = format!("{sound}{export}");
    fs::write(&file, &user).unwrap();
    let line = typed(&finds(&sandbox, &[], &["warning shell-interactive"]));
    assert!(line.starts_with("echo ") && line.ends_with(" >> ~/.bashrc"), "{line}");
    // The same in a terminal that has it already, in which a new one is what remains.
    let path = format!("{}:{}:/usr/bin:/bin", other.display(), bin.display());
    assert_eq!(typed(&finds(&sandbox, &[("PATH", &path)], &["error path-shadowed"])), line);
    bash(&sandbox, &line);
    finds(&sandbox, &[], &[]);
    let report = finds(&sandbox, &[("PATH", &path)], &["error path-shadowed"]);
    assert!(report["findings"][0]["mend"].as_str().unwrap().starts_with("open a new terminal"), "{report}");
    // Who moves the block to the end is led out of it as well.
    let start = sound.find("# >>> gvm-rs").unwrap();
    let end = start + sound[start..].find("<<< gvm-rs setup <<<\n").unwrap() + "<<< gvm-rs setup <<<\n".len();
    let (block, guard) = (&sound[start..end], "case $- in *i*) ;; *) return;; esac\n");
    fs::write(&file, format!("{guard}{export}{block}")).unwrap();
    finds(&sandbox, &[], &["warning rc-guarded"]);
    let (report, run) = examined(&sandbox, &[], &["--fix", "--yes"]);
    assert_eq!(ids(&report), ["warning shell-interactive"], "{run}");
    bash(&sandbox, &typed(&report));
    finds(&sandbox, &[], &[]);
}

#[test]
fn a_file_that_may_not_be_read_is_told_before_setup_fails() {
    let (_mirror, sandbox) = healthy();
    for directory in [sandbox.path().to_owned(), sandbox.home()] {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let file = sandbox.home().join(".bashrc");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["doctor", "--json"]);
    // root reads everything.
    if rustix::process::geteuid().is_root() {
        command.uid(65_534);
    }
    let run = sandbox.start(command).wait();
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    let found = ids(&report);
    for id in ["warning rc-unreadable", "warning shell-interactive"] {
        let at = found.iter().position(|found| found == id).unwrap_or_else(|| panic!("{id}: {run}"));
        let mend = report["findings"][at]["mend"].as_str().unwrap();
        assert_eq!(mend, format!("run `chmod u+r '{}'`, and then `gvm-rs setup`", file.display()), "{run}");
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    finds(&sandbox, &[], &[]);
}

#[test]
fn nothing_is_advised_that_is_beside_the_point() {
    let (_mirror, sandbox) = healthy();
    let bin = sandbox.root().join("bin");
    let keg = sandbox.dir("keg");
    symlink("go", keg.join("go")).unwrap();
    let path = format!("{}:{}:/usr/bin:/bin", bin.display(), keg.display());
    let report = finds(&sandbox, &[("PATH", &path)], &["warning path-dangling"]);
    let evidence = report["findings"][0]["evidence"][0].as_str().unwrap();
    assert!(evidence.ends_with("leads to `go`, and so back to itself"), "{evidence}");
    // `--fix` says it where it can do nothing.
    let run = sandbox.gvm_with(&[("PATH", &path)], &["doctor", "--fix"]).ok();
    assert!(run.stderr.contains("`--fix` can mend none of this"), "{run}");
    let gone = sandbox.path().join("gone");
    let (report, run) = examined(&sandbox, &[("GVM_RS_MIRROR", gone.to_str().unwrap())], &["--network"]);
    assert_eq!(ids(&report), ["error network-mirror"], "{run}");
    assert_eq!(report["findings"][0]["mend"], "name another directory by GVM_RS_MIRROR");
}

#[test]
fn an_empty_version_file_is_found_and_repaired() {
    let (_mirror, sandbox) = healthy();
    let file = sandbox.root().join("versions/go1.22.5/VERSION");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&file, "").unwrap();
    finds(&sandbox, &[], &["error toolchain-damaged"]);
    sandbox.gvm(&["repair"]).ok();
    finds(&sandbox, &[], &[]);
}

#[test]
fn shells_that_cannot_be_asked_are_a_warning() {
    let (_mirror, sandbox) = healthy();
    let mut command = sandbox.command("/bin/bash");
    let script = "ulimit -n 10; exec \"$GVM\" doctor --json";
    command.args(["-c", script]).env("GVM", env!("CARGO_BIN_EXE_gvm-rs"));
    let run = sandbox.start(command).wait();
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    assert!(ids(&report).contains(&"warning shell-unknown".to_owned()), "{run}");
    assert!(report["healthy"] == false, "{run}");
}
