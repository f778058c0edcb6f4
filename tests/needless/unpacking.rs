//! What unpacking costs in system calls, and what it never does: read anything back, or sync file by file.

use std::collections::BTreeMap;

use crate::needs;
use crate::support::{FakeGo, Mirror, Sandbox};
use crate::trace::{Trace, about, traced};

const FILES: usize = 400;

/// Installs an archive of a few hundred files under strace.
fn install(flags: &[&str]) -> (Sandbox, Trace) {
    let mirror = Mirror::start();
    let go = (0..FILES).fold(FakeGo::new("1.22.5"), |go, n| {
        go.extra_file(&format!("go/src/p{}/f{n}.go", n / 40), 0o644, vec![b'x'; 100 * n].as_slice())
    });
    mirror.add(go);
    let sandbox = Sandbox::new().with_mirror(&mirror);
    // The layout is there already, so that only the install is seen.
    sandbox.gvm(&["uninstall", "1.1"]).fails(4);
    let (trace, run) = traced(&sandbox, &["trace=all"], &[&["install", "1.22"], flags].concat());
    run.ok();
    (sandbox, trace)
}

/// The calls for each file of the tree: by the descriptor that its creation returned, or by its name.
fn calls_per_file(trace: &Trace) -> BTreeMap<String, Vec<String>> {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for call in trace.calls() {
        let paths = call.split('<').skip(1).filter_map(|rest| rest.split('>').next());
        for path in paths.filter(|path| path.contains("/staging/") && path.ends_with(".go")) {
            let name = call.split('(').next().unwrap().to_owned();
            files.entry(path.to_owned()).or_default().push(name);
        }
    }
    files
}

#[test]
fn a_file_takes_five_system_calls_besides_its_writes() {
    if !needs::program("strace") {
        return;
    }
    let (_sandbox, trace) = install(&[]);
    let files = calls_per_file(&trace);
    assert!(files.len() >= FILES, "{} files seen", files.len());
    for (path, calls) in &files {
        let besides: Vec<&String> = calls.iter().filter(|name| !name.starts_with("write")).collect();
        assert!(besides.len() <= 5, "{path}: {calls:?}");
    }
    let calls = trace.calls().filter(|call| call.contains("/staging/")).count();
    println!("{} files: {calls} calls that name staging, {} in all", files.len(), trace.calls().count());
    println!("a file: {:?}", files.values().next_back().unwrap());
    // Also what is not told by a file's own name, such as a look at its directory, stays in proportion.
    let others = calls - files.values().map(Vec::len).sum::<usize>();
    assert!(others < FILES, "{others} calls for directories and the rest");
}

#[test]
fn one_flush_makes_the_tree_durable_and_no_file_has_its_own() {
    if !needs::program("strace") {
        return;
    }
    let (sandbox, trace) = install(&[]);
    let syncs: Vec<String> = trace
        .calls()
        .filter(|call| ["fsync(", "fdatasync(", "syncfs(", "sync("].iter().any(|name| call.starts_with(name)))
        .map(|call| call.replace(&*sandbox.root().to_string_lossy(), "ROOT"))
        .collect();
    println!("{syncs:#?}");
    let of_trees = syncs.iter().filter(|call| call.starts_with("syncfs(") && call.contains("ROOT/staging/"));
    assert_eq!(of_trees.count(), 1, "{syncs:#?}");
    assert!(!syncs.iter().any(|call| call.starts_with("fsync(") && call.contains("/go")), "{syncs:#?}");
    assert!(syncs.len() <= 8, "{syncs:#?}");
}

#[test]
fn the_archive_is_written_once_and_never_read_back() {
    if !needs::program("strace") {
        return;
    }
    for flags in [&[][..], &["--keep-archives"]] {
        let (sandbox, trace) = install(flags);
        let cache = format!("{}/cache/", sandbox.root().display());
        let (mut written, mut size) = (0, 0);
        for call in trace.calls().filter(|call| about(call).starts_with(&cache)) {
            let name = call.split('(').next().unwrap();
            let is_read = ["read", "pread64", "readv", "mmap", "copy_file_range", "sendfile"].contains(&name);
            assert!(!is_read, "{flags:?}: {call}");
            if name == "write" {
                written += call.rsplit("= ").next().unwrap().trim().parse::<u64>().unwrap();
            }
            if name == "fallocate" {
                size = call.rsplit(", ").next().unwrap().split(')').next().unwrap().parse().unwrap();
            }
        }
        assert!(size > 200_000 && written == size, "{flags:?}: {written} of {size} bytes written");
        // Nor is the tree: its files are hashed as they pass. Only VERSION and the go that is tried are looked at.
        let tried = ["/go/VERSION", "/go/bin/go"];
        let is_read_back = |call: &&str| {
            let path = about(call);
            call.starts_with("read")
                && path.contains("/staging/")
                && !tried.iter().any(|end| path.ends_with(end))
        };
        let reads: Vec<&str> = trace.calls().filter(is_read_back).collect();
        assert!(reads.is_empty(), "{reads:#?}");
    }
}
