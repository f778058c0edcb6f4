//! The manifest beside a toolchain: where it came from, how it was verified, and every file in it.
//!
//! A manifest is JSON Lines: the provenance, a line per file, and the count of them, so that it can be written
//! while the files arrive, and the first line be read without the twelve thousand others. It stands outside
//! the tree, under a name no archive can carry.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Proof, StoreError};
use crate::disk::{self, Disk, DiskError};
use crate::model::{GoVersion, Platform, Sha256};
use crate::net::escaped;

/// The format number of manifests; raised where a reader has to know of a change.
const FORMAT: u32 = 1;

/// Where a toolchain came from and how its bytes were verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The release.
    pub version: GoVersion,
    /// The platform it runs on.
    pub platform: Platform,
    /// Name of the archive.
    pub archive: String,
    /// Where the archive's bytes came from.
    pub url: String,
    /// Hash of the archive; the bytes unpacked had it.
    pub sha256: Sha256,
    /// Size of the archive in bytes.
    pub size: u64,
    /// Who said that this is the right hash.
    pub verified_by: Root,
    /// The index that named the archive: `embedded snapshot`, or a URL or path.
    pub index: String,
    /// What it has shown: before it was installed, or since.
    #[serde(default)]
    pub proof: Proof,
    /// When it was installed, in seconds since 1970.
    pub installed_at: u64,
}

impl Provenance {
    /// Whether the toolchain is not one that the Go project published.
    pub fn is_unofficial(&self) -> bool {
        self.verified_by == Root::NamedIndex
    }
}

/// A root of trust: who vouches for a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Root {
    /// The snapshot of the official index inside this program.
    Pinned,
    /// The official index, fetched over TLS.
    OfficialIndex,
    /// An index that the user named; the hash is not the official one.
    NamedIndex,
}

/// One file of a toolchain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Path below the tree, with `/`.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// Size in bytes.
    pub size: u64,
    /// Hash of the contents.
    pub sha256: Sha256,
}

impl FileRecord {
    /// Whether it is one that unpacking can have written: whoever mends a tree by its manifest writes there.
    fn is_plain(&self) -> bool {
        let is_name = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(char::is_control);
        matches!(self.mode, 0o444 | 0o555) && self.path.split('/').all(is_name)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: u32,
    #[serde(flatten)]
    provenance: Provenance,
}

/// The last line: a manifest that was cut off does not have it.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    files: u64,
    bytes: u64,
}

impl End {
    fn count(&mut self, file: &FileRecord) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(file.size);
    }
}

/// What a toolchain holds, as it was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Where it came from.
    pub provenance: Provenance,
    /// Every file, in the archive's order.
    pub files: Vec<FileRecord>,
}

/// A manifest that grows with its tree, so that no record stays in memory; its sync is that of the tree.
#[derive(Debug)]
#[must_use = "without its last line a manifest is cut off"]
pub(super) struct ManifestWriter {
    path: PathBuf,
    out: BufWriter<File>,
    end: End,
}

impl ManifestWriter {
    /// Begins a manifest at `path`, which must be free.
    pub(super) fn begin(
        disk: &Disk,
        path: PathBuf,
        provenance: &Provenance,
    ) -> Result<ManifestWriter, DiskError> {
        let file = disk.write_unsynced(&path, b"")?;
        let out = BufWriter::with_capacity(64 << 10, file);
        let mut manifest = ManifestWriter { path, out, end: End::default() };
        let header = Header { format: FORMAT, provenance: provenance.clone() };
        manifest.line(&header)?;
        Ok(manifest)
    }

    pub(super) fn add(&mut self, file: &FileRecord) -> Result<(), DiskError> {
        self.end.count(file);
        self.line(file)
    }

    pub(super) fn finish(mut self) -> Result<(), DiskError> {
        let end = std::mem::take(&mut self.end);
        self.line(&end)?;
        self.out.flush().map_err(|e| DiskError::new("write", &self.path, e))
    }

    fn line(&mut self, line: &impl Serialize) -> Result<(), DiskError> {
        let written = serde_json::to_writer(&mut self.out, line).map_err(io::Error::from);
        written.and_then(|()| self.out.write_all(b"\n")).map_err(|e| DiskError::new("write", &self.path, e))
    }
}

