//! The model against the complete index that go.dev served on 2026-08-19.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::LazyLock;

use gvm_rs::model::{Archive, GoVersion, Index, Lang, Platform, VersionRequest};
use serde_json::Value;

static BODY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut body = Vec::new();
    let compressed: &[u8] = include_bytes!("data/go-dl-include-all.json.gz");
    flate2::read::GzDecoder::new(compressed).read_to_end(&mut body).unwrap();
    body
});

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::from_json(&BODY).unwrap());

/// The rows of the archives, by file name, without the bootstrap files.
fn rows() -> BTreeMap<String, Value> {
    let body: Value = serde_json::from_slice(&BODY).unwrap();
    let releases = body.as_array().unwrap().iter().filter(|release| release["version"] != "go1");
    let files = releases.flat_map(|release| release["files"].as_array().unwrap().clone());
    let archives = files.filter(|file| file["kind"] == "archive");
    archives.map(|file| (file["filename"].as_str().unwrap().to_owned(), file)).collect()
}

/// The names of the releases in the order of the server.
fn names() -> Vec<String> {
    let body: Value = serde_json::from_slice(&BODY).unwrap();
    let names =
        body.as_array().unwrap().iter().map(|release| release["version"].as_str().unwrap().to_owned());
    names.filter(|name| name != "go1").collect()
}

fn archives() -> impl Iterator<Item = &'static Archive> {
    INDEX.releases().iter().flat_map(|release| &release.archives)
}

fn version(text: &str) -> GoVersion {
    text.parse().unwrap()
}

#[test]
fn every_release_reads_and_writes_the_same() {
    assert_eq!(names().len(), 362);
    for name in names() {
        assert_eq!(version(&name).toolchain(), name);
        assert_eq!(name.parse::<VersionRequest>().unwrap(), VersionRequest::Exact(version(&name)));
        assert!(INDEX.find(version(&name)).is_some());
    }
    assert_eq!((INDEX.releases().len(), INDEX.skipped()), (362, 0));
}

#[test]
fn every_usable_archive_is_there_with_its_hash_and_size() {
    let mut rows = rows();
    for archive in archives() {
        let row = rows.remove(&archive.file_name()).unwrap();
        let sha256 = archive.sha256.map_or(String::new(), |sha256| sha256.to_string());
        assert_eq!(row["sha256"], sha256.as_str());
        assert_eq!(row["size"], archive.size.unwrap_or(0));
    }
    assert!(rows.keys().all(|name| name.contains(".darwin-") && name.contains("-osx10.")));
    assert_eq!(rows.len(), 52);
}

/// Go's own `gover.Compare` on text, for what it calls valid: a prerelease of a patch is not.
fn compare_as_go(a: &str, b: &str) -> Ordering {
    fn parts(name: &str) -> (u32, u32, Option<u32>, String, u32) {
        let text = name.strip_prefix("go").unwrap();
        let digits = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (numbers, tag) = text.split_at(digits);
        let numbers: Vec<u32> = numbers.split('.').map(|number| number.parse().unwrap()).collect();
        let kind = tag.trim_end_matches(|c: char| c.is_ascii_digit());
        let count = tag[kind.len()..].parse().unwrap_or(0);
        // Go orders the empty kind first, because since 1.21 it is the language; a release has patch 0 there.
        let patch = match (numbers.get(2), kind) {
            (Some(patch), _) => Some(*patch),
            (None, "") if numbers[1] < 21 => Some(0),
            _ => None,
        };
        (numbers[0], numbers[1], patch, kind.to_owned(), count)
    }
    parts(a).cmp(&parts(b))
}

#[test]
fn the_order_is_that_of_go() {
    let names: Vec<String> = names().into_iter().filter(|name| name != "go1.9.2rc2").collect();
    for a in &names {
        for b in &names {
            assert_eq!(version(a).cmp(&version(b)), compare_as_go(a, b), "{a} {b}");
        }
    }
}

