//! Which `go` runs, and what decides that: the truth where intentions differ. It reads, and asks shells, and changes
//! nothing. cmd/go itself is never run: it might download a toolchain only to say its version.

mod culprit;
mod obstacles;
mod programs;
mod settings;
mod shells;

use std::error::Error as _;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::model::{Because, Choice, GoVersion, Mode};
use crate::net::escaped;
use crate::project::{self, Demand, LookupError, Workspace};
use crate::store::Store;

pub use culprit::Culprit;
pub use obstacles::{Mend, Obstacle};
pub use programs::{Program, programs};
pub use settings::{Origin, Setting};
pub use shells::{Fresh, FreshError, Kind};

use settings::Settings;

/// What a `go` that is typed depends on.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// Where it is typed.
    pub directory: PathBuf,
    /// PATH.
    pub path: OsString,
    /// GOROOT, if it is set.
    pub goroot: Option<OsString>,
    /// GOTOOLCHAIN, if it is set.
    pub gotoolchain: Option<OsString>,
    /// GOENV, if it is set.
    pub goenv: Option<OsString>,
    /// GOWORK, if it is set.
    pub gowork: Option<OsString>,
    /// GO111MODULE, if it is set.
    pub go111module: Option<OsString>,
    /// Where cmd/go has its `go/env`, unless GOENV says otherwise.
    pub config: Option<PathBuf>,
    /// The directory for temporary files, where a go.mod does not count.
    pub temporary: PathBuf,
    /// What `gvm-rs shell` put first on PATH.
    pub session: Option<PathBuf>,
    /// What the directory hook put first on PATH.
    pub hook: Option<PathBuf>,
    /// What comes before every program: `a function` or `an alias` named `go`.
    pub covered_by: Option<&'static str>,
    /// Whether moovweb's gvm is loaded.
    pub has_moovweb: bool,
}

/// One of the things that have a say, in the order in which they have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its name, which is stable.
    pub name: &'static str,
    /// What it says, escaped.
    pub text: String,
    /// Whether it decides which toolchain runs.
    pub decides: bool,
}

/// What a typed `go` comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// No program at all.
    Nothing,
    /// A function or an alias of the shell, whatever that does.
    Shell(&'static str),
    /// This one.
    Program(Program),
    /// A toolchain that cmd/go does not find on PATH and downloads.
    Download(String),
    /// Nothing but an error of cmd/go: what it says, escaped.
    Error(String),
}

/// What runs, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What runs.
    pub runs: Runs,
    /// Every `go` on PATH, in order.
    pub programs: Vec<Program>,
    /// Who has a say.
    pub layers: Vec<Layer>,
    /// What is to know besides, escaped.
    pub warnings: Vec<String>,
}

impl Scene {
    /// Reads the scene from variables of an environment; an empty one counts as unset.
    pub fn of(directory: PathBuf, variable: impl Fn(&str) -> Option<OsString>) -> Scene {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let home = set("HOME").map(PathBuf::from);
        let config = match cfg!(target_os = "macos") {
            true => home.map(|home| home.join("Library/Application Support")),
            // A relative one counts for nothing, and then cmd/go has no such file.
            false => match set("XDG_CONFIG_HOME").map(PathBuf::from) {
                Some(config) => Some(config).filter(|config| config.is_absolute()),
                None => home.map(|home| home.join(".config")),
            },
        };
        Scene {
            directory,
            path: set("PATH").unwrap_or_default(),
            goroot: set("GOROOT"),
            gotoolchain: set("GOTOOLCHAIN"),
            goenv: set("GOENV"),
            gowork: set("GOWORK"),
            go111module: set("GO111MODULE"),
            config,
            temporary: set("TMPDIR").map_or("/tmp".into(), PathBuf::from),
            session: set("GVM_RS_SHELL").map(PathBuf::from),
            hook: set("GVM_RS_PROJECT").map(PathBuf::from),
            covered_by: set("BASH_FUNC_go%%").map(|_| "a function"),
            has_moovweb: set("GVM_ROOT").is_some_and(|root| {
                set("gvm_go_name").is_some() || Path::new(&root).join("scripts/gvm").is_file()
            }),
        }
    }

    /// Returns what `go` runs in this scene.
    pub fn verdict(&self, store: &Store) -> Verdict {
        let programs = programs(&self.path, store);
        let settings = Settings::read(self, programs.first());
        let demand = self.demand(&settings);
        let mut judge =
            Judge { scene: self, store, settings: &settings, programs: &programs, layers: Vec::new() };
        let runs = judge.runs(&demand);
        let warnings = judge.warnings();
        let layers = judge.layers;
        Verdict { runs, layers, warnings, programs }
    }

