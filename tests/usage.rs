//! What is documented: every `--help`, the exit codes, the completion scripts, and the commands of the README.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "usage/readme.rs"]
mod readme;

use std::collections::BTreeSet;

use support::{FakeGo, Mirror, Sandbox};

/// Every command with the flags that are its own.
const COMMANDS: &[(&str, &[&str])] = &[
    (
        "install",
        &[
            "--use",
            "--downloads",
            "-j",
            "--keep-archives",
            "--os",
            "--arch",
            "--no-prove",
            "--force",
            "--proof",
            "--json",
            SOURCE,
        ],
    ),
    ("use", &["--force", "--proof", "--check", "--json", SOURCE]),
    (
        "upgrade",
        &[
            "--force",
            "--to-minor",
            "--all",
            "--rebuild-tools",
            "--dry-run",
            "-n",
            "--proof",
            "--check",
            "--json",
            SOURCE,
        ],
    ),
    ("rollback", &["--json"]),
    ("undo", &["--json"]),
    ("history", &["--json"]),
    ("list", &["--json"]),
    ("ls-remote", &["--all", "--rc", "--stable", "--json", SOURCE]),
    ("current", &["--json"]),
    ("which", &["--json"]),
    ("where", &["--json"]),
    ("exec", &["--install", SOURCE]),
    ("local", &["--json", SOURCE]),
    ("unpin", &["--json"]),
    ("shell", &["--unset"]),
    ("why", &["--here", "--json"]),
    ("try", &[SOURCE]),
    ("matrix", &["--every", "--jobs", "-j", "--fail-fast", "--output", "--json", SOURCE]),
    ("bisect", &["--good", "--bad", "--rc", "--keep", "--output", "--json", SOURCE]),
    ("env", &["--json", "--shell"]),
    ("uninstall", &["--force", "--purge", "--os", "--arch", "--json"]),
    ("prune", &["--keep", "--unused-since", "--trash", "--dry-run", "-n", "--json"]),
    ("verify", &["--all", "--json"]),
    ("repair", &["--all", "--keep-archives", "--json", SOURCE]),
    ("doctor", &["--fix", "--yes", "-y", "--fail-on", "--network", "--syscalls", "--trace", "--json"]),
    ("preflight", &["--os", "--arch", "--os-version", "--cgo", "--json", SOURCE]),
    ("inspect", &["--target", "--require", "--json"]),
    ("ci", &[]),
    ("ci check", &["--nodes", "--go", "--format", "--fail-on", "--json"]),
    ("ci env", &["--for", "--json"]),
    ("cache", &[]),
    ("cache ls", &["--json"]),
    ("cache clean", &["--json"]),
    ("outdated", &["--json", SOURCE]),
    (
        "setup",
        &[
            "--shell",
            "--no-modify-path",
            "--systemd-only",
            "--no-systemd",
            "--no-gobin",
            "--yes",
            "-y",
            "--dry-run",
            "-n",
            "--json",
        ],
    ),
    ("teardown", &["--yes", "-y", "--dry-run", "-n", "--json"]),
    ("service", &[]),
    ("service show", &["--json"]),
    ("service add", &["--yes", "-y", "--dry-run", "-n", "--json"]),
    ("service remove", &["--yes", "-y", "--dry-run", "-n", "--json"]),
    ("init", &["--no-gobin", "--hook"]),
    ("self", &[]),
    ("self update", &["--from", "--json"]),
    ("self rollback", &["--json"]),
    ("self uninstall", &["--yes", "-y", "--dry-run", "-n", "--json"]),
    ("completions", &[]),
    ("man", &["--to"]),
];

/// Stands for the flags that say where releases come from.
const SOURCE: &str = "(source)";
const SOURCE_FLAGS: [&str; 4] = ["--mirror", "--index", "--refresh", "--insecure-mirror"];
const GLOBAL_FLAGS: [&str; 8] =
    ["--quiet", "-q", "--verbose", "-v", "--offline", "--home", "--lock-timeout", "--help"];

fn help(args: &[&str]) -> String {
    let run = Sandbox::new().without_env("HOME").gvm(args).ok();
    assert_eq!(run.stderr, "");
    run.stdout
}

/// The flags that a help text lists, `-h` and `-V` aside.
fn flags_in(help: &str) -> BTreeSet<&str> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let words = lines.flat_map(|line| line.split_whitespace().take_while(|word| word.starts_with('-')));
    words.map(|word| word.trim_end_matches(',')).filter(|flag| !["-h", "-V"].contains(flag)).collect()
}

