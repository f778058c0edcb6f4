//! What can happen to a toolchain.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use serde_json::Value;

use crate::store::{CURRENT, OLD, SISTER, Store, overwrite, remove};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Damages the current toolchain, expects these findings, and that a repair makes it whole.
fn is_found_and_repaired(damage: impl FnOnce(&Path), expected: &[&str]) {
    let store = Store::new();
    let tree = store.tree(CURRENT);
    // Removing a name takes a writable directory where the tests do not run as root; it is no damage of its own.
    let directories = ["", "bin", "src", "src/fmt", "src/io", "src/io/fs"];
    directories.iter().for_each(|path| set_mode(&tree.join(path), 0o755));
    damage(&tree);
    for path in directories.iter().skip(1).map(|path| tree.join(path)) {
        if fs::symlink_metadata(&path)
            .is_ok_and(|meta| meta.is_dir() && meta.permissions().mode() & 0o7777 == 0o755)
        {
            set_mode(&path, 0o555);
        }
    }
    for args in [&[][..], &["--all"], &[CURRENT], &["1.22"]] {
        assert_eq!(store.finds(args), expected, "{args:?}");
    }
    store.sandbox.gvm(&["verify", OLD, SISTER]).ok();
    store.repairs(&[]);
    assert_eq!(store.go().as_deref(), Some(CURRENT));
}

#[test]
fn a_sound_store_has_nothing_to_find_and_nothing_to_repair() {
    let store = Store::new();
    let before = crate::store::snapshot(&store.root);
    let run = store.sandbox.gvm(&["verify", "--all"]).ok();
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("go1.22.6: 9 files, ") && run.stderr.contains("as installed"), "{run}");
    assert!(run.stderr.contains("the store itself: as it should be"), "{run}");
    assert_eq!(crate::store::snapshot(&store.root), before, "verify wrote something");
    fs::copy(store.root.join("lock"), store.sandbox.path().join("lock")).unwrap();
    let run = store.sandbox.gvm(&["repair", "--all"]).ok();
    assert!(run.stderr.contains("there is nothing to repair"), "{run}");
    // The lock says who had it last.
    fs::copy(store.sandbox.path().join("lock"), store.root.join("lock")).unwrap();
    assert_eq!(crate::store::snapshot(&store.root), before, "repair wrote something");
}

#[test]
fn a_flipped_bit_is_found_and_repaired() {
    is_found_and_repaired(
        |tree| overwrite(&tree.join("src/fmt/scan.go"), |bytes| bytes[20_000] ^= 1),
        &["changed versions/go1.22.6/src/fmt/scan.go"],
    );
}

#[test]
fn a_file_that_grew_is_found_and_repaired() {
    is_found_and_repaired(
        |tree| overwrite(&tree.join("src/own.go"), |bytes| bytes.push(b'\n')),
        &["changed versions/go1.22.6/src/own.go"],
    );
}

#[test]
fn missing_files_are_found_and_repaired() {
    is_found_and_repaired(
        |tree| {
            fs::remove_file(tree.join("src/fmt/print.go")).unwrap();
            fs::remove_file(tree.join("VERSION")).unwrap();
        },
        &["missing versions/go1.22.6/VERSION", "missing versions/go1.22.6/src/fmt/print.go"],
    );
}

#[test]
fn a_missing_go_is_found_and_repaired() {
    is_found_and_repaired(
        |tree| fs::remove_file(tree.join("bin/go")).unwrap(),
        &["missing versions/go1.22.6/bin/go"],
    );
}

#[test]
fn a_missing_directory_is_one_finding_and_comes_back_with_all_that_was_in_it() {
    is_found_and_repaired(|tree| remove(&tree.join("src")), &["missing versions/go1.22.6/src (a directory)"]);
}

#[test]
fn what_was_added_is_found_and_taken_away() {
    is_found_and_repaired(
        |tree| {
            fs::write(tree.join("src/fmt/extra.go"), "package fmt\n").unwrap();
            fs::create_dir(tree.join("src/evil")).unwrap();
            fs::write(tree.join("src/evil/evil.go"), "package evil\n").unwrap();
            set_mode(&tree.join("src/evil"), 0o555);
            symlink("/etc/passwd", tree.join("src/link.go")).unwrap();
        },
        &[
            "added versions/go1.22.6/src/evil (a directory)",
            "added versions/go1.22.6/src/fmt/extra.go",
            "added versions/go1.22.6/src/link.go (a link)",
        ],
    );
}

