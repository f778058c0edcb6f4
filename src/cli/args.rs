//! What can be typed. The doc comments are the help texts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};

use super::since::Since;

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
Versions (SPEC): 1.22 (the newest 1.22.x), 1.22.5, go1.22.5, 1.22.x, ~1.22, '>=1.21 <1.23', 1.27rc1,
latest or stable, oldstable, rc, prev or -. Up to 1.20 a line's first release has no third number:
1.20 is the release go1.20, and 1.20.x is the newest of its line.

Environment: GVM_RS_HOME, GVM_RS_MIRROR (base URL of the archives), GVM_RS_INDEX (URL or file of an
index in go.dev's JSON form), GVM_RS_CONFIG, GVM_RS_OFFLINE, GVM_RS_DOWNLOADS, GVM_RS_KEEP_ARCHIVES,
GVM_RS_LOCK_TIMEOUT, GVM_RS_CA_FILE, HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, NO_COLOR.
Configuration: ~/.config/gvm-rs/config.toml. Flags win over the environment, and that over the file.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 no such release, 4 not installed,
5 network, 6 verification failed, 7 the toolchain does not work here, 8 disk full or not writable,
9 refused to protect what is in use, 10 the store is damaged, 75 another gvm-rs holds the lock,
130 interrupted. `exec` and `try` exit with the code of the command they run.";

// Deferred: only the subcommand that was typed is built, which is a good part of the time to start.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Installs releases, several at once
    #[command(visible_alias = "i", alias = "add", alias = "download")]
    Install(Install),
    /// Makes a toolchain the default, and installs it first if need be
    #[command(visible_aliases = ["default", "global", "set"])]
    Use(Use),
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
    /// Runs a command under another toolchain
    #[command(visible_aliases = ["run", "x"])]
    Exec(Exec),
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
    /// Shows or empties the download cache
    Cache(Cache),
    /// Lists the lines of which there is a newer release
    Outdated(Outdated),
    /// Prints shell code that puts Go on PATH: eval "$(gvm-rs init bash)"
    Init(Init),
    /// Prints a completion script
    Completions(Completions),
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
    pub downloads: Option<usize>,
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
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Use {
    /// A version; none is the version that the project here asks for
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Rollback {
    /// A generation's number or a version; none is the toolchain before
    #[arg(value_name = "N|VERSION")]
    pub to: Option<String>,
    #[command(flatten)]
    pub output: Json,
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
pub(crate) struct Exec {
    /// An installed version
    #[arg(value_name = "SPEC")]
    pub spec: String,
    /// Installs the version first if need be
    #[arg(long)]
    pub install: bool,
    #[command(flatten)]
    pub source: Source,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

// A macro, because `concat!` takes literals only.
macro_rules! about_trials {
    () => {
        "\
A toolchain that is not installed is fetched and verified as for an install, then used where it was
unpacked and removed. Archives are kept only with GVM_RS_KEEP_ARCHIVES=1. The command runs in this
directory and environment: build results stay in your own GOCACHE, which tells toolchains apart.
GOROOT is unset and GOTOOLCHAIN is `local`, so that no go.mod leads to another Go than the one named."
    };
}

const ABOUT_TRY: &str = concat!(
    about_trials!(),
    "\n\nExits with the code of the command, or 128 and the number of the signal that ended it."
);
const ABOUT_MATRIX: &str = concat!(
    about_trials!(),
    "\n\nExits with 0 if the command worked under every toolchain, with 1 if it failed under one, and otherwise \
     with\nthe code for why the first toolchain that is missing could not be had."
);
const ABOUT_BISECT: &str = concat!(
    about_trials!(),
    "\n\nReleases are looked at in the order of their numbers, both ends first. Where a change was made in \
     several\nlines, one such place is found: the release right before it, in that order, works. Exits with 0 if \
     one\nrelease was found, and with 1 if not: because an end is not as it was named, or too much was skipped. \
     Exit\ncodes 126 and 127 of the command, and its death by a signal from outside, end the search."
);

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_TRY)]
pub(crate) struct Try {
    /// A version; one that is installed will do, or else the newest there is
    #[arg(value_name = "SPEC")]
    pub spec: String,
    #[command(flatten)]
    pub source: Source,
    /// The command and its arguments; no shell reads them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_MATRIX)]
pub(crate) struct Matrix {
    /// Versions: of 1.22 or latest the newest there is, of a range the newest of each line; `installed` is all that are
    #[arg(value_name = "SPEC", required = true)]
    pub specs: Vec<String>,
    /// Takes every release that a line or a range admits
    #[arg(long)]
    pub every: bool,
    /// How many run at once, in the same directory
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    pub jobs: usize,
    /// Begins nothing more after the first failure
    #[arg(long)]
    pub fail_fast: bool,
    /// Shows the output of every run, not only of failed ones
    #[arg(long)]
    pub output: bool,
    #[command(flatten)]
    pub result: Json,
    #[command(flatten)]
    pub source: Source,
    /// The command and its arguments; no shell reads them
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_BISECT)]
pub(crate) struct Bisect {
    /// A version under which the command works
    #[arg(long, value_name = "SPEC")]
    pub good: String,
    /// A version under which it fails; an older one than the good one finds the first that works again
    #[arg(long, value_name = "SPEC")]
    pub bad: String,
    /// Looks at betas and release candidates too
    #[arg(long)]
    pub rc: bool,
    /// Installs what is fetched
    #[arg(long)]
    pub keep: bool,
    /// Shows the output of every run, not only that of the first that fails
    #[arg(long)]
    pub output: bool,
    #[command(flatten)]
    pub result: Json,
    #[command(flatten)]
    pub source: Source,
    /// The command and its arguments; no shell reads them. Exit code 0 is good, 125 is not to be told, others are bad
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Env {
    /// Prints JSON
    #[arg(long, conflicts_with = "shell")]
    pub json: bool,
    /// Prints code for this shell that puts Go on PATH
    #[arg(long)]
    pub shell: Option<Shell>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = UNDO_HELP)]
pub(crate) struct Undo {
    /// Exact versions to bring back from the trash, whenever they were removed; none is the last change
    #[arg(value_name = "VERSION")]
    pub versions: Vec<String>,
    #[command(flatten)]
    pub output: Json,
}

const UNDO_HELP: &str = "\
Without a VERSION: if toolchains were removed since the last switch, the last removal is undone, all of it;
again, the one before. Otherwise it is a `rollback`. Needs no network. A version that was installed anew
stays as it is, and the removed copy stays in the trash. Generations that a prune forgot stay forgotten.";

#[derive(Debug, clap::Args)]
#[command(after_help = UNINSTALL_HELP)]
pub(crate) struct Uninstall {
    /// Exact versions, like 1.22.5
    #[arg(value_name = "VERSION", required = true)]
    pub versions: Vec<String>,
    /// Removes even what is needed and says what breaks, but never the current toolchain
    #[arg(long)]
    pub force: bool,
    /// Deletes at once instead of keeping it in the trash, so that `undo` cannot bring it back
    #[arg(long)]
    pub purge: bool,
    #[command(flatten)]
    pub output: Json,
}

const UNINSTALL_HELP: &str = "\
Refused (exit code 9) is what is current, in the history, running, or the only one that will do for a known
project: one in which `gvm-rs use` or `gvm-rs install` without a version was run. What is removed stays in
the trash until `gvm-rs prune --trash`, and `gvm-rs undo` brings it back.";

#[derive(Debug, clap::Args)]
#[command(after_help = PRUNE_HELP)]
pub(crate) struct Prune {
    /// Lines to prune, like 1.21; none is all
    #[arg(value_name = "LINE")]
    pub lines: Vec<String>,
    /// How many of the newest releases of each line stay
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub keep: usize,
    /// Removes only what was neither current nor installed since: 90d, 12w or 2026-01-31
    #[arg(long, value_name = "WHEN")]
    pub unused_since: Option<Since>,
    /// Deletes for good what was removed before, and nothing else
    #[arg(long, conflicts_with_all = ["lines", "keep", "unused_since"])]
    pub trash: bool,
    /// Shows what would be removed
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub output: Json,
}

const PRUNE_HELP: &str = "\
Removed is what meets every condition and nobody needs: `prune 1.21 --keep 0 --unused-since 90d` removes any
1.21.x that was not used for 90 days. First the history is cut to its last 10 generations; what they lead to
stays, and so does what is running or the only one that will do for a known project (-v says which and why).
What a prune removes, `gvm-rs undo` brings back. What was removed more than 30 days ago is deleted for good;
`--trash` does so with all that was removed.";

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
    pub shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell that will read it
    pub shell: CompletionShell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Sh,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompletionShell {
    Bash,
    Zsh,
    Fish,
}

impl Command {
    /// The source flags, where the command has them.
    pub(crate) fn source(&self) -> Option<&Source> {
        match self {
            Command::Install(args) => Some(&args.source),
            Command::Use(args) => Some(&args.source),
            Command::LsRemote(args) => Some(&args.source),
            Command::Exec(args) => Some(&args.source),
            Command::Try(args) => Some(&args.source),
            Command::Matrix(args) => Some(&args.source),
            Command::Bisect(args) => Some(&args.source),
            Command::Outdated(args) => Some(&args.source),
            _ => None,
        }
    }
}
