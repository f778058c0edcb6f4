//! The verbs that remove, and those that bring back. What is removed goes into the trash of the store, and nothing is
//! removed that is current, needed by the history or a known project, or running.

use crate::gvm::{Gvm, GvmError};
use crate::model::{GoVersion, Lang, Platform};
use crate::net::escaped;
use crate::progress::Event;
use crate::project;
use crate::store::{
    Batch, BroughtBack, Discarded, Emptied, Fate, Generation, Need, Project, Removed, Removing, StoreError,
    Surroundings, Switched, Writer,
};

/// For how long a prune leaves in the trash what was removed, in seconds: 30 days.
pub const KEPT_IN_TRASH: u64 = 30 * 86_400;

/// What an uninstall came to.
#[derive(Debug)]
pub struct Uninstalled {
    /// What is gone.
    pub removed: Vec<Removed>,
    /// What stays, and why.
    pub failed: Vec<StoreError>,
    /// Files to delete, now that the lock is free.
    pub discarded: Discarded,
}

/// Which toolchains to prune: those that meet every condition.
#[derive(Debug, Clone)]
pub struct Prune {
    /// How many of the newest releases of each line stay.
    pub keep: usize,
    /// The lines to look at; none are all.
    pub lines: Vec<Lang>,
    /// They were neither current nor installed since then, in seconds since 1970.
    pub unused_since: Option<u64>,
}

/// What a prune would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// What goes.
    pub goes: Vec<GoVersion>,
    /// What would go, were it not needed.
    pub stays: Vec<(GoVersion, Vec<Need>)>,
}

/// What a prune came to.
#[derive(Debug)]
pub struct Pruned {
    /// What is gone.
    pub removed: Vec<Removed>,
    /// What would have gone, were it not needed.
    pub stays: Vec<(GoVersion, Vec<Need>)>,
    /// How many generations were forgotten.
    pub generations: usize,
    /// What was in the trash for too long.
    pub expired: Vec<Batch>,
    /// Files to delete, now that the lock is free.
    pub discarded: Vec<Discarded>,
}

/// What an undo came to.
#[derive(Debug)]
pub enum Undone {
    /// The last change was a switch; this is the one back.
    Switch(Switched),
    /// The last change was a removal.
    Removal(BroughtBack),
}

