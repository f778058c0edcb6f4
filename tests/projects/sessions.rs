//! `gvm-rs shell`: a toolchain for one shell, in the real shells.

use crate::support::{Run, Sandbox};
use crate::{needs, stocked};

/// Each shell, in modes that change how words are read, and what loads gvm-rs in it.
const SHELLS: &[(&[&str], &str)] = &[
    (&["bash", "--norc", "-c"], "eval \"$($GVM init bash)\""),
    (&["bash", "--norc", "-euo", "pipefail", "-c"], "eval \"$($GVM init bash)\""),
    (&["zsh", "-f", "-c"], "eval \"$($GVM init zsh)\""),
    (&["zsh", "-f", "-e", "-u", "-o", "shwordsplit", "-o", "ksharrays", "-c"], "eval \"$($GVM init zsh)\""),
    (&["dash", "-eu", "-c"], "eval \"$($GVM init sh)\""),
    (&["bash", "--posix", "--norc", "-c"], "eval \"$($GVM init bash)\""),
    (&["fish", "--no-config", "-c"], "$GVM init fish | source"),
];

/// Runs lines in a shell, each read after the one before was done: an alias counts from the next line on.
fn run(sandbox: &Sandbox, mode: &[&str], load: &str, lines: &str) -> Run {
    let bin = sandbox.dir("bin");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gvm-rs"), bin.join("gvm-rs")).ok();
    let mut command = sandbox.command(mode[0]);
    command.args(&mode[1..]).arg(format!("{load}\n{lines}"));
    command.env("GVM", env!("CARGO_BIN_EXE_gvm-rs")).env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    sandbox.start(command).wait()
}

#[test]
fn a_toolchain_is_chosen_for_one_shell_and_leaves_no_trace() {
    for (mode, load) in SHELLS {
        if !needs::program(mode[0]) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let lines = "echo \"$PATH\"\ngvm-rs shell 1.21\ngo version\ngvm-rs shell\ngvm-rs shell 1.22.4\ngo version\n\
                     gvm-rs use -q 1.21\ngo version\ngvm-rs shell --unset\ngo version\necho \"$PATH\"\necho \"[$GVM_RS_SHELL]\"";
        let lines = if mode[0] == "fish" {
            lines.to_owned()
        } else {
            lines.replace("$GVM_RS_SHELL", "${GVM_RS_SHELL-}")
        };
        let run = run(&sandbox, mode, load, &lines).ok();
        let lines: Vec<&str> = run.stdout.lines().collect();
        let versions: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').nth(2)).collect();
        assert_eq!(versions, ["go1.21.13", "go1.22.4", "go1.22.4", "go1.21.13"], "{mode:?} {run}");
        assert_eq!(lines[2], "go1.21.13", "{run}");
        assert_eq!((lines[0], lines[lines.len() - 1]), (lines[lines.len() - 2], "[]"), "{mode:?} {run}");
        assert!(
            run.stderr.contains("hint: `gvm-rs shell --unset` ends that") || run.stderr.is_empty(),
            "{run}"
        );
    }
}

#[test]
fn a_choice_below_the_go_line_is_warned_of() {
    for (mode, load) in SHELLS {
        if !needs::program(mode[0]) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let project = sandbox.dir("project");
        std::fs::write(project.join("go.mod"), "module m\n\ngo 1.22\n").unwrap();
        let lines = format!("cd '{}'\ngvm-rs shell 1.21\ngo version", project.display());
        let seen = run(&sandbox, mode, load, &lines).ok();
        assert_eq!(seen.out(), "go version go1.21.13 linux/amd64", "{mode:?} {seen}");
        let says = "go.mod` needs go 1.22: go1.21.13 would download go1.22.0 and run that";
        assert!(seen.stderr.contains(says), "{mode:?} {seen}");
        let seen = run(&sandbox, mode, load, &lines.replace("1.21", "1.22.4")).ok();
        assert_eq!(seen.stderr, "", "{mode:?} {seen}");
    }
}

#[test]
fn flags_may_come_before_the_word() {
    for (mode, load) in SHELLS {
        if !needs::program(mode[0]) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let lines = "gvm-rs -q shell 1.21\ngo version\ngvm-rs --offline -v shell -q 1.22.4\ngo version\n\
                     gvm-rs -qh shell 1.21\ngvm-rs --version shell 1.21\ngo version\ngvm-rs -q shell --unset\ngo version";
        let run = run(&sandbox, mode, load, lines);
        let versions: Vec<&str> = run
            .stdout
            .lines()
            .filter(|line| line.starts_with("go version"))
            .map(|line| &line[11..])
            .collect();
        let expected =
            ["go1.21.13", "go1.22.4", "go1.22.4", "go1.22.5"].map(|go| format!("{go} linux/amd64"));
        assert_eq!(versions, expected, "{mode:?} {run}");
        assert!(run.stdout.contains("Usage: ") && run.stdout.contains("\ngvm-rs 0"), "{mode:?} {run}");
    }
}

#[test]
fn what_cannot_be_had_changes_nothing() {
    for (mode, load) in SHELLS {
        if !needs::program(mode[0]) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let lines = "echo \"$PATH\"\ngvm-rs shell 1.23 || true\ngvm-rs shell '$(touch x)' || true\n\
                     gvm-rs shell --unset 1.22 || true\ngvm-rs shell || true\ngvm-rs shell --help\necho \"$PATH\"";
        let run = run(&sandbox, mode, load, lines).ok();
        let lines: Vec<&str> = run.stdout.lines().collect();
        assert_eq!(lines.first(), lines.last(), "{mode:?} {run}");
        assert!(run.stdout.contains("Usage: gvm-rs shell"), "{mode:?} {run}");
        assert!(run.stderr.contains("hint: run `gvm-rs install '1.23'`"), "{mode:?} {run}");
        assert!(run.stderr.contains("nothing was chosen for this shell"), "{mode:?} {run}");
        assert!(!sandbox.home().join("x").exists());
    }
}

#[test]
fn a_shell_inside_keeps_the_choice_once() {
    for (mode, load) in SHELLS {
        if !needs::program(mode[0]) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let flags = mode[1..].join(" ");
        let inside = format!("{} {flags} '{load}; {load}; go version; echo \"$PATH\"'", mode[0]);
        let run = run(&sandbox, mode, load, &format!("gvm-rs shell 1.21\necho \"$PATH\"\n{inside}")).ok();
        let lines: Vec<&str> = run.stdout.lines().collect();
        assert_eq!(lines[1], "go version go1.21.13 linux/amd64", "{mode:?} {run}");
        assert_eq!(lines[0], lines[2], "{mode:?} {run}");
    }
}

#[test]
fn the_program_alone_says_what_is_missing() {
    let (_mirror, sandbox) = stocked();
    for words in [&["shell", "1.21"][..], &["shell", "--unset"]] {
        let run = sandbox.gvm(words).fails(2);
        assert!(run.stderr.contains("the program alone cannot change this shell"), "{run}");
        assert!(run.stderr.contains("hint: put `eval \"$(gvm-rs init bash)\"`"), "{run}");
    }
    sandbox.gvm(&["shell"]).fails(4);
    let run = sandbox.gvm(&["init", "dash", "--hook"]).fails(2);
    assert!(run.stderr.contains("there is no directory hook for sh"), "{run}");
}
