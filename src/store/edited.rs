//! The files of the user's that setup edited: links from the root to them, so that a teardown finds those, too, that lie
//! where only the environment of that setup said.

use std::path::{Path, PathBuf};

use super::{Store, StoreError, Writer};

impl Store {
    /// Returns the files that were edited, sorted; any of them may be gone, or changed since.
    pub fn edited(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.targets_in(&self.layout.edited())
    }
}

impl Writer<'_> {
    /// Remembers files (by absolute paths) that are about to be edited. Durable before it returns, as the edits will be.
    pub fn remember_edited<'a>(&self, files: impl Iterator<Item = &'a Path>) -> Result<(), StoreError> {
        let (directory, disk) = (self.store.layout.edited(), self.disk());
        let mut is_changed = false;
        for file in files.filter(|file| file.is_absolute()) {
            if !directory.is_dir() {
                disk.create_dir(&directory)?;
                disk.sync_dir(self.store.layout.root())?;
            }
            is_changed |= self.ensure_link(&Store::link_to(&directory, file), file)?;
        }
        if is_changed {
            disk.sync_dir(&directory)?;
        }
        Ok(())
    }

    /// Forgets all of them.
    pub fn forget_edited(&self) -> Result<(), StoreError> {
        let directory = self.store.layout.edited();
        match std::fs::symlink_metadata(&directory) {
            Ok(_) => Ok(self.disk().remove_tree(&directory)?),
            Err(_) => Ok(()),
        }
    }
}
