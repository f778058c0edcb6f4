//! Unpacks the tar stream of a Go release into staging, and accepts nothing that such a release does not hold.
//!
//! The `tar` crate reads the headers; every decision is made here. Allowed are regular files and
//! directories below `go/`, and the extension headers that carry long names. Whatever else a tar can
//! express (links, devices, sparse files, `..`, absolute paths, duplicates) ends the unpacking.

use std::cell::Cell;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use sha2::Digest as _;

use super::manifest::FileRecord;
use crate::disk::{Disk, DiskError, NewDir};
use crate::model::Sha256;
use crate::net::escaped;

/// An archive that was not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The archive holds something that no Go release holds.
    #[error("entry `{entry}` {reason}")]
    Refused {
        /// The entry's name, escaped.
        entry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The stream is not a whole gzip-compressed tar.
    #[error("it is not a whole archive")]
    Unreadable(#[source] io::Error),
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// What one archive may hold at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of everything.
    pub total: u64,
    /// Files, directories and extension headers.
    pub entries: u32,
}

const MIB: u64 = 1 << 20;
const LONGEST_COMPONENT: usize = 255;
const LONGEST_PATH: usize = 1024;
const DEEPEST: usize = 40;
const LARGEST_HEADER: u64 = 64 << 10;
/// The zeros at the end fill up a record of the tape, which nobody makes longer than this.
const LONGEST_END: u64 = MIB;
const LONGEST_REASON: usize = 200;
const BLOCK: usize = 256 << 10;
/// A download that takes longer leaves the disk idle: what is written now need not wait for the flush at the end.
const WRITE_BACK_AFTER: Duration = Duration::from_secs(1);

impl Limits {
    /// Limits for an archive of this many bytes: Go releases unpack to three times their size.
    pub fn for_archive(size: u64) -> Limits {
        Limits {
            file: 256 * MIB,
            total: size.saturating_mul(12).clamp(16 * MIB, 1024 * MIB),
            entries: 60_000,
        }
    }
}

/// Unpacks `stream` into the new directory `root` (the stream's `go/`), read-only, and hands every file to `written`.
///
/// # Errors
/// [`UnpackError`] if the stream holds anything that no Go release holds, is cut off or damaged, or if the disk or
/// `written` refuses; then a part of it is left in `root`.
pub fn unpack(
    stream: impl Read,
    disk: &Disk,
    (root, limits): (&Path, Limits),
    mut written: impl FnMut(&FileRecord) -> Result<(), DiskError>,
) -> Result<(), UnpackError> {
    let zeros = Rc::new(Cell::new(0));
    let mut archive = tar::Archive::new(WatchEnd { stream, zeros: Rc::clone(&zeros) });
    let mut tree = Tree {
        disk,
        shown: root,
        open: vec![(String::new(), disk.create_root(root)?)],
        directories: HashSet::new(),
        names: Names::default(),
        started: Instant::now(),
        buffer: vec![0; BLOCK],
    };
    let mut total = 0;
    let mut count = 0;
    // What the header before said of the next entry: a name, or nothing that matters.
    let mut extension: Option<Option<Vec<u8>>> = None;
    for entry in archive.entries().map_err(unreadable)?.raw(true) {
        let mut entry = entry.map_err(unreadable)?;
        count += 1;
        total = entry.size().saturating_add(total);
        let kind = entry.header().entry_type().as_byte();
        if count > limits.entries {
            return Err(refused(&entry.path_bytes(), "is one too many"));
        }
        if entry.size() > limits.file || total > limits.total {
            return Err(refused(&entry.path_bytes(), "is too large"));
        }
        if matches!(kind, b'x' | b'L' | b'g') {
            // Readers differ in which of two counts, and in whether one counts that is older than the kind itself.
            if extension.is_some() {
                return Err(refused(b"", "has two extension headers"));
            }
            if entry.header().as_ustar().is_none() && entry.header().as_gnu().is_none() {
                return Err(refused(&entry.path_bytes(), "is an extension header of the oldest form"));
            }
            let read = read_extension(&mut entry, kind)?;
            extension = Some(read).filter(|_| kind != b'g');
            continue;
        }
        let name = extension.take().flatten().unwrap_or_else(|| entry.path_bytes().into_owned());
        let refuse = |reason| refused(&name, reason);
        let path = parse_path(&name).map_err(refuse)?;
        match kind {
            b'5' if entry.size() == 0 => {
                tree.directory(path.trim_end_matches('/')).map_err(|e| e.of(&name, root))?
            }
            b'0' | 0 if path.is_empty() || path.ends_with('/') => {
                return Err(refuse("is a file named like a directory"));
            }
            b'0' | 0 => {
                let mode = entry.header().mode().map_err(unreadable)?;
                let file = tree.file(path, mode, &mut entry).map_err(|e| e.of(&name, root))?;
                written(&file)?;
            }
            b'1' | b'2' => return Err(refuse("is a link")),
            b'3' | b'4' | b'6' => return Err(refuse("is a device")),
            _ => return Err(refuse("is of a kind that no Go release holds")),
        }
    }
    if extension.is_some() {
        return Err(refused(b"", "is missing after its extension header"));
    }
    only_zeros_follow(archive.into_inner(), &zeros)?;
    tree.finish()
}

fn refused(name: &[u8], reason: &'static str) -> UnpackError {
    let shown: String = String::from_utf8_lossy(name).chars().take(120).collect();
    UnpackError::Refused { entry: shown.escape_debug().to_string(), reason }
}

/// The tar crate quotes the archive in its messages.
fn unreadable(error: io::Error) -> UnpackError {
    let reason: String = error.to_string().chars().take(LONGEST_REASON).collect();
    UnpackError::Unreadable(io::Error::new(error.kind(), escaped(&reason).to_string()))
}

/// Returns the name that an extension header gives to the entry after it, if it does.
fn read_extension(entry: &mut impl TarEntry, kind: u8) -> Result<Option<Vec<u8>>, UnpackError> {
    if entry.length() > LARGEST_HEADER {
        return Err(refused(b"", "has an extension header that is too large"));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(unreadable)?;
    if kind == b'L' {
        // One zero ends the name. Readers differ in what they make of another, and no name may hold it.
        bytes.pop_if(|byte| *byte == 0);
        return Ok(Some(bytes));
    }
    let mut name = None;
    for pair in tar::PaxExtensions::new(&bytes) {
        let pair = pair.map_err(unreadable)?;
        match pair.key_bytes() {
            b"path" if kind == b'x' && name.is_none() => name = Some(pair.value_bytes().to_vec()),
            b"mtime" | b"atime" | b"ctime" | b"uid" | b"gid" | b"uname" | b"gname" | b"comment" => {}
            key => return Err(refused(key, "is an extension that no Go release holds")),
        }
    }
    Ok(name)
}

trait TarEntry: Read {
    fn length(&self) -> u64;
}

impl<R: Read> TarEntry for tar::Entry<'_, R> {
    fn length(&self) -> u64 {
        self.size()
    }
}

/// Returns the part of a name below `go/`, empty for `go/` itself.
fn parse_path(name: &[u8]) -> Result<&str, &'static str> {
    let name = std::str::from_utf8(name).map_err(|_| "has a name that is not UTF-8")?;
    if name.len() > LONGEST_PATH {
        return Err("has a name that is too long");
    }
    if name.chars().any(|c| c.is_control() || c == '\\') {
        return Err("has a name with characters that no Go release uses");
    }
    let below = match name {
        "go" => "",
        _ => name.strip_prefix("go/").ok_or("is not below go/")?,
    };
    let components = below.strip_suffix('/').unwrap_or(below).split('/');
    let mut depth = 0;
    for component in components.filter(|_| !below.is_empty()) {
        depth += 1;
        if matches!(component, "" | "." | "..") {
            return Err("has a name that leads elsewhere");
        }
        if component.len() > LONGEST_COMPONENT || depth > DEEPEST {
            return Err("has a name that is too long");
        }
    }
    Ok(below)
}

