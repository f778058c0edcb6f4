//! The names of the store by which its `go` could be replaced by whoever may write to them. Reads only, and judges nothing.

use std::path::{Path, PathBuf};

use super::Store;
use crate::disk;

impl Store {
    /// Returns the directories and files that are there and decide which `go` runs, or what a shell reads: the root, its
    /// directories, generations, the tops of toolchains with their `bin`, manifests, the index and shell code. The rest of
    /// a toolchain is for `verify`.
    pub fn decisive_paths(&self) -> Vec<PathBuf> {
        let layout = &self.layout;
        let mut paths = vec![layout.root().to_owned()];
        paths.extend(layout.directories());
        paths.extend(layout.directories_if_needed());
        paths.extend([layout.shell(), layout.all_foreign()]);
        paths.retain(|path| path.is_dir());
        for directory in [layout.shell(), layout.manifests(), layout.generations(), layout.all_foreign()] {
            paths.extend(inside(&directory));
        }
        paths.extend(Some(layout.index()).filter(|index| is_own(index)));
        // A store that cannot be read is told elsewhere.
        for version in self.installed().unwrap_or_default() {
            let tree = layout.tree(version);
            let bin = tree.join("bin");
            let programs = inside(&bin);
            paths.extend([tree, bin].into_iter().filter(|path| is_own(path)).chain(programs));
        }
        paths
    }
}

/// What is in a directory, in order; of one that is not there, nothing.
fn inside(directory: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    disk::each_entry(directory, |name, _| paths.push(directory.join(name))).unwrap_or_default();
    paths.retain(|path| is_own(path));
    paths.sort();
    paths
}

/// Whether it is a directory or a plain file itself: the mode of a link says nothing.
fn is_own(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir() || meta.is_file())
}
