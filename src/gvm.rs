//! The verbs: each a paragraph that reads like the way of the data. Start here.
//!
//! ```text
//! request ─Catalog::find→ Found ─Store::receive→ Staged ─prove→ Proven ─settle→ Settled
//!         ─Writer::commit→ installed ─Writer::switch→ Switched
//! ```

mod cgo;
mod fitness;

use std::path::PathBuf;
use std::time::Duration;

use crate::catalog::{Answerer, Catalog, CatalogError, Fetched, Found};
use crate::model::{GoVersion, Index, Platform, VersionRequest};
use crate::net::{Location, LocationError, Net};
use crate::preflight::{Host, Preflight};
use crate::process::Environment;
use crate::progress::{Event, Progress};
use crate::store::{
    Committed, Destination, Order, Probe, Proof, ProofError, Proven, Provenance, Purpose, ReceiveError,
    Received, Slots, Staged, Store, StoreError, Switched, Waiting, Writer,
};

/// A verb that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum GvmError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No release answers the request.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The release would not run here, so it is not fetched.
    #[error("{0}")]
    Unsuited(Box<Preflight>),
    /// The release did not arrive.
    #[error("cannot install {}", version.toolchain())]
    Receive {
        /// The release.
        version: GoVersion,
        /// Why.
        source: ReceiveError,
    },
    /// The release arrived and is not usable here.
    #[error("cannot install {}: it does not work here", version.toolchain())]
    Proof {
        /// The release.
        version: GoVersion,
        /// Why.
        source: ProofError,
    },
    /// The toolchain is installed, and not usable here.
    #[error("{} does not work here", version.toolchain())]
    Unfit {
        /// The release.
        version: GoVersion,
        /// Why.
        source: ProofError,
    },
    /// No installed toolchain answers the request.
    #[error("no installed toolchain matches `{0}`")]
    NoneInstalled(VersionRequest),
    /// Releases for Windows are zip files, which this program does not unpack.
    #[error("`{0}` is a zip file, which gvm-rs does not unpack")]
    Zip(String),
    /// The mirror's address cannot be used.
    #[error(transparent)]
    Location(#[from] LocationError),
}

/// How the verbs are done.
pub struct Settings {
    /// Where the archives are.
    pub mirror: Location,
    /// The index that the user named, if any.
    pub index: Option<Location>,
    /// Whether an index that is cached is passed over.
    pub refresh: bool,
    /// Whether archives stay in the cache.
    pub keep_archives: bool,
    /// How many downloads run at once.
    pub downloads: usize,
    /// How long to wait for another process; `None` is until it is done.
    pub patience: Option<Duration>,
    /// What a toolchain has to show before it is installed.
    pub install_proof: Proof,
    /// What a toolchain has to show before it is current for the first time.
    pub switch_proof: Proof,
    /// How long a `go`, and the user's shell in front of it, may take to say a version.
    pub proof_limit: Duration,
    /// How long the builds of a proof may take, all together.
    pub build_limit: Duration,
    /// The user's own commands that have to succeed under a toolchain before it is switched to, run by `sh`.
    pub checks: Vec<String>,
    /// What programs are given of the environment.
    pub environment: Environment,
    /// The platform to install for, in `versions/`.
    pub platform: Platform,
    /// Whether a release is fetched that would not run here; its proof still decides.
    pub is_forced: bool,
    /// The machine to judge releases for; `None` is this one, looked at when that is needed.
    pub host: Option<Host>,
    /// Who asks, and since when.
    pub purpose: Purpose,
    /// Tells the time in seconds since 1970.
    pub clock: fn() -> u64,
}

/// The verbs, on one store.
pub struct Gvm<'a> {
    /// The state on disk.
    pub store: &'a Store,
    /// The network.
    pub net: &'a Net,
    /// What was fetched before in this run.
    pub fetched: &'a Fetched,
    /// How things are done.
    pub settings: &'a Settings,
    /// Who watches.
    pub progress: &'a dyn Progress,
}

