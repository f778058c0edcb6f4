//! Roots under odd names, several of them, and moved ones.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::scene::{NEW, OLD, is_refusal, says_go};
use crate::support::{FakeGo, Mirror, Run, Sandbox};

fn mirror() -> Mirror {
    let mirror = Mirror::start();
    for version in [OLD, NEW] {
        mirror.add(FakeGo::new(version).padding(1000));
    }
    mirror
}

fn run(sandbox: &Sandbox, root: &Path, args: &[&str]) -> Run {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(args).env("GVM_RS_HOME", root);
    sandbox.start(command).wait()
}

#[test]
fn the_main_job_works_under_any_name() {
    let mirror = mirror();
    for name in [
        &b"with space"[..],
        b"it's",
        b"\"quoted\"",
        b"new\nline",
        b"tab\tbell\x07",
        b"esc\x1b[31m",
        "größe-语-🦀".as_bytes(),
        b"-rf",
        b"$(touch x)",
        b"`id`;#&|*?[a]~!\\",
        b"not-utf8-\xff",
        b"co:lon",
        b"%s{}",
        b".",
    ] {
        let sandbox = Sandbox::new().with_mirror(&mirror);
        let root = sandbox.path().join("roots").join(OsStr::from_bytes(name)).join("go");
        for args in [
            &["use", OLD][..],
            &["use", NEW],
            &["rollback"],
            &["install", NEW],
            &["history"],
            &["list"],
            &["uninstall", "--force", NEW],
        ] {
            let run = run(&sandbox, &root, args).ok();
            let odd = |c: char| c.is_control() && c != '\n';
            assert!(!run.stderr.contains(odd), "{:?}", run.stderr);
        }
        says_go(&sandbox, &root, OLD);
        assert!(!sandbox.home().join("x").exists());
        check_init(&sandbox, &root, name);
    }
}

/// What `init` prints puts this very root on PATH, or it refuses.
fn check_init(sandbox: &Sandbox, root: &Path, name: &[u8]) {
    let code = run(sandbox, root, &["init", "sh"]);
    if name.contains(&b':') || std::str::from_utf8(name).is_err() {
        is_refusal(&code, 2, &["cannot use", "in a PATH"]);
        return;
    }
    let script = format!("{}\ngo version", code.ok().stdout);
    let said = sandbox.sh(&script).ok();
    assert_eq!(said.out(), format!("go version go{OLD} linux/amd64"));
}

#[test]
fn a_root_may_be_very_deep_or_too_deep() {
    let mirror = mirror();
    let sandbox = Sandbox::new().with_mirror(&mirror);
    let deep = (0..12).fold(sandbox.path().to_path_buf(), |path, _| path.join("d".repeat(200)));
    run(&sandbox, &deep, &["use", OLD]).ok();
    says_go(&sandbox, &deep, OLD);
    let too_deep = deep
        .join("d".repeat(200))
        .join("e".repeat(250))
        .join("f".repeat(250))
        .join("g".repeat(250))
        .join("h".repeat(255))
        .join("i".repeat(255));
    let too_deep = (0..4).fold(too_deep, |path, _| path.join("j".repeat(250)));
    is_refusal(&run(&sandbox, &too_deep, &["use", OLD]), 8, &["name too long"]);
    is_refusal(&run(&sandbox, &sandbox.path().join("k".repeat(300)), &["use", OLD]), 8, &["name too long"]);
}

#[test]
fn roots_stand_side_by_side() {
    let mirror = mirror();
    let sandbox = Sandbox::new().with_mirror(&mirror);
    let roots = [OLD, NEW].map(|version| (sandbox.path().join(format!("root-{version}")), version));
    for (root, version) in &roots {
        run(&sandbox, root, &["use", version]).ok();
    }
    for (root, version) in &roots {
        says_go(&sandbox, root, version);
        assert_eq!(run(&sandbox, root, &["list"]).ok().stdout.lines().count(), 1);
    }
    let flag = format!("--home={}", roots[0].0.display());
    assert_eq!(sandbox.gvm(&[&flag, "current"]).ok().out(), format!("go{OLD}"));
    assert!(!sandbox.root().exists(), "the default root was not asked for");
}

#[test]
fn a_root_can_be_moved_and_reached_through_a_link() {
    let mirror = mirror();
    let sandbox = Sandbox::new().with_mirror(&mirror);
    let (first, second) = (sandbox.path().join("first"), sandbox.path().join("second place"));
    run(&sandbox, &first, &["use", OLD]).ok();
    run(&sandbox, &first, &["use", NEW]).ok();
    fs::rename(&first, &second).unwrap();
    says_go(&sandbox, &second, NEW);
    run(&sandbox, &second, &["rollback"]).ok();
    says_go(&sandbox, &second, OLD);
    run(&sandbox, &second, &["uninstall", "--force", NEW]).ok();
    let link = sandbox.path().join("link");
    std::os::unix::fs::symlink(&second, &link).unwrap();
    run(&sandbox, &link, &["use", NEW]).ok();
    says_go(&sandbox, &link, NEW);
    says_go(&sandbox, &second, NEW);
    let fetched = mirror.requests_for("/dl/go1.21.13.linux-amd64.tar.gz").len();
    assert_eq!(fetched, 1, "nothing was fetched again after the move");
}

#[test]
fn a_directory_with_other_things_in_it_is_never_taken_for_a_root() {
    let mirror = mirror();
    let commands: [&[&str]; 6] = [
        &["install", NEW],
        &["use", NEW],
        &["prune"],
        &["cache", "clean"],
        &["uninstall", OLD],
        &["rollback"],
    ];
    for stranger in
        ["notes.txt", "pkg/mod/x", "bin/go", "bin/go1.5", "staging/x", "versions/mine/x", "cache/x"]
    {
        let sandbox = Sandbox::new().with_mirror(&mirror);
        let root = sandbox.dir("theirs");
        let file = root.join(stranger);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "theirs").unwrap();
        let before = crate::support::tree_names(&root);
        for args in commands {
            let refused = run(&sandbox, &root, args);
            is_refusal(&refused, 9, &["refusing to use", "did not put there", "hint: "]);
            assert_eq!(crate::support::tree_names(&root), before, "{args:?} {stranger}");
            assert_eq!(fs::read(&file).unwrap(), b"theirs");
        }
    }
}
