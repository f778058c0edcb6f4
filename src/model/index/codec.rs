//! The compact form of the index: about 37 bytes for each archive. It is read strictly and never panics.
//!
//! ```text
//! magic "GVMX", format 2
//! as_of: u64 little-endian, 0 = unknown
//! skipped
//! number of releases, newest first, then each version as text
//! number of platforms, ascending, then for each:
//!     its name as text
//!     length of its section in bytes
//! the sections, in the same order; in each, for every archive, that of the newest release first:
//!     2 * (releases between this one and the one before in the section) + (1 if there is a hash)
//!     size, 0 = unknown
//!     hash: 32 bytes, if there is one
//! ```
//! Numbers are LEB128 in the shortest form; text has its length in one byte in front. What is for one platform lies
//! together, so that whoever needs no other reads a twentieth.

use std::collections::BTreeSet;

use super::{Archive, Index, IndexError, MOST_ARCHIVES, Release};
use crate::model::{Platform, Sha256};

const MAGIC: &[u8] = b"GVMX\x02";

impl Index {
    /// Returns the compact form; [`Index::decode`] reads it back.
    pub fn encode(&self) -> Vec<u8> {
        let archives = self.releases.iter().flat_map(|release| &release.archives);
        let platforms: BTreeSet<Platform> = archives.map(|archive| archive.platform).collect();
        let sections: Vec<Vec<u8>> = platforms.iter().map(|platform| self.section(*platform)).collect();

        let mut out = MAGIC.to_vec();
        out.extend(self.as_of.unwrap_or(0).to_le_bytes());
        put_number(&mut out, self.skipped);
        put_number(&mut out, self.releases.len() as u64);
        for release in &self.releases {
            put_text(&mut out, &release.version.to_string());
        }
        put_number(&mut out, platforms.len() as u64);
        for (platform, section) in platforms.iter().zip(&sections) {
            put_text(&mut out, &platform.to_string());
            put_number(&mut out, section.len() as u64);
        }
        out.extend(sections.concat());
        out
    }

    fn section(&self, platform: Platform) -> Vec<u8> {
        let mut out = Vec::new();
        let mut between = 0;
        for release in &self.releases {
            let Some(archive) = release.spelled(platform) else {
                between += 1;
                continue;
            };
            put_number(&mut out, 2 * between + u64::from(archive.sha256.is_some()));
            put_number(&mut out, archive.size.unwrap_or(0));
            if let Some(sha256) = archive.sha256 {
                out.extend(sha256.as_bytes());
            }
            between = 0;
        }
        out
    }

    /// Reads the compact form.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] for every byte sequence that [`Index::encode`] cannot have written, as far as that can
    /// be seen. The form has no checksum: whoever reads one back holds it against what is pinned.
    pub fn decode(bytes: &[u8]) -> Result<Index, IndexError> {
        Index::decode_where(bytes, |_| true)
    }

    /// Like [`Index::decode`], with all releases and only those archives that are for `platform`, under any of its
    /// names: one in twenty. What is damaged in the others is not seen.
    pub fn decode_for(platform: &Platform, bytes: &[u8]) -> Result<Index, IndexError> {
        Index::decode_where(bytes, |found| platform.spellings().any(|spelling| spelling == *found))
    }

