//! Archives that must not be installed, and odd ones that may be. Each is otherwise a complete Go, so that
//! only its one fault can be the reason for a refusal.

use std::sync::OnceLock;

use tar::EntryType;

use super::archive::FakeGo;
use super::raw_tar::{BLOCK, RawTar, gzip, gzip_repeating};

/// The version that all archives of this module claim to be, for linux-amd64.
pub const VERSION: &str = "1.22.5";

/// A name that archives of the corpus try to create outside their root; must never exist anywhere.
pub const ESCAPED: &str = "gvm-rs-escaped";

const MIB: usize = 1024 * 1024;

/// Every archive that has to be refused, with a name for the message. Made once per process.
pub fn hostile_corpus() -> Vec<(&'static str, Vec<u8>)> {
    static CORPUS: OnceLock<Vec<(&'static str, Vec<u8>)>> = OnceLock::new();
    let groups = || [paths(), kinds(), collisions(), bombs(), framing(), contents()].concat();
    CORPUS.get_or_init(groups).clone()
}

/// Archives that a strict reader may install, as long as it normalises them; see each name.
pub fn odd_but_harmless_corpus() -> Vec<(&'static str, Vec<u8>)> {
    let hidden = RawTar::new().file("go/hidden", 0o644, b"smuggled").without_end();
    vec![
        ("setuid, setgid and sticky bits", plus(|tar| tar.file("go/bin/setuid", 0o7755, b"x"))),
        ("world-writable file", plus(|tar| tar.file("go/world-writable", 0o666, b"x"))),
        ("file without any permission", plus(|tar| tar.file("go/mode-zero", 0, b"x"))),
        (
            "pax path inside go",
            plus(|tar| tar.pax(&[("path", b"go/pax-name")]).file("go/short", 0o644, b"x")),
        ),
        (
            "gnu long name inside go",
            plus(|tar| {
                tar.gnu_long_name(format!("go/{}", "n".repeat(150)).as_bytes()).file("go/short", 0o644, b"x")
            }),
        ),
        (
            // Whoever ignores the PAX size reads the body as entries and finds go/hidden.
            "pax size over a header that says 0",
            plus(|tar| {
                let size = hidden.len().to_string();
                tar.pax(&[("size", size.as_bytes())])
                    .entry("go/pax-size", &hidden, |header| header.set_size(0))
            }),
        ),
    ]
}

/// A complete small Go, still open for more entries.
pub fn go() -> RawTar {
    FakeGo::new(VERSION).padding(1000).tar()
}

fn plus(add: impl FnOnce(RawTar) -> RawTar) -> Vec<u8> {
    add(go()).finish_gz()
}

fn named(name: &[u8]) -> Vec<u8> {
    plus(|tar| tar.file(name, 0o644, b"evil"))
}

/// Names that lead out of `go/`, or are not plain.
pub fn paths() -> Vec<(&'static str, Vec<u8>)> {
    let outward = format!("go/../../{ESCAPED}");
    let absolute = format!("/tmp/{ESCAPED}");
    let long_component = format!("go/{}", "c".repeat(300));
    let long_path = long_name(1100);
    let deep = format!("go/{}x", "d/".repeat(60));
    let renamed =
        |name: &str| plus(|tar| tar.pax(&[("path", name.as_bytes())]).file("go/innocent", 0o644, b"evil"));
    vec![
        ("parent components", named(outward.as_bytes())),
        ("parent component inside go", named(b"go/src/../evil")),
        ("absolute path", named(absolute.as_bytes())),
        ("current-directory component", named(b"./go/evil")),
        ("only dots", named(b"go/..")),
        ("empty name", named(b"")),
        ("outside go", named(b"other/evil")),
        ("go as a prefix only", named(b"gopher/evil")),
        ("file at the top", named(b"evil")),
        ("not utf-8", named(b"go/\xff\xfe.go")),
        ("newline in a name", named(b"go/a\nb")),
        ("escape sequence in a name", named(b"go/\x1b]0;evil\x07")),
        ("delete in a name", named(b"go/a\x7fb")),
        ("backslash in a name", named(b"go/..\\..\\evil")),
        ("pax path with parents", renamed(&outward)),
        ("pax path absolute", renamed(&absolute)),
        ("pax path with nul", renamed("go/evil\0.go")),
        ("pax path with a component too long", renamed(&long_component)),
        ("pax path too long", renamed(&long_path)),
        ("pax path too deep", renamed(&deep)),
        (
            "gnu long name with parents",
            plus(|tar| tar.gnu_long_name(outward.as_bytes()).file("go/innocent", 0o644, b"evil")),
        ),
        (
            "two names for one entry, gnu and pax",
            plus(|tar| {
                tar.gnu_long_name(b"go/one").pax(&[("path", b"go/other")]).file("go/innocent", 0o644, b"evil")
            }),
        ),
        (
            "two names in one pax header",
            plus(|tar| {
                tar.pax(&[("path", b"go/one"), ("path", b"go/other")]).file("go/innocent", 0o644, b"evil")
            }),
        ),
        ("pax header of nothing", plus(|tar| tar.pax(&[("comment", b"nothing follows")]))),
        (
            "zero inside a gnu long name",
            plus(|tar| tar.gnu_long_name(b"go/one\0two").file("go/innocent", 0o644, b"evil")),
        ),
        (
            "gnu long name too long",
            plus(|tar| tar.gnu_long_name(long_path.as_bytes()).file("go/innocent", 0o644, b"evil")),
        ),
    ]
}

/// Entries that are neither a file nor a directory.
pub fn kinds() -> Vec<(&'static str, Vec<u8>)> {
    let special = |kind, target: &[u8]| plus(|tar| tar.special("go/special", kind, target));
    vec![
        ("symlink out", special(EntryType::Symlink, b"/etc")),
        ("symlink inside", special(EntryType::Symlink, b"VERSION")),
        (
            "write through a symlink",
            plus(|tar| {
                tar.special("go/through", EntryType::Symlink, b"/tmp").file(
                    format!("go/through/{ESCAPED}"),
                    0o644,
                    b"evil",
                )
            }),
        ),
        ("hard link out", special(EntryType::Link, b"/etc/passwd")),
        ("hard link inside", special(EntryType::Link, b"go/VERSION")),
        ("character device", special(EntryType::Char, b"")),
        ("block device", special(EntryType::Block, b"")),
        ("fifo", special(EntryType::Fifo, b"")),
        ("contiguous file", special(EntryType::Continuous, b"")),
        ("unknown kind", special(EntryType::new(b'Z'), b"")),
        ("sparse file of 8 TiB", plus(|tar| tar.gnu_sparse("go/sparse", 8 << 40))),
        (
            "pax sparse file",
            plus(|tar| {
                tar.pax(&[
                    ("GNU.sparse.major", b"1"),
                    ("GNU.sparse.minor", b"0"),
                    ("GNU.sparse.name", b"go/sparse"),
                    ("GNU.sparse.realsize", b"8796093022208"),
                ])
                .file("go/GNUSparseFile.0/sparse", 0o644, &[b'0'; BLOCK])
            }),
        ),
    ]
}

/// Two entries for one name.
pub fn collisions() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("duplicate file", plus(|tar| tar.file("go/VERSION", 0o644, b"go9.9.9\n"))),
        (
            "file, then directory of the same name",
            plus(|tar| tar.file("go/both", 0o644, b"x").dir("go/both/")),
        ),
        (
            "directory, then file of the same name",
            plus(|tar| tar.dir("go/both/").file("go/both", 0o644, b"x")),
        ),
        ("file used as a directory", plus(|tar| tar.file("go/VERSION/below", 0o644, b"x"))),
        ("names that differ only in case", plus(|tar| tar.file("go/version", 0o644, b"go9.9.9\n"))),
    ]
}

