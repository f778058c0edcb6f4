//! `setup` and `teardown`: the user's files, byte for byte, and Go in every way to start the real shells.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests; a skip must show"
)]

mod needs;
mod support;

#[path = "setup/consent.rs"]
mod consent;
#[path = "setup/files.rs"]
mod files;
#[path = "setup/hostile.rs"]
mod hostile;
#[path = "setup/restore.rs"]
mod restore;
#[path = "setup/shells.rs"]
mod shells;
#[path = "setup/systemd.rs"]
mod systemd;

use std::path::Path;
use std::process::Command;

use support::{FakeGo, Mirror, Run, Sandbox};

/// A home in which go1.22.5 is current and go1.21.13 is there too; no session manager listens.
fn installed() -> (Mirror, Sandbox) {
    installed_in(Sandbox::new())
}

fn installed_in(sandbox: Sandbox) -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.5"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = sandbox.with_mirror(&mirror);
    let run = sandbox.dir("run");
    let sandbox = sandbox.with_settled_fish().env("TERM", "dumb").env("XDG_RUNTIME_DIR", run);
    sandbox.gvm(&["install", "1.21", "1.22"]).ok();
    sandbox.gvm(&["use", "1.22"]).ok();
    (mirror, sandbox)
}

/// A home without anything.
fn empty() -> Sandbox {
    let sandbox = Sandbox::new();
    let run = sandbox.dir("run");
    sandbox.with_settled_fish().env("TERM", "dumb").env("XDG_RUNTIME_DIR", run)
}

fn write(sandbox: &Sandbox, name: &str, text: impl AsRef<[u8]>) {
    let path = sandbox.home().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Everything in a home but the root: names, bytes, modes and targets.
fn contents(home: &Path) -> Vec<(String, String)> {
    use std::os::unix::fs::MetadataExt as _;
    let names = support::tree_names(home).into_iter().filter(|name| !name.starts_with(".gvm-rs/"));
    names
        .map(|name| {
            let path = home.join(name.split(" -> ").next().unwrap());
            let meta = std::fs::symlink_metadata(&path).unwrap();
            let bytes = if meta.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            (name, format!("{:o} {} {:?}", meta.mode(), meta.uid(), bytes.escape_ascii().to_string()))
        })
        .collect()
}

/// Runs a program in a terminal and types these lines; returns what the terminal showed.
fn in_terminal(sandbox: &Sandbox, words: &str, typed: &str) -> Run {
    let input = sandbox.path().join("typed");
    std::fs::write(&input, typed).unwrap();
    let mut command: Command = sandbox.command("script");
    command.args(["-qec", words, "/dev/null"]).stdin(std::fs::File::open(input).unwrap());
    sandbox.start(command).wait()
}
