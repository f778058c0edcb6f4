//! The catalog: which releases there are, and who says so.
//!
//! The snapshot inside this program pins the official hashes. A fetched official index may add to it and
//! never change it. An index that the user names is a root of trust of its own: what it lists installs,
//! and is marked unofficial where its hash is not the pinned one.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::disk;
use crate::model::{Archive, Contradiction, Index, IndexError, Platform, SelectError, VersionRequest};
use crate::net::{Location, LocationError, Net, NetError};
use crate::progress::{Event, Progress};
use crate::store::{Purpose, Root, Store, Waiting};

/// The official index, in go.dev's JSON form.
pub const OFFICIAL_INDEX: &str = "https://go.dev/dl/?mode=json&include=all";
/// The official home of the archives.
pub const OFFICIAL_ARCHIVES: &str = "https://go.dev/dl";

/// A fetched index answers for this long; the server itself caches its list for as long.
const FRESH: Duration = Duration::from_secs(3600);
/// The official index had 2.2 MB in 2026. It is held in memory, and so is what is read from it.
const LARGEST_INDEX: u64 = 8 << 20;

/// A question that the catalog could not answer.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// There is no such release, or none for the platform.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// There is no such release in the index that the user named, or none for the platform.
    #[error("{unknown} in the release index from {location}")]
    Unlisted {
        /// What is not in it.
        unknown: SelectError,
        /// Where it came from.
        location: String,
    },
    /// There is no such release in what is known here, and the official index could not be asked.
    #[error("{unknown}, as far as is known without the index")]
    UnknownOffline {
        /// What is not known.
        unknown: SelectError,
        /// Why the index could not be asked.
        #[source]
        source: NetError,
    },
    /// The index could not be fetched.
    #[error("cannot fetch the release index")]
    Net(#[from] NetError),
    /// What came is not an index.
    #[error("cannot use the release index from {location}")]
    Index {
        /// Where it came from.
        location: String,
        /// What is wrong with it.
        source: IndexError,
    },
    /// The index says of a known release that it is another one.
    #[error("refusing the release index from {location}")]
    Contradiction {
        /// Where it came from.
        location: String,
        /// What it contradicts.
        source: Contradiction,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The address of the official index is wrong, which cannot happen.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// The release is so old that no sha256 of it was ever published.
    #[error("{0} has no published sha256, so nobody could tell whether it is the right one")]
    NoHash(String),
}

/// Who answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answerer {
    /// The snapshot inside this program, from this time (seconds since 1970).
    Snapshot {
        /// When it was taken.
        as_of: u64,
    },
    /// The official index as fetched at this time (seconds since 1970).
    Official {
        /// When it was fetched.
        as_of: u64,
    },
    /// An index that the user named.
    Named {
        /// Its address.
        location: String,
    },
}

/// A release to install, and who vouches for it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The archive for the platform.
    pub archive: Archive,
    /// Who vouches for its hash.
    pub root: Root,
    /// Who listed it.
    pub answerer: Answerer,
}

/// The index that was fetched in this run, so that several questions cost one request.
#[derive(Debug, Default)]
pub struct Fetched(Mutex<Option<(Location, Index)>>);

/// Answers questions about releases.
pub struct Catalog<'a> {
    /// The cached index is here.
    pub store: &'a Store,
    /// For fetching.
    pub net: &'a Net,
    /// What was fetched before in this run.
    pub fetched: &'a Fetched,
    /// The index that the user named, if any.
    pub named: Option<&'a Location>,
    /// The platform that releases are listed for.
    pub platform: &'a Platform,
    /// Whether an index fetched within the hour is good enough.
    pub accept_cached: bool,
    /// Who asks, and when.
    pub purpose: &'a Purpose,
    /// Whom to tell.
    pub progress: &'a dyn Progress,
}

