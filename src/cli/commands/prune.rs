//! `prune`: removes superseded patch releases, and empties the trash.

use std::process::ExitCode;

use gvm_rs::model::{GoVersion, Lang, VersionRequest};
use gvm_rs::store::Batch;
use gvm_rs::trash::Prune;
use serde_json::json;

use super::removals::{tell_removed, tell_stays};
use super::session::Session;
use crate::cli::args;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::{Ui, bytes};

const NOTHING_TO_PRUNE: &str = "there is nothing to prune";
const NOTHING_IN_TRASH: &str = "there is nothing in the trash to delete";

pub(crate) fn run(args: &args::Prune, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let prune = Prune {
        keep: args.keep,
        lines: args.lines.iter().map(|name| line(name)).collect::<Result<_, _>>()?,
        unused_since: args.unused_since.map(|since| since.seconds(config.now())),
    };
    let session = Session::open(config, ui)?;
    match (args.trash, args.dry_run) {
        (false, false) => remove(&prune, args.output.json, &session, ui)?,
        (false, true) => show(&prune, args.output.json, &session, ui)?,
        (true, false) => empty_trash(args.output.json, &session, ui)?,
        (true, true) => show_trash(args.output.json, config, ui)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A line, however one may write it: `1.22`, `go1.22`, `1.22.x`.
fn line(name: &str) -> Result<Lang, Failure> {
    if let Ok(lang) = name.parse() {
        return Ok(lang);
    }
    match name.parse()? {
        VersionRequest::Newest(lang) => Ok(lang),
        _ => Err(Failure::NotALine(name.to_owned())),
    }
}

fn show(prune: &Prune, is_json: bool, session: &Session, ui: &Ui) -> Result<(), Failure> {
    let plan = session.gvm().prunable(prune)?;
    for (version, needs) in &plan.stays {
        tell_stays(*version, needs, ui);
    }
    if plan.goes.is_empty() {
        ui.say(NOTHING_TO_PRUNE);
    }
    match is_json {
        true => ui.json(&json!({"would_remove": plan.goes})),
        false => plan.goes.iter().for_each(|version| ui.result(version.toolchain())),
    }
    Ok(())
}

fn remove(prune: &Prune, is_json: bool, session: &Session, ui: &Ui) -> Result<(), Failure> {
    let pruned = session.gvm().prune(prune)?;
    for (version, needs) in &pruned.stays {
        tell_stays(*version, needs, ui);
    }
    if pruned.removed.is_empty() {
        ui.say(NOTHING_TO_PRUNE);
    }
    tell_removed(&pruned.removed, ui);
    if !pruned.expired.is_empty() {
        let names = names(&pruned.expired);
        ui.say(format_args!("deleted from the trash, after 30 days: {names}"));
    }
    pruned.discarded.into_iter().for_each(|discarded| discarded.delete());
    if pruned.generations > 0 {
        ui.detail(format_args!("forgot {} old generations", pruned.generations));
    }
    if is_json {
        ui.json(&json!({
            "removed": pruned.removed.iter().map(|removed| removed.version).collect::<Vec<_>>(),
            "generations": pruned.generations,
            "deleted": versions(&pruned.expired),
        }));
    }
    Ok(())
}

fn empty_trash(is_json: bool, session: &Session, ui: &Ui) -> Result<(), Failure> {
    let emptied = session.gvm().empty_trash()?;
    // The lock is free again while the files are deleted.
    emptied.discarded.delete();
    let freed = size(&emptied.batches);
    match emptied.batches.is_empty() {
        true => ui.say(NOTHING_IN_TRASH),
        false => ui.say(format_args!("deleted {}: {} freed", names(&emptied.batches), bytes(freed))),
    }
    for (version, need) in &emptied.kept {
        tell_stays(*version, std::slice::from_ref(need), ui);
    }
    if is_json {
        let kept: Vec<GoVersion> = emptied.kept.iter().map(|(version, _)| *version).collect();
        ui.json(&json!({"deleted": versions(&emptied.batches), "bytes": freed, "kept": kept}));
    }
    Ok(())
}

fn show_trash(is_json: bool, config: &Config, ui: &Ui) -> Result<(), Failure> {
    let trash = config.store()?.trash()?;
    if trash.is_empty() {
        ui.say(NOTHING_IN_TRASH);
    }
    match is_json {
        true => ui.json(&json!({"would_delete": versions(&trash), "bytes": size(&trash)})),
        false => versions(&trash).iter().for_each(|version| ui.result(version.toolchain())),
    }
    Ok(())
}

fn size(batches: &[Batch]) -> u64 {
    batches.iter().map(Batch::bytes).sum()
}

fn versions(batches: &[Batch]) -> Vec<GoVersion> {
    batches.iter().flat_map(Batch::versions).collect()
}

fn names(batches: &[Batch]) -> String {
    versions(batches).iter().map(|version| version.toolchain()).collect::<Vec<_>>().join(", ")
}
