//! `local` and `unpin` change one file, and `exec` runs under what a directory asks for.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::stocked;
use crate::support::tree_names;

#[test]
fn a_pin_is_an_exact_version_and_says_so() {
    let (_mirror, sandbox) = stocked();
    let project = sandbox.dir("project");
    for (spec, pinned) in
        [("1.22", "1.22.5"), ("1.21.13", "1.21.13"), ("go1.22.4", "1.22.4"), ("latest", "1.23.1")]
    {
        let run = sandbox.gvm_in(&project, &["local", spec]).ok();
        assert_eq!(fs::read_to_string(project.join(".go-version")).unwrap(), format!("{pinned}\n"));
        assert!(
            run.stderr.contains(&format!(".go-version` asks for {pinned} now; back: gvm-rs unpin\n")),
            "{run}"
        );
        assert_eq!(run.stderr.contains("go1.23.1 is not installed"), pinned == "1.23.1", "{run}");
    }
    assert_eq!(tree_names(&project), [".go-version"]);
    let run = sandbox.gvm_in(&project, &["local"]).ok();
    assert_eq!(run.out(), "1.23.1");
    assert!(run.stderr.contains(".go-version` says"), "{run}");
    sandbox.gvm(&["local"]).fails(2);
    let run = sandbox.gvm_in(&project, &["-q", "pin", "1.21", "--json"]).ok();
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((json["version"].as_str(), json["installed"].as_bool()), (Some("1.21.13"), Some(true)));
    assert_eq!(run.stderr, "");
    // What is pinned is kept.
    sandbox.gvm(&["uninstall", "1.21.13"]).fails(9);
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), "go1.22.5");
}

#[test]
fn other_files_stay_and_are_named() {
    let (_mirror, sandbox) = stocked();
    let project = sandbox.dir("project");
    fs::write(project.join(".tool-versions"), "nodejs 20\ngolang 1.21.13\n").unwrap();
    let run = sandbox.gvm_in(&project, &["local", "1.22.4"]).ok();
    assert!(run.stderr.contains(".tool-versions` asks for 1.21.13, and comes after it here"), "{run}");
    assert_eq!(
        sandbox.gvm_in(&project, &["exec", "go", "version"]).ok().out(),
        "go version go1.22.4 linux/amd64"
    );
    let run = sandbox.gvm_in(&project, &["unpin"]).ok();
    assert!(run.stderr.contains("removed `"), "{run}");
    assert!(run.stderr.contains(".tool-versions` asks for 1.21.13 here now"), "{run}");
    assert_eq!(tree_names(&project), [".tool-versions"]);
    assert!(fs::read_to_string(project.join(".tool-versions")).unwrap().starts_with("nodejs 20\ngolang"));
    let run = sandbox.gvm_in(&project, &["unpin"]).fails(4);
    assert!(run.stderr.contains("no `.go-version` in this directory names a version"), "{run}");
    // Comments are the user's.
    fs::write(project.join(".go-version"), "# see the wiki\n1.21 # old\n").unwrap();
    sandbox.gvm_in(&project, &["local", "1.22.4"]).ok();
    assert_eq!(fs::read_to_string(project.join(".go-version")).unwrap(), "# see the wiki\n1.22.4 # old\n");
    let run = sandbox.gvm_in(&project, &["unpin"]).ok();
    assert!(run.stderr.contains("names no version any more"), "{run}");
    assert_eq!(fs::read_to_string(project.join(".go-version")).unwrap(), "# see the wiki\n");
}

