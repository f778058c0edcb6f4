//! One command under several toolchains. A toolchain that cannot be had is a row like any other.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

use super::{Task, Trial, TrialError};
use crate::catalog::CatalogError;
use crate::gvm::{Gvm, GvmError};
use crate::model::{GoVersion, Index, RequestError, SelectError, VersionRequest};
use crate::process::{Ended, Stopped, Watch};
use crate::progress::{Event, Progress};
use crate::store::StoreError;

/// What a matrix can be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// `installed`: everything that is.
    Installed,
    /// The newest release that a request means; of a range, the newest of each line.
    Request(VersionRequest),
}

impl FromStr for Spec {
    type Err = RequestError;

    fn from_str(text: &str) -> Result<Spec, RequestError> {
        match text.trim_ascii() {
            "installed" => Ok(Spec::Installed),
            text => text.parse().map(Spec::Request),
        }
    }
}

/// A toolchain that the command is to run under.
#[derive(Debug)]
pub struct Entry {
    /// The release, or the request that none answers.
    pub name: String,
    /// The release, or why there is none.
    pub version: Result<GoVersion, GvmError>,
}

/// How a matrix is run.
#[derive(Debug)]
pub struct Plan {
    /// The command.
    pub task: Task,
    /// How many run at once.
    pub jobs: usize,
    /// Whether nothing is begun after the first that does not work.
    pub fail_fast: bool,
}

/// What became of a toolchain.
#[derive(Debug)]
pub enum Outcome {
    /// The command ended.
    Ended(Ended),
    /// The toolchain could not be had, or the command not be started.
    Missing(TrialError),
    /// The end came before its turn.
    NotRun,
}

/// A toolchain and what became of it.
#[derive(Debug)]
pub struct Row {
    /// The release, or the request that none answers.
    pub name: String,
    /// The release, if there is one.
    pub version: Option<GoVersion>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Row {
    /// Whether the command ran and ended well.
    pub fn is_ok(&self) -> bool {
        matches!(&self.outcome, Outcome::Ended(ended) if ended.exit.is_success())
    }
}

impl Gvm<'_> {
    /// Returns what the specs mean, each release once, in the order of the specs, and oldest first within one.
    ///
    /// `every` takes every release that a line or range admits instead of the newest of each line.
    ///
    /// # Errors
    /// If the release index is needed and cannot be had. A spec that nothing answers is an entry.
    pub fn entries(&self, specs: &[Spec], every: bool) -> Result<Vec<Entry>, GvmError> {
        let mut index = None;
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        for spec in specs {
            let versions = match spec {
                Spec::Installed => self.store.installed()?.into_iter().rev().collect(),
                Spec::Request(VersionRequest::Exact(version)) => vec![*version],
                Spec::Request(VersionRequest::Previous) => {
                    self.installed(&VersionRequest::Previous)?.into_iter().collect()
                }
                Spec::Request(request) => {
                    if index.is_none() {
                        index = Some(self.catalog().releases()?.0);
                    }
                    index.as_ref().map(|index| self.meant(request, index, every)).unwrap_or_default()
                }
            };
            if let (true, Spec::Request(request)) = (versions.is_empty(), spec) {
                entries.push(Entry { name: request.to_string(), version: Err(unanswered(request)) });
            }
            let new = versions.into_iter().filter(|version| seen.insert(*version));
            entries.extend(new.map(|version| Entry { name: version.toolchain(), version: Ok(version) }));
        }
        Ok(entries)
    }

    /// The releases for this platform that a request means, oldest first.
    fn meant(&self, request: &VersionRequest, index: &Index, every: bool) -> Vec<GoVersion> {
        let built = self.releases_built_here(index);
        let mut meant: Vec<GoVersion> = match request {
            VersionRequest::Range(_) | VersionRequest::Newest(_) | VersionRequest::NewestOfMajor(_)
                if every =>
            {
                built.into_iter().filter(|version| request.admits(*version)).collect()
            }
            VersionRequest::Range(_) => {
                let mut lines = BTreeSet::new();
                let admitted = built.into_iter().filter(|version| request.admits(*version));
                admitted.filter(|version| lines.insert(version.lang())).collect()
            }
            _ => request.select_among(built).into_iter().collect(),
        };
        meant.reverse();
        meant
    }

