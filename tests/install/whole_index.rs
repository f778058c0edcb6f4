//! Specs on the complete index that go.dev served on 2026-08-19, with small archives behind a few of its rows.

use std::io::Read as _;

use serde_json::{Value, json};

use crate::installed;
use crate::support::mirror::sha256;
use crate::support::{FakeGo, Mirror, Sandbox};

/// The whole index.
fn whole() -> Vec<Value> {
    let mut body = Vec::new();
    let compressed: &[u8] = include_bytes!("../data/go-dl-include-all.json.gz");
    flate2::read::GzDecoder::new(compressed).read_to_end(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// Puts a small archive behind the row of each of these versions.
fn swap_in(index: &mut [Value], mirror: &Mirror, versions: &[&str]) {
    for version in versions {
        let bytes = FakeGo::new(version).padding(2000).build();
        let file_name = format!("go{version}.linux-amd64.tar.gz");
        let mut rows = index.iter_mut().flat_map(|release| release["files"].as_array_mut().unwrap());
        let row = rows.find(|row| row["filename"] == file_name).expect("a row of the real index");
        row["sha256"] = sha256(&bytes).into();
        row["size"] = bytes.len().into();
        mirror.add_bytes(version, "linux-amd64", bytes);
    }
}

/// A sandbox with this index as a file, and the mirror for the archives.
fn sandbox(index: &[Value], mirror: &Mirror) -> Sandbox {
    let sandbox = Sandbox::new();
    let path = sandbox.path().join("index.json");
    std::fs::write(&path, serde_json::to_vec(index).unwrap()).unwrap();
    sandbox.env("GVM_RS_INDEX", path).env("GVM_RS_MIRROR", mirror.base())
}

fn release(version: &str, bytes: &[u8]) -> Value {
    let row = json!({
        "filename": format!("go{version}.linux-amd64.tar.gz"), "os": "linux", "arch": "amd64",
        "version": format!("go{version}"), "sha256": sha256(bytes), "size": bytes.len(), "kind": "archive",
    });
    json!({"version": format!("go{version}"), "stable": false, "files": [row]})
}

#[test]
fn specs_mean_the_right_releases_of_the_whole_index() {
    let mirror = Mirror::start();
    let table = [
        ("1.22", "1.22.12"),
        ("1.22.x", "1.22.12"),
        ("1.22.5", "1.22.5"),
        ("go1.22.5", "1.22.5"),
        ("1.20", "1.20"),
        ("1.20.0", "1.20"),
        ("1.20.x", "1.20.14"),
        ("1.21", "1.21.13"),
        ("1.21.0", "1.21.0"),
        ("1.27rc1", "1.27rc1"),
        ("go1.21rc2", "1.21rc2"),
        ("1.9.2rc2", "1.9.2rc2"),
        ("latest", "1.27.0"),
        ("stable", "1.27.0"),
        ("oldstable", "1.26.7"),
        (">=1.21 <1.23", "1.22.12"),
        ("~1.25", "1.25.14"),
        ("1", "1.27.0"),
        ("<1.10", "1.9.7"),
    ];
    let mut versions: Vec<&str> = table.iter().map(|(_, version)| *version).collect();
    versions.sort_unstable();
    versions.dedup();
    let mut index = whole();
    swap_in(&mut index, &mirror, &versions);
    let sandbox = sandbox(&index, &mirror);
    for (spec, version) in table {
        let outcome = installed(&sandbox, &[spec]);
        assert_eq!((&outcome["version"], &outcome["unofficial"]), (&version.into(), &true.into()), "{spec}");
    }
    // 1.27.0 is out, so no release candidate is newer than what is stable.
    sandbox.gvm(&["install", "rc"]).fails(3);
    for (spec, said) in [
        ("1.7.2", "no Go release matches `1.7.2`"),
        ("1.28", "no Go release matches `1.28`"),
        ("1.4.3", "has no published sha256"),
        ("1.2.1", "no Go release matches `1.2.1`"),
    ] {
        let run = sandbox.gvm(&["install", spec]);
        assert!(run.code != Some(0) && run.stderr.contains(said), "{spec}: {run}");
    }
}

#[test]
fn the_newest_release_candidate_is_never_the_latest() {
    let mirror = Mirror::start();
    let mut index = whole();
    for version in ["1.28rc9", "1.28rc10"] {
        let bytes = FakeGo::new(version).padding(2000).build();
        index.insert(0, release(version, &bytes));
        mirror.add_bytes(version, "linux-amd64", bytes);
    }
    swap_in(&mut index, &mirror, &["1.27.0", "1.26.7"]);
    let sandbox = sandbox(&index, &mirror);
    for (spec, version) in [
        ("latest", "1.27.0"),
        ("stable", "1.27.0"),
        ("oldstable", "1.26.7"),
        (">=1.26", "1.27.0"),
        ("rc", "1.28rc10"),
    ] {
        assert_eq!(installed(&sandbox, &[spec])["version"], version, "{spec}");
    }
}

#[test]
fn a_row_with_the_official_hash_is_official_and_its_bytes_are_checked() {
    let mirror = Mirror::start();
    let sandbox = sandbox(&whole(), &mirror);
    let listed = sandbox.gvm(&["ls-remote", "--json", "1.22.5"]).ok();
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed["releases"][0]["unofficial"], false);
    // The right number of wrong bytes would take 69 MB; a wrong number of them is refused as well.
    mirror.add(FakeGo::new("1.22.5"));
    sandbox.gvm(&["install", "1.22.5"]).fails(5);
    assert_eq!(sandbox.gvm(&["list"]).ok().stdout, "");
}
