//! Sources on the local disk.

use std::path::PathBuf;

use gvm_rs::net::{Download, Location, Net, NetError};
use tempfile::TempDir;

use super::*;

fn archive() -> (TempDir, PathBuf, Location) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    std::fs::write(&path, content()).unwrap();
    let location = Location::file(dir.path()).unwrap().join(FILE).unwrap();
    (dir, path, location)
}

#[test]
fn a_file_is_streamed_without_the_network() {
    let (_dir, path, _) = archive();
    let url = format!("file://{}", path.display());
    let net = Net::new(NetOptions { offline: true, ..options() });
    for location in [location(&url), location(path.to_str().unwrap())] {
        let got = get(&net, whole(&location));
        assert_eq!(got.complete_from(0), 0);
        assert_eq!(got.totals, [SIZE as u64]);
        assert!(got.longest <= 256 * 1024);
        assert_eq!(net.fetch(&location, SIZE as u64, &|| false).unwrap(), content());
    }
}

#[test]
fn a_file_is_continued_by_seeking() {
    let (_dir, _, location) = archive();
    for offset in [650_000, SIZE] {
        let download = Download { offset: offset as u64, ..unsized_(&location) };
        get(&Net::new(options()), download).complete_from(offset);
    }
}

#[test]
fn a_file_of_another_length_is_refused() {
    let (_dir, path, location) = archive();
    std::fs::write(&path, b"short").unwrap();
    let net = Net::new(options());
    let error = get(&net, whole(&location)).error();
    assert!(matches!(error, NetError::WrongSize { offered: 5, .. }), "{error:?}");
    let download = Download { offset: 6, ..unsized_(&location) };
    let error = get(&net, download).error();
    assert!(matches!(error, NetError::Changed { .. }), "{error:?}");
    let download = Download { cap: 4, ..unsized_(&location) };
    let error = get(&net, download).error();
    assert!(matches!(error, NetError::TooLong { .. }), "{error:?}");
    let error = net.fetch(&location, 4, &|| false).unwrap_err();
    assert!(matches!(error, NetError::TooLong { .. }), "{error:?}");
}

#[test]
fn a_missing_file_is_not_found() {
    let (_dir, path, location) = archive();
    std::fs::remove_file(&path).unwrap();
    let net = Net::new(options());
    assert!(matches!(get(&net, whole(&location)).error(), NetError::NotFound { .. }));
    let outcome = net.fetch(&location, 1, &|| false);
    assert!(matches!(outcome, Err(NetError::NotFound { .. })));
}

#[test]
fn directories_and_pipes_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    let status = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(status.success());
    let net = Net::new(options());
    for path in [dir.path(), &pipe, "/dev/zero".as_ref()] {
        let location = Location::file(path).unwrap();
        let error = get(&net, unsized_(&location)).error();
        assert!(matches!(error, NetError::File { .. }), "{error:?}");
        let error = net.fetch(&location, 1, &|| false).unwrap_err();
        assert!(matches!(error, NetError::File { .. }), "{error:?}");
    }
}
