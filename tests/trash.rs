//! Removing and bringing back: what is needed stays, what goes is in the trash, and `undo` brings it back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod support;

#[path = "trash/emptied.rs"]
mod emptied;
#[path = "trash/projects.rs"]
mod projects;
#[path = "trash/prunes.rs"]
mod prunes;
#[path = "trash/refusals.rs"]
mod refusals;
#[path = "trash/undo.rs"]
mod undo;

use serde_json::Value;
use support::{Sandbox, tree_names};

/// A sandbox in which these versions are installed, and no mirror any more.
fn with_installed(versions: &[&str]) -> Sandbox {
    Sandbox::with_installed(versions).1
}

/// Four versions; 1.23.1 is current, a rollback goes back to 1.22.5, and the other two were never used.
fn four() -> Sandbox {
    let sandbox = with_installed(&["1.21.12", "1.21.13", "1.22.5", "1.23.1"]);
    sandbox.gvm(&["use", "1.22"]).ok();
    sandbox.gvm(&["use", "1.23"]).ok();
    sandbox
}

fn json_of(sandbox: &Sandbox, args: &[&str]) -> Value {
    let run = sandbox.gvm(args).ok();
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
}

/// What lies in the trash, batch by batch.
fn trash(sandbox: &Sandbox) -> Vec<String> {
    let is_top =
        |name: &String| name.matches('/').count() <= 2 && !name.contains("/go1.") || name.ends_with("jsonl");
    let mut names = tree_names(&sandbox.root().join("trash"));
    names.retain(|name| is_top(name) || name.trim_end_matches('/').matches('/').count() == 1);
    names
}

/// Everything that one toolchain has in the root outside of the trash.
fn traces(sandbox: &Sandbox, version: &str) -> Vec<String> {
    let mut names = tree_names(&sandbox.root());
    names.retain(|name| name.contains(&format!("go{version}")) && !name.starts_with("trash/"));
    names
}

/// The `go` of a toolchain, run by the name that cmd/go looks up.
fn runs(sandbox: &Sandbox, version: &str) {
    let run = sandbox.sh(&format!("~/.gvm-rs/bin/go{version} version")).ok();
    assert_eq!(run.out(), format!("go version go{version} linux/amd64"));
}

/// Writes the moment of a removal into its record.
fn date_batch(sandbox: &Sandbox, number: u64, at: u64) {
    let path = sandbox.root().join(format!("trash/{number}/record.json"));
    let mut record: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    record["at"] = at.into();
    std::fs::write(&path, record.to_string()).unwrap();
}
