//! `self`: the program itself, replaced by a release, put back, removed.

use std::process::ExitCode;

use gvm_rs::binary::{Binary, Releases, Replaced};
use gvm_rs::net::Net;
use serde_json::json;

use super::self_uninstall;
use crate::cli::args::{Json, Program, ProgramAction, SelfUpdate};
use crate::cli::config::Config;
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::Watcher;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Program, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    match &args.action {
        ProgramAction::Update(args) => update(args, config, ui),
        ProgramAction::Rollback(output) => rollback(*output, config, ui),
        ProgramAction::Uninstall(args) => self_uninstall::run(args, config, ui),
    }
}

fn watcher(ui: &Ui) -> Result<Watcher, Failure> {
    Ok(Watcher::new(ui, Interrupt::listen().map_err(Failure::Signals)?))
}

fn rollback(output: Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let replaced = Binary::new(config.program()?, config.disk(), &watcher(ui)?).roll_back()?;
    tell(&replaced, output, ui);
    Ok(ExitCode::SUCCESS)
}

fn update(args: &SelfUpdate, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let location = config.releases(args.from.as_deref())?;
    let settings = config.settings()?;
    let net = Net::new(config.net_options());
    ui.say(format_args!("looking for a release in {location}"));
    let releases = Releases { location: &location, platform: &settings.platform, net: &net };
    let replaced = Binary::new(config.program()?, config.disk(), &watcher(ui)?).update(releases)?;
    tell(&replaced, args.output, ui);
    Ok(ExitCode::SUCCESS)
}

fn tell(replaced: &Replaced, output: Json, ui: &Ui) {
    const THIS: &str = env!("CARGO_PKG_VERSION");
    let version = &replaced.version;
    match replaced.is_new {
        true => ui.say(format_args!("gvm-rs is {version} now, and was {THIS} (back: gvm-rs self rollback)")),
        false => ui.say(format_args!("gvm-rs is that release already, {version}")),
    }
    if output.json {
        ui.json(&json!({"version": version, "before": THIS, "changed": replaced.is_new}));
    }
}
