//! The lock of the store: whoever waits is told for whom, nobody waits longer than asked, and readers never wait.

use std::fs::{self, File};
use std::io::Write as _;

use crate::stage::{ONE, Stage, THREE, TWO};
use crate::support::Sandbox;
use crate::watched::Watched;
use crate::witness::go_version;

const NOTE: &str = "process 4242: use 1.99.9";

/// Holds the lock as a frozen process would, with its note.
fn freeze(sandbox: &Sandbox) -> File {
    let mut file = File::options().write(true).open(sandbox.root().join("lock")).unwrap();
    file.lock().unwrap();
    file.set_len(0).unwrap();
    file.write_all(format!("{NOTE}\n").as_bytes()).unwrap();
    file
}

const WRITERS: [&[&str]; 6] = [
    &["use", TWO],
    &["use", THREE],
    &["install", THREE],
    &["rollback"],
    &["uninstall", "--force", TWO],
    &["prune"],
];

const READERS: [&[&str]; 11] = [
    &["list"],
    &["list", "--json"],
    &["current"],
    &["which"],
    &["where", TWO],
    &["history"],
    &["exec", TWO, "--", "go", "version"],
    &["env"],
    &["init", "bash"],
    &["install", TWO],
    &["cache", "ls"],
];

#[test]
fn whoever_waits_is_told_for_whom() {
    let stage = Stage::with(&[TWO, ONE]);
    let lock = freeze(&stage.sandbox);
    let waiting: Vec<_> = WRITERS[..2].iter().map(|args| Watched::start(&stage.sandbox, args)).collect();
    for mut waiting in waiting {
        waiting.wait_for(&format!("waiting for another gvm-rs that has the store ({NOTE})"));
        assert!(waiting.is_running());
    }
    drop(lock);
    let switch = Watched::start(&stage.sandbox, &["use", TWO]);
    switch.end().ok();
}

#[test]
fn a_waiting_command_goes_on_when_the_lock_is_free() {
    let stage = Stage::with(&[TWO, ONE]);
    let lock = freeze(&stage.sandbox);
    let waiting = Watched::start(&stage.sandbox, &["use", TWO]);
    waiting.wait_for(NOTE);
    assert_eq!(go_version(&stage.sandbox), Ok(Some(ONE.to_owned())));
    drop(lock);
    waiting.end().ok();
    stage.is_in_order(&[ONE, TWO], Some(TWO));
}

#[test]
fn a_writer_gives_up_after_the_lock_timeout_and_changes_nothing() {
    let stage = Stage::with(&[TWO, ONE]);
    let lock = freeze(&stage.sandbox);
    for args in WRITERS {
        let ended = Watched::start(&stage.sandbox, &[&["--lock-timeout", "0"], args].concat()).end().with(75);
        assert!(ended.said(NOTE), "{args:?}: {ended:?}");
    }
    Watched::start(&stage.sandbox, &["--lock-timeout", "1", "use", TWO]).end().with(75);
    let by_variable = stage.sandbox.gvm_with(&[("GVM_RS_LOCK_TIMEOUT", "0")], &["rollback"]).fails(75);
    assert!(by_variable.stderr.contains(NOTE), "{by_variable}");
    drop(lock);
    stage.is_in_order(&[ONE, TWO], Some(ONE));
}

#[test]
fn readers_never_wait() {
    let stage = Stage::with(&[TWO, ONE]);
    let lock = freeze(&stage.sandbox);
    for args in READERS {
        let ended = Watched::start(&stage.sandbox, &[&["--lock-timeout", "0"], args].concat()).end().ok();
        assert!(!ended.said("waiting"), "{args:?}: {ended:?}");
    }
    assert_eq!(go_version(&stage.sandbox), Ok(Some(ONE.to_owned())));
    // A note that would have been cut or replaced shows a reader that took the lock.
    assert_eq!(fs::read_to_string(stage.sandbox.root().join("lock")).unwrap(), format!("{NOTE}\n"));
    drop(lock);
}

#[test]
fn the_note_of_another_program_is_made_safe_to_print() {
    let stage = Stage::with(&[TWO, ONE]);
    let mut lock = freeze(&stage.sandbox);
    lock.write_all(b"second line").unwrap();
    for (note, shown) in
        [("\x1b]0;evil\x07", "(\\u{1b}]0;evil\\u{7})"), ("", "gvm-rs\n"), ("\u{202e}x", "(\\u{202e}x)")]
    {
        fs::write(stage.sandbox.root().join("lock"), note).unwrap();
        let ended = Watched::start(&stage.sandbox, &["--lock-timeout", "0", "rollback"]).end().with(75);
        assert!(ended.said(shown), "{note:?}: {ended:?}");
    }
}
