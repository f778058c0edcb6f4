//! `ci check` on projects.

use std::path::Path;

use serde_json::Value;

use crate::support::{Run, Sandbox};
use crate::{json, stocked, write};

/// The rules that are broken, with the file's name and the line.
fn broken(run: &Run) -> Vec<String> {
    let value = json(run);
    let findings =
        value["projects"].as_array().unwrap().iter().flat_map(|one| one["findings"].as_array().unwrap());
    findings
        .map(|finding| {
            let file =
                Path::new(finding["file"].as_str().unwrap_or_default()).file_name().unwrap_or_default();
            let line = finding["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
            format!("{} {}{line}", finding["rule"].as_str().unwrap(), file.to_string_lossy())
        })
        .collect()
}

/// The files, the exit code and the rules that are broken.
type Case<'a> = (&'a [(&'a str, &'a str)], i32, &'a [&'a str]);

fn project(sandbox: &Sandbox, files: &[(&str, &str)]) -> std::path::PathBuf {
    let directory = sandbox.dir("project");
    std::fs::remove_dir_all(&directory).unwrap();
    write(&directory, ".git/HEAD", "");
    for (name, text) in files {
        write(&directory, name, text);
    }
    directory
}

#[test]
fn files_that_agree_pass_and_others_are_told_by_rule_file_and_line() {
    let (_mirror, sandbox) = stocked();
    let cases: &[Case<'_>] = &[
        (&[(".go-version", "1.22.5\n"), ("go.mod", "module m\n\ngo 1.22\n")], 0, &[]),
        (&[(".go-version", "1.22\n"), (".tool-versions", "golang 1.22.5\n")], 0, &[]),
        (&[("go.mod", "module m\ngo 1.21\ntoolchain go1.22.5\n")], 0, &[]),
        (
            &[(".go-version", "# old\n1.22.5\n"), (".tool-versions", "node 20\ngolang 1.21.13\n")],
            1,
            &["pins-disagree .tool-versions:2"],
        ),
        (
            &[(".go-version", "1.22.5\n"), ("mise.toml", "[tools]\ngo = \"latest\"\n")],
            1,
            &["pins-disagree mise.toml:2"],
        ),
        (
            &[(".go-version", "\n1.21.13\n"), ("go.mod", "module m\ngo 1.22\n")],
            1,
            &["pin-too-old .go-version:2"],
        ),
        (
            &[(".go-version", "1.22.5\n"), ("go.mod", "module m\ngo 1.22\ntoolchain go1.22.8\n")],
            0,
            &["toolchain-above-pin .go-version:1"],
        ),
        (&[(".go-version", "1.7.2\n")], 0, &["unknown-release .go-version:1", "not-installed .go-version"]),
        (&[(".go-version", "1.23.1\n")], 0, &["not-installed .go-version"]),
        (
            &[(".go-version", "1.22\n"), ("go.mod", "module m\ngo 1.22.7\n")],
            0,
            &["not-installed .go-version"],
        ),
        (&[("go.mod", "module m\ngo 1.22\ngo 1.23\n")], 1, &["unreadable go.mod:3"]),
        (&[(".go-version", "../../etc/passwd\n")], 1, &["unreadable .go-version:1"]),
        (
            &[
                ("go.work", "go 1.21\n\nuse (\n\t./a // the first\n\t\"b\"\n)\n"),
                ("a/go.mod", "module a\ngo 1.22.1\n"),
                ("b/go.mod", "module b\ngo 1.21\n"),
            ],
            1,
            &["work-too-old go.work:1"],
        ),
        // As for Go: what the lines of older Gos say is advice.
        (
            &[(".go-version", "1.22.5\n"), ("go.work", "use ./a\n"), ("a/go.mod", "module a\ngo 1.20\n")],
            0,
            &[],
        ),
        (&[("go.work", "use ./a\n"), ("a/go.mod", "module a\ngo 1.21\n")], 1, &["work-too-old go.work"]),
        (&[("go.work", "go 1.22.0\nuse ./a\n"), ("a/go.mod", "module a\ngo 1.22\n")], 0, &[]),
        (
            &[("go.work", "go 1.22.0\nuse ./a\nuse ./gone\n"), ("a/go.mod", "module a\ngo 1.22\n")],
            1,
            &["unreadable go.mod"],
        ),
        // There will be no more of a line that has ended.
        (&[(".go-version", "1.7.99\n")], 0, &["unknown-release .go-version:1", "not-installed .go-version"]),
        (
            &[("go.work", "go 1.22\nuse ./a\n"), ("a/go.mod", "module a\ngo 1.22.0\n")],
            1,
            &["work-too-old go.work:1"],
        ),
    ];
    for (files, code, expected) in cases {
        let directory = project(&sandbox, files);
        let run = sandbox.gvm_in(&directory, &["ci", "check", "--json"]).fails(*code);
        assert_eq!(broken(&run), *expected, "{files:?}: {run}");
        assert_eq!(json(&run)["passed"], *code == 0, "{run}");
        // What is only a warning fails where that is asked for.
        let strict = if expected.is_empty() { 0 } else { 1 };
        sandbox.gvm_in(&directory, &["ci", "check", "-q", "--fail-on", "warning"]).fails(strict);
    }
}

