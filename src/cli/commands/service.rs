//! `service`: the drop-ins by which services of the user's systemd find Go.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gvm_rs::net::escaped;
use gvm_rs::service::{self, Manager, Plan, State, Unit};
use gvm_rs::store::Store;
use serde_json::{Value, json};

use super::consent;
use super::session::Session;
use crate::cli::args::{Service, ServiceAction, ServiceChange, ServiceShow};
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

/// The first systemd that has ExecSearchPath, without which a bare name in ExecStart cannot be mended by a drop-in.
const SEARCHING: u32 = 250;

pub(crate) fn run(args: &Service, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    match &args.action {
        ServiceAction::Show(args) => show(args, config, ui),
        ServiceAction::Add(args) => change(args, false, config, ui),
        ServiceAction::Remove(args) => change(args, true, config, ui),
    }
}

fn change(args: &ServiceChange, is_removal: bool, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let (unit, home) = (args.unit.parse::<Unit>()?, config.user_home()?);
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let plan = match is_removal {
        true => service::plan_removal(&home, &unit)?,
        false => {
            let state = gvm.unit_state(&home, &unit);
            service::plan(&home, &unit, &config.init(true, false)?, &state)?
        }
    };
    let text = plan.edit.iter().map(consent::shown_edit).collect::<String>();
    let report = |manager: Option<&Manager>| report(&plan, manager, gvm.store);
    if !consent::agree(&text, &|| report(None), args.consent, ui)? {
        return Ok(ExitCode::SUCCESS);
    }
    let manager = gvm.carry_out_service(&plan)?;
    if args.consent.output.json {
        ui.json(&report(Some(&manager)));
    }
    match (is_removal, plan.edit.is_some()) {
        (true, true) => ui.say(format_args!("{unit} has no drop-in of gvm-rs any more")),
        (true, false) => ui.say(format_args!("{unit} has no drop-in of gvm-rs")),
        (false, true) => ui.say(format_args!("{unit} has a drop-in; back: gvm-rs service remove {unit}")),
        (false, false) => ui.say(format_args!("{unit} has its drop-in already")),
    }
    tell(&plan, &manager, gvm.store, ui);
    Ok(ExitCode::SUCCESS)
}

/// What the manager made of it.
fn tell(plan: &Plan, manager: &Manager, store: &Store, ui: &Ui) {
    let unit = &plan.unit;
    match manager {
        Manager::NotRunning => ui.say("no systemd of yours runs here; the next one reads the drop-in"),
        Manager::Unknown(problem) => ui.note(format_args!("the running systemd was not asked: {problem}")),
        Manager::Known(state) => {
            let is_first = Finds::of(state).is_some_and(|finds| service::is_ours(&finds.by_path, store));
            if !plan.is_removal && !is_first {
                ui.note("another drop-in, or the lack of a Go, keeps it from finding gvm-rs's `go`");
                ui.hint(format_args!("`systemctl --user cat {unit}` shows which"));
            }
            if !plan.is_removal {
                for note in notes(state, store) {
                    ui.note(escaped(&note));
                }
            }
            if state.is_active {
                ui.hint(format_args!("it runs with what it had: systemctl --user restart {unit}"));
            }
        }
    }
}

/// What a unit finds.
struct Finds {
    path: String,
    /// What its programs run as `go`.
    by_path: PathBuf,
}

impl Finds {
    fn of(state: &State) -> Option<Finds> {
        let path = state.path.clone().or_else(|| state.usual_path.clone())?;
        Some(Finds { by_path: service::found_in(&path, "go")?, path })
    }
}

/// What a drop-in leaves as it is, and why ExecStart=go finds nothing.
fn notes(state: &State, store: &Store) -> Vec<String> {
    let mut notes = Vec::new();
    for program in &state.programs {
        let path = Path::new(program);
        let name = path.file_name().unwrap_or_default();
        let ours = store.layout().bin().join(name);
        if !["go", "gofmt"].iter().any(|tool| name == *tool) || *path == ours {
            continue;
        }
        if path.is_absolute() {
            notes.push(format!(
                "ExecStart names {program} by its path, which no PATH changes; {} is gvm-rs's",
                ours.display()
            ));
            continue;
        }
        match &state.search {
            None => notes.push(format!(
                "ExecStart={program} is looked for in a list of directories that systemd was built with, never in PATH, and this \
                 systemd has no ExecSearchPath (since {SEARCHING}): write ExecStart={} instead",
                ours.display()
            )),
            Some(search) if search.first().is_none_or(|first| Path::new(first) != store.layout().bin()) => {
                notes.push(format!(
                    "ExecStart={program} is looked for in ExecSearchPath, or else in a list of directories that systemd was built \
                     with, never in PATH: where `{program}` is in none of them, the service ends with 203/EXEC"
                ));
            }
            Some(_) => {}
        }
    }
    notes
}

