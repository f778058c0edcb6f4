//! The known projects: links from the store to the files that asked for a toolchain. What a file says is read anew
//! each time, and never here.

use std::path::{Path, PathBuf};

use sha2::Digest as _;

use super::{Store, StoreError, Writer};
use crate::model::Sha256;

impl Store {
    /// Returns the files of the known projects, sorted; any of them may be gone or changed.
    pub fn projects(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.targets_in(&self.layout.projects())
    }

    /// Returns where the links in a directory lead, sorted.
    pub(super) fn targets_in(&self, directory: &Path) -> Result<Vec<PathBuf>, StoreError> {
        let names = self.names_in(directory)?;
        let target = |name: String| std::fs::read_link(directory.join(name)).ok();
        let mut files: Vec<PathBuf> =
            names.into_iter().filter_map(target).filter(|file| file.is_absolute()).collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// Whether a project's file is known.
    pub fn knows_project(&self, file: &Path) -> bool {
        std::fs::read_link(self.project_link(file)).is_ok_and(|target| target == file)
    }

    fn project_link(&self, file: &Path) -> PathBuf {
        Store::link_to(&self.layout.projects(), file)
    }

    /// The link that remembers a file in a directory of such links.
    pub(super) fn link_to(directory: &Path, file: &Path) -> PathBuf {
        let hash = sha2::Sha256::digest(file.as_os_str().as_encoded_bytes());
        directory.join(Sha256::new(hash.into()).to_string())
    }
}

impl Writer<'_> {
    /// Remembers the file (an absolute path) by which a project asks for a toolchain, so that it is not removed.
    ///
    /// Nothing is synced: what a power cut loses is remembered again the next time.
    pub fn remember_project(&self, file: &Path) -> Result<(), StoreError> {
        if self.store.knows_project(file) {
            return Ok(());
        }
        self.disk().create_dir(&self.store.layout.projects())?;
        self.ensure_link(&self.store.project_link(file), file).map(|_| ())
    }

    /// Forgets a project.
    pub fn forget_project(&self, file: &Path) -> Result<(), StoreError> {
        Ok(self.disk().remove_file(&self.store.project_link(file))?)
    }
}
