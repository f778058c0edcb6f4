//! `ci env`, in the form of each server; what it prints is read by what reads it there, as far as that is here.

use crate::support::Sandbox;
use crate::{json, stocked, write};

#[test]
fn later_steps_of_github_find_go() {
    let (_mirror, sandbox) = stocked();
    let (path, env) = (write(&sandbox.home(), "path", "/before\n"), write(&sandbox.home(), "env", ""));
    let github = [("GITHUB_PATH", path.to_str().unwrap()), ("GITHUB_ENV", env.to_str().unwrap())];
    let read = |file| std::fs::read_to_string(file).unwrap();
    sandbox.gvm_with(&[&github[..], &[("GITHUB_ACTIONS", "true")]].concat(), &["ci", "env"]).ok();
    let (bin, tools) = (sandbox.root().join("bin"), sandbox.home().join("go/bin"));
    // Each line is put before those above it.
    assert_eq!(read(&path), format!("/before\n{}\n{}\n", tools.display(), bin.display()));
    assert_eq!(read(&env), "GOTOOLCHAIN=local\n");
    // What is not current is named by itself.
    sandbox.gvm_with(&github, &["ci", "env", "1.21", "--for", "github"]).ok();
    assert!(read(&path).ends_with("/versions/go1.21.13/bin\n"), "{}", read(&path));
    let run = sandbox.gvm(&["ci", "env", "--for", "github"]).fails(2);
    assert!(run.stderr.contains("GITHUB_PATH is not set"), "{run}");
    // Where one of the files cannot be written, none is.
    let (before, nowhere) = (read(&path), sandbox.home().join("no/such/env"));
    let half = [github[0], ("GITHUB_ENV", nowhere.to_str().unwrap())];
    sandbox.gvm_with(&half, &["ci", "env", "--for", "github"]).fails(8);
    assert_eq!(read(&path), before);
}

#[test]
fn the_project_or_what_is_typed_says_which_go() {
    let (_mirror, sandbox) = stocked();
    let version = |args: &[&str]| {
        let run = sandbox.gvm(&[&["ci", "env", "--json"], args].concat()).ok();
        json(&run)["version"].as_str().unwrap().to_owned()
    };
    assert_eq!(version(&[]), "1.22.5");
    write(&sandbox.home(), ".go-version", "1.21\n");
    assert_eq!((version(&[]), version(&["1.22"])), ("1.21.13".to_owned(), "1.22.5".to_owned()));
    write(&sandbox.home(), ".go-version", "1.23\n");
    let run = sandbox.gvm(&["ci", "env"]).fails(4);
    assert!(run.stdout.is_empty(), "{run}");
    // Whoever set it for this job means it.
    let run = sandbox.gvm_with(&[("GOTOOLCHAIN", "auto")], &["ci", "env", "--json", "1.22"]).ok();
    assert_eq!(json(&run)["env"], serde_json::json!({}));
}

#[test]
fn a_script_finds_go_whatever_the_roots_name() {
    for name in ["a b", "$(touch x) ${HOME}", "it's \"q\" \\ `t`", "100% ; # é"] {
        let (_mirror, sandbox) = stocked();
        let root = sandbox.path().join(name);
        std::fs::rename(sandbox.root(), &root).unwrap();
        let sandbox = sandbox.env("GVM_RS_HOME", &root).env("LC_ALL", "C.UTF-8");
        let script = format!(
            "set -eu; eval \"$({} ci env 1.21)\"; go version; echo \"$GVM_RS_HOME $GOTOOLCHAIN\"",
            env!("CARGO_BIN_EXE_gvm-rs")
        );
        let run = sandbox.sh(&script).ok();
        assert_eq!(run.stdout, format!("go version go1.21.13 linux/amd64\n{} local\n", root.display()));
        assert!(!sandbox.home().join("x").exists());
        let docker = sandbox.gvm(&["ci", "env", "--for", "docker"]).ok().stdout;
        let quoted =
            root.display().to_string().replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
        assert!(docker.starts_with(&format!("ENV PATH=\"{quoted}/bin:")), "{docker}");
        assert!(
            docker.contains(":${PATH}\"\n") && docker.ends_with(&format!("ENV GVM_RS_HOME=\"{quoted}\"\n")),
            "{docker}"
        );
    }
}

#[test]
fn a_root_of_several_lines_is_refused() {
    let sandbox = Sandbox::new();
    let (mirror, _) = stocked();
    let sandbox = sandbox.with_mirror(&mirror);
    let root = sandbox.path().join("a\nLD_PRELOAD=x");
    let sandbox = sandbox.env("GVM_RS_HOME", &root);
    sandbox.gvm(&["use", "1.22.5", "--proof", "version"]).ok();
    for server in ["github", "gitlab", "docker"] {
        let run = sandbox.gvm(&["ci", "env", "--for", server]).fails(2);
        assert!(run.stdout.is_empty() && run.stderr.contains("control character"), "{run}");
    }
}
