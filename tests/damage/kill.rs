//! Kills a repair before each of its durable steps: `go` is never lost by it, and the next repair ends the work.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;

use crate::store::{ALL, CURRENT, OLD, SISTER, Store, overwrite, remove};

/// Damages a store, and has a repair of that killed before each step.
fn survives_every_kill(least: usize, damage: impl Fn(&Store)) {
    let begin = || {
        let store = Store::new();
        damage(&store);
        store
    };
    let store = begin();
    let log = store.sandbox.path().join("steps");
    let output = repair(&store).env("GVM_RS_TEST_STEPS", &log).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let steps: Vec<String> = fs::read_to_string(log).unwrap().lines().map(str::to_owned).collect();
    assert!(steps.len() >= least, "only {} steps: {steps:#?}", steps.len());
    let failures: Vec<String> = (1..=steps.len())
        .filter_map(|number| {
            let told = is_killed_and_recovers(&begin(), number).err()?;
            Some(format!("killed before {number}, {}: {told}", steps[number - 1]))
        })
        .collect();
    assert!(failures.is_empty(), "{} steps:\n{}", steps.len(), failures.join("\n"));
}

fn repair(store: &Store) -> Command {
    let mut command = store.sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["repair", "--all"]);
    command
}

fn is_killed_and_recovers(store: &Store, number: usize) -> Result<(), String> {
    let before = store.go();
    let output = repair(store).env("GVM_RS_TEST_KILL_BEFORE", number.to_string()).output().unwrap();
    if output.status.signal() != Some(9) {
        return Err(format!("was not killed: {output:?}"));
    }
    if before.is_some() && store.go() != before {
        return Err(format!("go was {before:?} and is {:?}", store.go()));
    }
    let output = repair(store).output().unwrap();
    if !output.status.success() {
        return Err(format!("the next repair failed: {output:?}"));
    }
    store.is_whole(&ALL)?;
    if store.go().as_deref() != Some(CURRENT) {
        return Err(format!("in the end go is {:?}", store.go()));
    }
    let verify = store.sandbox.gvm(&["verify", "--all"]);
    if verify.code == Some(0) { Ok(()) } else { Err(format!("is still damaged: {verify}")) }
}

/// A tree that is on its way into the trash, out of it, or away, is not one that somebody lost.
#[test]
fn a_removal_that_was_killed_is_no_damage() {
    let uninstall = &["uninstall", "--force", OLD][..];
    let purge = &["uninstall", "--force", "--purge", OLD][..];
    let undo = &["undo", OLD][..];
    for (before, args) in [(None, uninstall), (None, purge), (Some(uninstall), undo)] {
        let begin = || {
            let store = Store::new();
            before.iter().for_each(|args| drop(store.sandbox.gvm(args).ok()));
            let mut command = store.sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
            command.args(args);
            (store, command)
        };
        let (store, mut command) = begin();
        let log = store.sandbox.path().join("steps");
        assert!(command.env("GVM_RS_TEST_STEPS", &log).output().unwrap().status.success());
        let steps = fs::read_to_string(log).unwrap().lines().count();
        assert!(steps > 5, "{args:?} has {steps} steps");
        for number in 1..=steps {
            let (store, mut command) = begin();
            let output = command.env("GVM_RS_TEST_KILL_BEFORE", number.to_string()).output().unwrap();
            assert_eq!(output.status.signal(), Some(9), "{args:?} before {number}: {output:?}");
            let verify = store.sandbox.gvm(&["verify", "--all"]);
            assert!(!verify.stdout.contains("versions/"), "{args:?} before {number}: {verify}");
            store.sandbox.gvm(&["cache", "clean"]).ok();
            let verify = store.sandbox.gvm(&["verify", "--all"]);
            assert_eq!(verify.code, Some(0), "{args:?} before {number}: {verify}");
        }
    }
}

fn relink(link: &Path, target: &str) {
    remove(link);
    symlink(target, link).unwrap();
}

#[test]
fn a_repair_of_files_survives_a_kill_before_every_step() {
    survives_every_kill(40, |store| {
        let tree = store.tree(CURRENT);
        overwrite(&tree.join("src/own.go"), |bytes| bytes[0] ^= 1);
        overwrite(&tree.join("bin/gofmt"), |bytes| bytes.push(b'\n'));
        remove(&tree.join("src/io"));
        fs::create_dir(tree.join("added")).unwrap();
        fs::write(tree.join("added/more"), "x").unwrap();
    });
}

#[test]
fn a_repair_of_a_lost_tree_survives_a_kill_before_every_step() {
    survives_every_kill(30, |store| remove(&store.tree(SISTER)));
    survives_every_kill(30, |store| remove(&store.tree(CURRENT)));
}

#[test]
fn a_repair_of_manifests_survives_a_kill_before_every_step() {
    survives_every_kill(40, |store| {
        overwrite(&store.manifest(CURRENT), |bytes| bytes.truncate(400));
        overwrite(&store.tree(CURRENT).join("src/own.go"), |bytes| bytes[0] ^= 1);
        remove(&store.manifest(OLD));
    });
}

#[test]
fn a_repair_of_links_and_generations_survives_a_kill_before_every_step() {
    survives_every_kill(20, |store| {
        relink(&store.root.join("current"), "generations/99");
        relink(&store.root.join("previous"), "/etc");
        relink(&store.root.join("bin/gofmt"), "/bin/false");
        remove(&store.root.join("generations/3/go"));
        remove(&store.root.join("generations/4/record.json"));
        remove(&store.root.join("layout"));
        fs::remove_file(store.root.join("bin/go")).unwrap();
        fs::create_dir(store.root.join("bin/go")).unwrap();
    });
}

/// A power cut spares only what was synced: the files before they get their names, the names before the end.
#[test]
fn files_are_durable_before_they_are_put_in_place_and_their_names_before_success() {
    let store = Store::new();
    let tree = store.tree(CURRENT);
    overwrite(&tree.join("src/own.go"), |bytes| bytes[0] ^= 1);
    remove(&tree.join("src/io"));
    let log = store.sandbox.path().join("steps");
    let output = repair(&store).env("GVM_RS_TEST_STEPS", &log).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let log = fs::read_to_string(log).unwrap();
    let steps: Vec<(&str, &Path)> = log
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(step, path)| (step, Path::new(path)))
        .collect();
    let puts: Vec<usize> = (0..steps.len()).filter(|&at| steps[at].0 == "put").collect();
    assert_eq!(puts.len(), 3, "{log}");
    for at in puts {
        let path = steps[at].1;
        let flushed = steps[..at].iter().rposition(|(step, _)| *step == "sync-tree").expect("a flush");
        let late = steps[flushed..at]
            .iter()
            .find(|(step, path)| *step == "write" && path.to_string_lossy().contains("copy-"));
        assert_eq!(late, None, "written after the flush, before {}", path.display());
        let synced = |(step, synced): &(&str, &Path)| *step == "sync-dir" && Some(*synced) == path.parent();
        assert!(steps[at..].iter().any(synced), "{} was not made durable: {log}", path.display());
    }
    let made: Vec<&Path> = steps
        .iter()
        .filter(|(step, path)| *step == "create-dir" && path.starts_with(&tree))
        .map(|(_, path)| *path)
        .collect();
    assert_eq!(made.len(), 2, "{log}");
    for path in made {
        let at = steps.iter().position(|step| *step == ("create-dir", path)).unwrap();
        assert!(steps[at..].contains(&("sync-dir", path.parent().unwrap())), "{log}");
    }
}
