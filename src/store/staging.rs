//! Half-done toolchains, as types: each step takes what only the step before returns.
//!
//! [`Staged`] exists only where the digest matched, [`Proven`] only where the staged `go` ran,
//! [`Settled`] only where all of it is durable; and only that can be committed.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::StoreError;
use super::cache::Partial;
use super::manifest::Provenance;
use super::prove::{BuildError, Probe, ProofError};
use crate::disk::{Disk, DiskError};
use crate::model::GoVersion;

/// What the lock of a place in `staging` is called, after the place's name.
pub(super) const LOCK: &str = ".lock";

/// A place to work in, locked against sweeping for as long as this process lives.
#[derive(Debug)]
#[must_use]
pub struct Staging {
    directory: PathBuf,
    disk: Disk,
    used: AtomicUsize,
    lock: File,
}

impl Staging {
    pub(super) fn create(parent: &Path, disk: &Disk) -> Result<Staging, StoreError> {
        let (lock, lock_path) = disk.create_temporary(parent, LOCK)?;
        let directory = lock_path.with_extension("");
        // Nobody else can have the lock of a file that was just created, and whoever sweeps needs our caller's.
        if !disk.try_lock(&lock, &lock_path)? {
            return Err(StoreError::Busy { path: lock_path, holder: String::new() });
        }
        // First the guard: where the directory cannot be made, it takes the lock's name away again.
        let staging = Staging { directory, disk: disk.clone(), used: AtomicUsize::new(0), lock };
        disk.create_dir(&staging.directory)?;
        Ok(staging)
    }

    /// Where the tree grows.
    pub(super) fn tree(&self) -> PathBuf {
        self.directory.join("go")
    }

    /// Where the manifest is written.
    pub(super) fn manifest(&self) -> PathBuf {
        self.directory.join("manifest")
    }

    /// A name in it that was not given out before.
    pub(super) fn unused(&self, purpose: &str) -> PathBuf {
        self.directory.join(format!("{purpose}-{}", self.used.fetch_add(1, Ordering::Relaxed)))
    }

    /// The door to the disk that it is on.
    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Makes everything in it durable.
    pub(super) fn sync(&self) -> Result<(), DiskError> {
        self.disk.sync_tree(&self.directory)
    }

    /// Creates a directory for what a proof writes, in place of what one before has left.
    pub(super) fn scratch(&self) -> Result<Scratch, DiskError> {
        let path = self.directory.join("proof");
        self.disk.remove_tree(&path)?;
        self.disk.create_dir(&path)?;
        Ok(Scratch { path, disk: self.disk.clone(), _inherited: self.inherited()? })
    }

    /// The lock once more, in a form that programs started from here inherit.
    ///
    /// Invariant: as long as this lives, the place stays locked until the last program has ended that was started
    /// meanwhile, even if this process was killed before; so no sweep runs into them.
    fn inherited(&self) -> Result<OwnedFd, DiskError> {
        rustix::io::dup(&self.lock).map_err(|e| DiskError::new("share the lock of", &self.directory, e))
    }

    /// Throws away what was unpacked, to begin again.
    pub(super) fn clear(&self) -> Result<(), DiskError> {
        self.disk.remove_file(&self.manifest())?;
        self.disk.remove_tree(&self.tree())
    }
}

impl Drop for Staging {
    /// Tidies up. Where this does not happen (a kill, a power cut) the next writer sweeps.
    fn drop(&mut self) {
        let lock = self.directory.with_file_name(format!(
            "{}{LOCK}",
            self.directory.file_name().unwrap_or_default().to_string_lossy()
        ));
        let removed = self.disk.remove_tree(&self.directory).and_then(|()| self.disk.remove_file(&lock));
        // A failure here leaves a name that nobody reads, for the sweep.
        drop(removed);
    }
}

/// Where a proof writes, within a place in staging.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    disk: Disk,
    _inherited: OwnedFd,
}

