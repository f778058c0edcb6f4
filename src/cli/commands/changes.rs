//! How changes are told: what was installed, what `go` means now, and what would still hide it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use gvm_rs::catalog::Answerer;
use gvm_rs::gvm::Installed;
use gvm_rs::model::VersionRequest;
use gvm_rs::net::escaped;
use gvm_rs::shell::Shell;
use gvm_rs::store::Switched;
use serde_json::json;

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

/// Tells what a switch came to, and what would keep a shell from running the new Go.
pub(super) fn tell_switched(switched: &Switched, config: &Config, ui: &Ui) {
    let to = switched.to.version.toolchain();
    match switched.from {
        _ if !switched.is_change() => ui.say(format_args!("{to} is current already")),
        Some(from) => {
            let from = from.version.toolchain();
            ui.say(format_args!("now {to} (was {from}); back: gvm-rs rollback"));
        }
        None => ui.say(format_args!("now {to}")),
    }
    tell_obstacles(config, ui);
}

/// A switch as JSON.
pub(super) fn switched_json(switched: &Switched) -> serde_json::Value {
    json!({
        "from": switched.from.map(|from| json!({"generation": from.number, "version": from.version})),
        "to": {"generation": switched.to.number, "version": switched.to.version},
        "changed": switched.is_change(),
    })
}

/// Names what stands between a shell like this one and the current toolchain.
fn tell_obstacles(config: &Config, ui: &Ui) {
    let bin = config.root.join("bin");
    let path = variable("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let first = directories.iter().find(|directory| is_program(&directory.join("go")));
    if !directories.contains(&bin) {
        ui.note(format_args!("`{}` is not on PATH in this shell", escaped(&bin.to_string_lossy())));
        if let Err(error) = config.bin_for_path() {
            ui.note(escaped(&error.to_string()));
            return;
        }
        let home = if config.is_default_root {
            String::new()
        } else {
            format!("GVM_RS_HOME={} ", Shell::Sh.quote(&config.root.to_string_lossy()))
        };
        let hint =
            format!("put this into ~/.bashrc (or zsh, fish, sh alike): eval \"$({home}gvm-rs init bash)\"");
        ui.hint(escaped(&hint));
    } else if let Some(first) = first.filter(|first| **first != bin) {
        let first = first.join("go");
        ui.note(format_args!("`{}` comes before it on PATH", escaped(&first.to_string_lossy())));
    }
    if let Some(root) = variable("GOROOT") {
        let root = root.to_string_lossy();
        ui.note(format_args!("GOROOT is set to `{}`, and overrules every Go", escaped(&root)));
        ui.hint("run `unset GOROOT`, and remove it from your shell's files");
    }
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
