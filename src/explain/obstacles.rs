//! What keeps a `go` that is typed in this shell from being the current toolchain, and what to type about it. It starts
//! nothing and looks at no project: it is asked after every switch.

use super::settings::Settings;
use super::{Scene, programs, shown};
use crate::model::GoVersion;
use crate::store::Store;

/// Something in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// What it is, escaped.
    pub says: String,
    /// What can be typed, if anything, escaped.
    pub mend: Option<String>,
}

impl Scene {
    /// Returns what is in the way of this toolchain, which is current; PATH has the store's `bin` on it.
    pub fn obstacles(&self, version: GoVersion, store: &Store) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        let mut add = |says: String, mend: Option<String>| obstacles.push(Obstacle { says, mend });
        if let Some(what) = self.covered_by {
            add(format!("{what} named `go` comes before every program"), Some("`unset -f go`".to_owned()));
        }
        if let Some((says, mend)) = self.before_ours(store) {
            add(says, mend);
        }
        let settings = Settings::read_for(self, store, version);
        if let Some(root) = &settings.goroot {
            let says = format!("GOROOT is set to `{}`, and overrules every Go", shown(root.value.display()));
            add(says, Some(root.origin.mend("GOROOT")));
        }
        if let Some(setting) = &settings.gotoolchain {
            let value = shown(setting.value.display());
            let mend = Some(setting.origin.mend("GOTOOLCHAIN"));
            match settings.choose(Some(version), &Ok(None)) {
                Ok(choice) => {
                    if let Some(other) = choice.other {
                        let says =
                            format!("GOTOOLCHAIN is `{value}`{}, so `go` runs {other}", setting.origin);
                        add(says, mend);
                    }
                }
                Err(problem) => add(format!("`go` fails{}: {problem}", setting.origin), mend),
            }
        }
        obstacles
    }

    /// The `go` that comes before the store's on PATH.
    fn before_ours(&self, store: &Store) -> Option<(String, Option<String>)> {
        let first = programs::named(&self.path, "go")?;
        let directory = first.parent()?;
        if directory == store.layout().bin() {
            return None;
        }
        let toolchain = || {
            let tree = directory.parent().and_then(std::path::Path::file_name);
            tree.map(|name| shown(name.display())).unwrap_or_default()
        };
        Some(if Some(directory) == self.session.as_deref() {
            let says = format!("`gvm-rs shell` chose {} for this shell, which comes first", toolchain());
            (says, Some("`gvm-rs shell --unset` ends that".to_owned()))
        } else if Some(directory) == self.hook.as_deref() {
            (format!("in this directory {} comes first, as its project asks for", toolchain()), None)
        } else {
            let says = format!("`{}` comes before it on PATH", shown(first.display()));
            let mend = "in the shell's file `eval \"$(gvm-rs init bash)\"` has to come after what puts it there; \
                        `gvm-rs why` shows all";
            (says, Some(mend.to_owned()))
        })
    }
}
