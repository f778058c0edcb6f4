//! `uninstall`: removes toolchains, named exactly.

use std::process::ExitCode;

use gvm_rs::model::GoVersion;
use gvm_rs::store::StoreError;
use serde_json::json;

use super::session::Session;
use crate::cli::args::Uninstall;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Uninstall, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let versions: Vec<GoVersion> = args.versions.iter().map(|name| exact(name)).collect::<Result<_, _>>()?;
    let session = Session::open(config, ui)?;
    let (mut removed, mut failures) = (Vec::new(), Vec::new());
    for version in &versions {
        match remove(*version, args.force, &session) {
            Ok(()) => {
                ui.say(format_args!("removed {}", version.toolchain()));
                removed.push(version);
            }
            Err(error) => {
                // Whoever has the lock has it for the next one too, and nobody is asked to stop twice.
                let is_final = matches!(error, StoreError::Busy { .. } | StoreError::Interrupted);
                failures.push(match error {
                    StoreError::NotInstalled(version) => Failure::NothingToRemove(version),
                    error => error.into(),
                });
                if is_final {
                    break;
                }
            }
        }
    }
    if args.output.json && (failures.is_empty() || !removed.is_empty()) {
        ui.json(&json!({"removed": removed}));
    }
    match failures.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Err(Failure::of_several(failures, 0, versions.len(), ui)),
    }
}

fn remove(version: GoVersion, is_forced: bool, session: &Session) -> Result<(), StoreError> {
    // The lock is free again before the files are deleted.
    let removed = session.gvm().lock()?.remove(version, is_forced)?;
    removed.delete();
    Ok(())
}

fn exact(name: &str) -> Result<GoVersion, Failure> {
    let shown = || gvm_rs::net::escaped(&name.chars().take(40).collect::<String>()).to_string();
    name.parse().map_err(|source| Failure::NotExact { name: shown(), source: Some(source) })
}
