//! `init`: shell code for an rc file.

use std::process::ExitCode;

use crate::cli::args::Init;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Init, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    if args.hook && !args.shell.can_hook() {
        return Err(Failure::NoHook(args.shell));
    }
    ui.result(args.shell.init(&config.init(!args.no_gobin, args.hook)?));
    Ok(ExitCode::SUCCESS)
}