impl Catalog<'_> {
    /// Returns the archive that a request means. A release that is pinned needs no request to the network.
    pub fn find(&self, request: &VersionRequest, platform: &Platform) -> Result<Found, CatalogError> {
        let snapshot = Index::snapshot_for(platform);
        if self.named.is_none() && matches!(request, VersionRequest::Exact(_)) {
            if let Ok(archive) = snapshot.select(request, platform) {
                let answerer = Answerer::Snapshot { as_of: snapshot.as_of.unwrap_or_default() };
                return found(archive.clone(), &snapshot, answerer);
            }
            if let Some(cached) = self.cached(platform, &snapshot).filter(|_| self.accept_cached)
                && let Ok(archive) = cached.select(request, platform)
            {
                let answerer = Answerer::Official { as_of: cached.as_of.unwrap_or_default() };
                return found(archive.clone(), &snapshot, answerer);
            }
            // The release may be newer than what is cached.
            return self.look_up(request, platform, snapshot, false);
        }
        self.look_up(request, platform, snapshot, self.accept_cached)
    }

    fn look_up(
        &self,
        request: &VersionRequest,
        platform: &Platform,
        snapshot: Index,
        accept_cached: bool,
    ) -> Result<Found, CatalogError> {
        let (index, answerer, unreachable) = self.index(platform, &snapshot, accept_cached)?;
        match (index.as_ref().unwrap_or(&snapshot).select(request, platform), unreachable) {
            (Ok(archive), unreachable) => {
                if let Some(error) = unreachable {
                    self.say_old(&answerer, &error);
                }
                found(archive.clone(), &snapshot, answerer)
            }
            (Err(unknown), Some(source)) => Err(CatalogError::UnknownOffline { unknown, source }),
            (Err(unknown), None) => Err(match answerer {
                Answerer::Named { location } => CatalogError::Unlisted { unknown, location },
                _ => unknown.into(),
            }),
        }
    }

    /// Returns all known releases, with their archives for the platform at least, and who knows them.
    pub fn releases(&self) -> Result<(Index, Answerer), CatalogError> {
        let snapshot = Index::snapshot_for(self.platform);
        let (index, answerer, unreachable) = self.index(self.platform, &snapshot, self.accept_cached)?;
        if let Some(error) = unreachable {
            self.say_old(&answerer, &error);
        }
        Ok((index.unwrap_or(snapshot), answerer))
    }

    /// Returns the best index there is, nothing where that is the snapshot, and the error if the official one could not
    /// be reached.
    fn index(
        &self,
        platform: &Platform,
        snapshot: &Index,
        accept_cached: bool,
    ) -> Result<(Option<Index>, Answerer, Option<NetError>), CatalogError> {
        if let Some(location) = self.named {
            let index = self.fetch(location)?;
            return Ok((Some(index), Answerer::Named { location: location.to_string() }, None));
        }
        let cached = self.cached(platform, snapshot);
        let is_enough = accept_cached && cached.as_ref().is_some_and(|cached| self.is_fresh(cached));
        if is_enough && let Some(cached) = cached {
            let as_of = cached.as_of.unwrap_or_default();
            return Ok((Some(cached), Answerer::Official { as_of }, None));
        }
        match self.fetch_official() {
            Ok(index) => Ok((Some(index), Answerer::Official { as_of: self.purpose.now }, None)),
            Err(CatalogError::Net(error)) if is_unreachable(&error) => Ok(match cached {
                Some(cached) if cached.as_of > snapshot.as_of => {
                    let as_of = cached.as_of.unwrap_or_default();
                    (Some(cached), Answerer::Official { as_of }, Some(error))
                }
                _ => {
                    let as_of = snapshot.as_of.unwrap_or_default();
                    (None, Answerer::Snapshot { as_of }, Some(error))
                }
            }),
            Err(error) => Err(error),
        }
    }

    /// Fetches the whole index, to be cached for all platforms.
    fn fetch_official(&self) -> Result<Index, CatalogError> {
        let location = Location::parse(OFFICIAL_INDEX, false)?;
        let fetched = self.fetch(&location)?;
        let snapshot = Index::snapshot();
        if fetched.newest_stable() < snapshot.newest_stable() {
            self.progress.event(Event::Note("the fetched release index is older than this program's own"));
        }
        let contradiction = |source| CatalogError::Contradiction { location: location.to_string(), source };
        let mut index = snapshot.clone().overlay(fetched).map_err(contradiction)?;
        index.as_of = Some(self.purpose.now);
        self.cache(&index);
        Ok(index)
    }

    fn fetch(&self, location: &Location) -> Result<Index, CatalogError> {
        // Held during the request: whoever else needs the index waits for this one.
        let mut fetched = self.fetched.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, index)) = fetched.as_ref().filter(|(known, _)| known == location) {
            return Ok(index.clone());
        }
        self.progress.event(Event::Detail(&format!("reading the release index from {location}")));
        let cancelled = || self.progress.cancelled();
        let body = match self.net.fetch(location, LARGEST_INDEX, &cancelled) {
            Err(NetError::Cancelled { .. }) => return Err(CatalogError::Interrupted),
            body => body?,
        };
        let index = Index::from_json(&body)
            .map_err(|source| CatalogError::Index { location: location.to_string(), source })?;
        *fetched = Some((location.clone(), index.clone()));
        Ok(index)
    }

    fn cached(&self, platform: &Platform, snapshot: &Index) -> Option<Index> {
        cached(self.store, platform, snapshot)
    }

    fn is_fresh(&self, index: &Index) -> bool {
        let age = index.as_of.and_then(|as_of| self.purpose.now.checked_sub(as_of));
        age.is_some_and(|age| age < FRESH.as_secs())
    }

    /// Keeps a fetched index for next time; whoever may not write here, or finds the store busy, fetches again.
    fn cache(&self, index: &Index) {
        let waiting = Waiting { limit: Some(Duration::ZERO), progress: self.progress };
        let cached =
            self.store.lock(self.purpose, waiting).and_then(|writer| writer.cache_index(&index.encode()));
        if let Err(error) = cached {
            self.progress.event(Event::Detail(&format!("the release index was not cached: {error}")));
        }
    }

    fn say_old(&self, answerer: &Answerer, error: &NetError) {
        let (what, as_of) = match answerer {
            Answerer::Snapshot { as_of } => ("this program's own release index", as_of),
            Answerer::Official { as_of } => ("the cached release index", as_of),
            Answerer::Named { .. } => return,
        };
        let days = self.purpose.now.saturating_sub(*as_of) / 86_400;
        let age = match days {
            0 => "from today".to_owned(),
            1 => "from yesterday".to_owned(),
            days => format!("{days} days old"),
        };
        self.progress.event(Event::Note(&format!("answered from {what} ({age}): {error}")));
    }
}

