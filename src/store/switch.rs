//! The switch: a new generation is published, then `current` is renamed onto it. That rename is the commit.

use std::path::{Path, PathBuf};

use super::history::{self, Generation, Record};
use super::writer::temporary_link;
use super::{StoreError, Writer};
use crate::disk::{DiskError, Published};
use crate::model::GoVersion;

/// What a switch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switched {
    /// What was current before.
    pub from: Option<Generation>,
    /// What is current now.
    pub to: Generation,
}

impl Switched {
    /// Whether `go` is another one than before.
    pub fn is_change(&self) -> bool {
        self.from.is_none_or(|from| from.version != self.to.version)
    }
}

impl Writer<'_> {
    /// Makes an installed toolchain the current one.
    pub fn switch(&self, version: GoVersion) -> Result<Switched, StoreError> {
        self.store.check_usable(version)?;
        self.check_link()?;
        // A link that leads nowhere is mended by the switch itself.
        let from = self.store.current().unwrap_or_default();
        if let Some(current) = from.filter(|current| current.version == version) {
            return Ok(Switched { from, to: current });
        }
        let published = self
            .publish_generation(version, from)
            .and_then(|to| self.point_current_to(to.number).map(|()| to));
        let to = match published {
            Ok(to) => {
                self.remember_previous(from);
                to
            }
            Err(error) if error.is_out_of_space() => self.exchange_with_previous(version).ok_or(error)??,
            Err(error) => return Err(error),
        };
        match self.store.current()? {
            Some(current) if current == to => Ok(Switched { from, to }),
            _ => {
                let reason = "another program changed it during the switch".to_owned();
                Err(StoreError::Damaged { path: self.store.layout.current(), reason })
            }
        }
    }

    /// Switches to the toolchain of an earlier generation; history only grows.
    pub fn switch_back(&self, number: Option<u64>) -> Result<Switched, StoreError> {
        let target = match number {
            Some(number) => self.store.generation(number).ok_or(StoreError::NoGeneration(number))?,
            None => self.store.rollback_target()?.ok_or(StoreError::NothingBefore)?,
        };
        self.switch(target.version)
    }

    /// A `current` that is no link was made by somebody else. A rename would fail on it anyway.
    fn check_link(&self) -> Result<(), StoreError> {
        let current = self.store.layout.current();
        match std::fs::symlink_metadata(&current) {
            Ok(meta) if !meta.is_symlink() => Err(StoreError::NotALink { path: current }),
            _ => Ok(()),
        }
    }

    pub(super) fn publish_generation(
        &self,
        version: GoVersion,
        from: Option<Generation>,
    ) -> Result<Generation, StoreError> {
        let (layout, disk) = (&self.store.layout, self.disk());
        let number = self.next_number()?;
        let staged = layout.staging().join("generation");
        let record = Record {
            format: history::FORMAT,
            at: self.purpose.now,
            command: self.purpose.command.clone(),
            from: from.map(|generation| generation.number),
        };
        let publish = || {
            disk.create_dir(&staged)?;
            disk.write_new(&staged.join(history::RECORD), &serde_json::to_vec(&record).unwrap_or_default())?;
            disk.symlink(&history::toolchain_target(version), &staged.join("go"))?;
            disk.sync_dir(&staged)?;
            disk.publish_new(&staged, &layout.generation(number))
        };
        match publish() {
            Ok(Published::Done) => Ok(Generation { number, version }),
            Ok(Published::AlreadyThere) => {
                let reason = "it appeared while the lock was held".to_owned();
                Err(StoreError::Damaged { path: layout.generation(number), reason })
            }
            Err(error) => {
                // On a full disk the room is needed at once; what cannot be removed is swept later.
                drop(disk.remove_tree(&staged));
                Err(error.into())
            }
        }
    }

    /// A number that no generation has, or had and lost while a link still leads to it.
    fn next_number(&self) -> Result<u64, StoreError> {
        let layout = &self.store.layout;
        let mut taken = self.store.generation_numbers()?;
        let last = taken.iter().copied().max().unwrap_or(0);
        let links = [layout.current(), layout.previous()];
        let targets = links.iter().filter_map(|link| std::fs::read_link(link).ok());
        let linked = targets.filter_map(|target| self.store.generation_of(&target));
        // A link that claims a number far from all others was not made here.
        taken.extend(linked.filter(|&number| number > last && number - last < 1000));
        history::next_number(taken, |last| layout.generation(last))
    }

    pub(super) fn point_current_to(&self, number: u64) -> Result<(), StoreError> {
        let current = self.store.layout.current();
        Ok(self.disk().replace_link(&generation_target(number), &current, &temporary_link(&current))?)
    }

    /// Notes what to go back to. A convenience: the history tells as well, so a failure is none of the switch's.
    fn remember_previous(&self, from: Option<Generation>) {
        let previous = self.store.layout.previous();
        if let Some(from) = from {
            let target = generation_target(from.number);
            drop(self.disk().replace_link_unsynced(&target, &previous, &temporary_link(&previous)));
        }
    }

    /// Goes back without creating anything, which works on a disk that is completely full.
    ///
    /// Invariant: where `current` was renamed and could not be synced, this is no way out: a second sync may say that
    /// all is well after the first one lost it.
    fn exchange_with_previous(&self, version: GoVersion) -> Option<Result<Generation, StoreError>> {
        let previous = self.store.previous().ok()??;
        let is_switched = self.store.current().ok()?.is_some_and(|current| current.version == version);
        let is_target = previous.version == version && self.store.has(version) && !is_switched;
        is_target.then(|| {
            self.disk().exchange(&self.store.layout.current(), &self.store.layout.previous())?;
            Ok(previous)
        })
    }
}

pub(super) fn generation_target(number: u64) -> PathBuf {
    Path::new("generations").join(number.to_string())
}

impl StoreError {
    /// Whether the disk, its inodes or the user's quota are used up.
    pub fn is_out_of_space(&self) -> bool {
        match self {
            StoreError::Disk(error) => DiskError::is_out_of_space(error),
            StoreError::NoSpace { .. } => true,
            _ => false,
        }
    }
}
