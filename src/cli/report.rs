//! Failures: how each is told, what the user can type, and the exit code it gets. The codes are documented
//! in `--help` and never reused.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use gvm_rs::catalog::CatalogError;
use gvm_rs::damage::DamageError;
use gvm_rs::gvm::GvmError;
use gvm_rs::model::{GoVersion, RequestError, SelectError, VersionError, VersionRequest};
use gvm_rs::net::{LocationError, NetError};
use gvm_rs::project::LookupError;
use gvm_rs::store::{ReceiveError, StoreError};
use gvm_rs::trial::TrialError;

use super::config::ConfigError;
use super::interrupt;
use super::shell;
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
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Project(#[from] LookupError),
    #[error("no file here or above asks for a Go version (.go-version, go.work, go.mod, .tool-versions)")]
    NoProject,
    #[error("nothing is current")]
    NothingCurrent,
    #[error("`{name}` is not an exact version")]
    NotExact { name: String, source: Option<VersionError> },
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
    #[error("`{0}` is not a platform's name")]
    Platform(String),
    #[error("cannot write the result")]
    Unwritten(#[source] std::io::Error),
    #[error("cannot listen for signals")]
    Signals(#[source] std::io::Error),
    #[error("no single release could be named")]
    Inconclusive,
    /// Each failure was told already.
    #[error("{failed} of {all} failed")]
    Several { failed: usize, all: usize, code: u8 },
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

pub(crate) const FAILED: u8 = 1;
const USAGE: u8 = 2;
const NO_SUCH_RELEASE: u8 = 3;
const NOT_INSTALLED: u8 = 4;
const NETWORK: u8 = 5;
const UNVERIFIED: u8 = 6;
const UNUSABLE: u8 = 7;
const DISK: u8 = 8;
const REFUSED: u8 = 9;
const DAMAGED: u8 = 10;
const BUSY: u8 = 75;

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
        if self.is_interruption() {
            ui.error(match self {
                Failure::Trial(_) => "interrupted; nothing is left behind",
                _ => {
                    "interrupted; what was half done is removed, what was downloaded is kept for the next try"
                }
            });
            return ExitCode::from(interrupt::EXIT_CODE);
        }
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
            Failure::Gvm(GvmError::Store(error)) => error.is_out_of_space(),
            Failure::Gvm(GvmError::Receive { source, .. }) => {
                matches!(source, ReceiveError::Store(error) if error.is_out_of_space())
            }
            _ => false,
        }
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Config(_) | Failure::Request(_) | Failure::NotExact { .. } | Failure::Platform(_) => {
                USAGE
            }
            Failure::NotAGeneration(_) | Failure::NotARelease(_) | Failure::NotALine(_) => USAGE,
            Failure::Project(_) | Failure::NoProject => USAGE,
            Failure::NoMatch(_) => NO_SUCH_RELEASE,
            Failure::NothingCurrent | Failure::NoProgram { .. } | Failure::NothingToRemove(_) => {
                NOT_INSTALLED
            }
            Failure::Trial(error) => trial_code(error),
            Failure::Unwritten(_) => DISK,
            Failure::Signals(_) | Failure::Inconclusive => FAILED,
            Failure::Several { code, .. } => *code,
            Failure::Gvm(error) | Failure::Damage(DamageError::Gvm(error)) => gvm_code(error),
            Failure::Damage(DamageError::Receive { source, .. }) => receive_code(source),
            Failure::Damage(DamageError::Proof { .. }) => UNUSABLE,
            Failure::Damage(DamageError::OtherRoot { .. }) => UNVERIFIED,
            Failure::Damage(DamageError::Persistent { .. }) | Failure::Damaged { .. } => DAMAGED,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Failure::Config(ConfigError::NoHome) => Some("set GVM_RS_HOME to a directory".to_owned()),
            Failure::Config(ConfigError::BadLocation { source: LocationError::PlainHttp { .. }, .. }) => {
                let hint = "use https://, or add `--insecure-mirror` if only the archives come from there";
                Some(hint.to_owned())
            }
            Failure::Config(ConfigError::NotAbsolute(_)) => {
                Some("give an absolute path, as in `GVM_RS_HOME=\"$PWD/go\"`".to_owned())
            }
            Failure::Request(RequestError::Caret(_)) => None,
            Failure::Request(_) => Some("`gvm-rs ls-remote` lists the releases".to_owned()),
            Failure::NoMatch(_) => Some("`gvm-rs ls-remote` shows all".to_owned()),
            Failure::NotARelease(_) => Some("`gvm-rs history` shows what was in use".to_owned()),
            Failure::Project(_) => Some("name a version instead: `gvm-rs use 1.22`".to_owned()),
            Failure::NoProject => Some("name a version: `gvm-rs use latest`".to_owned()),
            Failure::NothingCurrent => Some("run `gvm-rs use latest`".to_owned()),
            Failure::NotExact { .. } | Failure::NothingToRemove(_) => {
                Some("`gvm-rs list` shows the names".to_owned())
            }
            Failure::NotAGeneration(_) => Some("`gvm-rs history` shows the generations".to_owned()),
            Failure::Gvm(error)
            | Failure::Trial(TrialError::Gvm(error))
            | Failure::Damage(DamageError::Gvm(error)) => gvm_hint(error),
            Failure::Trial(TrialError::SameEnds(_)) => {
                Some("a bisection needs two releases: `--good 1.21 --bad 1.22`".to_owned())
            }
            Failure::Trial(TrialError::WrongEnd { version, .. }) => {
                Some(format!("`gvm-rs try {version} -- CMD` shows what happens there"))
            }
            Failure::Damage(DamageError::Receive { source, .. }) => receive_hint(source),
            Failure::Damage(DamageError::OtherRoot { was_unofficial: true, .. }) => {
                Some("name the index that it came from: `gvm-rs repair --index URL|FILE`".to_owned())
            }
            Failure::Damage(DamageError::OtherRoot { .. }) => {
                Some("leave out `--index` and GVM_RS_INDEX".to_owned())
            }
            Failure::Damaged { repair, .. } => Some(format!("run `{repair}`")),
            _ => None,
        }
    }
}

