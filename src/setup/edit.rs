//! One edit of one file: read, shown, and made so that whoever reads the file finds the old one or the new one, whole.
//!
//! What is new is written beside its place under a name of ours, synced, and renamed. So is a directory that has to be
//! made first: it is complete, with the file in it, before it has its name. What a crash leaves are those names, which
//! the next edit of the same file sweeps.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::block::{self, Made, NoEnd};
use super::diff;
use super::home::{Reader, Target};
use crate::disk::{self, Disk, DiskError, Owner, Published};

/// A file that setup or teardown could not do.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is no file that can be edited.
    #[error("cannot edit `{}`: {reason}", path.display())]
    NotPlain {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        reason: &'static str,
    },
    /// It belongs to another user, to whom a new file in its place would not.
    #[error("cannot edit `{}`: it belongs to another user", .0.display())]
    NotOurs(PathBuf),
    /// It has several names, of which a new file in its place would take only one.
    #[error("cannot edit `{}`: it is a hard link, and its other names would keep what it is now", .0.display())]
    Linked(PathBuf),
    /// It cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It has the first line of our block and not the last.
    #[error("cannot edit `{}`: its gvm-rs block has a beginning and no end", .0.display())]
    NoEnd(PathBuf),
    /// Somebody edited it meanwhile.
    #[error("`{}` was changed by somebody else meanwhile, and is left as it is now", .0.display())]
    Changed(PathBuf),
    /// A name of ours leads to what is not ours.
    #[error("`{}` is in the way: it holds what gvm-rs did not put there", .0.display())]
    InTheWay(PathBuf),
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// A change of one file.
#[derive(Debug)]
pub struct Edit {
    /// The file, by the name that its reader knows.
    pub path: PathBuf,
    /// Who reads it.
    pub reader: Reader,
    /// Where it is: what a link leads to.
    real: PathBuf,
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
    owner: Option<Owner>,
    /// The directories that go with the file: to be made first, or made by setup and empty without it.
    directories: usize,
}

/// What an edit does to its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is made.
    Create,
    /// It is changed.
    Change,
    /// It is removed.
    Remove,
}

/// A larger file is nothing that a shell reads when it starts.
const LARGEST: u64 = 4 << 20;
const NEW: &str = ".gvm-rs-new";
const OLD: &str = ".gvm-rs-old";

/// A file as it is.
struct Found {
    real: PathBuf,
    /// Whether it is another user's, and how many names it has.
    is_others: bool,
    names: u64,
    text: Option<Vec<u8>>,
    owner: Option<Owner>,
    missing_directories: usize,
}

impl Edit {
    /// Plans to have a block with this body in a file; nothing where it is there. `made` are the directories that
    /// edits before this one make.
    pub(crate) fn insert(
        target: &Target,
        body: &str,
        made: &mut BTreeSet<PathBuf>,
    ) -> Result<Option<Edit>, EditError> {
        let found = look(&target.path)?;
        let (after, directories) = match &found.text {
            None => {
                let missing = found.real.ancestors().skip(1).take(found.missing_directories);
                let directories = missing.filter(|missing| made.insert(missing.to_path_buf())).count();
                (block::alone(body, target.comment(), directories), directories)
            }
            Some(text) => {
                let inserted = block::insert(text, body, target.comment(), target.place);
                (inserted.map_err(|NoEnd| EditError::NoEnd(target.path.clone()))?, 0)
            }
        };
        Edit::new(target, found, Some(after), directories)
    }

    /// Plans to have no block in a file; nothing where there is none.
    pub(crate) fn remove(target: &Target) -> Result<Option<Edit>, EditError> {
        let found = look(&target.path)?;
        let Some(text) = &found.text else { return Ok(None) };
        let removed = block::remove(text).map_err(|NoEnd| EditError::NoEnd(target.path.clone()))?;
        let Some(removed) = removed else { return Ok(None) };
        // Where somebody made it a link since, what it leads to is theirs.
        let is_link = found.real.file_name() != target.path.file_name()
            || std::fs::symlink_metadata(&target.path).is_ok_and(|meta| meta.is_symlink());
        match removed.made {
            Made::File(directories) if removed.text.is_empty() && !is_link => {
                Edit::new(target, found, None, directories)
            }
            _ => Edit::new(target, found, Some(removed.text), 0),
        }
    }

    /// Plans to give a file that is there another text; nothing where it has it.
    pub(super) fn to(target: &Target, text: Vec<u8>) -> Result<Option<Edit>, EditError> {
        Edit::new(target, look(&target.path)?, Some(text), 0)
    }

