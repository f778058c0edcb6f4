//! `doctor`: nothing on a healthy machine; and each finding produced for real, found, and where it can be fixed, fixed
//! and then silent. What takes a real Go is in tests/real/doctor.rs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

#[path = "doctor/advice.rs"]
mod advice;
#[path = "doctor/fixes.rs"]
mod fixes;
#[path = "doctor/healthy.rs"]
mod healthy;
#[path = "doctor/launch.rs"]
mod launch;
mod needs;
#[path = "doctor/places.rs"]
mod places;
#[path = "doctor/settings.rs"]
mod settings;
mod support;
#[path = "doctor/syscalls.rs"]
mod syscalls;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{FakeGo, Mirror, Run, Sandbox};

/// 1.21.13 and 1.22.5 are installed, 1.22.5 is current, bash is set up, and PATH is what a shell of the user has.
fn healthy() -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.5"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror).with_settled_fish().env("SHELL", "/bin/bash");
    let path = format!("{}:/usr/bin:/bin", sandbox.root().join("bin").display());
    let sandbox = sandbox.env("PATH", path);
    for name in [".bashrc", ".profile"] {
        let skeleton = Path::new("/etc/skel").join(name);
        if skeleton.exists() {
            fs::copy(skeleton, sandbox.home().join(name)).unwrap();
        } else {
            fs::write(sandbox.home().join(name), "[ -n \"$BASH_VERSION\" ] && . ~/.bashrc\n").unwrap();
        }
    }
    sandbox.gvm(&["install", "1.21.13", "1.22.5"]).ok();
    sandbox.gvm(&["use", "1.22.5", "--proof", "version"]).ok();
    sandbox.gvm(&["setup", "--yes", "--no-systemd"]).ok();
    (mirror, sandbox)
}

/// What `doctor --json` says, with more words and variables.
fn examined(sandbox: &Sandbox, env: &[(&str, &str)], words: &[&str]) -> (Value, Run) {
    let run = sandbox.gvm_with(env, &[&["doctor", "--json"], words].concat());
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    (report, run)
}

/// The findings as `severity id`.
fn ids(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let id = |finding: &Value| {
        format!("{} {}", finding["severity"].as_str().unwrap(), finding["id"].as_str().unwrap())
    };
    findings.map(id).collect()
}

/// Fails unless exactly these are found, with this exit code.
#[track_caller]
fn finds(sandbox: &Sandbox, env: &[(&str, &str)], expected: &[&str]) -> Value {
    let (report, run) = examined(sandbox, env, &[]);
    assert_eq!(ids(&report), expected, "{run}");
    let is_error = expected.iter().any(|finding| finding.starts_with("error"));
    assert_eq!(run.code, Some(i32::from(is_error)), "{run}");
    report
}

/// The `go` of the current toolchain, ready to be replaced.
fn current_go(sandbox: &Sandbox) -> PathBuf {
    let bin = sandbox.root().join("versions/go1.22.5/bin");
    fs::set_permissions(&bin, fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_file(bin.join("go")).unwrap();
    bin.join("go")
}

/// Compiles a C program.
fn compile(sandbox: &Sandbox, source: &str, flags: &[&str], to: &Path) {
    let file = sandbox.path().join("source.c");
    fs::write(&file, source).unwrap();
    let mut command = Command::new("cc");
    command.arg("-o").arg(to).arg(&file).args(flags).env("PATH", "/usr/bin:/bin");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