    fn decode_where(bytes: &[u8], is_wanted: impl Fn(&Platform) -> bool) -> Result<Index, IndexError> {
        let mut reader = Reader { rest: bytes };
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(IndexError::Damaged("it is of another format"));
        }
        let as_of = u64::from_le_bytes(reader.array()?);
        let skipped = reader.number()?;
        let mut releases = reader.releases()?;
        let mut archives = 0;
        for (platform, length) in reader.platforms()? {
            let mut section = Reader { rest: reader.take(length)? };
            if is_wanted(&platform) {
                archives += section.archives(platform, &mut releases)?;
            }
            if archives > MOST_ARCHIVES {
                return Err(IndexError::TooMany { limit: MOST_ARCHIVES });
            }
        }
        match reader.rest {
            [] => Ok(Index { releases, as_of: Some(as_of).filter(|seconds| *seconds > 0), skipped }),
            _ => Err(IndexError::Damaged("something follows its end")),
        }
    }
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Invariant: versions and platforms are shorter than 128 bytes, so the length is one byte.
fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len() as u64);
    out.extend(text.as_bytes());
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], IndexError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(TRUNCATED)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], IndexError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(TRUNCATED)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn number(&mut self) -> Result<u64, IndexError> {
        // Most are short, and there are tens of thousands in an index.
        if let [byte @ 0..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok((*byte).into());
        }
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = self.array()?;
            let digit = u64::from(byte & 0x7f);
            if digit << shift >> shift != digit || (byte == 0 && shift > 0) {
                return Err(IndexError::Damaged("a number is not in its shortest form"));
            }
            number |= digit << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(IndexError::Damaged("a number is too long"))
    }

    /// Invariant: no count passes for more entries than the rest can hold, so a hostile one reserves no memory.
    fn count(&mut self) -> Result<usize, IndexError> {
        const SMALLEST_ENTRY: usize = 2;
        let count = usize::try_from(self.number()?).map_err(|_| TRUNCATED)?;
        if count > self.rest.len() / SMALLEST_ENTRY {
            return Err(TRUNCATED);
        }
        if count > MOST_ARCHIVES {
            return Err(IndexError::TooMany { limit: MOST_ARCHIVES });
        }
        Ok(count)
    }

    fn text(&mut self) -> Result<&'a str, IndexError> {
        let [length] = self.array()?;
        let bytes = self.take(length.into())?;
        std::str::from_utf8(bytes).map_err(|_| IndexError::Damaged("a name is not text"))
    }

    fn releases(&mut self) -> Result<Vec<Release>, IndexError> {
        let count = self.count()?;
        let mut releases: Vec<Release> = Vec::with_capacity(count);
        for _ in 0..count {
            let version = self.text()?.parse().map_err(|_| IndexError::Damaged("it names no version"))?;
            if releases.last().is_some_and(|newer| newer.version <= version) {
                return Err(IndexError::Damaged("its releases are not in order"));
            }
            releases.push(Release { version, archives: Vec::new() });
        }
        Ok(releases)
    }

    /// Reads the platforms, each with the length of its section.
    fn platforms(&mut self) -> Result<Vec<(Platform, usize)>, IndexError> {
        let mut platforms: Vec<(Platform, usize)> = Vec::new();
        for _ in 0..self.count()? {
            let platform = self.text()?.parse().map_err(|_| IndexError::Damaged("it names no platform"))?;
            if platforms.last().is_some_and(|(last, _)| *last >= platform) {
                return Err(IndexError::Damaged("its platforms are not in order"));
            }
            let length = usize::try_from(self.number()?).map_err(|_| TRUNCATED)?;
            if length == 0 {
                return Err(IndexError::Damaged("a platform has no archive"));
            }
            platforms.push((platform, length));
        }
        Ok(platforms)
    }

    /// Reads a section to its end, adds each archive to its release and returns how many there were. Platforms ascend,
    /// and so do the archives of a release.
    fn archives(&mut self, platform: Platform, releases: &mut [Release]) -> Result<usize, IndexError> {
        const NO_RELEASE: IndexError = IndexError::Damaged("an archive has no release");
        let mut releases = releases.iter_mut();
        let mut count = 0;
        while !self.rest.is_empty() {
            let tag = self.number()?;
            let between = usize::try_from(tag / 2).map_err(|_| NO_RELEASE)?;
            let Release { version, archives } = releases.nth(between).ok_or(NO_RELEASE)?;
            let size = Some(self.number()?).filter(|size| *size > 0);
            let sha256 = if tag % 2 == 1 { Some(Sha256::new(self.array()?)) } else { None };
            // Where one platform is wanted there is one in most.
            archives.reserve_exact(usize::from(archives.is_empty()));
            archives.push(Archive { version: *version, platform, sha256, size });
            count += 1;
        }
        Ok(count)
    }
}

