//! `rollback`: back to an earlier toolchain, without the network.

use std::process::ExitCode;

use gvm_rs::gvm::RollbackTo;

use super::changes;
use super::session::Session;
use crate::cli::args::Json;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(to: Option<&str>, output: Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let to = match to {
        None | Some("-" | "prev" | "previous") => RollbackTo::Last,
        Some(typed) => parse(typed)?,
    };
    let session = Session::open(config, ui)?;
    let switched = session.gvm().rollback(to)?;
    if output.json {
        ui.json(&changes::switched_json(&switched));
    }
    changes::tell_switched(&switched, &session.gvm(), config, ui);
    Ok(ExitCode::SUCCESS)
}

/// A plain number is a generation; versions have a point in them.
fn parse(typed: &str) -> Result<RollbackTo, Failure> {
    if let Ok(number) = typed.parse() {
        return Ok(RollbackTo::Generation(number));
    }
    typed
        .parse()
        .map(RollbackTo::Version)
        .map_err(|_| Failure::NotAGeneration(typed.chars().take(40).collect()))
}
