//! `bisect`: the first release under which a command fails.

use std::process::ExitCode;

use gvm_rs::model::{GoVersion, VersionRequest};
use gvm_rs::trial::{Bisect as Bisection, Candidates, Finding, Found, Search, Step, TrialError};
use serde_json::{Map, Value, json};

use super::runs;
use super::session::Session;
use crate::cli::args::Bisect;
use crate::cli::config::Config;
use crate::cli::report::{Failure, with_causes};
use crate::cli::ui::{Ui, bytes};

pub(crate) fn run(args: &Bisect, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let good: VersionRequest = args.good.parse()?;
    let bad: VersionRequest = args.bad.parse()?;
    let session = Session::open_beside_command(config, ui)?;
    let gvm = session.gvm();
    let task = runs::task(&args.command);
    task.check()?;
    let candidates = gvm.candidates(&good, &bad, args.rc)?;
    tell_plan(&candidates, ui);
    let mut steps: Vec<Step> = Vec::new();
    let mut told = |step: Step, search: Option<&Search>| {
        tell(&step, search, args, (&session, ui));
        steps.push(step);
    };
    let outcome = Bisection { gvm: &gvm, task: &task, keep: args.keep, told: &mut told }.run(&candidates);
    let shows_all = args.output || ui.is_verbose;
    let culprit = match &outcome {
        Ok(finding) => Some(if candidates.is_repair { finding.before } else { finding.after }),
        Err(TrialError::WrongEnd { version, .. }) => Some(*version),
        Err(_) => None,
    };
    let culprit = steps.iter().find(|step| Some(step.version) == culprit && !shows_all);
    if let Some(Step { version, ended: Ok(ended), .. }) = culprit {
        runs::show(&version.toolchain(), &ended.stdout, &session, ui);
    }
    let finding = outcome?;
    match args.result.json {
        true => ui.json(&json_of(&finding, &candidates, &steps, session.watcher.received())),
        false => tell_finding(&finding, &candidates, ui),
    }
    ui.say(format_args!("{} runs, {} downloaded", steps.len(), bytes(session.watcher.received())));
    match finding.unknown.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Err(Failure::Inconclusive),
    }
}

fn tell_plan(candidates: &Candidates, ui: &Ui) {
    let number = candidates.versions.len();
    let [first, .., last] = candidates.versions.as_slice() else { return };
    let most = Search::new(number - 1).looks() + 2;
    let (first, last) = (first.toolchain(), last.toolchain());
    ui.say(format_args!("{number} releases from {first} to {last}: at most {most} runs"));
}

fn tell(step: &Step, search: Option<&Search>, args: &Bisect, (session, ui): (&Session, &Ui)) {
    let name = step.version.toolchain();
    let left = match search.map(|search| (search.left(), search.looks())) {
        None | Some((0, _)) => String::new(),
        Some((left, most)) => format!("; {left} left, at most {most} more runs"),
    };
    match &step.ended {
        Ok(ended) => {
            let how = format!("{}, {} s", ended.exit, runs::seconds(ended));
            runs::say(&format!("{name}: {} ({how}){left}", step.found), session, ui);
            if args.output || ui.is_verbose {
                runs::show(&name, &ended.stdout, session, ui);
            }
        }
        Err(error) => {
            let reason = gvm_rs::net::escaped(&with_causes(error)).to_string();
            runs::say(&format!("{name}: {} ({reason}){left}", step.found), session, ui);
        }
    }
}

/// What is said of the two releases at the change: first of the newer one, then of the one before it.
fn words(candidates: &Candidates) -> (Found, Found) {
    match candidates.is_repair {
        true => (Found::Works, Found::Fails),
        false => (Found::Fails, Found::Works),
    }
}

fn tell_finding(finding: &Finding, candidates: &Candidates, ui: &Ui) {
    let (new, old) = words(candidates);
    let again = if candidates.is_repair { " again" } else { "" };
    let (before, after) = (finding.before, finding.after);
    if finding.unknown.is_empty() {
        ui.result(format_args!("{} is the first release that {new}{again}", after.toolchain()));
        ui.result(format_args!("{}, the one before it, {old}", before.toolchain()));
    } else {
        let unknown = finding.unknown.iter().copied().chain([after]);
        let names: Vec<String> = unknown.map(GoVersion::toolchain).collect();
        ui.result(format_args!("the first release that {new}{again} is one of {}", names.join(", ")));
        ui.result(format_args!("{} {old}", before.toolchain()));
    }
    ui.hint(format_args!("`gvm-rs install {before} {after}` installs both"));
}

fn json_of(finding: &Finding, candidates: &Candidates, steps: &[Step], received: u64) -> Value {
    let steps: Vec<Value> = steps.iter().map(step_json).collect();
    let is_found = finding.unknown.is_empty();
    let (after, before) = match candidates.is_repair {
        true => ("first_working", "last_failing"),
        false => ("first_failing", "last_working"),
    };
    let mut fields = Map::new();
    // Where it is not known there is none, and `between` holds what it may be besides `known`.
    fields.insert(after.to_owned(), if is_found { json!(finding.after) } else { Value::Null });
    fields.insert(before.to_owned(), if is_found { json!(finding.before) } else { Value::Null });
    fields.insert("known".to_owned(), json!({"before": finding.before, "after": finding.after}));
    fields.insert("skipped_between".to_owned(), json!(finding.unknown));
    fields.insert("candidates".to_owned(), json!(candidates.versions));
    fields.insert("runs".to_owned(), json!(steps.len()));
    fields.insert("steps".to_owned(), json!(steps));
    fields.insert("downloaded_bytes".to_owned(), json!(received));
    Value::Object(fields)
}

fn step_json(step: &Step) -> Value {
    let mut fields = match &step.ended {
        Ok(ended) => runs::json_of(ended),
        Err(error) => [("error".to_owned(), json!(with_causes(error)))].into_iter().collect(),
    };
    fields.insert("version".to_owned(), json!(step.version));
    fields.insert("found".to_owned(), json!(step.found.to_string()));
    Value::Object(fields)
}
