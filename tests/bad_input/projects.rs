//! Files of a project, which may come from anybody.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::scene::{NEW, OLD, Scene, is_refusal};
use crate::support::Run;

const NAMES: [&str; 6] = [".go-version", ".tool-versions", "mise.toml", ".mise.toml", "go.mod", "go.work"];

fn project(scene: &Scene, name: &str, text: &[u8]) -> PathBuf {
    let directory = scene.sandbox.dir("project");
    for file in NAMES {
        fs::remove_file(directory.join(file)).ok();
    }
    fs::write(directory.join(name), text).unwrap();
    directory
}

#[track_caller]
fn refused(scene: &Scene, directory: &std::path::Path, says: &[&str]) -> Run {
    let before = scene.state();
    let run = scene.sandbox.gvm_in(directory, &["use"]);
    scene.check(&run, 2, says, &before);
    let other = scene.sandbox.gvm_in(directory, &["install"]);
    scene.check(&other, 2, says, &before);
    run
}

#[test]
fn no_project_is_told_with_what_to_type() {
    let scene = Scene::new();
    let directory = scene.sandbox.dir("empty");
    refused(&scene, &directory, &["no file here or above asks for a Go version", "hint: name a version"]);
}

#[test]
fn malformed_files_are_named_with_their_line() {
    let scene = Scene::new();
    for (name, text, says) in [
        (".go-version", "nonsense\n", "`nonsense` is not a Go version"),
        (".go-version", "../../../etc\n", "line 1"),
        (".go-version", "# comment\n\n/etc/passwd", "line 3"),
        (".go-version", "\u{1b}]0;evil\u{7}", "\\u{1b}]0;evil\\u{7}"),
        (".go-version", "1.22.5; touch x", "line 1"),
        (".go-version", "$(touch x)", "line 1"),
        (".go-version", "-x", "line 1"),
        (".go-version", "--mirror=http://127.0.0.1/", "line 1"),
        (".go-version", "1.22\u{202e}5", "\\u{202e}"),
        (".tool-versions", "golang\n", "line 1"),
        (".tool-versions", "nodejs 20\ngolang ../x\n", "line 2"),
        (".tool-versions", "golang ref:main\n", "line 1"),
        ("go.mod", "module x\n\ngo\n", "line 3"),
        ("go.mod", "module x\ngo 1.22\ngo 1.23\n", "line 3"),
        ("go.mod", "module x\ngo nonsense\n", "line 2"),
        ("go.mod", "module x\ngo 1.22\ntoolchain ../../x\n", "line 3"),
        ("go.mod", "module x\ngo 1.22\ntoolchain \u{1b}[2J\n", "\\u{1b}[2J"),
        ("go.work", "go 1.22.5.6\n", "line 1"),
        ("mise.toml", "[tools]\ngo = 1.22\n", "line 2 of mise.toml: `go = 1.22`"),
        ("mise.toml", "[tools]\ngo = \"../../x\"\n", "line 2"),
        ("mise.toml", "[tools]\nnode = \"20\"\ngo = { postinstall = \"touch x\" }\n", "line 3"),
        ("mise.toml", "[tools]\ngo = [\"\u{202e}1.22\"]\n", "\\u{202e}1.22"),
        ("mise.toml", "tools = 3\n", "line 1"),
        ("mise.toml", "[tools\ngo = \"1.22\"\n", "line 1"),
        (".mise.toml", "[tools]\ngo = \"{{ exec(command='touch x') }}\"\n", "line 2"),
    ] {
        let directory = project(&scene, name, text.as_bytes());
        let path = directory.join(name).display().to_string();
        refused(&scene, &directory, &["cannot understand", &path, says, "hint: "]);
    }
    assert!(!scene.sandbox.path().join("project/x").exists());
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let scene = Scene::new();
    for text in [&b"\xff\xfe1\x00.\x002\x002\x00"[..], b"\0", b"1.22.5\0", &[0x80; 100]] {
        let directory = project(&scene, ".go-version", text);
        refused(&scene, &directory, &["cannot understand", ".go-version"]);
    }
}

const LINK: &str = ": it is a symbolic link, which is not followed";

#[test]
fn a_link_is_refused_and_its_target_never_shown() {
    let scene = Scene::new();
    let secret = scene.sandbox.home().join("secret");
    fs::write(&secret, "hunter2\n").unwrap();
    for name in NAMES {
        let directory = project(&scene, name, b"");
        fs::remove_file(directory.join(name)).unwrap();
        symlink(&secret, directory.join(name)).unwrap();
        let run = refused(&scene, &directory, &["cannot read", name, LINK, "hint: "]);
        assert!(!run.stderr.contains("hunter2"), "{run}");
        fs::remove_file(directory.join(name)).unwrap();
        symlink("/nonexistent", directory.join(name)).unwrap();
        refused(&scene, &directory, &["cannot read", name, LINK]);
        fs::remove_file(directory.join(name)).unwrap();
        symlink("/dev/zero", directory.join(name)).unwrap();
        refused(&scene, &directory, &["cannot read", name, LINK]);
    }
}

#[test]
fn what_is_no_file_neither_hangs_nor_is_read() {
    let scene = Scene::new();
    for name in NAMES {
        let directory = project(&scene, name, b"");
        let path = directory.join(name);
        fs::remove_file(&path).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
        refused(&scene, &directory, &["cannot read", name, "not a regular file"]);
    }
}

#[test]
fn a_huge_file_is_not_read() {
    let scene = Scene::new();
    for (name, size) in [
        (".go-version", 5 << 10),
        (".tool-versions", 65 << 10),
        ("mise.toml", 65 << 10),
        ("go.mod", 17 << 20),
        ("go.work", 1 << 40),
    ] {
        let directory = project(&scene, name, b"1.22.5\n");
        fs::File::options().write(true).open(directory.join(name)).unwrap().set_len(size).unwrap();
        refused(&scene, &directory, &["cannot read", name, "larger than"]);
    }
}

#[test]
fn a_version_that_does_not_exist_is_no_nonsense() {
    let scene = Scene::new();
    let directory = project(&scene, ".go-version", b"1.22.99\n");
    let before = scene.state();
    let run = scene.sandbox.gvm_in(&directory, &["use"]);
    scene.check(&run, 3, &["no Go release matches `1.22.99`", "hint: the nearest are 1.22.5"], &before);
    let directory = project(&scene, ".go-version", b"go1.22.5\r\n");
    scene.sandbox.gvm_in(&directory, &["use"]).ok();
    scene.says_go(NEW);
}

#[test]
fn a_directory_that_is_gone_or_closed_is_told() {
    let scene = Scene::new();
    let script =
        format!("mkdir gone && cd gone && rmdir ../gone && exec {} use", env!("CARGO_BIN_EXE_gvm-rs"));
    let run = scene.sandbox.sh(&script);
    is_refusal(&run, 2, &["current directory"]);
    // What needs no project works from there all the same.
    let script =
        format!("mkdir gone && cd gone && rmdir ../gone && exec {} use {NEW}", env!("CARGO_BIN_EXE_gvm-rs"));
    scene.sandbox.sh(&script).ok();
    scene.says_go(NEW);
    scene.sandbox.gvm(&["use", OLD]).ok();
}
