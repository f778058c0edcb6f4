//! `why`: which `go` runs, here and in a fresh shell, and what decides that.

use std::process::ExitCode;
use std::time::Duration;

use gvm_rs::explain::{FreshError, Kind, Layer, Obstacle, Program, Runs, Scene, Verdict};
use gvm_rs::model::GoVersion;
use gvm_rs::net::escaped;
use gvm_rs::process::Watch;
use gvm_rs::store::Store;
use serde_json::{Value, json};

use super::fresh;
use super::mends::Mender;
use crate::cli::args::Why;
use crate::cli::config::Config;
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::Watcher;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

/// What `go` comes to in a shell, and what keeps it from being the current toolchain.
struct Answer {
    verdict: Verdict,
    obstacles: Vec<Obstacle>,
}

/// What became of a fresh shell.
struct Asked {
    kind: Kind,
    name: String,
    answer: Result<Answer, FreshError>,
}

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(args: &Why, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let store = config.store()?;
    let scene = config.scene()?;
    let here = Answer::of(&scene, &store);
    let asked = if args.here { Vec::new() } else { ask(config, &scene, &store, ui)? };
    let mender = |kind| Mender { store: &store, config, kind };
    match args.output.json {
        true => ui.json(&json!({
            "here": here.json(&mender(None)),
            "shells": asked.iter().map(|asked| asked.json(&mender(Some(asked.kind)))).collect::<Vec<_>>(),
        })),
        false => ui.result(text(&here.verdict, &asked)),
    }
    warn(&here, &asked, ui);
    mend(&here, &mender(None), ui);
    for asked in &asked {
        let mender = mender(Some(asked.kind));
        let obstacles = asked.answer.iter().flat_map(|answer| &answer.obstacles);
        // What nothing helps against is as it was meant, and told above.
        for obstacle in obstacles.filter(|obstacle| mender.hint(obstacle).is_some()) {
            fresh::tell_obstacle(obstacle, &mender, ui);
        }
    }
    Ok(match here.verdict.runs {
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
        answer: fresh.scene(kind, &home, &watch).map(|scene| Answer::of(&scene, store)),
    };
    Ok([Kind::Login, Kind::Interactive].map(ask).into())
}

fn text(here: &Verdict, asked: &[Asked]) -> String {
    let mut text = format!("{}\n{}", sentence(&here.runs), layers(here, ""));
    for asked in asked {
        let kind =
            if asked.kind == Kind::Login { "a fresh login shell" } else { "a fresh interactive shell" };
        let answer = match &asked.answer {
            Ok(Answer { verdict, .. }) if verdict.runs == here.runs && verdict.layers == here.layers => {
                "the same, for the same reasons\n".to_owned()
            }
            Ok(Answer { verdict, .. }) => format!("{}\n{}", sentence(&verdict.runs), layers(verdict, "  ")),
            Err(error) => format!("not known: {error}\n"),
        };
        text += &format!("{kind} (`{}`): {answer}", asked.name);
    }
    text
}

/// A line for all that has a say.
fn layers(verdict: &Verdict, indent: &str) -> String {
    let line = |layer: &Layer| {
        let mark = if layer.decides { '>' } else { ' ' };
        format!("{indent}{mark} {:<12} {}\n", layer.name, layer.text)
    };
    verdict.layers.iter().map(line).collect()
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

/// What is to know besides.
fn warn(here: &Answer, asked: &[Asked], ui: &Ui) {
    let answers = asked.iter().filter_map(|asked| asked.answer.as_ref().ok());
    let mut told: Vec<&String> = Vec::new();
    for warning in std::iter::once(here).chain(answers).flat_map(|answer| &answer.verdict.warnings) {
        if !told.contains(&warning) {
            ui.note(warning);
            told.push(warning);
        }
    }
}

/// What can be typed here.
fn mend(here: &Answer, mender: &Mender<'_>, ui: &Ui) {
    for obstacle in here.obstacles.iter().filter(|obstacle| obstacle.mend.is_some()) {
        ui.note(&obstacle.says);
        mender.hint(obstacle).into_iter().for_each(|hint| ui.hint(hint));
    }
    if mender.store.current().unwrap_or_default().is_none() {
        ui.hint("no Go of gvm-rs's is current; `gvm-rs use latest` installs one");
    }
    if let Runs::Download(name) = &here.verdict.runs
        && let Some(version) = name.strip_prefix("go").and_then(|name| name.parse::<GoVersion>().ok())
    {
        ui.hint(format_args!("`gvm-rs install {version}` installs it, verified, and `go` finds it on PATH"));
    }
}

impl Answer {
    fn of(scene: &Scene, store: &Store) -> Answer {
        // A store that cannot be read is told by `verify`.
        let current = store.current().unwrap_or_default();
        let obstacles = current.map(|current| scene.obstacles_in_module(current.version, store));
        Answer { verdict: scene.verdict(store), obstacles: obstacles.unwrap_or_default() }
    }

    fn json(&self, mender: &Mender<'_>) -> Value {
        let obstacle = |obstacle: &Obstacle| json!({"says": obstacle.says, "mend": mender.hint(obstacle)});
        let mut json = verdict_json(&self.verdict);
        json["obstacles"] = self.obstacles.iter().map(obstacle).collect();
        json
    }
}

impl Asked {
    fn json(&self, mender: &Mender<'_>) -> Value {
        let (answer, problem) = match &self.answer {
            Ok(answer) => (Some(answer.json(mender)), None),
            Err(error) => (None, Some(error.to_string())),
        };
        json!({"command": self.name, "login": self.kind == Kind::Login, "answer": answer, "problem": problem})
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
