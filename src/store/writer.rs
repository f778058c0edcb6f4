//! The lock guard: whatever publishes or removes is a method of [`Writer`], so nothing changes without the lock.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::layout::{self, COMMANDS, FORMAT};
use super::lock::{Purpose, Waiting};
use super::staging::{LOCK, Settled, Staging};
use super::{Cached, Store, StoreError};
use crate::disk::{Disk, DiskError, Published};
use crate::model::GoVersion;

/// Holds the lock of the store, and may write to it.
#[derive(Debug)]
pub struct Writer<'a> {
    pub(super) store: &'a Store,
    pub(super) purpose: Purpose,
    pub(super) _lock: File,
}

/// What became of a toolchain that was ready to be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is installed now.
    Installed,
    /// Another process had installed the same version by then; this copy was thrown away.
    AlreadyThere,
}

impl Store {
    /// Takes the lock, completes the layout and sweeps what crashes left behind.
    pub fn lock(&self, purpose: &Purpose, waiting: Waiting<'_>) -> Result<Writer<'_>, StoreError> {
        let lock = self.take_lock(purpose, waiting)?;
        let writer = Writer { store: self, purpose: purpose.clone(), _lock: lock };
        writer.complete_layout()?;
        writer.sweep()?;
        Ok(writer)
    }

    /// Whether a writer would find something to sweep or to restore that an install of a toolchain can have left. What
    /// a running one has in staging counts, too.
    pub fn has_leftovers(&self, version: GoVersion) -> bool {
        let has_staged = || self.names_in(&self.layout.staging()).is_ok_and(|names| !names.is_empty());
        let is_empty_download = |cached: &Cached| cached.is_partial && cached.size == 0;
        std::fs::symlink_metadata(self.layout.launcher(version)).is_err()
            || has_staged()
            || self.cached().is_ok_and(|cached| cached.iter().any(is_empty_download))
    }
}

impl Writer<'_> {
    pub(super) fn disk(&self) -> &Disk {
        &self.store.disk
    }

    /// Creates what is missing of the layout; the format number comes last.
    pub(super) fn complete_layout(&self) -> Result<(), StoreError> {
        let (layout, disk) = (&self.store.layout, self.disk());
        for directory in layout.directories().iter().filter(|directory| !directory.is_dir()) {
            disk.create_dir(directory)?;
        }
        for command in COMMANDS {
            let link = layout.bin().join(command);
            self.ensure_link(&link, &layout::command_target(command))?;
        }
        if !layout.format().exists() {
            disk.sync_dir(&layout.bin())?;
            let new = layout.staging().join("layout");
            disk.remove_file(&new)?;
            disk.write_new(&new, format!("{FORMAT}\n").as_bytes())?;
            match disk.publish_new(&new, &layout.format())? {
                Published::Done | Published::AlreadyThere => {}
            }
        }
        Ok(())
    }

    /// Makes sure that `link` points to `target`, whatever stood there.
    pub(super) fn ensure_link(&self, link: &Path, target: &Path) -> Result<bool, StoreError> {
        if std::fs::read_link(link).is_ok_and(|found| found == target) {
            return Ok(false);
        }
        let temporary = self.store.layout.staging().join("link");
        self.disk().remove_file(&temporary)?;
        self.disk().replace_link_unsynced(target, link, &temporary)?;
        Ok(true)
    }

    /// Removes what crashes left behind, and restores the links that follow from what is installed.
    pub(super) fn sweep(&self) -> Result<(), StoreError> {
        let (layout, disk) = (&self.store.layout, self.disk());
        let staged = self.store.names_in(&layout.staging())?;
        for name in staged.iter().filter(|name| !name.ends_with(LOCK)) {
            let path = layout.staging().join(name);
            let lock = layout.staging().join(format!("{name}{LOCK}"));
            if self.is_abandoned(&lock)? {
                disk.remove_tree(&path)?;
            }
        }
        for name in staged.iter().filter(|name| name.ends_with(LOCK)) {
            let lock = layout.staging().join(name);
            if self.is_abandoned(&lock)? {
                disk.remove_file(&lock)?;
            }
        }
        for link in [layout.current(), layout.previous()].map(|link| temporary_link(&link)) {
            if std::fs::symlink_metadata(&link).is_ok() {
                disk.remove_file(&link)?;
            }
        }
        self.sweep_cache()?;
        self.sweep_trash()?;
        self.restore_launchers()
    }

