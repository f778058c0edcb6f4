//! Wrong answers where the archive should be.

use serde_json::json;

use crate::scene::{NEW, Scene};
use crate::support::mirror::INDEX;
use crate::support::{Behaviour, FakeGo, Mirror, Run};
use crate::{ARCHIVE, FILE};

fn behaving(steps: Vec<Behaviour>) -> Scene {
    let scene = Scene::new();
    scene.mirror.behave(ARCHIVE, steps);
    scene
}

#[test]
fn an_answer_that_is_no_archive_is_refused_and_leaves_nothing() {
    use Behaviour::*;
    for (step, code, says, requests) in [
        (Status(404), 5, "does not exist", 1),
        (Status(410), 5, "does not exist", 1),
        (Status(403), 5, "status 403", 1),
        (Status(500), 5, "status 500", 3),
        (Status(503), 5, "status 503", 3),
        (Status(429), 5, "status 429", 3),
        (Status(204), 5, "status 204", 1),
        (Status(206), 5, "status 206", 1),
        (Status(304), 5, "status 304", 1),
        (Status(416), 5, "status 416", 1),
        (RedirectLoop, 5, "redirect", 1),
        (RedirectTo("http://192.0.2.1/go.tar.gz".into()), 5, "not https", 1),
        (RedirectTo("ftp://127.0.0.1/x".into()), 5, "not https", 1),
        (RedirectTo("/dl/\u{1b}[2J".into()), 5, "no answer", 3),
        (RedirectTo("file:///etc/passwd".into()), 5, "status 302", 1),
        (RedirectTo("/dl/\u{9b}2J\u{202e}x".into()), 5, "does not exist", 1),
        (Html200, 5, "web page", 1),
        (Short, 5, "bytes", 1),
        (NotHttp, 5, "no answer", 3),
        (CloseAtOnce, 5, "no answer", 3),
        (HugeHeader, 5, "no answer", 3),
        (WrongLength(7), 5, "7 bytes", 1),
        (WrongLength(1 << 50), 5, "bytes", 1),
        (CutAfter(0), 5, "broke off after 0 bytes", 3),
        (ResetAfter(0), 5, "/dl/go1.22.5", 3),
        (Endless, 5, "longer than", 1),
        (FlipByte(5), 6, "is not the release: its sha256 is", 1),
    ] {
        let scene = behaving(vec![step.clone()]);
        let run = scene.refuses(&["use", NEW], code, &["cannot install go1.22.5", ARCHIVE, says, "hint: "]);
        let asked = scene.mirror.requests_for(ARCHIVE).len();
        assert!(
            asked == requests || matches!(step, Behaviour::RedirectLoop),
            "{step:?}: asked {asked} times: {run}"
        );
        assert!(run.stderr.lines().count() <= 8, "{step:?}: too much said: {run}");
    }
}

#[test]
fn a_server_that_recovers_is_enough() {
    use Behaviour::*;
    for steps in [
        vec![Status(500), Ok],
        vec![Status(503), Status(429), Ok],
        vec![CloseAtOnce, NotHttp, Ok],
        vec![RedirectTo("/dl/elsewhere".into())],
        vec![Chunked],
        vec![NoLength],
        vec![HugeHeader, Ok],
    ] {
        let scene = behaving(steps);
        scene.mirror.add_page("/dl/elsewhere", FakeGo::new(NEW).build());
        scene.recovers();
    }
}

#[test]
fn wrong_bytes_are_never_kept_and_the_next_run_fetches_all_anew() {
    let scene = behaving(vec![Behaviour::FlipByte(70_000), Behaviour::FlipByte(70_001), Behaviour::Ok]);
    for _ in 0..2 {
        scene.refuses(&["use", NEW], 6, &["is not the release", "and", "is right", "hint: "]);
    }
    scene.recovers();
    let asked = scene.mirror.requests_for(ARCHIVE);
    assert!(asked.iter().all(|request| request.header("Range").is_none()), "{asked:?}");
}

#[test]
fn a_size_that_the_index_has_wrong_is_refused() {
    for size in [1_u64, 100, 1 << 40, u64::MAX / 8] {
        let scene = Scene::new();
        scene.mirror.override_entry(FILE, |row| row["size"] = json!(size));
        let run = scene.sandbox.gvm(&["use", NEW]);
        let code = run.code.unwrap_or_default();
        // Nobody has the space for a huge one, and that is looked at first.
        assert!(matches!(code, 5 | 8), "{run}");
        scene.check(&run, code, &["hint: "], &scene.state());
        assert!(scene.parts().is_empty());
    }
}

