//! `undo`: takes back the last removal or switch.

use std::process::ExitCode;

use gvm_rs::model::GoVersion;
use gvm_rs::store::{Batch, BroughtBack};
use gvm_rs::trash::Undone;
use serde_json::json;

use super::changes;
use super::removals::exact;
use super::session::Session;
use crate::cli::args::Undo;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Undo, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let trash = || config.store().and_then(|store| store.trash()).unwrap_or_default();
    let removed = || trash().iter().flat_map(Batch::versions).collect();
    let exactly = |name: &String| exact(name, removed);
    let versions: Vec<GoVersion> = args.versions.iter().map(exactly).collect::<Result<_, _>>()?;
    let session = Session::open(config, ui)?;
    let undone = match versions.is_empty() {
        true => session.gvm().undo()?,
        false => Undone::Removal(session.gvm().bring_back(&versions)?),
    };
    match undone {
        Undone::Switch(switched) => {
            if args.output.json {
                ui.json(&changes::switched_json(&switched));
            }
            changes::tell_switched(&switched, &session.gvm(), config, ui);
        }
        Undone::Removal(outcome) => {
            if args.output.json {
                ui.json(&json!({"brought_back": outcome.versions, "installed_anew": outcome.there}));
            }
            tell(&outcome, ui);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(outcome: &BroughtBack, ui: &Ui) {
    for version in &outcome.versions {
        ui.say(format_args!("{} is installed again", version.toolchain()));
    }
    for version in &outcome.there {
        let toolchain = version.toolchain();
        ui.note(format_args!("{toolchain} was installed anew; the removed copy stays in the trash"));
    }
}
