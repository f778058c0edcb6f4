//! Settings from flags, environment and configuration file, in that order. The only reader of the environment.
#![expect(clippy::disallowed_methods, reason = "this is the door that the ban points to")]

use std::ffi::OsString;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gvm_rs::catalog::OFFICIAL_ARCHIVES;
use gvm_rs::disk::{self, Disk, Faults};
use gvm_rs::explain::{Fresh, Scene};
use gvm_rs::gvm::Settings;
use gvm_rs::model::Platform;
use gvm_rs::net::{Location, LocationError, NetOptions, RetryPolicy};
use gvm_rs::preflight::Host;
use gvm_rs::process::Environment;
use gvm_rs::project::Workspace;
use gvm_rs::setup::Home;
use gvm_rs::shell::Init;
use gvm_rs::store::{Proof, Purpose, Store, StoreError};

use super::args::{Args, Command, Level};
use file::{File, Malformed};

mod file;
mod tools;

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("HOME is not set to an absolute path, so there is no place for the toolchains")]
    NoHome,
    #[error("`{0}` is not an absolute path")]
    NotAbsolute(PathBuf),
    #[error("cannot use `{}` in a PATH: it has a {what} in it", path.display())]
    UnusableInPath { path: PathBuf, what: &'static str },
    #[error("cannot read `{}`", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("cannot understand line {} of `{}`: {}", problem.line, path.display(), problem.reason)]
    Malformed { path: PathBuf, problem: Malformed },
    #[error("{variable} is set to something that is not {expected}")]
    BadVariable { variable: &'static str, expected: &'static str },
    /// The source shows the address, without the password that may be in it.
    #[error("cannot use {name}")]
    BadLocation { name: &'static str, source: LocationError },
    #[error("Go has no releases for this machine ({0})")]
    UnknownPlatform(&'static str),
    #[error("no address of gvm-rs's own releases is known")]
    NoReleases,
    #[error("cannot tell which file is run as gvm-rs")]
    NoProgram(#[source] std::io::Error),
    #[error("cannot tell the current directory")]
    NoDirectory(#[source] std::io::Error),
}

/// The settings in force.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub root: PathBuf,
    pub config_file: Option<PathBuf>,
    pub mirror: String,
    pub index: Option<String>,
    pub offline: bool,
    pub downloads: usize,
    pub keep_archives: bool,
    pub is_default_root: bool,
    install_proof: Proof,
    switch_proof: Proof,
    checks: Vec<String>,
    release_url: Option<String>,
    insecure_mirror: bool,
    is_forced: bool,
    refresh: bool,
    file: File,
    ca_file: Option<PathBuf>,
    lock_timeout: Option<u64>,
    purpose: Purpose,
}

/// Names another configuration file.
const CONFIG: &str = "GVM_RS_CONFIG";
/// The largest configuration file that is read.
const LARGEST_FILE: u64 = 1 << 20;

impl Config {
    pub(crate) fn load(args: &Args) -> Result<Config, ConfigError> {
        let home = home();
        let (root, is_default_root) = root(args, home.as_deref())?;
        let config_file = config_file(home.as_deref());
        let file = config_file.as_deref().map(read).transpose()?.unwrap_or_default();
        let none = super::args::Source::default();
        let source = args.command.source().unwrap_or(&none);
        let proof = args.command.proof().or(proof_variable()?).map(proof).or(file.proof);
        let is_switch = matches!(args.command, Command::Use(_) | Command::Upgrade(_));
        let typed =
            args.command.trial().map(|trial| trial.checks.clone()).filter(|checks| !checks.is_empty());
        let mirror = source.mirror.clone().or(text("GVM_RS_MIRROR")?).or(file.mirror.clone());
        Ok(Config {
            root,
            is_default_root,
            config_file,
            mirror: mirror.unwrap_or_else(|| OFFICIAL_ARCHIVES.to_owned()),
            index: source.index.clone().or(text("GVM_RS_INDEX")?).or(file.index.clone()),
            offline: args.offline || flag("GVM_RS_OFFLINE")?.unwrap_or(false),
            downloads: downloads()?.or(file.downloads).map_or(2, NonZeroUsize::get),
            keep_archives: flag("GVM_RS_KEEP_ARCHIVES")?.or(file.keep_archives).unwrap_or(false),
            insecure_mirror: source.insecure_mirror || file.insecure_mirror.unwrap_or(false),
            refresh: source.refresh,
            release_url: text("GVM_RS_RELEASE_URL")?.or(file.release_url.clone()),
            is_forced: args.command.is_forced(),
            // What is going to be current shows all it can before it has its name.
            install_proof: proof.unwrap_or(if is_switch { Proof::Build } else { Proof::Version }),
            switch_proof: proof.unwrap_or(Proof::Build),
            checks: typed.unwrap_or_else(|| file.check.clone().into_iter().collect()),
            ca_file: variable("GVM_RS_CA_FILE").map(PathBuf::from).or(file.ca_file.clone()),
            lock_timeout: args.lock_timeout.or(number("GVM_RS_LOCK_TIMEOUT")?).or(file.lock_timeout),
            purpose: Purpose { command: command_line(), now: now(), sudo_user: number("SUDO_UID")? },
            file,
        })
    }

    /// The door to the disk.
    pub(crate) fn disk(&self) -> Disk {
        Disk::with_faults(faults())
    }

    /// The file that is run as gvm-rs.
    pub(crate) fn program(&self) -> Result<PathBuf, ConfigError> {
        std::env::current_exe().map_err(ConfigError::NoProgram)
    }

    /// Where releases of gvm-rs itself are, as typed or set.
    pub(crate) fn releases(&self, typed: Option<&str>) -> Result<Location, ConfigError> {
        let address = typed.or(self.release_url.as_deref()).ok_or(ConfigError::NoReleases)?;
        self.location("the releases of gvm-rs", address)
    }

    /// The usual place of the configuration file, unless another one was named.
    pub(crate) fn usual_file(&self) -> Option<&Path> {
        self.config_file.as_deref().filter(|_| variable(CONFIG).is_none())
    }

    /// Opens the store.
    pub(crate) fn store(&self) -> Result<Store, StoreError> {
        Store::open(self.root.clone(), self.disk())
    }

    /// The store, to look for damage in it.
    pub(crate) fn damaged_store(&self) -> Result<Store, StoreError> {
        Store::open_damaged(self.root.clone(), self.disk())
    }

    /// How the library is to do things.
    pub(crate) fn settings(&self) -> Result<Settings, ConfigError> {
        let platform = Platform::host().ok_or(ConfigError::UnknownPlatform(std::env::consts::ARCH))?;
        Ok(Settings {
            mirror: self.location("the mirror", &self.mirror)?,
            index: self.index.as_ref().map(|index| self.location("the index", index)).transpose()?,
            refresh: self.refresh,
            keep_archives: self.keep_archives,
            downloads: self.downloads,
            patience: self.lock_timeout.map(Duration::from_secs),
            proof_limit: Duration::from_secs(self.file.proof_timeout.map_or(10, NonZeroU64::get)),
            install_proof: self.install_proof,
            switch_proof: self.switch_proof,
            build_limit: Duration::from_secs(self.file.build_timeout.map_or(300, NonZeroU64::get)),
            checks: self.checks.clone(),
            is_forced: self.is_forced,
            host: self.described_host(platform),
            environment: environment(),
            platform,
            purpose: self.purpose.clone(),
            clock: now,
        })
    }

    /// The machine that a debug build is told by a test that it is on.
    pub(crate) fn described_host(&self, platform: Platform) -> Option<Host> {
        let release = variable("GVM_RS_TEST_KERNEL").filter(|_| cfg!(debug_assertions))?.into_string().ok();
        Some(Host { release, ..Host::here(platform) })
    }

    /// How the network is reached.
    pub(crate) fn net_options(&self) -> NetOptions {
        let standard = RetryPolicy::default();
        let delay = self.file.retry_delay_ms.map(Duration::from_millis);
        NetOptions {
            ca_file: self.ca_file.clone(),
            ca_env_set: variable("SSL_CERT_FILE").is_some() || variable("SSL_CERT_DIR").is_some(),
            insecure_mirror: self.insecure_mirror,
            offline: self.offline,
            retry: RetryPolicy {
                attempts_without_progress: self.file.retries.unwrap_or(standard.attempts_without_progress),
                first_delay: delay.unwrap_or(standard.first_delay),
                ..standard
            },
            ..NetOptions::default()
        }
    }

    /// The seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.purpose.now
    }

    /// An address that was typed: a URL or a path, which may be relative to where it was typed.
    fn location(&self, name: &'static str, value: &str) -> Result<Location, ConfigError> {
        let bad = |source| ConfigError::BadLocation { name, source };
        if !value.contains("://") && Path::new(value).is_relative() && Path::new(value).exists() {
            return Location::file(current_directory()?.join(value)).map_err(bad);
        }
        Location::parse(value, self.insecure_mirror).map_err(bad)
    }

    /// What a `go` that is typed here depends on.
    pub(crate) fn scene(&self) -> Result<Scene, ConfigError> {
        let directory = current_directory()?;
        // As cmd/go has it: the directory under the name by which the shell went there, if that is still true.
        let named = variable("PWD").map(PathBuf::from).filter(|named| named.is_absolute());
        let is_here = |named: &PathBuf| named.canonicalize().is_ok_and(|real| real == directory);
        Ok(Scene::of(named.filter(is_here).unwrap_or(directory), variable))
    }

    /// How cmd/go finds a go.work here.
    pub(crate) fn workspace(&self) -> Result<Workspace, ConfigError> {
        Ok(self.scene()?.workspace())
    }

    /// The user's shell, and what a login would give it.
    pub(crate) fn fresh_shell(&self) -> Option<Fresh> {
        const KEPT: [&str; 10] = [
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "LANG",
            "LC_ALL",
            "TZ",
            "XDG_CONFIG_HOME",
            "XDG_RUNTIME_DIR",
            "ZDOTDIR",
        ];
        let given = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("TERM", "dumb")];
        let kept = KEPT.into_iter().filter_map(|name| Some((name.into(), variable(name)?)));
        let given = given.into_iter().map(|(name, value)| (name.into(), value.into()));
        Some(Fresh { shell: environment().shell?, environment: kept.chain(given).collect() })
    }

    /// The user's home, if it is known.
    pub(crate) fn home_directory(&self) -> Option<PathBuf> {
        home()
    }

    /// The home as shells and session managers look at it.
    pub(crate) fn user_home(&self) -> Result<Home, ConfigError> {
        let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let directory = home().ok_or(ConfigError::NoHome)?;
        let shell = variable("SHELL").map(PathBuf::from);
        Ok(Home {
            zdotdir: absolute("ZDOTDIR"),
            config: absolute("XDG_CONFIG_HOME").unwrap_or_else(|| directory.join(".config")),
            login_shell: shell.and_then(|shell| shell.file_name()?.to_str()?.parse().ok()),
            // What `su` and cron do not pass on is where it always is.
            runtime: absolute("XDG_RUNTIME_DIR").or_else(|| {
                let user = rustix::process::geteuid().as_raw();
                Some(PathBuf::from(format!("/run/user/{user}"))).filter(|path| path.is_dir())
            }),
            is_macos: cfg!(target_os = "macos"),
            directory,
        })
    }

    /// What shell code is given; with the directory of installed tools, and the directory hook, only where wanted.
    pub(crate) fn init(&self, with_tools: bool, with_hook: bool) -> Result<Init, ConfigError> {
        let bin = self.bin_for_path()?;
        // It is a prefix of `bin`, so it can be named wherever `bin` can.
        let root = bin.strip_suffix("/bin").unwrap_or_default().to_owned();
        Ok(Init {
            root: (!self.is_default_root).then_some(root),
            bin,
            tools: if with_tools && self.file.gobin.unwrap_or(true) { tools::directory() } else { None },
            has_hook: with_hook || self.file.hook.unwrap_or(false),
        })
    }

    /// The directory that belongs on PATH, if a PATH can hold it and shell code can name it.
    pub(crate) fn bin_for_path(&self) -> Result<String, ConfigError> {
        let path = self.root.join("bin");
        let unusable = |what| ConfigError::UnusableInPath { path: path.clone(), what };
        let text = path.to_str().ok_or_else(|| unusable("character that is not UTF-8"))?;
        match text {
            _ if text.contains(':') => Err(unusable("colon")),
            _ => Ok(text.to_owned()),
        }
    }
}

/// The directory that the command was typed in.
pub(crate) fn current_directory() -> Result<PathBuf, ConfigError> {
    std::env::current_dir().map_err(ConfigError::NoDirectory)
}

/// A variable of the environment that a command looks at; an empty one counts as unset.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn proof(level: Level) -> Proof {
    match level {
        Level::Version => Proof::Version,
        Level::Build => Proof::Build,
    }
}

