//! `install`: which release a spec means, on a small index and on go.dev's whole one, and what lies on disk after.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod support;

#[path = "install/foreign.rs"]
mod foreign;
#[path = "install/manifest.rs"]
mod manifest;
#[path = "install/screen.rs"]
mod screen;
#[path = "install/whole_index.rs"]
mod whole_index;

mod needs;

use serde_json::{Value, json};
use support::{Behaviour, FakeGo, Mirror, Sandbox, tree_names};

/// A mirror with these versions for linux-amd64, and a sandbox that uses it.
fn stocked(versions: &[&str]) -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in versions {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    (mirror, sandbox)
}

/// What `install --json` says about the only version asked for.
fn installed(sandbox: &Sandbox, args: &[&str]) -> Value {
    let run = sandbox.gvm(&[&["install", "--json"], args].concat()).ok();
    let outcome: Vec<Value> = serde_json::from_str(&run.stdout).expect("JSON on stdout");
    assert_eq!(outcome.len(), 1, "{run}");
    outcome.into_iter().next().unwrap()
}

fn archive_requests(mirror: &Mirror) -> usize {
    mirror.requests().iter().filter(|request| request.path().ends_with(".tar.gz")).count()
}

#[test]
fn every_form_of_a_spec_means_what_the_help_says() {
    let versions = ["1.20", "1.20.14", "1.21.13", "1.22.4", "1.22.5", "1.23.0", "1.24rc1", "1.24rc2"];
    let (_mirror, sandbox) = stocked(&versions);
    for (spec, version) in [
        ("1.22", "1.22.5"),
        ("1.22.x", "1.22.5"),
        ("~1.22", "1.22.5"),
        ("go1.22", "1.22.5"),
        ("1.22.4", "1.22.4"),
        ("go1.22.4", "1.22.4"),
        ("1.20", "1.20"),
        ("1.20.0", "1.20"),
        ("1.20.x", "1.20.14"),
        ("1.24rc1", "1.24rc1"),
        ("rc", "1.24rc2"),
        // The newest of all is a release candidate, and yet it is not the latest.
        ("latest", "1.23.0"),
        ("stable", "1.23.0"),
        ("oldstable", "1.22.5"),
        (">=1.21 <1.23", "1.22.5"),
        (">=1.20,<1.22", "1.21.13"),
        ("<1.22", "1.21.13"),
        ("~1.22.4", "1.22.5"),
        ("1.x", "1.23.0"),
    ] {
        assert_eq!(installed(&sandbox, &[spec])["version"], version, "{spec}");
    }
}

#[test]
fn several_are_installed_at_once_and_told_in_plain_lines() {
    let (_mirror, sandbox) = stocked(&["1.22.4", "1.22.5", "1.21.13", "1.23.1"]);
    let run = sandbox.gvm(&["install", "1.22", "1.21.13", "latest"]).ok();
    assert_eq!(run.stdout, "");
    for version in ["1.22.5", "1.21.13", "1.23.1"] {
        assert!(run.stderr.contains(&format!("downloading go{version} (")), "{run}");
        assert!(run.stderr.contains(&format!("installed go{version} (unofficial)")), "{run}");
    }
    assert!(!run.stderr.contains('\x1b') && !run.stderr.contains('\r'), "{run}");
    assert_eq!(tree_names(&sandbox.root().join("staging")), [""; 0]);
    let go = |version: &str| sandbox.sh(&format!("~/.gvm-rs/versions/{version}/bin/go version")).ok().stdout;
    assert_eq!(go("go1.21.13"), "go version go1.21.13 linux/amd64\n");
}

#[test]
fn several_releases_cost_one_request_for_the_index() {
    let (mirror, sandbox) = stocked(&["1.21.13", "1.22.5", "1.23.0"]);
    sandbox.gvm(&["install", "1.21", "1.22", "latest"]).ok();
    assert_eq!(mirror.requests().len() - archive_requests(&mirror), 1);
}

