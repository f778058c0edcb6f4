//! Puts the store itself right: its directories, links and generations. The insides of toolchains are for
//! `repair.rs`.
//!
//! Invariant: what gvm-rs did not make is moved aside, never deleted; and nothing that works is taken away
//! before its replacement is there.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::damage::{Fault, Finding};
use super::history::{FORMAT as RECORD_FORMAT, Generation, RECORD, Record};
use super::layout::{self, COMMANDS, FORMAT};
use super::lock::{Purpose, Waiting};
use super::structure::{Standing, directory_fault, standing};
use super::switch::generation_target;
use super::writer::temporary_link;
use super::{Layout, Store, StoreError, Writer};
use crate::disk::{self, Disk, Entry, HeldDir, Kind, Published};
use crate::model::GoVersion;

/// What was put right of the store itself.
#[derive(Debug, Default)]
pub struct Restored {
    /// What was found before.
    pub findings: Vec<Finding>,
    /// What stood in the way, and where it is now.
    pub moved: Vec<(PathBuf, PathBuf)>,
    /// Generations that led nowhere, and are gone from the history.
    pub forgotten: Vec<u64>,
    /// What `current` was made to lead to, if it had to be.
    pub current: Option<(Generation, Basis)>,
}

/// Why a toolchain was made current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// It was current before.
    Known,
    /// What was current is lost, and this is what the history has last.
    History,
    /// What was current is lost with all of the history that could tell, and this is the newest that is installed.
    Newest,
}

/// What the note in a restored record says in place of the command.
const RESTORED: &str = "(record restored by repair)";

impl Store {
    /// Opens a store whose `layout` file may be damaged; one that a later program laid out is refused.
    pub fn open_damaged(root: PathBuf, disk: Disk) -> Result<Store, StoreError> {
        let store = Store { layout: Layout::new(root), disk };
        let text = disk::read_capped(&store.layout.format(), 64, false).unwrap_or_default();
        let text = String::from_utf8_lossy(text.trim_ascii()).into_owned();
        let own = FORMAT.parse::<u32>().unwrap_or_default();
        match text.parse::<u32>() {
            Ok(format) if format > own => {
                Err(StoreError::UnknownLayout { root: store.layout.root().to_owned(), found: text })
            }
            _ => Ok(store),
        }
    }

    /// Puts everything right but the insides of the toolchains; takes the lock for as long as that takes.
    pub fn restore(&self, purpose: &Purpose, waiting: Waiting<'_>) -> Result<Restored, StoreError> {
        let mut restored = Restored { findings: self.verify_structure()?, ..Restored::default() };
        if restored.findings.is_empty() {
            return Ok(restored);
        }
        let lock = self.take_lock_of_damaged(purpose, waiting)?;
        let writer = Writer { store: self, purpose: purpose.clone(), _lock: lock };
        writer.clear_the_way(&mut restored)?;
        writer.complete_layout()?;
        writer.restore_format()?;
        writer.sweep()?;
        for version in self.installed()? {
            writer.add_launcher(version)?;
        }
        writer.restore_current(&mut restored)?;
        writer.restore_generations(&mut restored)?;
        writer.restore_previous()?;
        Ok(restored)
    }

    /// Takes the lock even where `layout` is lost, if the rest shows that this is a store.
    fn take_lock_of_damaged(&self, purpose: &Purpose, waiting: Waiting<'_>) -> Result<File, StoreError> {
        let is_manifest = |name: &String| layout::manifest_of(name).is_some();
        let is_store = standing_is_file(&self.layout.lock())
            && (self.names_in(&self.layout.manifests())?.iter().any(is_manifest)
                || !self.generation_numbers()?.is_empty());
        self.check_owner(purpose)?;
        if !is_store {
            self.check_is_ours()?;
        }
        self.lock_root(purpose, waiting)
    }
}

fn standing_is_file(path: &Path) -> bool {
    matches!(standing(path), Standing::Else(Kind::File))
}

