//! `upgrade`: to a newer release, unless that does not work; and the tools that an older Go built.

use std::process::ExitCode;

use gvm_rs::gvm::{Gvm, Target};
use gvm_rs::model::{GoVersion, VersionRequest};
use gvm_rs::store::{Slots, StoreError};
use gvm_rs::upgrade::{Aim, Look, Sight, Step, Tool, Tools, ToolsError, Upgraded};
use serde_json::{Value, json};

use super::changes;
use super::session::Session;
use crate::cli::args::Upgrade;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Upgrade, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let request: Option<VersionRequest> = args.spec.as_deref().map(str::parse).transpose()?;
    let aim = match &request {
        Some(request) => Aim::Request(request),
        None if args.to_minor => Aim::Newest,
        None if args.all => Aim::All,
        None => Aim::Line,
    };
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let steps = gvm.plan(aim)?;
    let planned: Vec<Value> = steps.iter().map(step_json).collect();
    if args.dry_run {
        match args.output.json {
            true => ui.json(&json!({"dry_run": true, "steps": planned})),
            false => ui.result(steps.iter().map(step_line).collect::<String>()),
        }
    }
    if steps.is_empty() {
        tell_nothing_to_do(&gvm, aim, ui)?;
    }
    let is_switch = !args.dry_run && steps.iter().any(|step| step.is_current);
    if !args.trial.checks.is_empty() && !is_switch {
        ui.note("nothing is switched to, so the checks were not run");
    }
    if args.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let all = steps.len();
    let (done, failures) = take(steps, &gvm, config, ui);
    let (tools, failed) = match &failures[..] {
        [] if all > 0 || args.rebuild_tools => look_after_tools(&gvm, args.rebuild_tools, ui)?,
        _ => (Value::Null, 0),
    };
    if args.output.json {
        let switched = done.iter().find_map(|upgraded| upgraded.switched.as_ref());
        let looks: Vec<Value> = done.iter().flat_map(|upgraded| &upgraded.looks).map(look_json).collect();
        ui.json(&json!({
            "dry_run": false,
            "steps": planned,
            "switched": switched.map(changes::switched_json),
            "shells": looks,
            "tools": tools,
        }));
    }
    match (failures.is_empty(), failed) {
        (true, 0) => Ok(ExitCode::SUCCESS),
        (true, failed) => Err(Failure::Tools(failed)),
        (false, _) => Err(Failure::of_several(failures, 0, all, ui)),
    }
}

/// Takes each step; one that fails keeps no other line from its own, unless the user wants to stop.
fn take(steps: Vec<Step>, gvm: &Gvm<'_>, config: &Config, ui: &Ui) -> (Vec<Upgraded>, Vec<Failure>) {
    let (mut done, mut failures) = (Vec::new(), Vec::new());
    for step in steps {
        let request = step.request.clone();
        match gvm.upgrade(step, &Slots::new(1)) {
            Ok(upgraded) => {
                tell(&request, &upgraded, (gvm, config), ui);
                done.push(upgraded);
            }
            Err(error) => {
                let failure = Failure::from(error);
                let is_interruption = failure.is_interruption();
                failures.push(failure);
                if is_interruption {
                    break;
                }
            }
        }
    }
    (done, failures)
}

