//! The files of shell code in the root. The user's own files only read them, so they can be renewed without an edit.

use super::{Store, StoreError, Writer};
use crate::disk;

/// A larger file is none that was written here.
const LARGEST: u64 = 1 << 20;

impl Store {
    /// Whether a file of shell code is there and says this.
    pub fn has_shell_code(&self, name: &str, code: &str) -> bool {
        disk::read_capped(&self.layout.shell().join(name), LARGEST, false)
            .is_ok_and(|found| found == code.as_bytes())
    }
}

impl Writer<'_> {
    /// Gives a file of shell code what it has to say; a shell that starts meanwhile reads the old one or the new one.
    pub fn publish_shell_code(&self, name: &str, code: &str) -> Result<(), StoreError> {
        let (layout, disk) = (&self.store.layout, self.disk());
        if !layout.shell().is_dir() {
            disk.create_dir(&layout.shell())?;
            disk.sync_dir(layout.root())?;
        }
        let new = layout.staging().join("shell");
        disk.remove_file(&new)?;
        disk.write_new(&new, code.as_bytes())?;
        Ok(disk.publish_over(&new, &layout.shell().join(name))?)
    }

    /// Removes all shell code; whatever reads it looks first whether it is there. Returns whether there was any.
    pub fn remove_shell_code(&self) -> Result<bool, StoreError> {
        let shell = self.store.layout.shell();
        if std::fs::symlink_metadata(&shell).is_err() {
            return Ok(false);
        }
        self.disk().remove_tree(&shell)?;
        Ok(true)
    }
}
