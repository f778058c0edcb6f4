//! `gvm-rs __complete CURRENT BEFORE...`: what it offers, and that nothing goes wrong in front of a user who types.

use crate::support::{Run, Sandbox};

use super::sandbox;

/// What is offered after `before`, where `current` is typed: the words alone.
fn offered(sandbox: &Sandbox, current: &str, before: &str) -> Vec<String> {
    let mut args = vec!["__complete", current];
    args.extend(before.split_whitespace());
    let run: Run = sandbox.gvm(&args).ok();
    assert_eq!(run.stderr, "", "{before}");
    run.stdout.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn each_command_is_offered_the_versions_that_it_takes() {
    let (sandbox, mirror) = sandbox();
    let asked = mirror.requests().len();
    let installed = ["1.23.1", "1.22.5", "1.21.13"];
    for command in ["uninstall", "uninstall 1.22.5", "verify", "repair --offline", "where", "--home H where"]
    {
        let home = sandbox.root().to_string_lossy().into_owned();
        assert_eq!(
            offered(&sandbox, "", &command.replace("H ", &format!("{home} "))),
            installed,
            "{command}"
        );
    }
    assert_eq!(offered(&sandbox, "1", "use"), installed);
    assert_eq!(offered(&sandbox, "", "use"), ["1.23.1", "1.22.5", "1.21.13", "latest", "prev"]);
    assert_eq!(offered(&sandbox, "1.2", "exec"), installed);
    assert_eq!(offered(&sandbox, "go1.22", "exec"), ["go1.22.5"]);
    assert_eq!(offered(&sandbox, "'1.22", "exec"), ["1.22.5"], "a quote that was opened");
    assert_eq!(offered(&sandbox, "", "undo"), ["1.24.0"]);
    assert_eq!(offered(&sandbox, "", "prune --keep 2"), ["1.23", "1.22", "1.21"]);
    assert_eq!(offered(&sandbox, "", "rollback"), ["1.23.1", "1.22.5", "1.21.13", "1"]);
    // The index that the user named is on the network, which is not asked.
    for command in ["install", "try", "matrix 1.22", "bisect --good", "bisect --good 1.21 --bad", "ls-remote"]
    {
        let lines = offered(&sandbox, "1.2", command);
        assert!(lines.starts_with(&["1.27".to_owned(), "1.26".to_owned()]), "{command}: {lines:?}");
        assert!(lines.contains(&"1.20".to_owned()) && lines.len() < 10, "lines, not releases: {lines:?}");
    }
    assert_eq!(offered(&sandbox, "1.22.1", "install 1.21 -j 3"), ["1.22.12", "1.22.11", "1.22.10", "1.22.1"]);
    assert_eq!(offered(&sandbox, "1.27r", "install"), ["1.27rc3", "1.27rc2", "1.27rc1"]);
    assert_eq!(offered(&sandbox, "la", "install"), ["latest"]);
    assert_eq!(mirror.requests().len(), asked, "nothing was fetched");
}

#[test]
fn an_index_that_is_a_file_here_answers_for_itself() {
    let (sandbox, mirror) = sandbox();
    let index = sandbox.path().join("index.json");
    std::fs::write(&index, mirror.index_bytes()).unwrap();
    let sandbox = sandbox.env("GVM_RS_INDEX", &index);
    assert_eq!(offered(&sandbox, "1", "install"), ["1.24", "1.23", "1.22", "1.21"]);
    assert_eq!(offered(&sandbox, "1.22.", "install"), ["1.22.5"]);
    std::fs::write(&index, "nonsense").unwrap();
    assert_eq!(offered(&sandbox, "1", "install"), [""; 0]);
}

#[test]
fn commands_flags_and_their_values_are_offered() {
    let (sandbox, _mirror) = sandbox();
    for (current, before, expected) in [
        ("unin", "", &["uninstall"][..]),
        ("unin", "--offline --lock-timeout 3 --home=/tmp -q", &["uninstall"]),
        ("c", "cache", &["clean"]),
        ("cl", "cache --json", &["clean"]),
        ("ca", "help", &["cache"]),
        ("--pr", "use", &["--proof"]),
        ("--pr", "use 1.22", &["--proof"]),
        ("", "use --proof", &["version", "build"]),
        ("b", "use --proof =", &["build"]),
        ("--proof=b", "use", &["--proof=build"]),
        ("", "completions", &["bash", "zsh", "fish", "nu", "elvish", "powershell"]),
        ("", "install --downloads", &[]),
        ("", "--home", &[":directories"]),
        ("", "use --mirror", &[":files"]),
        ("", "list", &[]),
        ("", "list nonsense", &[]),
        ("__", "", &[]),
        ("--nonsense=", "use", &[]),
        ("", "exec 1.22.5", &[":command 2"]),
        ("bui", "exec --install 1.22.5 go", &[":command 3"]),
        ("--", "exec 1.22.5 -- go -x", &[":command 3"]),
        ("", "try 1.22 --", &[":command 3"]),
        ("", "matrix 1.21 1.22 --", &[":command 4"]),
        ("-", "matrix 1.21 --json -- go", &[":command 4"]),
        ("", "bisect --good 1.21 --bad 1.22", &[":command 5"]),
    ] {
        assert_eq!(offered(&sandbox, current, before), expected, "{before} {current}");
    }
    let all = offered(&sandbox, "", "");
    assert!(all.contains(&"install".to_owned()) && all.contains(&"help".to_owned()), "{all:?}");
    assert!(!all.iter().any(|word| word.starts_with('_')), "{all:?}");
}

#[test]
fn every_command_that_takes_versions_is_offered_some() {
    let (sandbox, _mirror) = sandbox();
    for command in offered(&sandbox, "", "").into_iter().filter(|command| command != "help") {
        let help = sandbox.gvm(&[&command, "--help"]).ok().stdout;
        let usage = help.lines().find(|line| line.starts_with("Usage:")).unwrap().to_owned();
        // The versions of a bisection are values of flags.
        let takes = command != "bisect"
            && ["[SPEC]", "<SPEC>", "VERSION]", "<VERSION>", "[LINE]"].iter().any(|it| usage.contains(it));
        if takes {
            let words = offered(&sandbox, "1", &command);
            assert!(words.iter().any(|word| word.starts_with("1.2")), "{usage}: {words:?}");
        }
    }
}

#[test]
fn whatever_is_typed_or_broken_there_is_only_nothing_to_offer() {
    let (sandbox, _mirror) = sandbox();
    let long = "x".repeat(100_000);
    let hostile =
        ["", "-", "--", "---", "=", "--=", "$(id)", "`id`", "a\nb", "\t", "ü", "*", "\u{202e}", &long];
    for word in hostile {
        for before in
            [&[word][..], &["use", word], &["use", "--proof", word], &["exec", word, word], &[word, "--"]]
        {
            let run = sandbox.gvm(&[&["__complete", word], before].concat()).ok();
            assert_eq!(run.stderr, "", "{before:?}");
        }
    }
    assert_eq!(sandbox.gvm(&["__complete"]).ok().stderr, "");
    let broken = [
        sandbox.gvm_with(&[("GVM_RS_CONFIG", "/nonexistent")], &["__complete", "", "use"]),
        sandbox.gvm_with(&[("GVM_RS_HOME", "relative")], &["__complete", "", "install"]),
        sandbox.gvm_with(&[("GVM_RS_HOME", "/dev/null")], &["__complete", "", "use"]),
    ];
    std::fs::write(sandbox.root().join("layout"), "9\n").unwrap();
    for run in broken.into_iter().chain([sandbox.gvm(&["__complete", "1", "use"])]) {
        let run = run.ok();
        assert!(run.stderr.is_empty() && !run.stdout.contains("1.22"), "{run}");
    }
    assert_eq!(
        sandbox.sh(&format!("{} __complete '' >/dev/full", env!("CARGO_BIN_EXE_gvm-rs"))).ok().stderr,
        ""
    );
}
