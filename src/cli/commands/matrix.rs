//! `matrix`: one command under several toolchains, as a table.

use std::process::ExitCode;

use gvm_rs::process::Exit;
use gvm_rs::store::StoreError;
use gvm_rs::trial::{Outcome, Plan, Row, Spec, TrialError};
use serde_json::{Value, json};

use super::runs;
use super::session::Session;
use crate::cli::args::Matrix;
use crate::cli::config::Config;
use crate::cli::report::{FAILED, Failure, with_causes};
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Matrix, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let specs: Vec<Spec> = args.specs.iter().map(|spec| spec.parse()).collect::<Result<_, _>>()?;
    let session = Session::open_beside_command(config, ui)?;
    let gvm = session.gvm();
    let plan = Plan { task: runs::task(&args.command), jobs: args.jobs.get(), fail_fast: args.fail_fast };
    plan.task.check()?;
    let entries = gvm.entries(&specs, args.every).map_err(TrialError::from)?;
    if entries.is_empty() {
        return Err(Failure::NothingInstalled);
    }
    let rows = gvm.matrix(entries, &plan, &|row| tell(row, args, &session, ui));
    match args.result.json {
        true => ui.json(&json!({
            "downloaded_bytes": session.watcher.received(),
            "rows": rows.iter().map(json_of).collect::<Vec<_>>(),
        })),
        false => ui.result(table(&rows)),
    }
    if session.watcher.interrupt.is_requested() {
        return Err(TrialError::from(StoreError::Interrupted).into());
    }
    verdict(rows, ui)
}

/// Tells how a row ended, at once.
fn tell(row: &Row, args: &Matrix, session: &Session, ui: &Ui) {
    if let Outcome::Ended(ended) = &row.outcome {
        runs::say(&format!("{}: {} ({} s)", row.name, word(row), runs::seconds(ended)), session, ui);
        if !row.is_ok() || args.output || ui.is_verbose {
            runs::show(&row.name, &ended.stdout, session, ui);
        }
    }
}

fn word(row: &Row) -> &'static str {
    match &row.outcome {
        Outcome::Ended(ended) if ended.exit.is_success() => "ok",
        Outcome::Ended(_) => "failed",
        Outcome::Missing(_) => "could not run",
        Outcome::NotRun => "not run",
    }
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(12);
    let mut text = format!("{:<width$}  {:<13}  {:>6}  {:>8}\n", "VERSION", "RESULT", "EXIT", "SECONDS");
    for row in rows {
        let (exit, seconds) = match &row.outcome {
            Outcome::Ended(ended) => match ended.exit {
                Exit::Code(code) => (code.to_string(), runs::seconds(ended)),
                Exit::Signal(signal) => (format!("sig {signal}"), runs::seconds(ended)),
            },
            Outcome::Missing(_) | Outcome::NotRun => ("-".to_owned(), "-".to_owned()),
        };
        text.push_str(&format!("{:<width$}  {:<13}  {exit:>6}  {seconds:>8}\n", row.name, word(row)));
    }
    text
}

fn json_of(row: &Row) -> Value {
    let mut fields = match &row.outcome {
        Outcome::Ended(ended) => runs::json_of(ended),
        Outcome::Missing(error) => [("error".to_owned(), json!(with_causes(error)))].into_iter().collect(),
        Outcome::NotRun => serde_json::Map::new(),
    };
    fields.insert("name".to_owned(), json!(row.name));
    fields.insert("version".to_owned(), json!(row.version));
    fields.insert("result".to_owned(), json!(word(row)));
    Value::Object(fields)
}

/// Tells why toolchains are missing, and what all rows together come to.
fn verdict(rows: Vec<Row>, ui: &Ui) -> Result<ExitCode, Failure> {
    let all = rows.len();
    let failed = rows.iter().filter(|row| matches!(row.outcome, Outcome::Ended(_)) && !row.is_ok()).count();
    let is_missing = |row: Row| match row.outcome {
        Outcome::Missing(error) => Some(error),
        Outcome::Ended(_) | Outcome::NotRun => None,
    };
    let missing: Vec<TrialError> = rows.into_iter().filter_map(is_missing).collect();
    let missing: Vec<Failure> = missing.into_iter().map(Failure::from).collect();
    for failure in &missing {
        failure.report(ui);
    }
    match (failed, missing.first()) {
        (0, None) => Ok(ExitCode::SUCCESS),
        (0, Some(first)) => Err(Failure::Several { failed: missing.len(), all, code: first.code() }),
        (_, _) => Err(Failure::Several { failed: failed + missing.len(), all, code: FAILED }),
    }
}
