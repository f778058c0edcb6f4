//! Roots of other users, and work as a user without rights. Mostly needs root, to be someone else.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use crate::scene::{NEW, OLD, Scene, is_refusal, says_go};
use crate::support::{FakeGo, Mirror, Run, Sandbox};

/// `nobody` on Debian; any user without rights will do.
const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        eprintln!("skipped: being another user needs root");
    }
    is_root
}

/// A place that anybody can look into, with a copy of the program that anybody can run.
struct Open {
    sandbox: Sandbox,
    program: PathBuf,
    _mirror: Mirror,
}

impl Open {
    fn new() -> Self {
        let mirror = Mirror::start();
        for version in [OLD, NEW] {
            mirror.add(FakeGo::new(version).padding(1000));
        }
        let sandbox = Sandbox::new().with_mirror(&mirror);
        let everybody = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        everybody(sandbox.path());
        let program = sandbox.path().join("gvm-rs");
        fs::hard_link(env!("CARGO_BIN_EXE_gvm-rs"), &program)
            .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_gvm-rs"), &program).map(drop))
            .unwrap();
        everybody(&program);
        Self { sandbox, program, _mirror: mirror }
    }

    /// Runs the program as a user, under a umask, on a root.
    fn run(&self, user: u32, umask: &str, root: &Path, args: &[&str]) -> Run {
        let mut command = self.sandbox.command("/bin/sh");
        let script =
            format!("umask {umask}; exec setpriv --reuid {user} --regid {user} --clear-groups \"$0\" \"$@\"");
        command.arg("-c").arg(script).arg(&self.program).args(args).env("GVM_RS_HOME", root);
        self.sandbox.start(command).wait()
    }

    fn root_of(&self, user: u32) -> PathBuf {
        let root = self.sandbox.dir(&format!("root-{user}"));
        chown(&root, Some(user), Some(user)).unwrap();
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
        root
    }
}

#[test]
fn a_user_without_rights_can_do_the_whole_main_job() {
    if !is_root() {
        return;
    }
    for umask in ["022", "000", "077", "027"] {
        let open = Open::new();
        let root = open.root_of(NOBODY);
        let run = |args: &[&str]| open.run(NOBODY, umask, &root, args).ok();
        run(&["use", OLD]);
        run(&["use", NEW]);
        says_go(&open.sandbox, &root, NEW);
        assert_modes(&root, umask);
        run(&["rollback"]);
        says_go(&open.sandbox, &root, OLD);
        run(&["uninstall", "--force", NEW]);
        run(&["install", "--keep-archives", NEW]);
        run(&["prune"]);
        run(&["cache", "clean"]);
        assert!(fs::read_dir(root.join("staging")).unwrap().next().is_none(), "{umask}");
    }
}

/// Trees are 0444, 0555 and 0555, with a root of 0755; nobody else may write anywhere, and all may read.
fn assert_modes(root: &Path, umask: &str) {
    let mode = |path: &Path| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777;
    let versions = root.join("versions");
    let is_in_tree =
        |path: &Path| path.strip_prefix(&versions).is_ok_and(|below| below.components().count() > 1);
    let mut todo = vec![root.to_path_buf()];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            if meta.is_symlink() {
                continue;
            }
            let mode = mode(&path);
            assert_eq!(mode & 0o022, 0, "umask {umask}: {} has {mode:o}", path.display());
            if is_in_tree(&path) {
                let program =
                    path.parent().is_some_and(|parent| parent.ends_with("bin")) || path.ends_with("compile");
                let expected = if meta.is_dir() || program { 0o555 } else { 0o444 };
                assert_eq!(mode, expected, "umask {umask}: {}", path.display());
            } else if meta.is_dir() {
                assert_eq!(mode, 0o755, "umask {umask}: {}", path.display());
            } else if !path.ends_with("lock") {
                assert_eq!(mode, 0o644, "umask {umask}: {}", path.display());
            }
            if meta.is_dir() {
                todo.push(path);
            }
        }
    }
}