#[test]
fn wrong_modes_are_found_and_repaired() {
    is_found_and_repaired(
        |tree| {
            set_mode(&tree.join("src/own.go"), 0o666);
            set_mode(&tree.join("bin/go"), 0o4555);
            set_mode(&tree.join("src/io"), 0o777);
            set_mode(tree, 0o777);
        },
        &[
            "mode versions/go1.22.6 (777, not 755)",
            "mode versions/go1.22.6/bin/go (4555, not 555)",
            "mode versions/go1.22.6/src/io (777, not 555)",
            "mode versions/go1.22.6/src/own.go (666, not 444)",
        ],
    );
}

#[test]
fn a_link_in_the_place_of_a_file_is_found_and_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim");
    fs::write(&victim, "package io\n").unwrap();
    is_found_and_repaired(
        |tree| {
            fs::remove_file(tree.join("src/io/io.go")).unwrap();
            // Even the right bytes do not make a link a file.
            symlink(&victim, tree.join("src/io/io.go")).unwrap();
        },
        &["kind versions/go1.22.6/src/io/io.go (a link, not a file)"],
    );
    assert_eq!(fs::read_to_string(&victim).unwrap(), "package io\n");
}

#[test]
fn a_link_in_the_place_of_a_directory_is_found_and_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    fs::create_dir(outside.path().join("fs")).unwrap();
    fs::write(outside.path().join("mine"), "mine").unwrap();
    is_found_and_repaired(
        |tree| {
            remove(&tree.join("src/io"));
            symlink(outside.path(), tree.join("src/io")).unwrap();
        },
        &["kind versions/go1.22.6/src/io (a link, not a directory)"],
    );
    let names = crate::support::tree_names(outside.path());
    assert_eq!(names, ["fs/", "mine"], "something was written through the link");
}

#[test]
fn a_directory_in_the_place_of_a_file_is_found_and_repaired() {
    is_found_and_repaired(
        |tree| {
            fs::remove_file(tree.join("src/own.go")).unwrap();
            fs::create_dir_all(tree.join("src/own.go/deep")).unwrap();
            fs::write(tree.join("src/own.go/deep/x"), "x").unwrap();
        },
        &["kind versions/go1.22.6/src/own.go (a directory, not a file)"],
    );
}

#[test]
fn a_pipe_in_the_place_of_a_file_keeps_nobody_waiting() {
    is_found_and_repaired(
        |tree| {
            fs::remove_file(tree.join("src/own.go")).unwrap();
            let made = std::process::Command::new("mkfifo").arg(tree.join("src/own.go")).status();
            assert!(made.unwrap().success());
        },
        &["kind versions/go1.22.6/src/own.go (a pipe, socket or device, not a file)"],
    );
}

#[test]
fn a_whole_tree_that_is_gone_is_put_back() {
    for version in [CURRENT, OLD] {
        let store = Store::new();
        remove(&store.tree(version));
        assert_eq!(store.finds(&[]), [format!("missing versions/go{version} (a directory)")]);
        // A writer in between takes it for lost, not for removed.
        store.sandbox.gvm(&["cache", "clean"]).ok();
        store.repairs(&[]);
        assert_eq!(store.go().as_deref(), Some(CURRENT));
    }
}

#[test]
fn a_toolchain_that_is_gone_and_not_wanted_back_is_uninstalled() {
    let store = Store::new();
    remove(&store.tree(OLD));
    store.sandbox.gvm(&["uninstall", OLD]).fails(4);
    store.sandbox.gvm(&["verify", "--all"]).ok();
    assert!(!store.manifest(OLD).exists());
}

#[test]
fn something_in_the_place_of_a_tree_is_moved_aside_and_the_tree_put_back() {
    let store = Store::new();
    let tree = store.tree(SISTER);
    remove(&tree);
    fs::write(&tree, "mine").unwrap();
    assert_eq!(store.finds(&[]), ["kind versions/go1.22.5 (a file, not a directory)"]);
    store.repairs(&[]);
    assert_eq!(fs::read_to_string(store.root.join("versions/go1.22.5.old")).unwrap(), "mine");
}

