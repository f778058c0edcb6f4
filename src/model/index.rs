//! The release index: which Go releases exist, and the archives, sizes and hashes of each.
//!
//! It comes from go.dev as JSON ([`Index::from_json`]), is kept in a compact form ([`Index::encode`]), and is embedded
//! in the program as a snapshot ([`Index::snapshot`]) whose hashes nothing fetched later may contradict
//! ([`Index::overlay`]). Nothing here fetches or stores anything.

mod codec;
mod json;
mod overlay;
mod select;
mod snapshot;

use std::cmp::Reverse;

use thiserror::Error;

use super::{Excerpt, GoVersion, Platform, Sha256};

pub use overlay::Contradiction;
pub use select::SelectError;

/// One downloadable build of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// The release it is a build of.
    pub version: GoVersion,
    /// The platform it is for, as its file name spells it.
    pub platform: Platform,
    /// Its official hash; missing for most releases before 1.6, which therefore cannot be verified.
    pub sha256: Option<Sha256>,
    /// Its size in bytes; missing for some of the oldest releases.
    pub size: Option<u64>,
}

/// One Go release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its number.
    pub version: GoVersion,
    /// Its archives, sorted by platform, at most one for each.
    pub archives: Vec<Archive>,
}

/// The known Go releases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// Invariant: strictly descending by version.
    releases: Vec<Release>,
    /// When it was fetched, in seconds since 1970 (UTC), if known.
    pub as_of: Option<u64>,
    skipped: u64,
}

/// Bytes that are not a release index.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IndexError {
    /// Not a JSON list: a login page or an error page, for example.
    #[error("the release index is not a list in JSON, it begins with `{0}`")]
    NotJson(Excerpt),
    /// JSON, but broken or of another shape.
    #[error("the release index is broken at line {line}, column {column}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// More entries than Go will have in this century.
    #[error("the release index lists more than {limit} files")]
    TooMany {
        /// The limit that was passed.
        limit: usize,
    },
    /// A file name with path syntax in it.
    #[error("the release index has an unsafe file name `{0}`")]
    UnsafeName(Excerpt),
    /// A release that lists an archive of another release.
    #[error("the release index lists `{file}` as a file of {version}")]
    ForeignFile {
        /// The name of the archive.
        file: Excerpt,
        /// The release it is listed under.
        version: GoVersion,
    },
    /// A hash that is not 64 hexadecimal digits.
    #[error("the release index has a malformed sha256 for `{file}`")]
    Digest {
        /// The name of the archive.
        file: Excerpt,
    },
    /// The same release, or the same archive of a release, twice.
    #[error("the release index lists `{0}` twice")]
    Duplicate(String),
    /// Not the compact form, or a damaged one.
    #[error("the compact release index is damaged: {0}")]
    Damaged(&'static str),
}

/// The most archives an index may list; the real one had fewer than 7,000 after 15 years.
const MOST_ARCHIVES: usize = 100_000;

impl Archive {
    /// Returns the name of the file on the server: `go1.22.5.linux-amd64.tar.gz`, or `.zip` on Windows.
    pub fn file_name(&self) -> String {
        let extension = if self.platform.goos() == "windows" { "zip" } else { "tar.gz" };
        format!("{}.{}.{extension}", self.version.toolchain(), self.platform)
    }
}

impl Release {
    /// Returns the archive for `platform`, under any of the names the platform had.
    pub fn archive_for(&self, platform: &Platform) -> Option<&Archive> {
        // The other names are rarely asked for, and there are hundreds of releases.
        self.spelled(*platform).or_else(|| platform.spellings().find_map(|spelling| self.spelled(spelling)))
    }

    fn spelled(&self, platform: Platform) -> Option<&Archive> {
        let key = |archive: &Archive| archive.platform;
        let position = self.archives.binary_search_by_key(&platform, key).ok()?;
        self.archives.get(position)
    }
}

impl Index {
    /// Returns all releases, newest first.
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// Returns how many releases were left out because their names are not versions this program can read.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Returns the release with exactly this number.
    pub fn find(&self, version: GoVersion) -> Option<&Release> {
        let position = self.releases.binary_search_by(|release| version.cmp(&release.version)).ok()?;
        self.releases.get(position)
    }

    /// Returns the number of the newest stable release.
    pub fn newest_stable(&self) -> Option<GoVersion> {
        self.releases.iter().map(|release| release.version).find(|version| version.is_stable())
    }

    /// Returns the hash this index has for the file that `archive` names.
    ///
    /// Asked of the snapshot, this is the official hash; it lets a caller tell a known archive from
    /// a merely listed one.
    pub fn pinned_hash(&self, archive: &Archive) -> Option<Sha256> {
        // Another spelling of the platform is another file, so this asks for exactly this one.
        self.find(archive.version)?.spelled(archive.platform)?.sha256
    }

    /// Sorts what a parser collected and rejects duplicates.
    fn sorted(mut releases: Vec<Release>) -> Result<Index, IndexError> {
        releases.sort_unstable_by_key(|release| Reverse(release.version));
        for pair in releases.windows(2) {
            if pair[0].version == pair[1].version {
                return Err(IndexError::Duplicate(pair[0].version.toolchain()));
            }
        }
        for release in &mut releases {
            release.archives.sort_unstable_by_key(|archive| archive.platform);
            for pair in release.archives.windows(2) {
                if pair[0].platform == pair[1].platform {
                    return Err(IndexError::Duplicate(pair[0].file_name()));
                }
            }
        }
        Ok(Index { releases, as_of: None, skipped: 0 })
    }
}
