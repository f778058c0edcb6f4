//! Drop-ins for units of the user's systemd, by which a service finds gvm-rs's `go`: planned, written and removed like
//! any other file of the user's, and then looked at through the manager that runs. No unit is ever started or edited.
//!
//! `Environment=` expands nothing, so every path is written out. `ExecStart=go` is never looked for in PATH, whatever
//! that is, but in `ExecSearchPath=` (systemd 250 and later) or else in a list that systemd was built with.

mod dropin;
mod manager;
mod unit;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::gvm::Gvm;
use crate::process::Watch;
use crate::setup::{Edit, EditError, Home, Target, sweep};
use crate::shell::Init;
use crate::store::{Store, StoreError};

pub use manager::{Manager, State};
pub use unit::{Unit, UnitError};

/// A drop-in that could not be planned or made.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The drop-in itself.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The manager has no such unit.
    #[error("your systemd knows no unit `{0}`")]
    NoSuchUnit(Unit),
    /// The root has a name that a unit file cannot hold.
    #[error("cannot write `{0}` into a unit: the name holds a control character")]
    Unusable(String),
    /// There is no systemd on this system.
    #[error("there is no systemd on macOS")]
    NoSystemd,
}

/// What would be changed.
#[derive(Debug)]
pub struct Plan {
    /// The unit.
    pub unit: Unit,
    /// The drop-in; nothing where it is as it should be.
    pub edit: Option<Edit>,
    /// Whether it is taken back.
    pub is_removal: bool,
    target: Target,
    home: Home,
}

/// Plans a drop-in by which the unit finds the `go` in the root; `manager` says what the unit has now.
pub fn plan(home: &Home, unit: &Unit, init: &Init, manager: &Manager) -> Result<Plan, ServiceError> {
    check_system(home)?;
    if let Manager::Known(State { is_loaded: false, .. }) = manager {
        return Err(ServiceError::NoSuchUnit(unit.clone()));
    }
    if init.bin.contains(char::is_control) {
        return Err(ServiceError::Unusable(init.bin.clone()));
    }
    let target = target(home, unit);
    let path = match manager {
        Manager::Known(state) => state.path.as_deref().or(state.usual_path.as_deref()),
        Manager::NotRunning | Manager::Unknown(_) => None,
    };
    let edit = Edit::insert(&target, &dropin::lines(init, path), &mut BTreeSet::new())?;
    Ok(Plan { unit: unit.clone(), edit, is_removal: false, target, home: home.clone() })
}

/// Plans to take the drop-in of a unit back.
pub fn plan_removal(home: &Home, unit: &Unit) -> Result<Plan, ServiceError> {
    check_system(home)?;
    let target = target(home, unit);
    let edit = Edit::remove(&target)?;
    Ok(Plan { unit: unit.clone(), edit, is_removal: true, target, home: home.clone() })
}

/// The units that have a drop-in of gvm-rs, sorted.
pub fn units(home: &Home) -> Vec<Unit> {
    let entries = std::fs::read_dir(directory(home)).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let units = names.filter_map(|name| name.strip_suffix(".d")?.parse::<Unit>().ok());
    let mut units: Vec<Unit> = units.filter(|unit| drop_in(home, unit).is_file()).collect();
    units.sort();
    units
}

/// Where the drop-in of a unit is.
pub fn drop_in(home: &Home, unit: &Unit) -> PathBuf {
    directory(home).join(format!("{unit}.d/gvm-rs.conf"))
}

fn directory(home: &Home) -> PathBuf {
    home.config.join("systemd/user")
}

fn target(home: &Home, unit: &Unit) -> Target {
    Target::of_systemd(drop_in(home, unit))
}

fn check_system(home: &Home) -> Result<(), ServiceError> {
    if home.is_macos { Err(ServiceError::NoSystemd) } else { Ok(()) }
}

impl Gvm<'_> {
    /// Asks the manager that runs what a unit has.
    pub fn unit_state(&self, home: &Home, unit: &Unit) -> Manager {
        manager::ask(home.runtime.as_deref(), unit, &self.settings.environment, self.watch())
    }

    /// Makes the change of a plan, has the manager read it, and returns what the unit has then.
    pub fn carry_out_service(&self, plan: &Plan) -> Result<Manager, ServiceError> {
        // A removal is no reason to make a root.
        let writer =
            (!plan.is_removal || self.store.layout().root().exists()).then(|| self.lock()).transpose()?;
        let disk = self.store.disk();
        let above = std::fs::canonicalize(&plan.home.directory).unwrap_or(plan.home.directory.clone());
        let targets = std::slice::from_ref(&plan.target);
        sweep(targets, &above, disk)?;
        if let Some(edit) = &plan.edit
            && let Err(error) = edit.apply(disk)
        {
            // What cannot be swept now is swept by the next one; why this one failed is worth more.
            sweep(targets, &above, disk).ok();
            return Err(error.into());
        }
        drop(writer);
        let runtime = plan.home.runtime.as_deref();
        manager::reload(runtime, &self.settings.environment, self.watch());
        Ok(self.unit_state(&plan.home, &plan.unit))
    }

    fn watch(&self) -> Watch<'_> {
        Watch { limit: Some(self.settings.proof_limit), leaves_nothing: true, progress: self.progress }
    }
}

/// The program that a bare name is found as in a list of directories.
pub fn found_in(path: &str, name: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_program = |path: &PathBuf| {
        std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    let directories = path.split(':').map(Path::new).filter(|directory| directory.is_absolute());
    directories.map(|directory| directory.join(name)).find(is_program)
}

/// Whether this is the `go` of a store's `bin`.
pub fn is_ours(program: &Path, store: &Store) -> bool {
    program.parent() == Some(&store.layout().bin())
}
