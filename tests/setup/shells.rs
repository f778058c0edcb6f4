//! The real shells, started in every way there is: each finds Go, says nothing of it, and starts nothing for it.

use std::process::Command;

use crate::support::{Run, Sandbox};
use crate::{empty, in_terminal, installed, needs, write};

/// A shell, and flags after which a script stands.
const WAYS: &[(&str, &[&str])] = &[
    ("bash", &["-lc"]),
    ("bash", &["-ic"]),
    ("bash", &["-lic"]),
    ("dash", &["-lc"]),
    ("dash", &["-l", "-e", "-u", "-c"]),
    ("zsh", &["-lc"]),
    ("zsh", &["-ic"]),
    ("zsh", &["-lic"]),
    ("fish", &["-c"]),
    ("fish", &["-lc"]),
    ("fish", &["-ic"]),
];

/// Homes as distributions make them: files that are there before.
const HOMES: &[&[&str]] =
    &[&[], &[".bashrc", ".profile"], &[".bashrc", ".bash_profile", ".zshrc", ".config/fish/config.fish"]];

/// As Debian ships them: the first leaves where nobody types, the second makes a PATH of its own.
const BASHRC: &str = "case $- in\n    *i*) ;;\n      *) return;;\nesac\nalias ll='ls -l'\n";
const PROFILE: &str =
    "if [ -n \"${BASH_VERSION-}\" ]; then\n    . \"$HOME/.bashrc\"\nfi\nPATH=\"$HOME/bin:$PATH\"\n";

fn shell(sandbox: &Sandbox, program: &str, flags: &[&str], script: &str) -> Run {
    let mut command: Command = sandbox.command(program);
    command.args(flags).arg(script);
    sandbox.start(command).wait()
}

fn furnish(sandbox: &Sandbox, names: &[&str]) {
    for name in names {
        let text = match *name {
            ".bashrc" => BASHRC,
            ".profile" | ".bash_profile" => PROFILE,
            _ => "# nothing\n",
        };
        write(sandbox, name, text);
    }
}

/// What a shell without a terminal says of that is no fault of ours.
fn complaints(run: &Run) -> Vec<&str> {
    let usual = ["no job control", "cannot set terminal process group", "can't access tty", "can't set tty"];
    run.stderr.lines().filter(|line| !usual.iter().any(|usual| line.contains(usual))).collect()
}

#[test]
fn every_way_to_start_a_shell_finds_go_and_follows_each_switch() {
    for names in HOMES {
        let (_mirror, sandbox) = installed();
        furnish(&sandbox, names);
        let shells = ["bash", "zsh", "fish", "sh"].map(|name| ["--shell", name]).concat();
        sandbox.gvm(&[&["setup", "--yes"], &shells[..]].concat()).ok();
        for (program, flags) in WAYS.iter().filter(|(program, _)| needs::program(program)) {
            sandbox.gvm(&["-q", "use", "1.22"]).ok();
            let gvm = env!("CARGO_BIN_EXE_gvm-rs");
            let script = format!("go version; {gvm} -q use 1.21; go version; go1.22.5 version");
            let run = shell(&sandbox, program, flags, &script).ok();
            let said: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(' ').nth(2)).collect();
            assert_eq!(said, ["go1.22.5", "go1.21.13", "go1.22.5"], "{names:?} {flags:?}: {run}");
            assert!(complaints(&run).is_empty(), "{names:?} {flags:?}: {run}");
        }
    }
}

#[test]
fn a_shell_in_a_terminal_finds_go() {
    if !needs::program("script") {
        return;
    }
    for words in ["bash -il", "bash -i", "zsh -il", "zsh -i", "fish -il", "dash -il", "elvish"] {
        let program = words.split(' ').next().unwrap();
        if !needs::program(program) {
            continue;
        }
        let (_mirror, sandbox) = installed();
        furnish(&sandbox, &[".bashrc", ".profile", ".zshrc"]);
        let shells = ["bash", "zsh", "fish", "sh", "elvish"].map(|name| ["--shell", name]).concat();
        sandbox.gvm(&[&["setup", "-y"], &shells[..]].concat()).ok();
        let run = in_terminal(&sandbox, words, "go version\nexit\n");
        assert!(run.stdout.contains("go version go1.22.5"), "{words}: {run}");
    }
}