#[test]
fn what_is_no_file_of_ours_is_not_replaced() {
    let (_mirror, sandbox) = stocked();
    let project = sandbox.dir("project");
    let (file, other) = (project.join(".go-version"), sandbox.home().join("other"));
    fs::write(&other, "1.21\n").unwrap();
    std::os::unix::fs::symlink(&other, &file).unwrap();
    for words in [&["local", "1.22.4"][..], &["unpin"]] {
        let run = sandbox.gvm_in(&project, words).fails(2);
        assert!(run.stderr.contains("it is a symbolic link, which is not followed"), "{run}");
    }
    assert_eq!(fs::read_to_string(&other).unwrap(), "1.21\n");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    sandbox.gvm_in(&project, &["local", "1.22.4"]).fails(2);
    assert_eq!(tree_names(&project), [".go-version/"]);
    for spec in ["nonsense", "../x", "1.22.99", ""] {
        let code = sandbox.gvm_in(&project, &["local", spec]).code;
        assert!([Some(2), Some(3)].contains(&code), "{spec}: {code:?}");
    }
}

#[test]
fn a_pin_below_the_go_line_is_warned_of() {
    let (_mirror, sandbox) = stocked();
    let project = sandbox.dir("project");
    let bin = sandbox.root().join("bin").display().to_string() + ":/usr/bin:/bin";
    for (go_mod, env, says) in [
        ("go 1.21\n", &[][..], None),
        ("go 1.22\n", &[], Some("needs go 1.22: go1.21.13 would download go1.22.0 and run that")),
        (
            "go 1.22.4\n",
            &[("PATH", bin.as_str())],
            Some("needs go 1.22.4: go1.21.13 would run go1.22.4 instead"),
        ),
        ("go 1.22\n", &[("GOTOOLCHAIN", "local")], Some("needs go 1.22, which go1.21.13 cannot build")),
        ("go 1.22\n", &[("GOTOOLCHAIN", "path")], Some("would look for go1.22.0 on PATH and fail")),
        ("go 1.21\ntoolchain go1.22.9\n", &[], Some("needs go 1.21 and prefers go1.22.9")),
        ("go 1.22\n", &[("GOWORK", "/nonexistent/go.work")], Some("needs go 1.22")),
    ] {
        fs::write(project.join("go.mod"), format!("module m\n\n{go_mod}")).unwrap();
        let words = format!("cd '{}' && exec \"$GVM\" local 1.21", project.display());
        let mut command = sandbox.command("/bin/sh");
        command.args(["-c", &words]).env("GVM", env!("CARGO_BIN_EXE_gvm-rs")).envs(env.iter().copied());
        let run = sandbox.start(command).wait().ok();
        match says {
            Some(says) => assert!(run.stderr.contains(says), "{go_mod}: {run}"),
            None => assert!(!run.stderr.contains("go.mod"), "{go_mod}: {run}"),
        }
    }
    let run = sandbox.gvm_in(&project, &["use"]).ok();
    assert!(run.stderr.contains("go.mod` needs go 1.22: go1.21.13 would download go1.22.0"), "{run}");
}

#[test]
fn exec_takes_what_the_directory_asks_for() {
    let (_mirror, sandbox) = stocked();
    let project = sandbox.dir("project");
    let run_in = |files: &[(&str, &str)], words: &[&str]| {
        for name in [".go-version", "go.mod", "mise.toml"] {
            fs::remove_file(project.join(name)).ok();
        }
        files.iter().for_each(|(name, text)| fs::write(project.join(name), text).unwrap());
        sandbox.gvm_in(&project, words)
    };
    let go = ["exec", "go", "version"];
    for (files, version) in [
        (&[(".go-version", "1.21\n")][..], "1.21.13"),
        (&[("mise.toml", "tools.go = \"1.22.4\"\n")], "1.22.4"),
        // The least that will do: what is current is newer, or else an installed one that is.
        (&[("go.mod", "go 1.21\n")], "1.22.5"),
        (&[("go.mod", "go 1.21\ntoolchain go1.22.4\n")], "1.22.5"),
        (&[(".go-version", "1.21\n"), ("go.mod", "go 1.22\n")], "1.21.13"),
    ] {
        let run = run_in(files, &go).ok();
        assert_eq!(run.out(), format!("go version go{version} linux/amd64"), "{files:?}: {run}");
    }
    let run = run_in(&[(".go-version", "1.21\n")], &["exec", "--", "sh", "-c", "go version"]).ok();
    assert_eq!(run.out(), "go version go1.21.13 linux/amd64");
    // A word that reads as a version is one, and one that is no program either was meant for one.
    assert_eq!(
        run_in(&[], &["exec", "1.22.4", "go", "version"]).ok().out(),
        "go version go1.22.4 linux/amd64"
    );
    let run = run_in(&[(".go-version", "1.21\n")], &["exec", "1.2x", "--", "go", "version"]).fails(2);
    assert!(run.stderr.contains("`1.2x` is not a Go version"), "{run}");
    run_in(&[(".go-version", "1.21\n")], &["exec", "1.22"]).fails(2);
    run_in(&[], &go).fails(2);
    let run = run_in(&[(".go-version", "1.23\n")], &go).fails(4);
    assert!(run.stderr.contains("hint: run `gvm-rs install '1.23'`"), "{run}");
    assert!(!Path::new(&sandbox.root().join("versions/go1.23.1")).exists());
    let run = run_in(&[(".go-version", "1.23\n")], &["exec", "--install", "go", "version"]).ok();
    assert_eq!(run.out(), "go version go1.23.1 linux/amd64");
    let run = run_in(&[("go.mod", "go 1.23\n")], &go).ok();
    assert_eq!(run.out(), "go version go1.23.1 linux/amd64");
    // And nothing was switched.
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), "go1.22.5");
}