fn trial_code(error: &TrialError) -> u8 {
    match error {
        TrialError::Gvm(error) => gvm_code(error),
        // As shells have it.
        TrialError::CannotRun { source, .. } if source.kind() == std::io::ErrorKind::NotFound => 127,
        TrialError::CannotRun { .. } => 126,
        TrialError::Unrunnable { code, .. } => *code,
        TrialError::SameEnds(_) => USAGE,
        TrialError::Killed { .. } | TrialError::WrongEnd { .. } => FAILED,
    }
}

fn gvm_code(error: &GvmError) -> u8 {
    match error {
        GvmError::Store(error) => store_code(error),
        GvmError::Catalog(error) => match error {
            CatalogError::Select(_) | CatalogError::Unlisted { .. } => NO_SUCH_RELEASE,
            CatalogError::NoHash(_) | CatalogError::UnknownOffline { .. } => NO_SUCH_RELEASE,
            CatalogError::Net(_) => NETWORK,
            CatalogError::Index { .. } | CatalogError::Contradiction { .. } => UNVERIFIED,
            CatalogError::Location(_) => USAGE,
            CatalogError::Interrupted => interrupt::EXIT_CODE,
        },
        GvmError::Receive { source, .. } => receive_code(source),
        GvmError::Proof { .. } => UNUSABLE,
        GvmError::NoneInstalled(_) => NOT_INSTALLED,
        GvmError::Zip(_) => FAILED,
        GvmError::Location(_) => USAGE,
    }
}

fn receive_code(error: &ReceiveError) -> u8 {
    match error {
        ReceiveError::Store(error) => store_code(error),
        ReceiveError::Net(_) => NETWORK,
        ReceiveError::WrongDigest { .. } | ReceiveError::Unpack { .. } => UNVERIFIED,
    }
}

fn store_code(error: &StoreError) -> u8 {
    match error {
        StoreError::Disk(_) | StoreError::NoSpace { .. } | StoreError::NoExec(_) => DISK,
        StoreError::UnknownLayout { .. } | StoreError::NotALink { .. } => DAMAGED,
        StoreError::Damaged { .. } | StoreError::NameTaken { .. } => DAMAGED,
        StoreError::Unsafe { .. } | StoreError::IsCurrent(_) | StoreError::Needed { .. } => REFUSED,
        StoreError::InstalledAnew(_) => REFUSED,
        StoreError::Busy { .. } => BUSY,
        StoreError::Interrupted => interrupt::EXIT_CODE,
        StoreError::NotInstalled(_) | StoreError::NotInTrash(_) => NOT_INSTALLED,
        StoreError::NothingBefore | StoreError::NoGeneration(_) => NOT_INSTALLED,
    }
}

fn gvm_hint(error: &GvmError) -> Option<String> {
    match error {
        GvmError::Store(error) => store_hint(error),
        GvmError::Catalog(
            CatalogError::Select(error)
            | CatalogError::Unlisted { unknown: error, .. }
            | CatalogError::UnknownOffline { unknown: error, .. },
        ) => select_hint(error),
        GvmError::Catalog(CatalogError::Net(NetError::Offline { .. })) => Some(WITHOUT_OFFLINE.to_owned()),
        GvmError::Catalog(CatalogError::Net(_) | CatalogError::Index { .. }) => {
            Some(CHECK_THE_ADDRESS.to_owned())
        }
        GvmError::Receive { source, .. } => receive_hint(source),
        GvmError::NoneInstalled(VersionRequest::Previous) => None,
        GvmError::NoneInstalled(request) => Some(format!("run `gvm-rs install '{request}'`")),
        _ => None,
    }
}

