//! A small store that is prepared once and copied for each point of a test.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::archive::archive_name;
use crate::support::{Mirror, Sandbox};
use crate::witness::{Witness, tiny_go};

/// Current in the template.
pub const CURRENT: &str = "1.22.5";
/// What a rollback goes back to in the template.
pub const PREVIOUS: &str = "1.21.13";
/// Installed in the template, needed by nobody, and superseded.
pub const SUPERSEDED: &str = "1.22.4";
/// As [`SUPERSEDED`], and there only where a start says so.
pub const OLDER: &str = "1.22.3";
/// Not installed in the template.
pub const NEW: &str = "1.23.1";

/// Switches that make the template, more than a prune keeps.
const SWITCHES: usize = 13;

/// What a test starts from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// No root at all.
    Empty,
    /// Three toolchains and a history.
    Full,
    /// [`OLDER`] as well.
    Four,
    /// Then [`OLDER`] and [`SUPERSEDED`] were removed by one command.
    Removed,
}

/// A prepared store, and the releases that everything in it came from.
pub struct Template {
    sandbox: Sandbox,
    pub start: Start,
    mirror: Mirror,
    is_online: bool,
    pub witness: Witness,
}

impl Template {
    /// A store whose releases lie in a directory, which takes a third of the time.
    pub fn new(start: Start) -> Template {
        Template::make(start, false)
    }

    /// A store whose releases come over the network.
    pub fn online(start: Start) -> Template {
        Template::make(start, true)
    }

    fn make(start: Start, is_online: bool) -> Template {
        let mirror = Mirror::start();
        let mut witness = Witness::default();
        let sandbox = Sandbox::new();
        let releases = sandbox.dir("releases");
        for version in [CURRENT, PREVIOUS, SUPERSEDED, OLDER, NEW] {
            let archive = tiny_go(version);
            witness.knows(version, &archive);
            fs::write(releases.join(archive_name(version, "linux-amd64")), &archive).unwrap();
            mirror.add_bytes(version, "linux-amd64", archive);
        }
        fs::write(releases.join("index.json"), mirror.index_bytes()).unwrap();
        let template = Template { sandbox, start, mirror, is_online, witness };
        if start != Start::Empty {
            let sandbox = template.supplied(Sandbox::new());
            sandbox.gvm(&["install", CURRENT, PREVIOUS, SUPERSEDED]).ok();
            if start != Start::Full {
                sandbox.gvm(&["install", OLDER]).ok();
            }
            for switch in 0..SWITCHES {
                sandbox.gvm(&["use", if switch % 2 == 0 { CURRENT } else { PREVIOUS }]).ok();
            }
            if start == Start::Removed {
                sandbox.gvm(&["uninstall", SUPERSEDED, OLDER]).ok();
            }
            copy_tree(&sandbox.root(), &template.sandbox.root(), false);
        }
        template
    }

    fn supplied(&self, sandbox: Sandbox) -> Sandbox {
        if self.is_online {
            return sandbox.with_mirror(&self.mirror);
        }
        let releases = self.sandbox.path().join("releases");
        let index = releases.join("index.json");
        sandbox.env("GVM_RS_INDEX", index).env("GVM_RS_MIRROR", format!("file://{}", releases.display()))
    }

    /// A sandbox with a store of its own that is like this one.
    pub fn copy(&self) -> Sandbox {
        let copy = self.supplied(Sandbox::new());
        if self.start != Start::Empty {
            copy_tree(&self.sandbox.root(), &copy.root(), false);
        }
        copy
    }
}

/// Links stay links. Files of toolchains are hard links: nothing may write to them, and a file that this
/// process wrote itself could be busy when it is to be run.
fn copy_tree(from: &Path, to: &Path, is_toolchain: bool) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            symlink(fs::read_link(&from).unwrap(), &to).unwrap();
        } else if kind.is_dir() {
            copy_tree(
                &from,
                &to,
                is_toolchain || entry.file_name() == "versions" || entry.file_name() == "trash",
            );
        } else if is_toolchain {
            fs::hard_link(&from, &to).unwrap();
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}

/// The program, ready to run in a sandbox.
pub fn program(sandbox: &Sandbox, args: &[&str]) -> Command {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(args);
    command
}

/// Runs the program to its good end and returns its durable steps, a line each.
pub fn steps(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let log: PathBuf = sandbox.path().join("steps");
    let output = program(sandbox, args).env("GVM_RS_TEST_STEPS", &log).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    fs::read_to_string(log).unwrap().lines().map(str::to_owned).collect()
}