/// A problem with one entry, before its name is attached.
enum EntryError {
    Refused(&'static str),
    Read(io::Error),
    Write(io::Error),
}

impl EntryError {
    fn of(self, name: &[u8], root: &Path) -> UnpackError {
        match self {
            EntryError::Refused(reason) => refused(name, reason),
            EntryError::Read(e) => unreadable(e),
            EntryError::Write(e) => {
                let below = Path::new(std::str::from_utf8(name).unwrap_or_default());
                UnpackError::Disk(DiskError::new("write", &root.with_file_name("").join(below), e))
            }
        }
    }
}

/// The tree as far as it is written.
struct Tree<'a> {
    disk: &'a Disk,
    shown: &'a Path,
    /// The directory being written, under its parents; each with its path (empty for the root).
    open: Vec<(String, NewDir)>,
    directories: HashSet<String>,
    names: Names,
    started: Instant,
    buffer: Vec<u8>,
}

/// Every path that was unpacked, case folded: names that differ only in case are one name on other systems.
///
/// Hashes of them, which keeps memory flat. The key is drawn anew for each archive, so no archive can be made
/// whose names meet; where two of 60,000 do (once in 10^10 archives), a good archive is refused.
#[derive(Default)]
struct Names {
    key: RandomState,
    hashes: HashSet<u64>,
}