/// It reads what setup writes in a terminal only, and asks that where its cursor is, which `dumb` spares it.
#[test]
fn nushell_in_a_terminal_finds_go_and_works_without_our_root() {
    let Some(nu) = needs::nushell().filter(|_| needs::program("script")) else { return };
    let (_mirror, sandbox) = installed();
    let sandbox = sandbox.env("TERM", "dumb");
    sandbox.gvm(&["setup", "-y", "--shell", "nu"]).ok();
    let go = in_terminal(&sandbox, &format!("{} --execute 'go version; exit'", nu.display()), "").ok();
    assert!(go.stdout.contains("go version go1.22.5"), "{go}");
    std::fs::remove_dir_all(sandbox.root()).unwrap();
    let run = in_terminal(&sandbox, &format!("{} --execute '^echo works; exit'", nu.display()), "").ok();
    assert!(run.stdout.contains("works") && !run.stdout.contains("rror"), "{run}");
}

#[test]
fn a_shell_without_our_root_says_nothing_and_works() {
    for (program, flags) in WAYS.iter().filter(|(program, _)| needs::program(program)) {
        let sandbox = empty();
        furnish(&sandbox, HOMES[1]);
        let shells = ["bash", "zsh", "fish", "sh", "elvish"].map(|name| ["--shell", name]).concat();
        sandbox.gvm(&[&["setup", "-y"], &shells[..]].concat()).ok();
        let go = shell(&sandbox, program, flags, "echo $PATH").ok();
        assert!(go.stdout.contains("/.gvm-rs/bin"), "{go}");
        // Neither gvm-rs itself nor its directory is there any more.
        std::fs::remove_dir_all(sandbox.root()).unwrap();
        let run = shell(&sandbox, program, flags, "echo works").ok();
        assert!(run.stdout.ends_with("works\n") && complaints(&run).is_empty(), "{program} {flags:?}: {run}");
    }
}

#[test]
fn the_code_keeps_the_status_and_leaves_nothing_behind() {
    let (_mirror, sandbox) = installed();
    let shells = ["bash", "zsh", "fish", "sh"].map(|name| ["--shell", name]).concat();
    sandbox.gvm(&[&["setup", "-y"], &shells[..]].concat()).ok();
    // A build that began under an inherited GOROOT would end under another.
    for (program, flags, file) in [
        ("bash", &["--norc", "-euo", "pipefail", "-c"][..], "init.bash"),
        ("zsh", &["-f", "-eu", "-c"], "init.zsh"),
        ("dash", &["-eu", "-c"], "init.sh"),
        ("bash", &["--norc", "-c"], "init.sh"),
    ] {
        if !needs::program(program) {
            continue;
        }
        let file = sandbox.root().join("shell").join(file);
        let code = file.display();
        let script = format!(
            "set +e; (exit 7); . '{code}'; echo $?; . '{code}'; echo $?; set -e; . '{code}'; command -V cd; \
             set | grep -aE '^__gvm_rs_(bin|home|tools|path|status|init)' || echo none; env | grep -a GOROOT || echo none; go version"
        );
        let run = shell(&sandbox, program, flags, &script).ok();
        let lines: Vec<&str> = run.stdout.lines().collect();
        assert_eq!(&lines[..2], ["7", "0"], "{program}: {run}");
        assert!(lines[2].contains("builtin"), "{program}: {run}");
        assert_eq!(&lines[3..5], ["none", "none"], "{program}: {run}");
        assert!(lines[5].contains("go1.22.5") && run.stderr.is_empty(), "{program}: {run}");
        // What was asked before must not end a script here.
        let script = format!("set -e; command -v nothing || . '{code}'; go version");
        let run = shell(&sandbox, program, flags, &script).ok();
        assert!(run.stdout.contains("go1.22.5"), "{program}: {run}");
    }
    if needs::program("fish") {
        let code = sandbox.root().join("shell/init.fish");
        let script = format!(
            "function seven; return 7; end; seven; source '{0}'; echo $status; source '{0}'; echo $status; type -t cd; \
             set --names | grep -E '^__gvm_rs_(bin|home|tools|status)'; functions --all --names | grep __gvm_rs_init; go version",
            code.display()
        );
        let run = shell(&sandbox, "fish", &["--no-config", "-c"], &script).ok();
        assert!(run.stdout.starts_with("7\n0\nfunction\ngo version go1.22.5"), "{run}");
        assert!(run.stderr.is_empty(), "{run}");
    }
}

