//! An independent witness of what is on disk: it reads archives with the `tar` crate and the store by its
//! documented layout, and shares no code with the program.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::support::archive::go_script;
use crate::support::{RawTar, Sandbox};

/// What a look at the disk found wrong is told, not panicked, so that all bad points of a run show at once.
pub type Seen<T = ()> = Result<T, String>;

#[derive(Debug, PartialEq, Eq)]
enum Node {
    Dir { mode: u32 },
    File { mode: u32, bytes: Vec<u8> },
}

/// Paths below the tree; the tree itself is the empty path.
type Tree = BTreeMap<String, Node>;

/// Knows what every archive of a test holds.
#[derive(Default)]
pub struct Witness {
    trees: BTreeMap<String, Tree>,
}

/// One state of the history as the links and the record tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    pub version: String,
    pub from: Option<u64>,
}

/// A Go of four files, so that a run takes few steps.
pub fn tiny_go(version: &str) -> Vec<u8> {
    tiny_go_with(version, &go_script(version))
}

/// As [`tiny_go`], with another script for `go`.
pub fn tiny_go_with(version: &str, go: &str) -> Vec<u8> {
    RawTar::new()
        .file("go/VERSION", 0o644, format!("go{version}\ntime 2024-07-02T00:00:00Z\n").as_bytes())
        .file("go/bin/go", 0o755, go.as_bytes())
        .file("go/bin/gofmt", 0o755, b"#!/bin/sh\nexec cat \"$@\"\n")
        .file("go/src/fmt/print.go", 0o644, b"package fmt\n")
        .finish_gz()
}

impl Witness {
    /// Remembers what an installed copy of this archive must be, to the last bit of the modes.
    pub fn knows(&mut self, version: &str, archive: &[u8]) {
        let mut tree = Tree::from([(String::new(), Node::Dir { mode: 0o755 })]);
        let mut archive = tar::Archive::new(GzDecoder::new(archive));
        for entry in archive.entries().expect("a tar") {
            let mut entry = entry.expect("an entry");
            let path = entry.path().expect("a path").to_string_lossy().into_owned();
            let path =
                path.trim_end_matches('/').strip_prefix("go").expect("below go").trim_start_matches('/');
            for (at, _) in path.match_indices('/') {
                tree.insert(path[..at].to_owned(), Node::Dir { mode: 0o555 });
            }
            if entry.header().entry_type().is_file() {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).expect("a body");
                let executable = entry.header().mode().expect("a mode") & 0o111 != 0;
                let mode = if executable { 0o555 } else { 0o444 };
                tree.insert(path.to_owned(), Node::File { mode, bytes });
            } else if !path.is_empty() {
                tree.insert(path.to_owned(), Node::Dir { mode: 0o555 });
            }
        }
        self.trees.insert(version.to_owned(), tree);
    }

    /// Checks every tree in `versions/` file by file, and its manifest; returns the versions.
    pub fn trees(&self, root: &Path) -> Seen<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for name in names(&root.join("versions"))? {
            let version = name.strip_prefix("go").unwrap_or(&name).to_owned();
            let expected = self.trees.get(&version).ok_or(format!("a tree named {name}"))?;
            let tree = read_tree(&root.join("versions").join(&name))?;
            if tree != *expected {
                return Err(format!("{name} differs from its archive: {}", difference(expected, &tree)));
            }
            manifest_tells(&root.join("manifests"), &version, expected)?;
            found.insert(version);
        }
        Ok(found)
    }

    /// Checks that nothing is left over from what went wrong before. `kept` are the names to expect in `cache/`.
    pub fn is_tidy(&self, root: &Path, kept: usize) -> Seen {
        let versions = self.trees(root)?;
        let allowed = ["bin", "cache", "current", "generations", "layout", "lock"];
        let allowed = [&allowed[..], &["manifests", "previous", "staging", "trash", "versions"]].concat();
        if let Some(name) = names(root)?.iter().find(|name| !allowed.contains(&name.as_str())) {
            return Err(format!("{name} is left in the root"));
        }
        if let Some(name) = names(&root.join("staging"))?.first() {
            return Err(format!("{name} is left in staging"));
        }
        let cached = names(&root.join("cache"))?;
        if cached.len() != kept || cached.iter().any(|name| !name.ends_with(".tar.gz")) {
            return Err(format!("the cache holds {cached:?}, and {kept} archives belong there"));
        }
        let manifests = versions.iter().map(|version| format!("go{version}.unofficial.jsonl"));
        let manifests: BTreeSet<String> = manifests.collect();
        if names(&root.join("manifests"))? != manifests {
            return Err(format!("manifests {:?}", names(&root.join("manifests"))?));
        }
        self.trash(root)?;
        bin_is_right(root, &versions)
    }

    /// Checks every batch of the trash file by file; returns the versions in each.
    pub fn trash(&self, root: &Path) -> Seen<BTreeMap<u64, BTreeSet<String>>> {
        let mut batches = BTreeMap::new();
        for number in names(&root.join("trash"))? {
            let batch = root.join("trash").join(&number);
            let number: u64 = number.parse().map_err(|_| format!("a batch named {number}"))?;
            let record = fs::read(batch.join("record.json")).map_err(|e| format!("batch {number}: {e}"))?;
            serde_json::from_slice::<Value>(&record).map_err(|e| format!("batch {number}: {e}"))?;
            let mut versions = BTreeSet::new();
            for name in names(&batch)?.iter().filter(|name| batch.join(name).is_dir()) {
                let version = name.strip_prefix("go").unwrap_or(name).to_owned();
                let expected = self.trees.get(&version).ok_or(format!("a tree named {name}"))?;
                let tree = read_tree(&batch.join(name))?;
                if tree != *expected {
                    return Err(format!("{name} in the trash differs: {}", difference(expected, &tree)));
                }
                manifest_tells(&batch, &version, expected)?;
                versions.insert(version);
            }
            if versions.is_empty() || names(&batch)?.len() != 2 * versions.len() + 1 {
                return Err(format!("batch {number} holds {:?}", names(&batch)?));
            }
            batches.insert(number, versions);
        }
        Ok(batches)
    }
}

