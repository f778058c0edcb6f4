//! What must hold of a tar stream that is unpacked: nothing gets out, no limit is passed, and whatever is accepted
//! is what any other reader would have found.

use std::collections::BTreeMap;
use std::io::Read as _;

use gvm_rs::disk::Disk;
use gvm_rs::model::Sha256;
use gvm_rs::store::{FileRecord, Limits, UnpackError, unpack};
use sha2::Digest as _;

use super::jail::{Jail, Tree, tree_below};
use super::says;

/// Small enough that an input can pass each of them.
const LIMITS: Limits = Limits { file: 8 << 10, total: 32 << 10, entries: 40 };

/// Unpacks a stream in a jail and checks everything; says whether the stream was accepted.
pub fn check(jail: &Jail, stream: &[u8]) -> bool {
    let root = jail.inside().join("go");
    let mut files = Vec::new();
    let outcome = unpack(stream, &Disk::default(), (&root, LIMITS), |file| {
        files.push(file.clone());
        Ok(())
    });
    jail.assert_untouched();
    let tree = tree_below(&root);
    within_limits(&tree);
    match outcome {
        Ok(()) => {
            is_what_is_there(&files, &tree);
            assert_eq!(contents(&tree), read_plainly(stream), "another reader finds something else");
            true
        }
        Err(UnpackError::Disk(error)) => panic!("a hostile archive was taken for a failing disk: {error:?}"),
        Err(error) => {
            says::only_harmless_text(&error);
            false
        }
    }
}

fn within_limits(tree: &Tree) {
    let sizes = tree.values().map(|(_, bytes)| bytes.as_ref().map_or(0, |bytes| bytes.len() as u64));
    assert!(sizes.clone().all(|size| size <= LIMITS.file), "a file is too large");
    assert!(sizes.sum::<u64>() <= LIMITS.total, "too much in all");
    let files = tree.values().filter(|(_, bytes)| bytes.is_some());
    assert!(files.count() as u64 <= u64::from(LIMITS.entries), "too many files");
}

/// The records are those of the files, and nothing below the root can be written to.
fn is_what_is_there(files: &[FileRecord], tree: &Tree) {
    let mut recorded = Tree::new();
    for file in files {
        let (mode, bytes) = &tree[&file.path];
        let bytes = bytes.as_ref().expect("a file");
        let sha256 = Sha256::new(sha2::Sha256::digest(bytes).into());
        assert_eq!((file.mode, file.size, file.sha256), (*mode, bytes.len() as u64, sha256), "{}", file.path);
        assert!(matches!(mode, 0o444 | 0o555), "{mode:o} {}", file.path);
        assert!(recorded.insert(file.path.clone(), (*mode, None)).is_none(), "{} twice", file.path);
    }
    for (path, (mode, bytes)) in tree {
        match bytes {
            Some(_) => assert!(recorded.contains_key(path), "{path} is not recorded"),
            None => assert_eq!(*mode, if path.is_empty() { 0o755 } else { 0o555 }, "{path}"),
        }
    }
}

fn contents(tree: &Tree) -> BTreeMap<String, Vec<u8>> {
    let files = tree.iter().filter_map(|(path, (_, bytes))| Some((format!("go/{path}"), bytes.clone()?)));
    files.collect()
}

/// Reads the files of an accepted archive as the tar crate does by itself.
fn read_plainly(stream: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(stream).entries().unwrap() {
        let mut entry = entry.expect("what was accepted can be read");
        if entry.header().entry_type().is_dir() || entry.header().entry_type().is_pax_global_extensions() {
            continue;
        }
        let name = String::from_utf8(entry.path_bytes().into_owned()).expect("accepted names are UTF-8");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert!(files.insert(name.clone(), bytes).is_none(), "{name} twice");
    }
    files
}
