//! From a request to one archive. It only chooses among what the index lists.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Archive, Index};
use crate::model::{GoVersion, Lang, Platform, VersionRequest};

/// Why no archive answers a request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SelectError {
    /// No such release is listed.
    #[error("no Go release matches `{request}`")]
    Unknown {
        /// What was asked for.
        request: VersionRequest,
        /// Up to three releases with a build for the platform that come closest, best first.
        nearest: Vec<GoVersion>,
    },
    /// The release exists, but not for the platform.
    #[error("go{version} has no build for {platform}")]
    NoBuild {
        /// The release that was meant.
        version: GoVersion,
        /// The platform it lacks.
        platform: Platform,
        /// The newest stable release that has a build for the platform.
        newest_with_build: Option<GoVersion>,
    },
    /// `previous` is answered by the history, not by the index.
    #[error("`previous` names no release in the index")]
    NotAnIndexMatter,
}

impl Index {
    /// Returns the archive that `request` means on `platform`: that of the newest release admitted and built for it.
    ///
    /// # Errors
    /// [`SelectError`] with what comes closest instead.
    pub fn select(&self, request: &VersionRequest, platform: &Platform) -> Result<&Archive, SelectError> {
        if *request == VersionRequest::Previous {
            return Err(SelectError::NotAnIndexMatter);
        }
        let built = || self.releases.iter().filter_map(|release| release.archive_for(platform));
        let selected = request.select_among(built().map(|archive| archive.version));
        if let Some(archive) = selected.and_then(|version| self.find(version)?.archive_for(platform)) {
            return Ok(archive);
        }
        let versions: Vec<GoVersion> = built().map(|archive| archive.version).collect();
        let newest = versions.iter().copied().find(|version| version.is_stable());
        match request.select_among(self.releases.iter().map(|release| release.version)) {
            Some(version) => {
                Err(SelectError::NoBuild { version, platform: *platform, newest_with_build: newest })
            }
            None => {
                Err(SelectError::Unknown { request: request.clone(), nearest: nearest(request, &versions) })
            }
        }
    }
}

/// Returns up to three of `versions` (newest first) that a user who asked for `request` may have meant.
fn nearest(request: &VersionRequest, versions: &[GoVersion]) -> Vec<GoVersion> {
    let found = match request {
        VersionRequest::Exact(version) => near_version(*version, versions),
        VersionRequest::Newest(lang) => near_lang(*lang, versions),
        _ => Vec::new(),
    };
    if found.is_empty() { newest_stable(versions, |_| true).into_iter().collect() } else { found }
}

/// The newest stable release of its language version, and the neighbours on both sides there.
fn near_version(version: GoVersion, versions: &[GoVersion]) -> Vec<GoVersion> {
    let same = |other: GoVersion| other.lang() == version.lang() && !other.is_oddity();
    let line = || versions.iter().copied().filter(|other| same(*other));
    let near = [
        newest_stable(versions, same),
        line().find(|other| *other < version),
        line().rfind(|other| *other > version),
    ];
    match line().next() {
        Some(_) => distinct(near),
        None => near_lang(version.lang(), versions),
    }
}

/// The newest of `lang`, which can only be a prerelease, and the language versions on both sides.
fn near_lang(lang: Lang, versions: &[GoVersion]) -> Vec<GoVersion> {
    let stable = versions.iter().filter(|version| version.is_stable());
    let langs: BTreeSet<Lang> = stable.map(|version| version.lang()).collect();
    let newest_of = |lang: Option<&Lang>| {
        lang.and_then(|lang| newest_stable(versions, |version| version.lang() == *lang))
    };
    distinct([
        versions.iter().copied().find(|version| version.lang() == lang),
        newest_of(langs.range(..lang).next_back()),
        newest_of(langs.range(lang..).find(|other| **other > lang)),
    ])
}

fn newest_stable(versions: &[GoVersion], admits: impl Fn(GoVersion) -> bool) -> Option<GoVersion> {
    versions.iter().copied().find(|version| version.is_stable() && admits(*version))
}

fn distinct(candidates: [Option<GoVersion>; 3]) -> Vec<GoVersion> {
    let mut found = Vec::new();
    for version in candidates.into_iter().flatten() {
        if !found.contains(&version) {
            found.push(version);
        }
    }
    found
}

#[cfg(test)]
mod tests {

    use super::*;

    fn select(request: &str, platform: &str) -> Result<String, SelectError> {
        let index = Index::snapshot();
        index.select(&request.parse().unwrap(), &platform.parse().unwrap()).map(Archive::file_name)
    }

