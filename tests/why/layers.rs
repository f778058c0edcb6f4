//! What decides here: PATH, choices, settings, modules.

use std::fs;

use crate::support::tree_names;
use crate::{deciding, here, other_go, path_of, stocked};

#[test]
fn the_layer_that_decides_is_named() {
    let (_mirror, sandbox) = stocked();
    let bin = sandbox.root().join("bin");
    let path = path_of(&[&bin]);
    let old = sandbox.root().join("versions/go1.21.13/bin");
    let (with_old, old) = (path_of(&[&old, &bin]), old.display().to_string());
    let project = sandbox.dir("project");
    let path = ("PATH", path.as_str());
    let with_old = ("PATH", with_old.as_str());
    // The go.mod, the environment, and the outcome: a version or what there is instead, and who decides.
    for (go_mod, env, outcome, decides) in [
        ("", &[path][..], "program 1.22.5", "path"),
        ("", &[], "nothing", "path"),
        ("go 1.22", &[path], "program 1.22.5", "path"),
        ("go 1.23", &[path], "download go1.23.0", "module"),
        ("go 1.21\ntoolchain go1.22.9", &[path], "download go1.22.9", "module"),
        ("go 1.23", &[path, ("GOTOOLCHAIN", "local")], "error", "gotoolchain"),
        ("go 1.23\ntoolchain default", &[path], "error", "module"),
        ("go 1.23", &[path, ("GOTOOLCHAIN", "path")], "error", "module"),
        ("go 1.21", &[path, ("GOTOOLCHAIN", "go1.21.13")], "program 1.21.13", "gotoolchain"),
        ("go 1.22.5", &[with_old], "program 1.22.5", "module"),
        ("", &[with_old], "program 1.21.13", "path"),
        ("", &[with_old, ("GVM_RS_SHELL", &old)], "program 1.21.13", "session"),
        ("", &[with_old, ("GVM_RS_PROJECT", &old)], "program 1.21.13", "hook"),
        ("", &[path, ("GOTOOLCHAIN", "bash")], "error", "gotoolchain"),
        ("", &[path, ("GOTOOLCHAIN", "go1.22")], "error", "gotoolchain"),
        ("", &[path, ("GOTOOLCHAIN", "go1.22+path")], "error", "gotoolchain"),
        ("go 1.23", &[path, ("GOTOOLCHAIN", "go1.22+auto")], "download go1.23.0", "module"),
        ("", &[path, ("BASH_FUNC_go%%", "() { :; }")], "shell", "shell"),
        ("go 1.23", &[path, ("GOWORK", "off")], "download go1.23.0", "module"),
        ("go 1.23", &[path, ("GO111MODULE", "off"), ("GOTOOLCHAIN", "go1.21.13")], "program 1.22.5", "path"),
        ("go 1.23", &[path, ("GO111MODULE", "auto")], "download go1.23.0", "module"),
        ("", &[path, ("GOROOT", "/nonexistent")], "error", "goroot"),
        ("", &[path, ("GOROOT", "/usr")], "program 1.22.5", "path"),
    ] {
        fs::write(project.join("go.mod"), format!("module m\n\n{go_mod}\n")).unwrap();
        let (seen, run) = here(&sandbox, &project, env);
        let kind = seen["outcome"].as_str().unwrap();
        let detail = match kind {
            "program" => seen["program"]["version"].as_str(),
            "download" => seen["detail"].as_str(),
            _ => None,
        };
        let shown = [Some(kind), detail].into_iter().flatten().collect::<Vec<_>>().join(" ");
        assert_eq!(shown, outcome, "{go_mod:?} {env:?}: {run}");
        assert_eq!(deciding(&seen), [decides], "{go_mod:?} {env:?}: {run}");
        let is_found = !["nothing", "error"].contains(&kind);
        assert_eq!(run.code, Some(if is_found { 0 } else { 4 }), "{run}");
    }
}

