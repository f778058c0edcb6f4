//! A command to run, and what it gets to see of the toolchain it runs under. The one place that decides that.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::TrialError;

/// A command and what it inherits. Its words are run as they are; no shell reads them.
#[derive(Debug, Clone)]
pub struct Task {
    /// The program and its arguments.
    pub words: Vec<OsString>,
    /// The PATH of the caller.
    pub path: OsString,
    /// Whether the caller's GOTOOLCHAIN counts, which may lead to another toolchain than the one that is named.
    pub keeps_gotoolchain: bool,
}

/// Programs that releases of Go have or had in `bin`.
const PROGRAMS_OF_GO: [&str; 3] = ["go", "gofmt", "godoc"];

impl Task {
    /// Returns the command with the toolchain in `tree` first on its PATH, and nothing set that would overrule it.
    ///
    /// Everything else is the caller's: the directory, GOCACHE (whose entries name the toolchain that made them),
    /// GOFLAGS and the rest.
    pub fn under(&self, tree: &Path) -> Result<Command, TrialError> {
        let bin = tree.join("bin");
        let directories: Vec<PathBuf> =
            std::iter::once(bin.clone()).chain(std::env::split_paths(&self.path)).collect();
        let path = std::env::join_paths(directories).map_err(|e| self.cannot_run(io::Error::other(e)))?;
        // The toolchain's own programs by their path: the lookup would happen in the old PATH.
        let own = bin.join(self.program());
        let is_own = Path::new(self.program()).components().count() == 1 && own.is_file();
        let mut command = Command::new(if is_own { own.as_os_str() } else { self.program() });
        command.args(self.words.iter().skip(1)).env("PATH", path).env_remove("GOROOT");
        if !self.keeps_gotoolchain {
            // The toolchain that was named, and not another one that a go.mod or `go env -w` asks for.
            command.env("GOTOOLCHAIN", "local");
        }
        Ok(command)
    }

    /// Refuses a program that is nowhere to be found, before a toolchain is fetched for it.
    pub fn check(&self) -> Result<(), TrialError> {
        let program = self.program();
        let (is_there, problem) = match program.as_bytes().contains(&b'/') {
            true => (Path::new(program).exists(), "there is no such file"),
            false if PROGRAMS_OF_GO.iter().any(|own| program == *own) => return Ok(()),
            false => {
                let is_in = |dir: PathBuf| dir.join(program).exists();
                let is_there = !program.is_empty() && std::env::split_paths(&self.path).any(is_in);
                (is_there, "there is no such command")
            }
        };
        match is_there {
            true => Ok(()),
            false => Err(self.cannot_run(io::Error::new(io::ErrorKind::NotFound, problem))),
        }
    }

    /// The error of a command that did not start.
    pub fn cannot_run(&self, source: io::Error) -> TrialError {
        TrialError::CannotRun {
            command: self.program().to_string_lossy().chars().take(200).collect(),
            source,
        }
    }

    fn program(&self) -> &OsStr {
        self.words.first().map_or(OsStr::new(""), OsString::as_os_str)
    }
}