#[test]
fn a_damaged_manifest_is_found_and_written_anew() {
    type Change = fn(&mut Vec<u8>);
    let cut: Change = |bytes| bytes.truncate(bytes.len() / 2);
    let empty: Change = Vec::clear;
    let torn: Change = |bytes| bytes.iter_mut().skip(900).for_each(|byte| *byte = 0);
    let first_line: Change = |bytes| bytes[3] = 0xff;
    for (change, version) in [(cut, CURRENT), (empty, SISTER), (torn, OLD), (first_line, CURRENT)] {
        let store = Store::new();
        overwrite(&store.manifest(version), change);
        let found = store.finds(&["--all"]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(&format!("unreadable manifests/go{version}.unofficial.jsonl (")),
            "{found:?}"
        );
        store.repairs(&["--all"]);
    }
}

#[test]
fn a_missing_manifest_is_found_and_written_anew() {
    let store = Store::new();
    fs::remove_file(store.manifest(OLD)).unwrap();
    overwrite(&store.tree(OLD).join("src/own.go"), |bytes| bytes[0] ^= 1);
    // What is in the tree cannot be told yet.
    assert_eq!(store.finds(&[]), ["missing manifests/go1.21.0.jsonl"]);
    store.repairs(&[]);
}

#[test]
fn a_manifest_with_a_wrong_path_does_not_put_a_file_under_a_wrong_name() {
    let store = Store::new();
    // The size and number of files stay the same, and the sister has a file with this hash.
    overwrite(&store.manifest(CURRENT), |bytes| {
        *bytes = String::from_utf8_lossy(bytes).replace("src/fmt/print.go", "src/fmt/prinu.go").into_bytes();
    });
    let found = store.finds(&[]);
    assert_eq!(
        found,
        ["added versions/go1.22.6/src/fmt/print.go", "missing versions/go1.22.6/src/fmt/prinu.go"]
    );
    store.repairs(&[]);
}

#[test]
fn a_manifest_with_a_wrong_hash_of_the_archive_is_found_out_by_the_repair() {
    let store = Store::new();
    let text = fs::read_to_string(store.manifest(CURRENT)).unwrap();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let hash = first["sha256"].as_str().unwrap();
    let other = format!("{}{}", if hash.starts_with('0') { '1' } else { '0' }, &hash[1..]);
    overwrite(&store.manifest(CURRENT), |bytes| *bytes = text.replace(hash, &other).into_bytes());
    overwrite(&store.tree(CURRENT).join("src/own.go"), |bytes| bytes[0] ^= 1);
    assert_eq!(store.finds(&[]), ["changed versions/go1.22.6/src/own.go"]);
    store.repairs(&[]);
    assert_eq!(fs::read_to_string(store.manifest(CURRENT)).unwrap().lines().skip(1).count(), 10);
    assert!(fs::read_to_string(store.manifest(CURRENT)).unwrap().contains(hash));
}

#[test]
fn names_that_would_rewrite_the_terminal_are_escaped() {
    let store = Store::new();
    let directory = store.tree(CURRENT).join("src");
    set_mode(&directory, 0o755);
    fs::write(directory.join("a\u{1b}[2Jb\n"), "x").unwrap();
    set_mode(&directory, 0o555);
    let run = store.sandbox.gvm(&["verify"]).fails(10);
    assert!(!run.stdout.contains('\u{1b}') && run.stdout.lines().count() == 1, "{run:?}");
    let run = store.sandbox.gvm(&["-v", "repair"]).ok();
    assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
}

#[test]
fn what_was_found_and_done_is_told_as_json() {
    let store = Store::new();
    overwrite(&store.tree(CURRENT).join("src/own.go"), |bytes| bytes[0] ^= 1);
    let run = store.sandbox.gvm(&["verify", "--json"]).fails(10);
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["sound"], false);
    assert_eq!(told["findings"][0]["path"], "versions/go1.22.6/src/own.go");
    assert_eq!(told["findings"][0]["fault"], "changed");
    assert_eq!(told["toolchains"][0]["version"], "1.22.6");
    let run = store.sandbox.gvm(&["repair", "--json"]).ok();
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["toolchains"][0]["from_archive"]["files"], 1);
    assert_eq!(told["toolchains"][0]["from_other_toolchains"]["files"], 0);
    let run = store.sandbox.gvm(&["verify", "--json"]).ok();
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["sound"], true);
}

#[test]
fn a_version_that_is_not_installed_cannot_be_verified_or_repaired() {
    let store = Store::new();
    store.sandbox.gvm(&["verify", "1.20.1"]).fails(4);
    store.sandbox.gvm(&["repair", "1.20.1"]).fails(4);
    store.sandbox.gvm(&["verify", "--all", "1.22"]).fails(2);
}
