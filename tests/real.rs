//! End to end on real Go toolchains: install, switch, compile, run, roll back; a switch in the middle of a cold
//! build; and what Go itself makes of versions and of go.mod files.
//!
//! The archives are in GVM_RS_TEST_REAL_MIRROR (a directory that holds `dl/`), by default target/real-mirror, as
//! `tests/real/make-mirror` makes it. Without them the tests fail, unless GVM_RS_TEST_SKIP names `real`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

#[path = "real/cgo.rs"]
mod cgo;
#[path = "real/choice.rs"]
mod choice;
#[path = "real/doctor.rs"]
mod doctor;
#[path = "real/gover.rs"]
mod gover;
#[path = "real/inspect.rs"]
mod inspect;
mod needs;
mod support;

#[path = "real/upgrade.rs"]
mod upgrade;

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use support::{Sandbox, tree_names};

const OLD: &str = "1.21.13";
const MIDDLE: &str = "1.26.6";
const NEW: &str = "1.27.3";

/// One story on one store, because an install of three real toolchains is dear.
#[test]
fn real_toolchains_install_switch_build_and_roll_back() {
    if needs::is_skipped("real") {
        return;
    }
    let sandbox = sandbox();
    three_install_at_once(&sandbox);
    for version in [OLD, NEW, MIDDLE] {
        a_switch_gives_a_go_that_compiles(&sandbox, version);
    }
    inspect::tells_what_real_programs_are(&sandbox);
    cgo::rule_is_that_of_go(&sandbox);
    cgo::what_is_foretold_happens(&sandbox);
    gover::agrees_on_every_version(&sandbox);
    gover::agrees_on_every_go_mod(&sandbox);
    the_trees_are_still_what_the_manifests_say(&sandbox);
    a_rollback_needs_no_network(&sandbox);
    a_module_gets_the_installed_toolchain_it_asks_for(&sandbox);
    a_switch_in_the_middle_of_a_cold_build_does_no_harm(&sandbox);
    choice::is_that_of_go(&sandbox);
    the_trees_are_still_what_the_manifests_say(&sandbox);
}

/// A home whose go never leaves the machine, and the mirror of real archives.
fn sandbox() -> Sandbox {
    let dl = mirror().join("dl");
    let sandbox = Sandbox::new();
    let path = format!("{}:/usr/bin:/bin", sandbox.root().join("bin").display());
    sandbox
        .env("GVM_RS_INDEX", dl.join("index.json"))
        .env("GVM_RS_MIRROR", dl)
        .env("PATH", path)
        .env("GOPROXY", "off")
        .env("CGO_ENABLED", "0")
}

fn mirror() -> PathBuf {
    let named = std::env::var_os("GVM_RS_TEST_REAL_MIRROR").map(PathBuf::from);
    let mirror = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/real-mirror"));
    assert!(
        mirror.join("dl/index.json").is_file(),
        "no real toolchains in {}: make them with tests/real/make-mirror, or set GVM_RS_TEST_SKIP=real",
        mirror.display()
    );
    mirror
}

fn tree(sandbox: &Sandbox, version: &str) -> PathBuf {
    sandbox.root().join(format!("versions/go{version}"))
}

/// Runs a command line in a directory.
fn sh(sandbox: &Sandbox, directory: &Path, script: &str) -> String {
    let mut command = sandbox.command("/bin/sh");
    command.args(["-euc", script]).current_dir(directory);
    sandbox.start(command).wait().ok().out().to_owned()
}

/// A module with one program.
fn module(sandbox: &Sandbox, name: &str, go_mod: &str, program: &str) -> PathBuf {
    let directory = sandbox.dir(name);
    std::fs::write(directory.join("go.mod"), format!("module example.com/m\n\n{go_mod}")).unwrap();
    std::fs::write(directory.join("main.go"), program).unwrap();
    directory
}

fn three_install_at_once(sandbox: &Sandbox) {
    let run = sandbox.gvm(&["install", OLD, MIDDLE, NEW, "--json"]).ok();
    let outcomes: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
    let versions: Vec<&str> = outcomes.iter().map(|outcome| outcome["version"].as_str().unwrap()).collect();
    assert_eq!(versions, [OLD, MIDDLE, NEW]);
    for version in versions {
        let manifest = sandbox.root().join(format!("manifests/go{version}.unofficial.jsonl"));
        let lines = std::fs::read_to_string(manifest).unwrap().lines().count();
        assert!(lines > 5000, "{version} has {lines} lines in its manifest");
    }
}

const HELLO: &str = "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime\"\n)\n\nfunc main() { fmt.Println(\"hello from\", runtime.Version()) }\n";
const HELLO_TEST: &str = "package main\n\nimport \"testing\"\n\nfunc TestIt(t *testing.T) {}\n";

