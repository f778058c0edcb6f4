//! `teardown`: takes back what `setup` did.

use std::process::ExitCode;

use gvm_rs::service;
use gvm_rs::setup::{self, Manager};

use super::consent::{self, Outcome};
use crate::cli::args;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &args::Teardown, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let plan = setup::plan_teardown(&config.store()?, &consent::home(config)?, &config.root.join("bin"))?;
    let Outcome::Made(manager) = consent::carry_out(&plan, args.consent, config, ui)? else {
        return Ok(ExitCode::SUCCESS);
    };
    match (plan.is_empty(), plan.skipped.is_empty()) {
        (true, true) => ui.say("nothing is set up"),
        (true, false) => {}
        (false, true) => ui.say("your files are as they were; the toolchains stay"),
        (false, false) => ui.say("all other files are as they were; the toolchains stay"),
    }
    tell_manager(manager.as_ref(), ui);
    if !service::units(&config.user_home()?).is_empty() {
        ui.hint("services keep the drop-ins that `gvm-rs service show` lists, and `gvm-rs service remove` takes back");
    }
    let mut skipped = plan.skipped.into_iter().map(|error| Failure::Setup(error.into())).collect::<Vec<_>>();
    match skipped.len() {
        0 => Ok(ExitCode::SUCCESS),
        1 => Err(skipped.remove(0)),
        all => Err(Failure::of_several(skipped, 0, all, ui)),
    }
}

/// Tells what the running session manager came to, where that is not what it should.
pub(super) fn tell_manager(manager: Option<&Manager>, ui: &Ui) {
    match manager {
        Some(Manager::Overruled) => {
            ui.note("the running systemd keeps the PATH it has until you log in anew")
        }
        Some(Manager::Unknown(problem)) => {
            ui.note(format_args!("the running systemd was not told: {problem}"));
        }
        _ => {}
    }
}
