//! `ci`: files held against each other, nodes of clusters, variables for later steps, and the action that uses them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "ci/action.rs"]
mod action;
#[path = "ci/env.rs"]
mod env;
#[path = "ci/nodes.rs"]
mod nodes;
#[path = "ci/project.rs"]
mod project;

use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{FakeGo, Mirror, Run, Sandbox};

/// A home in which go1.22.5 is current and go1.21.13 is there too; more releases are known.
fn stocked() -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.5", "1.22.8", "1.23.1", "1.27.0"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    // An index that is a file answers without a network.
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.21.13", "1.22.5"]).ok();
    sandbox.gvm(&["use", "1.22.5", "--proof", "version"]).ok();
    (mirror, sandbox)
}

fn write(directory: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
}
