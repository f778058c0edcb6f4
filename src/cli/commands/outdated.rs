//! `outdated`: the lines of which there is a newer release.

use std::process::ExitCode;

use serde_json::json;

use super::session::Session;
use crate::cli::args::Outdated;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Outdated, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let (index, _) = gvm.catalog().releases()?;
    let outdated = gvm.outdated(&index)?;
    if args.output.json {
        let lines: Vec<_> =
            outdated.iter().map(|line| json!({"installed": line.installed, "newest": line.newest})).collect();
        ui.json(&lines);
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    for line in &outdated {
        text.push_str(&format!("{:<12} {}\n", line.installed.toolchain(), line.newest.toolchain()));
    }
    ui.result(text);
    if outdated.is_empty() {
        ui.say("every installed line is up to date");
    }
    Ok(ExitCode::SUCCESS)
}