    /// Returns how cmd/go finds a go.work in this scene.
    pub fn workspace(&self) -> Workspace {
        Settings::read(self, None).workspace()
    }

    /// What cmd/go reads here. What it cannot read it would complain about, and that is told.
    fn demand(&self, settings: &Settings) -> Result<Option<Demand>, String> {
        match project::demand(&self.directory, &settings.workspace()) {
            Ok(demand) => Ok(demand.filter(|demand| !self.is_in_temporary(&demand.path))),
            Err(error) => Err(told(&error)),
        }
    }

    fn is_in_temporary(&self, path: &Path) -> bool {
        path.file_name() == Some("go.mod".as_ref()) && path.parent() == Some(&self.temporary)
    }
}

/// Goes through the layers and notes what each says.
struct Judge<'a> {
    scene: &'a Scene,
    store: &'a Store,
    settings: &'a Settings,
    programs: &'a [Program],
    layers: Vec<Layer>,
}

impl Judge<'_> {
    fn note(&mut self, name: &'static str, decides: bool, text: impl Into<String>) {
        self.layers.push(Layer { name, text: text.into(), decides });
    }

    fn runs(&mut self, demand: &Result<Option<Demand>, String>) -> Runs {
        let first = self.programs.first().cloned();
        let choice = first.as_ref().map(|first| self.settings.choose(first.version, demand));
        let decider = self.decider(first.as_ref(), choice.as_ref());
        if let Some(what) = self.scene.covered_by {
            self.note("shell", true, format!("{what} named `go` comes before every program"));
        }
        self.note_path(decider);
        self.note_settings(decider);
        self.note_project(demand, decider);
        if let Some(what) = self.scene.covered_by {
            return Runs::Shell(what);
        }
        let (Some(first), Some(choice)) = (first, choice) else { return Runs::Nothing };
        match choice {
            Err(problem) => Runs::Error(problem),
            Ok(choice) => match choice.other {
                _ if choice.is_too_old => Runs::Error(format!(
                    "{} is too old for this module, and nothing newer is allowed",
                    choice.other.unwrap_or_else(|| first.shown_version())
                )),
                None => match self.lost_root() {
                    Some(root) => Runs::Error(format!("cannot find GOROOT directory: {root}")),
                    None => Runs::Program(first),
                },
                Some(_) => self.find_toolchain(choice),
            },
        }
    }

    /// The layer whose say is the last.
    fn decider(&self, first: Option<&Program>, choice: Option<&settings::Outcome>) -> &'static str {
        if self.scene.covered_by.is_some() {
            return "shell";
        }
        let because = match choice {
            Some(Ok(choice)) if choice.other.is_some() || choice.is_too_old => choice.because,
            Some(Err(_)) => return self.settings.layer(),
            _ => Because::Enough,
        };
        let directory = first.and_then(|first| first.path.parent());
        match because {
            Because::Toolchain | Because::Go | Because::Default => "module",
            Because::Setting => self.settings.layer(),
            _ if choice.is_some() && self.lost_root().is_some() => "goroot",
            _ if directory.is_some() && directory == self.scene.session.as_deref() => "session",
            _ if directory.is_some() && directory == self.scene.hook.as_deref() => "hook",
            _ => "path",
        }
    }

    /// A GOROOT that is not there: cmd/go goes no further, unless it runs another toolchain.
    fn lost_root(&self) -> Option<String> {
        let root = self.settings.goroot.as_ref()?;
        (!Path::new(&root.value).is_dir()).then(|| shown(root.value.display()))
    }

    fn note_path(&mut self, decider: &str) {
        if let Some(directory) = self.scene.session.clone() {
            let text = format!("`gvm-rs shell` put `{}` first on PATH", shown(directory.display()));
            self.note("session", decider == "session", text);
        }
        if let Some(directory) = self.scene.hook.clone() {
            let text = format!("the directory hook put `{}` first on PATH", shown(directory.display()));
            self.note("hook", decider == "hook", text);
        }
        if self.programs.is_empty() {
            self.note("path", decider == "path", "there is no `go` on PATH");
        }
        for (position, program) in self.programs.iter().enumerate() {
            self.note("path", decider == "path" && position == 0, program.to_string());
        }
        // A store that cannot be read is told by `verify`.
        if let Some(current) = self.store.current().unwrap_or_default() {
            let text =
                format!("{} is current, as generation {}", current.version.toolchain(), current.number);
            self.note("gvm-rs", false, text);
        }
    }

    fn note_settings(&mut self, decider: &str) {
        if let Some(root) = &self.settings.goroot {
            let text = format!("GOROOT is `{}`{}", shown(root.value.display()), root.origin);
            self.note("goroot", decider == "goroot", text);
        }
        if let Some(setting) = &self.settings.gotoolchain {
            let text = format!("GOTOOLCHAIN is `{}`{}", shown(setting.value.display()), setting.origin);
            self.note(self.settings.layer(), decider == self.settings.layer(), text);
        }
    }

    fn note_project(&mut self, demand: &Result<Option<Demand>, String>, decider: &str) {
        match demand {
            Ok(Some(demand)) => self.note("module", decider == "module", lines_of(demand)),
            Ok(None) => {}
            Err(problem) => self.note("module", false, problem.clone()),
        }
        match project::find(&self.scene.directory, &self.settings.workspace()) {
            Ok(Some(wish)) if wish.lines.is_none() => {
                self.note(
                    "pin",
                    false,
                    format!("`{}` asks for {}", shown(wish.path.display()), wish.request),
                );
            }
            Ok(_) => {}
            Err(error) => self.note("pin", false, told(&error)),
        }
    }

    /// cmd/go looks on PATH for a program of the toolchain's name before it downloads one.
    fn find_toolchain(&self, choice: Choice) -> Runs {
        let refusal = choice.refusal();
        let name = choice.other.unwrap_or_default();
        if let Some(path) = programs::named(&self.scene.path, &name) {
            return Runs::Program(Program::of(path, self.store));
        }
        match self.settings.mode() {
            Mode::Path => Runs::Error(format!("cannot find \"{name}\" in PATH")),
            _ => refusal.map_or(Runs::Download(name), |says| Runs::Error(shown(says))),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let (Some(root), Some(first)) = (&self.settings.goroot, self.programs.first())
            && self.lost_root().is_none()
            && first.root().is_some_and(|own| !is_same(Path::new(&root.value), &own))
        {
            warnings.push(format!(
                "GOROOT leads {} to the library and the compiler of another Go",
                first.shown_version()
            ));
        }
        if self.scene.has_moovweb {
            warnings.push(
                "moovweb's gvm is loaded in this shell: its `gvm` is a function that sets GOROOT and PATH, and it \
                 replaces `cd`"
                    .to_owned(),
            );
        }
        warnings
    }
}

