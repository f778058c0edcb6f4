//! The verbs about damage: `verify` finds it out and changes nothing, `repair` puts right exactly that.
//!
//! ```text
//! Store::verify → TreeCheck ─Mending::take_from_others, take_from_staged→ ─settle→ SettledMending
//!               ─Writer::mend→ Store::verify again ─Store::prove→ repaired
//! ```

use std::path::PathBuf;
use std::time::Duration;

use crate::gvm::{Gvm, GvmError};
use crate::model::{GoVersion, VersionRequest};
use crate::progress::Event;
use crate::store::{
    Destination, Fault, Finding, Mending, Proof, ProofError, Provenance, ReceiveError, Restored, Slots,
    Staged, StoreError, Taken, TreeCheck,
};

/// A verb about damage that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum DamageError {
    /// What it is built from failed.
    #[error(transparent)]
    Gvm(GvmError),
    /// What it lacks could not be had.
    #[error("cannot repair {}", version.toolchain())]
    Receive {
        /// The toolchain.
        version: GoVersion,
        /// Why.
        source: ReceiveError,
    },
    /// Everything in it is as installed, and yet it does not run.
    #[error("{} is whole, and yet does not work here", version.toolchain())]
    Proof {
        /// The toolchain.
        version: GoVersion,
        /// Why.
        source: ProofError,
    },
    /// Another release of that number would take the place of the one that was installed.
    #[error(
        "cannot repair {}: it was {} one, and its manifest does not tell its hash any more",
        version.toolchain(),
        if *was_unofficial { "an unofficial" } else { "the official" }
    )]
    OtherRoot {
        /// The toolchain.
        version: GoVersion,
        /// What its manifest's name says.
        was_unofficial: bool,
    },
    /// What was put right did not stay so.
    #[error("{} is still damaged: `{}` is {}", version.toolchain(), path.display(), fault.name())]
    Persistent {
        /// The toolchain.
        version: GoVersion,
        /// Where, below the root.
        path: PathBuf,
        /// What is the matter there.
        fault: Fault,
    },
}

impl From<GvmError> for DamageError {
    fn from(error: GvmError) -> DamageError {
        match error {
            // Nobody asked for an install.
            GvmError::Receive { version, source } => DamageError::Receive { version, source },
            error => DamageError::Gvm(error),
        }
    }
}

impl From<StoreError> for DamageError {
    fn from(error: StoreError) -> DamageError {
        DamageError::Gvm(error.into())
    }
}

/// What is looked at.
#[derive(Debug, Clone)]
pub enum Scope {
    /// The store itself and the current toolchain.
    Current,
    /// The store itself and every toolchain.
    All,
    /// The toolchains that these requests mean, and nothing else.
    These(Vec<VersionRequest>),
}

/// What `verify` found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong with the store itself.
    pub structure: Vec<Finding>,
    /// What is wrong with each toolchain that was looked at.
    pub toolchains: Vec<TreeCheck>,
    /// Generations that are missing from the history, which harms nothing and cannot be repaired.
    pub gaps: Vec<u64>,
}

impl Verdict {
    /// Everything that is wrong, each thing once.
    pub fn findings(&self) -> Vec<&Finding> {
        let inside = self.toolchains.iter().flat_map(|check| &check.findings);
        let mut findings: Vec<&Finding> = self.structure.iter().chain(inside).collect();
        findings.sort_by(|a, b| a.path.cmp(&b.path));
        // A tree that is gone is told by the look at the store and by the one at the toolchain.
        findings.dedup_by(|a, b| a.path == b.path && a.fault.name() == b.fault.name());
        findings
    }
}

/// What became of one toolchain in a repair.
#[derive(Debug)]
pub struct Repaired {
    /// The toolchain.
    pub version: GoVersion,
    /// What was wrong with it.
    pub findings: Vec<Finding>,
    /// What came from other installed toolchains.
    pub from_others: Taken,
    /// What came from its archive.
    pub from_archive: Taken,
    /// Whether the whole tree was installed anew.
    pub is_reinstalled: bool,
}