/// The release that a request means.
#[derive(Debug)]
pub enum Target {
    /// It is installed.
    There(Installed),
    /// It is to be fetched.
    Wanted(Box<Found>),
}

impl Target {
    /// The release.
    pub fn version(&self) -> GoVersion {
        match self {
            Target::There(installed) => installed.version,
            Target::Wanted(found) => found.archive.version,
        }
    }
}

/// What an install came to.
#[derive(Debug, Clone)]
pub struct Installed {
    /// The release.
    pub version: GoVersion,
    /// Whether it was there before, or another process installed it meanwhile.
    pub was_there: bool,
    /// Whether it is not one that the Go project published.
    pub is_unofficial: bool,
    /// Who listed it; `None` where nobody had to be asked.
    pub answerer: Option<Answerer>,
}

/// A line of installed releases of which there is a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outdated {
    /// The newest one installed.
    pub installed: GoVersion,
    /// The newest one there is.
    pub newest: GoVersion,
}

impl Gvm<'_> {
    /// Takes the lock of the store.
    pub fn lock(&self) -> Result<Writer<'_>, StoreError> {
        self.store.lock(&self.purpose(), self.waiting())
    }

    /// Who asks, and what time it is by now: a download may have come before.
    pub(crate) fn purpose(&self) -> Purpose {
        Purpose { now: (self.settings.clock)(), ..self.settings.purpose.clone() }
    }

    /// Removes the store with all that is in it; returns what stays.
    pub fn dismantle(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.store.dismantle(&self.settings.purpose, self.waiting())
    }

    pub(crate) fn waiting(&self) -> Waiting<'_> {
        Waiting { limit: self.settings.patience, progress: self.progress }
    }

    /// Answers questions about releases.
    pub fn catalog(&self) -> Catalog<'_> {
        Catalog {
            store: self.store,
            net: self.net,
            fetched: self.fetched,
            named: self.settings.index.as_ref(),
            platform: &self.settings.platform,
            accept_cached: !self.settings.refresh,
            purpose: &self.settings.purpose,
            progress: self.progress,
        }
    }

    /// Installs the release that a request means.
    pub fn install(&self, request: &VersionRequest, slots: &Slots) -> Result<Installed, GvmError> {
        self.obtain(self.find(request)?, slots)
    }

    /// Makes sure that a release is installed.
    pub fn obtain(&self, target: Target, slots: &Slots) -> Result<Installed, GvmError> {
        match target {
            Target::There(installed) => {
                self.tidy_up(installed.version);
                Ok(installed)
            }
            Target::Wanted(found) => self.fetch(*found, slots),
        }
    }

    /// Sweeps what an install of a toolchain left that was killed after its commit.
    fn tidy_up(&self, version: GoVersion) {
        if self.store.has_leftovers(version) {
            // The toolchain is there, so this neither waits nor fails: the root may be another user's, and whoever has
            // the lock sweeps as well.
            let waiting = Waiting { limit: Some(Duration::ZERO), ..self.waiting() };
            drop(self.store.lock(&self.purpose(), waiting));
        }
    }

    /// Returns the release that a request means; installs nothing.
    pub fn find(&self, request: &VersionRequest) -> Result<Target, GvmError> {
        if let VersionRequest::Exact(version) = request
            && self.store.has(*version)
        {
            return Ok(Target::There(self.found_there(*version, None)?));
        }
        let found = self.catalog().find(request, &self.settings.platform)?;
        let version = found.archive.version;
        Ok(match self.store.has(version) {
            true => Target::There(self.found_there(version, Some(found.answerer))?),
            false => Target::Wanted(Box::new(found)),
        })
    }

    /// Installs a release that was found.
    pub fn fetch(&self, found: Found, slots: &Slots) -> Result<Installed, GvmError> {
        let version = found.archive.version;
        self.check_fitness(&found)?;
        let outcome = self.install_found(&found, slots);
        self.progress.event(Event::Ended { version });
        Ok(match outcome? {
            Committed::AlreadyThere => self.found_there(version, Some(found.answerer))?,
            Committed::Installed => Installed {
                version,
                was_there: false,
                is_unofficial: self.provenance(&found)?.is_unofficial(),
                answerer: Some(found.answerer),
            },
        })
    }

    fn install_found(&self, found: &Found, slots: &Slots) -> Result<Committed, GvmError> {
        self.install_from(&self.provenance(found)?, slots)
    }

    /// Installs a release of which it is known where it comes from.
    pub(crate) fn install_from(&self, provenance: &Provenance, slots: &Slots) -> Result<Committed, GvmError> {
        let Some(proven) = self.prove(provenance, slots, Destination::Versions)? else {
            return Ok(Committed::AlreadyThere);
        };
        self.progress.event(Event::Phase { version: provenance.version, phase: "flushing to disk" });
        let settled = proven.settle()?;
        Ok(self.lock()?.commit(settled)?)
    }

    /// Receives a release into staging and proves it; nothing where another process installed it meanwhile.
    pub(crate) fn prove(
        &self,
        provenance: &Provenance,
        slots: &Slots,
        destination: Destination,
    ) -> Result<Option<Proven>, GvmError> {
        let version = provenance.version;
        let Some(staged) = self.receive(provenance, slots, destination)? else { return Ok(None) };
        self.progress.event(Event::Phase { version, phase: "proving" });
        let proven = staged.prove(&self.probe()).map_err(|source| match source {
            ProofError::Interrupted => GvmError::Store(StoreError::Interrupted),
            source => GvmError::Proof { version, source },
        })?;
        Ok(Some(proven))
    }

    /// How a toolchain is proved.
    pub(crate) fn probe(&self) -> Probe<'_> {
        Probe {
            limit: self.settings.proof_limit,
            build_limit: self.settings.build_limit,
            environment: &self.settings.environment,
            progress: self.progress,
        }
    }

    pub(crate) fn receive(
        &self,
        provenance: &Provenance,
        slots: &Slots,
        destination: Destination,
    ) -> Result<Option<Staged>, GvmError> {
        let version = provenance.version;
        let location = self.settings.mirror.join(&provenance.archive)?;
        let order = Order {
            provenance,
            location: &location,
            keep_archive: self.settings.keep_archives,
            destination,
            purpose: &self.settings.purpose,
            waiting: self.waiting(),
        };
        match self.store.receive(&order, self.net, slots) {
            Ok(Received::Staged(staged)) => Ok(Some(*staged)),
            Ok(Received::AlreadyThere) => Ok(None),
            Err(ReceiveError::Store(error)) => Err(error.into()),
            Err(source) => Err(GvmError::Receive { version, source }),
        }
    }

    pub(crate) fn provenance(&self, found: &Found) -> Result<Provenance, GvmError> {
        let archive = &found.archive;
        let file_name = archive.file_name();
        let sha256 = archive.sha256.ok_or_else(|| CatalogError::NoHash(file_name.clone()))?;
        Ok(Provenance {
            version: archive.version,
            platform: archive.platform,
            url: self.settings.mirror.join(&file_name)?.to_string(),
            archive: file_name,
            sha256,
            size: archive.size.unwrap_or(0),
            verified_by: found.root,
            index: match &found.answerer {
                Answerer::Snapshot { .. } => "embedded snapshot".to_owned(),
                Answerer::Official { .. } => crate::catalog::OFFICIAL_INDEX.to_owned(),
                Answerer::Named { location } => location.clone(),
            },
            proof: self.settings.install_proof,
            installed_at: self.settings.purpose.now,
        })
    }

    fn found_there(&self, version: GoVersion, answerer: Option<Answerer>) -> Result<Installed, StoreError> {
        let is_unofficial = self.store.unofficial()?.contains(&version);
        Ok(Installed { version, was_there: true, is_unofficial, answerer })
    }

    /// Unpacks a release for another platform into `foreign/`; returns where. It cannot be proved here.
    pub fn install_foreign(
        &self,
        request: &VersionRequest,
        platform: &Platform,
    ) -> Result<PathBuf, GvmError> {
        let found = self.catalog().find(request, platform)?;
        if found.archive.file_name().ends_with(".zip") {
            return Err(GvmError::Zip(found.archive.file_name()));
        }
        let version = found.archive.version;
        let staged = self.receive(&self.provenance(&found)?, &Slots::new(1), Destination::Foreign);
        self.progress.event(Event::Ended { version });
        let Some(staged) = staged? else { return Err(StoreError::NotInstalled(version).into()) };
        let settled = staged.settle_foreign()?;
        Ok(self.lock()?.export(settled)?)
    }

    /// Makes sure that what a request means is installed; an installed toolchain that it admits will do.
    pub fn ensure(&self, request: &VersionRequest) -> Result<Installed, GvmError> {
        match self.installed(request)? {
            Some(version) => Ok(self.found_there(version, None)?),
            None if *request == VersionRequest::Previous => Err(StoreError::NothingBefore.into()),
            None => self.install(request, &Slots::new(1)),
        }
    }

    /// Makes an installed toolchain the current one.
    pub fn switch(&self, version: GoVersion) -> Result<Switched, GvmError> {
        Ok(self.lock()?.switch(version)?)
    }

    /// Goes back to an earlier toolchain, without the network.
    pub fn rollback(&self, to: RollbackTo) -> Result<Switched, GvmError> {
        let writer = self.lock()?;
        Ok(match to {
            RollbackTo::Last => writer.switch_back(None)?,
            RollbackTo::Generation(number) => writer.switch_back(Some(number))?,
            RollbackTo::Version(version) => writer.switch(version)?,
        })
    }

    /// Returns the newest installed toolchain that a request admits.
    ///
    /// `latest` and its like are questions to the catalog, and admit none here.
    pub fn installed(&self, request: &VersionRequest) -> Result<Option<GoVersion>, GvmError> {
        Ok(match request {
            VersionRequest::Exact(version) => Some(*version).filter(|&version| self.store.has(version)),
            VersionRequest::Previous => self.store.rollback_target()?.map(|target| target.version),
            VersionRequest::Latest | VersionRequest::OldStable | VersionRequest::Rc => None,
            _ => request.select_among(self.store.installed()?),
        })
    }

    /// Like [`Gvm::installed`], and asks the catalog where the request needs it; never installs.
    pub fn resolve(&self, request: &VersionRequest) -> Result<GoVersion, GvmError> {
        if let Some(version) = self.installed(request)? {
            return Ok(version);
        }
        if matches!(request, VersionRequest::Latest | VersionRequest::OldStable | VersionRequest::Rc) {
            let version = self.catalog().find(request, &self.settings.platform)?.archive.version;
            return if self.store.has(version) {
                Ok(version)
            } else {
                Err(StoreError::NotInstalled(version).into())
            };
        }
        Err(GvmError::NoneInstalled(request.clone()))
    }

    /// Returns the lines of which a newer release than the newest installed one is known.
    pub fn outdated(&self, index: &Index) -> Result<Vec<Outdated>, GvmError> {
        let installed = self.store.installed()?;
        let mut lines: Vec<_> = installed.iter().map(|version| version.lang()).collect();
        lines.dedup();
        let outdated = |lang| {
            let request = VersionRequest::Newest(lang);
            let installed = request.select_among(installed.iter().copied())?;
            let newest = index.select(&request, &self.settings.platform).ok()?.version;
            (newest > installed).then_some(Outdated { installed, newest })
        };
        Ok(lines.into_iter().filter_map(outdated).collect())
    }
}

/// Where a rollback goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollbackTo {
    /// To the toolchain that was current before.
    Last,
    /// To the toolchain of this generation.
    Generation(u64),
    /// To this toolchain.
    Version(GoVersion),
}
