//! What became of the blocks that a set-up wrote: which files have one, and what is wrong with it. It reads; an edit that
//! it plans is made by [`Gvm::apply_edit`].

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use super::block::{self, Place};
use super::edit::{Edit, EditError};
use super::guard::guard;
use super::home::{Home, Reader, Target};
use super::{SetupError, Wish, all_targets, body, code_file, is_same_file};
use crate::disk;
use crate::gvm::Gvm;
use crate::shell::{Init, Shell};
use crate::store::Store;

/// A file with a block of ours.
#[derive(Debug)]
pub struct Surveyed {
    /// The file.
    pub path: PathBuf,
    /// Who reads it.
    pub reader: Reader,
    /// What is wrong with the block.
    pub faults: Vec<BlockFault>,
    /// What puts it right, where that can be said.
    pub edit: Option<Edit>,
    /// The file in the root that the block reads, if that is gone.
    pub lost_code: Option<PathBuf>,
}

/// What is wrong with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockFault {
    /// It does not say what a set-up writes.
    Changed,
    /// There is more than one.
    Repeated,
    /// Its last line is missing.
    Unended,
    /// The file may not be read, so that nobody knows of a block in it.
    Unreadable,
    /// It stands behind the line at which a shell without a terminal leaves.
    BehindGuard,
}

/// A larger file is nothing that a shell reads when it starts.
const LARGEST: u64 = 4 << 20;

/// Looks at every file that a set-up of this home may have edited.
pub fn survey(store: &Store, home: &Home, init: &Init) -> Vec<Surveyed> {
    let mut known: Vec<PathBuf> = Vec::new();
    let mut surveyed = Vec::new();
    for target in all_targets(home, store).unwrap_or_default() {
        if known.iter().any(|known| is_same_file(known, &target.path)) {
            continue;
        }
        known.push(target.path.clone());
        surveyed.extend(look(store, home, init, &target));
    }
    surveyed
}

fn look(store: &Store, home: &Home, init: &Init, target: &Target) -> Option<Surveyed> {
    let surveyed = |faults, edit, lost_code| {
        Some(Surveyed { path: target.path.clone(), reader: target.reader, faults, edit, lost_code })
    };
    let text = match disk::read_capped(&target.path, LARGEST, true) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
            return surveyed(vec![BlockFault::Unreadable], None, None);
        }
        Err(_) => return None,
    };
    let Ok(blocks) = block::places(&text) else { return surveyed(vec![BlockFault::Unended], None, None) };
    let first = blocks.first()?;
    if is_of_another_root(&String::from_utf8_lossy(&text[first.clone()]), store, home, init, target) {
        return None;
    }
    let bodies = bodies(store, home, init, target);
    let renewed = |body: &String| block::insert(&text, body, target.comment(), target.place).ok();
    let is_sound = bodies.is_empty() || bodies.iter().any(|body| renewed(body).as_ref() == Some(&text));
    let is_behind = target.place == Place::BeforeGuard && guard(&text[..first.start]).is_some();
    let faults = [
        (blocks.len() > 1, BlockFault::Repeated),
        (blocks.len() == 1 && !is_sound, BlockFault::Changed),
        (is_behind, BlockFault::BehindGuard),
    ];
    let faults: Vec<BlockFault> =
        faults.into_iter().filter(|(is_so, _)| *is_so).map(|(_, fault)| fault).collect();
    let mend = || -> Option<Edit> {
        let body = bodies.first()?;
        let text = if is_behind { block::remove(&text).ok()??.text } else { text.clone() };
        let after = block::insert(&text, body, target.comment(), target.place).ok()?;
        Edit::to(target, after).ok()?
    };
    let edit = (!faults.is_empty()).then(mend).flatten();
    let lost_code =
        readers(target).into_iter().map(|shell| PathBuf::from(code_file(store, home, shell).path)).next();
    let reads_code = matches!(target.reader, Reader::Shell(shell) if shell.reads(&code_file(store, home, shell)).is_some());
    surveyed(faults, edit, lost_code.filter(|path| reads_code && !path.exists()))
}

/// Whether a block was written for another root, whose set-up is none of ours to judge.
fn is_of_another_root(block: &str, store: &Store, home: &Home, init: &Init, target: &Target) -> bool {
    let file = code_file(store, home, Shell::Sh);
    let stem = |path: &str| path.strip_suffix("sh").is_some_and(|stem| block.contains(stem));
    match target.reader {
        Reader::Shell(_) => {
            let is_named = stem(&file.path) || file.below_home.as_deref().is_some_and(stem);
            block.contains("/shell/init.") && !is_named
        }
        Reader::Systemd => block.contains("PATH=\"") && !block.contains(&init.bin),
        Reader::Launchd => false,
    }
}

/// What may stand in the block of a file, first what is written today; nothing where that depends on more.
fn bodies(store: &Store, home: &Home, init: &Init, target: &Target) -> Vec<String> {
    let body = |target: &Target, init: &Init| {
        let wish = Wish { home, init, shells: &[], with_shells: true, with_session: None };
        body(store, &wish, target)
    };
    match target.reader {
        // There the code itself is in the block.
        Reader::Shell(Shell::Nu) | Reader::Launchd => Vec::new(),
        Reader::Shell(_) => {
            let readers = readers(target).into_iter();
            readers
                .map(|shell| body(&Target { reader: Reader::Shell(shell), ..target.clone() }, init))
                .collect()
        }
        Reader::Systemd => {
            let without = Init { tools: None, ..init.clone() };
            vec![body(target, init), body(target, &without)]
        }
    }
}

/// The shells whose code may be in a file; what several read has code for all of them.
fn readers(target: &Target) -> Vec<Shell> {
    match target.reader {
        Reader::Shell(shell @ (Shell::Bash | Shell::Zsh)) => {
            BTreeSet::from([shell, Shell::Sh]).into_iter().collect()
        }
        Reader::Shell(shell) => vec![shell],
        Reader::Systemd | Reader::Launchd => Vec::new(),
    }
}

impl Gvm<'_> {
    /// Makes one edit, under the lock where there is a store.
    pub fn apply_edit(&self, edit: &Edit) -> Result<(), SetupError> {
        let lock = self.store.layout().root().exists().then(|| self.lock()).transpose()?;
        let made: Result<(), EditError> = edit.apply(self.store.disk());
        drop(lock);
        Ok(made?)
    }
}
