//! Kills `setup` and `teardown` before each durable step: every file of the user's is the old one or the new one,
//! whole, and the same command then does the rest and leaves nothing over.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use crate::support::{Sandbox, tree_names};
use crate::template::{program, steps};

const SETUP: &[&str] = &["setup", "--yes", "-q", "--shell", "bash", "--shell", "zsh", "--shell", "fish"];
const SESSION: &[&str] = &["setup", "--yes", "-q", "--systemd-only"];
const TEARDOWN: &[&str] = &["teardown", "--yes", "-q"];

type Files = BTreeMap<PathBuf, String>;

/// A home with a file of each kind: one to be changed, one behind a link, one without an end; others are to be made.
fn home() -> Sandbox {
    let sandbox = Sandbox::new();
    let (home, dotfiles) = (sandbox.home(), sandbox.dir("dotfiles"));
    fs::write(home.join(".bashrc"), "case $- in *i*) ;; *) return ;; esac\nx=1\n").unwrap();
    fs::write(dotfiles.join("zshrc"), "x=1").unwrap();
    symlink("../dotfiles/zshrc", home.join(".zshrc")).unwrap();
    let run = sandbox.dir("run");
    sandbox.env("XDG_RUNTIME_DIR", run).env("SHELL", "/bin/bash")
}

fn prepared(before: &[&[&str]]) -> Sandbox {
    let sandbox = home();
    for args in before {
        sandbox.gvm(args).ok();
    }
    sandbox
}

/// Every file of the user's, by its name below the sandbox.
fn files(sandbox: &Sandbox) -> Files {
    let names = tree_names(sandbox.path()).into_iter().filter(|name| !name.contains(".gvm-rs/"));
    let files = names.filter(|name| !name.ends_with('/') && !name.contains(" -> ") && name != "steps");
    let here = sandbox.path().display().to_string();
    let read =
        |name: &str| fs::read_to_string(sandbox.path().join(name)).unwrap().replace(&here, "[SANDBOX]");
    files.map(|name| (PathBuf::from(&name), read(&name))).collect()
}

fn directories(sandbox: &Sandbox) -> Vec<String> {
    let names = tree_names(sandbox.path()).into_iter();
    names.filter(|name| name.ends_with('/') && !name.contains(".gvm-rs/")).collect()
}

fn is_temporary(path: &Path) -> bool {
    let is_ours = |part: &str| {
        part.starts_with('.') && (part.ends_with(".gvm-rs-new") || part.ends_with(".gvm-rs-old"))
    };
    path.components().any(|part| part.as_os_str().to_str().is_some_and(is_ours))
}

/// Old or new, and whole; what a crash leaves besides has a name that nobody reads.
fn check_what_is_left(left: &Files, old: &Files, new: &Files) -> Result<(), String> {
    for (path, bytes) in left.iter().filter(|(path, _)| !is_temporary(path)) {
        if old.get(path) != Some(bytes) && new.get(path) != Some(bytes) {
            return Err(format!("{} is {bytes:?}", path.display()));
        }
    }
    let is_lost = |path: &&PathBuf| !left.contains_key(*path) && new.contains_key(*path);
    match old.keys().find(is_lost) {
        Some(lost) => Err(format!("{} is gone", lost.display())),
        None => Ok(()),
    }
}

fn die_before_each_step(before: &[&[&str]], args: &[&str], least: usize) {
    let done = prepared(before);
    let (old, old_directories) = (files(&done), directories(&done));
    let steps = steps(&done, args);
    assert!(steps.len() >= least, "only {} steps: {steps:#?}", steps.len());
    let (new, new_directories) = (files(&done), directories(&done));
    assert_ne!(old, new);
    for number in 1..=steps.len() {
        let sandbox = prepared(before);
        let step = &steps[number - 1];
        let output =
            program(&sandbox, args).env("GVM_RS_TEST_KILL_BEFORE", number.to_string()).output().unwrap();
        assert_eq!(output.status.signal(), Some(Signal::KILL.as_raw()), "{step}: {output:?}");
        let left = check_what_is_left(&files(&sandbox), &old, &new);
        assert_eq!(left, Ok(()), "killed before {number}, {step}");
        sandbox.gvm(args).ok();
        assert_eq!(files(&sandbox), new, "killed before {number}, {step}, and done again");
        assert_eq!(directories(&sandbox), new_directories, "killed before {number}, {step}, and done again");
        // However far it came, it can be taken back.
        sandbox.gvm(TEARDOWN).ok();
        if args[0] == "setup" {
            assert_eq!(files(&sandbox), old, "killed before {number}, {step}, and taken back");
            assert_eq!(directories(&sandbox), old_directories, "killed before {number}, {step}");
        }
    }
}

#[test]
fn a_setup_survives_a_kill_before_every_step() {
    die_before_each_step(&[], SETUP, 40);
}

#[test]
fn a_setup_of_the_session_survives_a_kill_before_every_step() {
    die_before_each_step(&[], SESSION, 15);
}

#[test]
fn a_teardown_survives_a_kill_before_every_step() {
    die_before_each_step(&[SETUP, SESSION], TEARDOWN, 25);
}

/// No file is renamed before its bytes are synced, and no rename is left unsynced.
#[test]
fn each_rename_of_a_users_file_stands_between_its_syncs() {
    let steps = steps(&home(), SETUP);
    let mut renames = 0;
    for (at, step) in steps.iter().enumerate() {
        let Some(target) = step.strip_prefix("rename ") else { continue };
        renames += 1;
        let parent = Path::new(target).parent().unwrap().display().to_string();
        let written = steps[..at].iter().rposition(|step| step.starts_with("write ")).unwrap();
        assert!(steps[written..at].iter().any(|step| step.starts_with("sync-file ")), "{target}: {steps:#?}");
        assert_eq!(steps[at + 1], format!("sync-dir {parent}"), "{steps:#?}");
    }
    assert!(renames >= 8, "{steps:#?}");
}