fn show(args: &ServiceShow, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let home = config.user_home()?;
    let Some(typed) = &args.unit else {
        let units: Vec<String> = service::units(&home).iter().map(ToString::to_string).collect();
        match args.output.json {
            true => ui.json(&units),
            false => ui.result(units.join("\n")),
        }
        return Ok(ExitCode::SUCCESS);
    };
    let unit: Unit = typed.parse()?;
    let session = Session::open(config, ui)?;
    let store = session.gvm().store;
    let manager = session.gvm().unit_state(&home, &unit);
    let file = Some(service::drop_in(&home, &unit)).filter(|file| file.is_file());
    if matches!(&manager, Manager::Known(state) if !state.is_loaded) && file.is_none() {
        return Err(service::ServiceError::NoSuchUnit(unit).into());
    }
    match args.output.json {
        true => ui.json(&json!({
            "unit": unit.to_string(),
            "drop_in": file.map(|file| file.to_string_lossy().into_owned()),
            "manager": manager_json(&manager, store),
        })),
        false => ui.result(in_lines(&unit, file.as_deref(), &manager, store)),
    }
    if let Manager::Known(state) = &manager {
        let is_first = Finds::of(state).is_some_and(|finds| service::is_ours(&finds.by_path, store));
        let notes = notes(state, store);
        for note in &notes {
            ui.note(escaped(note));
        }
        if !is_first || notes.iter().any(|note| note.contains("203/EXEC")) {
            ui.hint(format_args!("`gvm-rs service add {unit}` has it find gvm-rs's"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn in_lines(unit: &Unit, file: Option<&Path>, manager: &Manager, store: &Store) -> String {
    let mut rows = vec![("drop-in", file.map_or("none".to_owned(), |file| file.display().to_string()))];
    let summary = match manager {
        Manager::NotRunning => "no systemd of yours runs here".to_owned(),
        Manager::Unknown(problem) => format!("the running systemd was not asked: {problem}"),
        Manager::Known(state) => {
            let finds = Finds::of(state);
            rows.extend(finds.as_ref().map(|finds| ("PATH", finds.path.clone())));
            rows.extend(
                state
                    .search
                    .iter()
                    .filter(|search| !search.is_empty())
                    .map(|search| ("search", search.join(":"))),
            );
            rows.extend(state.programs.iter().map(|program| ("ExecStart", program.clone())));
            match finds {
                None => "its programs find no `go`".to_owned(),
                Some(finds) if service::is_ours(&finds.by_path, store) => {
                    "its programs find gvm-rs's `go`".to_owned()
                }
                Some(finds) => format!("its programs find `{}`", finds.by_path.display()),
            }
        }
    };
    let rows = rows.iter().map(|(name, value)| format!("  {name:<10} {value}"));
    let lines = std::iter::once(format!("{unit}: {summary}")).chain(rows);
    lines.map(|line| format!("{}\n", escaped(&line))).collect()
}

fn report(plan: &Plan, manager: Option<&Manager>, store: &Store) -> Value {
    json!({
        "unit": plan.unit.to_string(),
        "applied": manager.is_some(),
        "edits": plan.edit.iter().map(consent::edit_json).collect::<Vec<_>>(),
        "manager": manager.map(|manager| manager_json(manager, store)),
    })
}

fn manager_json(manager: &Manager, store: &Store) -> Value {
    match manager {
        Manager::NotRunning => json!({"answer": "not running"}),
        Manager::Unknown(problem) => json!({"answer": "unknown", "problem": problem}),
        Manager::Known(state) => {
            let finds = Finds::of(state);
            json!({
                "answer": if state.is_loaded { "loaded" } else { "not found" },
                "active": state.is_active,
                "path": state.path,
                "search": state.search,
                "exec_start": state.programs,
                "go": finds.as_ref().map(|finds| finds.by_path.to_string_lossy()),
                "ours": finds.as_ref().is_some_and(|finds| service::is_ours(&finds.by_path, store)),
            })
        }
    }
}
