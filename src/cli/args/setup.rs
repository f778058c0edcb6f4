//! What can be typed to have Go found, and to take that back.

use gvm_rs::shell::Shell;

use super::{Json, shells};

#[derive(Debug, clap::Args)]
pub(crate) struct Setup {
    /// Only this shell; may be repeated [default: all that have files in the home, and the one of the account]
    #[arg(long = "shell", value_name = "NAME", value_parser = shells(), hide_possible_values = true)]
    pub shells: Vec<Shell>,
    /// Edits no file outside of gvm-rs's own directory, and says what to add to which
    #[arg(long)]
    pub no_modify_path: bool,
    /// Sets up the systemd user environment and no shell
    #[arg(long, conflicts_with_all = ["shells", "no_modify_path", "no_systemd"])]
    pub systemd_only: bool,
    /// Leaves the systemd user environment alone
    #[arg(long)]
    pub no_systemd: bool,
    /// Leaves the directory off PATH that `go install` puts programs into
    #[arg(long)]
    pub no_gobin: bool,
    #[command(flatten)]
    pub consent: Consent,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Teardown {
    #[command(flatten)]
    pub consent: Consent,
}

// Without a terminal nothing is changed that nobody agreed to. No doc comment: see `Source`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Consent {
    /// Makes the changes without asking
    #[arg(short, long)]
    pub yes: bool,
    /// Shows the changes and makes none
    #[arg(short = 'n', long, conflicts_with = "yes")]
    pub dry_run: bool,
    #[command(flatten)]
    pub output: Json,
}
