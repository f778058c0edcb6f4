//! The arguments of what replaces and removes gvm-rs itself: `self update`, `self rollback`, `self uninstall`.

use clap::Subcommand;

use super::Json;

#[derive(Debug, clap::Args)]
pub(crate) struct Program {
    #[command(subcommand)]
    pub action: ProgramAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProgramAction {
    /// Replaces gvm-rs by the program of a release, in one step
    Update(SelfUpdate),
    /// Puts the gvm-rs back that was replaced last; the same again goes forth
    Rollback(Json),
    /// Removes gvm-rs, its toolchains and its settings, and shows them first
    Uninstall(SelfUninstall),
}

#[derive(Debug, clap::Args)]
#[command(after_help = UPDATE_HELP)]
pub(crate) struct SelfUpdate {
    /// A directory of releases: https://, file:// or a path [default: $GVM_RS_RELEASE_URL or `release_url`]
    #[arg(long, value_name = "URL")]
    pub from: Option<String>,
    #[command(flatten)]
    pub output: Json,
}

const UPDATE_HELP: &str = "\
The directory holds a program for each platform, named as Go names platforms (gvm-rs-linux-amd64), and \
SHA256SUMS, as sha256sum writes it. What is fetched has to have the sha256 that is listed there and has to run \
here before it gets its name. Releases are not signed: the trust is in the server and TLS. The program that is \
replaced is kept beside the new one, as .gvm-rs.previous, for `self rollback`.";

#[derive(Debug, clap::Args)]
#[command(after_help = UNINSTALL_HELP)]
pub(crate) struct SelfUninstall {
    /// Removes all that without asking
    #[arg(short, long)]
    pub yes: bool,
    /// Shows what would be removed
    #[arg(short = 'n', long, conflicts_with = "yes")]
    pub dry_run: bool,
    #[command(flatten)]
    pub output: Json,
}

const UNINSTALL_HELP: &str = "\
Removed are what `setup` wrote into the shells' files, the root with every toolchain, the configuration file in \
its usual place, and the program itself, last; nothing of that can be undone. A root that holds anything that \
gvm-rs did not put there is refused (exit code 9), before anything is removed. A program that cargo or a package manager installed is left to them.";