impl Gvm<'_> {
    /// Removes toolchains: each that may go, as one batch of the trash.
    pub fn uninstall(&self, versions: &[GoVersion], removing: Removing) -> Result<Uninstalled, GvmError> {
        let writer = self.lock()?;
        let projects = self.known_projects(Some(&writer))?;
        let mut around = self.surroundings(self.store.generations()?, &projects)?;
        let mut removals = writer.removals(removing);
        let (mut removed, mut failed) = (Vec::new(), Vec::new());
        for version in versions {
            match removals.remove(*version, &mut around) {
                Ok(one) => removed.push(one),
                Err(error) => failed.push(error),
            }
        }
        Ok(Uninstalled { removed, failed, discarded: removals.finish()? })
    }

    /// Removes toolchains for another platform, for good.
    pub fn uninstall_foreign(
        &self,
        platform: &Platform,
        versions: &[GoVersion],
    ) -> Result<Uninstalled, GvmError> {
        let writer = self.lock()?;
        let mut outcome =
            Uninstalled { removed: Vec::new(), failed: Vec::new(), discarded: Discarded::default() };
        for &version in versions {
            match writer.remove_foreign(platform, version, &mut outcome.discarded) {
                Ok(()) => {
                    let fate = Fate::Purged;
                    outcome.removed.push(Removed { version, bytes: None, fate, broken: Vec::new() });
                }
                Err(error) => outcome.failed.push(error),
            }
        }
        Ok(outcome)
    }

    /// Undoes the last change: brings back what was removed since the last switch, batch by batch; then it is a
    /// rollback.
    pub fn undo(&self) -> Result<Undone, GvmError> {
        let writer = self.lock()?;
        Ok(match self.store.last_removal()? {
            Some(batch) => Undone::Removal(writer.bring_back(&batch, None)?),
            None => Undone::Switch(writer.switch_back(None)?),
        })
    }

    /// Brings back these toolchains, whenever they were removed; all of them are looked for first.
    pub fn bring_back(&self, versions: &[GoVersion]) -> Result<BroughtBack, GvmError> {
        let writer = self.lock()?;
        let batches = self.store.trash()?;
        let newest = |version: &GoVersion| {
            let mut holding = batches.iter().rev().filter(|batch| batch.versions().any(|v| v == *version));
            holding.next().ok_or(StoreError::NotInTrash(*version))
        };
        let found = versions.iter().map(newest).collect::<Result<Vec<&Batch>, _>>()?;
        let mut outcome = BroughtBack::default();
        for (version, batch) in versions.iter().zip(found) {
            outcome.versions.extend(writer.bring_back(batch, Some(&[*version]))?.versions);
        }
        Ok(outcome)
    }

    /// Returns what a prune would do; changes nothing.
    pub fn prunable(&self, prune: &Prune) -> Result<Plan, GvmError> {
        let projects = self.known_projects(None)?;
        let mut around = self.surroundings(self.store.kept_generations()?, &projects)?;
        let mut plan = Plan::default();
        for version in self.selected_by(prune)? {
            match self.store.needs(version, &around) {
                Ok(needs) if needs.is_empty() => {
                    around.installed.retain(|installed| *installed != version);
                    plan.goes.push(version);
                }
                Ok(needs) => plan.stays.push((version, needs)),
                Err(StoreError::IsCurrent(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(plan)
    }

    /// Forgets all but the last generations, and removes what then meets every condition and is not needed. What was
    /// removed more than [`KEPT_IN_TRASH`] ago is deleted for good.
    pub fn prune(&self, prune: &Prune) -> Result<Pruned, GvmError> {
        let writer = self.lock()?;
        // Before the history forgets when they were used.
        let candidates = self.selected_by(prune)?;
        let generations = writer.trim_history()?;
        let expired = writer.empty_trash(Some(self.settings.purpose.now.saturating_sub(KEPT_IN_TRASH)))?;
        let projects = self.known_projects(Some(&writer))?;
        let mut around = self.surroundings(self.store.generations()?, &projects)?;
        let mut removals = writer.removals(Removing::default());
        let (mut removed, mut stays) = (Vec::new(), Vec::new());
        for version in candidates {
            match removals.remove(version, &mut around) {
                Ok(one) => removed.push(one),
                Err(StoreError::Needed { version, needs }) => stays.push((version, needs)),
                Err(StoreError::IsCurrent(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let discarded = vec![expired.discarded, removals.finish()?];
        Ok(Pruned { removed, stays, generations, expired: expired.batches, discarded })
    }

    /// Takes all of the trash out of sight, to be deleted.
    pub fn empty_trash(&self) -> Result<Emptied, GvmError> {
        Ok(self.lock()?.empty_trash(None)?)
    }

    /// Remembers the file by which a project asked for its toolchain, so that this one is not removed.
    pub fn remember_project(&self, wish: &project::Wish) -> Result<(), GvmError> {
        if !self.store.knows_project(&wish.path) {
            self.lock()?.remember_project(&wish.path)?;
        }
        Ok(())
    }

    /// Installed releases that a prune is to look at, newest first: needed or not.
    fn selected_by(&self, prune: &Prune) -> Result<Vec<GoVersion>, GvmError> {
        let (mut line, mut seen) = (None, 0);
        let mut candidates = Vec::new();
        for version in self.store.installed()? {
            if line != Some(version.lang()) {
                (line, seen) = (Some(version.lang()), 0);
            }
            seen += 1;
            if seen > prune.keep && (prune.lines.is_empty() || prune.lines.contains(&version.lang())) {
                candidates.push(version);
            }
        }
        if let Some(since) = prune.unused_since {
            let last_current = self.store.last_current()?;
            candidates.retain(|version| {
                let installed = self.store.provenance(*version).ok().map(|told| told.installed_at);
                // Where nothing tells when it was used it may have been a moment ago.
                last_current.get(version).copied().max(installed).is_some_and(|used| used < since)
            });
        }
        Ok(candidates)
    }

    fn surroundings<'p>(
        &self,
        kept: Vec<Generation>,
        projects: &'p [Project],
    ) -> Result<Surroundings<'p>, StoreError> {
        Ok(Surroundings { installed: self.store.installed()?, kept, projects })
    }

    /// Reads anew what the known projects ask for. A file that is gone is forgotten by a writer, and one that cannot
    /// be understood asks for nothing.
    fn known_projects(&self, writer: Option<&Writer<'_>>) -> Result<Vec<Project>, StoreError> {
        let mut projects = Vec::new();
        for file in self.store.projects()? {
            match project::read_again(&file) {
                Ok(project::Known::Asks(wish)) => {
                    projects.push(Project { file: wish.path, request: wish.request });
                }
                Ok(project::Known::AsksNothing) => {}
                Ok(project::Known::Gone) => {
                    if let Some(writer) = writer {
                        writer.forget_project(&file)?;
                    }
                }
                Err(error) => self.progress.event(Event::Detail(&escaped(&error.to_string()).to_string())),
            }
        }
        Ok(projects)
    }
}