#[test]
fn installed_tools_are_found_last_and_only_once() {
    let sandbox = empty();
    let shells = ["bash", "zsh", "fish", "sh"].map(|name| ["--shell", name]).concat();
    sandbox.gvm(&[&["setup", "-y"], &shells[..]].concat()).ok();
    let (home, bin) =
        (sandbox.home().display().to_string(), sandbox.root().join("bin").display().to_string());
    for (program, file, read) in [
        ("bash", "init.bash", "."),
        ("zsh", "init.zsh", "."),
        ("dash", "init.sh", "."),
        ("fish", "init.fish", "source"),
    ] {
        if !needs::program(program) {
            continue;
        }
        let code = sandbox.root().join("shell").join(file);
        for (variable, value, path, expected) in [
            ("X", "", "/usr/bin".to_owned(), format!("/usr/bin:{home}/go/bin")),
            ("GOBIN", "/b i", "/usr/bin".into(), "/usr/bin:/b i".into()),
            ("GOPATH", "/one:/two", "/usr/bin".into(), "/usr/bin:/one/bin".into()),
            // Where the user put it, it stays.
            ("GOBIN", "/b", "/b:/usr/bin".into(), "/b:/usr/bin".into()),
            // What is relative would be another directory wherever one is, and go refuses it itself.
            ("GOBIN", "b", "/usr/bin".into(), "/usr/bin".into()),
            ("GOBIN", "/b:/c", "/usr/bin".into(), "/usr/bin".into()),
        ] {
            let mut command = sandbox.command(if program == "fish" { "/usr/bin/fish" } else { program });
            let flags = if program == "fish" { &["--no-config", "-c"][..] } else { &["-c"] };
            let code = code.display();
            let script = format!("{read} '{code}'; {read} '{code}'; /usr/bin/env");
            command.args(flags).arg(script).env(variable, value).env("PATH", &path);
            let run = sandbox.start(command).wait().ok();
            let found = run.stdout.lines().find(|line| line.starts_with("PATH=")).unwrap();
            assert_eq!(found, format!("PATH={bin}:{expected}"), "{program} {variable}={value}");
        }
    }
}

#[test]
fn where_tools_go_is_taken_from_what_go_env_wrote_and_may_be_declined() {
    let sandbox = empty();
    let init = |args: &[&str]| sandbox.gvm(&[&["init", "sh"], args].concat()).ok().stdout;
    assert!(init(&[]).contains(&format!("__gvm_rs_tools='{}/go/bin'", sandbox.home().display())));
    write(&sandbox, ".config/go/env", "GOPATH=/from/env:/other\n");
    assert!(init(&[]).contains("__gvm_rs_tools='/from/env/bin'"));
    write(&sandbox, ".config/go/env", "GOPATH=/from/env\nGOBIN=/bins\n");
    assert!(init(&[]).contains("__gvm_rs_tools='/bins'"));
    // As for cmd/go, `off` is no file's name.
    write(&sandbox, "off", "GOBIN=/off\n");
    let run = sandbox.gvm_with(&[("GOENV", "off")], &["init", "sh"]).ok();
    assert!(run.stdout.contains(&format!("__gvm_rs_tools='{}/go/bin'", sandbox.home().display())), "{run}");
    assert!(init(&["--no-gobin"]).contains("__gvm_rs_tools=''"));
    write(&sandbox, ".config/gvm-rs/config.toml", "gobin = false\n");
    assert!(init(&[]).contains("__gvm_rs_tools=''"));
}
