//! Whether the store itself is sound: its directories, links and generations. Reads only.
//!
//! What a crash leaves under names that nobody reads is no finding: the next writer sweeps it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::damage::{Fault, Finding};
use super::history::{FORMAT as RECORD_FORMAT, KEPT_GENERATIONS, RECORD};
use super::layout::{self, COMMANDS};
use super::writer::temporary_link;
use super::{Store, StoreError};
use crate::disk::{self, HeldDir, Kind};
use crate::model::GoVersion;

/// What stands at a name.
pub(super) enum Standing {
    Nothing,
    Link(PathBuf),
    Else(Kind),
}

impl Store {
    /// Looks at everything but the insides of the toolchains.
    pub fn verify_structure(&self) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        let root = self.layout.root();
        if std::fs::symlink_metadata(root).is_err() {
            return Ok(findings);
        }
        let mut find = |path: &Path, fault: Option<Fault>| {
            findings.extend(fault.map(|fault| Finding { path: self.layout.below_root(path), fault }));
        };
        for directory in self.layout.directories() {
            find(&directory, directory_fault(&directory));
        }
        for directory in self.layout.directories_if_needed() {
            let fault = directory_fault(&directory);
            find(&directory, fault.filter(|fault| !matches!(fault, Fault::Missing(_))));
        }
        find(&self.layout.lock(), lock_fault(&self.layout.lock()));
        find(&self.layout.format(), self.format_fault());
        for command in COMMANDS {
            let link = self.layout.bin().join(command);
            find(&link, link_fault(&link, &layout::command_target(command)));
        }
        self.look_at_toolchains(&mut find)?;
        self.look_at_generations(&mut find)?;
        find(&self.layout.current(), self.current_fault()?);
        for temporary in [self.layout.current(), self.layout.previous()].map(|link| temporary_link(&link)) {
            // A link there is swept; whatever else would stop every switch.
            let found = standing(&temporary);
            let Standing::Else(found) = found else { continue };
            find(&temporary, Some(Fault::Kind { found, expected: Kind::Link }));
        }
        let previous = self.layout.previous();
        find(&previous, self.generation_link_fault(&previous));
        findings.sort_by(|a, b| a.path.cmp(&b.path));
        findings.dedup();
        Ok(findings)
    }

    fn look_at_toolchains(&self, find: &mut dyn FnMut(&Path, Option<Fault>)) -> Result<(), StoreError> {
        for version in self.installed()? {
            let link = self.layout.launcher(version);
            find(&link, link_fault(&link, &layout::launcher_target(version)));
            let go = self.layout.tree(version).join("bin/go");
            find(&go, (!go.is_file()).then_some(Fault::Missing(Kind::File)));
            let manifest = self.layout.manifest(version, false);
            find(&manifest, self.manifest_file(version).is_none().then_some(Fault::Missing(Kind::File)));
        }
        for tree in self.lost_or_taken()? {
            let fault = match standing(&tree) {
                Standing::Nothing => Fault::Missing(Kind::Directory),
                Standing::Link(_) => Fault::Kind { found: Kind::Link, expected: Kind::Directory },
                Standing::Else(found) => Fault::Kind { found, expected: Kind::Directory },
            };
            find(&tree, Some(fault));
        }
        Ok(())
    }

    fn look_at_generations(&self, find: &mut dyn FnMut(&Path, Option<Fault>)) -> Result<(), StoreError> {
        for number in self.generation_numbers()? {
            match self.generation_fault(number) {
                Some((path, fault)) => find(&path, Some(fault)),
                None if self.has_record(number) => {}
                None => {
                    let fault = Fault::Unreadable("there is no sound record of the switch".to_owned());
                    find(&self.layout.generation(number).join(RECORD), Some(fault));
                }
            }
        }
        Ok(())
    }

    /// Returns the toolchains whose tree is gone, though nobody removed them: manifest and launcher are left.
    ///
    /// An install or a deletion that was cut short leaves the manifest alone, and one that is on its way into the
    /// trash or out of it has its tree there.
    pub fn lost(&self) -> Result<Vec<GoVersion>, StoreError> {
        let manifests = self.names_in(&self.layout.manifests())?;
        let mut lost = Vec::new();
        for (version, _) in manifests.iter().filter_map(|name| layout::manifest_of(name)) {
            if self.is_lost(version)? {
                lost.push(version);
            }
        }
        lost.sort_unstable_by(|a, b| b.cmp(a));
        lost.dedup();
        Ok(lost)
    }

    /// Returns the toolchains that need no reading to be found damaged: lost, or without manifest or `go`.
    pub fn plainly_damaged(&self) -> Result<Vec<GoVersion>, StoreError> {
        let mut damaged = self.lost()?;
        let is_damaged = |version: &GoVersion| {
            self.manifest_file(*version).is_none() || self.check_usable(*version).is_err()
        };
        damaged.extend(self.installed()?.into_iter().filter(is_damaged));
        Ok(damaged)
    }

    pub(super) fn is_lost(&self, version: GoVersion) -> Result<bool, StoreError> {
        let is_named = std::fs::symlink_metadata(self.layout.launcher(version)).is_ok();
        let is_known = is_named && self.manifest_file(version).is_some();
        Ok(is_known && !self.has(version) && self.batch_that_lacks_manifest(version)?.is_none())
    }

    /// The names of trees where there is none, or something that is no tree.
    fn lost_or_taken(&self) -> Result<Vec<PathBuf>, StoreError> {
        let taken = self.names_in(&self.layout.versions())?;
        let taken = taken.iter().filter_map(|name| GoVersion::of_toolchain(name));
        let taken = taken.filter(|&version| !self.has(version));
        // Of a current one that nothing else knows of, the link is told to be damaged.
        let is_stray = self.current_fault()?.is_some();
        let current = self.current().unwrap_or_default().filter(|_| !is_stray).map(|current| current.version);
        let current = current.filter(|&version| !self.has(version));
        let mut trees: Vec<PathBuf> =
            self.lost()?.into_iter().chain(taken).chain(current).map(|v| self.layout.tree(v)).collect();
        trees.sort();
        trees.dedup();
        Ok(trees)
    }

    fn format_fault(&self) -> Option<Fault> {
        match disk::read_capped(&self.layout.format(), 64, false) {
            Ok(found) if found.trim_ascii() == layout::FORMAT.as_bytes() => None,
            Ok(_) => Some(Fault::Changed),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Some(Fault::Missing(Kind::File)),
            Err(e) => Some(Fault::Unreadable(e.to_string())),
        }
    }

    /// What is wrong with a generation, and with which name in it.
    pub(super) fn generation_fault(&self, number: u64) -> Option<(PathBuf, Fault)> {
        let directory = self.layout.generation(number);
        if let Some(fault) = directory_fault(&directory) {
            return Some((directory, fault));
        }
        if self.generation(number).is_some() {
            return None;
        }
        let link = directory.join("go");
        let fault = match standing(&link) {
            Standing::Nothing => Fault::Missing(Kind::Link),
            Standing::Link(found) => Fault::Redirected { found, expected: None },
            Standing::Else(found) => Fault::Kind { found, expected: Kind::Link },
        };
        Some((link, fault))
    }

    /// Whether a record of the switch can be read.
    pub(super) fn has_record(&self, number: u64) -> bool {
        self.record(number).is_some_and(|record| record.format == RECORD_FORMAT)
    }

    /// `current` may be missing only where there never was a switch.
    pub(super) fn current_fault(&self) -> Result<Option<Fault>, StoreError> {
        let current = self.layout.current();
        if let Standing::Nothing = standing(&current) {
            let was_switched = !self.generation_numbers()?.is_empty();
            return Ok(was_switched.then_some(Fault::Missing(Kind::Link)));
        }
        if let Some(fault) = self.generation_link_fault(&current) {
            return Ok(Some(fault));
        }
        // A toolchain of which nothing else knows was hardly what was current, if there are others.
        let known = [self.installed()?, self.lost()?].concat();
        let is_stray =
            !known.is_empty() && self.current()?.is_some_and(|current| !known.contains(&current.version));
        let found = std::fs::read_link(&current).unwrap_or_default();
        Ok(is_stray.then_some(Fault::Redirected { found, expected: None }))
    }

    /// Returns the latest generations that are missing between others. Nothing depends on them.
    pub fn gaps_in_history(&self) -> Result<Vec<u64>, StoreError> {
        let numbers: BTreeSet<u64> = self.generation_numbers()?.into_iter().collect();
        let mut latest: Vec<u64> = numbers.iter().rev().take(KEPT_GENERATIONS).copied().collect();
        latest.reverse();
        let (first, last) = (latest.first().copied().unwrap_or(0), latest.last().copied().unwrap_or(0));
        // A prune keeps the one to go back to, however old.
        let gaps = (first..last).rev().take(KEPT_GENERATIONS).filter(|number| !numbers.contains(number));
        Ok(gaps.collect())
    }

    /// What is wrong with a link to a generation; it may be missing.
    pub(super) fn generation_link_fault(&self, link: &Path) -> Option<Fault> {
        let target = match standing(link) {
            Standing::Nothing => return None,
            Standing::Else(found) => return Some(Fault::Kind { found, expected: Kind::Link }),
            Standing::Link(target) => target,
        };
        let is_sound = self.generation_of(&target).is_some_and(|n| self.generation_fault(n).is_none());
        (!is_sound).then_some(Fault::Redirected { found: target, expected: None })
    }
}

