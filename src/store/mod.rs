//! The state on disk. [`Store`] reads and takes no lock; [`Writer`], the lock guard, writes.
//!
//! Invariant: whatever has a name that readers look at is complete. Everything is written under
//! `staging/`, made durable, and published by one rename; what a crash leaves behind has names that
//! nobody reads, and the next writer sweeps it.

mod cache;
mod damage;
mod decisive;
mod dismantle;
mod edited;
mod foreign;
mod history;
mod layout;
mod leftovers;
mod lock;
mod manifest;
mod needs;
mod pipe;
mod projects;
mod prove;
mod receive;
mod remove;
mod repair;
mod restore;
mod shell_code;
mod staging;
mod structure;
mod switch;
mod trash;
mod unpack;
mod verify;
mod writer;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{self, Disk, DiskError};
use crate::model::GoVersion;

pub use cache::Cached;
pub use damage::{Fault, Finding};
pub use foreign::Foreign;
pub use history::{Entry, Generation, Record};
pub use layout::Layout;
pub use lock::{Purpose, Waiting};
pub use manifest::{FileRecord, Manifest, Provenance, Root};
pub use needs::{Need, Process, Project, Surroundings};
pub use prove::{BuildError, Probe, Proof, ProofError};
pub use receive::{Destination, Order, ReceiveError, Received, Slots};
pub use remove::{Discarded, Fate, Removed, Removing, Sweepings};
pub use repair::{Mending, SettledMending, Taken};
pub use restore::{Basis, Restored};
pub use staging::{Lent, Proven, Settled, SettledForeign, Staged, Staging};
pub use switch::Switched;
pub use trash::{Batch, BroughtBack, Emptied, Removal};
pub use unpack::{Limits, UnpackError, unpack};
pub use verify::TreeCheck;
pub use writer::{Committed, Writer};

