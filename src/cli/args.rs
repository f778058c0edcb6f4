//! What can be typed. The doc comments are the help texts.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use gvm_rs::shell::Shell as ShellName;

pub(crate) use binary::{Program, ProgramAction, SelfUninstall, SelfUpdate};
pub(crate) use ci::{Ci, CiAction, CiCheck, CiEnv, FailOn, Format, Server};
pub(crate) use damage::{Repair, Verify};
pub(crate) use doctor::Doctor;
pub(crate) use inspection::{Inspect, Preflight, Required};
pub(crate) use projects::{Exec, Local, Shell, Why};
pub(crate) use removals::{Prune, Undo, Uninstall};
pub(crate) use service::{Service, ServiceAction, ServiceChange, ServiceShow};
pub(crate) use setup::{Consent, Setup, Teardown};
pub(crate) use switches::{Level, Rollback, Trial, Upgrade, Use};
pub(crate) use trials::{Bisect, Matrix, Try};

mod binary;
mod ci;
mod damage;
mod doctor;
mod inspection;
mod projects;
mod removals;
mod service;
mod setup;
mod switches;
mod trials;
mod usual;

/// Installs, switches and rolls back Go toolchains. `go` always works.
#[derive(Debug, Parser)]
#[command(name = "gvm-rs", version, max_term_width = 100, after_help = AFTER_HELP, infer_subcommands = false)]
pub(crate) struct Args {
    /// Says nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Says more about what is done
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Never opens a connection; answers from what is on this machine
    #[arg(long, global = true)]
    pub offline: bool,
    /// The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Waits at most this many seconds for another gvm-rs (exit code 75)
    #[arg(long, global = true, value_name = "SECONDS")]
    pub lock_timeout: Option<u64>,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Versions (SPEC): 1.22 (the newest 1.22.x), 1.22.5, go1.22.5, 1.22.x, ~1.22, '>=1.21 <1.23', 1.27rc1, \
latest or stable, oldstable, rc, prev or -. Up to 1.20 a line's first release has no third number: \
1.20 is the release go1.20, and 1.20.x is the newest of its line.

Environment: GVM_RS_HOME, GVM_RS_MIRROR (base URL of the archives), GVM_RS_INDEX (URL or file of an \
index in go.dev's JSON form), GVM_RS_CONFIG, GVM_RS_OFFLINE, GVM_RS_DOWNLOADS, GVM_RS_KEEP_ARCHIVES, \
GVM_RS_LOCK_TIMEOUT, GVM_RS_CA_FILE, GVM_RS_PROOF, GVM_RS_RELEASE_URL, HTTPS_PROXY, NO_PROXY, \
SSL_CERT_FILE, NO_COLOR. \
Configuration: ~/.config/gvm-rs/config.toml. Flags win over the environment, and that over the file.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 no such release, 4 not installed, \
5 network, 6 verification failed, 7 the toolchain does not work here, 8 disk full or not writable, \
9 refused to protect what is in use, 10 the store is damaged, 11 a check failed, 12 nobody agreed \
to the changes, 75 another gvm-rs holds the lock, 130 interrupted. `exec` and `try` exit with the code of the command they run.";

// Deferred: only the arguments of the subcommand that was typed are built, which is a good part of the time to start.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Installs releases, several at once
    #[command(visible_alias = "i", alias = "add", alias = "download")]
    Install(Install),
    /// Makes a toolchain the default, and installs it first if need be
    #[command(visible_aliases = ["default", "global", "set"])]
    Use(Use),
    /// Installs and switches to the newest patch of the current line, and undoes that where it does not work
    #[command(visible_aliases = ["update", "up"])]
    Upgrade(Upgrade),
    /// Goes back to the toolchain before, or to a generation or version
    Rollback(Rollback),
    /// Undoes the last removal or switch
    Undo(Undo),
    /// Shows every switch, oldest first
    History(Json),
    /// Lists the installed toolchains
    #[command(visible_aliases = ["ls", "versions"])]
    List(Json),
    /// Lists the releases there are
    #[command(visible_aliases = ["list-remote", "search"], aliases = ["listall", "list-all"])]
    LsRemote(LsRemote),
    /// Shows the current toolchain
    Current(Json),
    /// Shows the path of a program of the current toolchain
    Which(Which),
    /// Shows the directory of a toolchain, its GOROOT
    #[command(visible_alias = "prefix")]
    Where(Where),
    /// Runs a command under another toolchain, or under the one that the project here asks for
    #[command(visible_aliases = ["run", "x"])]
    Exec(Exec),
    /// Pins a version for this directory, in `.go-version`
    #[command(visible_alias = "pin")]
    Local(Local),
    /// Removes the version from this directory's `.go-version`
    Unpin(Json),
    /// Chooses a toolchain for this shell only
    Shell(Shell),
    /// Shows which `go` runs here and in a fresh shell, and what decides that
    #[command(visible_alias = "explain")]
    Why(Why),
    /// What the directory hook asks
    #[command(hide = true)]
    Hook,
    /// Runs a command under a toolchain that need not be installed, and leaves nothing of it behind
    Try(Try),
    /// Runs a command under several toolchains, one after the other, and prints a table
    Matrix(Matrix),
    /// Finds the first release under which a command fails
    Bisect(Bisect),
    /// Shows the settings in force, or prints shell code that puts Go on PATH
    Env(Env),
    /// Removes toolchains, named exactly; `undo` brings them back
    #[command(visible_aliases = ["rm", "remove"])]
    Uninstall(Uninstall),
    /// Removes superseded patch releases, or empties the trash
    #[command(visible_alias = "gc")]
    Prune(Prune),
    /// Looks for damage: every file against what was installed, and the store itself
    #[command(alias = "check")]
    Verify(Verify),
    /// Puts right what `verify` finds
    #[command(alias = "fix")]
    Repair(Repair),
    /// Says what is wrong with Go here, and mends it with --fix
    Doctor(Doctor),
    /// Says whether a release will run here, before it is fetched
    Preflight(Preflight),
    /// Shows what programs need, from their files, and whether they run here or elsewhere
    Inspect(Inspect),
    /// What build servers call: checks of a project or a cluster, and the way to Go for later steps
    Ci(Ci),
    /// Shows or empties the download cache
    Cache(Cache),
    /// Lists the lines of which there is a newer release
    Outdated(Outdated),
    /// Has every shell and the session manager find Go, by a marked block in their files
    Setup(Setup),
    /// Takes back what `setup` did, byte for byte
    Teardown(Teardown),
    /// Has a service of your systemd find Go, by a drop-in
    Service(Service),
    /// Prints shell code that puts Go on PATH: eval "$(gvm-rs init bash)"
    Init(Init),
    /// Updates, restores or removes gvm-rs itself
    #[command(name = "self")]
    Program(Program),
    /// Prints a completion script
    Completions(Completions),
    /// Prints a page of the manual, for `man -l -`, or writes all pages into a directory
    Man(Manual),
}

// Where releases come from. No doc comment: it would become the description of each command that has these.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Source {
    /// Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]
    #[arg(long, value_name = "URL")]
    pub mirror: Option<String>,
    /// URL or file of an index in go.dev's JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]
    #[arg(long, value_name = "URL|FILE")]
    pub index: Option<String>,
    /// Fetches the release index even if one was fetched within the hour
    #[arg(long)]
    pub refresh: bool,
    /// Accepts a mirror by plain http; hashes are checked all the same
    #[arg(long)]
    pub insecure_mirror: bool,
}

