//! What a switch says about fresh shells: where they would run another Go, and how to mend it. It never fails a command.

use std::ffi::OsStr;
use std::time::{Duration, Instant};

use gvm_rs::explain::{Kind, Mend, Obstacle, Scene};
use gvm_rs::gvm::Gvm;
use gvm_rs::model::GoVersion;
use gvm_rs::process::Watch;

use super::mends::Mender;
use crate::cli::config::{Config, variable};
use crate::cli::ui::Ui;

/// How long both shells may take together; `why` waits longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks a fresh login shell and a fresh interactive one, where somebody is watching: it takes two processes. What was
/// told of this shell is not told again.
pub(super) fn tell(version: GoVersion, mut told: Vec<Obstacle>, gvm: &Gvm<'_>, config: &Config, ui: &Ui) {
    if !ui.is_terminal || ui.is_quiet {
        return;
    }
    let (Some(fresh), Some(home)) = (config.fresh_shell(), config.home_directory()) else { return };
    let started = Instant::now();
    for kind in [Kind::Login, Kind::Interactive] {
        let limit = PATIENCE.saturating_sub(started.elapsed());
        if limit.is_zero() {
            return;
        }
        let watch = Watch { limit: Some(limit), leaves_nothing: true, progress: gvm.progress };
        // One that does not answer in time says nothing about `go`.
        let Ok(scene) = fresh.scene(kind, &home, &watch) else { continue };
        for obstacle in obstacles(scene, version, gvm) {
            if told.iter().any(|known| known.says == obstacle.says) {
                continue;
            }
            tell_obstacle(&obstacle, &Mender { store: gvm.store, config, kind: Some(kind) }, ui);
            told.push(obstacle);
        }
    }
}

/// Says what is in the way in a fresh shell, and what helps.
pub(super) fn tell_obstacle(obstacle: &Obstacle, mender: &Mender<'_>, ui: &Ui) {
    let name = if mender.kind == Some(Kind::Login) { "login" } else { "interactive" };
    ui.note(format_args!("in a fresh {name} shell {}", obstacle.says));
    mender.hint(obstacle).into_iter().for_each(|hint| ui.hint(hint));
}

fn obstacles(scene: Scene, version: GoVersion, gvm: &Gvm<'_>) -> Vec<Obstacle> {
    let bin = gvm.store.layout().bin();
    let has_ours = |path: &OsStr| std::env::split_paths(path).any(|directory| directory == bin);
    let is_there = has_ours(&scene.path);
    // A function or an alias is how the user wants it, and mostly runs the same Go.
    let mut obstacles = Scene { covered_by: None, ..scene }.obstacles(version, gvm.store);
    if !is_there {
        // All else comes after that; and where it is not on PATH here either, it was told, and how to mend it.
        let is_here = has_ours(&variable("PATH").unwrap_or_default());
        obstacles.retain(|obstacle| is_here && obstacle.mend == Some(Mend::PutOnPath));
    }
    obstacles
}