/// Small archives that claim or hold far too much.
pub fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let zeros = vec![0; MIB];
    let letters = vec![b'A'; MIB];
    let end = [0; 2 * BLOCK];
    let more = RawTar::new().file("go/innocent", 0o644, b"x").finish();
    let huge = |kind: EntryType, size: usize| {
        go().entry("go/bomb", b"", |header| {
            header.set_size(size as u64);
            header.set_entry_type(kind);
        })
        .without_end()
    };
    let many: RawTar =
        (0..60_001).fold(go().dir("go/many/"), |tar, n| tar.file(format!("go/many/{n}"), 0o644, b""));
    vec![
        (
            "gzip bomb of 1 GiB in one file",
            gzip_repeating(&huge(EntryType::Regular, 1024 * MIB), &zeros, 1024, &end),
        ),
        ("gzip bomb of 1 GiB behind the end", gzip_repeating(&go().finish(), &zeros, 1024, &end)),
        (
            "gnu long name of 512 MiB",
            gzip_repeating(&huge(EntryType::GNULongName, 512 * MIB), &letters, 512, &more),
        ),
        ("pax header of 512 MiB", pax_bomb(512 * MIB, &letters, &more)),
        ("60,001 more files", many.finish_gz()),
        (
            "pax size beyond the end",
            plus(|tar| tar.pax(&[("size", b"9000000000000")]).file("go/endless", 0o644, b"x")),
        ),
        ("size beyond the end", plus(|tar| tar.entry("go/endless", b"x", |header| header.set_size(8 << 40)))),
    ]
}

