//! `why`: which `go` runs, here and in a fresh shell, and what decides that.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use gvm_rs::explain::{FreshError, Kind, Program, Runs, Scene, Verdict};
use gvm_rs::net::escaped;
use gvm_rs::process::Watch;
use gvm_rs::store::Store;
use serde_json::{Value, json};

use crate::cli::args::Why;
use crate::cli::config::Config;
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::Watcher;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

/// What became of a fresh shell.
struct Asked {
    kind: Kind,
    name: String,
    answer: Result<Verdict, FreshError>,
}

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(args: &Why, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let store = config.store()?;
    let scene = config.scene()?;
    let here = scene.verdict(&store);
    let asked = if args.here { Vec::new() } else { ask(config, &scene, &store, ui)? };
    match args.output.json {
        true => ui.json(&json!({
            "here": verdict_json(&here),
            "shells": asked.iter().map(asked_json).collect::<Vec<_>>(),
        })),
        false => ui.result(text(&here, &asked)),
    }
    mend(&here, &asked, config, ui);
    Ok(match here.runs {
        Runs::Nothing | Runs::Error(_) => ExitCode::from(4),
        _ => ExitCode::SUCCESS,
    })
}

/// Starts fresh shells where we are not, as a go.mod here says nothing about them.
fn ask(config: &Config, scene: &Scene, store: &Store, ui: &Ui) -> Result<Vec<Asked>, Failure> {
    let Some(fresh) = config.fresh_shell() else { return Ok(Vec::new()) };
    let watcher = Watcher::new(ui, Interrupt::listen().map_err(Failure::Signals)?);
    let watch = Watch { limit: Some(PATIENCE), leaves_nothing: true, progress: &watcher };
    let home = config.home_directory().unwrap_or_else(|| scene.directory.clone());
    let name = escaped(&fresh.shell.to_string_lossy()).to_string();
    let ask = |kind: Kind| Asked {
        kind,
        name: format!("{name} {}", kind.flags()),
        answer: fresh.scene(kind, &home, &watch).map(|scene| scene.verdict(store)),
    };
    Ok([Kind::Login, Kind::Interactive].map(ask).into())
}

fn text(here: &Verdict, asked: &[Asked]) -> String {
    let mut text = format!("{}\n", sentence(&here.runs));
    for layer in &here.layers {
        let mark = if layer.decides { '>' } else { ' ' };
        text += &format!("{mark} {:<12} {}\n", layer.name, layer.text);
    }
    for asked in asked {
        let kind =
            if asked.kind == Kind::Login { "a fresh login shell" } else { "a fresh interactive shell" };
        let answer = match &asked.answer {
            Ok(verdict) if verdict.runs == here.runs => "the same".to_owned(),
            Ok(verdict) => sentence(&verdict.runs),
            Err(error) => format!("not known: {error}"),
        };
        text += &format!("{kind} (`{}`): {answer}\n", asked.name);
    }
    text
}

/// The answer in one line.
fn sentence(runs: &Runs) -> String {
    match runs {
        Runs::Nothing => "no `go` is found".to_owned(),
        Runs::Shell(what) => format!("{what} of the shell named `go` runs"),
        Runs::Program(program) => {
            format!("{} runs: `{}`", program.shown_version(), escaped(&program.real.to_string_lossy()))
        }
        Runs::Download(name) => format!("`go` would download {name}, and run that"),
        Runs::Error(problem) => format!("`go` fails: {problem}"),
    }
}

/// What is to know besides, and what can be typed.
fn mend(here: &Verdict, asked: &[Asked], config: &Config, ui: &Ui) {
    let mut told: Vec<&String> = Vec::new();
    let verdicts = asked.iter().filter_map(|asked| asked.answer.as_ref().ok());
    for warning in std::iter::once(here).chain(verdicts.clone()).flat_map(|verdict| &verdict.warnings) {
        if !told.contains(&warning) {
            ui.note(warning);
            told.push(warning);
        }
    }
    let finds_ours =
        |verdict: &Verdict| verdict.programs.first().is_some_and(|first| first.maker == "gvm-rs");
    if !finds_ours(here) {
        let bin = config.root.join("bin");
        let is_there = here.programs.iter().any(|program| program.path.parent() == Some(Path::new(&bin)));
        ui.hint(match is_there {
            true => {
                "gvm-rs's `go` is on PATH, but not first: in the shell's file `eval \"$(gvm-rs init bash)\"` has to \
                 come after what puts the other one there"
            }
            false => {
                "gvm-rs's `go` is not on PATH: `eval \"$(gvm-rs init bash)\"` puts it there (zsh, fish, sh alike)"
            }
        });
        return;
    }
    for asked in asked.iter().filter(|asked| asked.answer.as_ref().is_ok_and(|verdict| !finds_ours(verdict)))
    {
        let files = match asked.kind {
            Kind::Login => "a file that login shells read: ~/.profile, ~/.zprofile or fish's conf.d",
            Kind::Interactive => "a file that interactive shells read: ~/.bashrc, ~/.zshrc or fish's conf.d",
        };
        let name = &asked.name;
        ui.hint(format_args!(
            "`{name}` does not find gvm-rs's `go` first: the line of `gvm-rs init` belongs into {files}"
        ));
    }
}

fn verdict_json(verdict: &Verdict) -> Value {
    let (outcome, program, detail) = match &verdict.runs {
        Runs::Nothing => ("nothing", None, None),
        Runs::Shell(what) => ("shell", None, Some((*what).to_owned())),
        Runs::Program(program) => ("program", Some(program), None),
        Runs::Download(name) => ("download", None, Some(name.clone())),
        Runs::Error(problem) => ("error", None, Some(problem.clone())),
    };
    let layers: Vec<Value> = verdict
        .layers
        .iter()
        .map(|layer| json!({"layer": layer.name, "decides": layer.decides, "text": layer.text}))
        .collect();
    json!({
        "outcome": outcome,
        "program": program.map(program_json),
        "detail": detail,
        "on_path": verdict.programs.iter().map(program_json).collect::<Vec<_>>(),
        "layers": layers,
        "warnings": verdict.warnings,
    })
}

fn program_json(program: &Program) -> Value {
    json!({
        "path": program.path.to_string_lossy(),
        "real": program.real.to_string_lossy(),
        "version": program.version,
        "from": program.maker,
    })
}

fn asked_json(asked: &Asked) -> Value {
    let (answer, problem) = match &asked.answer {
        Ok(verdict) => (Some(verdict_json(verdict)), None),
        Err(error) => (None, Some(error.to_string())),
    };
    json!({"command": asked.name, "login": asked.kind == Kind::Login, "answer": answer, "problem": problem})
}
