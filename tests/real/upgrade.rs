//! Upgrades between real toolchains: what they build, what of that stays, and the tools that they build again.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Sandbox, tree_names};
use crate::{HELLO, MIDDLE, NEW, OLD, module, needs, sandbox, sh, tree};

/// Puts files into a zip as a module proxy has it, with the standard library of the Go that runs it.
const ZIP: &str = r#"package main

import (
	"archive/zip"
	"os"
)

func main() {
	file, _ := os.Create(os.Args[1])
	archive := zip.NewWriter(file)
	for _, name := range []string{"go.mod", "main.go"} {
		bytes, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		entry, _ := archive.Create("example.com/hello@v1.0.0/" + name)
		entry.Write(bytes)
	}
	archive.Close()
	file.Close()
}
"#;

#[test]
fn a_real_upgrade_builds_checks_switches_and_rebuilds_tools() {
    if needs::is_skipped("real") || !needs::program("bash") || !needs::program("gcc") {
        return;
    }
    let sandbox = sandbox().without_env("CGO_ENABLED");
    a_first_use_builds_with_c_whatever_lies_around(&sandbox);
    two_tools_are_installed(&sandbox);
    std::fs::write(sandbox.home().join(".bash_profile"), "PATH=~/.gvm-rs/bin:/usr/bin:/bin\n").unwrap();
    sandbox.gvm(&["install", NEW]).ok();
    let project = module(&sandbox, "project", "go 1.21\n", HELLO);
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command
        .args(["upgrade", "--to-minor", "--rebuild-tools", "--json", "--check", "go version; go list"])
        .current_dir(&project)
        .envs(proxy(&sandbox))
        .env("SHELL", "/usr/bin/bash");
    let run = sandbox.start(command).wait().ok();
    assert!(run.stderr.contains(&format!("go version go{NEW} linux/amd64\nexample.com/m\n")), "{run}");
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    let sights: Vec<&str> =
        told["shells"].as_array().unwrap().iter().map(|look| look["sight"].as_str().unwrap()).collect();
    assert_eq!(sights, ["found", "found"], "{run}");
    let tools = told["tools"]["outdated"].as_array().unwrap();
    let outcomes: Vec<String> =
        tools.iter().map(|tool| format!("{} {}", tool["name"], tool["outcome"]).replace('"', "")).collect();
    assert_eq!(outcomes, ["hello rebuilt", "m skipped"], "{run}");
    assert_eq!(sh(&sandbox, &project, "~/go/bin/hello; ~/go/bin/m"), said_by(NEW, MIDDLE));
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), format!("go{NEW}"));
    for version in [MIDDLE, NEW] {
        the_proof_left_nothing(&sandbox, version);
    }
    a_real_toolchain_without_its_linker_is_not_switched_to(&sandbox);
}

/// What the rebuilt tool says, and then the one that was left as it is.
fn said_by(one: &str, other: &str) -> String {
    format!("hello from go{one}\nhello from go{other}")
}

/// The store lies in a repository that git refuses to read, below a go.work that no Go understands.
fn a_first_use_builds_with_c_whatever_lies_around(sandbox: &Sandbox) {
    std::fs::create_dir(sandbox.home().join(".git")).unwrap();
    std::fs::write(sandbox.home().join("go.work"), "nonsense\n").unwrap();
    std::fs::write(sandbox.home().join("go.mod"), "nonsense\n").unwrap();
    let run = sandbox.gvm(&["-v", "use", MIDDLE]).ok();
    assert!(!run.stderr.contains("is not proved"), "{run}");
    for name in [".git", "go.work", "go.mod"] {
        let path = sandbox.home().join(name);
        if path.is_dir() { std::fs::remove_dir(path) } else { std::fs::remove_file(path) }.unwrap();
    }
}

/// One from a module proxy in a directory, and one from a directory.
fn two_tools_are_installed(sandbox: &Sandbox) {
    let hello = module(sandbox, "hello", "go 1.21\n", HELLO);
    let go_mod = "module example.com/hello\n\ngo 1.21\n";
    std::fs::write(hello.join("go.mod"), go_mod).unwrap();
    let versions = sandbox.dir("proxy/example.com/hello/@v");
    std::fs::write(versions.join("list"), "v1.0.0\n").unwrap();
    std::fs::write(versions.join("v1.0.0.info"), r#"{"Version":"v1.0.0"}"#).unwrap();
    std::fs::write(versions.join("v1.0.0.mod"), go_mod).unwrap();
    std::fs::create_dir(hello.join("zip")).unwrap();
    std::fs::write(hello.join("zip/zip.go"), ZIP).unwrap();
    let zip = versions.join("v1.0.0.zip");
    sh(sandbox, &hello, &format!("go run ./zip '{}'", zip.display()));
    let mut install = sandbox.command("go");
    install.args(["install", "example.com/hello@v1.0.0"]).current_dir("/").envs(proxy(sandbox));
    sandbox.start(install).wait().ok();
    let local = module(sandbox, "m", "go 1.21\n", HELLO);
    sh(sandbox, &local, "go install .; ~/go/bin/hello; ~/go/bin/m");
}

fn proxy(sandbox: &Sandbox) -> [(String, String); 2] {
    let proxy = format!("file://{}", sandbox.path().join("proxy").display());
    [("GOPROXY".to_owned(), proxy), ("GOSUMDB".to_owned(), "off".to_owned())]
}

fn the_proof_left_nothing(sandbox: &Sandbox, version: &str) {
    let manifest = sandbox.root().join(format!("manifests/go{version}.unofficial.jsonl"));
    let text = std::fs::read_to_string(manifest).unwrap();
    let recorded = text.lines().filter(|line| line.contains("\"path\":")).count();
    let names = tree_names(&tree(sandbox, version));
    assert_eq!(names.iter().filter(|name| !name.ends_with('/')).count(), recorded, "{version}");
    assert_eq!(tree_names(&sandbox.root().join("staging")), [""; 0]);
}

/// The version proof does not see it, because `go` itself is whole.
fn a_real_toolchain_without_its_linker_is_not_switched_to(sandbox: &Sandbox) {
    sandbox.gvm(&["install", OLD]).ok();
    let link: PathBuf = tree(sandbox, OLD).join("pkg/tool/linux_amd64/link");
    std::fs::remove_file(&link).unwrap();
    let run = sandbox.gvm(&["use", OLD]).fails(7);
    assert!(run.stderr.contains(&format!("did not switch to go{OLD}, `go` is still go{NEW}: ")), "{run}");
    assert!(run.stderr.contains("`go build` failed") && run.stderr.contains("link"), "{run}");
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), format!("go{NEW}"));
    sandbox.gvm(&["use", "--proof", "version", OLD]).ok();
}
