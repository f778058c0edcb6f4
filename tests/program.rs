//! gvm-rs itself: `self update`, `self rollback`, `self uninstall`, on a copy of the program in a home of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "program/kill.rs"]
mod kill;
#[path = "program/uninstall.rs"]
mod uninstall;
#[path = "program/update.rs"]
mod update;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use gvm_rs::model::{Platform, Sha256};
use sha2::Digest as _;
use support::{Mirror, Run, Sandbox};

/// This program without what only a debugger reads, as a release is.
static PROGRAM: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let stripped = directory.path().join("gvm-rs");
    let status = Command::new("strip").arg("-o").arg(&stripped).arg(env!("CARGO_BIN_EXE_gvm-rs")).status();
    assert!(status.unwrap().success());
    fs::read(stripped).unwrap()
});

/// Another release of this program: it does the same, and is another file.
fn newer() -> Vec<u8> {
    [&PROGRAM[..], b"newer"].concat()
}

/// A sandbox in which the program is installed as `install.sh` does it.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir_all(place(&sandbox).parent().unwrap()).unwrap();
    put(&place(&sandbox));
    fs::create_dir_all(sandbox.home().join(".config/gvm-rs")).unwrap();
    fs::write(sandbox.home().join(".config/gvm-rs/config.toml"), "retry_delay_ms = 1\nretries = 2\n")
        .unwrap();
    sandbox
}

/// Puts the program somewhere, by another process: while this one has it open for writing, no other thread's child
/// could run it.
fn put(path: &Path) {
    fs::write(path.with_extension("bytes"), &PROGRAM[..]).unwrap();
    let status =
        Command::new("install").args(["-m", "755"]).arg(path.with_extension("bytes")).arg(path).status();
    assert!(status.unwrap().success());
    fs::remove_file(path.with_extension("bytes")).unwrap();
}

fn place(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join(".local/bin/gvm-rs")
}

/// Runs the installed program.
fn run(sandbox: &Sandbox, args: &[&str]) -> Run {
    run_as(sandbox, place(sandbox), args)
}

fn run_as(sandbox: &Sandbox, program: impl AsRef<OsStr>, args: &[&str]) -> Run {
    let mut command = sandbox.command(program);
    command.args(args);
    sandbox.start(command).wait()
}

/// Runs any program as a user without rights, where this is root: root may write everywhere.
fn run_without_rights(sandbox: &Sandbox, words: &[&str]) -> Run {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(sandbox.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let drop = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
    let drop = if rustix::process::geteuid().is_root() { &drop[..] } else { &[] };
    let words = [drop, words].concat();
    run_as(sandbox, words[0], &words[1..])
}

fn name() -> String {
    format!("gvm-rs-{}", Platform::host().unwrap())
}

fn sums(program: &[u8]) -> String {
    format!("{}  {}\n", Sha256::new(sha2::Sha256::digest(program).into()), name())
}

/// A server of releases, below `/r`.
fn releases(program: &[u8]) -> Mirror {
    let mirror = Mirror::start();
    mirror.add_page(&format!("/r/{}", name()), program);
    mirror.add_page("/r/SHA256SUMS", sums(program));
    mirror
}

/// The same, in a directory of the sandbox.
fn releases_in(sandbox: &Sandbox, program: &[u8]) -> PathBuf {
    let directory = sandbox.dir("it's a $(release)");
    fs::write(directory.join(name()), program).unwrap();
    fs::write(directory.join("SHA256SUMS"), sums(program)).unwrap();
    directory
}
