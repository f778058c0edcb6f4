//! Go's own opinion: the order of versions by its `go/version`, and the go and toolchain lines by its `go mod edit`.
#![expect(clippy::print_stdout, reason = "the figures, for whoever asks with --nocapture")]

use std::cmp::Ordering;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use gvm_rs::model::{GoVersion, VersionError, VersionFile, request_in};
use serde_json::Value;

use super::support::Sandbox;
use super::{NEW, tree};

/// Over a thousand spellings near the edges of the grammar and of the order, and some beyond them.
fn spellings() -> Vec<String> {
    let mut spellings = Vec::new();
    for major in ["1", "2", "10"] {
        for minor in ["0", "2", "9", "18", "19", "20", "21", "22", "27", "100"] {
            for patch in ["", ".0", ".1", ".2", ".9", ".10", ".13"] {
                for tag in ["", "beta1", "beta2", "rc1", "rc2", "rc10", "alpha1"] {
                    spellings.push(format!("{major}.{minor}{patch}{tag}"));
                }
            }
        }
    }
    let odd = "1 2 x go 1. .1 1..5 1.22. 1.22.5. 1.22.5.1 01.22 1.022 1.22.05 1.22rc01 1.22rc 1.22.1rc 1.22-rc1 v1.22.5 \
        1.22.x 1.600+auto 1.999testmod 1.22.5-bigcorp 1.99999999999999998 1.4294967295.4294967295 0.5 +1.22 1.-1 1.22.5rc";
    spellings.extend(odd.split(' ').map(str::to_owned));
    spellings
}

/// Holds our grammar and order against Go's.
pub fn agrees_on_every_version(sandbox: &Sandbox) {
    let spellings = spellings();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/gover.go");
    let input = sandbox.path().join("versions");
    fs::write(&input, spellings.iter().map(|text| format!("{text}\n")).collect::<String>()).unwrap();
    let mut command = go(sandbox);
    command.arg("run").arg(program).stdin(File::open(input).unwrap());
    let output = sandbox.start(command).wait().ok();
    let mut lines = output.stdout.lines();
    let mut ours: Vec<_> = spellings.iter().map(|text| text.parse::<GoVersion>().map(Some)).collect();
    let mut unread = Vec::new();
    for (text, ours) in spellings.iter().zip(&mut ours) {
        let (valid, lang) = lines.next().unwrap().split_once(' ').unwrap();
        match ours {
            // Go knows one prerelease of a patch, go1.9.2rc2; here they are read, and reached by their exact name only.
            Ok(Some(version)) if version.is_oddity() && valid == "false" => *ours = Ok(None),
            Ok(version) => {
                let version = version.unwrap();
                // To Go the language of go1.0 is `go1`.
                let ours = format!("go{}", version.lang()).replace("go1.0", "go1");
                assert_eq!((valid, lang), ("true", ours.as_str()), "{text}");
            }
            Err(VersionError::LanguageVersion(ours)) => {
                assert_eq!((valid, lang), ("true", format!("go{ours}").as_str()), "{text}");
            }
            Err(_) if valid == "true" && !was_never_published(text) => unread.push(text),
            Err(_) => {}
        }
    }
    assert!(unread.is_empty(), "valid for Go, and not read: {unread:?}");
    let mut pairs = 0;
    for ((text, one), line) in spellings.iter().zip(&ours).zip(lines.by_ref()) {
        for ((other_text, other), sign) in spellings.iter().zip(&ours).zip(line.bytes()) {
            let (Ok(Some(one)), Ok(Some(other))) = (one, other) else { continue };
            let expected = match sign {
                b'-' => Ordering::Less,
                b'=' => Ordering::Equal,
                _ => Ordering::Greater,
            };
            assert_eq!(one.cmp(other), expected, "{text} and {other_text}");
            pairs += 1;
        }
    }
    assert_eq!(lines.next(), None);
    assert!(pairs > 100_000, "only {pairs} pairs were compared");
    println!("go/version agrees: {} spellings, {pairs} pairs", spellings.len());
}

/// Valid for Go, and yet nothing that was or will be released: `1`, `1.19alpha1`, `1.22.0rc1`, a private build's
/// suffix, numbers out of reach.
fn was_never_published(text: &str) -> bool {
    let numbers: Vec<&str> = text.split('.').collect();
    let has_tag = text.contains(|c: char| c.is_ascii_alphabetic());
    numbers.len() == 1
        || text.contains("alpha")
        || text.contains('-')
        || text.contains("testmod")
        || text.ends_with("rc")
        || numbers[2..].iter().any(|patch| has_tag && patch.starts_with('0'))
        || numbers.iter().any(|number| number.len() >= 10)
        || text.starts_with("0.")
}

/// Holds our reading of every go.mod of the fuzzer's corpus against Go's, wherever Go can read it.
pub fn agrees_on_every_go_mod(sandbox: &Sandbox) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/project_files");
    let mut compared = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        // The first byte says which file it is; see fuzz/src/project_files.rs.
        let (Some((2, text)), false) = (bytes.split_first(), bytes.contains(&0)) else { continue };
        let Ok(text) = std::str::from_utf8(text) else { continue };
        let Some((go, toolchain)) = lines_by_go(sandbox, text) else { continue };
        let mut canonical = go.map(|go| format!("go {go}\n")).unwrap_or_default();
        canonical.extend(toolchain.map(|toolchain| format!("toolchain {toolchain}\n")));
        let ours = request_in(VersionFile::GoMod, text).map_err(|error| error.to_string());
        let expected = request_in(VersionFile::GoMod, &canonical).map_err(|error| error.to_string());
        assert_eq!(ours, expected, "{}: Go reads {canonical:?}", path.display());
        compared += 1;
    }
    assert!(compared >= 5, "Go could read {compared} of the go.mod files");
    println!("go mod edit agrees on {compared} files");
}

/// The go and toolchain lines of a go.mod as Go sees them; `None` if it cannot read the file.
fn lines_by_go(sandbox: &Sandbox, text: &str) -> Option<(Option<String>, Option<String>)> {
    let directory = sandbox.dir("go-mod");
    fs::write(directory.join("go.mod"), text).unwrap();
    let mut command = go(sandbox);
    command.args(["mod", "edit", "-json"]).current_dir(directory);
    let run = sandbox.start(command).wait();
    if run.code != Some(0) {
        return None;
    }
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    let line = |key: &str| json[key].as_str().map(str::to_owned);
    Some((line("Go"), line("Toolchain")))
}

/// The newest of the installed ones, which knows `go/version` and stays itself.
fn go(sandbox: &Sandbox) -> std::process::Command {
    let go: PathBuf = tree(sandbox, NEW).join("bin/go");
    let mut command = sandbox.command(go);
    command.env("GOTOOLCHAIN", "local").env("GOFLAGS", "-mod=mod");
    command
}
