//! File systems that cannot take a store: mounted for one test, gone with it. Needs root.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scene::{NEW, OLD, is_refusal, says_go, state};
use crate::support::{FakeGo, Mirror, Run, Sandbox, tree_names};

/// A tmpfs of its own in a sandbox, unmounted when dropped.
pub struct Mount {
    pub root: PathBuf,
}

impl Mount {
    /// Mounts a tmpfs, or says why the test is skipped.
    pub fn tmpfs(sandbox: &Sandbox, options: &str) -> Option<Mount> {
        let root = sandbox.dir("mount");
        let args = ["-t", "tmpfs", "-o", options, "gvm-rs-test"];
        if rustix::process::geteuid().is_root() && mount(&args, &root) {
            return Some(Mount { root });
        }
        eprintln!("skipped: mounting a tmpfs needs root");
        None
    }

    /// Mounts a directory, and a tmpfs above it that takes what is written.
    pub fn overlay(sandbox: &Sandbox, lower: &Path) -> Option<(Mount, Mount)> {
        let top = Mount::tmpfs(sandbox, "mode=755,size=8m")?;
        let root = sandbox.dir("merged");
        for name in ["upper", "work"] {
            std::fs::create_dir(top.root.join(name)).unwrap();
        }
        let (lower, top_root) = (lower.display(), top.root.display());
        let layers = format!("lowerdir={lower},upperdir={top_root}/upper,workdir={top_root}/work");
        if mount(&["-t", "overlay", "-o", &layers, "gvm-rs-test"], &root) {
            return Some((Mount { root }, top));
        }
        eprintln!("skipped: this kernel mounts no overlay here");
        None
    }

    /// Mounts it again with other options.
    pub fn remount(&self, options: &str) {
        assert!(mount(&["-o", &format!("remount,{options}")], &self.root), "remount {options}");
    }
}

fn mount(args: &[&str], root: &PathBuf) -> bool {
    Command::new("mount").args(args).arg(root).status().is_ok_and(|status| status.success())
}

impl Drop for Mount {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.root).status().ok();
    }
}

/// A sandbox whose store is on a mount, with two toolchains, of which the second is current.
pub fn store_on(options: &str) -> Option<(Sandbox, Mount, Mirror)> {
    let mirror = Mirror::start();
    for version in [OLD, NEW, "1.23.1"] {
        mirror.add(FakeGo::new(version).padding(1000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    let mount = Mount::tmpfs(&sandbox, options)?;
    let sandbox = sandbox.env("GVM_RS_HOME", &mount.root);
    sandbox.gvm(&["use", OLD]).ok();
    sandbox.gvm(&["use", NEW]).ok();
    Some((sandbox, mount, mirror))
}

#[track_caller]
fn refuses(sandbox: &Sandbox, mount: &Mount, args: &[&str], says: &[&str]) -> Run {
    let before = state(&mount.root);
    let run = sandbox.gvm(args);
    is_refusal(&run, 8, says);
    assert_eq!(state(&mount.root), before, "{run}");
    assert_eq!(tree_names(&mount.root.join("staging")), Vec::<String>::new(), "{run}");
    run
}

#[test]
fn a_read_only_store_works_and_refuses_changes() {
    let Some((sandbox, mount, _mirror)) = store_on("mode=755,size=16m") else { return };
    mount.remount("ro");
    says_go(&sandbox, &mount.root, NEW);
    let path = mount.root.display().to_string();
    for args in [
        &["use", OLD][..],
        &["rollback"],
        &["install", "1.23.1"],
        &["uninstall", "--force", OLD],
        &["prune"],
        &["cache", "clean"],
    ] {
        refuses(&sandbox, &mount, args, &[&path, "Read-only file system", "hint: set GVM_RS_HOME"]);
    }
    for args in [
        &["list"][..],
        &["current"],
        &["history"],
        &["which"],
        &["where", OLD],
        &["ls-remote"],
        &["env"],
        &["cache", "ls"],
        &["exec", OLD, "go", "version"],
        &["install", OLD],
    ] {
        sandbox.gvm(args).ok();
    }
    mount.remount("rw");
    sandbox.gvm(&["rollback"]).ok();
    says_go(&sandbox, &mount.root, OLD);
}

#[test]
fn a_store_that_nothing_can_run_from_is_refused_before_the_download() {
    let Some((sandbox, mount, mirror)) = store_on("mode=755,size=16m") else { return };
    mount.remount("noexec");
    let asked = mirror.requests_for("/dl/go1.23.1.linux-amd64.tar.gz").len();
    refuses(&sandbox, &mount, &["install", "1.23.1"], &["noexec", "hint: set GVM_RS_HOME"]);
    assert_eq!(mirror.requests_for("/dl/go1.23.1.linux-amd64.tar.gz").len(), asked);
    mount.remount("exec");
    says_go(&sandbox, &mount.root, NEW);
}
