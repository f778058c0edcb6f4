//! How removals are told: what is gone, what breaks by it, and the way back.

use gvm_rs::model::{GoVersion, VersionRequest};
use gvm_rs::net::escaped;
use gvm_rs::store::{Fate, Need, Removed};

use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::{Ui, bytes};

/// Reads an exact version, for commands that remove nothing by a pattern; what a pattern could mean is looked for among
/// the versions there are.
pub(super) fn exact(name: &str, there: impl FnOnce() -> Vec<GoVersion>) -> Result<GoVersion, Failure> {
    let shown = || escaped(&name.chars().take(40).collect::<String>()).to_string();
    name.parse().map_err(|source| {
        let meant = match name.parse() {
            Ok(
                request @ (VersionRequest::Newest(_)
                | VersionRequest::NewestOfMajor(_)
                | VersionRequest::Range(_)),
            ) => there().into_iter().filter(|version| request.admits(*version)).collect(),
            _ => Vec::new(),
        };
        Failure::NotExact { name: shown(), meant, source: Some(source) }
    })
}

/// Tells what was removed, and how to bring it back or free its space.
pub(super) fn tell_removed(removed: &[Removed], ui: &Ui) {
    let in_trash = || removed.iter().filter(|removed| removed.fate == Fate::InTrash);
    let size = bytes(in_trash().filter_map(|removed| removed.bytes).sum());
    for one in removed {
        let way = match one.fate {
            Fate::InTrash if removed.len() == 1 => {
                format!(" (back: gvm-rs undo; free its {size}: gvm-rs prune --trash)")
            }
            Fate::InTrash | Fate::Purged => String::new(),
            Fate::NoRoom => ", for good: the disk is too full to keep it in the trash".to_owned(),
            Fate::OtherLayer => ", for good: this file system cannot move it to the trash".to_owned(),
        };
        ui.say(format_args!("removed {}{way}", one.version.toolchain()));
        for need in &one.broken {
            ui.note(escaped(&need.consequence(one.version)));
        }
    }
    if removed.len() > 1 && in_trash().next().is_some() {
        ui.say(format_args!("back: gvm-rs undo; free {size}: gvm-rs prune --trash"));
    }
}

/// Tells what stays although it was to go.
pub(super) fn tell_stays(version: GoVersion, needs: &[Need], ui: &Ui) {
    for need in needs {
        let text = format!("{} stays: it is {need}", version.toolchain());
        match need {
            Need::Project(_) | Need::Running(_) => ui.note(escaped(&text)),
            // Time alone makes the history forget.
            Need::Rollback | Need::History(_) => ui.detail(escaped(&text)),
        }
    }
}

/// On a full disk: names the space that the trash takes up.
pub(crate) fn hint_at_trash(config: &Config, ui: &Ui) {
    let trash = config.store().and_then(|store| store.trash()).unwrap_or_default();
    if !trash.is_empty() {
        let size = bytes(trash.iter().map(|batch| batch.bytes()).sum());
        ui.hint(format_args!("`gvm-rs prune --trash` frees the {size} of what was removed before"));
    }
}
