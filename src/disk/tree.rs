//! Creates a tree of new files through directory handles, so that no path in it is ever looked up twice.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use super::{Disk, DiskError};

/// A directory that this process created, held open.
#[derive(Debug)]
pub struct NewDir {
    fd: OwnedFd,
    /// Whether modes arrive on disk as asked; not so under an unusual umask or a default ACL.
    exact_modes: bool,
}

/// A file that this process created, open for writing.
#[derive(Debug)]
pub struct NewFile {
    /// The handle; bytes go straight to it.
    pub file: File,
}

impl NewFile {
    /// Asks the kernel to write the file to the disk while nobody waits; the sync of the tree then has less to do.
    ///
    /// Nothing counts on it: an error here would come back from that sync.
    pub fn start_writeback(&self) {
        // On Linux this advice begins the writing of dirty pages; it never drops one.
        #[cfg(target_os = "linux")]
        rustix::fs::fadvise(&self.file, 0, None, rustix::fs::Advice::DontNeed).ok();
    }
}

const DIR_FLAGS: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn open_dir(parent: BorrowedFd<'_>, name: &Path) -> Result<OwnedFd, Errno> {
    retry_on_intr(|| rustix::fs::openat(parent, name, DIR_FLAGS, Mode::empty()))
}

impl Disk {
    /// Creates a directory, whose name must be free, and holds it.
    pub fn create_root(&self, path: &Path) -> Result<NewDir, DiskError> {
        self.step("create-dir", path);
        let wrap = |e: Errno| DiskError::new("create the directory", path, e);
        rustix::fs::mkdir(path, Mode::from(0o755)).map_err(wrap)?;
        let fd = open_dir(CWD, path).map_err(wrap)?;
        let exact_modes = rustix::fs::fstat(&fd).map_err(wrap)?.st_mode & 0o7777 == 0o755;
        if !exact_modes {
            rustix::fs::fchmod(&fd, Mode::from(0o755)).map_err(wrap)?;
        }
        Ok(NewDir { fd, exact_modes })
    }

    /// Creates a directory in a new one; `Ok(None)` if that name is taken.
    pub fn create_subdir(&self, parent: &NewDir, name: &OsStr) -> io::Result<Option<NewDir>> {
        self.step("create-dir", Path::new(name));
        match rustix::fs::mkdirat(&parent.fd, name, Mode::from(0o755)) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Ok(None),
            Err(e) => return Err(e.into()),
        }
        let fd = open_dir(parent.fd.as_fd(), Path::new(name))?;
        if !parent.exact_modes {
            rustix::fs::fchmod(&fd, Mode::from(0o755))?;
        }
        Ok(Some(NewDir { fd, exact_modes: parent.exact_modes }))
    }

    /// Opens a directory that was created in this one before.
    pub fn reopen_subdir(&self, parent: &NewDir, name: &OsStr) -> io::Result<NewDir> {
        let fd = open_dir(parent.fd.as_fd(), Path::new(name))?;
        Ok(NewDir { fd, exact_modes: parent.exact_modes })
    }

    /// Creates a file with this mode in a new directory; the name must be free.
    pub fn create_file(&self, parent: &NewDir, name: &OsStr, mode: u32) -> io::Result<NewFile> {
        self.step("create-file", Path::new(name));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_bits_truncate(mode as rustix::fs::RawMode);
        let fd = retry_on_intr(|| rustix::fs::openat(&parent.fd, name, flags, mode))?;
        if !parent.exact_modes {
            rustix::fs::fchmod(&fd, mode)?;
        }
        Ok(NewFile { file: File::from(fd) })
    }

    /// Takes the write permission from a directory below a new one, once everything is in it.
    pub fn make_read_only(&self, root: &NewDir, path: &Path) -> io::Result<()> {
        self.step("set-mode", path);
        Ok(rustix::fs::chmodat(&root.fd, path, Mode::from(0o555), AtFlags::empty())?)
    }
}
