//! `sh install.sh`, with a cargo that has nothing left to build.

use std::os::unix::fs::PermissionsExt as _;

use super::{install, script};
use crate::needs;
use crate::support::{Sandbox, tree_names};

/// A sandbox whose cargo copies the program where a release build would put it, and notes how it was called.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let tools = sandbox.dir("tools");
    let cargo = tools.join("cargo");
    let script = format!(
        "#!/bin/sh\necho \"$PWD $*\" >\"$HOME/asked\"\nmkdir -p \"$CARGO_TARGET_DIR/release\"\n\
         cp '{}' \"$CARGO_TARGET_DIR/release/gvm-rs\"\n",
        env!("CARGO_BIN_EXE_gvm-rs")
    );
    std::fs::write(&cargo, script).unwrap();
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", tools.display());
    let target = sandbox.path().join("target");
    sandbox.env("PATH", path).env("CARGO_TARGET_DIR", target)
}

#[test]
fn the_script_builds_installs_and_tells_what_comes_next() {
    for shell in ["dash", "bash", "zsh"] {
        if !needs::program(shell) {
            continue;
        }
        let sandbox = sandbox();
        let run = install(&sandbox, shell, &[]).ok();
        let place = sandbox.home().join(".local/bin");
        assert_eq!(tree_names(&place), ["gvm-rs"], "{run}");
        assert!(run.text().contains("installed: [HOME]/.local/bin/gvm-rs (gvm-rs "), "{run}");
        assert!(run.text().contains("eval \"$([HOME]/.local/bin/gvm-rs init bash)\""), "{run}");
        let asked = std::fs::read_to_string(sandbox.home().join("asked")).unwrap();
        assert!(
            asked.starts_with(&format!("{} build --release --locked", env!("CARGO_MANIFEST_DIR"))),
            "{asked}"
        );
        // Once more, over what is there, and elsewhere.
        install(&sandbox, shell, &[]).ok();
        let run = install(&sandbox, shell, &["--to", "it's here"]).ok();
        assert!(sandbox.home().join("it's here/gvm-rs").is_file(), "{run}");
        assert!(sandbox.sh("\"./it's here/gvm-rs\" --version").ok().out().starts_with("gvm-rs "));
    }
}

#[test]
fn the_script_refuses_what_it_cannot_do() {
    let sandbox = sandbox();
    std::fs::create_dir_all(sandbox.home().join("taken/gvm-rs")).unwrap();
    for (args, told) in [
        (&["--to"][..], "--to needs a value"),
        (&["--from"], "--from needs a value"),
        (&["--nonsense"], "unknown argument"),
        (&["--to", "taken"], "is a directory"),
    ] {
        let run = install(&sandbox, "sh", args).fails(1);
        assert!(run.stderr.contains(told), "{run}");
    }
    assert!(install(&sandbox, "sh", &["--help"]).ok().stdout.starts_with("usage: sh install.sh"));
    assert!(!sandbox.home().join(".local").exists());
}

#[test]
fn the_checkout_of_something_else_is_not_built() {
    let sandbox = sandbox();
    std::fs::write(sandbox.home().join("Cargo.toml"), "").unwrap();
    let piped = format!("cat '{}' | sh", script().display());
    let run = sandbox.sh(&piped).fails(1);
    assert!(run.stderr.contains("name the releases with --from URL"), "{run}");
    assert!(!sandbox.home().join("asked").exists());
}
