//! `uninstall`: removes toolchains, named exactly.

use std::process::ExitCode;

use gvm_rs::model::GoVersion;
use gvm_rs::store::{Fate, Removed, Removing, StoreError};
use serde_json::json;

use super::removals::{exact, tell_removed};
use super::session::Session;
use crate::cli::args::Uninstall;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Uninstall, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let is_foreign = args.os.is_some() || args.arch.is_some();
    let store = config.store()?;
    let there = || match is_foreign {
        true => store.foreign().unwrap_or_default().iter().map(|foreign| foreign.version).collect(),
        false => store.installed().unwrap_or_default(),
    };
    let exactly = |name: &String| exact(name, there);
    let versions: Vec<GoVersion> = args.versions.iter().map(exactly).collect::<Result<_, _>>()?;
    let session = Session::open(config, ui)?;
    let outcome = match is_foreign {
        true => {
            let platform = session.platform(args.os.as_deref(), args.arch.as_deref())?;
            session.gvm().uninstall_foreign(&platform, &versions)?
        }
        false => session.gvm().uninstall(&versions, Removing { force: args.force, purge: args.purge })?,
    };
    tell_removed(&outcome.removed, ui);
    outcome.discarded.delete();
    let failures: Vec<Failure> = outcome.failed.into_iter().map(failure).collect();
    if args.output.json && (failures.is_empty() || !outcome.removed.is_empty()) {
        let in_trash = |removed: &&Removed| removed.fate == Fate::InTrash;
        let version = |removed: &Removed| removed.version;
        ui.json(&json!({
            "removed": outcome.removed.iter().map(version).collect::<Vec<_>>(),
            "in_trash": outcome.removed.iter().filter(in_trash).map(version).collect::<Vec<_>>(),
        }));
    }
    match failures.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Err(Failure::of_several(failures, 0, versions.len(), ui)),
    }
}

fn failure(error: StoreError) -> Failure {
    match error {
        StoreError::NotInstalled(version) => Failure::NothingToRemove(version),
        error => error.into(),
    }
}
