//! What an installed toolchain is needed for: the reasons not to remove it. It only looks, and removes nothing.

use std::fmt;
use std::path::{Path, PathBuf};

use super::history::Generation;
use super::{Store, StoreError};
use crate::disk;
use crate::model::{GoVersion, VersionRequest};

/// Something that would break without a toolchain. Shown, it completes the sentence "go1.22.5 is …".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// A plain `rollback` goes back to it.
    Rollback,
    /// These generations of the history lead to it.
    History(Vec<u64>),
    /// A known project asks for it, and nothing else that is installed would do.
    Project(Project),
    /// These processes run a program of it, or work in it.
    Running(Vec<Process>),
}

/// What a known project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The file that says so.
    pub file: PathBuf,
    /// What it says.
    pub request: VersionRequest,
}

/// A process that this user can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: u32,
    /// The name of its program as the system shows it; anybody may have chosen it.
    pub name: String,
}

/// What removals are judged by: it changes with each of them.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// What is installed.
    pub installed: Vec<GoVersion>,
    /// The generations that stay.
    pub kept: Vec<Generation>,
    /// The known projects.
    pub projects: &'a [Project],
}

impl Store {
    /// Returns whatever needs a toolchain; nothing for one that may go.
    ///
    /// # Errors
    /// [`StoreError::NotInstalled`], and [`StoreError::IsCurrent`], which no force overrules.
    pub fn needs(&self, version: GoVersion, around: &Surroundings<'_>) -> Result<Vec<Need>, StoreError> {
        if !self.has(version) {
            return Err(StoreError::NotInstalled(version));
        }
        if self.current()?.is_some_and(|current| current.version == version) {
            return Err(StoreError::IsCurrent(version));
        }
        let mut needs = Vec::new();
        if self.rollback_target()?.is_some_and(|target| target.version == version) {
            needs.push(Need::Rollback);
        }
        let is_of_it = |generation: &&Generation| generation.version == version;
        let generations: Vec<u64> =
            around.kept.iter().filter(is_of_it).map(|generation| generation.number).collect();
        if !generations.is_empty() {
            needs.push(Need::History(generations));
        }
        let pinning = around.projects.iter().filter(|project| project.pins(version, &around.installed));
        needs.extend(pinning.cloned().map(Need::Project));
        let processes = running_from(&self.layout.tree(version));
        if !processes.is_empty() {
            needs.push(Need::Running(processes));
        }
        Ok(needs)
    }
}

impl Project {
    /// Whether of the installed toolchains only this one will do.
    fn pins(&self, version: GoVersion, installed: &[GoVersion]) -> bool {
        let others = installed.iter().copied().filter(|other| *other != version);
        self.request.select_among(installed.iter().copied()) == Some(version)
            && self.request.select_among(others).is_none()
    }
}

impl Need {
    /// Says what breaks once the toolchain is gone: a sentence without a period.
    pub fn consequence(&self, version: GoVersion) -> String {
        match self {
            Need::Rollback => {
                format!("`gvm-rs rollback` does not go back to {} any more", version.toolchain())
            }
            Need::History(numbers) => {
                format!("there is no going back to {} of the history", generations(numbers))
            }
            Need::Project(Project { file, request }) => {
                format!("`{}` asks for {request}, and nothing that is installed will do", file.display())
            }
            Need::Running(processes) => format!("{} may fail: its files are gone", names(processes)),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Rollback => f.write_str("what `gvm-rs rollback` goes back to"),
            Need::History(numbers) => write!(f, "kept for {} of the history", generations(numbers)),
            Need::Project(Project { file, request }) => {
                write!(f, "pinned by `{}`, which asks for {request}", file.display())
            }
            Need::Running(processes) => write!(f, "in use by {}", names(processes)),
        }
    }
}

/// Joins needs to one phrase.
pub(super) fn phrase(needs: &[Need]) -> String {
    let needs: Vec<String> = needs.iter().map(Need::to_string).collect();
    needs.join("; it is ")
}

fn generations(numbers: &[u64]) -> String {
    let noun = if numbers.len() == 1 { "generation" } else { "generations" };
    format!("{noun} {}", some(numbers.iter().map(u64::to_string)))
}

fn names(processes: &[Process]) -> String {
    format!("process {}", some(processes.iter().map(|process| format!("{} ({})", process.id, process.name))))
}

/// The first few of a list that may be long.
fn some(items: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 5;
    let more = if items.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", items.take(SHOWN).collect::<Vec<_>>().join(", "))
}

/// Returns the processes that run a program of this tree or work in it, as far as this user can see.
pub(super) fn running_from(tree: &Path) -> Vec<Process> {
    let Ok(tree) = tree.canonicalize() else { return Vec::new() };
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let is_below = |link: PathBuf| std::fs::read_link(link).is_ok_and(|target| target.starts_with(&tree));
    let name = |path: &Path| disk::read_capped(&path.join("comm"), 4096, false).unwrap_or_default();
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().map(|id: u32| (id, entry.path())))
        .filter(|(_, path)| is_below(path.join("exe")) || is_below(path.join("cwd")))
        .map(|(id, path)| Process {
            id,
            name: String::from_utf8_lossy(name(&path).trim_ascii()).escape_debug().to_string(),
        })
        .collect()
}
