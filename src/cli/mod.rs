//! The command line: arguments, configuration, output. All that a command does is in the library.

mod args;
mod commands;
mod complete;
mod config;
mod interrupt;
mod progress;
mod report;
mod since;
mod ui;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Args, Command};
use config::Config;
use report::Failure;
use ui::Ui;

/// Runs the command that was typed and returns its exit code.
pub(crate) fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    if let Some(answer) = complete::asked(&typed) {
        ui::answer(&answer);
        return ExitCode::SUCCESS;
    }
    if commands::doctor::asked(&typed) {
        return ExitCode::SUCCESS;
    }
    let args = match Args::read(typed) {
        Ok(args) => args,
        Err(error) => return report::usage(&error),
    };
    let ui = Ui::new(&args);
    // Neither a home nor a sound configuration is needed to read what can be typed.
    match &args.command {
        Command::Completions(args) => return finish(Ok(commands::completions::run(args, &ui)), "", &ui),
        Command::Man(args) => return finish(commands::man::run(args, &ui), "", &ui),
        _ => {}
    }
    let farewell = interrupt::farewell(&args.command);
    let config = match Config::load(&args) {
        Ok(config) => config,
        Err(error) => return finish(Err(error.into()), &farewell, &ui),
    };
    let outcome = run(args.command, &config, &ui);
    let is_full = outcome.as_ref().is_err_and(Failure::is_out_of_space);
    let code = finish(outcome, &farewell, &ui);
    if is_full {
        commands::hint_at_trash(&config, &ui);
    }
    code
}

/// A command whose result could not be written has failed; one that was interrupted says what it has left.
fn finish(outcome: Result<ExitCode, Failure>, farewell: &str, ui: &Ui) -> ExitCode {
    let outcome = match (outcome, ui.take_unwritten()) {
        (Ok(_), Some(error)) => Err(Failure::Unwritten(error)),
        (outcome, _) => outcome,
    };
    outcome.unwrap_or_else(|failure| match failure.is_interruption() {
        true => {
            ui.error(farewell);
            ExitCode::from(interrupt::EXIT_CODE)
        }
        false => failure.report(ui),
    })
}

fn run(command: Command, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    use commands::{
        bisect, cache, ci, completions, doctor, env, exec, history, init, inspect, install, list, local,
        locate, man, matrix, outdated,
    };
    use commands::{
        preflight, program, prune, remote, repair, rollback, service, setup, shell, switch, teardown, trial,
        undo, uninstall, upgrade, verify, why,
    };
    match command {
        Command::Program(args) => program::run(&args, config, ui),
        Command::Install(args) => install::run(&args, config, ui),
        Command::Use(args) => switch::run(&args, config, ui),
        Command::Upgrade(args) => upgrade::run(&args, config, ui),
        Command::Rollback(args) => rollback::run(args.to.as_deref(), args.output, config, ui),
        Command::Undo(args) => undo::run(&args, config, ui),
        Command::History(args) => history::run(&args, config, ui),
        Command::List(args) => list::run(&args, config, ui),
        Command::LsRemote(args) => remote::run(&args, config, ui),
        Command::Current(args) => locate::current(&args, config, ui),
        Command::Which(args) => locate::which(&args, config, ui),
        Command::Where(args) => locate::place(&args, config, ui),
        Command::Exec(args) => exec::run(&args, config, ui),
        Command::Local(args) => local::run(&args, config, ui),
        Command::Unpin(output) => local::unpin(output, config, ui),
        Command::Shell(args) => shell::run(&args, config, ui),
        Command::Hook => shell::hook(config, ui),
        Command::Why(args) => why::run(&args, config, ui),
        Command::Try(args) => trial::run(&args, config, ui),
        Command::Matrix(args) => matrix::run(&args, config, ui),
        Command::Bisect(args) => bisect::run(&args, config, ui),
        Command::Env(args) => env::run(&args, config, ui),
        Command::Uninstall(args) => uninstall::run(&args, config, ui),
        Command::Prune(args) => prune::run(&args, config, ui),
        Command::Verify(args) => verify::run(&args, config, ui),
        Command::Repair(args) => repair::run(&args, config, ui),
        Command::Doctor(args) => doctor::run(&args, config, ui),
        Command::Preflight(args) => preflight::run(&args, config, ui),
        Command::Inspect(args) => inspect::run(&args, config, ui),
        Command::Ci(args) => ci::run(&args, config, ui),
        Command::Cache(args) => cache::run(&args, config, ui),
        Command::Outdated(args) => outdated::run(&args, config, ui),
        Command::Setup(args) => setup::run(&args, config, ui),
        Command::Teardown(args) => teardown::run(&args, config, ui),
        Command::Service(args) => service::run(&args, config, ui),
        Command::Init(args) => init::run(&args, config, ui),
        Command::Completions(args) => Ok(completions::run(&args, ui)),
        Command::Man(args) => man::run(&args, ui),
    }
}
