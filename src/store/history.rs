//! Generations: the numbered states of what is current. The links are the truth; records are for people.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::layout::Layout;
use super::{Store, StoreError};
use crate::disk::{self, DiskError};
use crate::model::GoVersion;

/// The format number of records; raised when a field is added.
pub(super) const FORMAT: u32 = 1;

/// The name of a record, in its generation or batch.
pub(super) const RECORD: &str = "record.json";

/// How many generations a prune keeps.
pub(super) const KEPT_GENERATIONS: usize = 10;

/// A published state of what is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// Its number; a later one is higher.
    pub number: u64,
    /// The toolchain it makes current.
    pub version: GoVersion,
}

/// What is known of a generation besides its toolchain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub(super) format: u32,
    /// When it was published, in seconds since 1970.
    pub at: u64,
    /// The command that published it.
    pub command: String,
    /// The generation that was current before.
    pub from: Option<u64>,
}

/// One line of the history.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The generation.
    pub generation: Generation,
    /// Its record; `None` if that is lost or unreadable, which harms nothing.
    pub record: Option<Record>,
    /// Whether its toolchain is still installed.
    pub is_installed: bool,
}

impl Store {
    /// Returns what is current.
    pub fn current(&self) -> Result<Option<Generation>, StoreError> {
        read_generation_link(&self.layout, &self.layout.current())
    }

    /// Returns the generation that was current before the last switch.
    pub fn previous(&self) -> Result<Option<Generation>, StoreError> {
        // The link is a convenience: where it is damaged, the history still tells.
        Ok(read_generation_link(&self.layout, &self.layout.previous()).unwrap_or_default())
    }

    /// Returns a generation by its number.
    pub fn generation(&self, number: u64) -> Option<Generation> {
        let target = std::fs::read_link(self.layout.generation(number).join("go")).ok()?;
        let version = version_at(&target)?;
        Some(Generation { number, version })
    }

    /// Whether a version has been current at or after a time, in seconds since 1970, as far as the history tells.
    pub(super) fn was_current(&self, version: GoVersion, since: u64) -> Result<bool, StoreError> {
        let names = |&number: &u64| self.generation(number).is_some_and(|it| it.version == version);
        let is_after = |number| self.record(number).is_some_and(|record| record.at >= since);
        Ok(self.generation_numbers()?.into_iter().filter(names).any(is_after))
    }

    /// Returns every generation, oldest first.
    pub fn history(&self) -> Result<Vec<Entry>, StoreError> {
        let mut numbers = self.generation_numbers()?;
        numbers.sort_unstable();
        let entry = |number| {
            let generation = self.generation(number)?;
            let is_installed = self.has(generation.version);
            Some(Entry { generation, record: self.record(number), is_installed })
        };
        Ok(numbers.into_iter().filter_map(entry).collect())
    }

    /// Returns every generation that can be read, oldest first.
    pub fn generations(&self) -> Result<Vec<Generation>, StoreError> {
        let mut numbers = self.generation_numbers()?;
        numbers.sort_unstable();
        Ok(numbers.into_iter().filter_map(|number| self.generation(number)).collect())
    }

    /// Returns the numbers of the generations that a prune leaves: the last ones, and those that are needed.
    pub(super) fn kept_numbers(&self) -> Result<Vec<u64>, StoreError> {
        let needed = [self.current()?, self.previous()?, self.rollback_target()?];
        let is_needed = |number: &u64| needed.iter().flatten().any(|generation| generation.number == *number);
        let mut numbers = self.generation_numbers()?;
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        let (last, older) = numbers.split_at(KEPT_GENERATIONS.min(numbers.len()));
        Ok(last.iter().chain(older.iter().filter(|number| is_needed(number))).copied().collect())
    }

    /// Returns the generations that a prune leaves.
    pub fn kept_generations(&self) -> Result<Vec<Generation>, StoreError> {
        Ok(self.kept_numbers()?.into_iter().filter_map(|number| self.generation(number)).collect())
    }

    /// Returns when each version was last the current one, as far as the history tells, in seconds since 1970.
    pub fn last_current(&self) -> Result<BTreeMap<GoVersion, u64>, StoreError> {
        let history = self.history()?;
        let mut last = BTreeMap::new();
        for (place, entry) in history.iter().enumerate() {
            // It was current until the next one was.
            let until = history.get(place + 1).unwrap_or(entry);
            if let Some(record) = until.record.as_ref().or(entry.record.as_ref()) {
                let known: &mut u64 = last.entry(entry.generation.version).or_default();
                *known = record.at.max(*known);
            }
        }
        Ok(last)
    }

