//! `current`, `which` and `where`: what `go` is, and where.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gvm_rs::model::VersionRequest;
use gvm_rs::store::Store;
use serde_json::json;

use super::session::Session;
use crate::cli::args::{Json, Where, Which};
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn current(args: &Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let store = config.store()?;
    let current = store.current()?.ok_or(Failure::NothingCurrent)?;
    match args.json {
        true => ui.json(&json!({
            "version": current.version,
            "generation": current.number,
            "goroot": store.layout().tree(current.version),
            "unofficial": store.unofficial()?.contains(&current.version),
        })),
        false => ui.result(current.version.toolchain()),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn which(args: &Which, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let store = config.store()?;
    let tree = current_tree(&store)?;
    let missing = || Failure::NoProgram {
        toolchain: tree.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        program: args.program.chars().take(40).collect(),
    };
    let is_name = !args.program.contains('/') && args.program != "..";
    let path = Some(tree.join("bin").join(&args.program)).filter(|path| is_name && path.is_file());
    Ok(show(&path.ok_or_else(missing)?, args.output, ui))
}

pub(crate) fn place(args: &Where, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let Some(spec) = &args.spec else {
        return Ok(show(&current_tree(&config.store()?)?, args.output, ui));
    };
    let request: VersionRequest = spec.parse()?;
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let version = gvm.resolve(&request)?;
    Ok(show(&gvm.store.layout().tree(version), args.output, ui))
}

fn show(path: &Path, output: Json, ui: &Ui) -> ExitCode {
    match output.json {
        true => ui.json(&json!({"path": path})),
        false => ui.result(path.display()),
    }
    ExitCode::SUCCESS
}

/// The GOROOT of what is current.
fn current_tree(store: &Store) -> Result<PathBuf, Failure> {
    let current = store.current()?.ok_or(Failure::NothingCurrent)?;
    Ok(store.layout().tree(current.version))
}