fn lines_of(demand: &Demand) -> String {
    let go = demand.lines.go.map(|go| format!(" needs go {go}"));
    let toolchain = demand.lines.toolchain.map(|line| match line {
        crate::model::ToolchainLine::Default => " wants no other toolchain (`toolchain default`)".to_owned(),
        crate::model::ToolchainLine::Release(version) => format!(" prefers {}", version.toolchain()),
    });
    let says = [go, toolchain].into_iter().flatten().collect::<Vec<_>>().join(" and");
    let says = if says.is_empty() { " names no version".to_owned() } else { says };
    format!("`{}`{says}", shown(demand.path.display()))
}

/// Whether a `go` of this version would be too old, or leave for another, where it is started: what to say then.
pub fn shortfall(version: GoVersion, scene: &Scene, store: &Store) -> Option<String> {
    let settings = Settings::read_for(scene, store, version);
    let demand = scene.demand(&settings).ok()??;
    let choice = settings.choose(Some(version), &Ok(Some(demand.clone()))).ok()?;
    let says = lines_of(&demand);
    let toolchain = version.toolchain();
    match choice.other {
        _ if choice.is_too_old => Some(format!("{says}, which {toolchain} cannot build")),
        Some(other) if matches!(choice.because, Because::Go | Because::Toolchain) => {
            let runs = match programs::named(&scene.path, &other) {
                Some(_) => format!("would run {other} instead"),
                None if settings.mode() == Mode::Path => format!("would look for {other} on PATH and fail"),
                None => format!("would download {other} and run that"),
            };
            Some(format!("{says}: {toolchain} {runs}"))
        }
        _ => None,
    }
}

fn told(error: &LookupError) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    shown(format_args!("{error}{cause}"))
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn shown(text: impl std::fmt::Display) -> String {
    escaped(&text.to_string().chars().take(500).collect::<String>()).to_string()
}
