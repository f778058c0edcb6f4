//! The only file that changes the disk: it creates, syncs, renames, links, locks and removes.
//!
//! Every change passes through `Disk::step`, which counts. In debug builds a crash test can have the
//! process killed before any one step, and can read the log of steps to check that each rename stands
//! between the syncs it needs. Nothing here knows what the files mean.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, RenameFlags};
use rustix::io::{Errno, retry_on_intr};

pub use entries::each_entry;
pub use faults::Faults;
pub use held::{Entry, HeldDir, Kind};
pub use rewrite::Owner;
pub use space::Space;
pub use tree::{NewDir, NewFile};

mod entries;
mod faults;
mod held;
mod remove;
mod rewrite;
mod space;
mod tree;

/// A change of the disk that failed: what was attempted, where, and the system's reason.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`", path.display())]
pub struct DiskError {
    /// What was attempted, as a verb phrase.
    pub action: &'static str,
    /// Where.
    pub path: PathBuf,
    /// Why not.
    pub source: io::Error,
}

impl DiskError {
    /// Wraps the system's reason.
    pub fn new(action: &'static str, path: &Path, source: impl Into<io::Error>) -> DiskError {
        DiskError { action, path: path.to_owned(), source: source.into() }
    }

    /// Whether the disk, its inodes or the user's quota are used up.
    pub fn is_out_of_space(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }

    /// Whether the file system cannot do that at all.
    pub fn is_unsupported(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
    }

    /// Whether the user lacks permission, or the file system is mounted read-only.
    pub fn is_denied(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
    }
}

/// The outcome of publishing under a name that may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Published {
    /// The name was free and now shows what was staged.
    Done,
    /// Somebody published under that name before; nothing was changed.
    AlreadyThere,
}

/// The door to the disk.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    faults: Arc<Faults>,
}

impl Disk {
    /// A disk whose steps are counted, logged and possibly fatal, for the crash tests.
    pub fn with_faults(faults: Faults) -> Disk {
        Disk { faults: Arc::new(faults) }
    }

    fn step(&self, action: &'static str, path: &Path) {
        self.faults.step(action, path);
    }

    /// Creates one directory; it is fine if it is there already.
    pub fn create_dir(&self, path: &Path) -> Result<(), DiskError> {
        self.step("create-dir", path);
        match rustix::fs::mkdir(path, Mode::from(0o755)) {
            // A mask that takes the owner's rights away would make the store unusable.
            Ok(()) => rustix::fs::chmod(path, Mode::from(0o755))
                .map_err(|e| DiskError::new("set the mode of", path, e)),
            Err(Errno::EXIST) if path.is_dir() => Ok(()),
            Err(e) => Err(DiskError::new("create the directory", path, e)),
        }
    }

