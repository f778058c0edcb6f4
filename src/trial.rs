//! Trials: a command under a toolchain that is installed, or received and proved for the occasion and never
//! installed. Nothing of such a toolchain is left behind: no tree, no generation, no name on PATH.

use std::io;
use std::path::PathBuf;

use crate::gvm::{Gvm, GvmError, Target};
use crate::model::{GoVersion, VersionRequest};
use crate::progress::Event;
use crate::store::{Destination, Lent, Slots, StoreError};

pub use bisect::{Bisect, Candidates, Finding, Found, Step};
pub use matrix::{Entry, Outcome, Plan, Row, Spec};
pub use search::{Search, Verdict};
pub use task::Task;

mod bisect;
mod matrix;
mod search;
mod task;

/// A trial that could not be made, or came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The toolchain could not be had.
    #[error(transparent)]
    Gvm(#[from] GvmError),
    /// The command could not be started.
    #[error("cannot run `{command}`")]
    CannotRun {
        /// Its first word, shortened.
        command: String,
        /// Why not.
        source: io::Error,
    },
    /// The command said that it could not be run, by the exit code that shells have for that.
    #[error("the command could not be run under {} (exit code {code})", version.toolchain())]
    Unrunnable {
        /// Under which release.
        version: GoVersion,
        /// 126 or 127.
        code: u8,
    },
    /// Somebody else ended the command, so nobody knows what would have become of it.
    #[error("the command was killed under {} (signal {signal})", version.toolchain())]
    Killed {
        /// Under which release.
        version: GoVersion,
        /// By which signal.
        signal: i32,
    },
    /// Both ends of a bisection are one release.
    #[error("the good and the bad end are both {}", .0.toolchain())]
    SameEnds(GoVersion),
    /// The release that was named as good or bad is not.
    #[error("{} was named as {named}, but there the command {found}", version.toolchain())]
    WrongEnd {
        /// The release.
        version: GoVersion,
        /// `good` or `bad`.
        named: &'static str,
        /// What the command says of it.
        found: Found,
    },
}

impl From<StoreError> for TrialError {
    fn from(error: StoreError) -> TrialError {
        TrialError::Gvm(error.into())
    }
}

/// A toolchain to run things under.
#[derive(Debug)]
#[must_use = "a toolchain that is not installed is removed when this is dropped"]
pub enum Trial {
    /// One that is installed, and stays.
    Installed {
        /// The release.
        version: GoVersion,
        /// Its tree.
        tree: PathBuf,
    },
    /// One that is staged, and goes when this is dropped.
    Lent(Lent),
}

impl Trial {
    /// The release.
    pub fn version(&self) -> GoVersion {
        match self {
            Trial::Installed { version, .. } => *version,
            Trial::Lent(lent) => lent.version(),
        }
    }

    /// Its tree, the GOROOT.
    pub fn tree(&self) -> PathBuf {
        match self {
            Trial::Installed { tree, .. } => tree.clone(),
            Trial::Lent(lent) => lent.tree(),
        }
    }
}

impl Gvm<'_> {
    /// Returns a toolchain to try: the installed one that `use` would take, or else the release that it would
    /// install, which is not installed.
    pub fn trial(&self, request: &VersionRequest) -> Result<Trial, GvmError> {
        match self.installed(request)? {
            Some(version) => self.trial_of_installed(version),
            None if *request == VersionRequest::Previous => Err(StoreError::NothingBefore.into()),
            None => self.trial_of(self.find(request)?),
        }
    }

    /// Returns a release to try; one that is not installed is received and proved, and not installed.
    pub fn trial_of(&self, target: Target) -> Result<Trial, GvmError> {
        let found = match target {
            Target::There(installed) => return self.trial_of_installed(installed.version),
            Target::Wanted(found) => found,
        };
        let version = found.archive.version;
        let proven = self.prove(&self.provenance(&found)?, &Slots::new(1), Destination::Trial);
        self.progress.event(Event::Ended { version });
        match proven? {
            Some(proven) => Ok(Trial::Lent(proven.lend()?)),
            None => self.trial_of_installed(version),
        }
    }

    fn trial_of_installed(&self, version: GoVersion) -> Result<Trial, GvmError> {
        self.store.check_usable(version)?;
        Ok(Trial::Installed { version, tree: self.store.layout().tree(version) })
    }
}
