//! The first release under which a command fails. The order is that of the version numbers: 1.21.13 stands before
//! 1.22.0, though it was released later. Where a change was made in several lines there are several such releases,
//! and one of them is found: the one right before it, in that order, still works.

use super::{Search, Task, Trial, TrialError, Verdict};
use crate::gvm::{Gvm, GvmError, Target};
use crate::model::{GoVersion, VersionRequest};
use crate::net::NetError;
use crate::process::{Ended, Exit};
use crate::store::{ReceiveError, Slots, StoreError};

/// The releases to search among.
#[derive(Debug, Clone)]
pub struct Candidates {
    /// Oldest first; the two ends are the first and the last.
    pub versions: Vec<GoVersion>,
    /// Whether the newer end is the good one, so that the search is for the release that works again.
    pub is_repair: bool,
}

/// What a command says of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It ended well.
    Works,
    /// It ended badly.
    Fails,
    /// It said so, or the release does not run here.
    CannotTell,
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Found::Works => "works",
            Found::Fails => "fails",
            Found::CannotTell => "cannot tell",
        })
    }
}

/// A release that was looked at.
#[derive(Debug)]
pub struct Step {
    /// The release.
    pub version: GoVersion,
    /// What that means.
    pub found: Found,
    /// How the command ended, or why it could not be run.
    pub ended: Result<Ended, TrialError>,
}

/// Where the change lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The last release known to be as the older end.
    pub before: GoVersion,
    /// The first release known to be as the newer end.
    pub after: GoVersion,
    /// The releases between the two, of which nobody can tell; none if the change is found.
    pub unknown: Vec<GoVersion>,
}

/// A search, and who hears of it.
pub struct Bisect<'a> {
    /// The verbs.
    pub gvm: &'a Gvm<'a>,
    /// The command.
    pub task: &'a Task,
    /// Whether the toolchains that are fetched are installed.
    pub keep: bool,
    /// Told each step as it ends, and the search as it stands then; `None` before both ends are checked.
    pub told: &'a mut dyn FnMut(Step, Option<&Search>),
}

/// The exit code of a command that cannot tell, as for `git bisect run`.
const SKIP: i32 = 125;
/// The exit codes of shells for a program that cannot be run, or is not there.
const UNRUNNABLE: std::ops::RangeInclusive<i32> = 126..=127;
/// Signals that come from outside: hangup, interrupt, kill (also for want of memory), terminate.
const FROM_OUTSIDE: [i32; 4] = [1, 2, 9, 15];

impl Gvm<'_> {
    /// Returns the releases from one end to the other for this platform: stable ones, with `prereleases` all.
    pub fn candidates(
        &self,
        good: &VersionRequest,
        bad: &VersionRequest,
        prereleases: bool,
    ) -> Result<Candidates, TrialError> {
        let [good, bad] = [self.end(good)?, self.end(bad)?];
        if good == bad {
            return Err(TrialError::SameEnds(good));
        }
        let (first, last) = (good.min(bad), good.max(bad));
        let (index, _) = self.catalog().releases().map_err(GvmError::from)?;
        let is_wanted = |version: &GoVersion| {
            first < *version
                && *version < last
                && (version.is_stable() || prereleases && !version.is_oddity())
        };
        let between = self.releases_built_here(&index).into_iter().rev().filter(is_wanted);
        let versions = [first].into_iter().chain(between).chain([last]).collect();
        Ok(Candidates { versions, is_repair: bad < good })
    }

    /// The release that an end means; it is known to exist, though not yet to be had.
    fn end(&self, request: &VersionRequest) -> Result<GoVersion, GvmError> {
        match request {
            VersionRequest::Previous => self.installed(request)?.ok_or(StoreError::NothingBefore.into()),
            request => Ok(self.find(request)?.version()),
        }
    }
}

impl Bisect<'_> {
    /// Searches. Both ends are checked first; then each look halves what is left.
    ///
    /// # Errors
    /// [`TrialError::WrongEnd`] if an end is not as it was named, and whatever keeps the command from telling:
    /// it cannot be run, it is killed, a toolchain does not arrive.
    pub fn run(mut self, candidates: &Candidates) -> Result<Finding, TrialError> {
        let versions = &candidates.versions;
        let last = versions.len().saturating_sub(1);
        let (older, newer) = if candidates.is_repair { ("bad", "good") } else { ("good", "bad") };
        self.check_end(versions[0], older)?;
        self.check_end(versions[last], newer)?;
        let mut search = Search::new(last);
        while let Some(position) = search.pick() {
            let step = self.look(versions[position])?;
            let verdict = match step.found {
                Found::CannotTell => Verdict::Skipped,
                found if (found == Found::Works) == candidates.is_repair => Verdict::After,
                _ => Verdict::Before,
            };
            search.record(position, verdict);
            (self.told)(step, Some(&search));
        }
        Ok(Finding {
            before: versions[search.low()],
            after: versions[search.high()],
            unknown: search.unknown().into_iter().map(|position| versions[position]).collect(),
        })
    }

    fn check_end(&mut self, version: GoVersion, named: &'static str) -> Result<(), TrialError> {
        let Step { found, ended, .. } = self.look(version)?;
        // Without its ends there is nothing to search between.
        let ended = Ok(ended?);
        (self.told)(Step { version, found, ended }, None);
        match found == if named == "good" { Found::Works } else { Found::Fails } {
            true => Ok(()),
            false => Err(TrialError::WrongEnd { version, named, found }),
        }
    }

    /// Runs the command under a release. A release that cannot be had or does not work here cannot tell.
    fn look(&self, version: GoVersion) -> Result<Step, TrialError> {
        let step = |found, ended| Ok(Step { version, found, ended });
        let trial = match self.trial(version) {
            Ok(trial) => trial,
            Err(error) if says_nothing_of_others(&error) => {
                return step(Found::CannotTell, Err(error.into()));
            }
            Err(error) => return Err(error.into()),
        };
        let ended = self.gvm.run_captured(&trial, self.task)?;
        match ended.exit {
            Exit::Code(0) => step(Found::Works, Ok(ended)),
            Exit::Code(SKIP) => step(Found::CannotTell, Ok(ended)),
            Exit::Code(code) if UNRUNNABLE.contains(&code) => {
                Err(TrialError::Unrunnable { version, code: code as u8 })
            }
            Exit::Signal(signal) if FROM_OUTSIDE.contains(&signal) => {
                Err(TrialError::Killed { version, signal })
            }
            Exit::Code(_) | Exit::Signal(_) => step(Found::Fails, Ok(ended)),
        }
    }

    fn trial(&self, version: GoVersion) -> Result<Trial, GvmError> {
        let target = self.gvm.find_exactly(version)?;
        match target {
            Target::Wanted(found) if self.keep => {
                let installed = self.gvm.fetch(*found, &Slots::new(1))?;
                self.gvm.trial(&VersionRequest::Exact(installed.version))
            }
            target => self.gvm.trial_of(target),
        }
    }
}

/// Whether a release is missing in a way that the next one may not be.
fn says_nothing_of_others(error: &GvmError) -> bool {
    match error {
        GvmError::Proof { .. } => true,
        GvmError::Receive { source, .. } => {
            matches!(source, ReceiveError::Net(NetError::NotFound { .. }) | ReceiveError::Unpack { .. })
        }
        _ => false,
    }
}
