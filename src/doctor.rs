//! What is wrong with Go on this machine, and how to mend it: the store, PATH, settings, the user's shell files, and
//! whether `go` starts at all.
//!
//! An examination reads, and starts `go version` and fresh shells; it changes nothing, takes no lock and, unless it is
//! asked to, opens no connection. What can be mended without a choice is a [`Fix`], which is made only when somebody
//! says so.

mod contexts;
mod fix;
mod ide;
mod launch;
mod network;
mod path;
mod rc;
mod settings;
mod storage;
mod symptom;
pub mod syscalls;
mod trace;

use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::explain::{Fresh, Kind, Obstacle, Scene};
use crate::gvm::Gvm;
use crate::net::escaped;
use crate::process::Watch;
use crate::setup::Home;
use crate::shell::Init;

pub use contexts::{Context, Found};
pub use fix::{Fix, FixError};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know; nothing is wrong.
    Note,
    /// `go` works, and is not what it seems, or will not work for long.
    Warning,
    /// `go` does not work here, or is another one.
    Error,
}

impl Severity {
    /// Its name: `note`, `warning`, `error`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One thing that was found. All its texts are escaped.
#[derive(Debug)]
pub struct Finding {
    /// What it is called, for ever: `path-shadowed`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in a line.
    pub says: String,
    /// What shows it.
    pub evidence: Vec<String>,
    /// What can be done about it by hand, if anything can.
    pub mend: Option<String>,
    /// What can be done about it by [`Doctor::apply`].
    pub fix: Option<Fix>,
}

impl Finding {
    fn new(id: &'static str, severity: Severity, says: impl Display) -> Finding {
        Finding { id, severity, says: shown(says), evidence: Vec::new(), mend: None, fix: None }
    }

    fn error(id: &'static str, says: impl Display) -> Finding {
        Finding::new(id, Severity::Error, says)
    }

    fn warning(id: &'static str, says: impl Display) -> Finding {
        Finding::new(id, Severity::Warning, says)
    }

    fn note(id: &'static str, says: impl Display) -> Finding {
        Finding::new(id, Severity::Note, says)
    }

    fn with(mut self, evidence: impl Display) -> Finding {
        self.evidence.push(shown(evidence));
        self
    }

    fn with_all(self, evidence: impl IntoIterator<Item = impl Display>) -> Finding {
        evidence.into_iter().fold(self, Finding::with)
    }

    fn mend(mut self, text: impl Display) -> Finding {
        self.mend = Some(shown(text));
        self
    }

    fn fix(mut self, fix: impl Into<Option<Fix>>) -> Finding {
        self.fix = fix.into();
        self
    }
}

/// Whom the doctor looks at, and how closely.
pub struct Doctor<'a> {
    /// The store, the settings and who watches.
    pub gvm: &'a Gvm<'a>,
    /// What a `go` that is typed here depends on.
    pub scene: &'a Scene,
    /// The user's home, where there is one.
    pub home: Option<&'a Home>,
    /// What the shells are given by a set-up, where that can be said.
    pub init: Option<&'a Init>,
    /// The user's shell, to be started afresh.
    pub fresh: Option<&'a Fresh>,
    /// The environment: a variable that is set and not empty.
    pub variable: &'a (dyn Fn(&str) -> Option<OsString> + Sync),
    /// What to type against an obstacle, in this shell or so that fresh ones of that kind are without it, escaped.
    pub advice: &'a (dyn Fn(&Obstacle, Option<Kind>) -> Option<String> + Sync),
    /// Whether to show the system calls at which a `go` fails, where strace is installed.
    pub traces: bool,
    /// Whether to connect to the mirror and the index.
    pub asks_network: bool,
    /// The program to try system calls with, if that is wanted: this one.
    pub probes_calls_with: Option<&'a Path>,
}

/// What an examination came to.
#[derive(Debug, Default)]
pub struct Report {
    /// What was found, worst first.
    pub findings: Vec<Finding>,
    /// Which `go` runs where.
    pub contexts: Vec<Context>,
    /// The system calls that were tried.
    pub calls: Vec<syscalls::Probed>,
}

impl Report {
    /// The worst of what was found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// How long a fresh shell, or a `go`, may take; a healthy one takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest file of settings that is read.
const LARGEST: u64 = 4 << 20;

impl Doctor<'_> {
    /// Looks at everything.
    pub fn examine(&self) -> Report {
        // Both mostly wait for others.
        let (shells, mut findings) = both(|| contexts::shells(self), || launch::check(self));
        storage::check(self, &mut findings);
        path::check(self, &shells, &mut findings);
        settings::check(self, &shells, &mut findings);
        rc::check(self, &mut findings);
        ide::check(self, &mut findings);
        let contexts = contexts::all(self, shells, &mut findings);
        if self.asks_network {
            network::check(self, &mut findings);
        }
        let calls =
            self.probes_calls_with.map(|program| syscalls::probe(program, &[syscalls::NAME], self.watch()));
        let calls = calls.unwrap_or_default();
        syscalls::check(&calls, &mut findings);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Report { findings, contexts, calls }
    }

    fn watch(&self) -> Watch<'_> {
        Watch { limit: Some(PATIENCE), leaves_nothing: true, progress: self.gvm.progress }
    }

    fn bin(&self) -> PathBuf {
        self.gvm.store.layout().bin()
    }

    /// Whether a path leads into the store, by whatever name.
    fn is_ours(&self, path: &Path) -> bool {
        let root = self.gvm.store.layout().root();
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        path.starts_with(root) || real.starts_with(root.canonicalize().as_deref().unwrap_or(root))
    }
}

/// Does two things at once; one after the other where no thread can be started, which is what some are here to find out.
fn both<A: Send, B>(one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| match std::thread::Builder::new().spawn_scoped(scope, &one) {
        Ok(thread) => {
            let other = other();
            (thread.join().unwrap_or_else(|_| one()), other)
        }
        Err(_) => (one(), other()),
    })
}

/// A text from outside, bounded and escaped.
fn shown(text: impl Display) -> String {
    escaped(&text.to_string().chars().take(600).collect::<String>()).to_string()
}
