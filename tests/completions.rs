//! What can be typed next: the scripts in `completions/`, in the real shells, and the program that they ask.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "completions/answers.rs"]
mod answers;
#[path = "completions/shells.rs"]
mod shells;

use std::os::unix::fs::symlink;
use std::path::Path;

use support::{FakeGo, Mirror, Sandbox};

/// Each shell, and the name of its script.
const SCRIPTS: [(&str, &str); 6] = [
    ("bash", "gvm-rs.bash"),
    ("zsh", "_gvm-rs"),
    ("fish", "gvm-rs.fish"),
    ("nu", "gvm-rs.nu"),
    ("elvish", "gvm-rs.elv"),
    ("powershell", "gvm-rs.ps1"),
];

/// A store with toolchains, and the program on PATH as a user has it. No index is to be asked for from here on.
fn sandbox() -> (Sandbox, Mirror) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.5", "1.23.1", "1.24.0"] {
        mirror.add(FakeGo::new(version));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.21.13", "1.22.5", "1.23.1", "1.24.0"]).ok();
    sandbox.gvm(&["use", "1.22.5", "--proof", "version"]).ok();
    sandbox.gvm(&["uninstall", "1.24.0"]).ok();
    let bin = sandbox.dir("bin");
    symlink(env!("CARGO_BIN_EXE_gvm-rs"), bin.join("gvm-rs")).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    (sandbox.env("PATH", path), mirror)
}

#[test]
fn the_kept_completion_scripts_are_those_of_this_program() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for (shell, name) in SCRIPTS {
        // Neither a home nor a sound configuration is needed for that.
        let sandbox = Sandbox::new().without_env("HOME").env("GVM_RS_DOWNLOADS", "many");
        let run = sandbox.gvm(&["completions", shell]).ok();
        assert_eq!(run.stdout, std::fs::read_to_string(kept.join(name)).unwrap(), "{name}");
        assert!(run.stderr.is_empty(), "{run}");
    }
    assert_eq!(std::fs::read_dir(kept).unwrap().count(), SCRIPTS.len());
    Sandbox::new().gvm(&["completions", "tcsh"]).fails(2);
}