#[test]
fn a_mistake_among_several_is_told_before_the_first_download() {
    let (_mirror, sandbox) = stocked(&["1.21.13", "1.22.5"]);
    let run = sandbox.gvm(&["install", "1.22", "1.99", "1.21"]).fails(3);
    let told = |text: &str| run.stderr.find(text).unwrap_or_else(|| panic!("{text}: {run}"));
    assert!(told("no Go release matches `1.99`") < told("downloading"), "{run}");
}

#[test]
fn what_is_named_twice_is_fetched_once_and_waits_for_nobody() {
    let (mirror, sandbox) = stocked(&["1.21.13", "1.22.5"]);
    let run = sandbox.gvm(&["install", "1.22", "1.22.5", ">=1.22 <1.23", "~1.22"]).ok();
    assert!(!run.stderr.contains("waiting"), "{run}");
    assert_eq!(archive_requests(&mirror), 1);
}

#[test]
fn one_failure_among_several_keeps_the_others_and_is_counted() {
    let (mirror, sandbox) = stocked(&["1.22.5", "1.21.13", "1.23.1"]);
    mirror.behave_archive("1.21.13", vec![Behaviour::Status(404)]);
    let run = sandbox.gvm(&["install", "1.22", "1.21.13", "1.23.1"]).fails(5);
    assert!(run.stderr.contains("1 of 3 failed"), "{run}");
    assert_eq!(sandbox.gvm(&["-q", "list"]).ok().stdout.lines().count(), 2);
}

#[test]
fn flags_count_wherever_they_stand() {
    let (mirror, sandbox) = stocked(&["1.22.5", "1.21.13"]);
    let index = mirror.index_url();
    let run = sandbox.gvm(&["install", "1.22", "--use", "1.21", "--json", "--index", &index, "-q"]).ok();
    let versions: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((versions.len(), run.stderr.as_str()), (2, ""), "{run}");
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), "go1.22.5");
    sandbox.gvm(&["install", "-1.22"]).fails(2);
    sandbox.gvm(&["use", "1.21", "--json"]).ok();
    assert!(sandbox.gvm(&["where", "-", "--json"]).ok().stdout.contains("go1.22.5"));
    sandbox.gvm(&["use", "-"]).ok();
    assert_eq!(sandbox.gvm(&["exec", "-", "go", "version"]).ok().out(), "go version go1.21.13 linux/amd64");
}

#[test]
fn what_is_installed_is_not_fetched_again() {
    let (mirror, sandbox) = stocked(&["1.22.5"]);
    assert_eq!(installed(&sandbox, &["1.22"]), outcome("1.22.5", false));
    assert_eq!(installed(&sandbox, &["1.22"]), outcome("1.22.5", true));
    assert_eq!(archive_requests(&mirror), 1);
    let before = mirror.requests().len();
    let run = sandbox.gvm(&["install", "go1.22.5"]).ok();
    assert!(run.stderr.contains("go1.22.5 (unofficial) is installed already"), "{run}");
    assert_eq!(mirror.requests().len(), before, "an exact version that is here needs no request at all");
}

fn outcome(version: &str, was_there: bool) -> Value {
    json!({"version": version, "was_there": was_there, "unofficial": true})
}

#[test]
fn install_use_switches_to_the_first_one() {
    let (_mirror, sandbox) = stocked(&["1.22.5", "1.21.13"]);
    let run = sandbox.gvm(&["install", "--use", "1.21.13", "1.22"]).ok();
    assert!(run.stderr.contains("now go1.21.13"), "{run}");
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), "go1.21.13");
    assert_eq!(sandbox.gvm(&["list"]).ok().stdout.lines().count(), 2);
}

