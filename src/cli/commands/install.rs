//! `install`: several releases at once.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::PoisonError;

use gvm_rs::gvm::{GvmError, Installed, Target};
use gvm_rs::model::VersionRequest;
use gvm_rs::store::{Slots, StoreError};
use serde_json::json;

use super::changes;
use super::session::{Session, request_or_project};
use crate::cli::args::Install;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

type Outcome = Result<Installed, GvmError>;

pub(crate) fn run(args: &Install, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let mut config_with_flags = config.clone();
    config_with_flags.keep_archives |= args.keep_archives;
    config_with_flags.downloads = args.downloads.map_or(config.downloads, NonZeroUsize::get);
    let session = Session::open(&config_with_flags, ui)?;
    let requests = requests(args, config, ui)?;
    if args.os.is_some() || args.arch.is_some() {
        return run_foreign(args, &requests, &session, ui);
    }
    // All are found before the first is fetched: a mistake is told at once, and what is named twice comes once.
    let mut failures = Vec::new();
    let mut targets: Vec<(&VersionRequest, Target)> = Vec::new();
    for request in &requests {
        match session.gvm().find(request) {
            Ok(target) if targets.iter().all(|(_, known)| known.version() != target.version()) => {
                targets.push((request, target));
            }
            Ok(_) => {}
            Err(error) => failures.push(Failure::from(error)),
        }
    }
    fail_early(&mut failures, requests.len(), ui)?;
    let (asked, targets): (Vec<_>, Vec<_>) = targets.into_iter().unzip();
    let outcomes = install_all(targets, &session);
    if args.output.json {
        let installed: Vec<_> = outcomes.iter().flatten().map(installed_json).collect();
        ui.json(&installed);
    }
    let told = failures.len();
    let mut first = None;
    for (request, outcome) in asked.into_iter().zip(outcomes) {
        match outcome {
            Ok(installed) => {
                changes::tell_answerer(installed.answerer.as_ref(), config.now(), ui);
                changes::tell_installed(request, &installed, ui);
                first.get_or_insert(installed);
            }
            Err(error) => failures.push(Failure::from(error)),
        }
    }
    if !failures.is_empty() {
        return Err(Failure::of_several(failures, told, requests.len(), ui));
    }
    if args.specs.is_empty() {
        session.remember_project(config, ui)?;
    }
    if args.and_use
        && let Some(first) = first
    {
        let switched = session.gvm().change_to(first.version)?;
        changes::tell_switched(&switched, &session.gvm(), config, ui);
    }
    Ok(ExitCode::SUCCESS)
}

fn requests(args: &Install, config: &Config, ui: &Ui) -> Result<Vec<VersionRequest>, Failure> {
    if args.specs.is_empty() {
        return Ok(vec![request_or_project(None, config, ui)?]);
    }
    Ok(args.specs.iter().map(|spec| spec.parse()).collect::<Result<_, _>>()?)
}

/// Installs side by side. There are more threads than download slots, so that one release can be unpacked,
/// proved and flushed while the next one arrives.
fn install_all(targets: Vec<Target>, session: &Session) -> Vec<Outcome> {
    let slots = Slots::new(session.settings.downloads);
    let number = targets.len();
    let outcomes: Mutex<Vec<Option<Outcome>>> = Mutex::new(targets.iter().map(|_| None).collect());
    let queue = Mutex::new(targets.into_iter().enumerate());
    let work = || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((position, target)) = next else { return };
            let outcome = session.gvm().obtain(target, &slots);
            outcomes.lock().unwrap_or_else(PoisonError::into_inner)[position] = Some(outcome);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..number.min(session.settings.downloads.saturating_add(2)) {
            scope.spawn(work);
        }
    });
    let outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Every position was taken by a thread, and the scope waited for all of them.
    outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(StoreError::Interrupted.into()))).collect()
}

/// Tells what could not be found; goes on if there is something else to install.
fn fail_early(failures: &mut Vec<Failure>, all: usize, ui: &Ui) -> Result<(), Failure> {
    if let Some(interrupted) = failures.iter().position(Failure::is_interruption) {
        return Err(failures.swap_remove(interrupted));
    }
    if failures.len() == 1 && all == 1 {
        return Err(failures.swap_remove(0));
    }
    for failure in failures {
        failure.report(ui);
    }
    Ok(())
}

fn run_foreign(
    args: &Install,
    requests: &[VersionRequest],
    session: &Session,
    ui: &Ui,
) -> Result<ExitCode, Failure> {
    let platform = session.platform(args.os.as_deref(), args.arch.as_deref())?;
    for request in requests {
        let path = session.gvm().install_foreign(request, &platform)?;
        match args.output.json {
            true => ui.json(&json!({"platform": platform.to_string(), "path": path})),
            false => ui.result(path.display()),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn installed_json(installed: &Installed) -> serde_json::Value {
    json!({
        "version": installed.version,
        "was_there": installed.was_there,
        "unofficial": installed.is_unofficial,
    })
}
