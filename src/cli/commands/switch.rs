//! `use`: makes a toolchain the default.

use std::process::ExitCode;

use super::changes;
use super::session::{self, Session, request_or_project};
use crate::cli::args::Use;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Use, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let request = request_or_project(args.spec.as_deref(), config, ui)?;
    let installed = gvm.ensure(&request).map_err(|error| gvm.unproven(error))?;
    changes::tell_answerer(installed.answerer.as_ref(), config.now(), ui);
    if !installed.was_there {
        changes::tell_installed(&request, &installed, ui);
    }
    let switched = gvm.change_to(installed.version)?;
    if args.spec.is_none() {
        session.remember_project(config, ui)?;
    }
    if args.output.json {
        ui.json(&changes::switched_json(&switched));
    }
    changes::tell_switched(&switched, &gvm, config, ui);
    if args.spec.is_none() {
        session::warn_of_shortfall(installed.version, &config.scene()?, gvm.store, ui);
    }
    Ok(ExitCode::SUCCESS)
}
