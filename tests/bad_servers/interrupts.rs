//! Ctrl-C at bad moments.

use std::fs;

use rustix::process::Signal;

use crate::ARCHIVE;
use crate::scene::{NEW, Scene};
use crate::support::archive::go_script;
use crate::support::{Behaviour, FakeGo};

const GATE: &str = "held";

fn parked(bytes: u64) -> Scene {
    let scene = Scene::new();
    scene.mirror.behave(ARCHIVE, vec![Behaviour::GateAfter { bytes, gate: GATE.into() }, Behaviour::Ok]);
    scene
}

#[test]
fn an_interrupted_download_says_so_and_goes_on_in_the_next_run() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let scene = parked(150_000);
        let before = scene.state();
        let running = scene.sandbox.spawn(&["use", NEW]);
        scene.mirror.wait_at_gate(GATE, 1);
        wait_for_part(&scene, 1);
        running.signal(signal);
        let run = running.wait();
        scene.check(&run, 130, &["interrupted"], &before);
        let held = fs::metadata(scene.part()).unwrap().len();
        assert!(run.stderr.contains("kept for the next try") && held > 0, "{run}");
        scene.recovers();
        let asked = scene.mirror.requests_for(ARCHIVE);
        assert_eq!(asked.last().unwrap().header("Range"), Some(&*format!("bytes={held}-")));
    }
}

/// Waits until the download has so many bytes on disk; the mirror knows only what it sent.
fn wait_for_part(scene: &Scene, bytes: u64) {
    while scene.parts().is_empty() || fs::metadata(scene.part()).map_or(0, |meta| meta.len()) < bytes {
        std::thread::yield_now();
    }
}

#[test]
fn an_interrupt_before_the_first_byte_leaves_nothing() {
    let scene = Scene::new();
    scene.mirror.behave(ARCHIVE, vec![Behaviour::Gate(GATE.into())]);
    let before = scene.state();
    let running = scene.sandbox.spawn(&["use", NEW]);
    scene.mirror.wait_at_gate(GATE, 1);
    running.signal(Signal::INT);
    scene.check(&running.wait(), 130, &["interrupted"], &before);
    assert!(scene.parts().is_empty(), "{:?}", scene.parts());
}

#[test]
fn an_interrupt_while_the_index_is_awaited_ends_it() {
    let scene = Scene::new();
    scene.mirror.behave("/dl/index.json", vec![Behaviour::Gate(GATE.into())]);
    let before = scene.state();
    let running = scene.sandbox.spawn(&["use", NEW]);
    scene.mirror.wait_at_gate(GATE, 1);
    running.signal(Signal::INT);
    scene.check(&running.wait(), 130, &["interrupted"], &before);
}

#[test]
fn an_interrupted_proof_keeps_the_download_and_ends_the_go() {
    let scene = Scene::new();
    let pid = scene.sandbox.path().join("pid");
    // It hangs the first time and works afterwards, so that the next run can show what it fetched.
    let go = format!(
        "#!/bin/sh\nif [ ! -e {0} ]; then echo $$ >{0}.new; mv {0}.new {0}; while :; do :; done; fi\n{1}",
        pid.display(),
        go_script(NEW)
    );
    scene.configure("proof_timeout = 60");
    scene.mirror.add(FakeGo::new(NEW).extra_file("go/bin/go", 0o755, go.as_bytes()));
    let before = scene.state();
    let running = scene.sandbox.spawn(&["use", NEW]);
    while !pid.exists() {
        std::thread::yield_now();
    }
    running.signal(Signal::INT);
    let run = running.wait();
    scene.check(&run, 130, &["interrupted", "kept for the next try"], &before);
    assert!(
        !std::path::Path::new("/proc").join(fs::read_to_string(&pid).unwrap().trim()).join("exe").exists()
    );
    assert_eq!(scene.parts().len(), 1, "what was downloaded is kept: {run}");
    scene.recovers();
    assert_eq!(scene.mirror.requests_for(ARCHIVE).len(), 1, "nothing is fetched twice");
}

#[test]
fn an_interrupted_install_of_several_keeps_what_was_finished() {
    let scene = parked(150_000);
    scene.mirror.add(FakeGo::new("1.23.1").padding(1000));
    let running = scene.sandbox.spawn(&["install", NEW, "1.23.1"]);
    scene.mirror.wait_at_gate(GATE, 1);
    let other = scene.root.join("versions/go1.23.1");
    while !other.exists() {
        std::thread::yield_now();
    }
    running.signal(Signal::INT);
    let run = running.wait().fails(130);
    assert!(run.stderr.contains("interrupted"), "{run}");
    assert_eq!(scene.staged(), Vec::<String>::new());
    scene.sandbox.gvm(&["use", "1.23.1"]).ok();
    scene.says_go("1.23.1");
}