/// A PAX header whose one record holds `size` bytes of comment, followed by `more`.
fn pax_bomb(size: usize, chunk: &[u8], more: &[u8]) -> Vec<u8> {
    let total = size + "536870931 comment=\n".len();
    let record = format!("{total} comment=");
    let head = go()
        .entry("PaxHeaders.0/bomb", b"", |header| {
            header.set_size(total as u64);
            header.set_entry_type(EntryType::XHeader);
        })
        .bytes(record.as_bytes())
        .without_end();
    let mut tail = b"\n".to_vec();
    tail.resize(total.next_multiple_of(BLOCK) - total + 1, 0);
    tail.extend_from_slice(more);
    gzip_repeating(&head, chunk, size / chunk.len(), &tail)
}

/// Archives whose tar or gzip frame is damaged, or that go on after their end.
pub fn framing() -> Vec<(&'static str, Vec<u8>)> {
    let whole = go().finish();
    let bare = go().without_end();
    let packed = gzip(&whole);
    let evil = RawTar::new().file("go/evil", 0o755, b"evil");
    let mut half_end = bare.clone();
    half_end.resize(bare.len() + BLOCK, 0);
    let mut bad_sum = go().file("go/evil", 0o644, b"evil").finish();
    bad_sum[bare.len() + 150] ^= 1;
    let mut bad_crc = packed.clone();
    let crc = bad_crc.len() - 8;
    bad_crc[crc] ^= 1;
    vec![
        ("no end mark", gzip(&bare)),
        ("half an end mark", gzip(&half_end)),
        ("cut at a header", gzip(&bare[..bare.len() - 2 * BLOCK])),
        ("cut inside a header", gzip(&bare[..bare.len() - BLOCK - BLOCK / 2])),
        ("compressed data cut", packed[..packed.len() / 2].to_vec()),
        ("gzip trailer cut", packed[..packed.len() - 4].to_vec()),
        ("gzip checksum wrong", bad_crc),
        ("tar checksum wrong", gzip(&bad_sum)),
        ("entries after the end", gzip(&[whole.clone(), evil.clone().finish()].concat())),
        ("garbage after the end", gzip(&[whole.clone(), b"garbage".repeat(200)].concat())),
        ("garbage after the gzip member", [packed.clone(), b"garbage".repeat(20)].concat()),
        ("second gzip member with another archive", [packed, evil.finish_gz()].concat()),
        ("archive spread over two gzip members", [gzip(&bare), gzip(&[0; 2 * BLOCK])].concat()),
    ]
}

/// Files that are no Go archive, or hold another or an incomplete Go.
pub fn contents() -> Vec<(&'static str, Vec<u8>)> {
    let without = |path: &str| {
        let mut tar = RawTar::new().dir("go/");
        for (name, mode) in [
            ("go/VERSION", 0o644),
            ("go/bin/go", 0o755),
            ("go/pkg/tool/linux_amd64/compile", 0o755),
            ("go/src/fmt/print.go", 0o644),
        ] {
            if name != path {
                tar = tar.file(name, mode, format!("go{VERSION}").as_bytes());
            }
        }
        tar.finish_gz()
    };
    vec![
        ("nothing at all", Vec::new()),
        ("plain text", b"<html>not an archive</html>".to_vec()),
        ("tar that is not compressed", go().finish()),
        ("empty gzip member", gzip(b"")),
        ("empty archive", RawTar::new().finish_gz()),
        ("no go in it", RawTar::new().dir("go/").finish_gz()),
        ("no VERSION", without("go/VERSION")),
        ("no bin/go", without("go/bin/go")),
        ("no pkg/tool", without("go/pkg/tool/linux_amd64/compile")),
        ("another version inside", FakeGo::new(VERSION).reports_version("1.0.0").build()),
    ]
}

/// A path inside `go/` of at least `length` bytes, in components of 100.
fn long_name(length: usize) -> String {
    let component = format!("/{}", "n".repeat(99));
    format!("go{}", component.repeat(length.div_ceil(100)))
}
