//! `prune`: removes superseded patch releases.

use std::process::ExitCode;

use serde_json::json;

use super::session::Session;
use crate::cli::args::Prune;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Prune, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    if args.dry_run {
        let prunable = gvm.prunable(args.keep)?;
        match args.output.json {
            true => ui.json(&json!({"would_remove": prunable})),
            false => prunable.iter().for_each(|version| ui.result(version.toolchain())),
        }
        return Ok(ExitCode::SUCCESS);
    }
    let pruned = gvm.prune(args.keep)?;
    if pruned.toolchains.is_empty() {
        ui.say("there is nothing to prune");
    }
    let mut versions = Vec::new();
    for removed in pruned.toolchains {
        versions.push(removed.version());
        ui.say(format_args!("removed {}", removed.version().toolchain()));
        removed.delete();
    }
    if pruned.generations > 0 {
        ui.detail(format_args!("forgot {} old generations", pruned.generations));
    }
    if args.output.json {
        ui.json(&json!({"removed": versions, "generations": pruned.generations}));
    }
    Ok(ExitCode::SUCCESS)
}
