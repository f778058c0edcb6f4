//! A store that somebody damaged: links that lead anywhere, records and names of any kind, files where directories
//! should be. Readers and writers fail with an error or go on, and nothing outside the root ever changes.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use gvm_rs::disk::Disk;
use gvm_rs::model::GoVersion;
use gvm_rs::progress::Silent;
use gvm_rs::store::{Fate, Project, Purpose, Removing, Store, StoreError, Surroundings, Waiting, Writer};

use super::draw::Draw;
use super::jail::Jail;
use super::says;

/// Builds the store, reads it, and lets a writer loose on it. Accepted is one in which `go` could be switched.
pub fn check(data: &[u8]) -> bool {
    let jail = Jail::new();
    let root = jail.inside();
    let outside = jail.outside().into_os_string().into_encoded_bytes();
    let mut draw = Draw::new(data);
    let actions = draw.byte();
    while !draw.is_empty() {
        place(&root, &mut draw, &outside);
    }
    let outcome = Store::open(root, Disk::default()).and_then(|store| {
        read(&store);
        jail.assert_untouched();
        write(&store, actions)
    });
    jail.assert_untouched();
    outcome.inspect_err(harmless).is_ok_and(|switches| switches > 0)
}

/// What names and link targets are made of, besides plain letters.
fn pieces(outside: &[u8]) -> [&[u8]; 16] {
    [
        b"go1.22.5",
        b"go1.21.13",
        b"generations/",
        b"../../versions/",
        b"../",
        outside,
        b"/victim",
        b"/directory",
        b"/go",
        b".unofficial.jsonl",
        b"record.json",
        b".lock",
        b"18446744073709551615",
        b"\xff\x1b[2J",
        b"go1.27rc1",
        b"675c26c449cbb18fc24b74650de1eabbae6e16f64326fd85a283fb3b58280685",
    ]
}

/// The places of a store, each with what makes it whole; `*` is a name from the input.
const PLACES: [&str; 20] = [
    "layout",
    "lock",
    "current",
    "previous",
    ".current.new",
    "generations/*",
    "generations/*/go",
    "generations/*/record.json",
    "versions/*",
    "versions/*/bin/go",
    "manifests/*",
    "bin/*",
    "staging/*",
    "cache/*",
    "trash/*",
    "trash/*/record.json",
    "trash/3/*",
    "trash/3/*/bin/go",
    "trash/*/go1.22.5/VERSION",
    "projects/*",
];

/// Puts a file, a directory or a link somewhere. The directories of the layout are real: their owner may have put
/// them elsewhere by a link, and then elsewhere is where the store is.
fn place(root: &Path, draw: &mut Draw<'_>, outside: &[u8]) {
    let pieces = pieces(outside);
    let place = draw.choice(&PLACES);
    let name = if place.contains('*') { plain_name(&draw.text(&pieces)) } else { PathBuf::new() };
    let path: PathBuf =
        Path::new(place).iter().map(|part| if part == "*" { name.as_os_str() } else { part }).collect();
    let path = root.join(path);
    let parent = path.parent().unwrap_or(root);
    // A link in the way must not be followed while the scene is set.
    let is_safe = |above: &Path| fs::symlink_metadata(above).map_or(true, |meta| meta.is_dir());
    if !path.ancestors().skip(1).take_while(|above| *above != root).all(is_safe) {
        return;
    }
    fs::create_dir_all(parent).unwrap();
    if fs::symlink_metadata(&path).is_ok() {
        return;
    }
    // A name may be too long; then this piece of the scene is left out.
    match draw.byte() {
        b'l' => drop(symlink(PathBuf::from(os_string(draw.text(&pieces))), &path)),
        b'd' => drop(fs::create_dir(&path)),
        b'x' => {
            drop(fs::write(&path, draw.bytes()));
            drop(fs::set_permissions(&path, fs::Permissions::from_mode(0o555)));
        }
        _ => drop(fs::write(&path, draw.bytes())),
    }
}

fn os_string(bytes: Vec<u8>) -> std::ffi::OsString {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(bytes)
}

/// One component, whatever was drawn.
fn plain_name(bytes: &[u8]) -> PathBuf {
    let name: Vec<u8> = bytes.iter().filter(|byte| !b"/\0".contains(byte)).copied().take(200).collect();
    match name.as_slice() {
        b"" | b"." | b".." => PathBuf::from("1"),
        _ => PathBuf::from(os_string(name)),
    }
}

fn harmless(error: &StoreError) {
    // Paths are escaped by whoever prints them: only they may hold what is not printable.
    if let StoreError::Damaged { reason, .. } | StoreError::Unsafe { reason, .. } = error {
        says::printable(&gvm_rs::net::escaped(reason).to_string());
    }
}

