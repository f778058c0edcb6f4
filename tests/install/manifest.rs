//! The manifest beside a tree says where it came from and every file in it; the tree is the archive's, read-only.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::stocked;
use crate::support::mirror::sha256;
use crate::support::{FakeGo, tree_names};

/// Every file below a directory with its mode, size and hash.
fn files_in(tree: &Path) -> BTreeMap<String, (u32, u64, String)> {
    let files = tree_names(tree).into_iter().filter(|name| !name.ends_with('/'));
    files
        .map(|name| {
            let path = tree.join(&name);
            let mode = std::fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o7777;
            let bytes = std::fs::read(&path).unwrap();
            (name, (mode, bytes.len() as u64, sha256(&bytes)))
        })
        .collect()
}

#[test]
fn a_manifest_names_its_source_and_every_file_of_the_tree() {
    let (mirror, sandbox) = stocked(&[]);
    let script: &[u8] = b"#!/bin/sh\n";
    let go = FakeGo::new("1.22.5").padding(300_000).extra_file("go/src/all.bash", 0o775, script).extra_file(
        "go/src/empty.go",
        0o600,
        b"",
    );
    let archive = go.build();
    mirror.add(go);
    sandbox.gvm(&["install", "1.22"]).ok();

    let text = std::fs::read_to_string(sandbox.root().join("manifests/go1.22.5.unofficial.jsonl")).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let header = lines.next().unwrap();
    assert_eq!(header["format"], 1);
    assert_eq!(header["version"], "1.22.5");
    assert_eq!(header["platform"], "linux-amd64");
    assert_eq!(header["archive"], "go1.22.5.linux-amd64.tar.gz");
    assert_eq!(header["url"], format!("{}/go1.22.5.linux-amd64.tar.gz", mirror.base()));
    assert_eq!(header["sha256"], sha256(&archive));
    assert_eq!(header["size"], archive.len());
    assert_eq!(header["verified_by"], "named-index");
    assert_eq!(header["index"], mirror.index_url());
    assert!(header["installed_at"].as_u64().unwrap() > 1_700_000_000);

    let end = lines.next_back().unwrap();
    let recorded: BTreeMap<_, _> = lines
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap().to_owned();
            let mode = u32::try_from(line["mode"].as_u64().unwrap()).unwrap();
            (text("path"), (mode, line["size"].as_u64().unwrap(), text("sha256")))
        })
        .collect();
    let found = files_in(&sandbox.root().join("versions/go1.22.5"));
    assert_eq!(recorded, found);
    assert_eq!(end["files"], found.len());
    assert_eq!(end["bytes"], found.values().map(|(_, size, _)| size).sum::<u64>());
    assert_eq!(found["src/all.bash"].0, 0o555);
    assert_eq!(found["src/empty.go"], (0o444, 0, sha256(b"")));
}

#[test]
fn a_tree_is_stock_and_read_only() {
    let (_mirror, sandbox) = stocked(&["1.22.5"]);
    sandbox.gvm(&["install", "1.22"]).ok();
    let tree = sandbox.root().join("versions/go1.22.5");
    let names = tree_names(&tree);
    for name in &names {
        let mode = std::fs::metadata(tree.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o222, 0, "{name} has mode {mode:o}");
    }
    // What an archive holds and nothing else: no receipt, no marker.
    let unpacked = sandbox.dir("unpacked");
    std::fs::write(sandbox.path().join("go.tar.gz"), FakeGo::new("1.22.5").padding(2000).build()).unwrap();
    let mut tar = sandbox.command("tar");
    tar.args(["-xzf", "../go.tar.gz"]).current_dir(&unpacked).env("LC_ALL", "C.UTF-8");
    sandbox.start(tar).wait().ok();
    assert_eq!(names, tree_names(&unpacked.join("go")));
}