fn tell(request: &VersionRequest, upgraded: &Upgraded, (gvm, config): (&Gvm<'_>, &Config), ui: &Ui) {
    let installed = &upgraded.installed;
    changes::tell_answerer(installed.answerer.as_ref(), config.now(), ui);
    if !installed.was_there {
        changes::tell_installed(request, installed, ui);
    }
    let Some(switched) = &upgraded.switched else { return };
    changes::tell_switched(switched, gvm, config, ui);
    let text = |look: &Look| match &look.sight {
        Sight::Found => format!("{} finds it", look.shell),
        Sight::Missed(reason) => format!("{} did not find gvm-rs's Go before either: {reason}", look.shell),
        Sight::Unseen(reason) => format!("{} could not be asked: {reason}", look.shell),
    };
    let texts: Vec<String> = upgraded.looks.iter().map(text).collect();
    match upgraded.looks.iter().any(|look| look.sight == Sight::Found) {
        true => texts.iter().for_each(|text| ui.detail(text)),
        false => ui.note(format_args!("the upgrade was seen through no shell: {}", texts.join("; "))),
    }
}

fn tell_nothing_to_do(gvm: &Gvm<'_>, aim: Aim<'_>, ui: &Ui) -> Result<(), Failure> {
    let Some(current) = gvm.store.current()?.map(|current| current.version) else { return Ok(()) };
    let toolchain = current.toolchain();
    match aim {
        Aim::All => ui.say("every installed line is up to date"),
        Aim::Newest => ui.say(format_args!("{toolchain} is current, and nothing stable is newer")),
        Aim::Line => {
            ui.say(format_args!("{toolchain} is the newest of its line"));
            // Only a hint, so whatever keeps it from being answered is no failure.
            let newest = gvm.find(&VersionRequest::Latest).ok().map(|target| target.version());
            if let Some(newest) = newest.filter(|newest| *newest > current) {
                ui.hint(format_args!("`gvm-rs upgrade --to-minor` goes to {}", newest.toolchain()));
            }
        }
        Aim::Request(request) => {
            ui.say(format_args!(
                "nothing to do: `{request}` is not newer than {toolchain}, which is current"
            ));
            ui.hint(format_args!("`gvm-rs use '{request}'` switches to it all the same"));
        }
    }
    Ok(())
}

/// Names the tools that an older Go built, or builds them again; returns them, and how many could not be.
fn look_after_tools(gvm: &Gvm<'_>, rebuild: bool, ui: &Ui) -> Result<(Value, usize), Failure> {
    let Some(version) = gvm.store.current()?.map(|current| current.version) else {
        return Ok((Value::Null, 0));
    };
    let tools = match gvm.tools(version) {
        Ok(tools) => tools,
        Err(ToolsError::Store(error)) => return Err(error.into()),
        Err(error) => {
            ui.detail(error);
            return Ok((Value::Null, 0));
        }
    };
    if !rebuild {
        tell_outdated(&tools, version, ui);
    }
    let (mut rows, mut failed) = (Vec::new(), 0);
    for tool in &tools.outdated {
        let outcome = match rebuild {
            true => Some(rebuild_one(gvm, tool, version, ui)?),
            false => None,
        };
        failed += usize::from(tool.obstacle.is_none() && matches!(outcome, Some(Err(_))));
        rows.push(tool_json(tool, outcome.as_ref()));
    }
    if rebuild && rows.is_empty() {
        ui.say(format_args!("no tool in `{}` was built with an older Go", shown(&tools)));
    }
    Ok((json!({"directory": tools.directory, "outdated": rows}), failed))
}

fn tell_outdated(tools: &Tools, version: GoVersion, ui: &Ui) {
    let named = |tool: &Tool| format!("{} ({})", tool.name, tool.built_with.toolchain());
    let names: Vec<String> = tools.outdated.iter().map(named).collect();
    if !names.is_empty() {
        let toolchain = version.toolchain();
        ui.note(format_args!(
            "in `{}` an older Go than {toolchain} built: {}",
            shown(tools),
            names.join(", ")
        ));
        ui.hint("`gvm-rs upgrade --rebuild-tools` builds them again");
    }
}

fn rebuild_one(
    gvm: &Gvm<'_>,
    tool: &Tool,
    version: GoVersion,
    ui: &Ui,
) -> Result<Result<(), String>, StoreError> {
    let outcome = gvm.rebuild(tool, version)?;
    let text = match (&outcome, tool.obstacle) {
        (Ok(()), _) => format!("built again with {}", version.toolchain()),
        (Err(reason), Some(_)) => format!("left as it is: {reason}"),
        (Err(reason), None) => format!("failed: {reason}"),
    };
    ui.say(format_args!("{:<16} {:<12} {text}", tool.name, tool.built_with.toolchain()));
    Ok(outcome)
}

fn shown(tools: &Tools) -> impl std::fmt::Display {
    gvm_rs::net::escaped(&tools.directory.to_string_lossy()).to_string()
}

fn step_line(step: &Step) -> String {
    let mark = if step.is_current { '*' } else { ' ' };
    let installed = if matches!(step.target, Target::There(_)) { "  (installed)" } else { "" };
    format!("{mark} {:<12} {}{installed}\n", step.from.toolchain(), step.target.version().toolchain())
}

fn step_json(step: &Step) -> Value {
    json!({
        "from": step.from,
        "to": step.target.version(),
        "current": step.is_current,
        "was_there": matches!(step.target, Target::There(_)),
    })
}

fn look_json(look: &Look) -> Value {
    let (sight, reason) = match &look.sight {
        Sight::Found => ("found", None),
        Sight::Missed(reason) => ("missed", Some(reason)),
        Sight::Unseen(reason) => ("unseen", Some(reason)),
    };
    json!({"shell": look.shell, "login": look.is_login, "sight": sight, "reason": reason})
}

fn tool_json(tool: &Tool, outcome: Option<&Result<(), String>>) -> Value {
    let failure = outcome.and_then(|outcome| outcome.as_ref().err());
    let reason = tool.obstacle.or(failure.map(String::as_str));
    let outcome = match (outcome, tool.obstacle) {
        (None, None) => "outdated",
        (_, Some(_)) => "skipped",
        (Some(Ok(())), None) => "rebuilt",
        (Some(Err(_)), None) => "failed",
    };
    json!({
        "name": tool.name,
        "package": tool.package,
        "version": tool.version,
        "built_with": tool.built_with,
        "outcome": outcome,
        "reason": reason,
    })
}
