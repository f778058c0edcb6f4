//! `preflight --cgo` held against what Go itself says and does, with a C compiler on PATH and without one.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Run, Sandbox};
use crate::{NEW, OLD, needs, tree};

/// With a compiler on PATH, and without.
fn paths(sandbox: &Sandbox) -> [String; 2] {
    ["/usr/bin:/bin".to_owned(), sandbox.dir("no-compiler").to_string_lossy().into_owned()]
}

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn run(sandbox: &Sandbox, program: PathBuf, args: &[&str], env: &[(&str, &str)], directory: &Path) -> Run {
    let mut command = sandbox.command(program);
    command.args(args).env_remove("CGO_ENABLED").env("GOTOOLCHAIN", "local").envs(env.iter().copied());
    command.current_dir(directory);
    sandbox.start(command).wait()
}

fn gvm() -> PathBuf {
    env!("CARGO_BIN_EXE_gvm-rs").into()
}

pub fn rule_is_that_of_go(sandbox: &Sandbox) {
    if !needs::program("gcc") {
        return;
    }
    let nowhere = sandbox.dir("no-module");
    let files = ["", "CGO_ENABLED=1\n", "CGO_ENABLED=0\n", "CC=gcc\n", "GOARCH=arm64\n"];
    let mut compared = 0;
    for version in [OLD, NEW] {
        for (number, file) in files.iter().enumerate() {
            let goenv = sandbox.path().join(format!("goenv{number}"));
            std::fs::write(&goenv, file).unwrap();
            for path in paths(sandbox) {
                for variable in [
                    "",
                    "CGO_ENABLED=0",
                    "CGO_ENABLED=1",
                    "CGO_ENABLED=yes",
                    "CC=gcc",
                    "CC=nosuch -m64",
                    "GOARCH=arm64",
                    "GOOS=darwin",
                ] {
                    let pair = variable.split_once('=').unwrap_or(("UNUSED", ""));
                    let env = [("GOENV", goenv.to_str().unwrap()), ("PATH", &path), pair];
                    let go = tree(sandbox, version).join("bin/go");
                    let real = run(sandbox, go, &["env", "CGO_ENABLED"], &env, &nowhere).ok();
                    let said =
                        run(sandbox, gvm(), &["preflight", version, "--cgo", "--json", "-q"], &env, &nowhere);
                    let value: Value =
                        serde_json::from_str(&said.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
                    let is_on = value["cgo"]["enabled"].as_bool().unwrap();
                    assert_eq!(is_on, real.out() == "1", "{version} {file:?} {variable} {path}: {said}");
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 160);
}

pub fn what_is_foretold_happens(sandbox: &Sandbox) {
    if !needs::program("gcc") {
        return;
    }
    let modules = sandbox.dir("cgo-modules");
    let imports = |name: &str| format!("package main\n\nimport _ \"{name}\"\n\nfunc main() {{}}\n");
    for (module, main) in [
        ("needs", imports("example.org/needs/c")),
        ("uses", imports("net")),
        ("pure", "package main\n\nfunc main() {}\n".to_owned()),
    ] {
        write(&modules, &format!("{module}/go.mod"), &format!("module example.org/{module}\n\ngo 1.21\n"));
        write(&modules, &format!("{module}/main.go"), &main);
    }
    write(
        &modules,
        "needs/c/c.go",
        "package c\n\n// int one(void) { return 1; }\nimport \"C\"\n\nvar One = C.one()\n",
    );
    for version in [OLD, NEW] {
        for module in ["needs", "uses", "pure"] {
            let directory = modules.join(module);
            for path in paths(sandbox) {
                for cgo in ["", "0", "1"] {
                    let env = [("PATH", path.as_str()), ("CGO_ENABLED", cgo)];
                    let go = tree(sandbox, version).join("bin/go");
                    let real = run(sandbox, go, &["build", "-o", "/dev/null", "."], &env, &directory);
                    let said = run(sandbox, gvm(), &["preflight", version, "--cgo"], &env, &directory);
                    let expected = if real.code == Some(0) { 0 } else { 1 };
                    assert_eq!(said.code, Some(expected), "{version} {module} {path} {cgo}: {said}\n{real}");
                    // What it says that Go will say.
                    for text in
                        ["build constraints exclude all Go files", "cgo: C compiler \"gcc\" not found"]
                    {
                        assert_eq!(said.stdout.contains(text), real.stderr.contains(text), "{said}\n{real}");
                    }
                }
            }
        }
    }
    // A cross build, by flags.
    let env = [("PATH", "/usr/bin:/bin")];
    let words = ["preflight", NEW, "--cgo", "--arch", "arm64"];
    let said = run(sandbox, gvm(), &words, &env, &modules.join("needs")).fails(1);
    assert!(
        said.stdout.contains("cgo, for linux-arm64\n") && said.stdout.contains("a cross build"),
        "{said}"
    );
    run(sandbox, gvm(), &words, &env, &modules.join("uses")).ok();
    // What is not installed says so, and a directory without a module too.
    let said = run(sandbox, gvm(), &["preflight", "1.22", "--cgo"], &env, &modules.join("pure"));
    assert!(said.code == Some(3) || said.stderr.contains("is not installed"), "{said}");
    let said = run(sandbox, gvm(), &["preflight", NEW, "--cgo"], &env, &sandbox.dir("no-module")).ok();
    assert!(said.stderr.contains("which packages need cgo is not known"), "{said}");
    // Of what is missing it is not known what it would need.
    let missing = modules.join("missing");
    write(&missing, "go.mod", "module example.org/missing\n\ngo 1.21\n");
    write(&missing, "main.go", &imports("example.com/not/here"));
    let said = run(sandbox, gvm(), &["preflight", NEW, "--cgo"], &env, &missing).ok();
    assert!(said.stderr.contains("is not known: example.com/not/here: "), "{said}");
}
