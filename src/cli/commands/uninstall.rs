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
    for version in &versions {
        // The lock is free again before the files are deleted.
        let removed = session.gvm().lock()?.remove(*version, args.force).map_err(|error| match error {
            StoreError::NotInstalled(version) => Failure::NothingToRemove(version),
            error => error.into(),
        })?;
        removed.delete();
        ui.say(format_args!("removed {}", version.toolchain()));
    }
    if args.output.json {
        ui.json(&json!({"removed": versions}));
    }
    Ok(ExitCode::SUCCESS)
}

fn exact(name: &str) -> Result<GoVersion, Failure> {
    let shown = || gvm_rs::net::escaped(&name.chars().take(40).collect::<String>()).to_string();
    name.parse().map_err(|source| Failure::NotExact { name: shown(), source: Some(source) })
}
