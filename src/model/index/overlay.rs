//! A newer index over a pinned one. What is pinned can be added to, never changed.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use super::{Archive, Index, Release};
use crate::model::{GoVersion, Platform};

/// A published archive that is suddenly said to be another one: releases never change, so someone is lying.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{file}` is known to have {pinned}, but the release index now says {offered}")]
pub struct Contradiction {
    /// The name of the archive.
    pub file: String,
    /// The hash and size that are pinned.
    pub pinned: String,
    /// The hash and size that the newer index has.
    pub offered: String,
}

impl Index {
    /// Returns the union of this index, which is pinned, and a `newer` one; the date is that of `newer`, if it has one.
    ///
    /// # Errors
    /// [`Contradiction`] if both know the hash, or both the size, of an archive and disagree.
    pub fn overlay(self, newer: Index) -> Result<Index, Contradiction> {
        let mut releases: BTreeMap<GoVersion, Release> =
            self.releases.into_iter().map(|release| (release.version, release)).collect();
        for offered in newer.releases {
            match releases.get_mut(&offered.version) {
                Some(pinned) => pinned.absorb(offered)?,
                None => {
                    releases.insert(offered.version, offered);
                }
            }
        }
        Ok(Index {
            releases: releases.into_values().rev().collect(),
            as_of: newer.as_of.or(self.as_of),
            skipped: newer.skipped,
        })
    }
}

impl Release {
    fn absorb(&mut self, offered: Release) -> Result<(), Contradiction> {
        // Nearly always so, and many times cheaper than to merge.
        if self.archives == offered.archives {
            return Ok(());
        }
        let pinned = std::mem::take(&mut self.archives);
        let mut archives: BTreeMap<Platform, Archive> =
            pinned.into_iter().map(|archive| (archive.platform, archive)).collect();
        for offered in offered.archives {
            match archives.get_mut(&offered.platform) {
                Some(pinned) => pinned.absorb(&offered)?,
                None => {
                    archives.insert(offered.platform, offered);
                }
            }
        }
        self.archives = archives.into_values().collect();
        Ok(())
    }
}

impl Archive {
    fn absorb(&mut self, offered: &Archive) -> Result<(), Contradiction> {
        if differ(self.sha256, offered.sha256) || differ(self.size, offered.size) {
            return Err(Contradiction {
                file: self.file_name(),
                pinned: Fingerprint(self).to_string(),
                offered: Fingerprint(offered).to_string(),
            });
        }
        self.sha256 = self.sha256.or(offered.sha256);
        self.size = self.size.or(offered.size);
        Ok(())
    }
}

fn differ<T: PartialEq>(pinned: Option<T>, offered: Option<T>) -> bool {
    pinned.zip(offered).is_some_and(|(pinned, offered)| pinned != offered)
}

struct Fingerprint<'a>(&'a Archive);

impl fmt::Display for Fingerprint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.sha256 {
            Some(sha256) => write!(f, "sha256 {sha256}")?,
            None => f.write_str("no sha256")?,
        }
        match self.0.size {
            Some(size) => write!(f, " and {size} bytes"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::model::Sha256;

    fn index(archives: &[(&str, &str, Option<u8>, Option<u64>)]) -> Index {
        let releases = archives.iter().map(|(version, platform, hash, size)| {
            let version = version.parse().unwrap();
            let sha256 = hash.map(|byte| Sha256::new([byte; 32]));
            let platform = platform.parse().unwrap();
            Release { version, archives: vec![Archive { version, platform, sha256, size: *size }] }
        });
        Index::sorted(releases.collect()).unwrap()
    }

    #[test]
    fn the_result_is_the_union() {
        let mut pinned =
            index(&[("1.22.5", "linux-386", Some(1), Some(5)), ("1.21.0", "linux-386", Some(2), None)]);
        pinned.as_of = Some(1);
        let newer = index(&[("1.22.6", "linux-386", Some(3), None), ("1.22.5", "aix-ppc64", Some(4), None)]);
        let union = pinned.overlay(newer).unwrap();
        let names: Vec<String> =
            union.releases.iter().flat_map(|release| &release.archives).map(Archive::file_name).collect();
        assert_eq!(
            names,
            [
                "go1.22.6.linux-386.tar.gz",
                "go1.22.5.aix-ppc64.tar.gz",
                "go1.22.5.linux-386.tar.gz",
                "go1.21.0.linux-386.tar.gz"
            ]
        );
        assert_eq!(union.as_of, Some(1));
        assert_eq!(Index::decode(&union.encode()), Ok(union));
    }

    #[test]
    fn another_hash_or_size_is_a_contradiction() {
        let pinned = || index(&[("1.22.5", "linux-386", Some(1), Some(5))]);
        for (hash, size) in [(Some(2), Some(5)), (Some(1), Some(6)), (None, Some(6)), (Some(2), None)] {
            let error = pinned().overlay(index(&[("1.22.5", "linux-386", hash, size)])).unwrap_err();
            assert_eq!(error.file, "go1.22.5.linux-386.tar.gz");
            assert_eq!(error.pinned, format!("sha256 {} and 5 bytes", "01".repeat(32)));
            assert_ne!(error.offered, error.pinned);
        }
    }

    #[test]
    fn what_one_side_does_not_know_is_filled_in_and_never_forgotten() {
        let pinned = index(&[("1.22.5", "linux-386", Some(1), None)]);
        let union = pinned.overlay(index(&[("1.22.5", "linux-386", None, Some(5))])).unwrap();
        let archive = &union.releases[0].archives[0];
        assert_eq!((archive.sha256, archive.size), (Some(Sha256::new([1; 32])), Some(5)));
    }

    #[test]
    fn a_pinned_hash_is_that_of_the_same_file() {
        let pinned = index(&[("1.22.5", "linux-386", Some(1), None)]);
        let offered =
            index(&[("1.22.5", "linux-386", Some(9), None), ("1.22.6", "linux-386", Some(9), None)]);
        assert_eq!(pinned.pinned_hash(&offered.releases[0].archives[0]), None);
        assert_eq!(pinned.pinned_hash(&offered.releases[1].archives[0]), Some(Sha256::new([1; 32])));
        let arm = index(&[("1.22.5", "linux-armv6l", Some(1), None)]);
        let other = index(&[("1.22.5", "linux-arm", Some(9), None)]);
        assert_eq!(arm.pinned_hash(&other.releases[0].archives[0]), None);
    }
}