const TRUNCATED: IndexError = IndexError::Damaged("it is cut off");

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_index_for_a_platform_has_all_releases_and_only_its_archives() {
        let whole = Index::snapshot();
        for name in ["linux-amd64", "linux-arm", "windows-arm64", "plan9-mips"] {
            let platform: Platform = name.parse().unwrap();
            let mut expected = whole.clone();
            for release in &mut expected.releases {
                release.archives.retain(|archive| platform.spellings().any(|name| name == archive.platform));
            }
            assert_eq!(Index::snapshot_for(&platform), expected, "{name}");
        }
    }

    fn small() -> Index {
        let platform = |text: &str| text.parse::<Platform>().unwrap();
        let archive = |version: &str, on: &str, sha256, size| Archive {
            version: version.parse().unwrap(),
            platform: platform(on),
            sha256,
            size,
        };
        let index = Index::sorted(vec![
            Release {
                version: "1.4.2".parse().unwrap(),
                archives: vec![archive("1.4.2", "linux-386", None, None)],
            },
            Release {
                version: "1.27rc1".parse().unwrap(),
                archives: vec![
                    archive("1.27rc1", "windows-amd64", Some(Sha256::new([7; 32])), Some(u64::MAX)),
                    archive("1.27rc1", "linux-386", Some(Sha256::new([0; 32])), Some(70_523_269)),
                ],
            },
            Release { version: "1.20".parse().unwrap(), archives: Vec::new() },
        ]);
        Index { as_of: Some(1_787_097_600), skipped: 300, ..index.unwrap() }
    }

    #[test]
    fn an_index_reads_back_as_itself() {
        assert_eq!(Index::decode(&small().encode()), Ok(small()));
        assert_eq!(Index::decode(&Index::default().encode()), Ok(Index::default()));
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = small().encode();
        for length in 0..bytes.len() {
            assert!(Index::decode(&bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn anything_after_the_end_is_an_error() {
        let mut bytes = small().encode();
        bytes.push(0);
        assert_eq!(Index::decode(&bytes), Err(IndexError::Damaged("something follows its end")));
    }

    #[test]
    fn another_format_is_an_error() {
        let mut bytes = small().encode();
        bytes[MAGIC.len() - 1] += 1;
        assert_eq!(Index::decode(&bytes), Err(IndexError::Damaged("it is of another format")));
    }

    #[test]
    fn a_huge_count_reserves_no_memory() {
        let mut bytes = Index::default().encode();
        bytes.truncate(bytes.len() - 1);
        put_number(&mut bytes, u64::MAX);
        assert_eq!(Index::decode(&bytes), Err(TRUNCATED));
        let mut bytes = Index::default().encode();
        bytes.truncate(bytes.len() - 1);
        put_number(&mut bytes, MOST_ARCHIVES as u64 + 1);
        bytes.resize(bytes.len() + 3 * MOST_ARCHIVES, 0);
        assert_eq!(Index::decode(&bytes), Err(IndexError::TooMany { limit: MOST_ARCHIVES }));
    }

    #[test]
    fn numbers_have_one_form() {
        let number = |bytes: &[u8]| {
            let mut reader = Reader { rest: bytes };
            reader.number().ok().filter(|_| reader.rest.is_empty())
        };
        assert_eq!(number(&[0]), Some(0));
        assert_eq!(number(&[0x80, 1]), Some(128));
        assert_eq!(number(&[0x80, 0]), None);
        assert_eq!(number(&[0xff; 11]), None);
        let mut largest = Vec::new();
        put_number(&mut largest, u64::MAX);
        assert_eq!(number(&largest), Some(u64::MAX));
        largest[9] += 1;
        assert_eq!(number(&largest), None);
    }

    proptest! {
        #[test]
        fn whatever_decodes_is_a_valid_index(at in 0usize..200, byte: u8, cut in 0usize..8) {
            let mut bytes = small().encode();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.drain(at..(at + cut).min(bytes.len()));
            if let Ok(index) = Index::decode(&bytes) {
                prop_assert!(index.releases.is_sorted_by(|newer, older| newer.version > older.version));
                prop_assert_eq!(Index::decode(&index.encode()), Ok(index));
            }
        }

        #[test]
        fn no_bytes_panic(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let bytes = [MAGIC, &[0; 9], &tail].concat();
            prop_assert!(Index::decode(&bytes).map_or_else(|_| true, |index| index.encode().len() <= 2 * bytes.len() + 16));
            prop_assert!(Index::decode(&tail).is_err());
        }
    }
}
