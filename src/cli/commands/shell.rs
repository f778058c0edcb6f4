//! `shell` and `hook`: what the code that `gvm-rs init` loads asks the program. Nothing here can change a shell.

use std::path::Path;
use std::process::ExitCode;

use gvm_rs::explain;
use gvm_rs::model::{GoVersion, VersionRequest};
use gvm_rs::net::escaped;
use gvm_rs::project::{self, Answer, Wish};
use gvm_rs::store::Store;

use super::session::Session;
use crate::cli::args::Shell;
use crate::cli::config::{Config, current_directory};
use crate::cli::report::{Failure, with_causes};
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Shell, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let chosen = config.scene()?.session;
    let Some(spec) = &args.spec else {
        return match chosen.as_deref().map(toolchain_of) {
            _ if args.unset => Err(Failure::NoFunction),
            Some(name) => {
                ui.result(escaped(&name));
                Ok(ExitCode::SUCCESS)
            }
            None => Err(Failure::NothingChosen),
        };
    };
    let request: VersionRequest = spec.parse()?;
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let version = gvm.resolve(&request)?;
    gvm.store.check_usable(version)?;
    if !args.name {
        return Err(Failure::NoFunction);
    }
    // A pin would change nothing: what is chosen here comes before it.
    if let Some(says) = explain::shortfall(version, &config.scene()?, gvm.store) {
        ui.note(says);
    }
    ui.result(version.toolchain());
    Ok(ExitCode::SUCCESS)
}

/// `go1.22.5` of `/root/versions/go1.22.5/bin`.
fn toolchain_of(bin: &Path) -> String {
    let tree = bin.parent().and_then(Path::file_name);
    tree.unwrap_or(bin.as_os_str()).to_string_lossy().into_owned()
}

/// Prints four lines: the toolchain to put first on PATH, that which is current, what to say, and `end`.
///
/// Invariant: it never installs, waits for nobody and opens no connection. Each line may be empty, and none has a
/// control character in it.
pub(crate) fn hook(config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let store = config.store()?;
    let current = store.current().unwrap_or_default().map(|current| current.version);
    let (version, says) = match project::find(&current_directory()?, &config.workspace()?) {
        Ok(Some(wish)) => answer(&wish, config, &store)?,
        Ok(None) => (None, None),
        Err(error) => (None, Some(with_causes(&error))),
    };
    let name = |version: Option<GoVersion>| version.map(GoVersion::toolchain).unwrap_or_default();
    let says = escaped(&says.unwrap_or_default()).to_string();
    ui.result(format_args!("{}\n{}\n{says}\nend\n", name(version), name(current)));
    Ok(ExitCode::SUCCESS)
}

fn answer(
    wish: &Wish,
    config: &Config,
    store: &Store,
) -> Result<(Option<GoVersion>, Option<String>), Failure> {
    let file = wish.path.display();
    Ok(match wish.answer(store)? {
        Answer::Current(_) => (None, None),
        Answer::Installed(version) => {
            let shortfall = explain::shortfall(version, &config.scene()?, store);
            (Some(version), shortfall.map(|says| format!("`{file}` asks for {version}, but {says}")))
        }
        Answer::Missing => {
            let says = format!(
                "`{file}` asks for {}, which is not installed; `gvm-rs install` installs it",
                wish.request
            );
            (None, Some(says))
        }
    })
}