impl Names {
    /// Returns whether the name is new.
    fn insert(&mut self, path: &str) -> bool {
        self.hashes.insert(self.key.hash_one(path.to_lowercase()))
    }
}

impl Tree<'_> {
    /// Makes `path` the directory being written.
    fn directory(&mut self, path: &str) -> Result<(), EntryError> {
        while self.open.len() > 1 && !self.open.last().is_some_and(|(open, _)| is_at_or_below(path, open)) {
            self.open.pop();
        }
        loop {
            let Some((open, parent)) = self.open.last() else {
                return Err(EntryError::Refused("has no parent"));
            };
            if open.len() == path.len() {
                return Ok(());
            }
            let start = if open.is_empty() { 0 } else { open.len() + 1 };
            let end = path[start..].find('/').map_or(path.len(), |slash| start + slash);
            let (name, path) = (OsStr::new(&path[start..end]), path[..end].to_owned());
            let directory = if self.directories.contains(&path) {
                self.disk.reopen_subdir(parent, name).map_err(EntryError::Write)?
            } else if !self.names.insert(&path) {
                return Err(EntryError::Refused("is there twice"));
            } else {
                let created = self.disk.create_subdir(parent, name).map_err(EntryError::Write)?;
                // The name may be a file's, or (where case is folded) another directory's.
                let directory = created.ok_or(EntryError::Refused("is there twice"))?;
                self.directories.insert(path.clone());
                directory
            };
            self.open.push((path, directory));
        }
    }

    fn file(
        &mut self,
        path: &str,
        mode: u32,
        contents: &mut impl TarEntry,
    ) -> Result<FileRecord, EntryError> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.directory(parent)?;
        let Some((_, directory)) = self.open.last() else { return Err(EntryError::Refused("has no parent")) };
        if !self.names.insert(path) {
            return Err(EntryError::Refused("is there twice"));
        }
        let mode = if mode & 0o111 == 0 { 0o444 } else { 0o555 };
        let size = contents.length();
        let mut target = match self.disk.create_file(directory, OsStr::new(name), mode) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                return Err(EntryError::Refused("is there twice"));
            }
            target => target.map_err(EntryError::Write)?,
        };
        let mut hash = sha2::Sha256::new();
        let mut left = size;
        while left > 0 {
            let length = left.min(BLOCK as u64) as usize;
            let block = &mut self.buffer[..length];
            contents.read_exact(block).map_err(EntryError::Read)?;
            target.file.write_all(block).map_err(EntryError::Write)?;
            hash.update(&*block);
            left -= length as u64;
        }
        if self.started.elapsed() > WRITE_BACK_AFTER {
            target.start_writeback();
        }
        let sha256 = Sha256::new(hash.finalize().into());
        Ok(FileRecord { path: path.to_owned(), mode, size, sha256 })
    }

    /// Takes the write permission from every directory but the root, which a rename needs writable.
    fn finish(self) -> Result<(), UnpackError> {
        let Some((_, root)) = self.open.first() else { return Ok(()) };
        for path in &self.directories {
            self.disk
                .make_read_only(root, Path::new(path))
                .map_err(|e| DiskError::new("set the mode of", &self.shown.join(path), e))?;
        }
        Ok(())
    }
}

fn is_at_or_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| directory.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

/// Counts the zero bytes at the end of what was read so far.
struct WatchEnd<R> {
    stream: R,
    zeros: Rc<Cell<u64>>,
}

impl<R: Read> Read for WatchEnd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.stream.read(buffer)?;
        let read = &buffer[..length];
        self.zeros.set(match read.iter().rposition(|&byte| byte != 0) {
            Some(last) => (length - 1 - last) as u64,
            None => self.zeros.get() + length as u64,
        });
        Ok(length)
    }
}

/// Reads to the end of the stream: a tar ends with two blocks of zeros, and nothing else may follow.
fn only_zeros_follow(mut stream: impl Read, zeros: &Cell<u64>) -> Result<(), UnpackError> {
    let mut buffer = [0; 8192];
    let mut following = 0;
    loop {
        let length = stream.read(&mut buffer).map_err(unreadable)?;
        following += length as u64;
        if following > LONGEST_END {
            return Err(refused(b"", "goes on after the end of the archive"));
        }
        if length == 0 {
            break;
        }
        if buffer[..length].iter().any(|&byte| byte != 0) {
            return Err(refused(b"", "follows the end of the archive"));
        }
    }
    if zeros.get() < 1024 {
        let cut = io::Error::new(io::ErrorKind::UnexpectedEof, "the archive has no end mark");
        return Err(UnpackError::Unreadable(cut));
    }
    Ok(())
}