/// Every question that needs no lock.
fn read(store: &Store) {
    let installed = store.installed().unwrap_or_default();
    assert!(installed.is_sorted_by(|newer, older| newer > older));
    for version in &installed {
        assert!(store.has(*version));
        if let Err(error) = store.manifest(*version) {
            harmless(&error);
        }
    }
    for outcome in [store.current(), store.previous(), store.rollback_target()] {
        match outcome {
            Ok(Some(generation)) => {
                assert_eq!(store.generation(generation.number), Some(generation));
            }
            Ok(None) => {}
            Err(error) => harmless(&error),
        }
    }
    if let Ok(history) = store.history() {
        assert!(history.is_sorted_by(|older, newer| older.generation.number < newer.generation.number));
        for entry in history {
            assert_eq!(entry.is_installed, store.has(entry.generation.version));
        }
    }
    for cached in store.cached().unwrap_or_default() {
        assert_eq!(cached.path.parent(), Some(store.layout().cache().as_path()));
    }
    for batch in store.trash().unwrap_or_default() {
        assert!(batch.versions().is_sorted_by(|newer, older| newer > older));
        let sizes = batch.toolchains.iter().filter_map(|(_, bytes)| *bytes);
        assert!(sizes.fold(0, u64::saturating_add) <= batch.bytes());
    }
    for file in store.projects().unwrap_or_default() {
        assert!(file.is_absolute(), "{}", file.display());
    }
    drop((store.unofficial(), store.cached_index(), store.last_removal(), store.last_current()));
}

/// A writer sweeps; then it switches to whatever is usable, back, and takes things away. Counts what it switched to.
fn write(store: &Store, actions: u8) -> Result<usize, StoreError> {
    let purpose = Purpose { command: "use 1.22.5".to_owned(), now: 1, sudo_user: None };
    let waiting = Waiting { limit: Some(Duration::ZERO), progress: &Silent };
    let writer = store.lock(&purpose, waiting)?;
    let usable = |version: &GoVersion| store.check_usable(*version).is_ok();
    let mut switches = 0;
    for version in store.installed()?.into_iter().filter(usable) {
        if writer.switch(version).inspect_err(harmless).is_ok() {
            assert_eq!(store.current()?.map(|current| current.version), Some(version));
            assert!(store.layout().current().join("go/bin/go").is_file(), "go is gone");
            switches += 1;
        }
    }
    if actions & 1 != 0
        && let Err(error) = writer.switch_back(None)
    {
        harmless(&error);
    }
    if actions & 2 != 0 {
        take_away(store, &writer, actions)?;
    }
    if actions & 4 != 0 {
        writer.trim_history()?;
        writer.clean_cache()?;
    }
    if actions & 16 != 0 {
        writer.empty_trash(None)?.discarded.delete();
    }
    drop(writer);
    // What one writer left, the next one can take over.
    store.lock(&purpose, waiting).map(|_| switches)
}

/// Removes whatever may go, and brings it back: what the trash took and holds whole has to come out of it.
fn take_away(store: &Store, writer: &Writer<'_>, actions: u8) -> Result<(), StoreError> {
    let file = store.layout().root().join("go.mod");
    writer.remember_project(&file)?;
    let pinned = Project { file, request: "1.21".parse().expect("a request") };
    let mut around = Surroundings {
        installed: store.installed()?,
        kept: store.kept_generations()?,
        projects: std::slice::from_ref(&pinned),
    };
    let is_whole = |version: &GoVersion| store.manifest(*version).is_ok();
    let whole: Vec<GoVersion> = store.installed()?.into_iter().filter(is_whole).collect();
    let mut removals = writer.removals(Removing { force: actions & 8 != 0, purge: actions & 32 != 0 });
    let mut in_trash = Vec::new();
    for version in around.installed.clone() {
        match removals.remove(version, &mut around) {
            Ok(removed) => {
                assert!(!store.has(version), "{version} is removed, and yet it is there");
                in_trash.extend((removed.fate == Fate::InTrash).then_some(version));
            }
            Err(error) => harmless(&error),
        }
    }
    removals.finish()?.delete();
    writer.forget_project(&pinned.file)?;
    if let Some(last) = store.trash()?.pop()
        && actions & 64 != 0
    {
        let outcome = writer.bring_back(&last, None).inspect_err(harmless);
        for version in in_trash.iter().filter(|version| outcome.is_ok() && whole.contains(version)) {
            assert!(store.has(*version), "{version} is lost");
        }
    }
    Ok(())
}
