//! One command that installs several releases: as many downloads at once as asked, and a line that never idles.

use std::fs;

use crate::stage::{ALL, ONE, Stage, TWO, until};
use crate::support::Request;
use crate::support::archive::go_script;
use crate::watched::Watched;
use crate::witness::{names, tiny_go_with};

/// Starts `install` of all releases, each of which waits at a gate of its own.
fn install_all(stage: &Stage, downloads: &str) -> Watched {
    for version in ALL {
        stage.park(version, 100, version);
    }
    Watched::start(&stage.sandbox, &[&["install", "-j", downloads], &ALL[..]].concat())
}

/// Opens the gate of a request.
fn let_pass(stage: &Stage, request: &Request) {
    let version = ALL.iter().find(|version| request.path().contains(&format!("/go{version}.linux")));
    stage.mirror.open_gate(version.unwrap());
}

/// Waits until so many workers have all they need but a turn, and long enough for one that takes none.
fn let_others_start(stage: &Stage, workers: usize) {
    let cache = stage.sandbox.root().join("cache");
    until("the workers", || names(&cache).unwrap().len() >= workers);
    for _ in 0..5 {
        stage.sandbox.gvm(&["list"]).ok();
    }
}

#[test]
fn one_download_at_a_time_is_one() {
    let stage = Stage::with(&[]);
    let install = install_all(&stage, "1");
    let_others_start(&stage, 2);
    for k in 0..ALL.len() {
        stage.wait_for_archive_requests(k + 1);
        let requests = stage.archive_requests();
        assert_eq!(requests.len(), k + 1, "{requests:#?}");
        let_pass(&stage, &requests[k]);
    }
    install.end().ok();
    let requests = stage.archive_requests();
    for pair in requests.windows(2) {
        assert!(pair[0].finished.unwrap() < pair[1].started, "{requests:#?}");
    }
    stage.is_in_order(&ALL, None);
}

#[test]
fn of_two_downloads_at_a_time_one_is_always_under_way() {
    let stage = Stage::with(&[]);
    let install = install_all(&stage, "2");
    let_others_start(&stage, 3);
    for k in 0..ALL.len() {
        stage.wait_for_archive_requests((k + 2).min(ALL.len()));
        let_pass(&stage, &stage.archive_requests()[k]);
        until("the end of an answer", || stage.archive_requests()[k].finished.is_some());
    }
    install.end().ok();
    let requests = stage.archive_requests();
    for (k, request) in requests.iter().enumerate() {
        let others = requests.iter().filter(|other| other.in_flight_at(request.started)).count();
        assert!(others <= 1, "{others} others beside {request:#?}");
        let next = requests.get(k + 1).is_none_or(|next| next.in_flight_at(request.finished.unwrap()));
        assert!(next, "the line was idle after {request:#?}");
    }
    assert_eq!(requests.len(), ALL.len());
    stage.is_in_order(&ALL, None);
}

#[test]
fn the_next_download_runs_while_a_toolchain_is_proved() {
    let mut stage = Stage::with(&[]);
    let fifo = stage.sandbox.path().join("fifo");
    stage.sandbox.sh(&format!("mkfifo '{}'", fifo.display())).ok();
    let slow = format!("#!/bin/sh\nread -r line <'{}'\n{}", fifo.display(), go_script(ONE));
    stage.offer(ONE, tiny_go_with(ONE, &slow));
    let config = stage.sandbox.home().join(".config/gvm-rs");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "proof_timeout = 60\n").unwrap();
    stage.park(ONE, 100, ONE);
    let install = Watched::start(&stage.sandbox, &["install", "-j", "1", ONE, TWO]);
    stage.mirror.wait_for_requests(1);
    stage.mirror.open_gate(ONE);
    // Only the second one's arrival lets the first one's `go` say its version.
    stage.wait_for_archive_requests(2);
    until("the second download", || stage.archive_requests().iter().all(|r| r.finished.is_some()));
    fs::write(&fifo, "go on\n").unwrap();
    install.end().ok();
    let bin = stage.sandbox.root().join("bin");
    assert!(bin.join(format!("go{ONE}")).exists() && bin.join(format!("go{TWO}")).exists());
}

#[test]
fn one_release_that_fails_does_not_keep_the_others() {
    let stage = Stage::with(&[]);
    stage.mirror.swap_bytes(&format!("go{TWO}.linux-amd64.tar.gz"), b"not an archive".to_vec());
    let ended = Watched::start(&stage.sandbox, &[&["install", "-j", "2"], &ALL[..]].concat()).end();
    assert!(ended.code != Some(0) && ended.said("1 of 5 failed"), "{ended:?}");
    let others: Vec<&str> = ALL.into_iter().filter(|&version| version != TWO).collect();
    stage.is_in_order(&others, None);
}
