//! The arguments of what makes another toolchain current: `use`, `upgrade`, `rollback`.

use clap::ValueEnum;

use super::{Json, Source};

// A macro, because `concat!` takes literals only.
macro_rules! about_proofs {
    () => {
        "\
Before a toolchain is current for the first time it builds: a small program is compiled, linked and \
run, a package is vetted, `go env GOROOT` has to be its own tree, and a program with C in it is \
built where a C compiler works (from Go 1.18, and unless CGO_ENABLED is 0). It has caches of its own \
for that, which are removed. This takes seconds, once: it is remembered. Then the checks run, by \
`sh`, in this directory and with GOTOOLCHAIN=local; `check` in the configuration is one for every \
`use` and `upgrade`. Where the proof (exit code 7) or a check (11) fails, `go` stays what it was."
    };
}

const ABOUT_USE: &str = concat!(
    about_proofs!(),
    "

What is current already need not build again, and has to stand the checks all the same."
);
const ABOUT_UPGRADE: &str = concat!(
    about_proofs!(),
    "

After the switch `go` is looked at through the shell that started gvm-rs and through a login shell, \
`$SHELL -lc`. Where one of them found gvm-rs's Go before and does not find the new one, the upgrade \
goes back by itself (exit code 7). Tools in GOBIN stay as they are, and those that an older Go built \
are named. With --rebuild-tools the exit code is 1 if one of them was not built again that should \
be; the upgrade stays. Where nothing is switched to, as with --dry-run, the checks are not run."
);

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_USE)]
pub(crate) struct Use {
    /// A version; none is the version that the project here asks for
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    /// Installs even what `preflight` says will not run here; it still has to prove itself
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub trial: Trial,
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_UPGRADE)]
pub(crate) struct Upgrade {
    /// A line or version that is newer than the current one; none is the newest patch of the current line
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    /// Goes to the newest stable release, of whatever line
    #[arg(long, conflicts_with = "spec")]
    pub to_minor: bool,
    /// Installs the newest patch of every installed line, and switches to that of the current one
    #[arg(long, conflicts_with_all = ["spec", "to_minor"])]
    pub all: bool,
    /// Goes even to what `preflight` says will not run here; it still has to prove itself
    #[arg(long)]
    pub force: bool,
    /// Builds the tools in GOBIN again that an older Go built
    #[arg(long)]
    pub rebuild_tools: bool,
    /// Shows what would be done
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub trial: Trial,
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

// What a toolchain has to go through before it is current.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Trial {
    /// What a toolchain has to show that never was current: `build` is that it builds programs, too [default: build]
    #[arg(long, value_name = "LEVEL")]
    pub proof: Option<Level>,
    /// A command that has to succeed here under the new toolchain before `go` becomes it; may be repeated
    #[arg(long = "check", value_name = "CMD")]
    pub checks: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    Version,
    Build,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Rollback {
    /// A generation's number or a version; none is the toolchain before
    #[arg(value_name = "N|VERSION")]
    pub to: Option<String>,
    #[command(flatten)]
    pub output: Json,
}
