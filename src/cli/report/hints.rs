//! Hints: what a user can type after a failure.

use std::path::Path;

use gvm_rs::binary::{BinaryError, Manager};
use gvm_rs::catalog::CatalogError;
use gvm_rs::damage::DamageError;
use gvm_rs::gvm::GvmError;
use gvm_rs::model::{GoVersion, RequestError, SelectError, VersionRequest};
use gvm_rs::net::{LocationError, NetError};
use gvm_rs::service::ServiceError;
use gvm_rs::setup::{EditError, SetupError};
use gvm_rs::shell::Shell;
use gvm_rs::store::{BuildError, ProofError, ReceiveError, StoreError};
use gvm_rs::trial::TrialError;
use gvm_rs::upgrade::UpgradeError;

use super::Failure;
use crate::cli::config::ConfigError;

const MAKE_ROOM: &str = "`gvm-rs prune` and `gvm-rs cache clean` make room";
const WITHOUT_OFFLINE: &str =
    "leave out `--offline` and GVM_RS_OFFLINE, or name a mirror that is a directory";
const CHECK_THE_ADDRESS: &str = "check the address with a browser or curl; `--offline` answers from the index \
                                 inside this program where no index is named";
const WITHOUT_BUILDING: &str = "with `--proof version` it would only have to say its version";
const REPAIR: &str = "run `gvm-rs repair`";
const ANOTHER_SOURCE: &str = "nothing was installed; try another source with `--mirror URL`";

impl Failure {
    /// Returns what can be typed, if that is known.
    pub(super) fn hint(&self) -> Option<String> {
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
            Failure::NothingCurrent | Failure::NothingInstalled => Some("run `gvm-rs use latest`".to_owned()),
            Failure::NotExact { meant, .. } if !meant.is_empty() => {
                let names: Vec<String> = meant.iter().map(ToString::to_string).collect();
                Some(format!("name it exactly, as {}", names.join(" or ")))
            }
            Failure::NoFunction => Some(
                "put `eval \"$(gvm-rs init bash)\"` into ~/.bashrc (zsh, fish and sh alike), or type it"
                    .to_owned(),
            ),
            Failure::NothingChosen => {
                Some("`gvm-rs shell 1.22` chooses, `gvm-rs why` shows what `go` is".to_owned())
            }
            Failure::NoHook(_) => {
                Some("`gvm-rs exec CMD` runs under what the project here asks for".to_owned())
            }
            Failure::NoCommand => Some("`gvm-rs exec 1.22 -- go test ./...`".to_owned()),
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
            Failure::Setup(error) => setup_hint(error),
            Failure::Service(ServiceError::NoSuchUnit(_)) => {
                Some("`systemctl --user list-unit-files --type=service` lists them".to_owned())
            }
            Failure::Service(ServiceError::Store(error)) => store_hint(error),
            Failure::Damaged { repair, .. } => Some(format!("run `{repair}`")),
            Failure::Config(ConfigError::NoReleases) => Some(
                "name a directory of releases: `--from URL`, GVM_RS_RELEASE_URL, or `release_url` in the \
                 configuration"
                    .to_owned(),
            ),
            Failure::Unconfirmed(_) => Some("`--yes` agrees beforehand, `--dry-run` only shows".to_owned()),
            Failure::Binary(error) => binary_hint(error),
            Failure::Upgrade(error) => upgrade_hint(error),
            Failure::Unsuited { newest, .. } => {
                newest.map(|newest| format!("the newest that will is {newest}"))
            }
            _ => None,
        }
    }
}

fn binary_hint(error: &BinaryError) -> Option<String> {
    Some(match error {
        BinaryError::Managed { manager: Manager::Cargo, .. } => {
            "`cargo install` replaces it, and `cargo uninstall gvm-rs` removes it".to_owned()
        }
        BinaryError::Managed { manager: Manager::Package, .. } => {
            "update or remove its package, or install gvm-rs to ~/.local/bin by install.sh".to_owned()
        }
        BinaryError::Net(NetError::Offline { .. }) => "leave out `--offline` and GVM_RS_OFFLINE".to_owned(),
        BinaryError::Net(_) | BinaryError::NotListed { .. } => {
            "check the address; it has to be a directory with a program for each platform and SHA256SUMS"
                .to_owned()
        }
        BinaryError::Disk(error) if error.is_denied() => {
            "run it as the user that gvm-rs belongs to".to_owned()
        }
        BinaryError::WrongDigest { .. } | BinaryError::Unrunnable { .. } | BinaryError::Stranger { .. } => {
            "gvm-rs is what it was".to_owned()
        }
        _ => return None,
    })
}

const OTHER_SHELLS: &str = "or name the shells to set up: `--shell NAME`";

