//! The hostile corpus through the real program, one test per kind of fault.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::scene::{NEW, Scene};
use crate::support::hostile::{self, ESCAPED};
use crate::support::odd_but_harmless_corpus;

/// 64 MiB in the unit of `ulimit`: the most that a refusal may take in data, thread stacks included.
const MEMORY: &str = "65536";

/// Runs every archive of a group in a store of its own, and wants each refused without a trace.
fn refuse_all(group: Vec<(&'static str, Vec<u8>)>) {
    let scene = Scene::new();
    let victim = scene.sandbox.home().join("victim");
    fs::write(&victim, "untouched").unwrap();
    for (name, bytes) in group {
        scene.offer(bytes);
        let before = scene.state();
        println!("{name}");
        let run = scene.sandbox.start(limited(&scene, &["use", NEW])).wait();
        let code = run.code.unwrap_or_default();
        assert!(matches!(code, 6 | 7), "{name}: {run}");
        scene.check(&run, code, &["cannot install go1.22.5", place_of(code)], &before);
        assert!(scene.parts().is_empty(), "{name}: {:?}", scene.parts());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched", "{name}");
        for place in
            [scene.sandbox.path(), &scene.sandbox.home(), &scene.root, Path::new("/tmp"), Path::new("/")]
        {
            assert!(fs::symlink_metadata(place.join(ESCAPED)).is_err(), "{name} got out to {place:?}");
        }
    }
    scene.mirror.remove("go1.22.5.linux-amd64.tar.gz");
    scene.mirror.add(crate::support::FakeGo::new(NEW));
    scene.recovers();
}

/// A refused archive is named; a refused `go` is named by its path.
fn place_of(code: i32) -> &'static str {
    if code == 7 { "/staging/" } else { "/dl/go1.22.5.linux-amd64.tar.gz: " }
}

fn limited(scene: &Scene, args: &[&str]) -> std::process::Command {
    let mut command = scene.sandbox.command("/bin/sh");
    let script = format!("ulimit -d {MEMORY} && exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_gvm-rs")]).args(args);
    command
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    refuse_all(hostile::paths());
}

#[test]
fn links_devices_and_sparse_files_are_refused() {
    refuse_all(hostile::kinds());
}

#[test]
fn two_entries_for_one_name_are_refused() {
    refuse_all(hostile::collisions());
}

#[test]
fn bombs_are_refused_in_little_memory() {
    refuse_all(hostile::bombs());
}

#[test]
fn damaged_frames_and_trailing_data_are_refused() {
    refuse_all(hostile::framing());
}

#[test]
fn what_is_no_go_is_refused() {
    refuse_all(hostile::contents());
}

#[test]
fn a_cut_archive_with_the_hash_of_the_cut_bytes_is_refused() {
    let whole = hostile::go().finish_gz();
    let cuts = [1, 9, 10, whole.len() / 2, whole.len() - 9, whole.len() - 1];
    refuse_all(cuts.map(|at| ("cut", whole[..at].to_vec())).into());
}

#[test]
fn odd_archives_are_refused_or_come_out_with_plain_modes() {
    for (name, bytes) in odd_but_harmless_corpus() {
        let scene = Scene::new();
        scene.offer(bytes);
        let run = scene.sandbox.gvm(&["install", NEW]);
        let tree = scene.root.join("versions/go1.22.5");
        match run.code {
            Some(0) => assert_plain(&tree, name),
            Some(6 | 7) => assert!(!tree.exists(), "{name}: {run}"),
            _ => panic!("{name}: {run}"),
        }
        assert!(!tree.join("hidden").exists(), "{name}: a smuggled file");
        assert!(!tree.join("short").exists(), "{name}: the short name instead of the long one");
    }
}

/// Every file 0444 or 0555, every directory but the root 0555.
fn assert_plain(tree: &Path, name: &str) {
    let mut todo = vec![tree.to_path_buf()];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let mode = meta.permissions().mode() & 0o7777;
            assert!(matches!(mode, 0o444 | 0o555), "{name}: {} has mode {mode:o}", path.display());
            if meta.is_dir() {
                todo.push(path);
            }
        }
    }
}
