//! Which toolchain cmd/go runs: `gvm-rs why` works it out, and Go is asked.
#![expect(clippy::print_stdout, reason = "the figures, for whoever asks with --nocapture")]

use std::fs;

use serde_json::Value;

use super::support::Sandbox;
use super::{NEW, OLD};

const SETTINGS: &[&str] = &[
    "",
    "auto",
    "local",
    "path",
    "go1.21.13",
    "go1.27.3+auto",
    "go1.21.13+path",
    "go1.26.6+auto",
    "go1.25.1",
    "go1.24",
    "local+path",
    "bash",
    "go1.21.13+x",
];

const MODULES: &[&str] = &[
    "",
    "go 1.20",
    "go 1.21",
    "go 1.21.13",
    "go 1.22",
    "go 1.22.7",
    "go 1.26rc1",
    "go 1.26.6",
    "go 1.27.3",
    "go 1.99",
    "go 1.21\ntoolchain go1.26.6",
    "go 1.21\ntoolchain go1.27.3",
    "go 1.27\ntoolchain go1.26.6",
    "go 1.26\ntoolchain go1.26.6",
    "go 1.27\ntoolchain default",
    "toolchain go1.21.13",
];

/// Holds what `why` says against what Go does, for every setting in every module.
pub fn is_that_of_go(sandbox: &Sandbox) {
    let module = sandbox.dir("choice");
    let mut compared = 0;
    for local in [OLD, NEW] {
        sandbox.gvm(&["-q", "use", local]).ok();
        for setting in SETTINGS {
            for lines in MODULES {
                fs::write(module.join("go.mod"), format!("module example.com/m\n\n{lines}\n")).unwrap();
                let run = |program: &str, words: &[&str]| {
                    let mut command = sandbox.command(program);
                    command
                        .args(words)
                        .current_dir(&module)
                        .env("GOTOOLCHAIN", setting)
                        .env("GOFLAGS", "-mod=mod");
                    sandbox.start(command).wait()
                };
                let said = run(env!("CARGO_BIN_EXE_gvm-rs"), &["why", "--here", "--json"]);
                let said: Value = serde_json::from_str(&said.stdout).unwrap();
                let (outcome, detail) = (&said["here"]["outcome"], said["here"]["detail"].as_str());
                let version = said["here"]["program"]["version"].as_str();
                let go = run("go", &["env", "GOVERSION"]);
                let list = run("go", &["list", "-m"]);
                let what = format!("{local} {setting:?} {lines:?}: {said:#}\n{go}\n{list}");
                match outcome.as_str().unwrap() {
                    "program" => {
                        assert_eq!(go.out(), format!("go{}", version.unwrap()), "{what}");
                        assert_eq!(list.code, Some(0), "{what}");
                    }
                    "download" => {
                        assert!(
                            go.stderr.contains(&format!("download {}", detail.unwrap()))
                                || is_language(&go.stderr),
                            "{what}"
                        );
                        assert_ne!(go.code, Some(0), "{what}");
                    }
                    _ => assert_ne!(list.code, Some(0), "{what}"),
                }
                compared += 1;
            }
        }
    }
    println!("cmd/go agrees on {compared} choices");
}

/// GOTOOLCHAIN=go1.24 names no toolchain; Go tries it all the same, and says so when it fails.
fn is_language(stderr: &str) -> bool {
    stderr.contains("is a language version but not a toolchain version")
}