    fn nearest(request: &str) -> Vec<String> {
        match select(request, "linux-amd64") {
            Err(SelectError::Unknown { nearest, .. }) => nearest.iter().map(GoVersion::to_string).collect(),
            other => panic!("{request}: {other:?}"),
        }
    }

    #[test]
    fn the_newest_release_built_for_the_platform_is_selected() {
        assert_eq!(select("1.22", "linux/amd64").unwrap(), "go1.22.12.linux-amd64.tar.gz");
        assert_eq!(select("latest", "windows/arm64").unwrap(), "go1.27.0.windows-arm64.zip");
        assert_eq!(select("latest", "windows/arm").unwrap(), "go1.23.12.windows-arm.zip");
        assert_eq!(select("oldstable", "linux/amd64").unwrap(), "go1.26.7.linux-amd64.tar.gz");
        assert_eq!(select("latest", "freebsd/riscv64").unwrap(), "go1.25.14.freebsd-riscv64.tar.gz");
        assert_eq!(select("1.20.0", "linux/amd64").unwrap(), "go1.20.linux-amd64.tar.gz");
    }

    #[test]
    fn the_arm_of_linux_is_found_under_all_its_names() {
        for platform in ["linux-armv6l", "linux-arm", "linux-arm6"] {
            assert_eq!(select("1.6beta1", platform).unwrap(), "go1.6beta1.linux-arm6.tar.gz");
            assert_eq!(select("1.21.0", platform).unwrap(), "go1.21.0.linux-armv6l.tar.gz");
        }
        // The only release with two of them.
        assert_eq!(select("1.21rc2", "linux-armv6l").unwrap(), "go1.21rc2.linux-armv6l.tar.gz");
        assert_eq!(select("1.21rc2", "linux-arm").unwrap(), "go1.21rc2.linux-arm.tar.gz");
    }

    #[test]
    fn an_unknown_release_comes_with_its_neighbours() {
        assert_eq!(nearest("1.22.99"), ["1.22.12"]);
        assert_eq!(nearest("1.7.2"), ["1.7.6", "1.7.1", "1.7.3"]);
        assert_eq!(nearest("1.99"), ["1.27.0"]);
        assert_eq!(nearest("1.99.1"), ["1.27.0"]);
        assert_eq!(nearest("1.0"), ["1.2.2"]);
        assert_eq!(nearest("2"), ["1.27.0"]);
        assert_eq!(nearest("rc"), ["1.27.0"]);
        assert_eq!(nearest(">1.22 <1.22"), ["1.27.0"]);
        assert_eq!(nearest("1.27rc9"), ["1.27.0", "1.27rc3"]);
        assert_eq!(nearest("1.9.2rc1"), ["1.9.7", "1.9.1", "1.9.2"]);
    }

    #[test]
    fn a_line_with_prereleases_only_offers_the_newest_of_them() {
        let body = br#"[{"version":"go1.28rc1","files":[{"filename":"go1.28rc1.linux-386.tar.gz","kind":"archive"}]}]"#;
        let index = Index::snapshot().clone().overlay(Index::from_json(body).unwrap()).unwrap();
        let request: VersionRequest = "1.28".parse().unwrap();
        let nearest = ["1.28rc1", "1.27.0"].map(|version| version.parse().unwrap()).to_vec();
        let error = index.select(&request, &"linux-386".parse().unwrap()).unwrap_err();
        assert_eq!(error, SelectError::Unknown { request, nearest });
    }

    #[test]
    fn a_missing_build_comes_with_the_newest_one_there_is() {
        let error = select("1.15.2", "darwin/arm64").unwrap_err();
        let expected = SelectError::NoBuild {
            version: "1.15.2".parse().unwrap(),
            platform: "darwin-arm64".parse().unwrap(),
            newest_with_build: "1.27.0".parse().ok(),
        };
        assert_eq!(error, expected);
        assert_eq!(error.to_string(), "go1.15.2 has no build for darwin-arm64");
        let error = select("latest", "linux/sparc64").unwrap_err();
        assert!(matches!(error, SelectError::NoBuild { newest_with_build: None, .. }));
        let error = select("1.22", "freebsd/sparc64").unwrap_err();
        assert_eq!(error.to_string(), "go1.22.12 has no build for freebsd-sparc64");
    }

    #[test]
    fn previous_is_not_for_the_index() {
        assert_eq!(select("-", "linux/amd64"), Err(SelectError::NotAnIndexMatter));
    }
}