/// Returns the releases that are known on this machine, without asking anybody; for hints, not for installs.
///
/// An index that the user named answers alone if it is a file here. Nothing unreadable is an error.
pub fn known(store: &Store, platform: &Platform, named: Option<&Location>) -> Index {
    if let Some(file) = named.and_then(Location::as_file) {
        let bytes = disk::read_capped(file, LARGEST_INDEX, true).unwrap_or_default();
        return Index::from_json(&bytes).unwrap_or_default();
    }
    let snapshot = Index::snapshot_for(platform);
    cached(store, platform, &snapshot).unwrap_or(snapshot)
}

/// A file on disk is a hint: it may add to what is pinned; where it contradicts that, it is as if not there.
fn cached(store: &Store, platform: &Platform, snapshot: &Index) -> Option<Index> {
    let cached = Index::decode_for(platform, &store.cached_index()?).ok()?;
    snapshot.clone().overlay(cached).ok()
}

fn found(archive: Archive, snapshot: &Index, answerer: Answerer) -> Result<Found, CatalogError> {
    let Some(sha256) = archive.sha256 else { return Err(CatalogError::NoHash(archive.file_name())) };
    let root = match (snapshot.pinned_hash(&archive), &answerer) {
        (Some(pinned), _) if pinned == sha256 => Root::Pinned,
        (_, Answerer::Named { .. }) => Root::NamedIndex,
        _ => Root::OfficialIndex,
    };
    Ok(Found { archive, root, answerer })
}

/// Whether nobody answered, as opposed to somebody who answered wrongly.
fn is_unreachable(error: &NetError) -> bool {
    matches!(
        error,
        NetError::Offline { .. }
            | NetError::Connect { .. }
            | NetError::NoAnswer { .. }
            | NetError::Cut { .. }
            | NetError::TooSlow { .. }
            | NetError::Client { .. }
    )
}