fn difference(expected: &Tree, found: &Tree) -> String {
    let paths: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let differs = |path: &&&String| expected.get(**path) != found.get(**path);
    let shown = |path: &&String| format!("`{path}`: {:?}, not {:?}", found.get(*path), expected.get(*path));
    paths.iter().find(differs).map(shown).unwrap_or_default()
}

fn read_tree(root: &Path) -> Seen<Tree> {
    let mut tree = Tree::new();
    let mut todo = vec![root.to_owned()];
    while let Some(path) = todo.pop() {
        let told = |e: std::io::Error| format!("{}: {e}", path.display());
        let meta = fs::symlink_metadata(&path).map_err(told)?;
        let mode = meta.permissions().mode() & 0o7777;
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let node = if meta.is_dir() {
            for entry in fs::read_dir(&path).map_err(told)? {
                todo.push(entry.map_err(told)?.path());
            }
            Node::Dir { mode }
        } else if meta.is_file() {
            Node::File { mode, bytes: fs::read(&path).map_err(told)? }
        } else {
            return Err(format!("{} is neither a file nor a directory", path.display()));
        };
        tree.insert(name, node);
    }
    Ok(tree)
}

fn manifest_tells(directory: &Path, version: &str, tree: &Tree) -> Seen {
    let path = directory.join(format!("go{version}.unofficial.jsonl"));
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let lines = text.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>();
    let lines = lines.map_err(|e| format!("{}: {e}", path.display()))?;
    let Some(([header, files @ ..], end)) = lines.split_last().map(|(end, rest)| (rest, end)) else {
        return Err(format!("{} is cut off: {text}", path.display()));
    };
    let told: BTreeSet<_> = files
        .iter()
        .map(|file| (file["path"].as_str(), file["mode"].as_u64(), file["size"].as_u64()))
        .collect();
    let held = tree.iter().filter_map(|(path, node)| match node {
        Node::File { mode, bytes } => {
            Some((Some(path.as_str()), Some(u64::from(*mode)), Some(bytes.len() as u64)))
        }
        Node::Dir { .. } => None,
    });
    let is_whole = end["files"] == files.len();
    if !is_whole || header["version"] != version || told != held.collect() {
        return Err(format!("{} tells of other files: {text}", path.display()));
    }
    Ok(())
}