#[test]
fn a_workspace_comes_before_a_module_as_for_cmd_go() {
    let (_mirror, sandbox) = stocked();
    let path = path_of(&[&sandbox.root().join("bin")]);
    let project = sandbox.dir("project/module");
    fs::write(project.join("go.mod"), "module m\n\ngo 1.25\n").unwrap();
    fs::write(project.join("../go.work"), "go 1.24\n\nuse ./module\n").unwrap();
    let elsewhere = sandbox.dir("elsewhere").join("go.work");
    fs::write(&elsewhere, "go 1.23.4\n").unwrap();
    let elsewhere = elsewhere.display().to_string();
    for (gowork, wants) in [("", "go1.24.0"), ("off", "go1.25.0"), (elsewhere.as_str(), "go1.23.4")] {
        let (seen, run) = here(&sandbox, &project, &[("PATH", &path), ("GOWORK", gowork)]);
        assert_eq!(seen["detail"], wants, "{run}");
    }
}

#[test]
fn the_file_of_go_env_w_is_read_and_told_how_to_be_rid_of() {
    let (_mirror, sandbox) = stocked();
    let bin = sandbox.root().join("bin");
    let path = path_of(&[&bin]);
    let path = ("PATH", path.as_str());
    let file = sandbox.home().join(".config/go/env");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "GOFLAGS=-mod=mod\nGOTOOLCHAIN=go1.21.13\n").unwrap();
    let (seen, run) = here(&sandbox, &sandbox.home(), &[path]);
    assert_eq!(
        (seen["program"]["version"].as_str(), deciding(&seen)),
        (Some("1.21.13"), vec!["goenv"]),
        "{run}"
    );
    // The environment comes before the file, another file instead of it, and `off` turns it off.
    for (name, value) in [
        ("GOTOOLCHAIN", "auto"),
        ("GOENV", "off"),
        ("GOENV", "/nonexistent"),
        ("XDG_CONFIG_HOME", "/nonexistent"),
    ] {
        let (seen, run) = here(&sandbox, &sandbox.home(), &[path, (name, value)]);
        assert_eq!(seen["program"]["version"], "1.22.5", "{run}");
    }
    let run = sandbox.gvm_with(&[path], &["use", "1.22"]).ok();
    let says = format!(
        "GOTOOLCHAIN is `go1.21.13` in `{}`, as `go env -w` writes it, so `go` runs go1.21.13",
        file.display()
    );
    assert!(run.stderr.contains(&says), "{run}");
    assert!(run.stderr.contains("hint: run `env GOTOOLCHAIN=local go env -u GOTOOLCHAIN`\n"), "{run}");
    let (seen, run) =
        here(&sandbox, &sandbox.home(), &[path, ("GOROOT", "/opt/absent"), ("GOTOOLCHAIN", "local")]);
    assert!(seen["outcome"] == "error" && seen["warnings"] == serde_json::json!([]), "{run}");
    let other = sandbox.dir("opt/other");
    fs::write(&file, format!("GOROOT={}\n", other.display())).unwrap();
    let run = sandbox.gvm_with(&[path], &["use", "1.22"]).ok();
    assert!(
        run.stderr.contains(&format!("GOROOT is set to `{}`", other.display()))
            && run.stderr.contains("go env -u GOROOT`"),
        "{run}"
    );
    let (seen, _) = here(&sandbox, &sandbox.home(), &[path]);
    assert!(seen["warnings"][0].as_str().unwrap().contains("GOROOT leads go1.22.5 to the library"), "{seen}");
}