#[test]
fn the_order_is_that_of_the_server() {
    let ours: Vec<String> = INDEX.releases().iter().map(|release| release.version.toolchain()).collect();
    assert_eq!(ours, names());
}

#[test]
fn stable_is_what_the_server_calls_stable() {
    let body: Value = serde_json::from_slice(&BODY).unwrap();
    for release in body.as_array().unwrap().iter().filter(|release| release["version"] != "go1") {
        assert_eq!(version(release["version"].as_str().unwrap()).is_stable(), release["stable"] == true);
    }
}

#[test]
fn the_file_name_is_right_where_the_arch_field_lies() {
    let rows = rows();
    let lies: Vec<&Archive> =
        archives().filter(|archive| rows[&archive.file_name()]["arch"] != file_arch(archive)).collect();
    assert!(
        lies.iter().all(|archive| file_arch(archive) == "arm" || file_arch(archive) == "arm6"),
        "{lies:?}"
    );
    let freebsd: Platform = "freebsd-arm".parse().unwrap();
    let lie = INDEX.find(version("1.22.5")).unwrap().archive_for(&freebsd).unwrap();
    assert_eq!(rows[&lie.file_name()]["arch"], "armv6l");
    assert_eq!(lie.file_name(), "go1.22.5.freebsd-arm.tar.gz");
}

fn file_arch(archive: &Archive) -> String {
    archive.platform.to_string().split_once('-').unwrap().1.to_owned()
}

#[test]
fn the_first_release_of_a_line_is_named_as_it_was_published() {
    for release in INDEX.releases() {
        let text = release.version.to_string();
        let expected = if release.version.lang() < "1.21".parse::<Lang>().unwrap() {
            !text.ends_with(".0")
        } else {
            text.parse::<Lang>().is_err()
        };
        assert!(expected, "{text}");
    }
}

#[test]
fn releases_without_hashes_are_the_old_ones() {
    for release in INDEX.releases() {
        let unhashed = release.archives.iter().filter(|archive| archive.sha256.is_none()).count();
        let old = release.version <= version("1.5.2") || release.version == version("1.6beta1");
        assert_eq!(unhashed, if old { release.archives.len() } else { 0 }, "{}", release.version);
    }
}

#[test]
fn known_hashes_are_pinned() {
    let known = [
        ("1.20.13", "9a9d3dcae2b6a638b1f2e9bd4db08ffb39c10e55d9696914002742d90f0047b5", 100_517_536),
        ("1.21.13", "502fc16d5910562461e6a6631fb6377de2322aad7304bf2bcd23500ba9dab4a7", 66_660_837),
        ("1.27.0", "675c26c449cbb18fc24b74650de1eabbae6e16f64326fd85a283fb3b58280685", 70_523_269),
    ];
    let snapshot = Index::snapshot();
    for (request, sha256, size) in known {
        let archive = snapshot.select(&request.parse().unwrap(), &"linux-amd64".parse().unwrap()).unwrap();
        assert_eq!((archive.sha256, archive.size), (sha256.parse().ok(), Some(size)));
        assert_eq!(snapshot.pinned_hash(archive), archive.sha256);
    }
}

#[test]
fn the_embedded_snapshot_is_made_from_this_index() {
    let mut index = INDEX.clone();
    index.as_of = Some(1_787_097_600);
    assert_eq!(index.encode(), include_bytes!("../src/model/index/snapshot.bin"));
    assert_eq!(*Index::snapshot(), index);
}

#[test]
fn the_index_does_not_contradict_its_snapshot() {
    let snapshot = Index::snapshot();
    assert_eq!(snapshot.clone().overlay(INDEX.clone()), Ok(snapshot.clone()));
}

#[test]
fn a_snapshot_that_is_cut_off_is_an_error() {
    let bytes = INDEX.encode();
    for length in (0..bytes.len()).step_by(1999) {
        assert!(Index::decode(&bytes[..length]).is_err(), "{length}");
    }
}

#[test]
fn the_compact_form_takes_37_bytes_for_an_archive() {
    assert!(INDEX.encode().len() < 38 * archives().count());
}
