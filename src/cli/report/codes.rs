//! Exit codes. They are documented in `--help` and never reused.

use gvm_rs::binary::BinaryError;
use gvm_rs::catalog::CatalogError;
use gvm_rs::damage::DamageError;
use gvm_rs::gvm::GvmError;
use gvm_rs::project::PinError;
use gvm_rs::service::ServiceError;
use gvm_rs::setup::{EditError, SetupError};
use gvm_rs::store::{BuildError, ProofError, ReceiveError, StoreError};
use gvm_rs::trial::TrialError;
use gvm_rs::upgrade::UpgradeError;

use super::Failure;
use crate::cli::interrupt;

pub(crate) const FAILED: u8 = 1;
pub(super) const USAGE: u8 = 2;
const NO_SUCH_RELEASE: u8 = 3;
const NOT_INSTALLED: u8 = 4;
const NETWORK: u8 = 5;
const UNVERIFIED: u8 = 6;
const UNUSABLE: u8 = 7;
const DISK: u8 = 8;
const REFUSED: u8 = 9;
const DAMAGED: u8 = 10;
const CHECK_FAILED: u8 = 11;
const UNCONFIRMED: u8 = 12;
const BUSY: u8 = 75;

impl Failure {
    /// Returns the exit code for a failure.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Config(_) | Failure::Request(_) | Failure::NotExact { .. } | Failure::Platform(_) => {
                USAGE
            }
            Failure::NotAGeneration(_) | Failure::NotARelease(_) | Failure::NotALine(_) => USAGE,
            Failure::Project(_) | Failure::NoProject | Failure::Pin(PinError::Lookup(_)) => USAGE,
            Failure::NoFunction | Failure::NoHook(_) | Failure::NoCommand => USAGE,
            Failure::Pin(PinError::Disk(_)) => DISK,
            Failure::NoPin | Failure::NothingChosen => NOT_INSTALLED,
            Failure::NoMatch(_) => NO_SUCH_RELEASE,
            Failure::NothingCurrent | Failure::NothingInstalled => NOT_INSTALLED,
            Failure::NoProgram { .. } | Failure::NothingToRemove(_) => NOT_INSTALLED,
            Failure::Trial(error) => trial_code(error),
            Failure::Binary(error) => binary_code(error),
            Failure::Unconfirmed(_) => UNCONFIRMED,
            Failure::NoSuchCommand(_) => USAGE,
            Failure::Unwritten(_) | Failure::Disk(_) => DISK,
            Failure::Unsuited { .. } => UNUSABLE,
            Failure::Setup(error) => setup_code(error),
            Failure::Target(_) => USAGE,
            Failure::Inspected { .. } | Failure::Checked { .. } => FAILED,
            Failure::Unhealthy(_) | Failure::WillNotBuild(_) => FAILED,
            Failure::Unit(_) => USAGE,
            Failure::Service(error) => service_code(error),
            Failure::Nodes(_) | Failure::NoSuchDirectory(..) | Failure::NoSuchFile(..) => USAGE,
            Failure::NoGithubFile(_) | Failure::Unquotable(_) => USAGE,
            Failure::Signals(_) | Failure::Inconclusive | Failure::Tools(_) => FAILED,
            Failure::Several { code, .. } => *code,
            Failure::Gvm(error) | Failure::Damage(DamageError::Gvm(error)) => gvm_code(error),
            Failure::Damage(DamageError::Receive { source, .. }) => receive_code(source),
            Failure::Damage(DamageError::Proof { .. }) => UNUSABLE,
            Failure::Damage(DamageError::OtherRoot { .. }) => UNVERIFIED,
            Failure::Damage(DamageError::Persistent { .. }) | Failure::Damaged { .. } => DAMAGED,
            Failure::Upgrade(error) => upgrade_code(error),
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

fn binary_code(error: &BinaryError) -> u8 {
    match error {
        BinaryError::Disk(_) => DISK,
        BinaryError::Managed { .. } => REFUSED,
        BinaryError::Net(_) => NETWORK,
        BinaryError::Location(_) => USAGE,
        BinaryError::NotListed { .. } => NO_SUCH_RELEASE,
        BinaryError::WrongDigest { .. } => UNVERIFIED,
        BinaryError::Unrunnable { .. } | BinaryError::Stranger { .. } => UNUSABLE,
        BinaryError::NothingBefore => NOT_INSTALLED,
        BinaryError::Busy(_) => BUSY,
        BinaryError::Interrupted => interrupt::EXIT_CODE,
    }
}

fn setup_code(error: &SetupError) -> u8 {
    match error {
        SetupError::Store(error) => store_code(error),
        SetupError::Edit(EditError::Disk(_) | EditError::Unreadable { .. }) => DISK,
        SetupError::Edit(_) => REFUSED,
        SetupError::Unusable { .. } => USAGE,
    }
}

fn service_code(error: &ServiceError) -> u8 {
    match error {
        ServiceError::Store(error) => store_code(error),
        ServiceError::Edit(EditError::Disk(_) | EditError::Unreadable { .. }) => DISK,
        ServiceError::Edit(_) => REFUSED,
        ServiceError::NoSuchUnit(_) => NOT_INSTALLED,
        ServiceError::Unusable(_) | ServiceError::NoSystemd => USAGE,
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
        GvmError::Proof { source, .. } | GvmError::Unfit { source, .. } => match source {
            ProofError::Build(BuildError::Disk(_) | BuildError::NoSpace(_)) => DISK,
            ProofError::Interrupted => interrupt::EXIT_CODE,
            _ => UNUSABLE,
        },
        GvmError::Unsuited(_) => UNUSABLE,
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

fn upgrade_code(error: &UpgradeError) -> u8 {
    match error {
        UpgradeError::Gvm(error) => gvm_code(error),
        UpgradeError::Unproven { source, .. } => gvm_code(source),
        UpgradeError::NothingCurrent => NOT_INSTALLED,
        UpgradeError::NotARelease => USAGE,
        UpgradeError::Check { .. } => CHECK_FAILED,
        UpgradeError::Undone { .. } | UpgradeError::Overtaken { .. } => UNUSABLE,
        UpgradeError::NotUndone { source, .. } => store_code(source),
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
