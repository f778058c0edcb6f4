//! The arguments of what removes and brings back: `uninstall`, `prune`, `undo`.

use super::Json;
use crate::cli::since::Since;

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
Without a VERSION: if toolchains were removed since the last switch, the last removal is undone, all of it; \
again, the one before. Otherwise it is a `rollback`. Needs no network. A version that was installed anew \
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
    /// Removes what was unpacked for another operating system, for good
    #[arg(long)]
    pub os: Option<String>,
    /// Removes what was unpacked for another architecture, for good
    #[arg(long)]
    pub arch: Option<String>,
    #[command(flatten)]
    pub output: Json,
}

const UNINSTALL_HELP: &str = "\
Refused (exit code 9) is what is current, in the history, running, or the only one that will do for a known \
project: one in which `gvm-rs use` or `gvm-rs install` without a version was run. What is removed stays in \
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
Removed is what meets every condition and nobody needs: `prune 1.21 --keep 0 --unused-since 90d` removes any \
1.21.x that was not used for 90 days. First the history is cut to its last 10 generations; what they lead to \
stays, and so does what is running or the only one that will do for a known project (-v says which and why). \
What a prune removes, `gvm-rs undo` brings back. What was removed more than 30 days ago is deleted for good; \
`--trash` does so with all that was removed.";