/// Looks at a name and follows no link.
pub(super) fn standing(path: &Path) -> Standing {
    let (parent, name) = (path.parent().unwrap_or(Path::new("/")), path.file_name().unwrap_or_default());
    match std::fs::symlink_metadata(path) {
        Err(_) => Standing::Nothing,
        Ok(meta) if meta.is_symlink() => Standing::Link(std::fs::read_link(path).unwrap_or_default()),
        Ok(meta) if meta.is_dir() => Standing::Else(Kind::Directory),
        Ok(_) => {
            let entry = HeldDir::open(parent).and_then(|held| held.entry(name));
            Standing::Else(entry.ok().flatten().map_or(Kind::Other, |entry| entry.kind))
        }
    }
}

/// A directory may be a link to one: somebody may have moved it to a larger disk.
pub(super) fn directory_fault(path: &Path) -> Option<Fault> {
    match standing(path) {
        _ if path.is_dir() => None,
        Standing::Nothing => Some(Fault::Missing(Kind::Directory)),
        Standing::Link(found) => Some(Fault::Redirected { found, expected: None }),
        Standing::Else(found) => Some(Fault::Kind { found, expected: Kind::Directory }),
    }
}

fn lock_fault(path: &Path) -> Option<Fault> {
    match standing(path) {
        // Whoever writes next makes it anew, and nobody holds it.
        Standing::Nothing | Standing::Else(Kind::File) => None,
        Standing::Link(found) => Some(Fault::Redirected { found, expected: None }),
        Standing::Else(found) => Some(Fault::Kind { found, expected: Kind::File }),
    }
}

fn link_fault(path: &Path, expected: &Path) -> Option<Fault> {
    match standing(path) {
        Standing::Nothing => Some(Fault::Missing(Kind::Link)),
        Standing::Link(found) if found == expected => None,
        Standing::Link(found) => Some(Fault::Redirected { found, expected: Some(expected.to_owned()) }),
        Standing::Else(found) => Some(Fault::Kind { found, expected: Kind::Link }),
    }
}