    /// Creates a directory and those above it, durably.
    pub fn create_dir_all(&self, path: &Path) -> Result<(), DiskError> {
        if path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.create_dir_all(parent)?;
        }
        self.create_dir(path)?;
        match self.sync_parent(path) {
            // A directory that may be written to but not read cannot be opened to be synced.
            Err(error) if error.is_denied() => Ok(()),
            outcome => outcome,
        }
    }

    /// Writes a new file and syncs its bytes; the name must be free.
    pub fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
        let file = self.write_unsynced(path, bytes)?;
        self.sync_file(&file, path)
    }

    /// Makes the bytes and the mode of a file durable.
    pub fn sync_file(&self, file: &File, path: &Path) -> Result<(), DiskError> {
        self.step("sync-file", path);
        sync(file.as_fd()).map_err(|e| DiskError::new("sync", path, e))
    }

    /// Writes a new file whose sync comes later, with that of its tree; the name must be free.
    pub fn write_unsynced(&self, path: &Path, bytes: &[u8]) -> Result<File, DiskError> {
        self.step("write", path);
        let wrap = |e: io::Error| DiskError::new("write", path, e);
        let mut file = File::options().write(true).create_new(true).open(path).map_err(wrap)?;
        // A store may be for others to read, whatever the umask of whoever writes it.
        rustix::fs::fchmod(&file, Mode::from(0o644)).map_err(|e| wrap(e.into()))?;
        file.write_all(bytes).map_err(wrap)?;
        Ok(file)
    }

    /// Sets the mode of a file that was just written.
    pub fn set_file_mode(&self, file: &File, path: &Path, mode: u32) -> Result<(), DiskError> {
        self.step("set-mode", path);
        rustix::fs::fchmod(file, Mode::from_bits_truncate(mode as rustix::fs::RawMode))
            .map_err(|e| DiskError::new("set the mode of", path, e))
    }

    /// Creates a file under a random name that ends in `suffix`.
    pub fn create_temporary(&self, directory: &Path, suffix: &str) -> Result<(File, PathBuf), DiskError> {
        self.step("create-file", directory);
        let wrap = |e: io::Error| DiskError::new("create a file in", directory, e);
        let file = tempfile::Builder::new().prefix("").suffix(suffix).tempfile_in(directory).map_err(wrap)?;
        file.keep().map_err(|e| wrap(e.error))
    }

    /// Adds bytes to the end of a file that was opened for appending.
    pub fn append(&self, mut file: &File, path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
        self.step("append", path);
        file.write_all(bytes).map_err(|e| DiskError::new("write", path, e))
    }

    /// Opens a file for reading and appending, creating it if needed.
    pub fn open_append(&self, path: &Path) -> Result<File, DiskError> {
        self.step("open", path);
        File::options()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o644)
            .custom_flags(OFlags::NOFOLLOW.bits() as i32)
            .open(path)
            .map_err(|e| DiskError::new("open", path, e))
    }

    /// Reserves room for a file of `size` bytes without changing its length, so that a full disk shows at once.
    pub fn reserve(&self, file: &File, path: &Path, size: u64) -> Result<(), DiskError> {
        #[cfg(target_os = "linux")]
        if size > 0 {
            self.step("reserve", path);
            let reserve = || rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, 0, size);
            match retry_on_intr(reserve) {
                Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {}
                Err(e) => return Err(DiskError::new("reserve space for", path, e)),
            }
        }
        Ok(())
    }

    /// Cuts a file to `length` bytes.
    pub fn truncate(&self, file: &File, path: &Path, length: u64) -> Result<(), DiskError> {
        self.step("truncate", path);
        file.set_len(length).map_err(|e| DiskError::new("truncate", path, e))
    }

    /// Makes the entries of a directory durable: what was created in, renamed into or removed from it.
    pub fn sync_dir(&self, path: &Path) -> Result<(), DiskError> {
        self.step("sync-dir", path);
        let wrap = |e: io::Error| DiskError::new("sync", path, e);
        let dir = File::open(path).map_err(wrap)?;
        sync_entries(dir.as_fd()).map_err(wrap)
    }

    /// Makes everything below a directory durable, files and directories, in as few device flushes as there can be.
    pub fn sync_tree(&self, path: &Path) -> Result<(), DiskError> {
        self.step("sync-tree", path);
        let wrap = |e: io::Error| DiskError::new("sync", path, e);
        #[cfg(target_os = "linux")]
        {
            let dir = File::open(path).map_err(wrap)?;
            match retry_on_intr(|| rustix::fs::syncfs(&dir)) {
                Err(Errno::NOSYS) => {}
                outcome => return outcome.map_err(|e| wrap(e.into())),
            }
        }
        sync_below(path).map_err(wrap)
    }

    /// Renames to a name that must be free, and makes the new name durable.
    ///
    /// Invariant: the caller has synced what `from` holds.
    pub fn publish_new(&self, from: &Path, to: &Path) -> Result<Published, DiskError> {
        self.step("rename", to);
        let outcome = match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Network file systems lack the flag. The caller holds the lock, so nobody comes between.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if fs::symlink_metadata(to).is_err() => {
                rustix::fs::rename(from, to)
            }
            outcome => outcome,
        };
        match outcome {
            Ok(()) => self.sync_parent(to).map(|()| Published::Done),
            Err(Errno::EXIST | Errno::NOTEMPTY) => Ok(Published::AlreadyThere),
            Err(e) => Err(DiskError::new("rename to", to, e)),
        }
    }

    /// Renames a file over whatever file has that name, and makes the new name durable.
    pub fn publish_over(&self, from: &Path, to: &Path) -> Result<(), DiskError> {
        self.step("rename", to);
        rustix::fs::rename(from, to).map_err(|e| DiskError::new("rename to", to, e))?;
        self.sync_parent(to)
    }

    /// Renames a file over whatever file has that name, where losing it in a power cut costs nothing.
    pub fn replace_unsynced(&self, from: &Path, to: &Path) -> Result<(), DiskError> {
        self.step("rename-unsynced", to);
        rustix::fs::rename(from, to).map_err(|e| DiskError::new("rename to", to, e))
    }

    /// Makes `link` point to `target` in one step; readers see the old target or the new one.
    ///
    /// Nothing syncs the directory between the symlink and the rename: on btrfs that loses the link.
    pub fn replace_link(&self, target: &Path, link: &Path, temporary: &Path) -> Result<(), DiskError> {
        self.replace_link_unsynced(target, link, temporary)?;
        self.sync_parent(link)
    }

    /// Like [`Disk::replace_link`], where losing the change in a power cut costs nothing.
    pub fn replace_link_unsynced(
        &self,
        target: &Path,
        link: &Path,
        temporary: &Path,
    ) -> Result<(), DiskError> {
        self.symlink(target, temporary)?;
        self.step("rename-link", link);
        rustix::fs::rename(temporary, link).map_err(|e| DiskError::new("point to another target", link, e))
    }

    /// Creates a symbolic link; the name must be free.
    pub fn symlink(&self, target: &Path, link: &Path) -> Result<(), DiskError> {
        self.step("symlink", link);
        rustix::fs::symlink(target, link).map_err(|e| DiskError::new("create the link", link, e))
    }

    /// Exchanges two names in one step, which needs no space at all, and makes it durable.
    pub fn exchange(&self, one: &Path, other: &Path) -> Result<(), DiskError> {
        self.step("exchange", one);
        rustix::fs::renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)
            .map_err(|e| DiskError::new("exchange", one, e))?;
        self.sync_parent(one)
    }

    /// Renames a directory out of sight, and makes it durable that the old name is gone.
    pub fn withdraw(&self, from: &Path, to: &Path) -> Result<(), DiskError> {
        self.step("withdraw", from);
        rustix::fs::rename(from, to).map_err(|e| DiskError::new("move away", from, e))?;
        self.sync_parent(from)
    }

    fn sync_parent(&self, path: &Path) -> Result<(), DiskError> {
        self.sync_dir(path.parent().unwrap_or(Path::new("/")))
    }

    /// Takes the lock on an open file if nobody holds it.
    pub fn try_lock(&self, file: &File, path: &Path) -> Result<bool, DiskError> {
        loop {
            match fs4::FileExt::try_lock(file) {
                Ok(()) => return Ok(true),
                Err(fs4::TryLockError::WouldBlock) => return Ok(false),
                Err(fs4::TryLockError::Error(e)) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(fs4::TryLockError::Error(e)) => return Err(DiskError::new("lock", path, e)),
            }
        }
    }

    /// Writes a note into a lock file, for whoever waits; a note that cannot be written is no harm.
    pub fn leave_note(&self, file: &mut File, note: &str) {
        use std::io::Seek as _;
        let written =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
        // On a full disk the note is lost and the lock still holds, which is all that matters.
        drop(written);
    }
}