#[test]
fn an_archive_of_unknown_size_is_installed_by_its_hash_alone() {
    for step in [Behaviour::Ok, Behaviour::NoLength, Behaviour::Chunked] {
        let scene = behaving(vec![step]);
        scene.mirror.override_entry(FILE, |row| row["size"] = json!(0));
        scene.recovers();
    }
}

#[test]
fn a_release_is_not_taken_from_an_index_that_lies_about_its_hash() {
    let scene = Scene::new();
    scene.mirror.override_entry(FILE, |row| row["sha256"] = json!("0".repeat(64)));
    scene.refuses(&["use", NEW], 6, &["is not the release", &"0".repeat(64)]);
    scene.mirror.override_entry(FILE, |row| row["sha256"] = json!(""));
    scene.refuses(&["use", NEW], 3, &[FILE, "has no published sha256"]);
}

#[test]
fn an_archive_from_a_directory_is_held_to_the_same_rules() {
    let scene = Scene::new();
    let directory = scene.sandbox.dir("local");
    let path = directory.join(FILE);
    let file_url = format!("file://{}", directory.display());
    let args = ["use", NEW, "--mirror", &file_url];
    let name = path.display().to_string();
    scene.refuses(&args, 5, &["cannot install go1.22.5", &name, "does not exist", "hint: "]);
    std::fs::create_dir(&path).unwrap();
    scene.refuses(&args, 5, &["cannot install go1.22.5", &name, "not a regular file"]);
    std::fs::remove_dir(&path).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
    scene.refuses(&args, 5, &["cannot install go1.22.5", &name, "not a regular file"]);
    std::fs::remove_file(&path).unwrap();
    let mut bytes = FakeGo::new(NEW).build();
    std::fs::write(&path, &bytes[..1000]).unwrap();
    scene.refuses(&args, 5, &["cannot install go1.22.5", &name, "bytes"]);
    bytes[1000] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    scene.refuses(&args, 6, &["cannot install go1.22.5", &name, "is not the release"]);
    bytes[1000] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    scene.sandbox.gvm(&args).ok();
    scene.says_go(NEW);
}

#[test]
fn one_bad_release_does_not_hold_up_the_others() {
    let scene = behaving(vec![Behaviour::Status(404)]);
    scene.mirror.add(FakeGo::new("1.23.1").padding(1000));
    let run = scene.sandbox.gvm(&["install", NEW, "1.23.1"]).fails(5);
    assert!(run.stderr.contains("installed go1.23.1") && run.stderr.contains("1 of 2 failed"), "{run}");
    assert!(scene.root.join("versions/go1.23.1/bin/go").exists());
    assert!(scene.parts().is_empty() && scene.staged().is_empty());
}

/// Runs without a named index, so that the hashes inside the program are the only ones.
fn use_official(scene: &Scene, version: &str, mirror: &Mirror) -> Run {
    let mut command = scene.sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["use", version]).env_remove("GVM_RS_INDEX").env("GVM_RS_MIRROR", mirror.base());
    scene.sandbox.start(command).wait()
}

#[test]
fn an_official_version_of_another_size_is_refused_without_an_index() {
    let scene = Scene::new();
    let mirror = Mirror::start();
    mirror.add(FakeGo::new(NEW));
    let before = scene.state();
    let run = use_official(&scene, NEW, &mirror);
    scene.check(&run, 5, &["cannot install go1.22.5", ARCHIVE, "are expected", "hint: "], &before);
    assert!(scene.parts().is_empty());
    assert_eq!(mirror.requests_for(INDEX).len(), 0);
    assert_eq!(mirror.requests().len(), 1);
}

#[test]
fn an_official_version_with_other_bytes_is_refused_without_an_index() {
    // The size of the real one, so that only the hash can tell them apart.
    let (version, size) = ("1.25.0", 59_659_213);
    let scene = Scene::new();
    let mirror = Mirror::start();
    mirror.add_bytes(version, "linux-amd64", vec![0; size]);
    let before = scene.state();
    let run = use_official(&scene, version, &mirror);
    scene.check(
        &run,
        6,
        &["cannot install go1.25.0", "is not the release: its sha256 is", "2852af0c"],
        &before,
    );
    assert!(scene.parts().is_empty());
    assert_eq!(mirror.requests_for(INDEX).len(), 0);
    assert_eq!(mirror.requests().len(), 1);
}
