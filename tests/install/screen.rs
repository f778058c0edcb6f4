//! What an install shows on a real terminal (through `script`), and what it does not show elsewhere.

use std::io::Read as _;
use std::process::Stdio;

use crate::needs;
use crate::stocked;
use crate::support::mirror::archive_path;
use crate::support::{Behaviour, FakeGo, Sandbox};

/// Runs the program on a terminal; calls `watch` with all that was shown so far, until the end.
fn on_a_terminal(sandbox: &Sandbox, args: &str, mut watch: impl FnMut(&str)) -> String {
    let mut command = sandbox.command("script");
    command
        .args(["-qec", &format!("{} {args}", env!("CARGO_BIN_EXE_gvm-rs")), "/dev/null"])
        .env("TERM", "xterm")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut screen = child.stdout.take().unwrap();
    let (mut shown, mut buffer) = (String::new(), [0; 4096]);
    loop {
        match screen.read(&mut buffer).unwrap() {
            0 => break,
            length => shown.push_str(&String::from_utf8_lossy(&buffer[..length])),
        }
        watch(&shown);
    }
    assert!(child.wait().unwrap().success(), "{shown}");
    shown
}

fn has_color(text: &str) -> bool {
    text.split("\x1b[")
        .skip(1)
        .any(|code| code.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'))
}

#[test]
fn a_terminal_shows_a_bar_with_bytes_speed_and_the_time_left() {
    if !needs::program("script") {
        return;
    }
    let (mirror, sandbox) = stocked(&[]);
    mirror.add(FakeGo::new("1.22.5").padding(900_000));
    let half = Behaviour::GateAfter { bytes: 450_000, gate: "half".into() };
    mirror.behave(&archive_path("1.22.5", "linux-amd64"), vec![half]);
    let shown = on_a_terminal(&sandbox, "install 1.22", |shown| {
        // The rest comes when the bar was seen to move.
        if shown.contains("kB/95") {
            mirror.open_gate("half");
        }
    });
    let bar = shown.split('\r').find(|line| line.contains("kB/95")).unwrap();
    let left = bar.trim_end().rsplit(' ').next().unwrap();
    assert!(bar.contains("go1.22.5 ") && bar.contains("B/s "), "{bar:?}");
    assert!(left.starts_with(|c: char| c.is_ascii_digit()) && left.ends_with(['s', 'm', 'h']), "{bar:?}");
    assert!(
        shown.contains("flushing to disk"),
        "what is left after the download has its own phase: {shown:?}"
    );
    assert!(shown.ends_with("installed go1.22.5 (unofficial)\r\n"), "{shown:?}");
    assert!(!shown.contains("downloading go1.22.5"), "the bar stands for the line: {shown:?}");
}

#[test]
fn no_color_and_a_dumb_terminal_are_respected() {
    if !needs::program("script") {
        return;
    }
    let (_mirror, sandbox) = stocked(&["1.22.5"]);
    assert!(has_color(&on_a_terminal(&sandbox, "use 1.22", |_| {})));
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let (_mirror, sandbox) = stocked(&["1.22.5"]);
        let args = format!("--version >/dev/null; {name}={value} {} use 1.22", env!("CARGO_BIN_EXE_gvm-rs"));
        let shown = on_a_terminal(&sandbox, &args, |_| {});
        assert!(shown.contains("note:") && !has_color(&shown), "{name}: {shown:?}");
    }
}

#[test]
fn quiet_says_nothing_and_verbose_says_more() {
    let (_mirror, sandbox) = stocked(&["1.22.5", "1.21.13"]);
    let run = sandbox.gvm(&["-q", "install", "1.22"]).ok();
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    let run = sandbox.gvm(&["install", "-v", "1.21"]).ok();
    for said in
        ["reading the release index from", "listed by", "go1.21.13: proving", "go1.21.13: flushing to disk"]
    {
        assert!(run.stderr.contains(said), "{said}: {run}");
    }
    sandbox.gvm(&["-q", "-v", "list"]).fails(2);
    let run = sandbox.gvm(&["-q", "install", "nonsense"]).fails(2);
    assert!(run.stderr.starts_with("error: `nonsense`"), "errors are told all the same: {run}");
}
