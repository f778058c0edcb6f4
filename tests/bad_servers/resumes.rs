//! Downloads that break off, and what lies in the cache from before.

use std::fs;
use std::path::PathBuf;

use crate::scene::{Left, NEW, Scene};
use crate::support::mirror::sha256;
use crate::support::{Behaviour, FakeGo, Request};
use crate::{ARCHIVE, FILE};

fn archive() -> Vec<u8> {
    FakeGo::new(NEW).build()
}

fn ranges(scene: &Scene) -> Vec<Option<String>> {
    let range = |request: &Request| request.header("Range").map(str::to_owned);
    scene.mirror.requests_for(ARCHIVE).iter().map(range).collect()
}

fn from(position: usize) -> Option<String> {
    Some(format!("bytes={position}-"))
}

fn part(scene: &Scene) -> PathBuf {
    scene.root.join("cache").join(format!("{}.part", sha256(&archive())))
}

#[test]
fn a_broken_connection_goes_on_in_the_same_run() {
    let whole = archive().len() as u64;
    for at in [1, 511, 65_536, 150_000, whole - 1] {
        for step in [Behaviour::CutAfter(at), Behaviour::ResetAfter(at)] {
            let scene = Scene::new();
            scene.mirror.behave(ARCHIVE, vec![step.clone(), Behaviour::Ok]);
            scene.recovers();
            let [_, second] = &scene.mirror.requests_for(ARCHIVE)[..] else {
                panic!("{step:?}: two requests")
            };
            // What a reset throws away was never here.
            if matches!(step, Behaviour::CutAfter(_)) {
                assert_eq!(second.header("Range"), from(at as usize).as_deref());
            }
            if second.header("Range").is_some() {
                assert!(second.header("If-Range").is_some(), "{step:?}: {second:?}");
            }
        }
    }
}

#[test]
fn a_server_that_is_no_help_with_the_rest_is_asked_for_the_whole() {
    for steps in [
        vec![Behaviour::CutAfter(70_000), Behaviour::IgnoreRange],
        vec![Behaviour::CutAfter(70_000), Behaviour::WrongRange],
        vec![Behaviour::CutAfter(70_000), Behaviour::EtagChanges],
        vec![Behaviour::CutAfter(70_000), Behaviour::Status(416), Behaviour::Ok],
        vec![Behaviour::CutAfter(70_000), Behaviour::Status(500), Behaviour::Ok],
    ] {
        let scene = Scene::new();
        println!("{steps:?}");
        scene.mirror.behave(ARCHIVE, steps);
        scene.recovers();
    }
}

#[test]
fn a_connection_that_never_holds_keeps_what_came_for_the_next_run() {
    let scene = Scene::new();
    scene.mirror.behave(ARCHIVE, vec![Behaviour::CutAfter(70_000), Behaviour::CloseAtOnce]);
    let says = ["cannot install go1.22.5", ARCHIVE, "hint: check the network or proxy"];
    scene.refuses_but(&["use", NEW], 5, &says, Left::Part);
    assert_eq!(fs::read(scene.part()).unwrap(), archive()[..70_000]);
    scene.mirror.behave(ARCHIVE, vec![Behaviour::Ok]);
    scene.recovers();
    assert_eq!(ranges(&scene).last().unwrap(), &from(70_000));
}

#[test]
fn only_a_transfer_that_began_is_said_to_go_on() {
    for (step, says, hint) in [
        (Behaviour::CutAfter(0), "broke off", "hint: try again: the same command goes on"),
        (Behaviour::CloseAtOnce, "no answer", "hint: check the network or proxy, or name another source"),
    ] {
        let scene = Scene::new();
        scene.mirror.behave(ARCHIVE, vec![step]);
        scene.refuses(&["use", NEW], 5, &["cannot install go1.22.5", says, hint]);
    }
}

#[test]
fn half_a_download_of_an_earlier_run_costs_only_the_other_half() {
    for (held, ranged) in
        [(1, true), (100_000, true), (archive().len() - 1, true), (archive().len(), false), (0, false)]
    {
        let scene = Scene::new();
        fs::write(part(&scene), &archive()[..held]).unwrap();
        scene.recovers();
        let expected = if ranged {
            vec![from(held)]
        } else if held == 0 {
            vec![None]
        } else {
            vec![]
        };
        assert_eq!(ranges(&scene), expected, "{held}");
        let sent: u64 = scene.mirror.requests_for(ARCHIVE).iter().map(|request| request.sent).sum();
        assert_eq!(sent, (archive().len() - held) as u64);
    }
}

