//! Several installs of one version: one downloads, the others wait and use what it brought.

use std::fs;

use rustix::process::Signal;

use crate::stage::{ONE, Stage, TWO, WAITS, until};
use crate::support::FakeGo;
use crate::support::mirror::{archive_path, sha256};
use crate::watched::Watched;

const INSTALL: &[&str] = &["install", ONE];

#[test]
fn many_installs_of_one_version_download_it_once() {
    for number in [2, 8] {
        let stage = Stage::with(&[]);
        stage.park(ONE, 100, "gate");
        let first = Watched::start(&stage.sandbox, INSTALL);
        stage.mirror.wait_at_gate("gate", 1);
        let others: Vec<_> = (1..number).map(|_| Watched::start(&stage.sandbox, INSTALL)).collect();
        others.iter().for_each(|other| other.wait_for(WAITS));
        stage.mirror.open_gate("gate");
        assert!(!first.end().ok().said("waiting"));
        for other in others {
            let ended = other.end().ok();
            assert!(ended.said("is installed already"), "{ended:?}");
        }
        assert_eq!(stage.requests(ONE).len(), 1);
        stage.is_in_order(&[ONE], None);
    }
}

#[test]
fn a_use_waits_for_the_install_beside_it_and_uses_the_result() {
    let stage = Stage::with(&[]);
    stage.park(ONE, 100, "gate");
    let install = Watched::start(&stage.sandbox, INSTALL);
    stage.mirror.wait_at_gate("gate", 1);
    let switch = Watched::start(&stage.sandbox, &["use", ONE]);
    switch.wait_for(WAITS);
    stage.mirror.open_gate("gate");
    install.end().ok();
    switch.end().ok();
    assert_eq!(stage.requests(ONE).len(), 1);
    stage.is_in_order(&[ONE], Some(ONE));
}

#[test]
fn a_download_whose_owner_is_killed_is_resumed_by_whoever_waits() {
    let mut stage = Stage::with(&[TWO]);
    let archive = FakeGo::new(ONE).padding(400 * 1024).build();
    let part = stage.part(&archive);
    stage.offer(ONE, archive);
    stage.park(ONE, 300 * 1024, "gate");
    let first = Watched::start(&stage.sandbox, INSTALL);
    // What came in one piece is on its way to the disk as soon as it is long enough.
    until("the first bytes", || fs::metadata(&part).is_ok_and(|meta| meta.len() >= 128 * 1024));
    let second = Watched::start(&stage.sandbox, INSTALL);
    second.wait_for(WAITS);
    assert_eq!(first.kill().signal, Some(Signal::KILL.as_raw()));
    second.end().ok();
    let requests = stage.requests(ONE);
    let range = requests[1].header("Range").unwrap().to_owned();
    let from: u64 = range.strip_prefix("bytes=").unwrap().trim_end_matches('-').parse().unwrap();
    assert!(from >= 128 * 1024, "{range}");
    assert_eq!((requests.len(), requests[1].status), (2, 206));
    stage.is_in_order(&[ONE, TWO], Some(TWO));
}

#[test]
fn whoever_waits_for_a_download_that_fails_starts_afresh() {
    let stage = Stage::with(&[TWO]);
    let file = format!("go{ONE}.linux-amd64.tar.gz");
    let right = crate::witness::tiny_go(ONE);
    let wrong: Vec<u8> = right.iter().map(|byte| !byte).collect();
    stage.mirror.swap_bytes(&file, wrong);
    stage.park(ONE, 100, "gate");
    let first = Watched::start(&stage.sandbox, INSTALL);
    stage.mirror.wait_at_gate("gate", 1);
    // The answer under way keeps the wrong bytes.
    stage.mirror.swap_bytes(&file, right);
    let second = Watched::start(&stage.sandbox, INSTALL);
    second.wait_for(WAITS);
    stage.mirror.open_gate("gate");
    first.end().with(6);
    second.end().ok();
    let requests = stage.requests(ONE);
    assert_eq!((requests.len(), requests[1].header("Range")), (2, None));
    stage.is_in_order(&[ONE, TWO], Some(TWO));
}

#[test]
fn a_wait_for_a_download_ends_with_the_lock_timeout() {
    let stage = Stage::with(&[TWO]);
    stage.park(ONE, 100, "gate");
    let archive = crate::witness::tiny_go(ONE);
    fs::write(stage.part(&archive), &archive[..200]).unwrap();
    let first = Watched::start(&stage.sandbox, INSTALL);
    stage.mirror.wait_at_gate("gate", 1);
    for seconds in ["0", "1"] {
        let ended = Watched::start(&stage.sandbox, &["--lock-timeout", seconds, "install", ONE]).end();
        let ended = ended.with(75);
        // The archive's own bytes are no note.
        assert!(!ended.said("(") && ended.stderr.is_ascii(), "{ended:?}");
    }
    stage.mirror.open_gate("gate");
    first.end().ok();
    assert_eq!(stage.requests(ONE).len(), 1);
    stage.is_in_order(&[ONE, TWO], Some(TWO));
}

#[test]
fn half_a_download_never_takes_the_name_of_a_kept_archive() {
    let stage = Stage::with(&[]);
    let archive = crate::witness::tiny_go(ONE);
    let kept = stage.sandbox.root().join(format!("cache/{}.tar.gz", sha256(&archive)));
    for _ in 0..2 {
        stage.sandbox.gvm(&["install", "--keep-archives", ONE]).ok();
        assert_eq!(fs::read(&kept).unwrap(), archive);
        assert!(!stage.part(&archive).exists());
        stage.sandbox.gvm(&["uninstall", ONE]).ok();
        fs::write(stage.part(&archive), &archive[..200]).unwrap();
    }
    assert_eq!(stage.mirror.requests_for(&archive_path(ONE, "linux-amd64")).len(), 1);
}
