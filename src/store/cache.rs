//! The cache: archives by their hash, and downloads that can go on where they stopped.
//!
//! A name in the cache is a hint, not a proof: an archive that is read from here is hashed again,
//! and the index is held against the pinned one.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::lock::{Guarded, Waiting, wait_for_lock};
use super::{Store, StoreError, Writer};
use crate::disk::{self, Disk, DiskError};
use crate::model::Sha256;

/// The end of the name of a download that has not finished.
const PARTIAL: &str = ".part";

/// Something in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    /// Where it is.
    pub path: PathBuf,
    /// The hash that its name claims; `None` for the release index.
    pub sha256: Option<Sha256>,
    /// Size in bytes.
    pub size: u64,
    /// Whether it is a download that has not finished.
    pub is_partial: bool,
}

impl Store {
    /// Returns what is in the cache.
    pub fn cached(&self) -> Result<Vec<Cached>, StoreError> {
        let mut found = Vec::new();
        for name in self.names_in(&self.layout.cache())? {
            let path = self.layout.cache().join(&name);
            let (stem, extension) = name.split_once('.').unwrap_or((&name, ""));
            let (sha256, is_partial) = match (stem.parse().ok(), extension) {
                (Some(sha256), "part") => (Some(sha256), true),
                (Some(sha256), "tar.gz") => (Some(sha256), false),
                _ if name == "index" => (None, false),
                _ => continue,
            };
            // Another process may have finished with it since.
            if let Ok(meta) = std::fs::symlink_metadata(&path) {
                found.push(Cached { path, sha256, size: meta.len(), is_partial });
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// Returns the release index as last fetched, in its compact form.
    pub fn cached_index(&self) -> Option<Vec<u8>> {
        disk::read_capped(&self.layout.index(), 16 << 20, false).ok()
    }
}

impl Writer<'_> {
    /// Removes downloads that hold nothing: those of toolchains whose install was killed after the commit.
    pub(super) fn sweep_cache(&self) -> Result<(), StoreError> {
        for name in self.store.names_in(&self.store.layout.cache())? {
            let path = self.store.layout.cache().join(&name);
            let is_empty =
                || std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() == 0);
            if name.ends_with(PARTIAL)
                && is_empty()
                && let Some(_lock) = self.lock_idle(&path)?
                && is_empty()
            {
                self.disk().remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Takes the lock of a download unless a running process has it.
    fn lock_idle(&self, path: &Path) -> Result<Option<File>, StoreError> {
        let Ok(file) = File::open(path) else { return Ok(None) };
        let is_ours = self.disk().try_lock(&file, path)? && disk::is_still_named(&file, path);
        Ok(is_ours.then_some(file))
    }

    /// Removes everything in the cache that no running download needs; returns what was removed.
    pub fn clean_cache(&self) -> Result<Vec<Cached>, StoreError> {
        let mut removed = Vec::new();
        for cached in self.store.cached()? {
            let lock = if cached.is_partial { self.lock_idle(&cached.path)? } else { None };
            if cached.is_partial && lock.is_none() {
                continue;
            }
            self.disk().remove_file(&cached.path)?;
            removed.push(cached);
        }
        Ok(removed)
    }
}

/// An archive that is arriving. Its lock keeps other processes from fetching the same one.
#[derive(Debug)]
pub(super) struct Partial {
    file: File,
    path: PathBuf,
    disk: Disk,
    /// The name it gets once it is verified and unpacked; `None` if it is not kept.
    keep_as: Option<PathBuf>,
}

impl Partial {
    /// Opens the download of an archive, and waits for another process that is at it.
    pub(super) fn open(
        store: &Store,
        sha256: &Sha256,
        keep: bool,
        waiting: Waiting<'_>,
    ) -> Result<Partial, StoreError> {
        let path = store.layout.partial(sha256);
        loop {
            let file = store.disk.open_append(&path)?;
            wait_for_lock(&store.disk, (&file, &path), Guarded::Download, waiting)?;
            // Whoever had it may have removed or renamed it; then the lock is on a file without a name.
            if disk::is_still_named(&file, &path) {
                let keep_as = keep.then(|| store.layout.archive(sha256));
                return Ok(Partial { file, path, disk: store.disk.clone(), keep_as });
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes are here from an earlier try.
    pub(super) fn held(&self) -> Result<u64, DiskError> {
        self.file.metadata().map(|meta| meta.len()).map_err(|e| DiskError::new("look at", &self.path, e))
    }

    /// Reads what is here from an earlier try.
    pub(super) fn reader(&self) -> Result<impl Read, DiskError> {
        let file = File::open(&self.path).map_err(|e| DiskError::new("open", &self.path, e))?;
        Ok(file)
    }

    pub(super) fn append(&self, bytes: &[u8]) -> Result<(), DiskError> {
        self.disk.append(&self.file, &self.path, bytes)
    }

    pub(super) fn reserve(&self, size: u64) -> Result<(), DiskError> {
        self.disk.reserve(&self.file, &self.path, size)
    }

    /// Forgets what is here, to begin again.
    pub(super) fn reset(&self) -> Result<(), DiskError> {
        self.disk.truncate(&self.file, &self.path, 0)
    }

    /// Removes it: what it holds is wrong.
    pub(super) fn discard(self) -> Result<(), DiskError> {
        self.disk.remove_file(&self.path)
    }

    /// Puts the archive where it stays, before the tree is flushed: under its name in the cache or, if it is not
    /// kept, nowhere, so that its bytes are never flushed to the disk.
    ///
    /// The lock holds on until the toolchain is committed. Whoever waits for it then finds the toolchain; whoever
    /// comes in between finds the archive, or an empty download whose lock is taken.
    pub(super) fn settle(&self) -> Result<(), DiskError> {
        match &self.keep_as {
            Some(name) if self.held()? > 0 => self.disk.replace_unsynced(&self.path, name),
            _ => self.reset(),
        }
    }

    /// Removes what is left of the download. After a kill before this, the next writer sweeps it.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        match disk::is_still_named(&self.file, &self.path) {
            true => Ok(self.disk.remove_file(&self.path)?),
            false => Ok(()),
        }
    }
}

impl Drop for Partial {
    /// Tidies up: an empty download is of no use to the next try.
    fn drop(&mut self) {
        // Invariant: a name whose file this lock is on is nobody else's.
        if self.held().is_ok_and(|held| held == 0) && disk::is_still_named(&self.file, &self.path) {
            // What is left in spite of this is found and used by the next download.
            drop(self.disk.remove_file(&self.path));
        }
    }
}

/// Opens an archive that was kept, if there is one.
pub(super) fn open_kept(store: &Store, sha256: &Sha256) -> Option<(File, PathBuf)> {
    let path = store.layout.archive(sha256);
    // Looked at before it is opened, as opening a pipe would wait for a writer.
    let is_file = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file());
    let file = is_file.then(|| File::open(&path).ok()).flatten()?;
    Some((file, path))
}

/// Reads a file in pieces, for bytes that go the same way as those from the network.
pub(super) fn read_pieces(
    mut reader: impl Read,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = vec![0; 128 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => take(&buffer[..length])?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
