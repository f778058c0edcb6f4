//! `prune`: removes superseded patch releases.

use std::process::ExitCode;

use super::session::Session;
use crate::cli::args::Prune;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Prune, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    if args.dry_run {
        for version in gvm.prunable(args.keep)? {
            ui.result(version.toolchain());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let pruned = gvm.prune(args.keep)?;
    if pruned.toolchains.is_empty() {
        ui.say("there is nothing to prune");
    }
    for removed in pruned.toolchains {
        let version = removed.version();
        removed.delete();
        ui.say(format_args!("removed {}", version.toolchain()));
    }
    if pruned.generations > 0 {
        ui.detail(format_args!("forgot {} old generations", pruned.generations));
    }
    Ok(ExitCode::SUCCESS)
}
