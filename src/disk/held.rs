//! Directories held open: what is below one is reached name by name, and never through a link.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use super::{Disk, DiskError};

/// A directory held open for reading.
#[derive(Debug)]
pub struct HeldDir {
    fd: OwnedFd,
    /// For messages only.
    shown: PathBuf,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A pipe, socket or device.
    Other,
}

/// A name in a directory and what it stands for.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name.
    pub name: OsString,
    /// What it is.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
}

const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
// NONBLOCK: opening a pipe must not hang.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

impl HeldDir {
    /// Opens a directory; the name itself must not be a link.
    pub fn open(path: &Path) -> io::Result<HeldDir> {
        let fd = retry_on_intr(|| rustix::fs::openat(CWD, path, DIRECTORY, Mode::empty()))?;
        Ok(HeldDir { fd, shown: path.to_owned() })
    }

    /// Opens a directory in this one.
    pub fn subdir(&self, name: &OsStr) -> io::Result<HeldDir> {
        let fd = retry_on_intr(|| rustix::fs::openat(&self.fd, name, DIRECTORY, Mode::empty()))?;
        Ok(HeldDir { fd, shown: self.shown.join(name) })
    }

    /// Opens a directory below this one by its relative path; an empty path is this one.
    pub fn reach(&self, path: &Path) -> io::Result<HeldDir> {
        let mut reached = HeldDir { fd: self.fd.try_clone()?, shown: self.shown.clone() };
        for component in path.components() {
            match component {
                Component::Normal(name) => reached = reached.subdir(name)?,
                _ => return Err(io::ErrorKind::InvalidInput.into()),
            }
        }
        Ok(reached)
    }

    /// Opens a file in this directory for reading; whoever reads looks first whether it is a regular one.
    pub fn file(&self, name: &OsStr) -> io::Result<File> {
        Ok(File::from(retry_on_intr(|| rustix::fs::openat(&self.fd, name, FILE, Mode::empty()))?))
    }

    /// Looks at a name in this directory; `None` if it is free.
    pub fn entry(&self, name: &OsStr) -> io::Result<Option<Entry>> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(Entry { name: name.to_owned(), kind: kind(&stat), mode: mode(&stat) })),
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Permission bits of the directory itself.
    pub fn mode(&self) -> io::Result<u32> {
        Ok(mode(&rustix::fs::fstat(&self.fd)?))
    }

    /// Everything in it, in no order.
    pub fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for found in rustix::fs::Dir::read_from(&self.fd)? {
            let found = found?;
            let name = found.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            // What is gone by now was not to be there for long.
            entries.extend(self.entry(&OsString::from_vec(name.to_vec()))?);
        }
        Ok(entries)
    }
}

fn kind(stat: &rustix::fs::Stat) -> Kind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    }
}

#[allow(clippy::useless_conversion, reason = "modes are shorter on some platforms")]
fn mode(stat: &rustix::fs::Stat) -> u32 {
    u32::from(stat.st_mode) & 0o7777
}

impl Disk {
    /// Opens a directory in another to change what is in it, even one whose owner may not read it.
    pub fn hold_subdir(&self, parent: &HeldDir, name: &OsStr) -> Result<HeldDir, DiskError> {
        match parent.subdir(name) {
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
                self.set_mode_in(parent, name, 0o755)?;
                parent.subdir(name).map_err(|e| DiskError::new("open", &parent.shown.join(name), e))
            }
            outcome => outcome.map_err(|e| DiskError::new("open", &parent.shown.join(name), e)),
        }
    }

    /// Creates a directory in a held one; the name must be free.
    pub fn create_dir_in(&self, parent: &HeldDir, name: &OsStr) -> Result<(), DiskError> {
        let path = parent.shown.join(name);
        self.step("create-dir", &path);
        rustix::fs::mkdirat(&parent.fd, name, Mode::from(0o755))
            .map_err(|e| DiskError::new("create the directory", &path, e))
    }

    /// Renames a file to a name in a held directory, over whatever file or link has that name.
    ///
    /// Invariant: the caller has synced the file, and syncs the directory afterwards.
    pub fn move_into(&self, from: &Path, parent: &HeldDir, name: &OsStr) -> Result<(), DiskError> {
        let path = parent.shown.join(name);
        self.step("put", &path);
        rustix::fs::renameat(CWD, from, &parent.fd, name).map_err(|e| DiskError::new("rename to", &path, e))
    }

    /// Renames whatever has a name in a held directory out of sight.
    pub fn move_out(&self, parent: &HeldDir, name: &OsStr, to: &Path) -> Result<(), DiskError> {
        let path = parent.shown.join(name);
        self.step("withdraw", &path);
        rustix::fs::renameat(&parent.fd, name, CWD, to).map_err(|e| DiskError::new("move away", &path, e))
    }

    /// Sets the mode of a held directory.
    pub fn set_mode(&self, directory: &HeldDir, mode: u32) -> Result<(), DiskError> {
        self.step("set-mode", &directory.shown);
        let mode = Mode::from_bits_truncate(mode as rustix::fs::RawMode);
        rustix::fs::fchmod(&directory.fd, mode)
            .map_err(|e| DiskError::new("set the mode of", &directory.shown, e))
    }

    /// Sets the mode of a file or directory in a held directory; the caller has looked that it is no link.
    pub fn set_mode_in(&self, parent: &HeldDir, name: &OsStr, mode: u32) -> Result<(), DiskError> {
        let path = parent.shown.join(name);
        self.step("set-mode", &path);
        let mode = Mode::from_bits_truncate(mode as rustix::fs::RawMode);
        rustix::fs::chmodat(&parent.fd, name, mode, AtFlags::empty())
            .map_err(|e| DiskError::new("set the mode of", &path, e))
    }

    /// Makes the entries of a held directory, and its mode, durable.
    pub fn sync_held(&self, directory: &HeldDir) -> Result<(), DiskError> {
        self.step("sync-dir", &directory.shown);
        super::sync_entries(directory.fd.as_fd()).map_err(|e| DiskError::new("sync", &directory.shown, e))
    }
}
