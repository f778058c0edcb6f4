//! `self uninstall`: everything that gvm-rs brought goes with it, after it was shown.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gvm_rs::binary::{Binary, Manager};
use gvm_rs::disk::Disk;
use gvm_rs::net::escaped;
use gvm_rs::service;
use gvm_rs::setup::{self, Edit, Plan};
use gvm_rs::store::Store;
use serde_json::json;

use super::session::Session;
use super::{consent, teardown};
use crate::cli::args::SelfUninstall;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

/// What is going to be removed, in this order, so that whatever is left can be removed by the same command.
struct Everything<'a> {
    teardown: Plan,
    services: Vec<service::Plan>,
    session: &'a Session,
    disk: Disk,
    config_file: Option<PathBuf>,
    binary: Binary<'a>,
}

pub(super) fn run(args: &SelfUninstall, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let disk = config.disk();
    let session = Session::on(Store::open(config.root.clone(), disk.clone())?, config, ui)?;
    let store = session.gvm().store;
    store.check_removable()?;
    let mut teardown = setup::plan_teardown(store, &consent::home(config)?, &config.root.join("bin"))?;
    // A block whose code is gone would do no harm, but nothing would be left to take it out.
    if let Some(error) = teardown.skipped.pop() {
        return Err(Failure::Setup(error.into()));
    }
    let home = config.user_home()?;
    let units = service::units(&home);
    let services = units.iter().map(|unit| service::plan_removal(&home, unit));
    let everything = Everything {
        teardown,
        services: services.collect::<Result<_, _>>()?,
        session: &session,
        config_file: config.usual_file().map(Path::to_owned),
        binary: Binary::new(config.program()?, disk.clone(), &session.watcher),
        disk,
    };
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
    let left = everything.remove(ui)?;
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
        let (mut lines, store) = (Vec::new(), self.session.gvm().store);
        if std::fs::symlink_metadata(store.layout().root()).is_ok() {
            let (installed, trash) = (store.installed()?.len(), store.trash()?);
            let removed: usize = trash.iter().map(|batch| batch.versions().count()).sum();
            let what = format!("{installed} toolchains, {removed} more in the trash, cache and history");
            lines.push(format!("{}   {what}", store.layout().root().display()));
        }
        let config_file = self.config_file.iter().filter(|path| path.is_file());
        lines.extend(config_file.map(|path| path.display().to_string()));
        lines.extend(self.programs().iter().map(|path| path.display().to_string()));
        let lines: String = lines.iter().map(|line| format!("removes {}\n", escaped(line))).collect();
        let services: String = self.service_edits().map(consent::shown_edit).collect();
        Ok(consent::shown(&self.teardown, store) + &services + &lines)
    }

    fn service_edits(&self) -> impl Iterator<Item = &Edit> {
        self.services.iter().filter_map(|plan| plan.edit.as_ref())
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
    fn remove(&self, ui: &Ui) -> Result<Vec<PathBuf>, Failure> {
        let gvm = self.session.gvm();
        if !self.teardown.is_empty() {
            teardown::tell_manager(gvm.carry_out(&self.teardown)?.as_ref(), ui);
        }
        for plan in &self.services {
            if let service::Manager::Unknown(problem) = gvm.carry_out_service(plan)? {
                ui.note(format_args!("the running systemd was not told of {}: {problem}", plan.unit));
            }
        }
        let left = gvm.dismantle()?;
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
            "edits": self.teardown.edits.iter().chain(self.service_edits()).map(|edit| edit.path.to_string_lossy()).collect::<Vec<_>>(),
            "root": self.session.gvm().store.layout().root().to_string_lossy(),
            "config": self.config_file.as_deref().map(Path::to_string_lossy),
            "program": self.binary.path().to_string_lossy(),
            "manager": self.binary.manager().map(Manager::name),
            "left": left.unwrap_or_default().iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
        })
    }
}
