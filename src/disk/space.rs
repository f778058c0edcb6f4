//! What a file system has left.

use std::io;
use std::path::Path;

use super::{Disk, DiskError};

/// What a file system has left, and how it is mounted.
#[derive(Debug, Clone, Copy)]
pub struct Space {
    /// Bytes that this user may still write.
    pub bytes: u64,
    /// Files that may still be created; `None` where the file system does not count them.
    pub inodes: Option<u64>,
    /// Mounted so that no program on it can be run.
    pub noexec: bool,
    /// Mounted read-only.
    pub read_only: bool,
}

impl Disk {
    /// Space and mount options of the file system that holds `path` (which must exist).
    pub fn space(&self, path: &Path) -> Result<Space, DiskError> {
        let wrap = |e: io::Error| DiskError::new("look at the file system of", path, e);
        let bytes = fs4::available_space(path).map_err(wrap)?;
        let stat = rustix::fs::statvfs(path).map_err(|e| wrap(e.into()))?;
        let flag = |flag| stat.f_flag.contains(flag);
        // ST_NOEXEC, which rustix does not name on every platform.
        const ST_NOEXEC: u64 = 8;
        Ok(Space {
            bytes,
            inodes: (stat.f_files > 0).then_some(stat.f_favail),
            noexec: cfg!(target_os = "linux") && stat.f_flag.bits() & ST_NOEXEC != 0,
            read_only: flag(rustix::fs::StatVfsMountFlags::RDONLY),
        })
    }
}