#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("foreign").multiple(true))]
pub(crate) struct Install {
    /// Versions; none is the version that the project here asks for
    #[arg(value_name = "SPEC")]
    pub specs: Vec<String>,
    /// Switches to the first one once it is installed
    #[arg(long = "use", conflicts_with_all = ["os", "arch"])]
    pub and_use: bool,
    /// How many downloads run at once
    #[arg(short = 'j', long, value_name = "N")]
    pub downloads: Option<NonZeroUsize>,
    /// Keeps the archives in the cache
    #[arg(long)]
    pub keep_archives: bool,
    /// Unpacks for another operating system, into foreign/
    #[arg(long, requires = "no_prove", group = "foreign")]
    pub os: Option<String>,
    /// Unpacks for another architecture, into foreign/
    #[arg(long, requires = "no_prove", group = "foreign")]
    pub arch: Option<String>,
    /// Accepts that a toolchain for another platform cannot be tried here
    #[arg(long, requires = "foreign")]
    pub no_prove: bool,
    /// Installs even what `preflight` says will not run here; it still has to prove itself
    #[arg(long)]
    pub force: bool,
    /// What a toolchain has to show first: `build` is that it builds programs, too [default: version]
    #[arg(long, value_name = "LEVEL")]
    pub proof: Option<Level>,
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Json {
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LsRemote {
    /// A line like 1.22, a range like '>=1.21 <1.23', or a word like latest
    #[arg(value_name = "SPEC")]
    pub filter: Option<String>,
    /// Shows betas and release candidates too
    #[arg(long, conflicts_with_all = ["rc", "stable"])]
    pub all: bool,
    /// Shows only release candidates and betas
    #[arg(long, conflicts_with = "stable")]
    pub rc: bool,
    /// Shows only stable releases, which is the default
    #[arg(long)]
    pub stable: bool,
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The program
    #[arg(default_value = "go", value_name = "PROGRAM")]
    pub program: String,
    #[command(flatten)]
    pub output: Json,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Where {
    /// An installed version; none is the current one
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    #[command(flatten)]
    pub output: Json,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Env {
    /// Prints JSON
    #[arg(long, conflicts_with = "shell")]
    pub json: bool,
    /// Prints code for this shell that puts Go on PATH
    #[arg(long, value_parser = shells())]
    pub shell: Option<ShellName>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Cache {
    #[command(subcommand)]
    pub action: CacheAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Lists what is in the cache
    #[command(alias = "list")]
    Ls(Json),
    /// Empties the cache
    #[command(alias = "clear")]
    Clean(Json),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Outdated {
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    /// The shell that will read it
    #[arg(value_parser = shells())]
    pub shell: ShellName,
    /// Leaves the directory alone that `go install` puts programs into
    #[arg(long)]
    pub no_gobin: bool,
    /// Lets what a project asks for come first on PATH while the shell is in it; bash, zsh and fish
    #[arg(long)]
    pub hook: bool,
}

/// The names of the shells.
pub(crate) fn shells() -> impl TypedValueParser<Value = ShellName> {
    let name = |shell: ShellName| PossibleValue::new(shell.name()).aliases(shell.aliases());
    PossibleValuesParser::new(ShellName::ALL.map(name)).try_map(|name| name.parse::<ShellName>())
}

#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell that will read it
    pub shell: CompletionShell,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Manual {
    /// The command that the page is about; none is the program as a whole
    #[arg(value_name = "COMMAND", conflicts_with = "to")]
    pub command: Vec<String>,
    /// Writes gvm-rs.1, gvm-rs-use.1 and so on into this directory, like ~/.local/share/man/man1
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompletionShell {
    Bash,
    Zsh,
    Fish,
    #[value(alias = "nushell")]
    Nu,
    Elvish,
    #[value(alias = "pwsh")]
    Powershell,
}

impl Args {
    /// Reads what was typed, the name of the program first.
    pub(crate) fn read(typed: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
        let typed: Vec<OsString> = typed.into_iter().collect();
        if let Some(args) = usual::read(typed.get(1..).unwrap_or_default()) {
            return Ok(args);
        }
        let mut command = Args::command();
        if let Some(only) = typed.get(1).and_then(|name| command.find_subcommand(name)) {
            // clap gives a copy of each global flag to each subcommand, which would take longer than all that `list` does.
            command = clap::Command::new("gvm-rs")
                .max_term_width(100)
                .args(command.get_arguments())
                .subcommand_required(true)
                .subcommand(only);
        }
        let matches = command.try_get_matches_from_mut(typed)?;
        Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }
}

impl Command {
    /// The source flags, where the command has them.
    pub(crate) fn source(&self) -> Option<&Source> {
        match self {
            Command::Install(args) => Some(&args.source),
            Command::Use(args) => Some(&args.source),
            Command::Upgrade(args) => Some(&args.source),
            Command::LsRemote(args) => Some(&args.source),
            Command::Exec(args) => Some(&args.source),
            Command::Local(args) => Some(&args.source),
            Command::Try(args) => Some(&args.source),
            Command::Matrix(args) => Some(&args.source),
            Command::Bisect(args) => Some(&args.source),
            Command::Outdated(args) => Some(&args.source),
            Command::Preflight(args) => Some(&args.source),
            Command::Repair(args) => Some(&args.source),
            _ => None,
        }
    }

    /// What was typed about the proof.
    pub(crate) fn proof(&self) -> Option<Level> {
        match self {
            Command::Install(args) => args.proof,
            _ => self.trial().and_then(|trial| trial.proof),
        }
    }

    /// Whether a release is to be fetched that would not run here.
    pub(crate) fn is_forced(&self) -> bool {
        match self {
            Command::Install(args) => args.force,
            Command::Use(args) => args.force,
            Command::Upgrade(args) => args.force,
            _ => false,
        }
    }

    /// The flags of a trial, where the command has them.
    pub(crate) fn trial(&self) -> Option<&Trial> {
        match self {
            Command::Use(args) => Some(&args.trial),
            Command::Upgrade(args) => Some(&args.trial),
            _ => None,
        }
    }
}
