//! `local` and `unpin`: the version in the `.go-version` of the directory one is in.

use std::process::ExitCode;

use gvm_rs::gvm::{Gvm, GvmError};
use gvm_rs::model::{GoVersion, VersionRequest};
use gvm_rs::net::escaped;
use gvm_rs::project;
use gvm_rs::store::StoreError;
use serde_json::json;

use super::session::{self, Session};
use crate::cli::args::{Json, Local};
use crate::cli::config::{Config, current_directory};
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Local, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let Some(spec) = &args.spec else { return show(args.output, config, ui) };
    let request: VersionRequest = spec.parse()?;
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let version = resolve(&gvm, &request)?;
    let directory = current_directory()?;
    let before = project::find(&directory, &config.workspace()?).ok().flatten();
    let path = project::pin(&directory, version, &config.disk())?;
    let is_installed = gvm.store.has(version);
    if args.output.json {
        ui.json(&json!({"path": path, "version": version, "installed": is_installed}));
    }
    let shown = escaped(&path.to_string_lossy()).to_string();
    ui.say(format_args!("`{shown}` asks for {version} now; back: gvm-rs unpin"));
    let is_beside = |wish: &project::Wish| wish.path != path && wish.path.parent() == Some(&directory);
    if let Some(before) = before.filter(|wish| wish.lines.is_none() && is_beside(wish)) {
        let other = escaped(&before.path.to_string_lossy()).to_string();
        ui.note(format_args!("`{other}` asks for {}, and comes after it here", before.request));
    }
    session::warn_of_shortfall(version, &config.scene()?, gvm.store, ui);
    match is_installed {
        true => session.remember_project(config, ui)?,
        false => {
            ui.note(format_args!("{} is not installed", version.toolchain()));
            ui.hint("run `gvm-rs install`");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(output: Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let wish = project::find(&current_directory()?, &config.workspace()?)?.ok_or(Failure::NoProject)?;
    match output.json {
        true => ui.json(&json!({"path": wish.path, "request": wish.request})),
        false => {
            ui.result(&wish.request);
            ui.note(format_args!("as `{}` says", escaped(&wish.path.to_string_lossy())));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a request means today; what is installed comes first, and the network is asked only where nothing is.
fn resolve(gvm: &Gvm<'_>, request: &VersionRequest) -> Result<GoVersion, GvmError> {
    match gvm.installed(request)? {
        Some(version) => Ok(version),
        None if *request == VersionRequest::Previous => Err(StoreError::NothingBefore.into()),
        None => Ok(gvm.find(request)?.version()),
    }
}

pub(crate) fn unpin(output: Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let directory = current_directory()?;
    let path = project::unpin(&directory, &config.disk())?.ok_or(Failure::NoPin)?;
    let after = project::find(&directory, &config.workspace()?).ok().flatten();
    if output.json {
        ui.json(&json!({"path": path, "now": after.as_ref().map(|wish| wish.path.clone())}));
    }
    let shown = escaped(&path.to_string_lossy()).to_string();
    ui.say(match path.exists() {
        true => format!("`{shown}` names no version any more"),
        false => format!("removed `{shown}`"),
    });
    if let Some(wish) = after {
        let other = escaped(&wish.path.to_string_lossy()).to_string();
        ui.note(format_args!("`{other}` asks for {} here now", wish.request));
    }
    Ok(ExitCode::SUCCESS)
}
