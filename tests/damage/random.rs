//! Damage at random: `verify` finds it out, `repair` makes the store whole, and a `go` that worked is not lost.
//!
//! GVM_RS_TEST_DAMAGES says how often, GVM_RS_TEST_SEED where to begin.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::store::{ALL, Snapshot, Store, overwrite, remove, snapshot};

const ROUNDS: u64 = 120;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn a_store_that_was_damaged_at_random_is_found_out_and_made_whole() {
    let first = number("GVM_RS_TEST_SEED", 1);
    let failures: Vec<String> = (first..first + number("GVM_RS_TEST_DAMAGES", ROUNDS))
        .filter_map(|seed| {
            let mut done = String::new();
            let told = survives(seed, &mut done).err()?;
            Some(format!("seed {seed}: {told}\n{done}"))
        })
        .collect();
    assert!(failures.is_empty(), "{} stores were lost:\n{}", failures.len(), failures.join("\n"));
}

fn survives(seed: u64, done: &mut String) -> Result<(), String> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..10 {
        random.below(2);
    }
    let store = Store::new();
    let pristine = snapshot(&store.root);
    for _ in 0..1 + random.below(5) {
        damage(&store, &mut random, done);
    }
    let damaged = snapshot(&store.root);
    let (before, expected) = (store.go(), known_to_be_installed(&store.root));
    let verify = store.sandbox.gvm(&["verify", "--all"]);
    let is_found = verify.code == Some(10);
    if !is_found && is_to_be_found(&pristine, &damaged) || is_found && damaged == pristine {
        return Err(format!("wrong: {verify}"));
    }
    if snapshot(&store.root) != damaged {
        return Err("verify wrote something".to_owned());
    }
    if store.go() != before {
        return Err(format!("go was {before:?} and is {:?}", store.go()));
    }
    let repair = store.sandbox.gvm(&["-v", "repair", "--all"]);
    let told = |what: String| Err(format!("{what}\n{verify}\n{repair}"));
    if repair.code != Some(0) {
        return told("was not repaired".to_owned());
    }
    let again = store.sandbox.gvm(&["verify", "--all"]);
    if again.code != Some(0) {
        return told(format!("is still damaged: {again}"));
    }
    let installed = trees(&store.root);
    if !expected.is_subset(&installed) {
        return told(format!("{expected:?} were known, and {installed:?} are installed"));
    }
    let installed: Vec<&str> = installed.iter().map(String::as_str).collect();
    if let Err(what) = store.is_whole(&installed) {
        return told(what);
    }
    match (before, store.go()) {
        (_, None) if !installed.is_empty() && was_switched(&store.root) => told("there is no go".to_owned()),
        // A bit may flip in what a `go` says, too.
        (Some(before), after) if ALL.contains(&before.as_str()) && after.as_ref() != Some(&before) => {
            told(format!("{before} is {after:?} now"))
        }
        _ => Ok(()),
    }
}

/// Whether anything differs but what may be missing: `previous`, and generations that are not current.
fn is_to_be_found(pristine: &Snapshot, damaged: &Snapshot) -> bool {
    let is_gone = |path: &Path| !damaged.contains_key(path);
    let is_dispensable = |path: &Path| {
        let generation: PathBuf = path.components().take(2).collect();
        path == Path::new("previous") && is_gone(path)
            || path.starts_with("generations") && is_gone(&generation) && !generation.ends_with("5")
    };
    let mut paths = pristine.keys().chain(damaged.keys());
    paths.any(|path| pristine.get(path) != damaged.get(path) && !is_dispensable(path))
}

fn was_switched(root: &Path) -> bool {
    fs::read_dir(root.join("generations")).is_ok_and(|mut entries| entries.next().is_some())
}

fn trees(root: &Path) -> BTreeSet<String> {
    let is_tree = |version: &&&str| root.join(format!("versions/go{version}")).is_dir();
    ALL.iter().filter(is_tree).map(|&version| version.to_owned()).collect()
}

/// What the rest of the store still tells of: a tree, or its manifest and its name in `bin`.
fn known_to_be_installed(root: &Path) -> BTreeSet<String> {
    let is_there = |path: String| fs::symlink_metadata(root.join(path)).is_ok();
    let mut known = trees(root);
    known.extend(ALL.iter().map(|&version| version.to_owned()).filter(|version| {
        is_there(format!("manifests/go{version}.unofficial.jsonl")) && is_there(format!("bin/go{version}"))
    }));
    known
}

/// Files of toolchains that are still there.
fn files(root: &Path) -> Vec<PathBuf> {
    let all = snapshot(&root.join("versions"));
    let files = all.into_iter().filter(|(_, (kind, _))| kind.starts_with('f'));
    files.map(|(path, _)| root.join("versions").join(path)).collect()
}

fn directories(root: &Path) -> Vec<PathBuf> {
    let all = snapshot(&root.join("versions"));
    let all =
        all.into_iter().filter(|(path, (kind, _))| kind.starts_with('d') && path.components().count() > 0);
    all.map(|(path, _)| root.join("versions").join(path)).collect()
}