/// The commands that a help text lists, `help` aside.
fn commands_in(help: &str) -> BTreeSet<&str> {
    let listed = help.split_once("Commands:\n").map_or("", |(_, listed)| listed);
    let lines = listed.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

#[test]
fn every_command_has_help_that_lists_exactly_its_flags() {
    for (command, own) in COMMANDS {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let text = help(&words);
        let source = if own.contains(&SOURCE) { &SOURCE_FLAGS[..] } else { &[] };
        let expected: BTreeSet<&str> =
            own.iter().filter(|flag| **flag != SOURCE).chain(source).chain(&GLOBAL_FLAGS).copied().collect();
        assert_eq!(flags_in(&text), expected, "{command}");
        assert!(text.starts_with(char::is_uppercase), "{command} says what it does: {text}");
        assert!(text.contains(&format!("Usage: gvm-rs {command}")), "{text}");
        // With a flag in front all commands are built, otherwise only the one that was typed.
        assert_eq!(help(&[&["--offline"], &words[..]].concat()), text);
    }
}

#[test]
fn help_is_wrapped_where_the_screen_ends_and_nowhere_else() {
    for width in [60, 80, 100] {
        let sandbox = Sandbox::new().env("COLUMNS", width.to_string());
        for command in COMMANDS.iter().map(|(command, _)| *command).chain([""]) {
            let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
            let text = sandbox.gvm(&words).ok().stdout;
            let lines: Vec<&str> = text.lines().collect();
            for pair in lines.windows(2) {
                let is_usage = pair[0].starts_with("Usage: ");
                assert!(is_usage || pair[0].chars().count() <= width, "{command}: {}", pair[0]);
                // Paragraphs are flush left; lists, and lines that head them, are not looked at.
                let is_prose = pair.iter().all(|line| line.starts_with(|c: char| !c.is_whitespace()));
                let next = pair[1].split_whitespace().next().unwrap_or_default();
                let would_fit = pair[0].chars().count() + 1 + next.chars().count() <= width;
                assert!(!is_prose || !would_fit, "{width} {command}: {}\n{}", pair[0], pair[1]);
            }
        }
    }
}

#[test]
fn the_help_lists_every_command() {
    let text = help(&["--help"]);
    let expected: BTreeSet<&str> =
        COMMANDS.iter().map(|(command, _)| *command).filter(|command| !command.contains(' ')).collect();
    assert_eq!(commands_in(&text), expected);
    assert_eq!(commands_in(&help(&["cache", "--help"])), BTreeSet::from(["ls", "clean"]));
    for name in ["GVM_RS_HOME", "GVM_RS_MIRROR", "GVM_RS_INDEX", "NO_COLOR", "config.toml", "Exit codes"] {
        assert!(text.contains(name), "{name}");
    }
    assert_eq!(help(&["help"]), text);
    assert_eq!(help(&["--version"]), format!("gvm-rs {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_help_says_whom_a_named_index_replaces() {
    for command in ["install", "use", "upgrade", "ls-remote", "exec", "outdated"] {
        let text = help(&[command, "--help"]).split_whitespace().collect::<Vec<_>>().join(" ");
        let said = "URL or file of an index in go.dev's JSON form, used and trusted in place of the official one \
                    [default: $GVM_RS_INDEX]";
        assert!(text.contains(said), "{command}: {text}");
    }
}

#[test]
fn the_documented_exit_codes_are_those_of_the_program() {
    let text = help(&["--help"]).replace('\n', " ");
    for code in [
        "0 done",
        "1 failed",
        "2 wrong usage",
        "3 no such release",
        "4 not installed",
        "5 network",
        "6 verification",
        "7 the toolchain does not work",
        "8 disk",
        "9 refused",
        "10 the store is damaged",
        "11 a check failed",
        "12 nobody agreed",
        "75 another gvm-rs",
        "130 interrupted",
    ] {
        assert!(text.contains(code), "{code}: {text}");
    }
    let sandbox = Sandbox::new();
    for (args, code) in [
        (&[][..], 2),
        (&["nonsense"][..], 2),
        (&["list", "--nonsense"], 2),
        (&["--offline", "install", "1.99.1"], 3),
        (&["current"], 4),
        (&["--offline", "install", "1.22.5"], 5),
    ] {
        let run = sandbox.gvm(args).fails(code);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{run}");
    }
    std::fs::create_dir_all(sandbox.root()).unwrap();
    std::fs::write(sandbox.root().join("layout"), "9\n").unwrap();
    let run = sandbox.gvm(&["list"]).fails(10);
    assert!(run.stderr.contains("has layout \"9\""), "{run}");
}

#[test]
fn every_command_has_a_page_in_the_manual() {
    let sandbox = Sandbox::new();
    let place = sandbox.home().join("share/man/man1");
    for round in 0..2 {
        let run = sandbox.gvm(&["man", "--to", "share/man/man1"]).ok();
        assert!(run.stdout.is_empty() && run.stderr.is_empty(), "{round}: {run}");
    }
    let mut expected: Vec<String> =
        COMMANDS.iter().map(|(command, _)| format!("gvm-rs-{}.1", command.replace(' ', "-"))).collect();
    expected.push("gvm-rs.1".to_owned());
    expected.sort();
    assert_eq!(support::tree_names(&place), expected);
    let page = sandbox.gvm(&["man", "cache", "clean"]).ok().stdout;
    assert_eq!(page, std::fs::read_to_string(place.join("gvm-rs-cache-clean.1")).unwrap());
    assert!(sandbox.gvm(&["man"]).ok().stdout.contains(".SH NOTES"));
    sandbox.gvm(&["man", "nonsense"]).fails(2);
    sandbox.gvm(&["man", "--to", "/dev/null/man"]).fails(8);
    if needs::program("mandoc") {
        let run = sandbox.sh("mandoc -T lint -W error share/man/man1/*");
        assert_eq!(run.text(), "stdout:\nstderr:\ncode: 0\n");
    }
}

#[test]
fn nothing_stops_half_done_because_nobody_can_be_told() {
    let mirror = Mirror::start();
    mirror.add(FakeGo::new("1.22.5"));
    mirror.add(FakeGo::new("1.23.1"));
    let sandbox = Sandbox::new().with_mirror(&mirror);
    let gvm = env!("CARGO_BIN_EXE_gvm-rs");
    for (args, code) in [
        ("use 1.22.5", 0),
        ("use 1.23.1 -v", 0),
        ("rollback", 0),
        ("uninstall --force 1.23.1", 0),
        ("undo", 0),
        ("prune", 0),
        ("cache clean", 0),
        ("use 1.99", 3),
        ("nonsense", 2),
    ] {
        let run = sandbox.sh(&format!("{gvm} {args} 2>/dev/full; echo $?")).ok();
        assert!(run.stdout.ends_with(&format!("{code}\n")), "{args}: {run}");
    }
}
