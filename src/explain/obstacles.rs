//! What keeps a `go` that is typed in a shell from being the current toolchain, and what would help. It starts nothing:
//! it is asked after every switch.

use std::path::Path;

use super::settings::Settings;
use super::{Origin, Scene, programs, shown};
use crate::model::{Because, Choice, GoVersion};
use crate::project::Demand;
use crate::store::Store;

/// Something in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// What it is, escaped.
    pub says: String,
    /// What would help, if anything does.
    pub mend: Option<Mend>,
}

/// What helps against an obstacle; how it is typed depends on the shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mend {
    /// To drop `a function` or `an alias` named `go`.
    Uncover(&'static str),
    /// To be rid of a setting of this name.
    Clear(&'static str, Origin),
    /// To have the store's `bin` before what comes first on PATH.
    PutFirst,
    /// To have the store's `bin` on PATH at all.
    PutOnPath,
    /// To end what `gvm-rs shell` chose.
    EndSession,
}

/// What a module has to say where none is looked at.
const NO_MODULE: Result<Option<Demand>, String> = Ok(None);

impl Scene {
    /// Returns what is in the way of this toolchain, which is current, wherever it is typed.
    pub fn obstacles(&self, version: GoVersion, store: &Store) -> Vec<Obstacle> {
        self.obstacles_before(version, store, |_| NO_MODULE)
    }

    /// The same with what the module here has to say.
    pub fn obstacles_in_module(&self, version: GoVersion, store: &Store) -> Vec<Obstacle> {
        self.obstacles_before(version, store, |settings| self.demand(settings))
    }

    fn obstacles_before(
        &self,
        version: GoVersion,
        store: &Store,
        demand: impl FnOnce(&Settings) -> Result<Option<Demand>, String>,
    ) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        if let Some(what) = self.covered_by {
            let says = format!("{what} named `go` comes before every program");
            obstacles.push(Obstacle { says, mend: Some(Mend::Uncover(what)) });
        }
        obstacles.extend(self.before_ours(store));
        let settings = Settings::read_for(self, store, version);
        if let Some(root) = &settings.goroot {
            let says = format!("GOROOT is set to `{}`, and overrules every Go", shown(root.value.display()));
            obstacles.push(Obstacle { says, mend: Some(Mend::Clear("GOROOT", root.origin.clone())) });
        }
        obstacles.extend(self.toolchain_setting(version, &settings, &demand(&settings)));
        obstacles
    }

    /// The `go` that comes before the store's on PATH.
    fn before_ours(&self, store: &Store) -> Option<Obstacle> {
        let bin = store.layout().bin();
        let first = programs::named(&self.path, "go");
        let directory = first.as_ref().and_then(|first| first.parent());
        if directory == Some(&bin) {
            return None;
        }
        let has_ours = std::env::split_paths(&self.path).any(|directory| directory == bin);
        let toolchain = |directory: &Path| {
            let tree = directory.parent().and_then(Path::file_name);
            tree.map(|name| shown(name.display())).unwrap_or_default()
        };
        let (says, mend) = match (&first, directory) {
            (_, Some(directory)) if Some(directory) == self.session.as_deref() => {
                let chosen = toolchain(directory);
                let says = format!("`gvm-rs shell` chose {chosen} for this shell, which comes first");
                (says, Some(Mend::EndSession))
            }
            (_, Some(directory)) if Some(directory) == self.hook.as_deref() => {
                let chosen = toolchain(directory);
                (format!("in this directory {chosen} comes first, as its project asks for"), None)
            }
            (Some(first), _) if has_ours => {
                (format!("`{}` comes before it on PATH", shown(first.display())), Some(Mend::PutFirst))
            }
            (Some(first), _) => {
                let first = shown(first.display());
                let says = format!("`{first}` comes first, and gvm-rs's `go` is not on PATH");
                (says, Some(Mend::PutOnPath))
            }
            (None, _) => ("gvm-rs's `go` is not on PATH".to_owned(), Some(Mend::PutOnPath)),
        };
        Some(Obstacle { says, mend })
    }

    /// What GOTOOLCHAIN has against this toolchain.
    fn toolchain_setting(
        &self,
        version: GoVersion,
        settings: &Settings,
        demand: &Result<Option<Demand>, String>,
    ) -> Option<Obstacle> {
        let setting = settings.gotoolchain.as_ref()?;
        let (value, origin) = (shown(setting.value.display()), &setting.origin);
        let is_refused = |choice: &Choice| {
            let is_found = |name: &str| programs::named(&self.path, name).is_some();
            choice.refusal().is_some() && !choice.other.as_deref().is_some_and(is_found)
        };
        let says = match settings.choose(Some(version), demand) {
            Err(problem) => format!("GOTOOLCHAIN is `{value}`{origin}, so `go` fails: {problem}"),
            Ok(choice) if choice.because != Because::Setting => return None,
            Ok(choice) if choice.is_too_old => {
                let toolchain = version.toolchain();
                format!(
                    "GOTOOLCHAIN is `{value}`{origin}, so that {toolchain} may not run the newer Go needed here"
                )
            }
            Ok(choice) if is_refused(&choice) => {
                let refusal = shown(choice.refusal()?);
                format!("GOTOOLCHAIN is `{value}`{origin}, so `go` fails: {refusal}")
            }
            Ok(choice) => format!("GOTOOLCHAIN is `{value}`{origin}, so `go` runs {}", choice.other?),
        };
        Some(Obstacle { says, mend: Some(Mend::Clear("GOTOOLCHAIN", origin.clone())) })
    }
}
