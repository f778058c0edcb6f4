//! `self uninstall`: everything that gvm-rs brought goes with it, after it was shown.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gvm_rs::binary::{Binary, Manager};
use gvm_rs::disk::Disk;
use gvm_rs::net::escaped;
use gvm_rs::store::{Store, Waiting};
use serde_json::json;

use crate::cli::args::SelfUninstall;
use crate::cli::config::Config;
use crate::cli::progress::Watcher;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

/// What is going to be removed, in this order, so that whatever is left can be removed by the same command.
struct Everything<'a> {
    disk: Disk,
    store: Store,
    config_file: Option<PathBuf>,
    binary: Binary<'a>,
}

pub(super) fn run(
    args: &SelfUninstall,
    config: &Config,
    watcher: &Watcher,
    ui: &Ui,
) -> Result<ExitCode, Failure> {
    let disk = config.disk();
    let everything = Everything {
        store: Store::open(config.root.clone(), disk.clone())?,
        config_file: config.usual_file().map(Path::to_owned),
        binary: Binary::new(config.program()?, disk.clone(), watcher),
        disk,
    };
    everything.store.check_removable()?;
    let shown = everything.shown()?;
    if args.dry_run {
        match args.output.json {
            true => ui.json(&everything.report(None)),
            false => ui.result(&shown),
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !args.yes && (args.output.json || !ui.can_ask()) {
        ui.result(&shown);
        return Err(Failure::Unconfirmed("nobody is there to agree to that"));
    }
    ui.say(shown.trim_end());
    if !args.yes && !ui.ask("remove all that, for good?") {
        return Err(Failure::Unconfirmed("that was not agreed to"));
    }
    let left = everything.remove(config, watcher)?;
    if args.output.json {
        ui.json(&everything.report(Some(&left)));
    }
    for path in &left {
        ui.note(format_args!("`{}` is left; remove it if nobody needs it", escaped(&path.to_string_lossy())));
    }
    match everything.binary.manager() {
        Some(Manager::Cargo) => ui.hint("`cargo uninstall gvm-rs` removes the program itself"),
        Some(Manager::Package) => ui.hint("the program itself goes with its package"),
        None => ui.say("gvm-rs is gone"),
    }
    Ok(ExitCode::SUCCESS)
}

impl Everything<'_> {
    fn shown(&self) -> Result<String, Failure> {
        let mut lines = Vec::new();
        if self.root_is_there() {
            let (installed, trash) = (self.store.installed()?.len(), self.store.trash()?);
            let removed: usize = trash.iter().map(|batch| batch.versions().count()).sum();
            let what = format!("{installed} toolchains, {removed} more in the trash, cache and history");
            lines.push(format!("{}   {what}", self.store.layout().root().display()));
        }
        let config_file = self.config_file.iter().filter(|path| path.is_file());
        lines.extend(config_file.map(|path| path.display().to_string()));
        lines.extend(self.programs().iter().map(|path| path.display().to_string()));
        Ok(lines.iter().map(|line| format!("removes {}\n", escaped(line))).collect())
    }

    fn root_is_there(&self) -> bool {
        std::fs::symlink_metadata(self.store.layout().root()).is_ok()
    }

    /// The program and the one before, unless somebody else looks after them.
    fn programs(&self) -> Vec<PathBuf> {
        match self.binary.manager() {
            Some(_) => Vec::new(),
            None => [self.binary.path().to_owned(), self.binary.previous()]
                .into_iter()
                .filter(|path| path.is_file())
                .collect(),
        }
    }

    /// Invariant: the program goes last. A kill before that leaves one that removes the rest.
    fn remove(&self, config: &Config, watcher: &Watcher) -> Result<Vec<PathBuf>, Failure> {
        let settings = config.settings()?;
        let waiting = Waiting { limit: settings.patience, progress: watcher };
        let left = self.store.dismantle(&settings.purpose, waiting)?;
        if let Some(file) = &self.config_file {
            self.disk.remove_file(file)?;
            if let Some(directory) = file.parent() {
                // Where something else is in it, or it is a link, it stays.
                self.disk.remove_empty_dir(directory).ok();
            }
        }
        if self.binary.manager().is_none() {
            self.binary.remove()?;
        }
        Ok(left)
    }

    /// What would be removed, or was; `left` is what stays of it.
    fn report(&self, left: Option<&[PathBuf]>) -> serde_json::Value {
        json!({
            "applied": left.is_some(),
            "root": self.store.layout().root().to_string_lossy(),
            "config": self.config_file.as_deref().map(Path::to_string_lossy),
            "program": self.binary.path().to_string_lossy(),
            "manager": self.binary.manager().map(Manager::name),
            "left": left.unwrap_or_default().iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
        })
    }
}
