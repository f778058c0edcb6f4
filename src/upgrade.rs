//! Switches that prove themselves first: a toolchain becomes current only after it has shown what it can and the
//! user's own checks have succeeded under it. An upgrade looks through the user's shells too, before and after, and
//! undoes itself where they no longer find the Go that they should.

mod plan;
mod shell;
mod tools;

use std::ffi::OsStr;
use std::io;
use std::process::Stdio;

use crate::gvm::{Gvm, GvmError, Installed};
use crate::model::GoVersion;
use crate::net::escaped;
use crate::process::{Exit, Stopped, Watch};
use crate::progress::{Event, Silent};
use crate::store::{Proof, ProofError, Purpose, Slots, StoreError, Switched, Waiting};
use crate::trial::Task;

pub use plan::{Aim, Step};
pub use shell::{Look, Sight};
pub use tools::{Tool, Tools, ToolsError};

/// A switch or an upgrade that did not come to be.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// A verb failed.
    #[error(transparent)]
    Gvm(#[from] GvmError),
    /// There is nothing to upgrade.
    #[error("nothing is current")]
    NothingCurrent,
    /// What the user asked for is no release that is newer.
    #[error("`prev` is no release to upgrade to")]
    NotARelease,
    /// The toolchain did not show what it should; what was current still is.
    #[error("did not switch to {}, `go` is still {}", to.toolchain(), now.toolchain())]
    Unproven {
        /// What was to be current.
        to: GoVersion,
        /// What is.
        now: GoVersion,
        /// What went wrong.
        source: Box<GvmError>,
    },
    /// A check of the user failed; what was current still is.
    #[error("{}: the check `{check}` {problem}", unchanged(*to, *now))]
    Check {
        /// What was to be current.
        to: GoVersion,
        /// What is, if anything.
        now: Option<GoVersion>,
        /// The check, shortened and escaped.
        check: String,
        /// How it went wrong.
        problem: CheckProblem,
    },
    /// The user's shell did not find the new toolchain, so the one before is current again.
    #[error("{} is no good in {shell}, so `go` is {} again: {reason}", to.toolchain(), now.toolchain())]
    Undone {
        /// What was current for a moment.
        to: GoVersion,
        /// What is now.
        now: GoVersion,
        /// Which shell.
        shell: String,
        /// What is wrong there, escaped.
        reason: String,
    },
    /// The user's shell did not find the new toolchain, which is current all the same.
    #[error("{} is no good in {shell} ({reason}), and going back failed", to.toolchain())]
    NotUndone {
        /// What is current.
        to: GoVersion,
        /// Which shell.
        shell: String,
        /// What is wrong there, escaped.
        reason: String,
        /// Why it could not be undone.
        source: Box<StoreError>,
    },
    /// The user's shell did not find the new toolchain, and somebody else has switched meanwhile.
    #[error("{} is no good in {shell}: {reason}; another gvm-rs has switched since", to.toolchain())]
    Overtaken {
        /// What was current for a moment.
        to: GoVersion,
        /// Which shell.
        shell: String,
        /// What is wrong there, escaped.
        reason: String,
    },
}

/// How a check went wrong.
#[derive(Debug, thiserror::Error)]
pub enum CheckProblem {
    /// It ended as a failure.
    #[error("failed ({0})")]
    Failed(Exit),
    /// It could not be started.
    #[error("cannot be run: {0}")]
    CannotRun(String),
}

/// What an upgrade came to.
#[derive(Debug)]
pub struct Upgraded {
    /// The toolchain before.
    pub from: GoVersion,
    /// The toolchain that is installed now, if it was not before.
    pub installed: Installed,
    /// The switch; none where another line is current.
    pub switched: Option<Switched>,
    /// What the user's shells show.
    pub looks: Vec<Look>,
}

fn unchanged(to: GoVersion, now: Option<GoVersion>) -> String {
    let to_name = to.toolchain();
    match now {
        Some(now) if now == to => format!("{to_name} is current and stays so"),
        Some(now) => format!("did not switch to {to_name}, `go` is still {}", now.toolchain()),
        None => format!("did not switch to {to_name}"),
    }
}

impl From<StoreError> for UpgradeError {
    fn from(error: StoreError) -> UpgradeError {
        UpgradeError::Gvm(error.into())
    }
}

