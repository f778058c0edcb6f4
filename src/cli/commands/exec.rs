//! `exec`: runs a command under another toolchain, or under the one of the project here, in its own process.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::ExitCode;

use gvm_rs::gvm::{Gvm, GvmError};
use gvm_rs::model::{GoVersion, RequestError, VersionRequest};
use gvm_rs::project::{self, Answer};
use gvm_rs::store::{Slots, StoreError};
use gvm_rs::trial::Task;

use super::session::{self, Session};
use crate::cli::args::Exec;
use crate::cli::config::{Config, current_directory, variable};
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Exec, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let (request, command) = read(args)?;
    let task = Task {
        words: command,
        path: variable("PATH").unwrap_or_default(),
        // Whoever set it for this command means it.
        keeps_gotoolchain: variable("GOTOOLCHAIN").is_some(),
    };
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let version = match request {
        Ok(request) => resolve(&gvm, &request, args.install)?,
        // A word that is no program either was meant for a version.
        Err(error) => match task.check() {
            Ok(()) => of_project(&gvm, args.install, config, ui)?,
            Err(_) => return Err(error.into()),
        },
    };
    // Another `go` further down the PATH must not stand in for a damaged one.
    gvm.store.check_usable(version)?;
    let error = task.under(&gvm.store.layout().tree(version))?.exec();
    Err(task.cannot_run(error).into())
}

/// What was asked for, or why the first word does not ask for anything, and the command.
fn read(args: &Exec) -> Result<(Result<VersionRequest, RequestError>, Vec<OsString>), Failure> {
    let parsed = args.spec.to_string_lossy().parse::<VersionRequest>();
    let first = parsed.is_err().then(|| args.spec.clone());
    let command: Vec<OsString> = first.into_iter().chain(args.command.iter().cloned()).collect();
    if command.is_empty() { Err(Failure::NoCommand) } else { Ok((parsed, command)) }
}

fn resolve(gvm: &Gvm<'_>, request: &VersionRequest, may_install: bool) -> Result<GoVersion, GvmError> {
    match gvm.resolve(request) {
        Err(GvmError::Store(StoreError::NotInstalled(_)) | GvmError::NoneInstalled(_)) if may_install => {
            Ok(gvm.install(request, &Slots::new(1))?.version)
        }
        outcome => outcome,
    }
}

fn of_project(gvm: &Gvm<'_>, may_install: bool, config: &Config, ui: &Ui) -> Result<GoVersion, Failure> {
    let wish = project::find(&current_directory()?, &config.workspace()?)?.ok_or(Failure::NoProject)?;
    let version = match wish.answer(gvm.store)? {
        Answer::Current(version) | Answer::Installed(version) => version,
        Answer::Missing => resolve(gvm, &wish.request, may_install)?,
    };
    let mut scene = config.scene()?;
    // What the command is going to see.
    scene.gotoolchain.get_or_insert_with(|| "local".into());
    session::warn_of_shortfall(version, &scene, gvm.store, ui);
    Ok(version)
}