fn word(path: &Path) -> String {
    Shell::Sh.quote(&path.to_string_lossy())
}

fn setup_hint(error: &SetupError) -> Option<String> {
    match error {
        SetupError::Store(error) => store_hint(error),
        SetupError::Edit(EditError::NoEnd(_)) => {
            Some("remove what is left of the block by hand, from its `>>> gvm-rs setup` on".to_owned())
        }
        SetupError::Edit(EditError::Changed(_)) => Some("type the same again".to_owned()),
        SetupError::Edit(EditError::NotPlain { .. }) => Some(format!("put it right, {OTHER_SHELLS}")),
        SetupError::Edit(EditError::Unreadable { path, source })
            if source.kind() == std::io::ErrorKind::PermissionDenied =>
        {
            Some(format!("`chmod u+r {}` makes it readable, {OTHER_SHELLS}", word(path)))
        }
        SetupError::Edit(EditError::Unreadable { .. }) => Some(format!("put it right, {OTHER_SHELLS}")),
        SetupError::Edit(EditError::NotOurs(path)) => {
            Some(format!("`sudo chown \"$(id -u)\" {}` makes it yours, {OTHER_SHELLS}", word(path)))
        }
        SetupError::Edit(EditError::Linked(path)) => {
            let path = word(path);
            Some(format!(
                "`cp -p {path} {path}.new && mv {path}.new {path}` parts it from them, {OTHER_SHELLS}"
            ))
        }
        SetupError::Edit(_) | SetupError::Unusable { .. } => None,
    }
}

fn upgrade_hint(error: &UpgradeError) -> Option<String> {
    match error {
        UpgradeError::Gvm(error) => gvm_hint(error),
        UpgradeError::Unproven { source, .. } => gvm_hint(source),
        UpgradeError::NothingCurrent => Some("run `gvm-rs use latest`".to_owned()),
        UpgradeError::NotARelease => Some("`gvm-rs rollback` goes back to it".to_owned()),
        UpgradeError::Check { to, now, .. } if *now == Some(*to) => None,
        UpgradeError::Check { to, .. } => {
            Some(format!("it is installed: `gvm-rs exec {to} -- CMD` tries it, and leaves `go` as it is"))
        }
        UpgradeError::Undone { to, .. } | UpgradeError::Overtaken { to, .. } => {
            Some(format!("put that right in the shell's files, and then `gvm-rs use {to}`"))
        }
        UpgradeError::NotUndone { .. } => Some("`gvm-rs rollback` goes back".to_owned()),
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
        GvmError::Proof { source: ProofError::Build(error), .. } => Some(build_hint(error).to_owned()),
        GvmError::Unfit { version, source: ProofError::Build(error) } => Some(match build_hint(error) {
            // What was just unpacked is whole; what has been there for a while may not be.
            WITHOUT_BUILDING => format!(
                "`gvm-rs verify {version}` tells whether it is damaged, and `gvm-rs repair {version}` mends it; \
                 {WITHOUT_BUILDING}"
            ),
            hint => hint.to_owned(),
        }),
        GvmError::Unsuited(preflight) => Some(alternative(preflight.version, preflight.newest)),
        GvmError::NoneInstalled(VersionRequest::Previous) => None,
        GvmError::NoneInstalled(request) => Some(format!("run `gvm-rs install '{request}'`")),
        _ => None,
    }
}

/// What can be typed where a release would not run here.
fn alternative(version: GoVersion, newest: Option<GoVersion>) -> String {
    let force = format!("`gvm-rs install --force {version}` tries it all the same");
    match newest {
        Some(newest) => format!("the newest that will is {newest}: `gvm-rs use {newest}`; {force}"),
        None => force,
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

fn build_hint(error: &BuildError) -> &'static str {
    match error {
        BuildError::Disk(_) | BuildError::NoSpace(_) => MAKE_ROOM,
        BuildError::TooSlow { .. } => "`build_timeout = SECONDS` in the configuration gives it more time",
        _ => WITHOUT_BUILDING,
    }
}

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
    format!("move it away: `mv {} {}`", Shell::Sh.quote(&path), Shell::Sh.quote(&format!("{path}.old")))
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
        StoreError::NoSpace { .. } => Some(MAKE_ROOM.to_owned()),
        StoreError::Disk(error) if error.is_out_of_space() => Some(MAKE_ROOM.to_owned()),
        StoreError::Disk(error) if error.is_denied() => {
            Some("set GVM_RS_HOME to a directory of your own".to_owned())
        }
        StoreError::Unsafe { root, reason } if reason.starts_with("others") => {
            Some(format!("run `chmod go-w {}`", Shell::Sh.quote(&root.to_string_lossy())))
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
