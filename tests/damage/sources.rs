//! Where a repair takes from: other toolchains first, then the archive, and only what has the right hash.

use std::fs;

use serde_json::Value;

use crate::store::{ALL, CURRENT, OLD, SISTER, Store, archive, overwrite, remove};
use crate::support::{FakeGo, Mirror, Sandbox};

/// A store whose mirror counts requests.
fn online() -> (Store, Mirror) {
    let mirror = Mirror::start();
    for version in ALL {
        mirror.add_bytes(version, "linux-amd64", archive(version));
    }
    let store = Store::with(Sandbox::new().with_mirror(&mirror));
    (store, mirror)
}

#[test]
fn files_that_another_toolchain_has_are_taken_from_there_without_any_request() {
    let (store, mirror) = online();
    let tree = store.tree(CURRENT);
    overwrite(&tree.join("src/fmt/scan.go"), |bytes| bytes[7] ^= 1);
    remove(&tree.join("src/io"));
    remove(&tree.join("bin/gofmt"));
    let told: Value = serde_json::from_str(&store.repairs(&["--offline", "--json"]).stdout).unwrap();
    assert_eq!(told["toolchains"][0]["from_other_toolchains"]["files"], 4, "{told}");
    assert_eq!(told["toolchains"][0]["from_archive"]["files"], 0, "{told}");
    assert!(mirror.requests().is_empty(), "{:?}", mirror.requests());
}

#[test]
fn a_damaged_file_of_another_toolchain_is_not_taken() {
    let (store, mirror) = online();
    for version in ALL {
        overwrite(&store.tree(version).join("src/fmt/scan.go"), |bytes| bytes[7] ^= 1);
    }
    store.sandbox.gvm(&["repair", "--offline", "--all"]).fails(5);
    store.repairs(&["--all"]);
    // The first one comes from its archive, and the others then from the first.
    assert_eq!(mirror.requests().len(), 1, "{:?}", mirror.requests());
}

#[test]
fn a_kept_archive_is_used_before_the_network() {
    let mirror = Mirror::start();
    mirror.add(FakeGo::new("1.20.3").padding(1000));
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "--use", "--keep-archives", "1.20.3"]).ok();
    let tree = sandbox.root().join("versions/go1.20.3");
    overwrite(&tree.join("src/fmt/print.go"), |bytes| bytes[0] ^= 1);
    let before = mirror.requests().len();
    sandbox.gvm(&["repair", "--offline"]).ok();
    sandbox.gvm(&["verify"]).ok();
    assert_eq!(mirror.requests().len(), before);
    assert_eq!(sandbox.gvm(&["cache", "ls", "--json"]).ok().stdout.matches("sha256").count(), 1);
}

#[test]
fn without_any_source_the_store_stays_as_it_is_and_a_way_out_is_named() {
    let (store, _mirror) = online();
    overwrite(&store.tree(CURRENT).join("src/own.go"), |bytes| bytes[0] ^= 1);
    fs::write(store.tree(CURRENT).join("added"), "x").unwrap();
    let before = crate::store::snapshot(&store.root.join("versions"));
    let run = store.sandbox.gvm(&["repair", "--offline"]).fails(5);
    for told in [
        "error: cannot repair go1.22.6: ",
        "go1.22.6 is current, and stays as it is",
        "`gvm-rs rollback` goes back to go1.22.5",
    ] {
        assert!(run.stderr.contains(told), "{run}");
    }
    assert_eq!(crate::store::snapshot(&store.root.join("versions")), before);
    assert_eq!(store.go().as_deref(), Some(CURRENT));
    store.sandbox.gvm(&["rollback", "--json"]).ok();
    assert_eq!(store.go().as_deref(), Some(SISTER));
}

#[test]
fn an_archive_that_is_another_one_repairs_nothing() {
    let (store, mirror) = online();
    overwrite(&store.tree(OLD).join("src/own.go"), |bytes| bytes[0] ^= 1);
    let before = crate::store::snapshot(&store.root.join("versions"));
    mirror.swap_bytes("go1.21.0.linux-amd64.tar.gz", archive(CURRENT));
    store.sandbox.gvm(&["repair", OLD]).fails(6);
    assert_eq!(crate::store::snapshot(&store.root.join("versions")), before);
    mirror.swap_bytes("go1.21.0.linux-amd64.tar.gz", archive(OLD));
    store.repairs(&[OLD]);
}

#[test]
fn an_unofficial_toolchain_stays_what_it_was_or_is_not_repaired() {
    let (store, _mirror) = online();
    overwrite(&store.manifest(CURRENT), Vec::clear);
    // Without the index that named it only the official release of that number is known.
    let unnamed = [("GVM_RS_INDEX", ""), ("GVM_RS_OFFLINE", "1")];
    let run = store.sandbox.gvm_with(&unnamed, &["repair"]).fails(6);
    assert!(run.stderr.contains("it was an unofficial one") && run.stderr.contains("--index"), "{run}");
    store.repairs(&[]);
    let list = store.sandbox.gvm(&["list"]).ok().stdout;
    assert!(list.contains("go1.22.6     current, unofficial"), "{list}");
}

#[test]
fn a_recorded_hash_needs_no_index() {
    let (store, mirror) = online();
    overwrite(&store.tree(CURRENT).join("src/own.go"), |bytes| bytes[0] ^= 1);
    store.sandbox.gvm_with(&[("GVM_RS_INDEX", "")], &["repair"]).ok();
    store.sandbox.gvm(&["verify"]).ok();
    assert_eq!(mirror.requests_for("/dl/index.json").len(), 0);
    assert!(store.sandbox.gvm(&["list"]).ok().stdout.contains("current, unofficial"));
}