#[test]
fn a_store_of_root_can_be_read_by_all_and_written_by_root_only() {
    if !is_root() {
        return;
    }
    for umask in ["022", "077"] {
        let open = Open::new();
        let root = open.sandbox.path().join("system/go");
        open.run(0, umask, &root, &["use", OLD]).ok();
        open.run(0, umask, &root, &["use", NEW]).ok();
        if umask == "077" {
            // The directory above is root's own business, and not readable under this mask unless it is made so.
            fs::set_permissions(root.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
        }
        for args in [
            &["list"][..],
            &["list", "--json"],
            &["current"],
            &["current", "--json"],
            &["which"],
            &["where", OLD],
            &["history"],
            &["history", "--json"],
            &["env"],
            &["init", "sh"],
            &["ls-remote"],
            &["outdated"],
            &["cache", "ls"],
            &["exec", OLD, "go", "version"],
            &["install", OLD],
        ] {
            open.run(NOBODY, umask, &root, args).ok();
        }
        let said = open.run(NOBODY, umask, &root, &["history"]).ok();
        assert!(said.stdout.contains("use 1.22.5"), "umask {umask}: {said}");
        for args in [
            &["use", OLD][..],
            &["rollback"],
            &["uninstall", "--force", OLD],
            &["prune"],
            &["cache", "clean"],
        ] {
            let said = open.run(NOBODY, umask, &root, args);
            is_refusal(&said, 9, &["belongs to user 0, and this is user 65534", "hint: "]);
        }
        says_go(&open.sandbox, &root, NEW);
    }
}

#[test]
fn a_store_of_another_user_is_not_written_to() {
    if !is_root() {
        return;
    }
    let open = Open::new();
    let root = open.root_of(NOBODY);
    open.run(NOBODY, "022", &root, &["use", OLD]).ok();
    for args in [&["use", NEW][..], &["install", NEW], &["prune"]] {
        let said = open.run(0, "022", &root, args);
        is_refusal(
            &said,
            9,
            &[&root.display().to_string(), "belongs to user 65534, and this is user 0", "hint: "],
        );
    }
    open.run(0, "022", &root, &["list"]).ok();
    says_go(&open.sandbox, &root, OLD);
    // A link of somebody else could lead anywhere.
    let link = open.sandbox.path().join("link");
    let own = open.sandbox.dir("own");
    std::os::unix::fs::symlink(&own, &link).unwrap();
    rustix::fs::chownat(
        rustix::fs::CWD,
        &link,
        Some(rustix::fs::Uid::from_raw(1234)),
        None,
        rustix::fs::AtFlags::SYMLINK_NOFOLLOW,
    )
    .unwrap();
    chown(&own, Some(NOBODY), None).unwrap();
    let said = open.run(NOBODY, "022", &link, &["use", OLD]);
    is_refusal(&said, 9, &["the link belongs to user 1234"]);
}

#[test]
fn a_place_without_permission_is_named() {
    if !is_root() {
        return;
    }
    let open = Open::new();
    let closed = open.sandbox.dir("closed");
    let said = open.run(NOBODY, "022", &closed.join("go"), &["use", OLD]);
    is_refusal(&said, 8, &["closed/go", "ermission denied", "hint: set GVM_RS_HOME"]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    for args in [&["use", OLD][..], &["list"]] {
        let said = open.run(NOBODY, "022", &closed.join("go"), args);
        is_refusal(&said, 8, &["closed/go", "ermission denied", "hint: set GVM_RS_HOME"]);
    }
}

#[test]
fn a_root_that_others_may_write_to_is_refused() {
    for mode in [0o775, 0o777, 0o757, 0o1777] {
        let scene = Scene::new();
        fs::set_permissions(&scene.root, fs::Permissions::from_mode(mode)).unwrap();
        let path = scene.root.display().to_string();
        let mode = format!("mode {mode:o}");
        scene.refuses(
            &["use", NEW],
            9,
            &[&path, "others may write to it", &mode, &format!("hint: run `chmod go-w '{path}'`")],
        );
        scene.sandbox.gvm(&["list"]).ok();
        fs::set_permissions(&scene.root, fs::Permissions::from_mode(0o755)).unwrap();
        scene.recovers();
    }
}

#[test]
fn what_was_left_in_the_root_of_another_user_is_theirs_to_sweep() {
    if !is_root() {
        return;
    }
    let open = Open::new();
    let root = open.root_of(0);
    open.run(0, "022", &root, &["install", OLD]).ok();
    fs::create_dir(root.join("staging/.tmpdead")).unwrap();
    let run = open.run(NOBODY, "022", &root, &["install", OLD]).ok();
    assert!(run.stderr.contains("is installed already") && !run.stderr.contains("note:"), "{run}");
    assert!(root.join("staging/.tmpdead").is_dir());
}
