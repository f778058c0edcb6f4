//! The manifest beside a toolchain: where it came from, how it was verified, and every file in it.
//!
//! A manifest is JSON Lines: the provenance first, then a line per file, so that the first can be read
//! without the twelve thousand others. It stands outside the tree, under a name no archive can carry.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::disk::DiskError;
use crate::model::{GoVersion, Platform, Sha256};

/// The format number of manifests; raised when a field is added.
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

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: u32,
    #[serde(flatten)]
    provenance: Provenance,
    files: usize,
    bytes: u64,
}

/// What a toolchain holds, as it was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Where it came from.
    pub provenance: Provenance,
    /// Every file, in the archive's order.
    pub files: Vec<FileRecord>,
}

impl Manifest {
    /// Writes it line by line: as one text it would be the largest thing in memory.
    pub(super) fn write(&self, file: &File) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(64 << 10, file);
        let bytes = self.files.iter().map(|file| file.size).sum();
        let header =
            Header { format: FORMAT, provenance: self.provenance.clone(), files: self.files.len(), bytes };
        serde_json::to_writer(&mut out, &header)?;
        for file in &self.files {
            out.write_all(b"\n")?;
            serde_json::to_writer(&mut out, file)?;
        }
        out.write_all(b"\n")?;
        out.flush()
    }

    /// Reads a whole manifest.
    pub(super) fn read(path: &Path) -> Result<Manifest, StoreError> {
        let damaged = |reason: &dyn std::fmt::Display| StoreError::Damaged {
            path: path.to_owned(),
            reason: reason.to_string(),
        };
        let (header, lines) = open(path)?;
        let files: Vec<FileRecord> = lines
            .lines()
            .map(|line| {
                let line = line.map_err(|e| damaged(&e))?;
                serde_json::from_str(&line).map_err(|e| damaged(&e))
            })
            .collect::<Result<_, StoreError>>()?;
        if files.len() != header.files {
            return Err(damaged(&"files are missing from it"));
        }
        Ok(Manifest { provenance: header.provenance, files })
    }

    /// Reads only where a toolchain came from.
    pub(super) fn read_provenance(path: &Path) -> Result<Provenance, StoreError> {
        open(path).map(|(header, _)| header.provenance)
    }
}

fn open(path: &Path) -> Result<(Header, BufReader<File>), StoreError> {
    let file = File::open(path).map_err(|e| DiskError::new("open", path, e))?;
    let mut reader = BufReader::with_capacity(4096, file);
    let mut line = String::new();
    reader.read_line(&mut line).map_err(|e| DiskError::new("read", path, e))?;
    let header: Header = serde_json::from_str(&line)
        .map_err(|e| StoreError::Damaged { path: path.to_owned(), reason: e.to_string() })?;
    if header.format != FORMAT {
        let reason = format!("it has format {}, and this program knows {FORMAT}", header.format);
        return Err(StoreError::Damaged { path: path.to_owned(), reason });
    }
    Ok((header, reader))
}