fn bin_is_right(root: &Path, versions: &BTreeSet<String>) -> Seen {
    let bin = root.join("bin");
    let mut expected: BTreeMap<String, String> =
        ["go", "gofmt"].map(|name| (name.to_owned(), format!("../current/go/bin/{name}"))).into();
    for version in versions {
        expected.insert(format!("go{version}"), format!("../versions/go{version}/bin/go"));
    }
    let target = |name: &String| fs::read_link(bin.join(name)).unwrap_or_default();
    let found: BTreeMap<String, String> = names(&bin)?
        .into_iter()
        .map(|name| (name.clone(), target(&name).to_string_lossy().into_owned()))
        .collect();
    if found == expected { Ok(()) } else { Err(format!("bin holds {found:?}")) }
}

/// Names in a directory; none if it does not exist yet.
pub fn names(directory: &Path) -> Seen<BTreeSet<String>> {
    let told = |e: std::io::Error| format!("{}: {e}", directory.display());
    match fs::read_dir(directory) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(e) => Err(told(e)),
        Ok(entries) => {
            entries.map(|entry| Ok(entry.map_err(told)?.file_name().to_string_lossy().into_owned())).collect()
        }
    }
}

/// Runs `bin/go version`; `None` where nothing is current.
pub fn go_version(sandbox: &Sandbox) -> Seen<Option<String>> {
    let go = sandbox.root().join("bin/go");
    if !go.exists() {
        return Ok(None);
    }
    version_told_by(sandbox, &go).map(Some)
}

/// Runs `go version` and returns the version without the `go` in front.
pub fn version_told_by(sandbox: &Sandbox, go: &Path) -> Seen<String> {
    let output = sandbox.command(go).arg("version").output();
    let output = output.map_err(|e| format!("{} cannot be run: {e}", go.display()))?;
    let told = String::from_utf8_lossy(&output.stdout);
    match told.strip_prefix("go version go").and_then(|rest| rest.split(' ').next()) {
        Some(version) if output.status.success() => Ok(version.to_owned()),
        _ => Err(format!("{} went wrong: {output:?}", go.display())),
    }
}

/// The number that `current` leads to; `None` where there is no such link.
pub fn current(root: &Path) -> Seen<Option<u64>> {
    match fs::read_link(root.join("current")) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(format!("current: {e}")),
        Ok(target) => {
            let number = target.strip_prefix("generations").ok().and_then(Path::to_str);
            let number = number.and_then(|number| number.parse().ok());
            number.map(Some).ok_or(format!("current leads to {}", target.display()))
        }
    }
}

/// Every generation; each must be whole and tell only of earlier ones.
pub fn history(root: &Path) -> Seen<BTreeMap<u64, Generation>> {
    let directory = root.join("generations");
    let mut history = BTreeMap::new();
    for name in names(&directory)? {
        let number: u64 = name.parse().map_err(|_| format!("a generation named {name}"))?;
        let told = |e: std::io::Error| format!("generation {number}: {e}");
        let target = fs::read_link(directory.join(&name).join("go")).map_err(told)?;
        let toolchain = target.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if target != PathBuf::from("../../versions").join(toolchain) {
            return Err(format!("generation {number} leads to {}", target.display()));
        }
        let record = fs::read(directory.join(&name).join("record.json")).map_err(told)?;
        let record: Value = serde_json::from_slice(&record).map_err(|e| format!("record {number}: {e}"))?;
        let from = record["from"].as_u64();
        if from.is_some_and(|from| from >= number) {
            return Err(format!("generation {number} says that it came after {from:?}"));
        }
        let version = toolchain.trim_start_matches("go").to_owned();
        history.insert(number, Generation { version, from });
    }
    Ok(history)
}