#[test]
fn half_a_download_and_a_server_without_ranges_still_installs_in_one_run() {
    for step in [
        Behaviour::IgnoreRange,
        Behaviour::WrongRange,
        Behaviour::EtagChanges,
        Behaviour::NoLength,
        Behaviour::Chunked,
    ] {
        let scene = Scene::new();
        println!("{step:?}");
        fs::write(part(&scene), &archive()[..100_000]).unwrap();
        scene.mirror.behave(ARCHIVE, vec![step]);
        scene.recovers();
    }
}

#[test]
fn garbage_from_before_is_thrown_away_in_the_same_run() {
    let whole = archive().len();
    let mut flipped = archive();
    flipped[10] ^= 1;
    for garbage in [
        vec![b'x'; 1],
        vec![0; 100_000],
        vec![b'x'; whole],
        flipped,
        vec![b'x'; whole + 1],
        vec![0; 5 * whole],
    ] {
        let scene = Scene::new();
        fs::write(part(&scene), &garbage).unwrap();
        let run = scene.recovers();
        assert_eq!(ranges(&scene).last().unwrap(), &None, "{run}");
    }
}

#[test]
fn a_download_that_is_no_file_is_told_and_not_followed() {
    let scene = Scene::new();
    let victim = scene.sandbox.home().join("victim");
    fs::write(&victim, "untouched").unwrap();
    std::os::unix::fs::symlink(&victim, part(&scene)).unwrap();
    let run = scene.sandbox.gvm(&["use", NEW]);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    scene.check(&run, 8, &[".part", "cannot open"], &scene.state());
}

#[test]
fn a_kept_archive_that_went_bad_is_fetched_again_in_the_same_run() {
    let whole = archive();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let longer = [&whole[..], b"more"].concat();
    for bad in [flipped, whole[..whole.len() / 2].to_vec(), Vec::new(), longer, b"<html>".to_vec()] {
        let scene = Scene::new();
        let kept = scene.root.join("cache").join(format!("{}.tar.gz", sha256(&whole)));
        scene.sandbox.gvm(&["install", NEW, "--keep-archives"]).ok();
        assert_eq!(fs::read(&kept).unwrap(), whole);
        scene.sandbox.gvm(&["uninstall", NEW]).ok();
        fs::write(&kept, bad).unwrap();
        let run = scene.sandbox.gvm(&["use", NEW, "--offline"]).fails(5);
        assert!(run.stderr.contains("offline"), "{run}");
        let run = scene.sandbox.gvm(&["install", NEW, "--keep-archives"]).ok();
        assert_eq!(fs::read(&kept).unwrap(), whole, "{run}");
        assert_eq!(ranges(&scene), [None, None]);
    }
}

#[test]
fn a_kept_archive_needs_no_network() {
    let scene = Scene::new();
    scene.sandbox.gvm(&["install", NEW, "--keep-archives"]).ok();
    scene.sandbox.gvm(&["uninstall", NEW]).ok();
    scene.mirror.behave(ARCHIVE, vec![Behaviour::Status(500)]);
    scene.recovers();
    assert_eq!(ranges(&scene), [None]);
}

#[test]
fn a_kept_archive_that_is_no_file_does_not_hang_or_stop_an_install() {
    for make in [make_fifo as fn(&PathBuf), |path: &PathBuf| fs::create_dir(path).unwrap()] {
        let scene = Scene::new();
        let kept = scene.root.join("cache").join(format!("{}.tar.gz", sha256(&archive())));
        make(&kept);
        scene.recovers();
    }
}

fn make_fifo(path: &PathBuf) {
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
}

#[test]
fn the_mirror_file_name_is_the_one_that_is_asked_for() {
    let scene = Scene::new();
    scene.recovers();
    assert!(scene.mirror.requests().iter().all(|request| request.method == "GET"));
    assert_eq!(scene.mirror.requests_for(&format!("/dl/{FILE}")).len(), 1);
}
