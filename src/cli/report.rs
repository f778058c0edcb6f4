//! Failures: how each is told. What the user can type after one is in `hints.rs`, its exit code in `codes.rs`.

mod codes;
mod hints;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use gvm_rs::binary::BinaryError;
use gvm_rs::catalog::CatalogError;
use gvm_rs::ci::{NodesError, UnquotableError};
use gvm_rs::damage::DamageError;
use gvm_rs::disk::DiskError;
use gvm_rs::gvm::GvmError;
use gvm_rs::inspect::TargetError;
use gvm_rs::model::{GoVersion, RequestError, VersionError};
use gvm_rs::project::{LookupError, PinError};
use gvm_rs::service::{ServiceError, UnitError};
use gvm_rs::setup::{EditError, SetupError};
use gvm_rs::shell::Shell;
use gvm_rs::store::{ReceiveError, StoreError};
use gvm_rs::trial::TrialError;
use gvm_rs::upgrade::UpgradeError;

pub(crate) use codes::FAILED;
use codes::USAGE;

use super::config::ConfigError;
use super::interrupt;
use super::ui::{self, Ui};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Gvm(#[from] GvmError),
    #[error(transparent)]
    Damage(#[from] DamageError),
    #[error("{number} {} damaged", if *number == 1 { "thing is" } else { "things are" })]
    Damaged { number: usize, repair: String },
    /// Each was told already.
    #[error("{}", unhealthy(*.0))]
    Unhealthy(usize),
    /// What stands in the way was told already.
    #[error("{} will not run {place}", version.toolchain())]
    Unsuited { version: GoVersion, place: &'static str, newest: Option<GoVersion> },
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Each was told already, and why.
    #[error("{}", inspected(*unread, *unlike, *all))]
    Inspected { unread: usize, unlike: usize, all: usize },
    /// Each was told already.
    #[error("{}", checked(*errors, *warnings))]
    Checked { errors: usize, warnings: usize },
    /// What stands in the way was told already.
    #[error("the project here will not build with {}", .0.toolchain())]
    WillNotBuild(GoVersion),
    #[error(transparent)]
    Unit(#[from] UnitError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Nodes(#[from] NodesError),
    #[error("cannot look at the directory `{}`", .0.display())]
    NoSuchDirectory(PathBuf, #[source] std::io::Error),
    #[error("cannot read `{}`", .0.display())]
    NoSuchFile(PathBuf, #[source] std::io::Error),
    #[error("{0} is not set: this is no step of GitHub Actions")]
    NoGithubFile(&'static str),
    #[error(transparent)]
    Unquotable(#[from] UnquotableError),
    #[error(transparent)]
    Upgrade(#[from] UpgradeError),
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Project(#[from] LookupError),
    #[error(
        "no file here or above asks for a Go version (.go-version, .tool-versions, mise.toml, go.work, go.mod)"
    )]
    NoProject,
    #[error(transparent)]
    Pin(#[from] PinError),
    #[error("no `.go-version` in this directory names a version")]
    NoPin,
    #[error("the program alone cannot change this shell; `gvm-rs init` loads a function for that")]
    NoFunction,
    #[error("nothing was chosen for this shell")]
    NothingChosen,
    #[error("there is no directory hook for {0}, only for bash, zsh and fish")]
    NoHook(Shell),
    #[error("no command is named")]
    NoCommand,
    #[error("nothing is current")]
    NothingCurrent,
    #[error("no toolchain is installed")]
    NothingInstalled,
    #[error("`{name}` is not an exact version")]
    NotExact { name: String, meant: Vec<GoVersion>, source: Option<VersionError> },
    #[error("{} is not installed", .0.toolchain())]
    NothingToRemove(GoVersion),
    #[error("no release matches `{0}`")]
    NoMatch(String),
    #[error("`{0}` is not a release: it is whichever toolchain was in use before")]
    NotARelease(String),
    #[error("`{0}` is neither a generation's number nor an exact version")]
    NotAGeneration(String),
    #[error("`{0}` is not a line of releases, like 1.22")]
    NotALine(String),
    #[error("{} has no program `{program}`", toolchain)]
    NoProgram { toolchain: String, program: String },
    #[error(transparent)]
    Trial(#[from] TrialError),
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error("`{0}` is not a platform's name")]
    Platform(String),
    #[error(transparent)]
    Binary(#[from] BinaryError),
    /// Nothing was changed, because somebody has to agree to it first.
    #[error("{0}; nothing was changed")]
    Unconfirmed(&'static str),
    #[error("there is no command `{0}`")]
    NoSuchCommand(String),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("cannot write the result")]
    Unwritten(#[source] std::io::Error),
    #[error("cannot listen for signals")]
    Signals(#[source] std::io::Error),
    #[error("no single release could be named")]
    Inconclusive,
    /// Each was told already, and why.
    #[error("{} be built again", counted_tools(*.0))]
    Tools(usize),
    /// Each failure was told already.
    #[error("{failed} of {all} failed")]
    Several { failed: usize, all: usize, code: u8 },
}

fn inspected(unread: usize, unlike: usize, all: usize) -> String {
    let unread = (unread > 0).then(|| format!("{unread} of {all} cannot be read"));
    let verb = if unlike == 1 { "is" } else { "are" };
    let unlike = (unlike > 0).then(|| format!("{unlike} of {all} {verb} not as required"));
    unread.into_iter().chain(unlike).collect::<Vec<_>>().join(", ")
}

fn checked(errors: usize, warnings: usize) -> String {
    let counted = |number: usize, name: &str| match number {
        0 => None,
        1 => Some(format!("one {name}")),
        number => Some(format!("{number} {name}s")),
    };
    let counts = [counted(errors, "error"), counted(warnings, "warning")];
    format!("the check failed: {}", counts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn unhealthy(number: usize) -> String {
    match number {
        1 => "one thing is wrong".to_owned(),
        number => format!("{number} things are wrong"),
    }
}

fn counted_tools(number: usize) -> String {
    match number {
        1 => "one tool could not".to_owned(),
        number => format!("{number} tools could not"),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Gvm(error.into())
    }
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Failure {
        Failure::Gvm(error.into())
    }
}

/// Tells what clap has to say: help and versions to stdout, mistakes to stderr.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        ui::mistake(&error.render().to_string());
        return ExitCode::from(USAGE);
    }
    // There is nothing left to tell if the help cannot be printed.
    drop(error.print());
    ExitCode::SUCCESS
}

/// Returns what an error says, and what its causes say.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        // Layers that only pass an error on would say it twice.
        if !text.ends_with(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    text
}

impl Failure {
    /// Tells the failure, its causes and what can be typed; returns the exit code.
    pub(crate) fn report(&self, ui: &Ui) -> ExitCode {
        ui.error(gvm_rs::net::escaped(&with_causes(self)));
        if let Some(hint) = self.hint() {
            ui.hint(gvm_rs::net::escaped(&hint));
        }
        ExitCode::from(self.code())
    }

    /// Tells each failure after the first `told` and returns one for all; an interruption is told once.
    pub(crate) fn of_several(mut failures: Vec<Failure>, told: usize, all: usize, ui: &Ui) -> Failure {
        if failures.len() == 1 && all == 1 {
            return failures.swap_remove(0);
        }
        for failure in failures.iter().skip(told).filter(|failure| !failure.is_interruption()) {
            failure.report(ui);
        }
        if let Some(interrupted) = failures.iter().position(Failure::is_interruption) {
            return failures.swap_remove(interrupted);
        }
        Failure::Several { failed: failures.len(), all, code: failures.first().map_or(FAILED, Failure::code) }
    }

    /// Whether the user asked to stop.
    pub(crate) fn is_interruption(&self) -> bool {
        self.code() == interrupt::EXIT_CODE
    }

    /// Whether the disk, its inodes or the user's quota are used up.
    pub(crate) fn is_out_of_space(&self) -> bool {
        match self {
            Failure::Gvm(GvmError::Store(error)) | Failure::Setup(SetupError::Store(error)) => {
                error.is_out_of_space()
            }
            Failure::Setup(SetupError::Edit(EditError::Disk(error)))
            | Failure::Service(ServiceError::Edit(EditError::Disk(error))) => error.is_out_of_space(),
            Failure::Gvm(GvmError::Receive { source, .. }) => {
                matches!(source, ReceiveError::Store(error) if error.is_out_of_space())
            }
            _ => false,
        }
    }
}
