//! Changes of the user's own files: shown first, and made only where somebody agreed to them.

use std::time::Duration;

use gvm_rs::net::escaped;
use gvm_rs::process::Watch;
use gvm_rs::progress::Silent;
use gvm_rs::setup::{Edit, Home, Kind, Manager, Plan, Reader};
use gvm_rs::store::Store;
use serde_json::{Value, json};

use super::session::Session;
use crate::cli::args::Consent;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

/// How long zsh may take to say where its files are.
const PATIENCE: Duration = Duration::from_secs(5);

/// The home whose files are meant, as the user's own zsh sees it, too.
pub(super) fn home(config: &Config) -> Result<Home, Failure> {
    let watch = Watch { limit: Some(PATIENCE), leaves_nothing: true, progress: &Silent };
    Ok(config.user_home()?.with_zsh_asked(&config.settings()?.environment, watch))
}

/// What became of a plan.
pub(super) enum Outcome {
    /// It was only shown.
    Shown,
    /// The changes were made, and this is what the session manager came to.
    Made(Option<Manager>),
}

/// Shows a plan, asks where it has to, and carries it out.
pub(super) fn carry_out(plan: &Plan, consent: Consent, config: &Config, ui: &Ui) -> Result<Outcome, Failure> {
    let text = shown(plan, &config.store()?);
    if !agree(&text, &|| report(plan, None), consent, ui)? {
        return Ok(Outcome::Shown);
    }
    let manager = Session::open(config, ui)?.gvm().carry_out(plan)?;
    if consent.output.json {
        ui.json(&report(plan, Some(manager.as_ref())));
    }
    Ok(Outcome::Made(manager))
}

/// Shows changes as text or, where that was asked for, as `report` has them; returns whether they are to be made. Where
/// there are none, nobody is asked.
pub(super) fn agree(
    text: &str,
    report: &dyn Fn() -> Value,
    consent: Consent,
    ui: &Ui,
) -> Result<bool, Failure> {
    let is_json = consent.output.json;
    let show = || match is_json {
        true => ui.json(&report()),
        false => ui.result(text),
    };
    if consent.dry_run {
        show();
        return Ok(false);
    }
    let is_agreed = consent.yes || text.is_empty();
    if !is_agreed && (is_json || !ui.can_ask()) {
        show();
        return Err(Failure::Unconfirmed("nobody is there to agree to these changes"));
    }
    if !text.is_empty() && !is_json {
        ui.say(text.trim_end());
    }
    if !is_agreed && !ui.ask("make these changes?") {
        return Err(Failure::Unconfirmed("these changes were not agreed to"));
    }
    Ok(true)
}

/// The changes as `diff -u` shows them.
pub(super) fn shown(plan: &Plan, store: &Store) -> String {
    let edits = plan.edits.iter().map(shown_edit);
    let directory = store.layout().shell();
    let names = plan.code.iter().map(|(shell, _)| {
        let verb = if plan.is_teardown() { "removes" } else { "writes" };
        format!("{verb} {}\n", escaped(&directory.join(shell.file_name()).to_string_lossy()))
    });
    edits.chain(names).collect()
}

/// A change as `diff -u` shows it.
pub(super) fn shown_edit(edit: &Edit) -> String {
    let path = edit.path.to_string_lossy();
    let (old, new) = match edit.kind() {
        Kind::Create => ("/dev/null".into(), path),
        Kind::Change => (path.clone(), path),
        Kind::Remove => (path, "/dev/null".into()),
    };
    format!("--- {}\n+++ {}\n{}", escaped(&old), escaped(&new), edit.diff())
}

/// What would be done, or was.
fn report(plan: &Plan, made: Option<Option<&Manager>>) -> Value {
    let manager = made.flatten().map(|manager| match manager {
        Manager::NotRunning => "not running",
        Manager::Agrees => "agrees",
        Manager::Overruled => "overruled",
        Manager::Unknown(_) => "unknown",
    });
    json!({
        "applied": made.is_some(),
        "edits": plan.edits.iter().map(edit_json).collect::<Vec<_>>(),
        "skipped": plan.skipped.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "code": plan.code.iter().map(|(shell, _)| shell.name()).collect::<Vec<_>>(),
        "systemd": manager,
    })
}

/// A change for other programs.
pub(super) fn edit_json(edit: &Edit) -> Value {
    let action = match edit.kind() {
        Kind::Create => "create",
        Kind::Change => "change",
        Kind::Remove => "remove",
    };
    json!({"path": edit.path.to_string_lossy(), "action": action, "reader": reader(edit.reader)})
}

fn reader(reader: Reader) -> &'static str {
    match reader {
        Reader::Shell(shell) => shell.name(),
        Reader::Systemd => "systemd",
        Reader::Launchd => "launchd",
    }
}