    /// The releases that an index lists for this platform with a hash, newest first.
    pub(super) fn releases_built_here(&self, index: &Index) -> Vec<GoVersion> {
        let archives = index.releases().iter().filter_map(|it| it.archive_for(&self.settings.platform));
        archives.filter(|archive| archive.sha256.is_some()).map(|archive| archive.version).collect()
    }

    /// Runs the command under each entry, and tells each row as it ends. While one runs, the next one is fetched.
    pub fn matrix(&self, entries: Vec<Entry>, plan: &Plan, ended: &(dyn Fn(&Row) + Sync)) -> Vec<Row> {
        let stop = AtomicBool::new(false);
        let progress = Stoppable { inner: self.progress, stop: &stop };
        let fetching = Gvm { progress: &progress, ..*self };
        let rows = entries.iter().map(|entry| Row {
            name: entry.name.clone(),
            version: entry.version.as_ref().ok().copied(),
            outcome: Outcome::NotRun,
        });
        let rows: Mutex<Vec<Row>> = Mutex::new(rows.collect());
        // Without room in between: what is fetched waits in the hand of the fetcher, so it is never far ahead.
        let (offer, offers) = mpsc::sync_channel::<(usize, Result<Trial, GvmError>)>(0);
        let offers = Mutex::new(offers);
        let work = || {
            loop {
                let next = offers.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((position, trial)) = next else { return };
                // What was offered after the end is taken all the same, or the fetcher would wait for ever.
                let outcome = match stop.load(Ordering::Relaxed) {
                    true => Outcome::NotRun,
                    false => self.run_row(trial, &plan.task),
                };
                let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
                rows[position].outcome = outcome;
                let row = &rows[position];
                let is_over = self.progress.cancelled() || plan.fail_fast && !row.is_ok();
                stop.fetch_or(is_over, Ordering::Relaxed);
                ended(row);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..plan.jobs.max(1) {
                scope.spawn(work);
            }
            for (position, entry) in entries.into_iter().enumerate() {
                if progress.cancelled() {
                    break;
                }
                let trial =
                    entry.version.and_then(|version| fetching.trial_of(fetching.find_exactly(version)?));
                if offer.send((position, trial)).is_err() {
                    break;
                }
            }
            drop(offer);
        });
        rows.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find_exactly(&self, version: GoVersion) -> Result<crate::gvm::Target, GvmError> {
        self.find(&VersionRequest::Exact(version))
    }

    fn run_row(&self, trial: Result<Trial, GvmError>, task: &Task) -> Outcome {
        let ended = trial.map_err(TrialError::from).and_then(|trial| self.run_captured(&trial, task));
        match ended {
            Ok(ended) => Outcome::Ended(ended),
            Err(error) if error.is_interruption() => Outcome::NotRun,
            Err(error) => Outcome::Missing(error),
        }
    }

    /// Runs a command under a toolchain and keeps what it writes.
    pub(super) fn run_captured(&self, trial: &Trial, task: &Task) -> Result<Ended, TrialError> {
        let watch = Watch { limit: None, leaves_nothing: true, progress: self.progress };
        watch.joint_output(&mut task.under(&trial.tree())?).map_err(|stopped| match stopped {
            Stopped::CannotRun(error) => task.cannot_run(error),
            Stopped::TooSlow(_) | Stopped::Interrupted => StoreError::Interrupted.into(),
        })
    }
}

impl TrialError {
    /// Whether the user asked to stop.
    pub fn is_interruption(&self) -> bool {
        matches!(
            self,
            TrialError::Gvm(
                GvmError::Store(StoreError::Interrupted) | GvmError::Catalog(CatalogError::Interrupted)
            )
        )
    }
}

fn unanswered(request: &VersionRequest) -> GvmError {
    match request {
        VersionRequest::Previous => StoreError::NothingBefore.into(),
        _ => {
            let unknown = SelectError::Unknown { request: request.clone(), nearest: Vec::new() };
            CatalogError::from(unknown).into()
        }
    }
}

/// Passes events on, and asks for a stop also when there is nothing left to do it for.
struct Stoppable<'a> {
    inner: &'a dyn Progress,
    stop: &'a AtomicBool,
}

impl Progress for Stoppable<'_> {
    fn event(&self, event: Event<'_>) {
        self.inner.event(event);
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.inner.cancelled()
    }
}
