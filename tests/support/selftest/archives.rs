//! Tests of the archives: they are what they claim to be.

use std::io::Read;

use crate::support::raw_tar::gzip_repeating;
use crate::support::{Broken, FakeGo, Sandbox, hostile_corpus, odd_but_harmless_corpus, tree_names};

fn listing(gz: &[u8]) -> Vec<(String, u32, Vec<u8>)> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(gz));
    let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.unwrap();
        assert_eq!(entry.header().uid().unwrap(), 0);
        let mut body = Vec::new();
        entry.read_to_end(&mut body).unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        (path, entry.header().mode().unwrap(), body)
    };
    archive.entries().unwrap().map(read).collect()
}

#[test]
fn a_fake_go_has_the_official_shape() {
    let bytes = FakeGo::new("1.22.5").extra_file("go/extra", 0o755, b"more").build();
    assert!(bytes.len() > 100 * 1024);
    let files = listing(&bytes);
    let find = |path: &str| files.iter().find(|(name, ..)| name == path);
    assert_eq!(files[0].0, "go/");
    for path in ["go/misc/empty/", "go/test/Äfoo.go", "go/go.env", "go/extra"] {
        assert!(find(path).is_some(), "{path} in {files:?}");
    }
    assert_eq!(find("go/bin/go").unwrap().1, 0o755);
    assert_eq!(find("go/pkg/tool/linux_amd64/compile").unwrap().1, 0o755);
    assert_eq!(find("go/VERSION").unwrap().2, b"go1.22.5\ntime 2024-07-02T00:00:00Z\n");
    let old = listing(&FakeGo::new("1.20.13").platform("linux-armv6l").build());
    let find = |path: &str| old.iter().find(|(name, ..)| name == path);
    assert_eq!(find("go/VERSION").unwrap().2, b"go1.20.13");
    assert!(find("go/pkg/tool/linux_arm/compile").is_some());
    assert!(find("go/go.env").is_none());
}

#[test]
fn the_system_tar_unpacks_a_fake_go_and_it_runs() {
    let sandbox = Sandbox::new();
    let dir = sandbox.dir("unpacked");
    std::fs::write(dir.join("go.tar.gz"), FakeGo::new("1.22.5").build()).unwrap();
    let sandbox = sandbox.cwd(&dir);
    let list = sandbox.sh("tar tzf go.tar.gz").ok();
    assert!(list.stdout.starts_with("go/\n"), "{list}");
    sandbox.sh("tar xzf go.tar.gz && ln -s go/bin/go link").ok();
    let version = sandbox.sh("./link version").ok();
    assert_eq!(version.out(), "go version go1.22.5 linux/amd64");
    let root = sandbox.sh("./link env GOROOT GOOS").ok();
    assert_eq!(root.out(), format!("{}/go\nlinux", dir.display()));
    let other = sandbox.sh("go/bin/go list ./...").ok();
    assert_eq!(other.out(), "fake go1.22.5: list ./...");
    assert!(tree_names(&dir).contains(&"link -> go/bin/go".to_owned()));
    assert!(tree_names(&dir).contains(&"go/misc/empty/".to_owned()));
}

#[test]
fn a_broken_binary_is_missing_failing_or_not_executable() {
    let go = |how| {
        let files = listing(&FakeGo::new("1.22.5").broken_binary(how).build());
        files.into_iter().find(|(name, ..)| name == "go/bin/go")
    };
    assert!(go(Broken::Missing).is_none());
    assert_eq!(go(Broken::NotExecutable).unwrap().1, 0o644);
    assert!(go(Broken::ExitsOne).unwrap().2.ends_with(b"exit 1\n"));
}

#[test]
fn the_corpora_are_small_and_their_names_unique() {
    let mut corpus = hostile_corpus();
    corpus.extend(odd_but_harmless_corpus());
    let mut names: Vec<_> = corpus.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), corpus.len());
    for (name, bytes) in &corpus {
        assert!(bytes.len() < 8 << 20, "{name}: {} bytes", bytes.len());
    }
}

#[test]
fn repeated_gzip_is_one_valid_member() {
    let chunk = b"0123456789".repeat(1000);
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&gzip_repeating(b"head", &chunk, 300, b"tail")[..])
        .read_to_end(&mut plain)
        .unwrap();
    assert_eq!(plain, [&b"head"[..], &chunk.repeat(300), b"tail"].concat());
}

#[test]
fn the_harmless_archives_read_as_meant() {
    for (name, bytes) in odd_but_harmless_corpus() {
        let files = listing(&bytes);
        assert!(files.iter().all(|(path, ..)| path != "go/hidden"), "{name}");
        if name == "pax path inside go" {
            assert!(files.iter().any(|(path, ..)| path == "go/pax-name"));
        }
    }
}

#[test]
fn the_system_tar_sees_the_hostile_kinds() {
    let sandbox = Sandbox::new();
    let dir = sandbox.dir("hostile");
    let sandbox = sandbox.cwd(&dir);
    let corpus = hostile_corpus();
    for (name, expected) in [
        ("symlink out", "go/special -> /etc"),
        ("hard link out", "go/special link to"),
        ("character device", "1,3 1970-01-01 00:00 go/special"),
        ("fifo", "prwxrwxrwx"),
        ("sparse file of 8 TiB", "8796093022208"),
        ("pax path with parents", "go/../../gvm-rs-escaped"),
        ("second gzip member with another archive", "go/VERSION"),
    ] {
        let (_, bytes) = corpus.iter().find(|(other, _)| *other == name).unwrap();
        std::fs::write(dir.join("x.tar.gz"), bytes).unwrap();
        let list = sandbox.sh("tar --numeric-owner -tvzf x.tar.gz");
        assert!(list.stdout.contains(expected), "{name}: {list}");
    }
}