impl Manifest {
    /// Reads a whole manifest, which must be in itself consistent.
    pub(super) fn read(path: &Path) -> Result<Manifest, StoreError> {
        let damaged = |reason: &dyn fmt::Display| damaged(path, reason);
        let (header, lines) = open(path)?;
        let mut lines = lines.lines().peekable();
        let (mut files, mut counted, mut end) = (Vec::new(), End::default(), None);
        while let Some(line) = lines.next() {
            let line = line.map_err(|e| damaged(&e))?;
            if lines.peek().is_none() {
                end = serde_json::from_str::<End>(&line).ok();
                break;
            }
            let file: FileRecord = serde_json::from_str(&line).map_err(|e| damaged(&e))?;
            if !file.is_plain() {
                return Err(damaged(&"it lists a file that cannot be in its tree"));
            }
            counted.count(&file);
            files.push(file);
        }
        if end != Some(counted) {
            return Err(damaged(&"files are missing from it"));
        }
        let names: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        if names.len() != files.len() {
            return Err(damaged(&"it lists a file twice"));
        }
        Ok(Manifest { provenance: header.provenance, files })
    }

    /// Reads a manifest file by file, for those who look for a few of them; ends where it cannot be read.
    pub(super) fn records(path: &Path) -> Result<impl Iterator<Item = FileRecord>, StoreError> {
        let (_, lines) = open(path)?;
        Ok(lines.lines().map_while(|line| serde_json::from_str(&line.ok()?).ok()))
    }

    /// Whether two manifests are of the same archive and of the same files.
    pub(super) fn tells_the_same_as(&self, other: &Manifest) -> bool {
        let archive = |manifest: &Manifest| (manifest.provenance.sha256, manifest.provenance.size);
        archive(self) == archive(other) && self.files == other.files
    }

    /// Reads only where a toolchain came from.
    pub(super) fn read_provenance(path: &Path) -> Result<Provenance, StoreError> {
        open(path).map(|(header, _)| header.provenance)
    }

    /// Returns the text of a manifest with another provenance; its files stay as they are.
    pub(super) fn with_provenance(path: &Path, provenance: Provenance) -> Result<Vec<u8>, StoreError> {
        let (_, mut files) = open(path)?;
        let header = Header { format: FORMAT, provenance };
        let mut text = serde_json::to_vec(&header).map_err(|e| damaged(path, &e))?;
        text.push(b'\n');
        files.read_to_end(&mut text).map_err(|e| DiskError::new("read", path, e))?;
        Ok(text)
    }

    /// Reads only how many bytes a toolchain has, from the last line; `None` where that is lost or absurd.
    pub(super) fn read_bytes(path: &Path) -> Option<u64> {
        const LONGEST_END: u64 = 100;
        // More than any tree has, and little enough that sums of sizes never overflow.
        const LARGEST_TREE: u64 = 1 << 40;
        let mut file = disk::open_regular(path, true).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LONGEST_END))).ok()?;
        let mut end = Vec::new();
        file.take(LONGEST_END).read_to_end(&mut end).ok()?;
        let last = end.trim_ascii().rsplit(|&byte| byte == b'\n').next()?;
        let end: End = serde_json::from_slice(last).ok()?;
        Some(end.bytes).filter(|bytes| *bytes <= LARGEST_TREE)
    }
}

fn open(path: &Path) -> Result<(Header, BufReader<File>), StoreError> {
    let file = disk::open_regular(path, true).map_err(|e| DiskError::new("open", path, e))?;
    let mut reader = BufReader::with_capacity(4096, file);
    let mut line = String::new();
    reader.read_line(&mut line).map_err(|e| DiskError::new("read", path, e))?;
    let header: Header = serde_json::from_str(&line).map_err(|e| damaged(path, &e))?;
    if header.format != FORMAT {
        let reason = format!("it has format {}, and this program knows {FORMAT}", header.format);
        return Err(damaged(path, &reason));
    }
    Ok((header, reader))
}

/// The parser's reason may quote the file, however long, and whatever is in it.
fn damaged(path: &Path, reason: &dyn fmt::Display) -> StoreError {
    const LONGEST_REASON: usize = 200;
    let reason: String = reason.to_string().chars().take(LONGEST_REASON).collect();
    StoreError::Damaged { path: path.to_owned(), reason: escaped(&reason).to_string() }
}
