//! The arguments of `service`.

use clap::Subcommand;

use super::{Consent, Json};

#[derive(Debug, clap::Args)]
pub(crate) struct Service {
    #[command(subcommand)]
    pub action: ServiceAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceAction {
    /// Shows which `go` a service finds and why, or the services that have a drop-in
    Show(ServiceShow),
    /// Writes a drop-in by which a service finds gvm-rs's `go`
    Add(ServiceChange),
    /// Removes it without a trace
    Remove(ServiceChange),
}

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT)]
pub(crate) struct ServiceShow {
    /// A service of your systemd; none lists those with a drop-in
    #[arg(value_name = "UNIT")]
    pub unit: Option<String>,
    #[command(flatten)]
    pub output: Json,
}

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT)]
pub(crate) struct ServiceChange {
    /// A service of your systemd: NAME or NAME.service
    #[arg(value_name = "UNIT")]
    pub unit: String,
    #[command(flatten)]
    pub consent: Consent,
}

const ABOUT: &str = "\
A service of your systemd (`systemctl --user`) reads no shell's files. `setup` gives all of them a PATH; \
a unit that sets its own, or says ExecStart=go, needs a drop-in: UNIT.d/gvm-rs.conf below \
~/.config/systemd/user. It says PATH with every directory written out, as Environment= expands nothing, and \
ExecSearchPath, because ExecStart=go is looked for in that (systemd 250 and later), or else in a list of \
directories that systemd was built with, and never in PATH: without it such a unit ends with 203/EXEC. The \
manager that runs reads the drop-in at once, and what it says then is looked at; a service that is running keeps \
what it was started with.";