    /// Whether the process that staged something is gone: it held a lock as long as it lived.
    fn is_abandoned(&self, lock: &Path) -> Result<bool, StoreError> {
        match File::open(lock) {
            Ok(file) => Ok(self.disk().try_lock(&file, lock)?),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(true),
            Err(e) => Err(DiskError::new("open", lock, e).into()),
        }
    }

    /// Gives each installed toolchain its name in `bin`, and takes those of removed ones away;
    /// their manifests follow them.
    fn restore_launchers(&self) -> Result<(), StoreError> {
        let layout = &self.store.layout;
        let installed: BTreeSet<GoVersion> = self.store.installed()?.into_iter().collect();
        // What somebody lost is not what somebody removed: it can be repaired.
        let lost = self.store.lost()?;
        let mut missing = installed.clone();
        for name in self.store.names_in(&layout.bin())? {
            let Some(version) = GoVersion::of_toolchain(&name) else { continue };
            if !missing.remove(&version) && !lost.contains(&version) {
                self.disk().remove_file(&layout.bin().join(name))?;
            }
        }
        for version in missing {
            match self.add_launcher(version) {
                // Whoever has room makes it. A rollback must not fail for the lack of a name that it does not need.
                Err(error) if error.is_out_of_space() => {}
                outcome => outcome?,
            }
        }
        for name in self.store.names_in(&layout.manifests())? {
            let Some((version, _)) = layout::manifest_of(&name) else { continue };
            let is_known = installed.contains(&version) || lost.contains(&version);
            if !is_known && !self.follow_to_trash(version)? {
                self.disk().remove_file(&layout.manifests().join(name))?;
            }
        }
        Ok(())
    }

    /// Lets cmd/go find the toolchain under its own name on PATH (the GOTOOLCHAIN lookup).
    pub(super) fn add_launcher(&self, version: GoVersion) -> Result<(), StoreError> {
        let launcher = self.store.layout.launcher(version);
        self.ensure_link(&launcher, &layout::launcher_target(version)).map(|_| ())
    }

    /// Creates a place to work in that no sweep touches while this process lives.
    pub fn new_staging(&self) -> Result<Staging, StoreError> {
        Staging::create(&self.store.layout.staging(), self.disk())
    }

    /// Installs a toolchain: publishes its manifest, then its tree.
    ///
    /// Invariant: a tree that has its name is durable and has a manifest.
    pub fn commit(&self, settled: Settled) -> Result<Committed, StoreError> {
        let (layout, disk) = (&self.store.layout, self.disk());
        let provenance = &settled.provenance;
        let version = provenance.version;
        let committed = if self.store.has(version) {
            Committed::AlreadyThere
        } else {
            let is_unofficial = provenance.is_unofficial();
            self.publish_manifest(&settled.staging.manifest(), version, is_unofficial)?;
            match disk.publish_new(&settled.staging.tree(), &layout.tree(version))? {
                Published::Done => {
                    self.add_launcher(version)?;
                    disk.sync_dir(&layout.bin())?;
                    Committed::Installed
                }
                // Not ours, and not for us to remove.
                Published::AlreadyThere => {
                    disk.remove_file(&layout.manifest(version, is_unofficial))?;
                    return Err(StoreError::NameTaken { path: layout.tree(version) });
                }
            }
        };
        settled.finish()?;
        Ok(committed)
    }

    /// Gives a manifest its name. One of a tree that was lost may have stood for another root of trust.
    pub(super) fn publish_manifest(
        &self,
        from: &Path,
        version: GoVersion,
        is_unofficial: bool,
    ) -> Result<(), StoreError> {
        let layout = &self.store.layout;
        self.disk().publish_over(from, &layout.manifest(version, is_unofficial))?;
        let other = layout.manifest(version, !is_unofficial);
        if std::fs::symlink_metadata(&other).is_ok() {
            self.disk().remove_file(&other)?;
        }
        Ok(())
    }

    /// Replaces the cached release index; losing it costs one request.
    pub fn cache_index(&self, bytes: &[u8]) -> Result<(), StoreError> {
        let new = self.store.layout.staging().join("index");
        self.disk().remove_file(&new)?;
        self.disk().write_new(&new, bytes)?;
        Ok(self.disk().replace_unsynced(&new, &self.store.layout.index())?)
    }
}

/// The name beside a link under which its successor is made.
pub(super) fn temporary_link(link: &Path) -> PathBuf {
    let name = link.file_name().unwrap_or_default().to_string_lossy();
    link.with_file_name(format!(".{name}.new"))
}