fn a_switch_gives_a_go_that_compiles(sandbox: &Sandbox, version: &str) {
    sandbox.gvm(&["use", version]).ok();
    let hello = module(sandbox, &format!("hello-{version}"), "go 1.21\n", HELLO);
    std::fs::write(hello.join("main_test.go"), HELLO_TEST).unwrap();
    let local = |script: &str| sh(sandbox, &hello, &format!("export GOTOOLCHAIN=local; {script}"));
    assert_eq!(local("go version"), format!("go version go{version} linux/amd64"));
    assert_eq!(local("go env GOROOT"), tree(sandbox, version).display().to_string());
    assert_eq!(local("go build -o hello . && ./hello"), format!("hello from go{version}"));
    // gofmt comes from the same place.
    assert_eq!(local("gofmt -l main.go"), "");
    if version == NEW {
        local("go vet . && go test .");
    }
}

/// Names, modes and sizes; reading everything back would take longer than all the rest.
fn the_trees_are_still_what_the_manifests_say(sandbox: &Sandbox) {
    for version in [OLD, MIDDLE, NEW] {
        let tree = tree(sandbox, version);
        let manifest = sandbox.root().join(format!("manifests/go{version}.unofficial.jsonl"));
        let text = std::fs::read_to_string(manifest).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let [_, files @ .., end] = lines.as_slice() else { panic!("go{version} has no whole manifest") };
        assert_eq!(end["files"].as_u64(), Some(files.len() as u64));
        let mut recorded = Vec::new();
        for line in files {
            let path = line["path"].as_str().unwrap().to_owned();
            let meta = std::fs::symlink_metadata(tree.join(&path)).unwrap();
            let mode = u64::from(meta.permissions().mode() & 0o7777);
            assert_eq!(
                (line["mode"].as_u64(), line["size"].as_u64()),
                (Some(mode), Some(meta.len())),
                "{path}"
            );
            assert_eq!(mode & 0o222, 0, "{path}");
            recorded.push(path);
        }
        recorded.sort();
        let names = tree_names(&tree);
        let files: Vec<&String> = names.iter().filter(|name| !name.ends_with('/')).collect();
        assert!(files.iter().copied().eq(recorded.iter()), "go{version}: building left something behind");
        for directory in names.iter().filter(|name| name.ends_with('/')) {
            let mode = std::fs::metadata(tree.join(directory)).unwrap().permissions().mode();
            assert_eq!(mode & 0o222, 0, "{directory}");
        }
    }
}

fn a_rollback_needs_no_network(sandbox: &Sandbox) {
    let nowhere = [("GVM_RS_INDEX", "/nowhere"), ("GVM_RS_MIRROR", "/nowhere"), ("GVM_RS_OFFLINE", "1")];
    for (args, version) in [(&["rollback"][..], NEW), (&["undo"], MIDDLE), (&["rollback", "1"], OLD)] {
        sandbox.gvm_with(&nowhere, args).ok();
        assert_eq!(sh(sandbox, &sandbox.home(), "go version"), format!("go version go{version} linux/amd64"));
    }
}

/// cmd/go's own switching: it finds `go1.27.3` in the one directory on PATH, and asks no proxy.
fn a_module_gets_the_installed_toolchain_it_asks_for(sandbox: &Sandbox) {
    sandbox.gvm(&["use", OLD]).ok();
    let asking = module(sandbox, "asking", &format!("go 1.21\n\ntoolchain go{NEW}\n"), HELLO);
    let run = |script: &str| sh(sandbox, &asking, script);
    assert_eq!(run("go version"), format!("go version go{NEW} linux/amd64"));
    assert_eq!(run("go env GOROOT"), tree(sandbox, NEW).display().to_string());
    assert_eq!(run("go run ."), format!("hello from go{NEW}"));
    assert_eq!(run("GOTOOLCHAIN=local go version"), format!("go version go{OLD} linux/amd64"));
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), format!("go{OLD}"));
}

const SERVER: &str = "package main\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n\t\"runtime\"\n)\n\nfunc main() {\n\t\
                      fmt.Println(http.StatusText(200), runtime.Version())\n}\n";

/// `go build -v` names each package as it is compiled; `current` flips back and forth while it does.
fn a_switch_in_the_middle_of_a_cold_build_does_no_harm(sandbox: &Sandbox) {
    let server = module(sandbox, "server", "go 1.21\n", SERVER);
    sandbox.gvm(&["use", NEW]).ok();
    let mut command = sandbox.command("go");
    command
        .args(["build", "-v", "-o", "server", "."])
        .current_dir(&server)
        .env("GOTOOLCHAIN", "local")
        .env("GOCACHE", sandbox.path().join("cold"))
        .stderr(Stdio::piped());
    let mut build = command.spawn().unwrap();
    let (mut packages, mut flips, mut last) = (0, 0, String::new());
    for line in BufReader::new(build.stderr.take().unwrap()).lines() {
        last = line.unwrap();
        packages += 1;
        if packages % 8 == 0 {
            let version = if flips % 2 == 0 { OLD } else { NEW };
            sandbox.gvm(&["-q", "use", version]).ok();
            flips += 1;
        }
    }
    assert!(build.wait().unwrap().success(), "the build failed after {packages} packages: {last}");
    assert!(packages > 40 && flips >= 5, "{packages} packages, {flips} flips: the cache was not cold");
    let said = sh(sandbox, &server, "./server");
    assert!([OLD, NEW].iter().any(|version| said == format!("OK go{version}")), "{said}");
}
