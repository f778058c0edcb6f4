//! Switches that prove themselves, and `upgrade`, which undoes itself: whatever goes wrong, what is `go` afterwards
//! is what was `go` before, and that is said.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "upgrade/check.rs"]
mod check;
#[path = "upgrade/plan.rs"]
mod plan;
#[path = "upgrade/proof.rs"]
mod proof;
#[path = "upgrade/shells.rs"]
mod shells;
#[path = "upgrade/tools.rs"]
mod tools;

use serde_json::Value;
use support::{Broken, FakeGo, Mirror, Sandbox, tree_names};

/// Current before anything happens.
const OLD: &str = "1.22.4";
/// The newest of its line.
const NEW: &str = "1.22.6";

/// A home in which [`OLD`] is current, and a mirror that has [`NEW`] too, which may be broken.
fn scene(broken: Option<Broken>) -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    mirror.add(FakeGo::new(OLD).padding(2000));
    let new = FakeGo::new(NEW).padding(2000);
    mirror.add(match broken {
        Some(how) => new.broken_binary(how),
        None => new,
    });
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["use", OLD]).ok();
    (mirror, sandbox)
}

/// What is current.
fn current(sandbox: &Sandbox) -> String {
    sandbox.gvm(&["current"]).ok().out().trim_start_matches("go").to_owned()
}

/// The versions of the history, oldest first.
fn history(sandbox: &Sandbox) -> Vec<String> {
    let entries: Vec<Value> = serde_json::from_str(&sandbox.gvm(&["history", "--json"]).ok().stdout).unwrap();
    entries.iter().map(|entry| entry["version"].as_str().unwrap().to_owned()).collect()
}

/// Everything below the root but what the network brought.
fn state(sandbox: &Sandbox) -> Vec<String> {
    tree_names(&sandbox.root()).into_iter().filter(|name| !name.starts_with("cache/")).collect()
}

fn nothing_is_staged(sandbox: &Sandbox) {
    assert_eq!(tree_names(&sandbox.root().join("staging")), [""; 0]);
}
