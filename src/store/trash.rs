//! The trash: what was removed and can be brought back, until it is emptied. A batch is what one command removed.
//!
//! Invariant: a tree lies in `versions/` or in a batch, whole. Its manifest goes after it into the trash and before
//! it out of it, so wherever a crash comes between the two, a manifest without a tree belongs to one in the trash.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::history::RECORD;
use super::layout::manifest_name;
use super::manifest::Manifest;
use super::needs::{Need, running_from};
use super::remove::Discarded;
use super::{Store, StoreError, Writer, history};
use crate::disk::{self, Published};
use crate::model::GoVersion;

/// The format number of records; raised when a field is added.
const FORMAT: u32 = 1;

/// What is known of a removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    format: u32,
    /// When it was, in seconds since 1970.
    pub at: u64,
    /// The command.
    pub command: String,
    /// The generation that was current.
    pub generation: Option<u64>,
}

/// What one command removed.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its number; a later one is higher.
    pub number: u64,
    /// Its record; `None` if that is lost or unreadable.
    pub record: Option<Removal>,
    /// The toolchains in it, newest first, each with its size in bytes where that is known.
    pub toolchains: Vec<(GoVersion, Option<u64>)>,
}

/// What came of bringing toolchains back.
#[derive(Debug, Default)]
pub struct BroughtBack {
    /// They are installed again.
    pub versions: Vec<GoVersion>,
    /// They were installed anew since they were removed; the removed copies stay in the trash.
    pub there: Vec<GoVersion>,
}

/// What came of emptying the trash.
#[derive(Debug)]
pub struct Emptied {
    /// The batches that are gone.
    pub batches: Vec<Batch>,
    /// What stays, and why: toolchains that run.
    pub kept: Vec<(GoVersion, Need)>,
    /// The files, yet to be deleted.
    pub discarded: Discarded,
}

impl Store {
    /// Returns what is in the trash, oldest first.
    pub fn trash(&self) -> Result<Vec<Batch>, StoreError> {
        let mut batches = Vec::new();
        for number in self.batch_numbers()? {
            let directory = self.layout.batch(number);
            let bytes = |version| {
                let manifest = |unofficial| directory.join(manifest_name(version, unofficial));
                [false, true].iter().find_map(|&mark| Manifest::read_bytes(&manifest(mark)))
            };
            let record = disk::read_capped(&directory.join(RECORD), 64 << 10, false).ok();
            batches.push(Batch {
                number,
                record: record.and_then(|record| serde_json::from_slice(&record).ok()),
                toolchains: self.trees_in(number)?.into_iter().map(|tree| (tree, bytes(tree))).collect(),
            });
        }
        Ok(batches)
    }

    /// Returns what an `undo` brings back: the last batch, if nothing was switched since.
    pub fn last_removal(&self) -> Result<Option<Batch>, StoreError> {
        let Some(last) = self.trash()?.pop() else { return Ok(None) };
        let current = self.current()?.map(|current| current.number);
        let is_last = last.record.as_ref().is_some_and(|record| record.generation == current);
        Ok(Some(last).filter(|_| is_last))
    }

    /// Whether a toolchain in the trash has its manifest.
    fn is_whole(&self, directory: &Path, version: GoVersion) -> bool {
        [false, true].iter().any(|&mark| directory.join(manifest_name(version, mark)).is_file())
    }

    /// Returns the last batch that has the tree of a toolchain and not its manifest.
    pub(super) fn batch_that_lacks_manifest(&self, version: GoVersion) -> Result<Option<u64>, StoreError> {
        let lacks_manifest = |&number: &u64| {
            let directory = self.layout.batch(number);
            directory.join(version.toolchain()).is_dir() && !self.is_whole(&directory, version)
        };
        Ok(self.batch_numbers()?.into_iter().rev().find(lacks_manifest))
    }

    fn batch_numbers(&self) -> Result<Vec<u64>, StoreError> {
        let mut numbers = Vec::new();
        self.each_entry(&self.layout.trash(), |name, is_dir| {
            numbers.extend(history::number_of(name).filter(|_| is_dir));
        })?;
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn trees_in(&self, batch: u64) -> Result<Vec<GoVersion>, StoreError> {
        self.toolchains_in(&self.layout.batch(batch))
    }
}

impl Batch {
    /// The size of what is in it, in bytes, as far as that is known.
    pub fn bytes(&self) -> u64 {
        self.toolchains.iter().filter_map(|(_, bytes)| *bytes).sum()
    }

    /// The toolchains in it, newest first.
    pub fn versions(&self) -> impl Iterator<Item = GoVersion> {
        self.toolchains.iter().map(|(version, _)| *version)
    }
}

impl Writer<'_> {
    /// Publishes an empty batch; the next writer sweeps it if it stays empty.
    pub(super) fn new_batch(&self) -> Result<u64, StoreError> {
        let (layout, disk) = (&self.store.layout, self.disk());
        let number = history::next_number(self.store.batch_numbers()?, |last| layout.batch(last))?;
        let record = Removal {
            format: FORMAT,
            at: self.purpose.now,
            command: self.purpose.command.clone(),
            generation: self.store.current()?.map(|current| current.number),
        };
        let staged = layout.staging().join("batch");
        let publish = || {
            disk.create_dir_all(&layout.trash())?;
            disk.create_dir(&staged)?;
            disk.write_new(&staged.join(RECORD), &serde_json::to_vec(&record).unwrap_or_default())?;
            disk.sync_dir(&staged)?;
            disk.publish_new(&staged, &layout.batch(number))
        };
        match publish() {
            Ok(Published::Done) => Ok(number),
            Ok(Published::AlreadyThere) => Err(StoreError::NameTaken { path: layout.batch(number) }),
            Err(error) => {
                // On a full disk the room is needed at once; what cannot be removed is swept later.
                drop(disk.remove_tree(&staged));
                Err(error.into())
            }
        }
    }