/// How often the store itself is looked at before something is called damaged.
const LOOKS: usize = 3;
const PAUSE: Duration = Duration::from_millis(50);
/// Each look at a directory that could not be read shows what is below it.
const MOST_PASSES: usize = 5;

impl Gvm<'_> {
    /// Finds out what is damaged. Takes no lock and writes nothing.
    pub fn verify(&self, scope: &Scope) -> Result<Verdict, DamageError> {
        let (structure, gaps) = match scope {
            Scope::These(_) => (Vec::new(), Vec::new()),
            Scope::Current | Scope::All => (self.lasting_findings()?, self.store.gaps_in_history()?),
        };
        let mut toolchains = Vec::new();
        for version in self.scope(scope)? {
            let check = self.store.verify(version, self.progress)?;
            // One that another gvm-rs removed meanwhile is not damaged.
            if check.is_sound() || self.scope(scope)?.contains(&version) {
                toolchains.push(check);
            }
        }
        Ok(Verdict { structure, toolchains, gaps })
    }

    /// Looks again where something was found: another gvm-rs may be in the middle of a change, and damage stays.
    pub fn lasting_findings(&self) -> Result<Vec<Finding>, DamageError> {
        let mut findings = self.store.verify_structure()?;
        for _ in 1..LOOKS {
            if !findings.is_empty() {
                std::thread::sleep(PAUSE);
                let again = self.store.verify_structure()?;
                findings.retain(|finding| again.contains(finding));
            }
        }
        Ok(findings)
    }

    /// Puts the store itself right, without the network: directories, links, generations.
    pub fn restore_structure(&self) -> Result<Restored, DamageError> {
        Ok(self.store.restore(&self.settings.purpose, self.waiting())?)
    }

    /// Returns the toolchains that a scope means, what was lost of them too.
    pub fn scope(&self, scope: &Scope) -> Result<Vec<GoVersion>, DamageError> {
        let mut versions = match scope {
            Scope::These(requests) => {
                requests.iter().map(|request| self.installed_or_lost(request)).collect::<Result<_, _>>()?
            }
            Scope::All => [self.store.lost()?, self.store.installed()?].concat(),
            Scope::Current => self.store.plainly_damaged()?,
        };
        if let (Scope::Current | Scope::All, Ok(Some(current))) = (scope, self.store.current()) {
            versions.push(current.version);
        }
        versions.sort_unstable_by(|a, b| b.cmp(a));
        versions.dedup();
        Ok(versions)
    }

    fn installed_or_lost(&self, request: &VersionRequest) -> Result<GoVersion, DamageError> {
        match request {
            VersionRequest::Exact(version) if self.store.lost()?.contains(version) => Ok(*version),
            _ => Ok(self.resolve(request)?),
        }
    }

    /// Puts one toolchain right; success means that everything in it is as installed, and that its `go` runs.
    pub fn repair(&self, version: GoVersion) -> Result<Repaired, DamageError> {
        let check = self.store.verify(version, self.progress)?;
        let mut repaired = Repaired {
            version,
            findings: check.findings.clone(),
            from_others: Taken::default(),
            from_archive: Taken::default(),
            is_reinstalled: false,
        };
        if check.is_sound() {
            // A repair that was killed at the end of its work left its staging, which whoever takes the lock sweeps.
            drop(self.lock()?);
            return Ok(repaired);
        }
        if !self.store.has(version) {
            let outcome = self.fetch_right(&check, |source| self.install_from(source, &Slots::new(1)));
            outcome?;
            repaired.is_reinstalled = true;
            return Ok(repaired);
        }
        self.mend(check, &mut repaired)?;
        self.store.prove_version(version, &self.probe()).map_err(|source| match source {
            ProofError::Interrupted => StoreError::Interrupted.into(),
            source => DamageError::Proof { version, source },
        })?;
        Ok(repaired)
    }

    /// Mends until nothing is found any more.
    fn mend(&self, mut check: TreeCheck, repaired: &mut Repaired) -> Result<(), DamageError> {
        for _ in 0..MOST_PASSES {
            let version = check.version;
            let mut mending = Mending::new(self.lock()?.new_staging()?, check);
            repaired.from_others.add(mending.take_from_others(self.store, self.progress)?);
            if mending.is_incomplete() {
                repaired.from_archive.add(self.take_from_archive(&mut mending)?);
            }
            let settled = mending.settle()?;
            self.lock()?.mend(&settled)?;
            // Deletes what was moved out, without the lock.
            drop(settled);
            check = self.store.verify(version, self.progress)?;
            if check.is_sound() {
                return Ok(());
            }
        }
        let Finding { path, fault } = check.findings.swap_remove(0);
        Err(DamageError::Persistent { version: check.version, path, fault })
    }

    fn take_from_archive(&self, mending: &mut Mending) -> Result<Taken, DamageError> {
        // A mended tree is only asked for its version, so what its manifest says of building stays what it said.
        let proof = mending.check().provenance.as_ref().map_or(Proof::Version, |recorded| recorded.proof);
        let receive = |source: &Provenance| {
            let source = Provenance { proof, ..source.clone() };
            self.receive(&source, &Slots::new(1), Destination::Repair)
        };
        let staged: Option<Staged> = self.fetch_right(mending.check(), receive)?;
        let Some(staged) = staged else {
            return Err(StoreError::NotInstalled(mending.check().version).into());
        };
        let taken = mending.take_from_staged(self.store, &staged, self.progress)?;
        staged.release()?;
        Ok(taken)
    }

    /// Fetches the archive that a toolchain came from.
    fn fetch_right<T>(
        &self,
        check: &TreeCheck,
        fetch: impl Fn(&Provenance) -> Result<T, GvmError>,
    ) -> Result<T, DamageError> {
        let outcome = match &check.provenance {
            Some(recorded) => self.fetch_recorded(check, recorded, fetch),
            None => self.provenance_from_catalog(check).and_then(|source| Ok(fetch(&source)?)),
        };
        self.progress.event(Event::Ended { version: check.version });
        outcome
    }

    /// Fetches an archive by the hash in a manifest. That line may itself be what is damaged: where nothing answers
    /// to it, whoever vouched for it is asked again.
    fn fetch_recorded<T>(
        &self,
        check: &TreeCheck,
        recorded: &Provenance,
        fetch: impl Fn(&Provenance) -> Result<T, GvmError>,
    ) -> Result<T, DamageError> {
        let url = self.settings.mirror.join(&recorded.archive).map_err(GvmError::from);
        let fetched = url.and_then(|url| fetch(&Provenance { url: url.to_string(), ..recorded.clone() }));
        match fetched {
            Err(error @ (GvmError::Receive { .. } | GvmError::Location(_))) => {
                match self.provenance_from_catalog(check) {
                    Ok(other) if !is_same_archive(&other, recorded) => Ok(fetch(&other)?),
                    _ => Err(error.into()),
                }
            }
            outcome => Ok(outcome?),
        }
    }

    /// Asks the catalog, and accepts no release of another root of trust.
    fn provenance_from_catalog(&self, check: &TreeCheck) -> Result<Provenance, DamageError> {
        let version = check.version;
        let found = self.catalog().find(&VersionRequest::Exact(version), &self.settings.platform);
        let provenance = self.provenance(&found.map_err(GvmError::from)?)?;
        match check.mark {
            Some(mark) if mark != provenance.is_unofficial() => {
                Err(DamageError::OtherRoot { version, was_unofficial: mark })
            }
            _ => Ok(provenance),
        }
    }
}

fn is_same_archive(one: &Provenance, other: &Provenance) -> bool {
    (&one.archive, one.sha256, one.size) == (&other.archive, other.sha256, other.size)
}
