//! `why`: which `go` runs here and in fresh shells, and the layer that decides; and what `use` says about the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "why/layers.rs"]
mod layers;
#[path = "why/shells.rs"]
mod shells;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{FakeGo, Mirror, Run, Sandbox};

/// 1.21.13 and 1.22.5 are installed, and 1.22.5 is current.
fn stocked() -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.5"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.21.13", "1.22.5"]).ok();
    sandbox.gvm(&["use", "1.22.5"]).ok();
    (mirror, sandbox)
}

/// A tree of somebody else's Go; returns its `bin`.
fn other_go(sandbox: &Sandbox, place: &str, version: &str) -> PathBuf {
    let tree = sandbox.path().join(place);
    let bin = tree.join("bin");
    fs::create_dir_all(&bin).unwrap();
    fs::write(tree.join("VERSION"), format!("go{version}\ntime 2024-01-01T00:00:00Z\n")).unwrap();
    fs::write(bin.join("go"), "#!/bin/sh\ntouch \"$HOME/was-run\"\n").unwrap();
    fs::set_permissions(bin.join("go"), fs::Permissions::from_mode(0o755)).unwrap();
    bin
}

/// PATH with these directories before the system's.
fn path_of(directories: &[&Path]) -> String {
    let directories: Vec<String> = directories.iter().map(|path| path.display().to_string()).collect();
    format!("{}:/usr/bin:/bin", directories.join(":"))
}

/// Asks in a directory, and returns the part about here.
fn here(sandbox: &Sandbox, directory: &Path, env: &[(&str, &str)]) -> (Value, Run) {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["why", "--here", "--json"]).current_dir(directory).envs(env.iter().copied());
    let run = sandbox.start(command).wait();
    let json: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    (json["here"].clone(), run)
}

/// The names of the layers that decide.
fn deciding(here: &Value) -> Vec<&str> {
    let layers = here["layers"].as_array().unwrap();
    let deciding = layers.iter().filter(|layer| layer["decides"] == true);
    deciding.map(|layer| layer["layer"].as_str().unwrap()).collect()
}
