//! What cmd/go is told by its environment, the file of `go env -w` and the go.env of the toolchain, in that order.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use super::{Program, Scene, shown};
use crate::disk;
use crate::model::{Choice, GoLines, GoToolchain, GoVersion, Mode};
use crate::project::{Demand, Workspace};
use crate::store::Store;

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The environment.
    Environment,
    /// The file that `go env -w` writes.
    UserFile(PathBuf),
    /// The toolchain itself.
    Toolchain,
}

/// A setting, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// What it says.
    pub value: OsString,
    /// Who says so.
    pub origin: Origin,
}

/// What cmd/go goes by.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) goroot: Option<Setting>,
    pub(super) gotoolchain: Option<Setting>,
    gowork: Option<OsString>,
    go111module: Option<OsString>,
}

/// What cmd/go chooses, or why it refuses.
pub(super) type Outcome = Result<Choice, String>;

/// The largest file of settings that is read.
const LARGEST: u64 = 1 << 20;

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Environment => f.write_str(" in the environment"),
            Origin::UserFile(path) => write!(f, " in `{}`, as `go env -w` writes it", shown(path.display())),
            Origin::Toolchain => f.write_str(", as the toolchain comes"),
        }
    }
}

impl Scene {
    /// What the file of `go env -w` says of a variable.
    pub fn user_setting(&self, name: &str) -> Option<String> {
        value_in(&lines(&self.settings_file()?), name).map(str::to_owned)
    }
}

impl Settings {
    /// What the `go` that PATH finds goes by.
    pub(super) fn read(scene: &Scene, program: Option<&Program>) -> Settings {
        Settings::of(scene, program.and_then(Program::root))
    }

    /// What an installed toolchain goes by, or one that is going to be installed.
    pub(super) fn read_for(scene: &Scene, store: &Store, version: GoVersion) -> Settings {
        let tree = store.layout().tree(version);
        let mut settings = Settings::of(scene, Some(tree.clone()).filter(|tree| tree.is_dir()));
        if settings.gotoolchain.is_none() && !tree.is_dir() {
            settings.gotoolchain = Some(Setting { value: "auto".into(), origin: Origin::Toolchain });
        }
        settings
    }

    fn of(scene: &Scene, root: Option<PathBuf>) -> Settings {
        let user = scene.settings_file().map(|path| (lines(&path), path));
        let setting = |name: &str, own: &Option<OsString>| match own {
            Some(value) => Some(Setting { value: value.clone(), origin: Origin::Environment }),
            None => user.as_ref().and_then(|(text, path)| {
                let value = value_in(text, name)?;
                Some(Setting { value: value.into(), origin: Origin::UserFile(path.clone()) })
            }),
        };
        let goroot = setting("GOROOT", &scene.goroot);
        let root = goroot.as_ref().map(|root| PathBuf::from(&root.value)).or(root);
        let stock = || {
            let value = value_in(&lines(&root?.join("go.env")), "GOTOOLCHAIN")?.to_owned();
            Some(Setting { value: value.into(), origin: Origin::Toolchain })
        };
        Settings {
            gotoolchain: setting("GOTOOLCHAIN", &scene.gotoolchain).or_else(stock),
            gowork: setting("GOWORK", &scene.gowork).map(|setting| setting.value),
            go111module: setting("GO111MODULE", &scene.go111module).map(|setting| setting.value),
            goroot,
        }
    }

    pub(super) fn workspace(&self) -> Workspace {
        match &self.gowork {
            None => Workspace::Nearest,
            Some(gowork) if gowork == "auto" => Workspace::Nearest,
            Some(gowork) if gowork == "off" => Workspace::Off,
            Some(gowork) => Workspace::File(gowork.into()),
        }
    }

    /// What a `go` of this version chooses.
    pub(super) fn choose(
        &self,
        version: Option<GoVersion>,
        demand: &Result<Option<Demand>, String>,
    ) -> Outcome {
        let stays = Choice { other: None, because: crate::model::Because::Enough, is_too_old: false };
        let looks = match self.go111module.as_deref().map(OsStr::as_encoded_bytes) {
            None | Some(b"on") => true,
            Some(b"auto") => !matches!(demand, Ok(None)),
            Some(_) => false,
        };
        if !looks {
            return Ok(stays);
        }
        // Of a shim nothing is known, and without any GOTOOLCHAIN cmd/go does not look for another.
        let (Some(version), Some(setting)) = (version, &self.gotoolchain) else { return Ok(stays) };
        let text = setting.value.to_string_lossy();
        let parsed = text.parse::<GoToolchain>();
        let setting = parsed.map_err(|_| format!("invalid GOTOOLCHAIN \"{}\"", shown(&text)))?;
        let lines = match demand {
            Ok(demand) => demand.as_ref().map(|demand| demand.lines).unwrap_or_default(),
            Err(_) => GoLines::default(),
        };
        Ok(setting.choose(version, &lines))
    }

    pub(super) fn mode(&self) -> Mode {
        let text = self.gotoolchain.as_ref().map(|setting| setting.value.to_string_lossy());
        text.and_then(|text| text.parse::<GoToolchain>().ok()).map_or(Mode::Fixed, |setting| setting.mode)
    }

    /// The name of the layer that GOTOOLCHAIN comes from.
    pub(super) fn layer(&self) -> &'static str {
        match self.gotoolchain.as_ref().map(|setting| &setting.origin) {
            Some(Origin::UserFile(_)) => "goenv",
            _ => "gotoolchain",
        }
    }
}

impl Scene {
    /// Returns what `go env -w` wrote for a variable, which counts where the environment does not have it.
    pub fn written(&self, name: &str) -> Option<OsString> {
        value_in(&lines(&self.settings_file()?), name).map(OsString::from)
    }

    /// Returns the file that `go env -w` writes.
    pub fn settings_file(&self) -> Option<PathBuf> {
        match self.goenv.as_deref() {
            Some(off) if off == OsStr::new("off") => None,
            Some(file) => Some(file.into()),
            None => self.config.as_ref().map(|config| config.join("go/env")),
        }
    }
}

/// As for cmd/go, what cannot be read says nothing.
fn lines(path: &Path) -> String {
    let bytes = disk::read_capped(path, LARGEST, true).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The value of a variable, whose last line counts; an empty one says nothing.
fn value_in<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let is_ours = |line: &&'a str| line.split_once('=').is_some_and(|(key, _)| key == name);
    let value = text.split('\n').rfind(is_ours)?.split_once('=')?.1;
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::value_in;

    #[test]
    fn a_file_of_settings_is_read_as_go_reads_it() {
        let text = "# GOROOT=/no\nGOTOOLCHAIN=local\nGOFLAGS=-mod=mod\nGOTOOLCHAIN=go1.22.5\nGOWORK=\n";
        assert_eq!(value_in(text, "GOTOOLCHAIN"), Some("go1.22.5"));
        assert_eq!(value_in(text, "GOFLAGS"), Some("-mod=mod"));
        assert_eq!(
            (value_in(text, "GOWORK"), value_in(text, "GOROOT"), value_in("", "GOROOT")),
            (None, None, None)
        );
    }
}
