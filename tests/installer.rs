//! `sh install.sh`: from a checkout, with a cargo that has nothing left to build, and from releases on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "installer/checkout.rs"]
mod checkout;
#[path = "installer/download.rs"]
mod download;
#[path = "installer/truncated.rs"]
mod truncated;

use std::path::{Path, PathBuf};

use support::{Run, Sandbox};

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh")
}

fn install(sandbox: &Sandbox, shell: &str, args: &[&str]) -> Run {
    let mut command = sandbox.command(shell);
    command.arg(script()).args(args);
    sandbox.start(command).wait()
}
