//! `try`: one command under a toolchain that is gone afterwards, unless it is installed.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitCode, ExitStatus};
use std::time::Duration;

use gvm_rs::model::VersionRequest;
use gvm_rs::trial::TrialError;
use rustix::process::Pid;

use super::runs;
use super::session::Session;
use crate::cli::args::Try;
use crate::cli::config::Config;
use crate::cli::interrupt::Interrupt;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

const POLL: Duration = Duration::from_millis(5);

pub(crate) fn run(args: &Try, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let request: VersionRequest = args.spec.parse()?;
    let session = Session::open_beside_command(config, ui)?;
    let task = runs::task(&args.command);
    task.check()?;
    let trial = session.gvm().trial(&request).map_err(TrialError::from)?;
    ui.detail(format_args!("running under {}", trial.version().toolchain()));
    // The terminal, its signals included, is the command's as much as ours.
    let mut child = task.under(&trial.tree())?.spawn().map_err(|e| task.cannot_run(e))?;
    let status = wait(&mut child, &session.watcher.interrupt).map_err(|e| task.cannot_run(e))?;
    drop(trial);
    Ok(ExitCode::from(code_of(status)))
}

/// Waits for the command's end, and passes on the signals that only this program got.
fn wait(child: &mut Child, interrupt: &Interrupt) -> std::io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if let Some(signal) = interrupt.to_pass_on() {
            // It cannot have been collected by anybody else, so this is no other process.
            rustix::process::kill_process(Pid::from_child(child), signal)?;
        }
        std::thread::sleep(POLL);
    }
}

/// The exit code as a shell would tell it.
fn code_of(status: ExitStatus) -> u8 {
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    u8::try_from(code).unwrap_or(u8::MAX)
}
