//! Where a repair ends: what it cannot prove, and who it leaves the field to.

use std::fs;

use crate::store::{CURRENT, SISTER, Store, overwrite, remove};
use crate::support::archive::go_script;
use crate::support::raw_tar::gzip;
use crate::support::{Mirror, RawTar, Sandbox};

#[test]
fn success_is_said_only_where_go_runs_again() {
    let breaks = "#!/bin/sh\n[ -e \"$(dirname \"$0\")/../../../../broken\" ] && exit 1\n";
    let go = go_script("1.22.9").replacen("#!/bin/sh\n", breaks, 1);
    let tar = RawTar::new()
        .file("go/VERSION", 0o644, b"go1.22.9\n")
        .file("go/bin/go", 0o755, go.as_bytes())
        .file("go/src/a.go", 0o644, b"package a\n");
    let mirror = Mirror::start();
    mirror.add_bytes("1.22.9", "linux-amd64", gzip(&tar.finish()));
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["use", "1.22.9"]).ok();
    fs::write(sandbox.home().join("broken"), "").unwrap();
    overwrite(&sandbox.root().join("versions/go1.22.9/src/a.go"), |bytes| bytes[0] ^= 1);
    let run = sandbox.gvm(&["repair"]).fails(7);
    assert!(run.stderr.contains("go1.22.9"), "{run}");
    sandbox.gvm(&["verify"]).ok();
}

#[test]
fn verify_needs_no_right_to_write_and_waits_for_nobody() {
    let store = Store::new();
    fs::remove_file(store.root.join("lock")).unwrap();
    store.sandbox.gvm(&["verify", "--all"]).ok();
    assert!(!store.root.join("lock").exists());
}

#[test]
fn several_toolchains_are_repaired_and_each_failure_is_told() {
    let store = Store::new();
    for version in [CURRENT, SISTER] {
        overwrite(&store.tree(version).join("src/own.go"), |bytes| bytes[0] ^= 1);
    }
    let archive = store.sandbox.dir("empty");
    let mirror = format!("file://{}", archive.display());
    let run = store.sandbox.gvm_with(&[("GVM_RS_MIRROR", &mirror)], &["repair", "--all"]);
    assert!(run.code != Some(0) && run.stderr.contains("2 of 3 failed"), "{run}");
    store.repairs(&["--all"]);
}

#[test]
fn a_directory_that_may_not_be_read_is_told_or_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let store = Store::new();
    let directory = store.tree(CURRENT).join("src/io");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o000)).unwrap();
    assert!(!store.finds(&[]).is_empty());
    store.repairs(&["--offline"]);
}

#[test]
fn what_a_removed_link_in_a_tree_leads_to_is_left_alone() {
    let store = Store::new();
    let outside = store.sandbox.dir("outside");
    fs::write(outside.join("mine"), "mine").unwrap();
    remove(&store.tree(CURRENT).join("src"));
    std::os::unix::fs::symlink(&outside, store.tree(CURRENT).join("src")).unwrap();
    store.repairs(&[]);
    assert_eq!(fs::read_to_string(outside.join("mine")).unwrap(), "mine");
}
