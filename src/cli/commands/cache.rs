//! `cache`: what was downloaded and kept.

use std::process::ExitCode;

use gvm_rs::store::Cached;
use serde_json::json;

use super::session::Session;
use crate::cli::args::{Cache, CacheAction, Json};
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::{Ui, bytes};

pub(crate) fn run(args: &Cache, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    match &args.action {
        CacheAction::Ls(args) => ls(args, config, ui),
        CacheAction::Clean(args) => clean(args, config, ui),
    }
}

fn ls(args: &Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let cached = config.store()?.cached()?;
    if args.json {
        ui.json(&entries_json(&cached));
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    for entry in &cached {
        let partial = if entry.is_partial { " (unfinished)" } else { "" };
        text.push_str(&format!("{:>9}  {}{partial}\n", bytes(entry.size), entry.path.display()));
    }
    ui.result(text);
    Ok(ExitCode::SUCCESS)
}

fn clean(args: &Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open(config, ui)?;
    let removed = session.gvm().lock()?.clean_cache()?;
    let freed: u64 = removed.iter().map(|entry| entry.size).sum();
    ui.say(format_args!("removed {} files, {}", removed.len(), bytes(freed)));
    if args.json {
        ui.json(&json!({"removed": entries_json(&removed)}));
    }
    Ok(ExitCode::SUCCESS)
}

fn entries_json(entries: &[Cached]) -> Vec<serde_json::Value> {
    let entry_json = |entry: &Cached| {
        json!({
            "path": entry.path,
            "sha256": entry.sha256,
            "size": entry.size,
            "partial": entry.is_partial,
        })
    };
    entries.iter().map(entry_json).collect()
}