impl Gvm<'_> {
    /// Makes an installed toolchain current, once it has stood its proof and the user's checks. What is current
    /// already is checked, too.
    pub fn change_to(&self, version: GoVersion) -> Result<Switched, UpgradeError> {
        self.store.check_usable(version)?;
        if self.current_version() != Some(version) {
            self.prove_for_switch(version).map_err(|error| self.unproven(error))?;
        }
        for check in &self.settings.checks {
            self.check(version, check)?;
        }
        Ok(self.switch(version)?)
    }

    /// Says what still runs where the proof of a toolchain failed that was to be current.
    pub fn unproven(&self, error: GvmError) -> UpgradeError {
        match (&error, self.current_version()) {
            (&GvmError::Proof { version: to, .. } | &GvmError::Unfit { version: to, .. }, Some(now)) => {
                UpgradeError::Unproven { to, now, source: Box::new(error) }
            }
            _ => error.into(),
        }
    }

    /// Takes one step: installs, proves, checks, switches, and undoes that where a shell no longer finds its Go.
    pub fn upgrade(&self, step: Step, slots: &Slots) -> Result<Upgraded, UpgradeError> {
        let Step { from, target, is_current, .. } = step;
        let to = target.version();
        let installed = self.obtain(target, slots);
        if !is_current {
            return Ok(Upgraded { from, installed: installed?, switched: None, looks: Vec::new() });
        }
        let installed = installed.map_err(|error| self.unproven(error))?;
        let views = self.views();
        let before: Vec<Look> = views.iter().map(|view| self.look(view, from)).collect();
        let switched = self.change_to(to)?;
        let mut looks = Vec::new();
        for (view, before) in views.iter().zip(before) {
            if before.sight != Sight::Found {
                looks.push(before);
                continue;
            }
            let after = self.look(view, to);
            if let Sight::Missed(reason) | Sight::Unseen(reason) = &after.sight {
                return Err(self.take_back(&switched, from, (&after.shell, reason)));
            }
            looks.push(after);
        }
        Ok(Upgraded { from, installed, switched: Some(switched), looks })
    }

    /// What is current; a link that leads nowhere is no toolchain, and is mended by a switch.
    fn current_version(&self) -> Option<GoVersion> {
        self.store.current().unwrap_or_default().map(|current| current.version)
    }

    /// Lets a toolchain build that has not done so yet.
    fn prove_for_switch(&self, version: GoVersion) -> Result<(), GvmError> {
        // Whatever is installed has said its version.
        if self.settings.switch_proof == Proof::Version || self.store.has_built(version)? {
            return Ok(());
        }
        self.progress.event(Event::Phase { version, phase: "proving" });
        let before = self.store.provenance(version);
        let staging = self.lock()?.new_staging()?;
        self.store.prove_build(version, &staging, &self.probe()).map_err(|source| match source {
            ProofError::Interrupted => StoreError::Interrupted.into(),
            ProofError::Gone => StoreError::NotInstalled(version).into(),
            source => GvmError::Unfit { version, source },
        })?;
        // Where a check may still say no, the history will not tell. What cannot be written is shown once more.
        if let (Ok(before), false) = (before, self.settings.checks.is_empty()) {
            drop(self.lock().and_then(|writer| writer.remember_build(&before)));
        }
        Ok(())
    }

    /// Runs a check of the user where the command was typed; what it prints goes to our standard error.
    fn check(&self, version: GoVersion, check: &str) -> Result<(), UpgradeError> {
        self.progress.event(Event::Detail(&format!("checking under {}: {check}", version.toolchain())));
        let failed = |problem| UpgradeError::Check {
            to: version,
            now: self.current_version(),
            check: escaped(&check.chars().take(120).collect::<String>()).to_string(),
            problem,
        };
        let tree = self.store.layout().tree(version);
        let command = self.task(["/bin/sh", "-c", check]).under(&tree);
        let mut command = command.map_err(|e| failed(CheckProblem::CannotRun(e.to_string())))?;
        command.stdin(Stdio::null()).stdout(io::stderr());
        let watch = Watch { limit: None, leaves_nothing: false, progress: self.progress };
        match watch.run(&mut command) {
            Ok(ended) if ended.exit.is_success() => Ok(()),
            Ok(ended) => Err(failed(CheckProblem::Failed(ended.exit))),
            Err(Stopped::CannotRun(e)) => Err(failed(CheckProblem::CannotRun(e.to_string()))),
            Err(Stopped::TooSlow(_) | Stopped::Interrupted) => Err(StoreError::Interrupted.into()),
        }
    }

    /// A command in the user's environment, to be run under a toolchain.
    fn task<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Task {
        Task {
            words: words.into_iter().map(|word| word.as_ref().to_owned()).collect(),
            path: self.settings.environment.path.clone(),
            keeps_gotoolchain: false,
        }
    }

    /// Goes back to what was current before a switch, unless somebody else has switched since.
    fn take_back(&self, switched: &Switched, now: GoVersion, (shell, reason): (&str, &str)) -> UpgradeError {
        let to = switched.to.version;
        let why = match self.progress.cancelled() {
            true => "interrupted".to_owned(),
            false => format!("no good in {shell}"),
        };
        let purpose = Purpose {
            command: format!("{} (undone: {why})", self.settings.purpose.command),
            ..self.purpose()
        };
        let (shell, reason) = (shell.to_owned(), reason.to_owned());
        // Whoever interrupts wants to be where they were before, even if the lock is another's for a moment.
        let waiting = Waiting { progress: &Silent, ..self.waiting() };
        let back = self.store.lock(&purpose, waiting).and_then(|writer| {
            let is_ours = self.store.current()? == Some(switched.to);
            if is_ours { writer.switch(now).map(|_| true) } else { Ok(false) }
        });
        match back {
            Err(error) => UpgradeError::NotUndone { to, shell, reason, source: Box::new(error) },
            _ if self.progress.cancelled() => StoreError::Interrupted.into(),
            Ok(true) => UpgradeError::Undone { to, now, shell, reason },
            Ok(false) => UpgradeError::Overtaken { to, shell, reason },
        }
    }
}
