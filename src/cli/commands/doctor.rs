//! `doctor`: what is wrong with Go here, and mending it.

use std::ffi::OsString;
use std::process::ExitCode;

use gvm_rs::doctor::syscalls::{self, Probed, State};
use gvm_rs::doctor::{Context, Doctor, Finding, Fix, Found, Report, Severity};
use gvm_rs::explain::Obstacle;
use gvm_rs::net::escaped;
use gvm_rs::store::StoreError;
use serde_json::{Value, json};

use super::consent;
use super::mends::Mender;
use super::session::Session;
use crate::cli::args::{self, FailOn};
use crate::cli::config::{Config, variable};
use crate::cli::report::{Failure, with_causes};
use crate::cli::ui::{self, Ui};

/// Makes system calls, if the program was started to do that, in which it may die.
pub(crate) fn asked(typed: &[OsString]) -> bool {
    let [_, name, first] = typed else { return false };
    let first = first.to_str().and_then(|first| first.parse().ok()).filter(|_| name == syscalls::NAME);
    first.map(|first| syscalls::perform(first, &mut |line| ui::answer(&line))).is_some()
}

pub(crate) fn run(args: &args::Doctor, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open_damaged(config, ui)?;
    let (scene, home) = (config.scene()?, consent::home(config).ok());
    let (init, fresh) = (config.init(true, false).ok(), config.fresh_shell());
    let program = if args.syscalls { Some(config.program()?) } else { None };
    let gvm = session.gvm();
    let advice = |obstacle: &Obstacle, kind| Mender { store: gvm.store, config, kind }.hint(obstacle);
    let doctor = Doctor {
        gvm: &gvm,
        scene: &scene,
        home: home.as_ref(),
        init: init.as_ref(),
        fresh: fresh.as_ref(),
        variable: &variable,
        advice: &advice,
        traces: args.trace,
        asks_network: args.network,
        probes_calls_with: program.as_deref(),
    };
    let mut report = doctor.examine();
    // What was stopped in the middle is no examination.
    if gvm.progress.cancelled() {
        return Err(StoreError::Interrupted.into());
    }
    let mut fixed = Vec::new();
    if args.fix {
        fixed = mend(&doctor, &report, args, config, ui)?;
        if !fixed.is_empty() {
            report = doctor.examine();
        }
    }
    match args.output.json {
        true => ui.json(&in_json(&report, &fixed)),
        false => ui.result(text(&report)),
    }
    tell(&report, args.fix, ui);
    let limit = if args.fail_on == Some(FailOn::Warning) { Severity::Warning } else { Severity::Error };
    let number = report.findings.iter().filter(|finding| finding.severity >= limit).count();
    if number > 0 { Err(Failure::Unhealthy(number)) } else { Ok(ExitCode::SUCCESS) }
}

/// Shows what can be mended, asks, and mends it; returns the ids of what was.
fn mend(
    doctor: &Doctor<'_>,
    report: &Report,
    args: &args::Doctor,
    config: &Config,
    ui: &Ui,
) -> Result<Vec<&'static str>, Failure> {
    let mendable: Vec<(&Finding, &Fix)> =
        report.findings.iter().filter_map(|finding| Some((finding, finding.fix.as_ref()?))).collect();
    if mendable.is_empty() {
        return Ok(Vec::new());
    }
    let store = config.damaged_store()?;
    for (finding, fix) in &mendable {
        ui.say(format_args!("{}: {}", finding.id, fix.says()));
        let difference = match fix {
            Fix::Edit(edit) => edit.diff(),
            Fix::Setup(plan) => consent::shown(plan, &store),
            _ => continue,
        };
        ui.say(difference.trim_end());
    }
    if !args.yes {
        if args.output.json || !ui.can_ask() {
            show(report, args, ui);
            return Err(Failure::Unconfirmed("nobody is there to agree to these changes"));
        }
        if !ui.ask("make these changes?") {
            return Err(Failure::Unconfirmed("these changes were not agreed to"));
        }
    }
    let mut fixed = Vec::new();
    for (finding, fix) in mendable {
        match doctor.apply(fix) {
            Ok(()) => {
                ui.say(format_args!("mended: {}", finding.id));
                fixed.push(finding.id);
            }
            // The others are worth making all the same.
            Err(error) => ui.error(escaped(&format!("{}: {}", finding.id, with_causes(&error)))),
        }
    }
    Ok(fixed)
}

