//! `init`: shell code for an rc file.

use std::process::ExitCode;

use crate::cli::args::Init;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::shell;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Init, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    ui.result(shell::init(args.shell, config)?);
    Ok(ExitCode::SUCCESS)
}
