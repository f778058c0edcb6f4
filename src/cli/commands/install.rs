//! `install`: several releases at once.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use gvm_rs::gvm::{GvmError, Installed};
use gvm_rs::model::{Platform, VersionRequest};
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
    config_with_flags.downloads = args.downloads.unwrap_or(config.downloads);
    let session = Session::open(&config_with_flags, ui)?;
    let requests = requests(args, ui)?;
    if args.os.is_some() || args.arch.is_some() {
        return run_foreign(args, &requests, &session, ui);
    }
    let outcomes = install_all(&requests, &session);
    if args.output.json {
        let installed: Vec<_> = outcomes.iter().flatten().map(installed_json).collect();
        ui.json(&installed);
    }
    let mut failures = Vec::new();
    for (request, outcome) in requests.iter().zip(outcomes) {
        match outcome {
            Ok(installed) => {
                changes::tell_answerer(installed.answerer.as_ref(), config.now(), ui);
                changes::tell_installed(request, &installed, ui);
            }
            Err(error) => failures.push(Failure::from(error)),
        }
    }
    if !failures.is_empty() {
        return fail(failures, requests.len(), ui);
    }
    if args.and_use
        && let Some(first) = requests.first()
    {
        let switched = session.gvm().switch(first)?;
        changes::tell_switched(&switched, config, ui);
    }
    Ok(ExitCode::SUCCESS)
}

fn requests(args: &Install, ui: &Ui) -> Result<Vec<VersionRequest>, Failure> {
    if args.specs.is_empty() {
        return Ok(vec![request_or_project(None, ui)?]);
    }
    Ok(args.specs.iter().map(|spec| spec.parse()).collect::<Result<_, _>>()?)
}

/// Installs side by side. There are more threads than download slots, so that one release can be unpacked,
/// proved and flushed while the next one arrives.
fn install_all(requests: &[VersionRequest], session: &Session) -> Vec<Outcome> {
    let slots = Slots::new(session.settings.downloads);
    let outcomes: Mutex<Vec<Option<Outcome>>> = Mutex::new(requests.iter().map(|_| None).collect());
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = requests.get(position) else { return };
            let outcome = session.gvm().install(request, &slots);
            outcomes.lock().unwrap_or_else(PoisonError::into_inner)[position] = Some(outcome);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..requests.len().min(session.settings.downloads.saturating_add(2)) {
            scope.spawn(work);
        }
    });
    let outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Every position was taken by a thread, and the scope waited for all of them.
    outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(StoreError::Interrupted.into()))).collect()
}

/// Tells each failure; the exit code is that of the first.
fn fail(mut failures: Vec<Failure>, all: usize, ui: &Ui) -> Result<ExitCode, Failure> {
    if failures.len() == 1 && all == 1 {
        return Err(failures.remove(0));
    }
    let (failed, code) = (failures.len(), failures.first().map_or(1, Failure::code));
    for failure in &failures {
        failure.report(ui);
    }
    Err(Failure::Several { failed, all, code })
}

fn run_foreign(
    args: &Install,
    requests: &[VersionRequest],
    session: &Session,
    ui: &Ui,
) -> Result<ExitCode, Failure> {
    let host = session.settings.platform;
    let os = args.os.as_deref().unwrap_or(host.goos());
    let arch = args.arch.as_deref().unwrap_or(host.goarch());
    let name = format!("{os}-{arch}");
    let platform: Platform = name.parse().map_err(|_| Failure::Platform(name))?;
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
