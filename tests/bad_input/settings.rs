//! Environment and configuration.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::scene::{NEW, OLD, Scene, is_refusal};
use crate::support::{Mirror, Run, Sandbox, tree_names};

#[test]
fn without_a_home_there_is_no_place_for_a_store() {
    for sandbox in
        [Sandbox::new().without_env("HOME"), Sandbox::new().env("HOME", ""), Sandbox::new().env("HOME", ".")]
    {
        for args in [&["use", NEW][..], &["list"], &["current"], &["init", "sh"]] {
            is_refusal(&sandbox.gvm(args), 2, &["HOME is not set", "hint: set GVM_RS_HOME"]);
        }
        assert_eq!(tree_names(sandbox.path()), ["home/"]);
    }
}

#[test]
fn without_a_home_a_named_root_is_enough_and_no_configuration_lies_around() {
    let mirror = Mirror::start();
    mirror.add(crate::support::FakeGo::new(NEW).padding(10));
    for home in [None, Some("."), Some("")] {
        let sandbox = Sandbox::new().with_mirror(&mirror);
        let root = sandbox.path().join("root");
        let sandbox = sandbox.env("GVM_RS_HOME", &root);
        let sandbox = match home {
            None => sandbox.without_env("HOME"),
            Some(home) => sandbox.env("HOME", home),
        };
        // What a cloned repository brings along must not configure anything.
        for directory in ["gvm-rs", ".config/gvm-rs"] {
            let directory = sandbox.home().join(directory);
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join("config.toml"), "nonsense").unwrap();
        }
        sandbox.gvm(&["use", NEW]).ok();
        crate::scene::says_go(&sandbox, &root, NEW);
    }
}

#[test]
fn a_root_has_to_be_absolute() {
    let scene = Scene::new();
    for root in ["go", "./go", "../go", "~/go", "-x"] {
        let run = scene.sandbox.gvm_with(&[("GVM_RS_HOME", root)], &["use", NEW]);
        is_refusal(&run, 2, &[&format!("`{root}` is not an absolute path"), "hint: "]);
        let flag = format!("--home={root}");
        is_refusal(&scene.sandbox.gvm(&[&flag, "list"]), 2, &["is not an absolute path"]);
    }
    assert!(!scene.sandbox.home().join("go").exists() && !scene.sandbox.home().join("~").exists());
}

#[test]
fn a_broken_configuration_is_named_with_its_line() {
    let scene = Scene::new();
    for (lines, says) in [
        ("mirrors = \"x\"", "unknown field `mirrors`"),
        ("mirror = 5", "expected a string"),
        ("downloads = \"two\"", "expected a nonzero usize"),
        ("downloads = -1", "expected a nonzero usize"),
        ("keep_archives = \"yes\"", "expected a boolean"),
        ("proof_timeout = -1", "expected a nonzero u64"),
        ("proof_timeout = 0", "expected a nonzero u64"),
        ("[mirror]\nx = 1", "expected a string"),
        ("mirror", "line 3"),
        ("mirror = \"", "line 3"),
        ("downloads = 1\ndownloads = 2", "duplicate key"),
        ("\u{1b}[2J = 1", "line 3"),
        ("x\u{202e} = 1", "line 3"),
    ] {
        scene.configure(lines);
        for args in [&["use", NEW][..], &["list"], &["rollback"]] {
            let run = scene.refuses(args, 2, &["cannot understand line ", "config.toml`", says]);
            // The parser's own message has several lines, which must not be squeezed into one.
            assert!(run.stderr.lines().count() <= 2 && !run.stderr.contains("\\u{a}"), "{run}");
        }
    }
    scene.configure("");
    scene.recovers();
}

#[test]
fn an_unreadable_configuration_is_named() {
    let scene = Scene::new();
    let file = scene.sandbox.home().join(".config/gvm-rs/config.toml");
    let refused = |scene: &Scene, says: &str| scene.refuses(&["use", NEW], 2, &["config.toml`", says]);
    fs::write(&file, vec![b'#'; 2 << 20]).unwrap();
    refused(&scene, "larger than");
    fs::write(&file, b"\xff\xfe").unwrap();
    refused(&scene, "cannot understand");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    refused(&scene, "not a regular file");
    fs::remove_dir(&file).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &file, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
    refused(&scene, "not a regular file");
    fs::remove_file(&file).unwrap();
    symlink("config.toml", &file).unwrap();
    refused(&scene, "cannot read");
    fs::remove_file(&file).unwrap();
    fs::write(&file, "").unwrap();
    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: root reads every file");
    } else {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
        refused(&scene, "ermission denied");
    }
}

#[test]
fn variables_with_nonsense_in_them_are_named() {
    let scene = Scene::new();
    for (variable, value, says) in [
        ("GVM_RS_OFFLINE", "maybe", "GVM_RS_OFFLINE is set to something that is not 1 or 0"),
        ("GVM_RS_KEEP_ARCHIVES", "2", "GVM_RS_KEEP_ARCHIVES"),
        ("GVM_RS_DOWNLOADS", "-1", "GVM_RS_DOWNLOADS is set to something that is not a number"),
        ("GVM_RS_DOWNLOADS", "two", "GVM_RS_DOWNLOADS"),
        ("GVM_RS_DOWNLOADS", "99999999999999999999999", "GVM_RS_DOWNLOADS"),
        ("GVM_RS_LOCK_TIMEOUT", "1.5", "GVM_RS_LOCK_TIMEOUT"),
        (
            "GVM_RS_MIRROR",
            "nonsense",
            "cannot use the mirror: `nonsense` is neither a URL nor an absolute path",
        ),
        ("GVM_RS_MIRROR", "ftp://127.0.0.1/", "cannot use the mirror"),
        ("GVM_RS_MIRROR", "http://192.0.2.1/dl", "plain http to another machine"),
        ("GVM_RS_MIRROR", "file://server/share", "names no absolute path"),
        ("GVM_RS_MIRROR", "\u{1b}[2J", "cannot use the mirror"),
        ("GVM_RS_INDEX", "nonsense", "cannot use the index"),
        ("GVM_RS_INDEX", "javascript:alert(1)", "cannot use the index"),
        ("GVM_RS_INDEX", "https://\u{202e}/", "cannot use the index"),
    ] {
        let before = scene.state();
        let run = scene.sandbox.gvm_with(&[(variable, value)], &["use", NEW]);
        scene.check(&run, 2, &[says], &before);
    }
    for name in [
        "GVM_RS_OFFLINE",
        "GVM_RS_DOWNLOADS",
        "GVM_RS_MIRROR",
        "GVM_RS_HOME",
        "GVM_RS_CONFIG",
        "GVM_RS_CA_FILE",
    ] {
        // An empty one counts as unset.
        let run = scene.sandbox.gvm_with(&[(name, "")], &["list"]).ok();
        assert!(run.stdout.contains(OLD), "{run}");
    }
}

#[test]
fn a_missing_index_file_is_named() {
    let scene = Scene::new();
    for (index, says) in [
        ("/nonexistent/index.json", "/nonexistent/index.json"),
        ("/dev/null", "not a regular file"),
        ("/etc", "not a regular file"),
    ] {
        scene.refuses(&["use", NEW, "--index", index], 5, &["release index", index, says]);
    }
}

#[test]
fn a_closed_pipe_is_no_failure_of_ours() {
    let scene = Scene::new();
    let script = format!("{} ls-remote --all --json | head -c 1", env!("CARGO_BIN_EXE_gvm-rs"));
    let run: Run = scene.sandbox.sh(&script).ok();
    assert!(!run.stderr.contains("panicked"), "{run}");
}
