//! Files and directories of the user's, outside the store: made with the modes and owners that are usual there.

use std::fs::{File, Metadata};
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{Gid, Mode, Uid};
use rustix::io::Errno;

use super::{Disk, DiskError, sync};

/// Whose a file is, and who may do what with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    user: u32,
    group: u32,
    mode: u32,
}

impl Owner {
    /// What a file has.
    pub fn of(meta: &Metadata) -> Owner {
        Owner { user: meta.uid(), group: meta.gid(), mode: meta.mode() & 0o7777 }
    }

    /// Whether a file that we write can be given to whom this one belongs.
    pub fn is_kept_by_us(&self) -> bool {
        let us = rustix::process::geteuid();
        us.is_root() || us.as_raw() == self.user
    }
}

impl Disk {
    /// Creates a directory as the user's mask has it; the name must be free.
    pub fn create_user_dir(&self, path: &Path) -> Result<(), DiskError> {
        self.step("create-dir", path);
        rustix::fs::mkdir(path, Mode::from(0o755))
            .map_err(|e| DiskError::new("create the directory", path, e))
    }

    /// Writes a new file and syncs it: as `owner` says, or else as the user's mask has it. The name must be free.
    ///
    /// Invariant: nobody can read it who could not read the file that `owner` is from.
    pub fn write_user_file(&self, path: &Path, bytes: &[u8], owner: Option<Owner>) -> Result<(), DiskError> {
        self.step("write", path);
        let wrap = |e: std::io::Error| DiskError::new("write", path, e);
        let mode = if owner.is_some() { 0o600 } else { 0o644 };
        let mut file = File::options().write(true).create_new(true).mode(mode).open(path).map_err(wrap)?;
        file.write_all(bytes).map_err(wrap)?;
        if let Some(owner) = owner {
            self.give(&file, path, owner)?;
        }
        self.step("sync-file", path);
        sync(file.as_fd()).map_err(|e| DiskError::new("sync", path, e))
    }

    fn give(&self, file: &File, path: &Path, owner: Owner) -> Result<(), DiskError> {
        let meta = file.metadata().map_err(|e| DiskError::new("read", path, e))?;
        if (meta.uid(), meta.gid()) != (owner.user, owner.group) {
            self.step("set-owner", path);
            let (user, group) = (Uid::from_raw(owner.user), Gid::from_raw(owner.group));
            match rustix::fs::fchown(file, Some(user), Some(group)) {
                // A group that the user is not in: whoever is in it loses a right that it gave, and nobody gains one.
                Err(Errno::PERM) if meta.uid() == owner.user => {}
                outcome => outcome.map_err(|e| DiskError::new("keep the owner of", path, e))?,
            }
        }
        self.set_file_mode(file, path, owner.mode)
    }
}
