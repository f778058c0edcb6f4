//! The arguments of `doctor`.

use super::{FailOn, Json};

const ABOUT: &str = "\
Looks at the store, PATH, the settings of cmd/go, the files of your shells and the settings of an editor in the \
directory here; starts the current `go` and the one on PATH, and says why one does not start; and lists which `go` runs \
in this shell, a fresh one, cron, sudo, systemd and the desktop. It changes nothing, opens no connection and needs no \
root. The guide lists every finding by its id.

--fix shows what it would change, asks, and changes what can be mended without a choice. Without a terminal, and \
without --yes, nothing is changed (exit code 12).

Exits with 0 where no error is found, and with 1 where one is; with `--fail-on warning` a warning counts, too.";

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT)]
pub(crate) struct Doctor {
    /// Mends what can be mended without a choice, after it has shown and asked
    #[arg(long)]
    pub fix: bool,
    /// Mends without asking
    #[arg(short, long, requires = "fix")]
    pub yes: bool,
    /// From which findings on it exits with 1 [default: error]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// Tries whether the index and the mirror can be reached, too
    #[arg(long)]
    pub network: bool,
    /// Tries each of the system calls that Go needs, too
    #[arg(long)]
    pub syscalls: bool,
    /// Shows the system calls at which a `go` fails that does not start, where strace is installed
    #[arg(long)]
    pub trace: bool,
    #[command(flatten)]
    pub output: Json,
}
