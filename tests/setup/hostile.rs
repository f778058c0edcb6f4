//! Names that mean something to some shell, as HOME and as the root, in every shell.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::Sandbox;
use crate::{contents, empty, needs};

const NAMES: &[&str] = &[
    "a b",
    "it's",
    "say \"x\"",
    "$(touch x)",
    "`touch x`",
    ";touch x;",
    "back\\slash\\",
    "*",
    "[a-z]?{a,b}",
    "ünïcødé 日本",
    "-n",
    "!x !! #h ~",
    "$HOME %s%n",
    "two\nlines",
    "a\tb\u{1}c\r",
];

/// A program that says who it is.
fn fake_root(root: &Path) {
    std::fs::create_dir_all(root.join("bin")).unwrap();
    std::fs::remove_file(root.join("bin/go")).ok();
    symlink("/bin/true", root.join("bin/gofake")).unwrap();
}

fn check(sandbox: &Sandbox, root: &Path, name: &str) {
    for (program, flags) in
        [("bash", "-lc"), ("bash", "-ic"), ("dash", "-lc"), ("zsh", "-lc"), ("zsh", "-ic"), ("fish", "-c")]
    {
        if !needs::program(program) {
            continue;
        }
        let mut command = sandbox.command(program);
        command.args([flags, "command -v gofake"]);
        let run = sandbox.start(command).wait().ok();
        let expected = format!("{}/bin/gofake\n", root.display());
        assert!(run.stdout.ends_with(&expected), "{name:?} {program} {flags}: {run}");
    }
}

fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).unwrap().next().is_none()
}

fn set_up(sandbox: &Sandbox) {
    let shells = ["bash", "zsh", "fish", "sh", "elvish", "nu"].map(|name| ["--shell", name]).concat();
    sandbox.gvm(&[&["setup", "-y", "-q"], &shells[..]].concat()).ok();
}

#[test]
fn a_home_of_any_name_is_set_up_and_restored() {
    for name in NAMES {
        let sandbox = empty().env("LC_ALL", "C.UTF-8");
        let (home, here) = (sandbox.dir(name), sandbox.dir("here"));
        let sandbox = sandbox.env("HOME", &home).cwd(&here);
        set_up(&sandbox);
        fake_root(&home.join(".gvm-rs"));
        check(&sandbox, &home.join(".gvm-rs"), name);
        sandbox.gvm(&["teardown", "-y"]).ok();
        let left: Vec<_> = contents(&home).into_iter().map(|(name, _)| name).collect();
        let ours = |name: &String| name.contains("gvm-rs") && !name.starts_with(".gvm-rs");
        assert!(!left.iter().any(ours) && !home.join(".bashrc").exists(), "{name:?}: {left:?}");
        assert!(is_empty(&here), "something in {name:?} was run");
    }
}

#[test]
fn a_root_of_any_name_is_set_up() {
    for name in NAMES {
        let sandbox = empty().env("LC_ALL", "C.UTF-8");
        let (root, here) = (sandbox.path().join(name), sandbox.dir("here"));
        let sandbox = sandbox.env("GVM_RS_HOME", &root).cwd(&here);
        set_up(&sandbox);
        fake_root(&root);
        check(&sandbox, &root, name);
        assert!(is_empty(&here), "something in {name:?} was run");
    }
}

#[test]
fn a_root_that_no_path_can_hold_is_refused() {
    let sandbox = empty();
    for (root, told) in [("/srv/a:b", "it has a colon in it"), ("/srv/\n# <<< gvm-rs setup <<<\n", "mark")] {
        let before = contents(&sandbox.home());
        let run = sandbox.gvm(&["--home", root, "setup", "--yes"]).fails(2);
        assert!(run.stderr.contains(told), "{run}");
        assert_eq!(contents(&sandbox.home()), before);
    }
    // systemd hands it on as it quotes it.
    let run = sandbox.gvm(&["--home", "/srv/a\tb", "setup", "--yes", "--systemd-only"]).fails(2);
    assert!(run.stderr.contains("a control character"), "{run}");
}