#[test]
fn a_bare_install_takes_the_version_of_the_project() {
    let (_mirror, sandbox) = stocked(&["1.22.5", "1.21.13"]);
    let project = sandbox.dir("project/deep/below");
    std::fs::write(sandbox.path().join("project/go.mod"), "module m\n\ngo 1.21\n").unwrap();
    let run = sandbox.gvm_in(&project, &["install"]).ok();
    assert!(run.stderr.contains("go.mod` asks for 1.21\n"), "{run}");
    assert_eq!(sandbox.gvm(&["list"]).ok().out(), "go1.21.13    unofficial");
    let run = sandbox.gvm(&["install"]).fails(2);
    assert!(run.stderr.contains("no file here or above asks for a Go version"), "{run}");
}

#[test]
fn every_name_of_the_command_installs() {
    let (_mirror, sandbox) = stocked(&["1.22.5"]);
    for name in ["install", "i", "add", "download"] {
        sandbox.gvm(&[name, "1.22.5"]).ok();
    }
    assert_eq!(sandbox.gvm(&["list"]).ok().stdout.lines().count(), 1);
}

#[test]
fn every_toolchain_is_reachable_under_its_own_name_beside_go() {
    let (_mirror, sandbox) = stocked(&["1.22.5", "1.21.13"]);
    sandbox.gvm(&["install", "1.22", "1.21"]).ok();
    let expected = [
        "go -> ../current/go/bin/go",
        "go1.21.13 -> ../versions/go1.21.13/bin/go",
        "go1.22.5 -> ../versions/go1.22.5/bin/go",
        "gofmt -> ../current/go/bin/gofmt",
    ];
    assert_eq!(tree_names(&sandbox.root().join("bin")), expected);
    assert_eq!(
        sandbox.sh("~/.gvm-rs/bin/go1.21.13 version").ok().stdout,
        "go version go1.21.13 linux/amd64\n"
    );
    sandbox.gvm(&["rm", "1.21.13"]).ok();
    assert!(!tree_names(&sandbox.root().join("bin")).iter().any(|name| name.contains("1.21")));
}

#[test]
fn a_kept_archive_saves_the_next_download_and_a_damaged_one_does_not() {
    let (mirror, sandbox) = stocked(&["1.22.5"]);
    sandbox.gvm(&["install", "--keep-archives", "1.22"]).ok();
    let kept: Vec<Value> =
        serde_json::from_str(&sandbox.gvm(&["cache", "ls", "--json"]).ok().stdout).unwrap();
    assert_eq!(kept.len(), 1);
    let path = kept[0]["path"].as_str().unwrap().to_owned();
    assert_eq!(kept[0]["partial"], false);
    assert_eq!(kept[0]["size"], std::fs::metadata(&path).unwrap().len());
    assert!(path.ends_with(&format!("/cache/{}.tar.gz", kept[0]["sha256"].as_str().unwrap())));
    sandbox.gvm(&["uninstall", "1.22.5"]).ok();
    sandbox.gvm(&["install", "1.22.5"]).ok();
    assert_eq!(archive_requests(&mirror), 1);

    sandbox.gvm(&["uninstall", "1.22.5"]).ok();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let run = sandbox.gvm(&["install", "1.22.5"]).ok();
    assert!(run.stderr.contains("the cached archive is damaged; fetching it again"), "{run}");
    assert_eq!(archive_requests(&mirror), 2);
}

#[test]
fn a_release_that_is_pinned_must_be_the_official_one_without_an_index() {
    let mirror = Mirror::start();
    mirror.add(FakeGo::new("1.22.5"));
    let sandbox = Sandbox::new().env("GVM_RS_MIRROR", mirror.base());
    // The size is pinned as well; a fake is smaller. With a named index it installs, marked.
    let run = sandbox.gvm(&["install", "1.22.5"]).fails(5);
    assert!(run.stderr.contains("cannot install go1.22.5"), "{run}");
    let index = mirror.index_url();
    let outcome = installed(&sandbox, &["--index", &index, "1.22.5"]);
    assert_eq!(outcome["unofficial"], true);
    let listed: Value = serde_json::from_str(&sandbox.gvm(&["list", "--json"]).ok().stdout).unwrap();
    assert_eq!(listed[0]["unofficial"], true);
    assert!(sandbox.root().join("manifests/go1.22.5.unofficial.jsonl").is_file());
}

