//! The arguments of what runs a command under other toolchains: `try`, `matrix`, `bisect`.

use std::ffi::OsString;
use std::num::NonZeroUsize;

use super::{Json, Source};

// A macro, because `concat!` takes literals only.
macro_rules! about_trials {
    () => {
        "\
A toolchain that is not installed is fetched and verified as for an install, then used where it was \
unpacked and removed. Archives are kept only with GVM_RS_KEEP_ARCHIVES=1. The command runs in this \
directory and environment: build results stay in your own GOCACHE, which tells toolchains apart. \
GOROOT is unset and GOTOOLCHAIN is `local`, so that no go.mod leads to another Go than the one named."
    };
}

const ABOUT_TRY: &str = concat!(
    about_trials!(),
    "

Exits with the code of the command, or 128 and the number of the signal that ended it; with 127 if there is no such \
command, and 126 if it cannot be run."
);
const ABOUT_MATRIX: &str = concat!(
    about_trials!(),
    "

Exits with 0 if the command worked under every toolchain, with 1 if it failed under one, and otherwise with the code \
for why the first toolchain that is missing could not be had: 127 if there is no such command, 126 if it cannot be run."
);
const ABOUT_BISECT: &str = concat!(
    about_trials!(),
    "

Releases are looked at in the order of their numbers, both ends first. Where a change was made in several lines, one \
such place is found: the release right before it, in that order, works. Exits with 0 if one release was found, and with \
1 if not: because an end is not as it was named, or too much was skipped. Exit codes 126 and 127 of the command, which \
shells have for one that cannot be run, end the search and are its own; its death by a signal from outside ends it, too."
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
    #[arg(short, long, value_name = "N", default_value_t = NonZeroUsize::MIN)]
    pub jobs: NonZeroUsize,
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
