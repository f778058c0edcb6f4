//! Takes a whole store away: first, by renames, what `go` is run by, then everything else. What gvm-rs did not put into
//! the root stops it before it begins.

use std::path::{Path, PathBuf};

use super::layout::{COMMANDS, Layout};
use super::lock::{Purpose, Waiting};
use super::writer::temporary_link;
use super::{Store, StoreError};
use crate::model::GoVersion;

impl Store {
    /// Refuses a root that is not gvm-rs's alone, so that nothing of anybody else's is removed; an empty one is fine.
    pub fn check_removable(&self) -> Result<(), StoreError> {
        let (layout, root) = (&self.layout, self.layout.root());
        let refuse = |reason| Err(StoreError::Unsafe { root: root.to_owned(), reason });
        let names = self.names_in(root)?;
        if !names.is_empty() && !layout.format().is_file() {
            return refuse("it has no file `layout`, so it is no root of gvm-rs".to_owned());
        }
        let is_ours = |path: &Path| names_of(layout).iter().any(|ours| ours == path);
        let strange = names.iter().find(|name| !is_ours(&root.join(name))).cloned();
        let is_command = |name: &str| COMMANDS.contains(&name) || GoVersion::of_toolchain(name).is_some();
        let strange_command = || {
            Ok(self
                .names_in(&layout.bin())?
                .into_iter()
                .find(|name| !is_command(name))
                .map(|name| format!("bin/{name}")))
        };
        match strange.map_or_else(strange_command, |name| Ok::<_, StoreError>(Some(name)))? {
            Some(name) => refuse(format!("it holds `{name}`, which gvm-rs did not put there")),
            None => Ok(()),
        }
    }

    /// Removes the store with all that is in it. Returns what stays: a root that cannot be removed itself, and what
    /// links in it led to. Killed at any step, it can be run again.
    pub fn dismantle(&self, purpose: &Purpose, waiting: Waiting<'_>) -> Result<Vec<PathBuf>, StoreError> {
        self.check_removable()?;
        let (layout, disk) = (&self.layout, &self.disk);
        let Ok(real) = std::fs::canonicalize(layout.root()) else { return Ok(Vec::new()) };
        let mut left = Vec::new();
        if layout.format().exists() {
            self.check_owner(purpose)?;
            let _lock = self.lock_root(purpose, waiting)?;
            // Somebody may have moved it to a larger disk.
            let directories = layout.directories().into_iter().chain(layout.directories_if_needed());
            left.extend(directories.filter_map(|directory| std::fs::read_link(directory).ok()));
            self.withdraw_go()?;
            for path in names_of(layout) {
                if path != layout.format() && path != layout.lock() && path != layout.staging() {
                    disk.remove_tree(&path)?;
                }
            }
            disk.remove_tree(&layout.staging())?;
            // In this order: without its format a root that holds something would be taken for somebody else's.
            disk.remove_file(&layout.lock())?;
            disk.remove_file(&layout.format())?;
        }
        match disk.remove_empty_dir(&real) {
            Ok(true) if layout.root().is_symlink() => disk.remove_file(layout.root())?,
            Ok(true) => {}
            // A mount point, or in a directory of somebody else's.
            Ok(false) | Err(_) => left.push(real),
        }
        Ok(left)
    }

    /// Invariant: no reader sees half a toolchain; all are out of sight before the first file of one is removed.
    fn withdraw_go(&self) -> Result<(), StoreError> {
        let (layout, disk) = (&self.layout, &self.disk);
        disk.create_dir(&layout.staging())?;
        for path in [layout.bin(), layout.current(), layout.previous(), layout.versions()] {
            let gone = layout.staging().join(path.file_name().unwrap_or_default());
            disk.remove_tree(&gone)?;
            if std::fs::symlink_metadata(&path).is_ok() {
                disk.withdraw(&path, &gone)?;
            }
        }
        Ok(())
    }
}

/// Every name that gvm-rs makes in a root.
fn names_of(layout: &Layout) -> Vec<PathBuf> {
    let links = [layout.current(), layout.previous()];
    let mut names =
        vec![layout.format(), layout.lock(), layout.root().join("foreign"), layout.root().join("shell")];
    names.extend(links.iter().map(|link| temporary_link(link)));
    names.extend(links);
    names.extend(layout.directories());
    names.extend(layout.directories_if_needed());
    names
}
