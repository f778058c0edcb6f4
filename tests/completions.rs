//! The scripts in `completions/` are what this program generates.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::path::Path;
use std::process::Command;

#[test]
fn the_kept_completion_scripts_are_those_of_this_program() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for (shell, name) in [("bash", "gvm-rs.bash"), ("zsh", "_gvm-rs"), ("fish", "gvm-rs.fish")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gvm-rs"));
        let generated = command.args(["completions", shell]).env_clear().env("HOME", "/nonexistent").output();
        let generated = generated.unwrap();
        assert!(generated.status.success(), "completions {shell} failed: {generated:?}");
        // Not assert_eq: nobody wants to read a thousand lines twice.
        assert!(
            std::fs::read(kept.join(name)).unwrap_or_default() == generated.stdout,
            "completions/{name} is not up to date; run: cargo run -- completions {shell} >completions/{name}"
        );
    }
}
