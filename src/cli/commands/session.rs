//! What a command that changes something works with: store, network, settings and a watcher.

use std::io;

use gvm_rs::catalog::Fetched;
use gvm_rs::explain::{self, Scene};
use gvm_rs::gvm::{Gvm, Settings};
use gvm_rs::model::{GoVersion, Platform, VersionRequest};
use gvm_rs::net::Net;
use gvm_rs::project;
use gvm_rs::store::Store;

use crate::cli::config::{Config, current_directory};
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::Watcher;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

/// Everything that the verbs need.
pub(super) struct Session {
    store: Store,
    net: Net,
    fetched: Fetched,
    pub(super) settings: Settings,
    pub(super) watcher: Watcher,
}

impl Session {
    /// Opens a session. Nothing is connected to, and no certificate is read, before it is needed.
    pub(super) fn open(config: &Config, ui: &Ui) -> Result<Session, Failure> {
        Session::with(config.store()?, Interrupt::listen(), config, ui)
    }

    /// Opens a session in which other commands run.
    pub(super) fn open_beside_command(config: &Config, ui: &Ui) -> Result<Session, Failure> {
        Session::with(config.store()?, Interrupt::listen_beside_command(), config, ui)
    }

    /// Opens a session on a store that may be damaged, to look at that.
    pub(super) fn open_damaged(config: &Config, ui: &Ui) -> Result<Session, Failure> {
        Session::with(config.damaged_store()?, Interrupt::listen(), config, ui)
    }

    /// Opens a session on a store that was opened already.
    pub(super) fn on(store: Store, config: &Config, ui: &Ui) -> Result<Session, Failure> {
        Session::with(store, Interrupt::listen(), config, ui)
    }

    fn with(
        store: Store,
        interrupt: io::Result<Interrupt>,
        config: &Config,
        ui: &Ui,
    ) -> Result<Session, Failure> {
        let interrupt = interrupt.map_err(Failure::Signals)?;
        Ok(Session {
            store,
            net: Net::new(config.net_options()),
            fetched: Fetched::default(),
            settings: config.settings()?,
            watcher: Watcher::new(ui, interrupt),
        })
    }

    pub(super) fn gvm(&self) -> Gvm<'_> {
        Gvm {
            store: &self.store,
            net: &self.net,
            fetched: &self.fetched,
            settings: &self.settings,
            progress: &self.watcher,
        }
    }

    /// Returns the platform that is typed by its parts; a part that is not is that of this machine.
    pub(super) fn platform(&self, os: Option<&str>, arch: Option<&str>) -> Result<Platform, Failure> {
        let host = &self.settings.platform;
        let name = format!("{}-{}", os.unwrap_or(host.goos()), arch.unwrap_or(host.goarch()));
        name.parse().map_err(|_| Failure::Platform(name))
    }

    /// Remembers that the project here asks for a toolchain, so that this one is not removed.
    pub(super) fn remember_project(&self, config: &Config, ui: &Ui) -> Result<(), Failure> {
        if let Some(wish) = project::find(&current_directory()?, &config.workspace()?)?
            && let Err(error) = self.gvm().remember_project(&wish)
        {
            // What was asked for is done all the same.
            ui.detail(gvm_rs::net::escaped(&format!("the project is not remembered: {error}")));
        }
        Ok(())
    }
}

/// Returns what was typed as a request, or what the project here asks for.
pub(super) fn request_or_project(
    typed: Option<&str>,
    config: &Config,
    ui: &Ui,
) -> Result<VersionRequest, Failure> {
    if let Some(typed) = typed {
        return Ok(typed.parse()?);
    }
    let wish = project::find(&current_directory()?, &config.workspace()?)?.ok_or(Failure::NoProject)?;
    ui.note(format_args!(
        "`{}` asks for {}",
        gvm_rs::net::escaped(&wish.path.to_string_lossy()),
        wish.request
    ));
    Ok(wish.request)
}

/// Says so where a project's go.work or go.mod needs another Go than the one that was chosen for it.
pub(super) fn warn_of_shortfall(version: GoVersion, scene: &Scene, store: &Store, ui: &Ui) {
    if let Some(says) = explain::shortfall(version, scene, store) {
        ui.note(says);
        ui.hint("a pin at least as new as the go line keeps it from that: `gvm-rs local VERSION`");
    }
}