impl Scratch {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    pub(super) fn remove(self) -> Result<(), DiskError> {
        self.disk.remove_tree(&self.path)
    }
}

/// A toolchain whose archive had the right hash, unpacked where nobody looks.
#[derive(Debug)]
#[must_use = "a staged toolchain is lost unless it is proved and committed"]
pub struct Staged {
    pub(super) staging: Staging,
    pub(super) provenance: Provenance,
    pub(super) partial: Partial,
    pub(super) is_for_trial: bool,
}

/// A staged toolchain whose `go` runs here and is the version that was asked for.
#[derive(Debug)]
#[must_use = "a proven toolchain is lost unless it is settled and committed"]
pub struct Proven(Staged);

/// A proven toolchain that survives a power cut; all that is missing is its name.
#[derive(Debug)]
#[must_use = "a settled toolchain is lost unless it is committed"]
pub struct Settled {
    pub(super) staging: Staging,
    pub(super) provenance: Provenance,
    partial: Partial,
}

/// A durable toolchain for another platform; all that is missing is its name, outside `versions/`.
#[derive(Debug)]
#[must_use = "a settled toolchain is lost unless it is exported"]
pub struct SettledForeign(pub(super) Staged);

/// A proven toolchain that is used where it was staged. It has no name that anybody looks at, and it is gone
/// when this is dropped.
#[derive(Debug)]
#[must_use = "a lent toolchain is removed when this is dropped"]
pub struct Lent {
    staging: Staging,
    version: GoVersion,
    _inherited: OwnedFd,
}

impl Staged {
    /// Proves the staged toolchain as its manifest says, and returns the toolchain if that is what it should be.
    pub fn prove(self, probe: &Probe<'_>) -> Result<Proven, ProofError> {
        let Provenance { version, proof, .. } = self.provenance;
        // What the manifest says was shown, and nothing less.
        match probe.run(proof, &self.staging.tree(), version, &self.staging) {
            Ok(()) => Ok(Proven(self)),
            // It may be a good one: the next try goes on from here.
            Err(
                error @ (ProofError::Interrupted
                | ProofError::Build(BuildError::Disk(_) | BuildError::NoSpace(_))),
            ) if !self.is_for_trial => Err(error),
            Err(error) => {
                // The next try would unpack the same bytes, or there is none. A leftover costs space, not safety.
                drop(self.partial.discard());
                Err(error)
            }
        }
    }

    /// Lets go of a toolchain of which only some files were needed; the archive stays if it is to be kept.
    pub fn release(self) -> Result<(), StoreError> {
        self.partial.settle()?;
        self.partial.finish()
    }

    /// Makes a toolchain for another platform durable; it cannot be proved here, and cannot be committed.
    pub fn settle_foreign(self) -> Result<SettledForeign, StoreError> {
        self.partial.settle()?;
        self.staging.sync()?;
        Ok(SettledForeign(self))
    }
}

impl Proven {
    /// Makes tree and manifest durable, with one flush for all of it.
    pub fn settle(self) -> Result<Settled, StoreError> {
        let Staged { staging, provenance, partial, .. } = self.0;
        partial.settle()?;
        staging.sync()?;
        Ok(Settled { staging, provenance, partial })
    }

    /// Lends the toolchain out without installing it: nothing is flushed, and the download is let go, so that
    /// nobody who wants the same release waits for whoever uses this one.
    pub fn lend(self) -> Result<Lent, StoreError> {
        let Staged { staging, provenance, partial, .. } = self.0;
        partial.settle()?;
        partial.finish()?;
        Ok(Lent { _inherited: staging.inherited()?, staging, version: provenance.version })
    }
}

impl Lent {
    /// The release.
    pub fn version(&self) -> GoVersion {
        self.version
    }

    /// The tree, its GOROOT for as long as this lives.
    pub fn tree(&self) -> PathBuf {
        self.staging.tree()
    }
}

impl Settled {
    pub(super) fn finish(self) -> Result<(), StoreError> {
        self.partial.finish()
    }
}
