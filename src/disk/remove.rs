//! Removes files and trees, through directory handles and without following links.
#![expect(clippy::disallowed_methods, reason = "this is the door that the ban points to")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::{Disk, DiskError};

impl Disk {
    /// Removes a file or link; it is fine if it is gone already.
    pub fn remove_file(&self, path: &Path) -> Result<(), DiskError> {
        self.step("remove", path);
        match fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(DiskError::new("remove", path, e)),
            _ => Ok(()),
        }
    }

    /// Removes an empty directory; it is fine if it is gone already. Returns whether it is gone now.
    pub fn remove_empty_dir(&self, path: &Path) -> Result<bool, DiskError> {
        self.step("remove-dir", path);
        match fs::remove_dir(path) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
            Err(e) => Err(DiskError::new("remove", path, e)),
        }
    }

    /// Removes a file, link or whole tree, read-only directories included; never follows a link.
    pub fn remove_tree(&self, path: &Path) -> Result<(), DiskError> {
        let wrap = |e: io::Error| DiskError::new("remove", path, e);
        match fs::symlink_metadata(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(wrap(e)),
            Ok(meta) if !meta.is_dir() => return self.remove_file(path),
            Ok(_) => {}
        }
        let (parent, name) = (path.parent().unwrap_or(Path::new("/")), path.file_name().unwrap_or_default());
        let parent = File::open(parent).map_err(wrap)?;
        self.remove_dir_at(parent.as_fd(), Path::new(name), path).map_err(|e| wrap(e.into()))
    }

    fn remove_dir_at(&self, parent: BorrowedFd<'_>, name: &Path, shown: &Path) -> Result<(), Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir = match rustix::fs::openat(parent, name, flags, Mode::empty()) {
            Err(Errno::ACCESS) => {
                rustix::fs::chmodat(parent, name, Mode::from(0o700), AtFlags::empty())?;
                rustix::fs::openat(parent, name, flags, Mode::empty())?
            }
            dir => dir?,
        };
        let mode = rustix::fs::fstat(&dir)?.st_mode;
        if mode & 0o300 != 0o300 {
            rustix::fs::fchmod(&dir, Mode::from(0o700))?;
        }
        for entry in rustix::fs::Dir::read_from(&dir)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let is_dir = match entry.file_type() {
                FileType::Unknown => {
                    let stat = rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
                    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
                }
                kind => kind == FileType::Directory,
            };
            if is_dir {
                let name = Path::new(OsStr::from_bytes(name.to_bytes()));
                self.remove_dir_at(dir.as_fd(), name, shown)?;
            } else {
                self.step("remove", shown);
                rustix::fs::unlinkat(&dir, name, AtFlags::empty())?;
            }
        }
        self.step("remove-dir", shown);
        rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR)
    }
}