    /// Returns the toolchain that a plain `rollback` goes back to: the last other one that is still installed.
    pub fn rollback_target(&self) -> Result<Option<Generation>, StoreError> {
        let Some(current) = self.current()? else { return Ok(None) };
        let is_target =
            |generation: &Generation| generation.version != current.version && self.has(generation.version);
        if let Some(before) = self.before(current)?.filter(is_target) {
            return Ok(Some(before));
        }
        let mut numbers = self.generation_numbers()?;
        // A higher number may be that of a switch that was cut short, which never was current.
        numbers.retain(|&number| number < current.number);
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        Ok(numbers.into_iter().filter_map(|number| self.generation(number)).find(is_target))
    }

    /// Returns what was current before a generation that is.
    fn before(&self, current: Generation) -> Result<Option<Generation>, StoreError> {
        let previous = self.previous()?;
        // Only an exchange on a full disk leaves a newer one there. Otherwise the record is the truth: it is
        // durable with its generation, and the link may lag behind after a crash.
        if previous.is_some_and(|previous| previous.number > current.number) {
            return Ok(previous);
        }
        let from = self.record(current.number).and_then(|record| self.generation(record.from?));
        Ok(from.or(previous))
    }

    pub(super) fn record(&self, number: u64) -> Option<Record> {
        let path = self.layout.generation(number).join(RECORD);
        let bytes = disk::read_capped(&path, 64 << 10, false).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Returns the number that a link's target stands for.
    pub(super) fn generation_of(&self, target: &Path) -> Option<u64> {
        number_of(target.strip_prefix("generations").ok()?.to_str()?)
    }

    pub(super) fn generation_numbers(&self) -> Result<Vec<u64>, StoreError> {
        let names = self.names_in(&self.layout.generations())?;
        Ok(names.iter().filter_map(|name| number_of(name)).collect())
    }
}

/// Returns the number that a generation's or a batch's name stands for.
pub(super) fn number_of(name: &str) -> Option<u64> {
    let number: u64 = name.parse().ok()?;
    // `007` and `+7` parse too, but they are not how one is named.
    (number.to_string() == name).then_some(number)
}

/// Returns the number after all that are taken; `path_of` says where one is.
///
/// # Errors
/// [`StoreError::Damaged`] where none is left: no writer of ours counts that far.
pub(super) fn next_number(taken: Vec<u64>, path_of: impl Fn(u64) -> PathBuf) -> Result<u64, StoreError> {
    let last = taken.into_iter().max().unwrap_or(0);
    last.checked_add(1).ok_or_else(|| StoreError::Damaged {
        path: path_of(last),
        reason: "no number can follow it".to_owned(),
    })
}

/// Where the link in a generation leads.
pub(super) fn toolchain_target(version: GoVersion) -> PathBuf {
    Path::new("../../versions").join(version.toolchain())
}

/// Returns the version whose toolchain a link in a generation leads to; one that leads elsewhere counts for nothing,
/// whatever it is called there.
fn version_at(target: &Path) -> Option<GoVersion> {
    let version = GoVersion::of_toolchain(target.file_name()?.to_str()?)?;
    (target == toolchain_target(version)).then_some(version)
}

fn read_generation_link(layout: &Layout, link: &Path) -> Result<Option<Generation>, StoreError> {
    let target = match std::fs::read_link(link) {
        Ok(target) => target,
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(e) if e.kind() == std::io::ErrorKind::InvalidInput => {
            return Err(StoreError::NotALink { path: link.to_owned() });
        }
        Err(e) => return Err(DiskError::new("read the link", link, e).into()),
    };
    let damaged = |reason: &str| StoreError::Damaged { path: link.to_owned(), reason: reason.to_owned() };
    let number = target
        .strip_prefix("generations")
        .ok()
        .and_then(|number| number_of(number.to_str()?))
        .ok_or_else(|| damaged("it does not lead to a generation"))?;
    let toolchain = layout.root().join(&target).join("go");
    let toolchain = std::fs::read_link(&toolchain).map_err(|_| damaged("its generation is missing"))?;
    let version =
        version_at(&toolchain).ok_or_else(|| damaged("its generation does not lead to a toolchain"))?;
    Ok(Some(Generation { number, version }))
}
