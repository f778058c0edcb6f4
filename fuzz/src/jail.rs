//! A directory with an inside, where anything may happen, and an outside, where nothing may.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use gvm_rs::disk::Disk;

/// A directory of its own for one input; it vanishes in the end.
pub struct Jail {
    root: PathBuf,
    outside: BTreeMap<PathBuf, Seen>,
}

/// All that could show a change of one file.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    mode: u32,
    links: u64,
    inode: u64,
    bytes: Vec<u8>,
}

impl Jail {
    /// Creates one, in memory where that can be had.
    pub fn new() -> Jail {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let root = tempfile::Builder::new().prefix("gvm-rs-fuzz-").tempdir_in(parent).unwrap().keep();
        fs::create_dir(root.join("inside")).unwrap();
        fs::set_permissions(root.join("inside"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir_all(root.join("outside/directory")).unwrap();
        fs::write(root.join("outside/victim"), "untouched").unwrap();
        fs::write(root.join("outside/directory/go"), "untouched as well").unwrap();
        let outside = seen_outside(&root);
        assert_eq!(outside.len(), 6, "the jail, its two halves, a directory and two files");
        Jail { root, outside }
    }

    /// Where anything may happen.
    pub fn inside(&self) -> PathBuf {
        self.root.join("inside")
    }

    /// Where nothing may.
    pub fn outside(&self) -> PathBuf {
        self.root.join("outside")
    }

    /// Fails if anything outside was created, removed or changed.
    pub fn assert_untouched(&self) {
        assert_eq!(seen_outside(&self.root), self.outside, "something got out");
    }
}

impl Drop for Jail {
    fn drop(&mut self) {
        Disk::default().remove_tree(&self.root).unwrap();
    }
}

/// Everything below `root` but what is inside.
fn seen_outside(root: &Path) -> BTreeMap<PathBuf, Seen> {
    let mut seen = BTreeMap::new();
    let mut paths = vec![root.to_owned()];
    while let Some(path) = paths.pop() {
        let meta = fs::symlink_metadata(&path).unwrap();
        let is_inside = path == root.join("inside");
        let mut bytes = Vec::new();
        if meta.is_dir() && !is_inside {
            paths.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if meta.is_file() {
            bytes = fs::read(&path).unwrap();
        }
        // What happens inside shows in that directory's number of links.
        let links = if is_inside { 0 } else { meta.nlink() };
        seen.insert(path, Seen { mode: meta.mode(), links, inode: meta.ino(), bytes });
    }
    seen
}

/// What a tree holds: each path with its permission bits and, for a file, its bytes.
pub type Tree = BTreeMap<String, (u32, Option<Vec<u8>>)>;

/// Reads a tree whose names are text, and fails where [`plain_below`] does.
pub fn tree_below(root: &Path) -> Tree {
    let plain = plain_below(root).into_iter().map(|(path, meta)| {
        let bytes = meta.is_file().then(|| fs::read(&path).unwrap());
        let below = path.strip_prefix(root).unwrap().to_str().expect("accepted names are UTF-8");
        (below.to_owned(), (meta.mode() & 0o777, bytes))
    });
    plain.collect()
}

/// Lists a tree, and fails if there is anything in it but directories and files with one name.
pub fn plain_below(root: &Path) -> Vec<(PathBuf, fs::Metadata)> {
    let mut plain = Vec::new();
    let mut paths = vec![root.to_owned()];
    while let Some(path) = paths.pop() {
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        assert_eq!(meta.mode() & 0o7000, 0, "setuid, setgid or sticky: {}", path.display());
        let is_plain = meta.is_dir() || (meta.is_file() && meta.nlink() == 1);
        assert!(is_plain, "neither directory nor plain file: {}", path.display());
        if meta.is_dir() {
            paths.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        plain.push((path, meta));
    }
    plain
}
