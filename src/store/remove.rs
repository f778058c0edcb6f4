//! Removing is publishing backwards: a rename out of sight, gone at once and whole. Into the trash, from where it can
//! come back; or into staging, and then it is deleted once the lock is free.

use std::path::Path;

use super::manifest::Manifest;
use super::needs::{Need, Surroundings, running_from};
use super::{Staging, Store, StoreError, Writer};
use crate::disk::DiskError;
use crate::model::GoVersion;

/// How to remove.
#[derive(Debug, Clone, Copy, Default)]
pub struct Removing {
    /// Goes ahead whatever needs a toolchain, unless it is the current one.
    pub force: bool,
    /// Deletes at once instead of keeping it in the trash.
    pub purge: bool,
}

/// A toolchain that was removed.
#[derive(Debug)]
pub struct Removed {
    /// The toolchain that is gone.
    pub version: GoVersion,
    /// Its size in bytes; `None` where its manifest is lost.
    pub bytes: Option<u64>,
    /// Where it went.
    pub fate: Fate,
    /// What needed it, and breaks now.
    pub broken: Vec<Need>,
}

/// What became of a removed toolchain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It can be brought back.
    InTrash,
    /// It is deleted, as was asked for.
    Purged,
    /// It is deleted: there was no room for the record by which it would be brought back.
    NoRoom,
    /// It is deleted: this file system cannot rename it, as it is of a lower layer.
    OtherLayer,
}

/// Files that nobody sees any more.
#[derive(Debug, Default)]
#[must_use = "what was discarded still takes up space until it is deleted"]
pub struct Discarded(Vec<Staging>);

/// What one command removes, in one batch of the trash.
#[derive(Debug)]
pub struct Sweepings<'a> {
    writer: &'a Writer<'a>,
    removing: Removing,
    /// Made when the first toolchain goes into it.
    batch: Option<u64>,
    discarded: Discarded,
}

impl Store {
    fn bytes_of(&self, version: GoVersion) -> Option<u64> {
        Manifest::read_bytes(&self.manifest_path(version).ok()?)
    }
}