#[test]
fn mistakes_have_their_own_exit_codes_and_leave_nothing() {
    let (mirror, sandbox) = stocked(&["1.22.5", "1.22.3"]);
    mirror.behave_archive("1.22.3", vec![Behaviour::FlipByte(2000)]);
    mirror.add(FakeGo::new("1.23.1").reports_version("1.23.0"));
    for (spec, code, said) in [
        ("1.22.9", 3, "no Go release matches `1.22.9`"),
        ("1.22.9", 3, "the nearest are 1.22.5"),
        ("1.19", 3, "no Go release matches `1.19`"),
        ("rc", 3, "no Go release matches `rc`"),
        ("", 2, "the version is empty"),
        ("nonsense", 2, "`nonsense` is not a Go version"),
        ("../../etc", 2, "`../../etc` is not a Go version"),
        ("^1.22", 2, "write `~1.22` or `>=1.22`"),
        ("1.22.3", 6, "is not the release: its sha256 is"),
        ("1.23.1", 7, "says it is `go1.23.0"),
    ] {
        let run = sandbox.gvm(&["install", spec]).fails(code);
        assert!(run.stderr.contains(said), "{spec}: {run}");
        assert!(!run.stderr.contains('\x1b') && run.stdout.is_empty(), "{run}");
    }
    let left = tree_names(&sandbox.root());
    let is_left = |below: &str| left.iter().any(|name| name.starts_with(below) && name != below);
    assert!(
        !["versions/", "staging/", "manifests/", "cache/"].iter().any(|below| is_left(below)),
        "{left:?}"
    );
}

/// What an install that was killed after its commit leaves.
fn leave_what_a_kill_leaves(sandbox: &Sandbox) {
    let root = sandbox.root();
    std::fs::create_dir_all(root.join("staging/.tmpdead/go")).unwrap();
    std::fs::write(root.join("staging/.tmpdead.lock"), "").unwrap();
    std::fs::write(root.join(format!("cache/{}.part", "0".repeat(64))), "").unwrap();
    std::fs::remove_file(root.join("bin/go1.22.5")).unwrap();
}

fn is_tidy(sandbox: &Sandbox) -> bool {
    let names = tree_names(&sandbox.root());
    let is_left = |name: &String| name.starts_with("staging/.tmp") || name.ends_with(".part");
    !names.iter().any(is_left) && names.contains(&"bin/go1.22.5 -> ../versions/go1.22.5/bin/go".to_owned())
}

#[test]
fn a_repeated_install_sweeps_what_a_killed_one_has_left() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    leave_what_a_kill_leaves(&sandbox);
    sandbox.gvm(&["install", "1.22.5"]).ok();
    assert!(is_tidy(&sandbox), "{:?}", tree_names(&sandbox.root()));
    // A name in bin/ alone is reason enough, as is each of the others.
    std::fs::remove_file(sandbox.root().join("bin/go1.22.5")).unwrap();
    sandbox.gvm(&["install", "1.22"]).ok();
    assert!(is_tidy(&sandbox));
}

#[test]
fn a_repeated_install_takes_no_lock_where_there_is_nothing_to_sweep() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    let lock = sandbox.root().join("lock");
    let note = std::fs::read_to_string(&lock).unwrap();
    // Half a download is there to go on with.
    std::fs::write(sandbox.root().join(format!("cache/{}.part", "0".repeat(64))), "half").unwrap();
    sandbox.gvm(&["install", "1.22.5"]).ok();
    assert_eq!(std::fs::read_to_string(&lock).unwrap(), note);
}

#[test]
fn a_repeated_install_waits_for_nobody() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    leave_what_a_kill_leaves(&sandbox);
    let lock = std::fs::File::open(sandbox.root().join("lock")).unwrap();
    lock.lock().unwrap();
    let run = sandbox.gvm(&["install", "1.22.5"]).ok();
    assert!(!run.stderr.contains("waiting"), "{run}");
    assert!(!is_tidy(&sandbox));
}