#[test]
fn a_directory_may_ask_for_another_go_than_the_one_above_it() {
    let (_mirror, sandbox) = stocked();
    let top = project(&sandbox, &[(".go-version", "1.22.5\n"), ("old/.go-version", "1.21.13\n")]);
    let run = sandbox.gvm_in(&top.join("old"), &["ci", "check", "--json"]).ok();
    assert_eq!(json(&run)["projects"][0]["version"], "1.21.13", "{run}");
    let run = sandbox.gvm_in(&top, &["ci", "check", ".", "old"]).ok();
    assert_eq!(run.stdout.lines().count(), 2, "{run}");
    sandbox.gvm_in(&top, &["ci", "check", "nowhere"]).fails(2);
    sandbox.gvm_in(&sandbox.dir("empty"), &["ci", "check"]).fails(2);
}

#[test]
fn a_release_that_does_not_run_here_is_an_error() {
    let (_mirror, sandbox) = stocked();
    let directory = project(&sandbox, &[("go.mod", "module m\ngo 1.27\n")]);
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["ci", "check"]).current_dir(&directory).env("GVM_RS_TEST_KERNEL", "2.6.32-754.el6.x86_64");
    let run = sandbox.start(command).wait().fails(1);
    assert!(
        run.stdout.contains("needs Linux 3.2 or later, this is 2.6.32-754.el6.x86_64 (will-not-run)"),
        "{run}"
    );
}

#[test]
fn a_step_of_github_gets_annotations_that_nothing_in_a_file_can_forge() {
    let (_mirror, sandbox) = stocked();
    let hostile = "module m\ngo 1.22 \u{1b}]0;x%0A::error::forged\n";
    let directory = project(&sandbox, &[("a,b/go.mod", hostile), ("a,b/.go-version", "1.22.5\n")]);
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_WORKSPACE", directory.to_str().unwrap())];
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["ci", "check"]).envs(github).current_dir(directory.join("a,b"));
    let run = sandbox.start(command).wait().fails(1);
    let commands: Vec<&str> = run.stdout.lines().filter(|line| line.trim_start().starts_with("::")).collect();
    assert_eq!(commands.len(), 1, "{run}");
    assert!(commands[0].starts_with("::error file=a%2Cb/go.mod,line=2,title=gvm-rs unreadable::"), "{run}");
    assert!(commands[0].contains("%250A") && !run.stdout.contains('\u{1b}'), "{run}");
    // What is asked for comes before what is usual there.
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["ci", "check", "--format", "human"]).envs(github).current_dir(directory.join("a,b"));
    let run = sandbox.start(command).wait().fails(1);
    assert!(!run.stdout.lines().any(|line| line.trim_start().starts_with("::")), "{run}");
}

#[test]
fn sarif_names_rules_files_and_lines() {
    let (_mirror, sandbox) = stocked();
    let directory =
        project(&sandbox, &[("a b/.go-version", "1.21.13\n"), ("a b/go.mod", "module m\ngo 1.22\n")]);
    let run = sandbox.gvm_in(&directory.join("a b"), &["ci", "check", "--format", "sarif"]).fails(1);
    let value = json(&run);
    assert_eq!(value["version"], "2.1.0");
    let result = &value["runs"][0]["results"][0];
    let rules = value["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], "pin-too-old");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/.go-version", "{run}");
    assert_eq!((&place["region"]["startLine"], &result["level"]), (&Value::from(1), &Value::from("error")));
}

#[test]
fn a_check_asks_nobody_and_writes_nothing() {
    let (mirror, sandbox) = stocked();
    let directory = project(&sandbox, &[("go.mod", "module m\ngo 1.23\n")]);
    let asked = mirror.requests().len();
    let before = crate::support::tree_names(&sandbox.home());
    sandbox.gvm_in(&directory, &["ci", "check"]).ok();
    assert_eq!(mirror.requests().len(), asked);
    assert_eq!(crate::support::tree_names(&sandbox.home()), before);
}