impl Writer<'_> {
    /// Begins to remove.
    pub fn removals(&self, removing: Removing) -> Sweepings<'_> {
        Sweepings { writer: self, removing, batch: None, discarded: Discarded::default() }
    }

    /// Takes a tree or a batch out of sight.
    ///
    /// On a full disk it is deleted at once, as there is no room to keep it from the sweep of another writer.
    pub(super) fn discard(&self, directory: &Path, discarded: &mut Discarded) -> Result<(), StoreError> {
        let outcome = match self.new_staging() {
            Ok(place) => self.disk().withdraw(directory, &place.tree()).map(|()| discarded.0.push(place)),
            Err(error) if error.is_out_of_space() => {
                let place = self.store.layout.staging().join("removed");
                self.disk().withdraw(directory, &place).and_then(|()| self.disk().remove_tree(&place))
            }
            Err(error) => return Err(error),
        };
        match outcome {
            // In an overlay file system a directory of a lower layer cannot be renamed.
            Err(error) if is_cross_device(&error) => self.delete_in_place(directory),
            outcome => Ok(outcome?),
        }
    }

    /// Invariant: nothing in the trash without its manifest is brought back, so those go first.
    fn delete_in_place(&self, directory: &Path) -> Result<(), StoreError> {
        let mut files = Vec::new();
        self.store
            .each_entry(directory, |name, is_dir| files.extend((!is_dir).then(|| directory.join(name))))?;
        for file in files {
            self.disk().remove_file(&file)?;
        }
        Ok(self.disk().remove_tree(directory)?)
    }

    /// Takes away what would let a repair bring a toolchain back whose tree is gone and which nobody wants.
    fn forget_if_lost(&self, version: GoVersion) -> Result<(), StoreError> {
        let is_current = self.store.current()?.is_some_and(|current| current.version == version);
        if is_current || !self.store.is_lost(version)? {
            return Ok(());
        }
        self.disk().remove_file(&self.store.layout.launcher(version))?;
        self.remove_manifests(version)
    }

    fn remove_manifests(&self, version: GoVersion) -> Result<(), StoreError> {
        for unofficial in [false, true] {
            self.disk().remove_file(&self.store.layout.manifest(version, unofficial))?;
        }
        Ok(())
    }

    /// Removes the generations that need not be kept; returns how many.
    pub fn trim_history(&self) -> Result<usize, StoreError> {
        let kept = self.store.kept_numbers()?;
        let mut removed = 0;
        for number in self.store.generation_numbers()? {
            if !kept.contains(&number) {
                let trash = self.store.layout.staging().join("generation");
                self.disk().withdraw(&self.store.layout.generation(number), &trash)?;
                self.disk().remove_tree(&trash)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

impl Sweepings<'_> {
    /// Removes a toolchain.
    ///
    /// # Errors
    /// [`StoreError::Needed`] if it is needed and no force is used, and whatever the disk refuses.
    pub fn remove(
        &mut self,
        version: GoVersion,
        around: &mut Surroundings<'_>,
    ) -> Result<Removed, StoreError> {
        let writer = self.writer;
        writer.forget_if_lost(version)?;
        let broken = writer.store.needs(version, around)?;
        if !broken.is_empty() && !self.removing.force {
            return Err(StoreError::Needed { version, needs: broken });
        }
        let bytes = writer.store.bytes_of(version);
        let fate = self.take_away(version)?;
        if fate == Fate::InTrash && !self.removing.force {
            self.give_back_if_started(version)?;
        }
        // Last: were the tree to stay, a full disk might have no room to give it its name again.
        writer.disk().remove_file(&writer.store.layout.launcher(version))?;
        around.installed.retain(|installed| *installed != version);
        Ok(Removed { version, bytes, fate, broken })
    }

    /// Looks again, now that nothing new can start: what did start since the first look keeps its toolchain.
    fn give_back_if_started(&self, version: GoVersion) -> Result<(), StoreError> {
        let Some(batch) = self.batch else { return Ok(()) };
        let processes = running_from(&self.writer.store.layout.batch(batch).join(version.toolchain()));
        if processes.is_empty() {
            return Ok(());
        }
        let _published = self.writer.bring_back_one(batch, version)?;
        Err(StoreError::Needed { version, needs: vec![Need::Running(processes)] })
    }

    fn take_away(&mut self, version: GoVersion) -> Result<Fate, StoreError> {
        let fate = match self.removing.purge {
            true => Fate::Purged,
            false => match self.batch().and_then(|batch| self.writer.move_to_trash(version, batch)) {
                Ok(()) => return Ok(Fate::InTrash),
                Err(error) if error.is_out_of_space() => Fate::NoRoom,
                Err(StoreError::Disk(error)) if is_cross_device(&error) => Fate::OtherLayer,
                Err(error) => return Err(error),
            },
        };
        let writer = self.writer;
        // First: without a tree, but with manifest and name, it would be one that somebody lost.
        writer.disk().remove_file(&writer.store.layout.launcher(version))?;
        writer.disk().sync_dir(&writer.store.layout.bin())?;
        let in_trash = self.batch.map(|batch| writer.store.layout.batch(batch).join(version.toolchain()));
        match in_trash.filter(|tree| tree.is_dir()) {
            // Its manifest did not fit.
            Some(tree) => writer.discard(&tree, &mut self.discarded)?,
            None => writer.discard(&writer.store.layout.tree(version), &mut self.discarded)?,
        }
        writer.remove_manifests(version)?;
        Ok(fate)
    }

    fn batch(&mut self) -> Result<u64, StoreError> {
        if let Some(batch) = self.batch {
            return Ok(batch);
        }
        let batch = self.writer.new_batch()?;
        self.batch = Some(batch);
        Ok(batch)
    }

    /// Ends removing; returns what is to be deleted once the lock is free.
    pub fn finish(self) -> Result<Discarded, StoreError> {
        if let Some(batch) = self.batch {
            self.writer.sweep_batch(batch)?;
        }
        Ok(self.discarded)
    }
}

impl Discarded {
    /// Deletes the files; needs no lock. What a crash leaves is swept by the next writer.
    pub fn delete(self) {
        drop(self.0);
    }
}

fn is_cross_device(error: &DiskError) -> bool {
    error.source.kind() == std::io::ErrorKind::CrossesDevices
}
