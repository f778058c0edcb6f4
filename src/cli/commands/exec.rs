//! `exec`: runs a command under another toolchain, in its own process.

use std::convert::Infallible;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use gvm_rs::gvm::{Gvm, GvmError};
use gvm_rs::model::{GoVersion, VersionRequest};
use gvm_rs::store::{Slots, StoreError};

use super::session::Session;
use crate::cli::args::Exec;
use crate::cli::config::{Config, variable};
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Exec, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let request: VersionRequest = args.spec.parse()?;
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let version = resolve(&gvm, &request, args.install)?;
    // Another `go` further down the PATH must not stand in for a damaged one.
    gvm.store.check_usable(version)?;
    match replace_this_process(&gvm.store.layout().tree(version), &args.command)? {}
}

fn resolve(gvm: &Gvm<'_>, request: &VersionRequest, may_install: bool) -> Result<GoVersion, GvmError> {
    match gvm.resolve(request) {
        Err(GvmError::Store(StoreError::NotInstalled(_)) | GvmError::NoneInstalled(_)) if may_install => {
            Ok(gvm.install(request, &Slots::new(1))?.version)
        }
        outcome => outcome,
    }
}

/// Becomes the command, with the toolchain first on its PATH and nothing set that would overrule it.
fn replace_this_process(tree: &Path, words: &[OsString]) -> Result<Infallible, Failure> {
    let Some((program, arguments)) = words.split_first() else { return Err(Failure::NothingCurrent) };
    let bin = tree.join("bin");
    let path = variable("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> =
        std::iter::once(bin.clone()).chain(std::env::split_paths(&path)).collect();
    let cannot_run = |source| Failure::CannotRun {
        command: program.to_string_lossy().chars().take(200).collect(),
        source,
    };
    let path = std::env::join_paths(directories).map_err(|e| cannot_run(std::io::Error::other(e)))?;
    // The toolchain's own programs by their path: the lookup would happen in the old PATH.
    let own = bin.join(program);
    let is_own = Path::new(program).components().count() == 1 && own.is_file();
    let mut command = Command::new(if is_own { own.as_os_str() } else { program });
    command.args(arguments).env("PATH", path).env_remove("GOROOT");
    if variable("GOTOOLCHAIN").is_none() {
        // The toolchain that was named, and not another one that a go.mod or `go env -w` asks for.
        command.env("GOTOOLCHAIN", "local");
    }
    Err(cannot_run(command.exec()))
}