    fn new(
        target: &Target,
        found: Found,
        after: Option<Vec<u8>>,
        directories: usize,
    ) -> Result<Option<Edit>, EditError> {
        if found.text == after {
            return Ok(None);
        }
        if found.is_others {
            return Err(EditError::NotOurs(target.path.clone()));
        }
        if found.names > 1 {
            return Err(EditError::Linked(target.path.clone()));
        }
        Ok(Some(Edit {
            path: target.path.clone(),
            reader: target.reader,
            real: found.real,
            before: found.text,
            after,
            owner: found.owner,
            directories,
        }))
    }

    /// The file itself, where the name is a link.
    pub(super) fn real(&self) -> &Path {
        &self.real
    }

    /// What it does.
    pub fn kind(&self) -> Kind {
        match (&self.before, &self.after) {
            (None, _) => Kind::Create,
            (Some(_), Some(_)) => Kind::Change,
            (Some(_), None) => Kind::Remove,
        }
    }

    /// How deep the topmost name lies that goes with the file. Where several files share a directory that setup made,
    /// the one that it was made for has to be the last to go.
    pub(super) fn depth(&self) -> usize {
        above(&self.real, self.directories).components().count()
    }

    /// The change as `diff -u` shows it, without the heading.
    pub fn diff(&self) -> String {
        diff::show(self.before.as_deref().unwrap_or_default(), self.after.as_deref().unwrap_or_default())
    }

    /// Makes the change.
    pub(crate) fn apply(&self, disk: &Disk) -> Result<(), EditError> {
        match &self.after {
            Some(text) if self.before.is_none() => self.create(text, disk),
            Some(text) => {
                let new = beside(&self.real, NEW);
                disk.write_user_file(&new, text, self.owner)?;
                if let Err(changed) = self.check_unchanged() {
                    disk.remove_file(&new)?;
                    return Err(changed);
                }
                Ok(disk.publish_over(&new, &self.real)?)
            }
            None => self.withdraw(disk),
        }
    }

    /// Makes the file, and the directories that it lacks, by one rename.
    fn create(&self, text: &[u8], disk: &Disk) -> Result<(), EditError> {
        let top = above(&self.real, self.directories);
        let new = beside(top, NEW);
        let below = self.real.strip_prefix(top).unwrap_or(Path::new(""));
        let file = if self.directories == 0 { new.clone() } else { new.join(below) };
        let made: Vec<&Path> = file.ancestors().skip(1).take(self.directories).collect();
        for directory in made.iter().rev() {
            disk.create_user_dir(directory)?;
        }
        disk.write_user_file(&file, text, None)?;
        for directory in &made {
            disk.sync_dir(directory)?;
        }
        match disk.publish_new(&new, top)? {
            Published::Done => Ok(()),
            Published::AlreadyThere => {
                dismantle(disk, &new, below)?;
                Err(EditError::Changed(self.path.clone()))
            }
        }
    }

    /// Removes the file, and with it the directories that setup made and that hold nothing else, by one rename.
    fn withdraw(&self, disk: &Disk) -> Result<(), EditError> {
        self.check_unchanged()?;
        let holds_one =
            |directory: &Path| std::fs::read_dir(directory).is_ok_and(|entries| entries.count() == 1);
        let directories = self.real.ancestors().skip(1).take(self.directories);
        let emptied = directories.take_while(|directory| holds_one(directory)).count();
        let top = above(&self.real, emptied);
        if emptied == 0 {
            disk.remove_file(top)?;
            return Ok(disk.sync_dir(top.parent().unwrap_or(Path::new("/")))?);
        }
        let old = beside(top, OLD);
        disk.withdraw(top, &old)?;
        match dismantle(disk, &old, self.real.strip_prefix(top).unwrap_or(Path::new(""))) {
            // Somebody put a file there at this very moment. Ours is gone, and theirs stays where it was.
            Err(EditError::InTheWay(_)) => match disk.publish_new(&old, top)? {
                Published::Done => Ok(()),
                Published::AlreadyThere => Err(EditError::InTheWay(old)),
            },
            outcome => outcome,
        }
    }

    fn check_unchanged(&self) -> Result<(), EditError> {
        let is_same =
            |found: &Found| found.real == self.real && found.text == self.before && found.owner == self.owner;
        match look(&self.path) {
            Ok(found) if is_same(&found) => Ok(()),
            _ => Err(EditError::Changed(self.path.clone())),
        }
    }
}

