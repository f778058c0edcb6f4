//! What killed commands left in `staging/`, as far as that can be seen without taking a lock.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::{Store, StoreError};
use crate::disk;

/// The kernel's list of locks is short; what is longer is read in part.
const LONGEST_LIST: u64 = 1 << 20;
const LOCK: &str = ".lock";

impl Store {
    /// Returns what is in staging and belongs to no process that lives, as paths below the root. What the next writer
    /// sweeps is decided by the locks themselves; here the kernel's list of them is read, and none where there is no list.
    pub fn leftovers(&self) -> Result<Vec<PathBuf>, StoreError> {
        let staging = self.layout.staging();
        let names = self.names_in(&staging)?;
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let Some(held) = held_locks() else { return Ok(Vec::new()) };
        // A writer has names there without a lock of their own, for as long as it holds that of the store.
        let is_held = |lock: &Path| std::fs::metadata(lock).is_ok_and(|meta| held.contains(&meta.ino()));
        if is_held(&self.layout.lock()) {
            return Ok(Vec::new());
        }
        let is_left = |name: &&String| {
            let stem = name.strip_suffix(LOCK).unwrap_or(name);
            !is_held(&staging.join(format!("{stem}{LOCK}")))
        };
        let left = names.iter().filter(is_left).map(|name| self.layout.below_root(&staging.join(name)));
        // Whoever ended meanwhile has taken its names along.
        let is_there = |path: &PathBuf| std::fs::symlink_metadata(self.layout.root().join(path)).is_ok();
        Ok(left.filter(is_there).collect())
    }
}

/// The inodes that somebody holds an flock on.
fn held_locks() -> Option<BTreeSet<u64>> {
    let list = disk::read_capped(Path::new("/proc/locks"), LONGEST_LIST, false).ok()?;
    let list = String::from_utf8_lossy(&list);
    // `1: FLOCK  ADVISORY  WRITE 1234 fe:01:5678 0 EOF`
    Some(
        list.lines()
            .filter_map(|line| line.split_whitespace().nth(5)?.rsplit(':').next()?.parse().ok())
            .collect(),
    )
}