#[test]
fn every_go_on_path_is_listed_with_whose_it_is_and_none_is_run() {
    let (_mirror, sandbox) = stocked();
    let places = [
        (other_go(&sandbox, "usr/local/go", "1.20.14"), "an archive from go.dev"),
        (other_go(&sandbox, "home/.goenv/versions/1.19.13", "1.19.13"), "goenv"),
        (other_go(&sandbox, "home/.gvm/gos/go1.18.10", "1.18.10"), "moovweb's gvm"),
        (other_go(&sandbox, "linuxbrew/Cellar/go/1.23.1/libexec", "1.23.1"), "Homebrew"),
        (other_go(&sandbox, "home/sdk/go1.17.13", "1.17.13"), "golang.org/dl"),
        (other_go(&sandbox, "opt/mine", "1.22.1-acme"), "somebody else"),
    ];
    let mut directories: Vec<_> = places.iter().map(|(bin, _)| bin.as_path()).collect();
    let ours = sandbox.root().join("bin");
    directories.push(&ours);
    let (seen, run) = here(&sandbox, &sandbox.home(), &[("PATH", &path_of(&directories))]);
    let listed: Vec<(&str, &str)> = seen["on_path"]
        .as_array()
        .unwrap()
        .iter()
        .map(|program| (program["version"].as_str().unwrap(), program["from"].as_str().unwrap()))
        .take(7)
        .collect();
    let versions = ["1.20.14", "1.19.13", "1.18.10", "1.23.1", "1.17.13", "1.22.1"];
    let expected: Vec<(&str, &str)> =
        versions.into_iter().zip(places.iter().map(|(_, maker)| *maker)).collect();
    assert_eq!(listed[..6], expected, "{run}");
    assert_eq!(listed[6], ("1.22.5", "gvm-rs"), "{run}");
    assert!(!tree_names(&sandbox.home()).contains(&"was-run".to_owned()));
    let run = sandbox.gvm_with(&[("PATH", &path_of(&directories))], &["why", "--here"]).ok();
    assert!(run.stdout.starts_with("go1.20.14 runs: `"), "{run}");
    assert!(run.stdout.contains("\n> path "), "{run}");
    assert!(run.stderr.contains("usr/local/go/bin/go` comes before it on PATH\nhint: `eval"), "{run}");
}

#[test]
fn what_a_project_says_reaches_the_terminal_escaped() {
    let (_mirror, sandbox) = stocked();
    let path = path_of(&[&sandbox.root().join("bin")]);
    let project = sandbox.dir("pro\u{1b}[31mject");
    for (name, text) in [
        ("go.mod", "module m\ngo 1.22\u{1b}[2J\n"),
        ("go.mod", "module m\n\ngo 1.25\n"),
        (".go-version", "\u{1b}]0;evil\u{7}"),
    ] {
        fs::write(project.join(name), text).unwrap();
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
        command.args(["why", "--here"]).current_dir(&project).env("PATH", &path);
        let run = sandbox.start(command).wait();
        assert!(
            !run.stdout.contains(['\u{1b}', '\u{7}']) && !run.stderr.contains(['\u{1b}', '\u{7}']),
            "{run}"
        );
        assert!(run.stdout.contains("\\u{1b}"), "{run}");
    }
}

#[test]
fn use_says_in_a_line_what_comes_first() {
    let (_mirror, sandbox) = stocked();
    let bin = sandbox.root().join("bin");
    let old = sandbox.root().join("versions/go1.21.13/bin");
    let other = other_go(&sandbox, "usr/local/go", "1.20.14");
    let old_text = old.display().to_string();
    let first_old = path_of(&[&old, &bin]);
    for (env, says) in [
        (&[("PATH", path_of(&[&other, &bin]))][..], "usr/local/go/bin/go` comes before it on PATH"),
        (
            &[("PATH", first_old.clone()), ("GVM_RS_SHELL", old_text.clone())],
            "`gvm-rs shell` chose go1.21.13",
        ),
        (&[("PATH", first_old), ("GVM_RS_PROJECT", old_text)], "in this directory go1.21.13 comes first"),
        (&[("PATH", path_of(&[&bin])), ("GOTOOLCHAIN", "go1.21.13+auto".into())], "so `go` runs go1.21.13"),
        (&[("PATH", path_of(&[&bin])), ("GOTOOLCHAIN", "nonsense".into())], "invalid GOTOOLCHAIN"),
        (
            &[("PATH", path_of(&[&bin])), ("GOTOOLCHAIN", "go1.22".into())],
            "GOTOOLCHAIN is `go1.22` in the environment, so `go` fails: invalid toolchain: go1.22 is a language version",
        ),
        (&[("PATH", path_of(&[&bin])), ("BASH_FUNC_go%%", "() { :; }".into())], "a function named `go`"),
    ] {
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for words in [&["use", "1.22"][..], &["rollback", "1.22.5"]] {
            let run = sandbox.gvm_with(&env, words).ok();
            assert!(run.stderr.contains(says), "{run}");
        }
    }
    let clean = path_of(&[&bin]);
    let run = sandbox.gvm_with(&[("PATH", &clean), ("GOTOOLCHAIN", "auto")], &["use", "1.22"]).ok();
    assert_eq!(run.stderr, "go1.22.5 is current already\n");
}
