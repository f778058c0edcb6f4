//! `repair`: puts right what `verify` finds.

use std::process::ExitCode;

use gvm_rs::damage::{Repaired, Scope};
use gvm_rs::model::GoVersion;
use gvm_rs::net::escaped;
use gvm_rs::store::{Basis, Finding, Generation, Restored, Taken};
use serde_json::json;

use super::session::Session;
use super::verify::{findings_json, line, scope};
use crate::cli::args::Repair;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::{Ui, bytes};

pub(crate) fn run(args: &Repair, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let mut config = config.clone();
    config.keep_archives |= args.keep_archives;
    let scope = scope(&args.specs, args.all)?;
    let session = Session::open_damaged(&config, ui)?;
    let gvm = session.gvm();
    let restored = match scope {
        Scope::These(_) => Restored::default(),
        Scope::Current | Scope::All => gvm.restore_structure()?,
    };
    tell_restored(&restored, ui);
    let versions = gvm.scope(&scope)?;
    let (mut repaired, mut failures) = (Vec::new(), Vec::new());
    for &version in &versions {
        match gvm.repair(version) {
            Ok(one) => {
                tell_repaired(&one, ui);
                repaired.push(one);
            }
            Err(error) => {
                failures.push(Failure::from(error));
                if failures.last().is_some_and(Failure::is_interruption) {
                    break;
                }
                tell_what_runs(version, &session, ui);
            }
        }
    }
    if args.output.json {
        ui.json(&json!({
            "store": restored_json(&restored),
            "toolchains": repaired.iter().map(repaired_json).collect::<Vec<_>>(),
        }));
    }
    if !failures.is_empty() {
        return Err(Failure::of_several(failures, 0, versions.len(), ui));
    }
    if restored.findings.is_empty() && repaired.iter().all(|one| one.findings.is_empty()) {
        ui.say("there is nothing to repair");
    }
    Ok(ExitCode::SUCCESS)
}

fn tell_restored(restored: &Restored, ui: &Ui) {
    for finding in &restored.findings {
        ui.detail(line(finding));
    }
    for (from, to) in &restored.moved {
        let (from, to) = (from.to_string_lossy(), to.to_string_lossy());
        ui.note(escaped(&format!("`{from}` was in the way; it is `{to}` now")));
    }
    for number in &restored.forgotten {
        ui.note(format_args!("generation {number} led nowhere and is gone from the history"));
    }
    if let Some((current, basis)) = restored.current {
        tell_current(current, basis, ui);
    }
}

fn tell_current(current: Generation, basis: Basis, ui: &Ui) {
    let (toolchain, number) = (current.version.toolchain(), current.number);
    let why = match basis {
        Basis::Known => {
            return ui.say(format_args!("`current` leads to {toolchain} again (generation {number})"));
        }
        Basis::History => "it is what the history has last",
        Basis::Newest => "it is the newest that is installed",
    };
    ui.say(format_args!("`current` leads to {toolchain} now (generation {number})"));
    ui.note(format_args!("what was current is lost with the history, and {toolchain} is a choice: {why}"));
    ui.hint("`gvm-rs use VERSION` chooses another; `gvm-rs list` shows them");
}

fn tell_repaired(repaired: &Repaired, ui: &Ui) {
    let toolchain = repaired.version.toolchain();
    let number = repaired.findings.len();
    for finding in &repaired.findings {
        ui.detail(line(finding));
    }
    match number {
        0 => ui.say(format_args!("{toolchain}: as installed")),
        _ if repaired.is_reinstalled => ui.say(format_args!("{toolchain}: installed again")),
        _ => {
            let from = |taken: Taken, source: &str| match taken.files {
                0 => String::new(),
                1 => format!("; 1 file, {}, from {source}", bytes(taken.bytes)),
                files => format!("; {files} files, {}, from {source}", bytes(taken.bytes)),
            };
            let others = from(repaired.from_others, "other toolchains");
            let archive = from(repaired.from_archive, "its archive");
            ui.say(format_args!("{toolchain}: {number} put right{others}{archive}"));
        }
    }
}

/// Says what still works where the current toolchain could not be repaired.
fn tell_what_runs(version: GoVersion, session: &Session, ui: &Ui) {
    let store = session.gvm().store;
    if !store.current().is_ok_and(|current| current.is_some_and(|current| current.version == version)) {
        return;
    }
    ui.note(format_args!("{} is current, and stays as it is", version.toolchain()));
    if let Ok(Some(target)) = store.rollback_target() {
        ui.hint(format_args!("`gvm-rs rollback` goes back to {}", target.version.toolchain()));
    }
}

fn restored_json(restored: &Restored) -> serde_json::Value {
    let findings: Vec<&Finding> = restored.findings.iter().collect();
    let moved = restored.moved.iter().map(|(from, to)| json!({"from": from, "to": to}));
    json!({
        "findings": findings_json(&findings),
        "moved": moved.collect::<Vec<_>>(),
        "forgotten": restored.forgotten,
        "current": restored.current.map(|(to, basis)| json!({
            "generation": to.number,
            "version": to.version,
            "is_choice": basis != Basis::Known,
        })),
    })
}

fn repaired_json(repaired: &Repaired) -> serde_json::Value {
    let findings: Vec<&Finding> = repaired.findings.iter().collect();
    let taken = |taken: Taken| json!({"files": taken.files, "bytes": taken.bytes});
    json!({
        "version": repaired.version,
        "findings": findings_json(&findings),
        "from_other_toolchains": taken(repaired.from_others),
        "from_archive": taken(repaired.from_archive),
        "reinstalled": repaired.is_reinstalled,
    })
}
