//! Disks without room, on small file systems of their own. Needs root.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::mounts::{Mount, store_on};
use crate::scene::{NEW, OLD, is_refusal, says_go, state};
use crate::support::{FakeGo, Run, Sandbox, tree_names};

/// Takes all bytes that are left.
fn fill(root: &Path) -> PathBuf {
    let path = root.join("ballast");
    let mut file = fs::File::create(&path).unwrap();
    for size in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![b'x'; size]).is_ok() {}
    }
    path
}

/// Takes all inodes that are left but some.
fn take_inodes(root: &Path, but: usize) -> PathBuf {
    let directory = root.join("ballast");
    fs::create_dir(&directory).unwrap();
    let names = (0..).map(|number| directory.join(number.to_string()));
    let made: Vec<PathBuf> = names.take_while(|name| fs::write(name, "").is_ok()).collect();
    assert!(made.len() >= but, "too few inodes to begin with");
    for name in &made[..but] {
        fs::remove_file(name).unwrap();
    }
    directory
}

/// An archive that fits by its size and does not when it is unpacked: as small as `few`, as large as `many`.
fn swelling(version: &str) -> FakeGo {
    (0..60).fold(FakeGo::new(version).padding(1000), |go, number| {
        go.extra_file(&format!("go/src/zeros/{number}"), 0o644, &vec![0; 200_000])
    })
}

#[track_caller]
fn refuses(sandbox: &Sandbox, mount: &Mount, args: &[&str]) -> Run {
    let before = state(&mount.root);
    let run = sandbox.gvm(args);
    is_refusal(&run, 8, &["hint: `gvm-rs prune` and `gvm-rs cache clean` make room"]);
    assert_eq!(state(&mount.root), before, "{run}");
    assert_eq!(tree_names(&mount.root.join("staging")), Vec::<String>::new(), "{run}");
    assert!(!tree_names(&mount.root.join("cache")).iter().any(|name| name.ends_with(".part")), "{run}");
    run
}

#[test]
fn a_disk_that_fills_up_while_unpacking_leaves_nothing_and_loses_nothing() {
    let Some((sandbox, mount, mirror)) = store_on("mode=755,size=8m") else { return };
    mirror.add(swelling("1.23.1"));
    for args in [&["install", "1.23.1"][..], &["use", "1.23.1"], &["install", "--keep-archives", "1.23.1"]] {
        refuses(&sandbox, &mount, args);
        says_go(&sandbox, &mount.root, NEW);
    }
    mount.remount("size=64m");
    sandbox.gvm(&["use", "1.23.1"]).ok();
    says_go(&sandbox, &mount.root, "1.23.1");
}

#[test]
fn an_archive_that_cannot_fit_is_refused_before_the_download() {
    let Some((sandbox, mount, mirror)) = store_on("mode=755,size=2m") else { return };
    mirror.add(FakeGo::new("1.23.1").padding(1 << 20));
    let run = refuses(&sandbox, &mount, &["use", "1.23.1"]);
    assert!(run.stderr.contains("not enough space"), "{run}");
    assert_eq!(mirror.requests_for("/dl/go1.23.1.linux-amd64.tar.gz").len(), 0);
}

#[test]
fn inodes_run_out_as_bytes_do() {
    let Some((sandbox, mount, mirror)) = store_on("mode=755,size=64m,nr_inodes=600") else { return };
    let many = (0..500).fold(FakeGo::new("1.23.1").padding(1000), |go, number| {
        go.extra_file(&format!("go/src/many/{number}"), 0o644, b"")
    });
    mirror.add(many);
    refuses(&sandbox, &mount, &["use", "1.23.1"]);
    says_go(&sandbox, &mount.root, NEW);
    mount.remount("nr_inodes=2000");
    sandbox.gvm(&["use", "1.23.1"]).ok();
    says_go(&sandbox, &mount.root, "1.23.1");
}

#[test]
fn a_full_disk_can_be_rolled_back_on() {
    let Some((sandbox, mount, _mirror)) = store_on("mode=755,size=8m") else { return };
    let ballast = fill(&mount.root);
    for version in [OLD, NEW, OLD, NEW] {
        sandbox.gvm(&["rollback"]).ok();
        says_go(&sandbox, &mount.root, version);
    }
    refuses(&sandbox, &mount, &["install", "1.23.1"]);
    sandbox.gvm(&["uninstall", "--force", OLD]).ok();
    says_go(&sandbox, &mount.root, NEW);
    fs::remove_file(ballast).unwrap();
    sandbox.gvm(&["use", "1.23.1"]).ok();
    says_go(&sandbox, &mount.root, "1.23.1");
}

#[test]
fn a_full_disk_can_be_removed_from_and_it_is_said_that_nothing_comes_back() {
    let Some((sandbox, mount, _mirror)) = store_on("mode=755,size=8m") else { return };
    sandbox.gvm(&["install", "1.23.1"]).ok();
    let ballast = fill(&mount.root);
    let run = sandbox.gvm(&["uninstall", "1.23.1", "--json"]).ok();
    let said = "removed go1.23.1, for good: the disk is too full to keep it in the trash\n";
    assert_eq!(run.stderr, said);
    assert!(run.stdout.contains("\"in_trash\": []"), "{run}");
    assert_eq!(tree_names(&mount.root.join("staging")), Vec::<String>::new());
    assert_eq!(tree_names(&mount.root.join("trash")), Vec::<String>::new());
    fs::remove_file(ballast).unwrap();
    says_go(&sandbox, &mount.root, NEW);
}

