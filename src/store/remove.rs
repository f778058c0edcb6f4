//! Removing is publishing backwards: a rename out of sight, gone at once and whole, then deletion at leisure.

use std::path::{Path, PathBuf};

use super::{StoreError, Writer};
use crate::disk::DiskError;
use crate::model::GoVersion;

/// A toolchain that is out of sight and not deleted yet.
#[derive(Debug)]
#[must_use = "what was removed still takes up space until it is deleted"]
pub struct Removed {
    version: GoVersion,
    trash: super::Staging,
}

/// How many generations a prune keeps.
const KEPT_GENERATIONS: usize = 10;

impl Writer<'_> {
    /// Takes a toolchain out of sight. `force` goes ahead though a rollback or a running program needs it.
    pub fn remove(&self, version: GoVersion, force: bool) -> Result<Removed, StoreError> {
        let (layout, disk) = (&self.store.layout, self.disk());
        if !self.store.has(version) {
            return Err(StoreError::NotInstalled(version));
        }
        if self.store.current()?.is_some_and(|current| current.version == version) {
            return Err(StoreError::IsCurrent(version));
        }
        if !force {
            self.check_unneeded(version)?;
        }
        let trash = self.new_staging()?;
        let tree = layout.tree(version);
        disk.remove_file(&layout.launcher(version))?;
        match disk.withdraw(&tree, &trash.tree()) {
            Ok(()) => {}
            // In an overlay file system a directory of a lower layer cannot be renamed.
            Err(error) if is_cross_device(&error) => disk.remove_tree(&tree)?,
            Err(error) => return Err(error.into()),
        }
        for unofficial in [false, true] {
            disk.remove_file(&layout.manifest(version, unofficial))?;
        }
        Ok(Removed { version, trash })
    }

    fn check_unneeded(&self, version: GoVersion) -> Result<(), StoreError> {
        if self.store.rollback_target()?.is_some_and(|target| target.version == version) {
            return Err(StoreError::IsRollbackTarget(version));
        }
        let processes = running_from(&self.store.layout.tree(version));
        if !processes.is_empty() {
            return Err(StoreError::InUse { version, processes });
        }
        Ok(())
    }

    /// Removes all but the last generations, and never one that `current` or `previous` needs.
    pub fn trim_history(&self) -> Result<usize, StoreError> {
        let mut numbers = self.store.generation_numbers()?;
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        let needed = [self.store.current()?, self.store.previous()?].map(|kept| kept.map(|kept| kept.number));
        let mut removed = 0;
        for number in
            numbers.into_iter().skip(KEPT_GENERATIONS).filter(|&number| !needed.contains(&Some(number)))
        {
            let trash = self.store.layout.staging().join("generation");
            self.disk().withdraw(&self.store.layout.generation(number), &trash)?;
            self.disk().remove_tree(&trash)?;
            removed += 1;
        }
        Ok(removed)
    }
}

impl Removed {
    /// The toolchain that is gone.
    pub fn version(&self) -> GoVersion {
        self.version
    }

    /// Deletes its files; needs no lock. What a crash leaves is swept by the next writer.
    pub fn delete(self) {
        drop(self.trash);
    }
}

fn is_cross_device(error: &DiskError) -> bool {
    error.source.kind() == std::io::ErrorKind::CrossesDevices
}

/// Returns the processes that run a program of this tree or work in it, as far as this user can see.
fn running_from(tree: &Path) -> Vec<u32> {
    let Ok(tree) = tree.canonicalize() else { return Vec::new() };
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let is_below = |link: PathBuf| std::fs::read_link(link).is_ok_and(|target| target.starts_with(&tree));
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(|id: u32| (id, entry.path())))
        .filter(|(_, path)| is_below(path.join("exe")) || is_below(path.join("cwd")))
        .map(|(id, _)| id)
        .collect()
}
