//! `history`: every switch.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::args::Json;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::{Ui, time};

pub(crate) fn run(args: &Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let store = config.store()?;
    let current = store.current()?.map(|current| current.number);
    let history = store.history()?;
    if args.json {
        let entries: Vec<_> = history
            .iter()
            .map(|entry| {
                json!({
                    "generation": entry.generation.number,
                    "version": entry.generation.version,
                    "current": current == Some(entry.generation.number),
                    "installed": entry.is_installed,
                    "at": entry.record.as_ref().map(|record| time(record.at)),
                    "command": entry.record.as_ref().map(|record| &record.command),
                    "from": entry.record.as_ref().and_then(|record| record.from),
                })
            })
            .collect();
        ui.json(&entries);
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    for entry in &history {
        let number = entry.generation.number;
        let mark = if current == Some(number) { '*' } else { ' ' };
        let (at, command) = match &entry.record {
            Some(record) => (time(record.at), gvm_rs::net::escaped(&record.command).to_string()),
            None => ("?".to_owned(), String::new()),
        };
        let gone = if entry.is_installed { "" } else { " (not installed any more)" };
        let toolchain = entry.generation.version.toolchain();
        text.push_str(&format!("{mark} {number:>4}  {toolchain:<12} {at:<20}  {command}{gone}\n"));
    }
    ui.result(text);
    Ok(ExitCode::SUCCESS)
}