fn proof_variable() -> Result<Option<Level>, ConfigError> {
    match text("GVM_RS_PROOF")?.as_deref() {
        None => Ok(None),
        Some("version") => Ok(Some(Level::Version)),
        Some("build") => Ok(Some(Level::Build)),
        Some(_) => {
            Err(ConfigError::BadVariable { variable: "GVM_RS_PROOF", expected: "`version` or `build`" })
        }
    }
}

fn downloads() -> Result<Option<NonZeroUsize>, ConfigError> {
    let zero = ConfigError::BadVariable { variable: "GVM_RS_DOWNLOADS", expected: "a number above 0" };
    match number("GVM_RS_DOWNLOADS")?.map(NonZeroUsize::new) {
        Some(None) => Err(zero),
        downloads => Ok(downloads.flatten()),
    }
}

fn environment() -> Environment {
    let shell = variable("SHELL").map(PathBuf::from);
    Environment {
        path: variable("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()),
        shell: shell.filter(|shell| shell.is_absolute() && shell.is_file()),
        compiler: variable("CC"),
        is_cgo_off: variable("CGO_ENABLED").is_some_and(|value| value == "0"),
    }
}

fn home() -> Option<PathBuf> {
    // Without HOME the account's home would be looked up, and a store would appear where nobody asked for it.
    // And a relative one would be another place in every directory.
    variable("HOME").and_then(|_| dirs::home_dir()).filter(|home| home.is_absolute())
}

fn root(args: &Args, home: Option<&Path>) -> Result<(PathBuf, bool), ConfigError> {
    let named = args.home.clone().or(variable("GVM_RS_HOME").map(PathBuf::from));
    let default = home.map(|home| home.join(".gvm-rs"));
    let root = named.or(default.clone()).ok_or(ConfigError::NoHome)?;
    if !root.is_absolute() {
        return Err(ConfigError::NotAbsolute(root));
    }
    let is_default = default.as_ref() == Some(&root);
    Ok((root, is_default))
}

/// The configuration file; none where there is no directory for it, and never one relative to where we are.
fn config_file(home: Option<&Path>) -> Option<PathBuf> {
    if let Some(path) = variable(CONFIG) {
        return Some(path.into());
    }
    let xdg = variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let directory = xdg.or_else(|| home.map(|home| home.join(".config")));
    Some(directory?.join("gvm-rs").join("config.toml"))
}

fn read(path: &Path) -> Result<File, ConfigError> {
    if path == Path::new("/dev/null") {
        return Ok(File::default());
    }
    let bytes = match disk::read_capped(path, LARGEST_FILE, true) {
        Ok(bytes) => bytes,
        // The usual file may be missing, one that was named may not.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && variable(CONFIG).is_none() => {
            return Ok(File::default());
        }
        Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }),
    };
    file::parse(&String::from_utf8_lossy(&bytes))
        .map_err(|problem| ConfigError::Malformed { path: path.to_owned(), problem })
}

