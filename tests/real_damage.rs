//! Damage to real Go toolchains: every kind at once, put right from the sister release and the archive.
//!
//! The archives are those of `tests/real.rs`. GVM_RS_TEST_SISTER names another release than 1.26.6 to take files from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]
#![allow(clippy::print_stdout, reason = "its figures")]

mod needs;
mod support;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::Sandbox;

const VERSION: &str = "1.27.3";

#[test]
fn a_real_toolchain_is_found_out_and_repaired() {
    if needs::is_skipped("real") {
        return;
    }
    let named = std::env::var_os("GVM_RS_TEST_REAL_MIRROR").map(PathBuf::from);
    let mirror = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/real-mirror"));
    assert!(mirror.join("dl/index.json").is_file(), "no real toolchains in {}", mirror.display());
    let sister = std::env::var("GVM_RS_TEST_SISTER").unwrap_or_else(|_| "1.26.6".to_owned());
    let dl = mirror.join("dl");
    let sandbox = Sandbox::new()
        .env("GVM_RS_INDEX", dl.join("index.json"))
        .env("GVM_RS_MIRROR", dl)
        .env("GOTOOLCHAIN", "local")
        .env("CGO_ENABLED", "0");
    sandbox.gvm(&["install", VERSION, &sister]).ok();
    sandbox.gvm(&["use", VERSION]).ok();
    let shared = shared_files(&sandbox, VERSION, &sister);
    sandbox.gvm(&["verify", "--all"]).ok();

    damage(&sandbox);
    let run = sandbox.gvm(&["verify", "--json"]).fails(10);
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    // With `chmod -R` every mode is wrong.
    assert!(
        told["findings"].as_array().unwrap().len() > 8000,
        "{}",
        told["findings"].as_array().unwrap().len()
    );

    let run = sandbox.gvm(&["repair", "--json"]).ok();
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    let repaired = &told["toolchains"][0];
    let number = |name: &str| repaired[name]["files"].as_u64().unwrap();
    assert!(number("from_other_toolchains") > 0 && number("from_archive") > 0, "{told}");
    sandbox.gvm(&["verify"]).ok();
    let hello = sandbox.dir("hello");
    fs::write(hello.join("go.mod"), "module example.com/hello\n\ngo 1.21\n").unwrap();
    fs::write(
        hello.join("main.go"),
        "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n",
    )
    .unwrap();
    let script = format!("cd '{}' && '{}/bin/go' run .", hello.display(), sandbox.root().display());
    assert_eq!(sandbox.sh(&script).ok().out(), "hello");
    println!(
        "{VERSION} and {sister} share {} of {} files, {} of {} bytes; the repair took {} files from {sister} ({} bytes) and {} \
         from the archive ({} bytes)",
        shared.files,
        shared.all_files,
        shared.bytes,
        shared.all_bytes,
        number("from_other_toolchains"),
        repaired["from_other_toolchains"]["bytes"],
        number("from_archive"),
        repaired["from_archive"]["bytes"],
    );
}

/// Some of everything.
fn damage(sandbox: &Sandbox) {
    let script =
        "cd \"$0\"; chmod -R u+w .; rm -r src/fmt src/net/http pkg/tool; chmod 755 bin; rm bin/gofmt;
        printf x >> src/runtime/proc.go; printf y | dd of=bin/go bs=1 seek=5000000 conv=notrunc 2>/dev/null;
        mkdir src/evil; echo 'package evil' >src/evil/evil.go; mv src/os src/so";
    let mut command = sandbox.command("/bin/sh");
    command.args(["-euc", script]).arg(sandbox.root().join(format!("versions/go{VERSION}")));
    sandbox.start(command).wait().ok();
}

/// What two releases have in common, by their manifests.
struct Shared {
    files: usize,
    all_files: usize,
    bytes: u64,
    all_bytes: u64,
}

fn shared_files(sandbox: &Sandbox, one: &str, other: &str) -> Shared {
    let records = |version: &str| -> Vec<(String, String, u64)> {
        let path = sandbox.root().join(format!("manifests/go{version}.unofficial.jsonl"));
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let record = |line: Value| {
            let text = |name: &str| Some(line[name].as_str()?.to_owned());
            Some((text("path")?, text("sha256")?, line["size"].as_u64()?))
        };
        lines.filter_map(record).collect()
    };
    let (one, other) = (records(one), records(other).into_iter().collect::<HashSet<_>>());
    let common: Vec<_> = one.iter().filter(|record| other.contains(*record)).collect();
    Shared {
        files: common.len(),
        all_files: one.len(),
        bytes: common.iter().map(|(_, _, size)| size).sum(),
        all_bytes: one.iter().map(|(_, _, size)| size).sum(),
    }
}
