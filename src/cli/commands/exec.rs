//! `exec`: runs a command under another toolchain, in its own process.

use std::os::unix::process::CommandExt as _;
use std::process::ExitCode;

use gvm_rs::gvm::{Gvm, GvmError};
use gvm_rs::model::{GoVersion, VersionRequest};
use gvm_rs::store::{Slots, StoreError};
use gvm_rs::trial::Task;

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
    let task = Task {
        words: args.command.clone(),
        path: variable("PATH").unwrap_or_default(),
        // Whoever set it for this command means it.
        keeps_gotoolchain: variable("GOTOOLCHAIN").is_some(),
    };
    let error = task.under(&gvm.store.layout().tree(version))?.exec();
    Err(task.cannot_run(error).into())
}

fn resolve(gvm: &Gvm<'_>, request: &VersionRequest, may_install: bool) -> Result<GoVersion, GvmError> {
    match gvm.resolve(request) {
        Err(GvmError::Store(StoreError::NotInstalled(_)) | GvmError::NoneInstalled(_)) if may_install => {
            Ok(gvm.install(request, &Slots::new(1))?.version)
        }
        outcome => outcome,
    }
}