fn text(name: &'static str) -> Result<Option<String>, ConfigError> {
    let bad = |_| ConfigError::BadVariable { variable: name, expected: "UTF-8" };
    variable(name).map(|value| value.into_string().map_err(bad)).transpose()
}

fn number<T: std::str::FromStr>(name: &'static str) -> Result<Option<T>, ConfigError> {
    let bad = |_| ConfigError::BadVariable { variable: name, expected: "a number" };
    text(name)?.map(|value| value.parse().map_err(bad)).transpose()
}

fn flag(name: &'static str) -> Result<Option<bool>, ConfigError> {
    match text(name)?.as_deref() {
        None => Ok(None),
        Some("1" | "true" | "yes") => Ok(Some(true)),
        Some("0" | "false" | "no") => Ok(Some(false)),
        Some(_) => Err(ConfigError::BadVariable { variable: name, expected: "1 or 0" }),
    }
}

/// What was typed after the program's name, for the history and for whoever waits.
fn command_line() -> String {
    // An address may hold a password.
    let shown = |word: OsString| match word.to_string_lossy() {
        word if word.contains("://") => "…".to_owned(),
        word => word.into_owned(),
    };
    let words: Vec<String> = std::env::args_os().skip(1).map(shown).collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(200).collect()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// The crash tests tell a debug build when to die or to stop, and where to log its steps.
#[cfg(debug_assertions)]
fn faults() -> Faults {
    use rustix::process::Signal;
    let number = |name| variable(name).and_then(|value| value.to_str()?.parse::<u64>().ok());
    let kill = number("GVM_RS_TEST_KILL_BEFORE").map(|before| (before, Signal::KILL));
    let stop = number("GVM_RS_TEST_STOP_BEFORE").map(|before| (before, Signal::STOP));
    let log = variable("GVM_RS_TEST_STEPS");
    let log = log.and_then(|path| std::fs::File::options().append(true).create(true).open(path).ok());
    Faults::new(kill.or(stop), log)
}

#[cfg(not(debug_assertions))]
fn faults() -> Faults {
    Faults::default()
}