fn receive_hint(error: &ReceiveError) -> Option<String> {
    match error {
        ReceiveError::Store(error) => store_hint(error),
        ReceiveError::Net(error) => Some(transfer_hint(error).to_owned()),
        ReceiveError::WrongDigest { .. } => Some(ANOTHER_SOURCE.to_owned()),
        ReceiveError::Unpack { .. } => None,
    }
}

const WITHOUT_OFFLINE: &str =
    "leave out `--offline` and GVM_RS_OFFLINE, or name a mirror that is a directory";
const CHECK_THE_ADDRESS: &str = "check the address with a browser or curl; `--offline` answers from the index \
                                 inside this program where no index is named";
const REPAIR: &str = "run `gvm-rs repair`";
const ANOTHER_SOURCE: &str = "nothing was installed; try another source with `--mirror URL`";

fn transfer_hint(error: &NetError) -> &'static str {
    match error {
        NetError::Offline { .. } => WITHOUT_OFFLINE,
        NetError::NotFound { .. } => "the mirror may lack it; try another with `--mirror URL`",
        NetError::Cut { .. } | NetError::TooSlow { .. } => {
            "try again: the same command goes on with what has arrived"
        }
        NetError::Connect { .. } | NetError::NoAnswer { .. } => {
            "check the network or proxy, or name another source with `--mirror URL`"
        }
        _ => ANOTHER_SOURCE,
    }
}

fn move_away(path: &Path) -> String {
    let path = path.to_string_lossy();
    format!("move it away: `mv {} {}`", shell::quote(&path), shell::quote(&format!("{path}.old")))
}

fn store_hint(error: &StoreError) -> Option<String> {
    match error {
        StoreError::NotInstalled(version) => Some(format!("run `gvm-rs install {version}`")),
        StoreError::IsCurrent(_) => Some("switch to another one first: `gvm-rs use VERSION`".to_owned()),
        StoreError::Needed { version, .. } => {
            Some(format!("run `gvm-rs uninstall --force {version}` if it may go all the same"))
        }
        StoreError::NotInTrash(_) => Some("`gvm-rs prune --trash --dry-run` shows what is".to_owned()),
        StoreError::InstalledAnew(_) => Some("`gvm-rs rollback` undoes the last switch".to_owned()),
        StoreError::NotALink { path } | StoreError::NameTaken { path } => Some(move_away(path)),
        // A number is that of a later program; anything else was damaged.
        StoreError::UnknownLayout { found, .. } if found.parse::<u32>().is_err() => Some(REPAIR.to_owned()),
        StoreError::NoExec(_) | StoreError::UnknownLayout { .. } => {
            Some("set GVM_RS_HOME to another directory".to_owned())
        }
        StoreError::Damaged { path, .. } if path.ends_with("bin/go") || path.ends_with("current") => {
            Some(REPAIR.to_owned())
        }
        StoreError::NoSpace { .. } => Some("`gvm-rs prune` and `gvm-rs cache clean` make room".to_owned()),
        StoreError::Disk(error) if error.is_out_of_space() => {
            Some("`gvm-rs prune` and `gvm-rs cache clean` make room".to_owned())
        }
        StoreError::Disk(error) if error.is_denied() => {
            Some("set GVM_RS_HOME to a directory of your own".to_owned())
        }
        StoreError::Unsafe { root, reason } if reason.starts_with("others") => {
            Some(format!("run `chmod go-w {}`", shell::quote(&root.to_string_lossy())))
        }
        StoreError::Unsafe { reason, .. } if reason.starts_with("it holds") => {
            Some("set GVM_RS_HOME to a directory of its own, which may be new".to_owned())
        }
        StoreError::Unsafe { .. } => Some("run gvm-rs as that user, or set GVM_RS_HOME".to_owned()),
        StoreError::NoGeneration(_) => Some("`gvm-rs history` shows the generations".to_owned()),
        _ => None,
    }
}

fn select_hint(error: &SelectError) -> Option<String> {
    match error {
        SelectError::Unknown { nearest, .. } if !nearest.is_empty() => {
            let nearest: Vec<String> = nearest.iter().map(ToString::to_string).collect();
            Some(format!("the nearest are {}; `gvm-rs ls-remote` shows all", nearest.join(", ")))
        }
        SelectError::NoBuild { newest_with_build: Some(version), .. } => {
            Some(format!("the newest with a build for it is {version}"))
        }
        _ => None,
    }
}
