//! Signals: they reach the command, and gvm-rs lives on to clean up after it. Where it is killed itself, the command
//! keeps its toolchain, and the next writer sweeps.

use std::os::unix::process::CommandExt as _;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::support::{Behaviour, FakeGo, Spawned};
use crate::{Stage, is_alive, until};

/// Starts the program as a terminal does: in a process group of its own, which gets the signals of the keyboard.
fn start(stage: &Stage, args: &[&str]) -> Spawned {
    let mut command = stage.sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(args).process_group(0);
    stage.sandbox.start(command)
}

fn ctrl_c(run: &Spawned) {
    kill_process_group(Pid::from_raw(run.pid() as i32).unwrap(), Signal::INT).unwrap();
}

#[test]
fn a_ctrl_c_is_the_commands_and_its_exit_code_counts() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let script = "trap 'kill $!; exit 42' INT; tail -f /dev/null & : >ready; wait";
    let run = start(&stage, &["try", "1.22", "--", "sh", "-c", script]);
    until("the command", || stage.exists("ready"));
    ctrl_c(&run);
    run.wait().fails(42);
    stage.is_unchanged();
    // One that does not listen dies of it.
    let run = start(&stage, &["try", "1.22", "--", "sh", "-c", ": >deaf; exec tail -f /dev/null"]);
    until("the command", || stage.exists("deaf"));
    ctrl_c(&run);
    run.wait().fails(130);
    stage.is_unchanged();
}

#[test]
fn no_number_of_ctrl_c_ends_gvm_rs_before_the_command() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    // The trap itself ends it: a loop that looks at n could look just before the last signal, and wait for ever.
    let script = "n=0; trap 'n=$((n+1)); : >heard$n; [ $n -lt 4 ] || { kill $!; exit 44; }' INT; \
                  tail -f /dev/null & : >ready; while :; do wait; done";
    let run = start(&stage, &["try", "1.22", "--", "sh", "-c", script]);
    until("the command", || stage.exists("ready"));
    for n in 1..=4 {
        ctrl_c(&run);
        until("the trap", || stage.exists(&format!("heard{n}")));
    }
    run.wait().fails(44);
    stage.is_unchanged();
}

#[test]
fn a_signal_to_gvm_rs_alone_is_passed_on() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    for (signal, name, code) in [(Signal::TERM, "TERM", 45), (Signal::HUP, "HUP", 46)] {
        let script = format!("trap 'kill $!; exit {code}' {name}; tail -f /dev/null & : >{name}; wait");
        let run = start(&stage, &["try", "1.22", "--", "sh", "-c", &script]);
        until("the command", || stage.exists(name));
        run.signal(signal);
        run.wait().fails(code);
        stage.is_unchanged();
    }
}

#[test]
fn a_ctrl_c_during_the_download_leaves_nothing_either() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    // More than what the program gathers before it writes.
    stage.mirror.add(FakeGo::new("1.22.5").padding(800_000));
    let parked = Behaviour::GateAfter { bytes: 600_000, gate: "half".to_owned() };
    stage.mirror.behave_archive("1.22.5", vec![parked]);
    for args in [
        &["try", "1.22", "--", "go", "version"][..],
        &["matrix", "1.22", "--", "go", "version"],
        &[
            "bisect",
            "--good",
            "1.22.5",
            "--bad",
            "1.21.13",
            "--",
            "sh",
            "-c",
            "case $(go version) in *1.21*) exit 1;; esac",
        ],
    ] {
        let run = start(&stage, args);
        until("half an archive", || {
            let cache = std::fs::read_dir(stage.sandbox.root().join("cache")).unwrap();
            cache.flatten().any(|entry| entry.metadata().is_ok_and(|meta| meta.len() >= 1000))
        });
        ctrl_c(&run);
        let run = run.wait().fails(130);
        assert!(run.stderr.ends_with("error: interrupted; nothing is left behind\n"), "{run}");
        stage.is_unchanged();
    }
    stage.mirror.open_gate("half");
}

#[test]
fn a_download_that_breaks_off_is_gone_on_with() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    std::fs::write(stage.sandbox.home().join("quick.toml"), "retries = 1\nretry_delay_ms = 1\n").unwrap();
    stage
        .mirror
        .behave_archive("1.22.5", vec![Behaviour::CutAfter(1000), Behaviour::Status(503), Behaviour::Ok]);
    let quick = [("GVM_RS_CONFIG", "quick.toml")];
    let run = stage.sandbox.gvm_with(&quick, &["try", "1.22", "--", "go", "version"]).fails(5);
    assert!(run.stderr.contains("hint: "), "{run}");
    let run = stage.gvm(&["try", "1.22", "--", "go", "version"]).ok();
    assert!(run.stderr.contains("are here"), "{run}");
}

#[test]
fn a_killed_trial_leaves_its_command_alone_until_that_ends() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let script = "echo $$ >id.new; mv id.new id; mkfifo go; read line <go; go version >after; : >done";
    let run = start(&stage, &["try", "1.22", "--", "sh", "-c", script]);
    until("the command", || stage.exists("id") && stage.exists("go"));
    kill_process(Pid::from_raw(run.pid() as i32).unwrap(), Signal::KILL).unwrap();
    // Writers come by, and sweep.
    stage.sandbox.gvm(&["use", "1.21"]).ok();
    stage.sandbox.gvm(&["cache", "clean"]).ok();
    assert!(is_alive(&stage.lines("id")[0]));
    std::fs::write(stage.sandbox.home().join("go"), "on\n").unwrap();
    until("the end of the command", || stage.exists("done"));
    assert_eq!(stage.lines("after"), ["go version go1.22.5 linux/amd64"]);
    until("its death", || !is_alive(&stage.lines("id")[0]));
    drop(run.wait());
    stage.sandbox.gvm(&["cache", "clean"]).ok();
    stage.is_unchanged();
}

#[test]
fn an_interrupted_matrix_shows_what_it_has_and_leaves_nothing() {
    let stage = Stage::of(&["1.21.13", "1.22.5", "1.23.1"]);
    let script =
        "case $(go version) in *1.21*) exit 0;; esac; echo $$ >id.new; mv id.new id; exec tail -f /dev/null";
    let run = start(&stage, &["matrix", "1.21", "1.22", "1.23", "--", "sh", "-c", script]);
    until("the second run", || stage.exists("id"));
    ctrl_c(&run);
    let run = run.wait().fails(130);
    let words: Vec<Vec<&str>> =
        run.stdout.lines().skip(1).map(|line| line.split_whitespace().take(2).collect()).collect();
    assert_eq!(words, [["go1.21.13", "ok"], ["go1.22.5", "not"], ["go1.23.1", "not"]], "{run}");
    assert!(!is_alive(&stage.lines("id")[0]));
    stage.is_unchanged();
}

#[test]
fn a_command_that_ignores_a_ctrl_c_does_not_keep_a_bisection() {
    let stage = Stage::of(&["1.21.13", "1.22.5", "1.23.1"]);
    let script = "trap '' INT; echo $$ >id.new; mv id.new id; tail -f /dev/null";
    let run = start(&stage, &["bisect", "--good", "1.22.5", "--bad", "1.23", "--", "sh", "-c", script]);
    until("the first run", || stage.exists("id"));
    ctrl_c(&run);
    let run = run.wait().fails(130);
    assert!(run.stdout.is_empty(), "{run}");
    assert!(!is_alive(&stage.lines("id")[0]));
    stage.is_unchanged();
}