fn show(report: &Report, args: &args::Doctor, ui: &Ui) {
    match args.output.json {
        true => ui.json(&in_json(report, &[])),
        false => ui.result(text(report)),
    }
}

/// The number of each kind, in words.
fn tell(report: &Report, was_fixed: bool, ui: &Ui) {
    let count = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let plural = |number: usize, name: &str| format!("{number} {name}{}", if number == 1 { "" } else { "s" });
    let numbers = [Severity::Error, Severity::Warning].map(|severity| (count(severity), severity.name()));
    let words: Vec<String> = numbers
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| plural(number, name))
        .collect();
    if words.is_empty() {
        ui.say("nothing is wrong");
        return ui.detail(
            "a shell that still runs another `go` remembers where that was: `hash -r` makes it forget",
        );
    }
    ui.say(words.join(", "));
    match (was_fixed, report.findings.iter().any(|finding| finding.fix.is_some())) {
        (false, true) => {
            ui.hint("`gvm-rs doctor --fix` mends what can be mended without a choice, after it has shown it");
        }
        (true, false) => ui.hint("`--fix` can mend none of this: what is to be typed is told above"),
        _ => {}
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text += &format!("{:<8} {}: {}\n", finding.severity.name(), finding.id, finding.says);
        text.extend(finding.evidence.iter().map(|line| format!("         - {line}\n")));
        text.extend(finding.mend.iter().map(|mend| format!("         to mend: {mend}\n")));
    }
    for call in &report.calls {
        let without = if call.state == State::Available { "" } else { call.without };
        text += format!("call     {:<14} {:<10} {without}", call.name, call.state.name()).trim_end();
        text.push('\n');
    }
    for context in &report.contexts {
        text += &format!("{:<15} {}\n", context.name, what(context));
    }
    text
}

/// What `go` is somewhere, in a line.
fn what(context: &Context) -> String {
    let how = &context.how;
    match &context.found {
        Found::Program(program) => {
            let path = program.path.to_string_lossy();
            format!("{} {} ({how})", program.shown_version(), escaped(&path))
        }
        Found::Failing(program, problem) => {
            let path = program.path.to_string_lossy();
            format!("{} {} fails: {problem} ({how})", program.shown_version(), escaped(&path))
        }
        Found::Covered(what) => format!("{what} named `go` ({how})"),
        Found::Nothing => format!("no `go` ({how})"),
        Found::Unknown(problem) => format!("not known: {problem} ({how})"),
    }
}

fn in_json(report: &Report, fixed: &[&str]) -> Value {
    let finding = |finding: &Finding| {
        json!({
            "id": finding.id,
            "severity": finding.severity.name(),
            "says": finding.says,
            "evidence": finding.evidence,
            "mend": finding.mend,
            "fix": finding.fix.as_ref().map(Fix::says),
        })
    };
    let mut value = json!({
        "healthy": report.worst() < Some(Severity::Warning),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "contexts": report.contexts.iter().map(context_json).collect::<Vec<_>>(),
        "fixed": fixed,
    });
    if !report.calls.is_empty() {
        value["syscalls"] = report.calls.iter().map(call_json).collect();
    }
    value
}

fn context_json(context: &Context) -> Value {
    let (outcome, program, detail) = match &context.found {
        Found::Program(program) => ("program", Some(program), None),
        Found::Failing(program, problem) => ("error", Some(program), Some(problem)),
        Found::Covered(_) => ("shell", None, None),
        Found::Nothing => ("nothing", None, None),
        Found::Unknown(problem) => ("unknown", None, Some(problem)),
    };
    let program = program.map(|program| {
        json!({
            "path": program.path.to_string_lossy(),
            "real": program.real.to_string_lossy(),
            "version": program.version,
            "from": program.maker,
        })
    });
    json!({"name": context.name, "how": context.how, "outcome": outcome, "program": program, "detail": detail})
}

fn call_json(call: &Probed) -> Value {
    let number = match call.state {
        State::Refused(number) | State::Fatal(number) => Some(number),
        _ => None,
    };
    json!({"name": call.name, "needed": call.is_needed, "state": call.state.name(), "number": number, "without": call.without})
}