    /// Moves a toolchain into a batch: its tree, then its manifest.
    pub(super) fn move_to_trash(&self, version: GoVersion, batch: u64) -> Result<(), StoreError> {
        let (layout, disk) = (&self.store.layout, self.disk());
        let directory = layout.batch(batch);
        disk.withdraw(&layout.tree(version), &directory.join(version.toolchain()))?;
        self.move_manifests_to(version, batch)?;
        Ok(disk.sync_dir(&directory)?)
    }

    fn move_manifests_to(&self, version: GoVersion, batch: u64) -> Result<(), StoreError> {
        for unofficial in [false, true] {
            let manifest = self.store.layout.manifest(version, unofficial);
            if std::fs::symlink_metadata(&manifest).is_ok() {
                let there = self.store.layout.batch(batch).join(manifest_name(version, unofficial));
                // A crash that loses this is mended as one before it is.
                self.disk().replace_unsynced(&manifest, &there)?;
            }
        }
        Ok(())
    }

    /// Installs again what is in a batch, or what of it is named.
    ///
    /// # Errors
    /// [`StoreError::InstalledAnew`] where all of it is installed already.
    pub fn bring_back(&self, batch: &Batch, only: Option<&[GoVersion]>) -> Result<BroughtBack, StoreError> {
        let mut outcome = BroughtBack::default();
        for version in batch.versions().filter(|version| only.is_none_or(|only| only.contains(version))) {
            match self.bring_back_one(batch.number, version)? {
                Published::Done => outcome.versions.push(version),
                Published::AlreadyThere => outcome.there.push(version),
            }
        }
        match outcome.there.first() {
            Some(version) if outcome.versions.is_empty() => Err(StoreError::InstalledAnew(*version)),
            _ => {
                self.sweep_batch(batch.number)?;
                Ok(outcome)
            }
        }
    }

    /// Publishes a removed toolchain as a commit does: its manifest, then its tree.
    pub(super) fn bring_back_one(&self, batch: u64, version: GoVersion) -> Result<Published, StoreError> {
        let (layout, disk) = (&self.store.layout, self.disk());
        self.store.check_name_is_free(version)?;
        if self.store.has(version) {
            return Ok(Published::AlreadyThere);
        }
        let directory = layout.batch(batch);
        if !self.store.is_whole(&directory, version) {
            let reason = "its manifest is missing".to_owned();
            return Err(StoreError::Damaged { path: directory.join(version.toolchain()), reason });
        }
        // First what takes room: on a full disk nothing has changed, and the sweep takes the name away.
        self.add_launcher(version)?;
        disk.sync_dir(&layout.bin())?;
        for unofficial in [false, true] {
            let removed = directory.join(manifest_name(version, unofficial));
            if std::fs::symlink_metadata(&removed).is_ok() {
                self.publish_manifest(&removed, version, unofficial)?;
            }
        }
        Ok(disk.publish_new(&directory.join(version.toolchain()), &layout.tree(version))?)
    }

    /// Takes the trash out of sight, to be deleted: all of it, or what was removed before a time (in seconds since
    /// 1970). What runs from it stays.
    pub fn empty_trash(&self, before: Option<u64>) -> Result<Emptied, StoreError> {
        let mut emptied = Emptied { batches: Vec::new(), kept: Vec::new(), discarded: Discarded::default() };
        for batch in self.store.trash()? {
            let removed_at = batch.record.as_ref().map(|record| record.at);
            if before.is_some_and(|before| removed_at.is_none_or(|at| at >= before)) {
                continue;
            }
            let directory = self.store.layout.batch(batch.number);
            let running = |version: GoVersion| {
                let processes = running_from(&directory.join(version.toolchain()));
                (!processes.is_empty()).then_some((version, Need::Running(processes)))
            };
            let kept: Vec<_> = batch.versions().filter_map(running).collect();
            if kept.is_empty() {
                self.discard(&directory, &mut emptied.discarded)?;
                emptied.batches.push(batch);
            }
            emptied.kept.extend(kept);
        }
        Ok(emptied)
    }

    /// Removes batches in which no toolchain is left.
    pub(super) fn sweep_trash(&self) -> Result<(), StoreError> {
        for number in self.store.batch_numbers()? {
            self.sweep_batch(number)?;
        }
        Ok(())
    }

    pub(super) fn sweep_batch(&self, number: u64) -> Result<(), StoreError> {
        if self.store.trees_in(number)?.is_empty() {
            self.disk().remove_tree(&self.store.layout.batch(number))?;
        }
        Ok(())
    }

    /// Moves a manifest after its tree, if that is in the trash without one; returns whether it was.
    pub(super) fn follow_to_trash(&self, version: GoVersion) -> Result<bool, StoreError> {
        let batch = self.store.batch_that_lacks_manifest(version)?;
        if let Some(number) = batch {
            self.move_manifests_to(version, number)?;
        }
        Ok(batch.is_some())
    }
}