/// Removes what a crash left of edits of these files; `home` is not looked at itself, nor anything above it.
pub(crate) fn sweep(targets: &[Target], home: &Path, disk: &Disk) -> Result<(), EditError> {
    let mut in_the_way = None;
    for target in targets {
        match sweep_one(&target.path, home, disk) {
            // The file that it was made for may be another target's.
            Err(EditError::InTheWay(path)) => in_the_way = Some(path),
            outcome => outcome?,
        }
    }
    match in_the_way.filter(|path| std::fs::symlink_metadata(path).is_ok()) {
        Some(path) => Err(EditError::InTheWay(path)),
        None => Ok(()),
    }
}

fn sweep_one(path: &Path, home: &Path, disk: &Disk) -> Result<(), EditError> {
    let Ok(found) = look(path) else { return Ok(()) };
    for top in found.real.ancestors().take(MOST_DIRECTORIES).take_while(|top| *top != home) {
        let below = found.real.strip_prefix(top).unwrap_or(Path::new(""));
        for left in [beside(top, NEW), beside(top, OLD)] {
            if std::fs::symlink_metadata(&left).is_ok() {
                dismantle(disk, &left, below)?;
            }
        }
    }
    Ok(())
}

/// More directories than any shell's file lies in, below its home.
const MOST_DIRECTORIES: usize = 6;

/// Removes a file, or a row of directories with a file at its end; what else is in them stays, and is told.
fn dismantle(disk: &Disk, top: &Path, below: &Path) -> Result<(), EditError> {
    if !std::fs::symlink_metadata(top).is_ok_and(|meta| meta.is_dir()) {
        return Ok(disk.remove_file(top)?);
    }
    let file = top.join(below);
    if std::fs::symlink_metadata(&file).is_ok_and(|meta| !meta.is_dir()) {
        disk.remove_file(&file)?;
    }
    for directory in file.ancestors().skip(1).take_while(|directory| directory.starts_with(top)) {
        let is_there = std::fs::symlink_metadata(directory).is_ok();
        if is_there && !disk.remove_empty_dir(directory)? {
            return Err(EditError::InTheWay(directory.to_owned()));
        }
    }
    Ok(())
}

/// The path so many directories above.
fn above(path: &Path, directories: usize) -> &Path {
    path.ancestors().nth(directories).unwrap_or(path)
}

/// A name beside a path, which no shell reads.
fn beside(path: &Path, mark: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(mark);
    path.with_file_name(name)
}

/// Looks at a file, wherever links lead; refuses what is not a plain file.
fn look(path: &Path) -> Result<Found, EditError> {
    let unreadable = |source| EditError::Unreadable { path: path.to_owned(), source };
    let refuse = |reason| EditError::NotPlain { path: path.to_owned(), reason };
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => read(path, &meta).map_err(unreadable),
        Ok(meta) if meta.is_dir() => Err(refuse("it is a directory")),
        Ok(_) => Err(refuse("it is not a plain file")),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let (there, missing) = nearest(path).map_err(unreadable)?;
            if std::fs::symlink_metadata(path.ancestors().nth(missing).unwrap_or(path)).is_ok() {
                return Err(refuse("it is a link that leads nowhere"));
            }
            let real = there.join(path.strip_prefix(above(path, missing + 1)).unwrap_or(path));
            Ok(Found {
                real,
                is_others: false,
                names: 0,
                text: None,
                owner: None,
                missing_directories: missing,
            })
        }
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => {
            Err(refuse("it would lie in what is not a directory"))
        }
        Err(e) => Err(unreadable(e)),
    }
}

fn read(path: &Path, meta: &Metadata) -> io::Result<Found> {
    let real = std::fs::canonicalize(path)?;
    let text = disk::read_capped(&real, LARGEST, true)?;
    let owner = Owner::of(meta);
    // root keeps a file another user's.
    let is_others = !owner.is_kept_by_us();
    Ok(Found {
        real,
        is_others,
        names: meta.nlink(),
        text: Some(text),
        owner: Some(owner),
        missing_directories: 0,
    })
}

/// The nearest directory above a path that is there, wherever links lead, and how many directories lack below it.
fn nearest(path: &Path) -> io::Result<(PathBuf, usize)> {
    for (missing, directory) in path.ancestors().skip(1).enumerate() {
        match std::fs::canonicalize(directory) {
            Ok(real) => return Ok((real, missing)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    Ok((PathBuf::from("/"), 0))
}
