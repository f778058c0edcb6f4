//! What a switch says about fresh shells: where they would run another Go, and how to mend it. It never fails a command.

use std::ffi::OsStr;
use std::time::{Duration, Instant};

use gvm_rs::explain::{self, Kind, Obstacle, Scene};
use gvm_rs::gvm::Gvm;
use gvm_rs::model::GoVersion;
use gvm_rs::net::escaped;
use gvm_rs::process::Watch;

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
        let name = if kind == Kind::Login { "login" } else { "interactive" };
        for obstacle in obstacles(scene, version, gvm) {
            if told.iter().any(|known| known.says == obstacle.says) {
                continue;
            }
            ui.note(format_args!("in a fresh {name} shell {}", obstacle.says));
            obstacle.mend.iter().for_each(|mend| ui.hint(mend));
            told.push(obstacle);
        }
    }
}

fn obstacles(scene: Scene, version: GoVersion, gvm: &Gvm<'_>) -> Vec<Obstacle> {
    let bin = gvm.store.layout().bin();
    let has_ours = |path: &OsStr| std::env::split_paths(path).any(|directory| directory == bin);
    if has_ours(&scene.path) {
        // A function or an alias is how the user wants it, and mostly runs the same Go.
        return Scene { covered_by: None, ..scene }.obstacles(version, gvm.store);
    }
    // Where it is not on PATH here either, that was told, and how to mend it.
    let is_here = has_ours(&variable("PATH").unwrap_or_default());
    let first = explain::programs(&scene.path, gvm.store).into_iter().next().filter(|_| is_here);
    let told = first.map(|first| Obstacle {
        says: format!(
            "`{}` comes first, and gvm-rs's `go` is not on PATH",
            escaped(&first.path.to_string_lossy())
        ),
        mend: Some("`gvm-rs setup` has every shell find it".to_owned()),
    });
    told.into_iter().collect()
}