fn sync_entries(dir: BorrowedFd<'_>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        // On btrfs a directory's fsync can lose a link that was renamed in the same transaction; a sync
        // of the whole file system cannot (kernel commit 953902e4fb4c has the story).
        const BTRFS_SUPER_MAGIC: u64 = 0x9123_683e;
        if rustix::fs::fstatfs(dir)?.f_type as u64 & 0xffff_ffff == BTRFS_SUPER_MAGIC {
            return Ok(retry_on_intr(|| rustix::fs::syncfs(dir))?);
        }
    }
    sync(dir)
}

fn sync(fd: BorrowedFd<'_>) -> io::Result<()> {
    // Only an interrupted sync is repeated: after any other failure the kernel may call dirty pages clean.
    #[cfg(target_vendor = "apple")]
    match retry_on_intr(|| rustix::fs::fcntl_fullfsync(fd)) {
        Err(Errno::NOTSUP | Errno::INVAL | Errno::NOTTY) => {}
        outcome => return Ok(outcome?),
    }
    Ok(retry_on_intr(|| rustix::fs::fsync(fd))?)
}

/// Syncs each file, then each directory bottom up: for systems without a sync of one file system.
fn sync_below(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sync_below(&entry.path())?;
        } else if kind.is_file() {
            sync(File::open(entry.path())?.as_fd())?;
        }
    }
    sync(File::open(path)?.as_fd())
}

/// Whether an open file still is the one that a name shows: another process may have replaced it.
pub fn is_still_named(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => open.ino() == named.ino() && open.dev() == named.dev(),
        _ => false,
    }
}

/// Opens a file for reading that must be regular, whatever stands there; a link is followed only if `follow`.
pub fn open_regular(path: &Path, follow: bool) -> io::Result<File> {
    let nofollow = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    // NONBLOCK: opening a fifo must not hang.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | nofollow;
    let file: OwnedFd = retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()))?;
    let file = File::from(file);
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    }
}

/// Reads at most `cap` bytes of a file that must be regular; a link is followed only if `follow`.
pub fn read_capped(path: &Path, cap: u64, follow: bool) -> io::Result<Vec<u8>> {
    let file = open_regular(path, follow)?;
    let length = file.metadata()?.len();
    if length > cap {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {cap} bytes")));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(cap).read_to_end(&mut bytes)?;
    Ok(bytes)
}