impl Writer<'_> {
    /// Moves aside whatever has a name of the store and is not what belongs there.
    fn clear_the_way(&self, restored: &mut Restored) -> Result<(), StoreError> {
        let layout = &self.store.layout;
        for directory in layout.directories().into_iter().chain(layout.directories_if_needed()) {
            if !matches!(directory_fault(&directory), None | Some(Fault::Missing(_))) {
                self.move_aside(&directory, restored)?;
            }
        }
        for name in self.store.names_in(&layout.staging())? {
            // Names that the writers use one after the other; what is there is of a dead one.
            if ["layout", "link", "index", "generation", "batch", "removed", "manifest", RECORD]
                .contains(&name.as_str())
            {
                self.disk().remove_tree(&layout.staging().join(name))?;
            }
        }
        let mut links = vec![layout.current(), layout.previous()];
        links.extend([temporary_link(&layout.current()), temporary_link(&layout.previous())]);
        links.extend(COMMANDS.map(|command| layout.bin().join(command)));
        let launchers = self.store.names_in(&layout.bin())?.into_iter();
        links.extend(launchers.filter_map(|name| Some(layout.launcher(GoVersion::of_toolchain(&name)?))));
        for link in links {
            if let Standing::Else(_) = standing(&link) {
                self.move_aside(&link, restored)?;
            }
        }
        let mut files: Vec<PathBuf> = vec![layout.format()];
        let manifests = self.store.names_in(&layout.manifests())?.into_iter();
        let manifests = manifests.filter(|name| layout::manifest_of(name).is_some());
        files.extend(manifests.map(|name| layout.manifests().join(name)));
        for file in files {
            if !matches!(standing(&file), Standing::Nothing | Standing::Else(Kind::File)) {
                self.move_aside(&file, restored)?;
            }
        }
        for name in self.store.names_in(&layout.versions())? {
            if GoVersion::of_toolchain(&name).is_some_and(|version| !self.store.has(version)) {
                self.move_aside(&layout.versions().join(name), restored)?;
            }
        }
        Ok(())
    }

    /// Gives a name free, and keeps what had it beside it.
    fn move_aside(&self, path: &Path, restored: &mut Restored) -> Result<(), StoreError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for number in 1..1000_u32 {
            let old = if number == 1 { format!("{name}.old") } else { format!("{name}.old.{number}") };
            let to = path.with_file_name(old);
            if let Published::Done = self.disk().publish_new(path, &to)? {
                restored.moved.push((path.to_owned(), to));
                return Ok(());
            }
        }
        Err(StoreError::NameTaken { path: path.to_owned() })
    }

    /// Writes the layout's number where another text, and no other number, has its place.
    fn restore_format(&self) -> Result<(), StoreError> {
        let format = self.store.layout.format();
        let found = disk::read_capped(&format, 64, false).unwrap_or_default();
        if found.trim_ascii() == FORMAT.as_bytes() {
            return Ok(());
        }
        let new = self.store.layout.staging().join("layout");
        self.disk().write_new(&new, format!("{FORMAT}\n").as_bytes())?;
        Ok(self.disk().publish_over(&new, &format)?)
    }

    /// Makes `current` lead to the generation it should, where it leads nowhere or elsewhere.
    fn restore_current(&self, restored: &mut Restored) -> Result<(), StoreError> {
        if self.store.current_fault()?.is_none() {
            return Ok(());
        }
        let Some(version) = self.should_be_current()? else {
            // Nothing is installed: a link that leads nowhere says no more than none.
            return Ok(self.disk().remove_file(&self.store.layout.current())?);
        };
        let sound = self.sound_generations()?;
        let basis = self.basis(version, &sound);
        let to = match sound.first() {
            Some(last) if last.version == version => *last,
            _ => self.publish_generation(version, None)?,
        };
        self.point_current_to(to.number)?;
        restored.current = Some((to, basis));
        Ok(())
    }

    /// What speaks for a toolchain, as long as `current` leads where it led.
    fn basis(&self, version: GoVersion, sound: &[Generation]) -> Basis {
        let target = std::fs::read_link(self.store.layout.current());
        let named = target.ok().and_then(|target| self.store.generation_of(&target));
        match sound {
            _ if self.running() == Some(version) => Basis::Known,
            [last, ..] if last.version == version && named.is_none_or(|number| number == last.number) => {
                Basis::Known
            }
            _ if sound.iter().any(|known| known.version == version) => Basis::History,
            _ => Basis::Newest,
        }
    }

    /// The toolchain that `current` reaches, on whatever way.
    fn running(&self) -> Option<GoVersion> {
        let layout = &self.store.layout;
        let reached = layout.current().join("go").canonicalize().ok()?;
        let versions = layout.versions().canonicalize().ok()?;
        GoVersion::of_toolchain(reached.strip_prefix(versions).ok()?.to_str()?)
    }

    /// Returns the toolchain that `go` should be: what still runs, or else what the last sound generation says.
    fn should_be_current(&self) -> Result<Option<GoVersion>, StoreError> {
        let is_usable = |version: &GoVersion| self.store.check_usable(*version).is_ok();
        let running = self.running();
        let sound: Vec<GoVersion> = self.sound_generations()?.iter().map(|known| known.version).collect();
        let installed = self.store.installed()?;
        let lost = self.store.lost()?;
        let candidates = running.iter().chain(&sound).chain(&installed).chain(&lost).copied();
        // One that is not usable can be repaired, which is better than none.
        let is_known = |version: &GoVersion| installed.contains(version) || lost.contains(version);
        Ok(candidates.clone().find(is_usable).or_else(|| candidates.clone().find(is_known)))
    }

    /// The generations that lead to a toolchain, the last first.
    fn sound_generations(&self) -> Result<Vec<Generation>, StoreError> {
        let mut numbers = self.store.generation_numbers()?;
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers.retain(|&number| self.store.generation_fault(number).is_none());
        Ok(numbers.into_iter().filter_map(|number| self.store.generation(number)).collect())
    }

    /// Takes generations that lead nowhere out of the history, and gives the others a record.
    fn restore_generations(&self, restored: &mut Restored) -> Result<(), StoreError> {
        let numbers: BTreeSet<u64> = self.store.generation_numbers()?.into_iter().collect();
        let mut last = None;
        for number in numbers {
            if self.store.generation_fault(number).is_some() {
                self.forget(number, restored)?;
                continue;
            }
            if !self.store.has_record(number) {
                self.restore_record(number, last, restored)?;
            }
            last = Some(number);
        }
        Ok(())
    }

    fn forget(&self, number: u64, restored: &mut Restored) -> Result<(), StoreError> {
        let directory = self.store.layout.generation(number);
        let is_ours = |entry: &Entry| {
            entry.kind != Kind::Directory && [OsStr::new(RECORD), OsStr::new("go")].contains(&&*entry.name)
        };
        let entries = HeldDir::open(&directory).and_then(|held| held.entries());
        if entries.is_ok_and(|entries| entries.iter().all(is_ours)) {
            let trash = self.store.layout.staging().join("generation");
            self.disk().withdraw(&directory, &trash)?;
            self.disk().remove_tree(&trash)?;
        } else {
            self.move_aside(&directory, restored)?;
        }
        restored.forgotten.push(number);
        Ok(())
    }

    /// Writes what is known of a switch whose record is lost: which one came before, and no more.
    fn restore_record(
        &self,
        number: u64,
        from: Option<u64>,
        restored: &mut Restored,
    ) -> Result<(), StoreError> {
        let path = self.store.layout.generation(number).join(RECORD);
        if !matches!(standing(&path), Standing::Nothing | Standing::Else(Kind::File)) {
            self.move_aside(&path, restored)?;
        }
        let record =
            Record { format: RECORD_FORMAT, at: self.purpose.now, command: RESTORED.to_owned(), from };
        let new = self.store.layout.staging().join(RECORD);
        self.disk().write_new(&new, &serde_json::to_vec(&record).unwrap_or_default())?;
        Ok(self.disk().publish_over(&new, &path)?)
    }

    /// Makes `previous` lead to what was current before, or takes it away: the history tells as well.
    fn restore_previous(&self) -> Result<(), StoreError> {
        let previous = self.store.layout.previous();
        if self.store.generation_link_fault(&previous).is_none() {
            return Ok(());
        }
        let current = self.store.current()?;
        let before = current.and_then(|current| self.store.record(current.number)?.from);
        match before.filter(|&number| self.store.generation_fault(number).is_none()) {
            Some(number) => {
                let temporary = temporary_link(&previous);
                let target = generation_target(number);
                Ok(self.disk().replace_link_unsynced(&target, &previous, &temporary)?)
            }
            None => Ok(self.disk().remove_file(&previous)?),
        }
    }
}