/// Allows to change names in a directory, and takes that back.
fn unlocked(directory: &Path, change: impl FnOnce()) {
    let Ok(meta) = fs::metadata(directory) else { return };
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    change();
    if directory.is_dir() {
        fs::set_permissions(directory, meta.permissions()).unwrap();
    }
}

fn damage(store: &Store, random: &mut Random, done: &mut String) {
    let root = &store.root;
    let kind = random.below(8);
    let target = match kind {
        0..4 if !files(root).is_empty() => tree_file(root, random),
        4 if !directories(root).is_empty() => tree_directory(root, random),
        5 => manifest(root, random),
        6 => link(root, random),
        _ => generation(root, random),
    };
    writeln!(done, "  {target}").unwrap();
}

fn tree_file(root: &Path, random: &mut Random) -> String {
    let path = random.one(&files(root));
    let parent = path.parent().unwrap();
    let what = random.below(8);
    let position = random.below(1 << 20);
    match what {
        0 | 1 => unlocked(parent, || fs::remove_file(&path).unwrap()),
        2 | 3 => overwrite(&path, |bytes| {
            if !bytes.is_empty() {
                let position = position % bytes.len();
                bytes[position] ^= 1 << (position % 8);
            }
        }),
        4 => overwrite(&path, |bytes| bytes.truncate(position % (bytes.len() + 1))),
        5 => {
            fs::set_permissions(&path, fs::Permissions::from_mode([0o644, 0o600, 0o777, 0o755][position % 4]))
                .unwrap()
        }
        6 => unlocked(parent, || {
            fs::remove_file(&path).unwrap();
            match position % 2 {
                0 => symlink("/etc/hostname", &path).unwrap(),
                _ => fs::create_dir(&path).unwrap(),
            }
        }),
        _ => unlocked(parent, || fs::write(parent.join(format!("added{position}")), "added").unwrap()),
    }
    format!("file {what} {}", path.display())
}

fn tree_directory(root: &Path, random: &mut Random) -> String {
    let path = random.one(&directories(root));
    let what = random.below(4);
    match what {
        0 => remove_below(&path),
        1 => {
            remove_below(&path);
            unlocked(path.parent().unwrap(), || symlink("/etc", &path).unwrap());
        }
        2 => fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap(),
        _ => unlocked(&path, || {
            fs::create_dir_all(path.join("more/deep")).unwrap();
            fs::write(path.join("more/deep/file"), "added").unwrap();
        }),
    }
    format!("directory {what} {}", path.display())
}

fn remove_below(path: &Path) {
    let mode = fs::metadata(path.parent().unwrap()).unwrap().permissions();
    remove(path);
    fs::set_permissions(path.parent().unwrap(), mode).unwrap();
}

fn manifest(root: &Path, random: &mut Random) -> String {
    let version = random.one(&ALL);
    let path = root.join(format!("manifests/go{version}.unofficial.jsonl"));
    let (what, position) = (random.below(3), random.below(1 << 20));
    if path.is_file() {
        match what {
            0 => remove(&path),
            1 => overwrite(&path, |bytes| bytes.truncate(position % (bytes.len() + 1))),
            // Not in the first line: nobody can tell whether a time or an address in it is the right one.
            _ => overwrite(&path, |bytes| {
                let first = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(0);
                if first + 1 < bytes.len() {
                    let position = first + 1 + position % (bytes.len() - first - 1);
                    bytes[position] ^= 1;
                }
            }),
        }
    }
    format!("manifest {what} {position} of {version}")
}

fn link(root: &Path, random: &mut Random) -> String {
    let names = [
        "current",
        "previous",
        "bin/go",
        "bin/gofmt",
        "bin/go1.22.6",
        "bin/go1.21.0",
        "layout",
        "bin",
        "cache",
        "staging",
    ];
    let name = random.one(&names);
    let (path, what) = (root.join(name), random.below(4));
    if path.parent().unwrap().is_dir() {
        remove(&path);
        match what {
            _ if ["layout", "bin", "cache", "staging"].contains(&name) => {}
            0 => symlink(random.one(&["/etc", "nowhere", "generations/99", "../x"]), &path).unwrap(),
            1 => fs::create_dir_all(path.join("mine")).unwrap(),
            _ => {}
        }
    }
    format!("link {what} {name}")
}

fn generation(root: &Path, random: &mut Random) -> String {
    let number = 1 + random.below(5);
    let path = root.join(format!("generations/{number}"));
    let what = random.below(5);
    if path.is_dir() {
        match what {
            0 => remove(&path),
            1 => remove(&path.join("go")),
            2 => {
                remove(&path.join("go"));
                // A version that nobody knows is damage only where it is current: others may have been removed.
                let target = if number == 5 { "../../versions/go9.9.9" } else { "/usr/lib/go1.22.5" };
                symlink(target, path.join("go")).unwrap();
            }
            3 => remove(&path.join("record.json")),
            _ => overwrite(&path.join("record.json"), |bytes| bytes.truncate(bytes.len() / 2)),
        }
    }
    format!("generation {what} {number}")
}