#[test]
fn a_workspace_is_found_as_cmd_go_finds_it() {
    let (_mirror, sandbox) = stocked();
    let (project, bare, named) = (sandbox.dir("work/module"), sandbox.dir("bare"), sandbox.dir("named"));
    fs::write(project.join("go.mod"), "go 1.21\n").unwrap();
    fs::write(project.join("../go.work"), "go 1.22.4\n").unwrap();
    let named = named.join("go.work").display().to_string();
    fs::write(&named, "go 1.22.5\n").unwrap();
    let run = |directory: &Path, gowork: &str, words: &[&str]| {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
        command.args(words).current_dir(directory).env("GOWORK", gowork);
        sandbox.start(command).wait()
    };
    for (gowork, asks, version) in [
        ("", "1.22.4", "go1.22.4"),
        ("auto", "1.22.4", "go1.22.4"),
        ("off", "1.21", "go1.21.13"),
        (&named, "1.22.5", "go1.22.5"),
    ] {
        sandbox.gvm(&["use", "1.21"]).ok();
        assert_eq!(run(&project, gowork, &["local"]).ok().out(), asks, "{gowork}");
        let hooked = run(&project, gowork, &["hook"]).ok().stdout;
        assert_eq!(hooked.lines().next().unwrap(), version.replace("go1.21.13", ""), "{gowork}");
        let ran = run(&project, gowork, &["exec", "go", "version"]).ok();
        assert_eq!(ran.out(), format!("go version {version} linux/amd64"), "{gowork}");
        run(&project, gowork, &["use"]).ok();
        assert_eq!(sandbox.gvm(&["current"]).ok().out(), version, "{gowork}");
    }
    // It counts where there is no module, too; a pin comes before it.
    assert_eq!(run(&bare, &named, &["local"]).ok().out(), "1.22.5");
    run(&bare, "", &["local"]).fails(2);
    fs::write(project.join(".go-version"), "1.23\n").unwrap();
    assert_eq!(run(&project, &named, &["local"]).ok().out(), "1.23");
    // One that is turned off or is another is passed over.
    fs::rename(project.join(".go-version"), project.join("../.go-version")).unwrap();
    fs::rename(project.join("go.mod"), project.join("go.work")).unwrap();
    for gowork in ["off", &named] {
        assert_eq!(run(&project, gowork, &["local"]).ok().out(), "1.23", "{gowork}");
    }
    // `go env -w` may have said it.
    fs::write(project.join("go.mod"), "go 1.21\n").unwrap();
    let file = sandbox.home().join(".config/go/env");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "GOWORK=off\n").unwrap();
    assert_eq!(run(&project, "", &["local"]).ok().out(), "1.21");
}
