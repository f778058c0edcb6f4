//! Archives that unpack well and are not what they claim, or do not work.

use crate::scene::{NEW, Scene};
use crate::support::{Broken, FakeGo};

const GO: &str = "go/bin/go";

fn small() -> FakeGo {
    FakeGo::new(NEW).padding(1000)
}

fn script(lines: &str) -> FakeGo {
    small().extra_file(GO, 0o755, format!("#!/bin/sh\n{lines}\n").as_bytes())
}

#[test]
fn a_go_that_is_not_what_it_claims_is_not_installed() {
    let version_file = small().extra_file("go/VERSION", 0o644, b"go1.22.4\n");
    let escapes = small().extra_file("go/VERSION", 0o644, b"\x1b]0;evil\x07\n");
    for (go, says) in [
        (small().reports_version("1.22.4"), "says it is `go1.22.4"),
        (version_file, "says it is `go1.22.4`"),
        (escapes, "\\u{1b}]0;evil\\u{7}"),
        (small().extra_file("go/VERSION", 0o644, &[b'v'; 5000]), "VERSION"),
        (small().extra_file("go/VERSION/below", 0o644, b"x"), "VERSION"),
        (script("echo go version go1.22.4 linux/amd64"), "says it is `go version go1.22.4"),
        (script("echo go version go1.22.50 linux/amd64"), "says it is `go version go1.22.50"),
        (script("printf '\\033]0;evil\\007'"), "\\u{1b}]0;evil\\u{7}"),
        (script("printf '\\377\\376'"), "cannot"),
        (script("echo 'broken \\033[31m' >&2; exit 1"), "broken"),
        (script("kill -9 $$"), "signal 9"),
        (script("yes | head -c 3000 >&2; exit 3"), "exit code 3"),
        (small().broken_binary(Broken::ExitsOne), "this one is broken"),
        (small().broken_binary(Broken::Missing), "bin/go"),
        (small().broken_binary(Broken::NotExecutable), "bin/go"),
        (small().extra_file(GO, 0o755, b"\x7fELF nonsense"), "bin/go"),
        (small().extra_file(GO, 0o755, b"#!/nonexistent\n"), "bin/go"),
        (small().extra_file(GO, 0o755, b""), "bin/go"),
    ] {
        let scene = Scene::new();
        scene.offer(go.build());
        let run = scene.sandbox.gvm(&["use", NEW]);
        let before = scene.state();
        assert!(matches!(run.code, Some(6 | 7)), "{run}");
        scene.check(&run, run.code.unwrap(), &["cannot install go1.22.5", says], &before);
        assert!(scene.parts().is_empty(), "{run}");
    }
}

#[test]
fn a_go_that_hangs_is_given_up_and_leaves_no_process() {
    for hanging in [
        "while :; do :; done",
        "sleep 1000 & note $!; wait",
        "trap '' TERM INT HUP; sleep 1000 & note $!; wait",
    ] {
        let scene = Scene::new();
        scene.configure("proof_timeout = 1");
        scene.offer(noting(&scene, hanging).build());
        scene.refuses(
            &["use", NEW],
            7,
            &["cannot install go1.22.5", "bin/go version` did not end within 1 s"],
        );
        assert_all_ended(&scene);
    }
}

#[test]
fn a_go_that_leaves_a_child_behind_does_not_hold_the_install() {
    let scene = Scene::new();
    scene.configure("proof_timeout = 60");
    let leaving = "sleep 1000 & note $!; echo go version go1.22.5 linux/amd64";
    scene.offer(noting(&scene, leaving).build());
    scene.sandbox.gvm(&["install", NEW]).ok();
    assert_all_ended(&scene);
}

#[test]
fn a_go_that_never_stops_talking_is_given_up() {
    let scene = Scene::new();
    scene.configure("proof_timeout = 1");
    scene.offer(noting(&scene, "yes go version go1.22.5 & note $!; wait").build());
    scene.refuses(&["use", NEW], 7, &["cannot install go1.22.5", "bin/go version"]);
    assert_all_ended(&scene);
}

/// A `go` that writes the ids of its processes down, so that only those are looked at afterwards.
fn noting(scene: &Scene, lines: &str) -> FakeGo {
    let pids = scene.sandbox.path().join("pids");
    script(&format!("note() {{ echo $1 >>{}; }}\nnote $$\n{lines}", pids.display()))
}

/// Fails while a process that [`noting`] wrote down is alive; a zombie that nobody reaped yet is not.
fn assert_all_ended(scene: &Scene) {
    let pids = std::fs::read_to_string(scene.sandbox.path().join("pids")).unwrap();
    assert!(!pids.is_empty(), "the go did not run");
    for pid in pids.lines() {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
        assert!(matches!(state, None | Some('Z' | 'X')), "process {pid} still runs: {stat}");
    }
}
