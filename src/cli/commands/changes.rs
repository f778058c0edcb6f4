//! How changes are told: what was installed, what `go` means now, and what would still hide it.

use std::path::PathBuf;

use gvm_rs::catalog::Answerer;
use gvm_rs::explain::{Mend, Obstacle};
use gvm_rs::gvm::{Gvm, Installed};
use gvm_rs::model::{GoVersion, VersionRequest};
use gvm_rs::net::escaped;
use gvm_rs::shell::Shell;
use gvm_rs::store::{Store, Switched};
use serde_json::json;

use super::fresh;
use super::mends::Mender;
use crate::cli::config::{Config, variable};
use crate::cli::ui::{self, Ui};

/// Says where the answer to a request came from, if that is not what one would expect.
pub(super) fn tell_answerer(answerer: Option<&Answerer>, now: u64, ui: &Ui) {
    match answerer {
        Some(Answerer::Snapshot { as_of }) => {
            let date = &ui::time(*as_of)[..10];
            let days = now.saturating_sub(*as_of) / 86_400;
            ui.say(format_args!(
                "hash known from the release index inside this program ({date}, {days} days old)"
            ));
        }
        Some(Answerer::Named { location }) => ui.detail(format_args!("listed by {location}")),
        Some(Answerer::Official { as_of }) => {
            ui.detail(format_args!("listed by the official index of {}", ui::time(*as_of)));
        }
        None => {}
    }
}

/// Tells what an install came to.
pub(super) fn tell_installed(request: &VersionRequest, installed: &Installed, ui: &Ui) {
    let toolchain = installed.version.toolchain();
    let mark = if installed.is_unofficial { " (unofficial)" } else { "" };
    match installed.was_there {
        true => ui.say(format_args!("{toolchain}{mark} is installed already")),
        false => ui.say(format_args!("installed {toolchain}{mark}")),
    }
    let version = installed.version;
    if let VersionRequest::Exact(asked) = request
        && asked.to_string() == asked.lang().to_string()
    {
        ui.note(format_args!("{toolchain} is the first release of its line; {version}.x is the newest"));
    }
}

/// Tells what a switch came to, and what would keep this shell or a fresh one from running the new Go.
pub(super) fn tell_switched(switched: &Switched, gvm: &Gvm<'_>, config: &Config, ui: &Ui) {
    let to = switched.to.version.toolchain();
    match switched.from {
        _ if !switched.is_change() => ui.say(format_args!("{to} is current already")),
        Some(from) => {
            let from = from.version.toolchain();
            ui.say(format_args!("now {to} (was {from}); back: gvm-rs rollback"));
        }
        None => ui.say(format_args!("now {to}")),
    }
    let told = tell_obstacles(switched.to.version, gvm.store, config, ui);
    fresh::tell(switched.to.version, told, gvm, config, ui);
}

/// A switch as JSON.
pub(super) fn switched_json(switched: &Switched) -> serde_json::Value {
    json!({
        "from": switched.from.map(|from| json!({"generation": from.number, "version": from.version})),
        "to": {"generation": switched.to.number, "version": switched.to.version},
        "changed": switched.is_change(),
    })
}

/// Names what stands between a shell like this one and the current toolchain; returns what that is, besides PATH.
fn tell_obstacles(version: GoVersion, store: &Store, config: &Config, ui: &Ui) -> Vec<Obstacle> {
    let bin = config.root.join("bin");
    let path = variable("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if !directories.contains(&bin) {
        ui.note(format_args!("`{}` is not on PATH in this shell", escaped(&bin.to_string_lossy())));
        if let Err(error) = config.bin_for_path() {
            ui.note(escaped(&error.to_string()));
            return Vec::new();
        }
        let home = match config.is_default_root {
            true => String::new(),
            false => format!("GVM_RS_HOME={} ", Shell::Sh.quote(&config.root.to_string_lossy())),
        };
        match config.root.join("shell").is_dir() {
            true => ui.hint("it is set up; open a new terminal"),
            false => ui.hint(escaped(&format!("`{home}gvm-rs setup` has every shell find it"))),
        }
    }
    let Ok(scene) = config.scene() else { return Vec::new() };
    let mut obstacles = scene.obstacles(version, store);
    // That was told, with more about it.
    obstacles.retain(|obstacle| obstacle.mend != Some(Mend::PutOnPath));
    let mender = Mender { store, config, kind: None };
    for obstacle in &obstacles {
        ui.note(&obstacle.says);
        mender.hint(obstacle).into_iter().for_each(|hint| ui.hint(hint));
    }
    obstacles
}