/// A store that could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Another program, or a later version of this one, laid out the root.
    #[error("`{}` has layout {found:?}, and this program knows layout {}", root.display(), layout::FORMAT)]
    UnknownLayout {
        /// The root.
        root: PathBuf,
        /// What its `layout` file says.
        found: String,
    },
    /// A name that should be a link is something else; it is left alone.
    #[error("`{}` is not a link that gvm-rs made", path.display())]
    NotALink {
        /// The name.
        path: PathBuf,
    },
    /// Something that is no toolchain has the name of one; it is left alone.
    #[error("`{}` is in the way: it is not a toolchain that gvm-rs made", path.display())]
    NameTaken {
        /// The name.
        path: PathBuf,
    },
    /// A file or link of the store does not say what it should.
    #[error("`{}` is damaged: {reason}", path.display())]
    Damaged {
        /// The file or link.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Somebody else could change the store, or own what is written to it.
    #[error("refusing to use `{}`: {reason}", root.display())]
    Unsafe {
        /// The root.
        root: PathBuf,
        /// Why.
        reason: String,
    },
    /// Another process held the lock for longer than the caller would wait.
    #[error("`{}` is locked by another gvm-rs{}", path.display(), if holder.is_empty() { String::new() } else { format!(" ({holder})") })]
    Busy {
        /// The lock.
        path: PathBuf,
        /// The note in it, escaped.
        holder: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The toolchain is not there.
    #[error("{} is not installed", .0.toolchain())]
    NotInstalled(GoVersion),
    /// The toolchain is what `go` runs.
    #[error("{} is the current toolchain", .0.toolchain())]
    IsCurrent(GoVersion),
    /// Something would break without the toolchain.
    #[error("{} is {}", version.toolchain(), needs::phrase(needs))]
    Needed {
        /// The toolchain.
        version: GoVersion,
        /// What needs it.
        needs: Vec<Need>,
    },
    /// The toolchain is not in the trash.
    #[error("{} is not in the trash", .0.toolchain())]
    NotInTrash(GoVersion),
    /// What was removed last is there again.
    #[error("{} was installed anew since it was removed; the removed copy stays in the trash", .0.toolchain())]
    InstalledAnew(GoVersion),
    /// The disk has no room for what is about to be written.
    #[error("not enough space at `{}`: {need} {unit} needed, {have} left", path.display())]
    NoSpace {
        /// A directory on the file system.
        path: PathBuf,
        /// `bytes` or `files`.
        unit: &'static str,
        /// How many are needed.
        need: u64,
        /// How many there are.
        have: u64,
    },
    /// Nothing on this file system can be run.
    #[error("`{}` is on a file system mounted noexec: no Go there could run", .0.display())]
    NoExec(PathBuf),
    /// There is no generation to go back to.
    #[error("there is nothing to go back to")]
    NothingBefore,
    /// There is no such generation.
    #[error("there is no generation {0}")]
    NoGeneration(u64),
}

/// Reads a store. Nothing here takes the lock, waits, or writes.
#[derive(Debug, Clone)]
pub struct Store {
    layout: Layout,
    disk: Disk,
}

impl Store {
    /// Opens the store at `root`, an absolute path; a root that does not exist yet is an empty store.
    pub fn open(root: PathBuf, disk: Disk) -> Result<Store, StoreError> {
        let layout = Layout::new(root);
        match disk::read_capped(&layout.format(), 64, false) {
            Ok(found) if found.trim_ascii() == layout::FORMAT.as_bytes() => {}
            Ok(found) => {
                let found = String::from_utf8_lossy(found.trim_ascii()).into_owned();
                return Err(StoreError::UnknownLayout { root: layout.root().to_owned(), found });
            }
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(e) => return Err(DiskError::new("read", &layout.format(), e).into()),
        }
        Ok(Store { layout, disk })
    }

    /// The door to the disk, for what lies outside of the store.
    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Where everything is.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns the installed versions, newest first.
    pub fn installed(&self) -> Result<Vec<GoVersion>, StoreError> {
        self.toolchains_in(&self.layout.versions())
    }

    /// Returns the installed versions whose archive was not the official one.
    pub fn unofficial(&self) -> Result<BTreeSet<GoVersion>, StoreError> {
        let mut versions = BTreeSet::new();
        self.each_entry(&self.layout.manifests(), |name, _| versions.extend(layout::unofficial_of(name)))?;
        Ok(versions)
    }

    /// Whether a toolchain is installed: its tree has its name, so it is complete.
    pub fn has(&self, version: GoVersion) -> bool {
        std::fs::symlink_metadata(self.layout.tree(version)).is_ok_and(|meta| meta.is_dir())
    }

    /// Refuses a toolchain that is not there, or has lost its `go`.
    pub fn check_usable(&self, version: GoVersion) -> Result<(), StoreError> {
        if !self.has(version) {
            return Err(StoreError::NotInstalled(version));
        }
        let go = self.layout.tree(version).join("bin/go");
        match go.is_file() {
            true => Ok(()),
            false => Err(StoreError::Damaged { path: go, reason: "it is missing".to_owned() }),
        }
    }

    /// Refuses before a download what could not be published after it.
    fn check_name_is_free(&self, version: GoVersion) -> Result<(), StoreError> {
        let path = self.layout.tree(version);
        match std::fs::symlink_metadata(&path) {
            Ok(meta) if !meta.is_dir() => Err(StoreError::NameTaken { path }),
            _ => Ok(()),
        }
    }

    /// Returns where an installed toolchain came from.
    pub fn provenance(&self, version: GoVersion) -> Result<Provenance, StoreError> {
        Manifest::read_provenance(&self.manifest_path(version)?)
    }

    /// Returns everything that an installed toolchain should hold.
    pub fn manifest(&self, version: GoVersion) -> Result<Manifest, StoreError> {
        Manifest::read(&self.manifest_path(version)?)
    }

    fn manifest_path(&self, version: GoVersion) -> Result<PathBuf, StoreError> {
        self.manifest_file(version).map(|(path, _)| path).ok_or(StoreError::NotInstalled(version))
    }

    /// Returns the manifest of a toolchain, and whether its name calls that unofficial.
    fn manifest_file(&self, version: GoVersion) -> Option<(PathBuf, bool)> {
        let paths = [false, true].map(|mark| (self.layout.manifest(version, mark), mark));
        paths.into_iter().find(|(path, _)| std::fs::symlink_metadata(path).is_ok())
    }

    /// Returns the versions whose trees lie in a directory, newest first.
    fn toolchains_in(&self, directory: &Path) -> Result<Vec<GoVersion>, StoreError> {
        let mut versions = Vec::new();
        self.each_entry(directory, |name, is_dir| {
            versions.extend(GoVersion::of_toolchain(name).filter(|_| is_dir));
        })?;
        versions.sort_unstable_by(|a, b| b.cmp(a));
        Ok(versions)
    }

    fn names_in(&self, directory: &Path) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        self.each_entry(directory, |name, _| names.push(name.to_owned()))?;
        Ok(names)
    }

    /// Shows each name in a directory, and whether it is a directory itself; none where there is no such directory.
    fn each_entry(&self, directory: &Path, show: impl FnMut(&str, bool)) -> Result<(), StoreError> {
        match disk::each_entry(directory, show) {
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(()),
            outcome => outcome.map_err(|e| DiskError::new("read the directory", directory, e).into()),
        }
    }
}
