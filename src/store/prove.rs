//! The proof: before a toolchain is committed its `go` must run here and be the version that was asked for, and
//! before it becomes current for the first time it must build programs. What a proof leaves lies in `staging/`.

mod build;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::manifest::{Manifest, Provenance};
use super::staging::Staging;
use super::{Store, StoreError, Writer};
use crate::disk;
use crate::model::GoVersion;
use crate::net::escaped;
use crate::process::{Environment, Exit, Stopped, Watch};
use crate::progress::Progress;

pub use build::BuildError;

/// A toolchain that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Its `VERSION` file is missing or unreadable.
    #[error("cannot read `{}`", path.display())]
    NoVersionFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It says it is another version.
    #[error("{} says it is `{found}`, not go{wanted}", path.display())]
    WrongVersion {
        /// Who says so: the `VERSION` file or the program.
        path: PathBuf,
        /// What it says, shortened and escaped.
        found: String,
        /// What was asked for.
        wanted: GoVersion,
    },
    /// Its `go` cannot be started.
    #[error("cannot run `{}`", path.display())]
    CannotRun {
        /// The program.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Its `go` ran and failed.
    #[error("`{} version` failed ({exit}): {output}", path.display())]
    Failed {
        /// The program.
        path: PathBuf,
        /// How it ended.
        exit: Exit,
        /// What it wrote, shortened and escaped.
        output: String,
    },
    /// Its `go` did not end in time.
    #[error("`{} version` did not end within {} s", path.display(), limit.as_secs())]
    TooSlow {
        /// The program.
        path: PathBuf,
        /// The limit.
        limit: Duration,
    },
    /// It cannot build what it should.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Somebody removed it meanwhile.
    #[error("another process removed it meanwhile")]
    Gone,
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// How much a toolchain has to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// Its `go` runs, and is the version that it should be.
    #[default]
    Version,
    /// It also compiles, links and vets a program that then runs; and one with C in it, where a C compiler works.
    Build,
}

/// How a toolchain is proved.
#[derive(Clone, Copy)]
pub struct Probe<'a> {
    /// How long its `go` may take to say its version.
    pub limit: Duration,
    /// How long its builds may take, all together.
    pub build_limit: Duration,
    /// What the C compiler is given.
    pub environment: &'a Environment,
    /// Asked whether to go on.
    pub progress: &'a dyn Progress,
}

const LARGEST_VERSION_FILE: u64 = 4096;

impl Store {
    /// Whether a toolchain need not build again: it has built, says its manifest, or it has been current since it was
    /// installed, says the history.
    pub fn has_built(&self, version: GoVersion) -> Result<bool, StoreError> {
        // Where the manifest is lost the history has to do.
        let (proof, since) = match self.provenance(version) {
            Ok(provenance) => (provenance.proof, provenance.installed_at),
            Err(_) => (Proof::Version, 0),
        };
        Ok(proof == Proof::Build || self.was_current(version, since)?)
    }

    /// Proves that the `go` of an installed toolchain runs, and is what its name says.
    pub fn prove_version(&self, version: GoVersion, probe: &Probe<'_>) -> Result<(), ProofError> {
        probe.version(&self.layout.tree(version), version)
    }

    /// Proves that an installed toolchain builds.
    pub fn prove_build(
        &self,
        version: GoVersion,
        staging: &Staging,
        probe: &Probe<'_>,
    ) -> Result<(), ProofError> {
        let tree = self.layout.tree(version);
        // Whoever removes a toolchain asks nobody who only tries it out, and somebody may install it anew.
        let identity = || fs::symlink_metadata(&tree).map(|meta| (meta.dev(), meta.ino())).ok();
        loop {
            let before = identity();
            match (probe.run(Proof::Build, &tree, version, staging), identity()) {
                (Err(ProofError::Interrupted), _) => return Err(ProofError::Interrupted),
                (Err(_), None) => return Err(ProofError::Gone),
                (Err(_), after) if after != before => {}
                (outcome, _) => return outcome,
            }
        }
    }
}

impl Writer<'_> {
    /// Writes into the manifest of a toolchain that it has built, unless it is not the one any more whose provenance
    /// this was before it did.
    pub fn remember_build(&self, before: &Provenance) -> Result<(), StoreError> {
        let Some((path, _)) = self.store.manifest_file(before.version) else { return Ok(()) };
        if !self.store.has(before.version) || Manifest::read_provenance(&path)? != *before {
            return Ok(());
        }
        let built = Provenance { proof: Proof::Build, ..before.clone() };
        let text = Manifest::with_provenance(&path, built)?;
        let new = self.store.layout.staging().join("manifest");
        self.disk().remove_file(&new)?;
        self.disk().write_new(&new, &text)?;
        Ok(self.disk().publish_over(&new, &path)?)
    }
}

impl Probe<'_> {
    /// Proves a tree; whatever that leaves is in the place in staging, and removed.
    pub(super) fn run(
        &self,
        level: Proof,
        tree: &Path,
        wanted: GoVersion,
        staging: &Staging,
    ) -> Result<(), ProofError> {
        self.version(tree, wanted)?;
        match level {
            Proof::Version => Ok(()),
            Proof::Build => build::run(self, tree, wanted, staging),
        }
    }

    /// Checks the tree's `VERSION` and runs its `go version`, in an environment where nothing can speak for it.
    fn version(&self, tree: &Path, wanted: GoVersion) -> Result<(), ProofError> {
        let path = tree.join("VERSION");
        let text = disk::read_capped(&path, LARGEST_VERSION_FILE, false)
            .map_err(|source| ProofError::NoVersionFile { path: path.clone(), source })?;
        let text = String::from_utf8_lossy(&text);
        let toolchain = wanted.toolchain();
        if text.lines().next() != Some(&toolchain) {
            return Err(ProofError::WrongVersion { path, found: excerpt(&text), wanted });
        }
        let go = tree.join("bin/go");
        let output = self.ask_version(&go)?;
        let mut words = output.split_ascii_whitespace();
        if (words.next(), words.next(), words.next()) != (Some("go"), Some("version"), Some(&toolchain)) {
            return Err(ProofError::WrongVersion { path: go, found: excerpt(&output), wanted });
        }
        Ok(())
    }

    fn ask_version(&self, go: &Path) -> Result<String, ProofError> {
        let watch = Watch { limit: Some(self.limit), leaves_nothing: true, progress: self.progress };
        let mut command = Command::new(go);
        command
            .arg("version")
            .env_clear()
            .env("GOTOOLCHAIN", "local")
            .env("GOENV", "off")
            .env("PATH", "/usr/bin:/bin")
            .current_dir("/");
        let ended = watch.output(&mut command).map_err(|stopped| match stopped {
            Stopped::CannotRun(source) => ProofError::CannotRun { path: go.to_owned(), source },
            Stopped::TooSlow(limit) => ProofError::TooSlow { path: go.to_owned(), limit },
            Stopped::Interrupted => ProofError::Interrupted,
        })?;
        if ended.exit.is_success() {
            return Ok(ended.stdout.text().into_owned());
        }
        let output = match [ended.stdout.text(), ended.stderr.text()].concat() {
            silence if silence.trim().is_empty() => "no output".to_owned(),
            output => excerpt(&output),
        };
        Err(ProofError::Failed { path: go.to_owned(), exit: ended.exit, output })
    }
}

fn excerpt(text: &str) -> String {
    let line: String = text.trim().lines().next().unwrap_or_default().chars().take(120).collect();
    escaped(&line).to_string()
}