#[test]
fn a_full_disk_can_be_brought_back_on_and_the_trash_emptied() {
    let Some((sandbox, mount, _mirror)) = store_on("mode=755,size=8m") else { return };
    sandbox.gvm(&["install", "1.23.1"]).ok();
    for args in [&["undo"][..], &["prune", "--trash"]] {
        sandbox.gvm(&["uninstall", "1.23.1"]).ok();
        let ballast = fill(&mount.root);
        sandbox.gvm(args).ok();
        assert_eq!(tree_names(&mount.root.join("trash")), Vec::<String>::new(), "{args:?}");
        assert_eq!(mount.root.join("versions/go1.23.1").exists(), args == ["undo"]);
        says_go(&sandbox, &mount.root, NEW);
        fs::remove_file(ballast).unwrap();
    }
}

#[test]
fn whatever_number_of_inodes_is_left_removing_and_emptying_the_trash_works() {
    for left in 0..7 {
        let Some((sandbox, mount, _mirror)) = store_on("mode=755,size=8m,nr_inodes=400") else { return };
        sandbox.gvm(&["install", "1.23.1"]).ok();
        let ballast = take_inodes(&mount.root, left);
        let run = sandbox.gvm(&["uninstall", "1.23.1"]);
        assert_eq!(run.code, Some(0), "with {left} inodes left: {run}");
        assert!(
            !mount.root.join("versions/go1.23.1").exists() && !mount.root.join("bin/go1.23.1").is_symlink()
        );
        let is_kept = mount.root.join("trash/1/go1.23.1/bin/go").exists();
        assert_eq!(run.stderr.contains("for good"), !is_kept, "with {left} inodes left: {run}");
        says_go(&sandbox, &mount.root, NEW);
        let hint = sandbox.gvm(&["install", "1.23.1"]).fails(8);
        let said = "hint: `gvm-rs prune --trash` frees the ";
        assert_eq!(hint.stderr.contains(said), is_kept, "with {left} inodes left: {hint}");
        sandbox.gvm(&["prune", "--trash"]).ok();
        assert_eq!(tree_names(&mount.root.join("trash")), Vec::<String>::new(), "with {left} inodes left");
        assert_eq!(tree_names(&mount.root.join("staging")), Vec::<String>::new(), "with {left} inodes left");
        fs::remove_dir_all(ballast).unwrap();
        sandbox.gvm(&["use", "1.23.1"]).ok();
        says_go(&sandbox, &mount.root, "1.23.1");
    }
}

#[test]
fn whatever_number_of_inodes_is_left_an_undo_works_or_changes_nothing() {
    for left in 0..4 {
        let Some((sandbox, mount, _mirror)) = store_on("mode=755,size=8m,nr_inodes=400") else { return };
        sandbox.gvm(&["install", "1.23.1"]).ok();
        sandbox.gvm(&["uninstall", "1.23.1"]).ok();
        let ballast = take_inodes(&mount.root, left);
        let run = sandbox.gvm(&["undo"]);
        let is_back = mount.root.join("versions/go1.23.1/bin/go").exists();
        assert_eq!(run.code, Some(if is_back { 0 } else { 8 }), "with {left} inodes left: {run}");
        assert_eq!(mount.root.join("trash/1/go1.23.1/bin/go").exists(), !is_back, "with {left} inodes left");
        // Neither does it stand in the way of going back, which needs no room.
        sandbox.gvm(&["rollback"]).ok();
        says_go(&sandbox, &mount.root, OLD);
        sandbox.gvm(&["rollback"]).ok();
        fs::remove_dir_all(ballast).unwrap();
        assert_eq!(sandbox.gvm(&["undo", "1.23.1"]).code, Some(if is_back { 4 } else { 0 }));
        sandbox.gvm(&["use", "1.23.1"]).ok();
    }
}

#[test]
fn whatever_number_of_inodes_is_left_a_rollback_works() {
    for left in 0..7 {
        let Some((sandbox, mount, _mirror)) = store_on("mode=755,size=8m,nr_inodes=400") else { return };
        let ballast = take_inodes(&mount.root, left);
        let run = sandbox.gvm(&["rollback"]);
        assert_eq!(run.code, Some(0), "with {left} inodes left: {run}");
        says_go(&sandbox, &mount.root, OLD);
        assert_eq!(tree_names(&mount.root.join("staging")), Vec::<String>::new(), "with {left} inodes left");
        assert!(fs::symlink_metadata(mount.root.join(".current.new")).is_err());
        fs::remove_dir_all(ballast).unwrap();
        sandbox.gvm(&["use", NEW]).ok();
        says_go(&sandbox, &mount.root, NEW);
    }
}

#[test]
fn whatever_number_of_inodes_is_left_a_failed_install_leaves_nothing() {
    for left in 0..6 {
        let Some((sandbox, mount, _mirror)) = store_on("mode=755,size=8m,nr_inodes=400") else { return };
        let ballast = take_inodes(&mount.root, left);
        refuses(&sandbox, &mount, &["use", "1.23.1"]);
        says_go(&sandbox, &mount.root, NEW);
        fs::remove_dir_all(ballast).unwrap();
        sandbox.gvm(&["use", "1.23.1"]).ok();
    }
}

#[test]
fn a_new_store_on_a_full_disk_is_refused() {
    let sandbox = Sandbox::new();
    let Some(mount) = Mount::tmpfs(&sandbox, "mode=755,size=1m,nr_inodes=3") else { return };
    let mirror = crate::support::Mirror::start();
    mirror.add(FakeGo::new(NEW).padding(10));
    let sandbox = sandbox.with_mirror(&mirror).env("GVM_RS_HOME", &mount.root);
    is_refusal(&sandbox.gvm(&["use", NEW]), 8, &["No space left", "hint: "]);
    mount.remount("nr_inodes=500");
    sandbox.gvm(&["use", NEW]).ok();
    says_go(&sandbox, &mount.root, NEW);
}
