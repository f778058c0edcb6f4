//! Go's version numbers and their order. Nothing here knows which versions exist.
//!
//! The words are Go's own: a *version* (`1.22.5`) is a release, a *language version* (`1.22`) is a family of releases,
//! a *toolchain* (`go1.22.5`) is the name of an installed release. Up to Go 1.20 the first release of a family has no
//! patch number (`go1.20`), from Go 1.21 on it has one (`go1.21.0`), so `1.21` alone never names a release.
//!
//! Invariant: the strict grammar below is the only thing ever used to make a path component out of foreign text.

mod written;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Excerpt;

/// The number of one Go release, such as `1.22.5`, `1.20` or `1.27rc1`.
///
/// Ordered as Go orders releases: `1.20rc3 < 1.20 < 1.20.1` and `1.21rc1 < 1.21.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GoVersion {
    major: u32,
    minor: u32,
    patch: u32,
    pre: Option<Prerelease>,
}

/// How far a release is from being final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prerelease {
    /// `beta1` and so on; none since Go 1.19.
    Beta(u32),
    /// `rc1` and so on: a release candidate.
    Rc(u32),
}

/// A language version, such as `1.22`: the family of releases that share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang {
    major: u32,
    minor: u32,
}

/// Text that does not name a release.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VersionError {
    /// The text is a language version; since Go 1.21 those are not releases.
    #[error("`{0}` is a language version, not a release (its first release is `{0}.0`)")]
    LanguageVersion(Lang),
    /// The text is not a version at all.
    #[error("`{0}` is not a Go version")]
    Malformed(Excerpt),
}

impl GoVersion {
    /// The longest accepted version in bytes, counted with its `go` prefix.
    const LONGEST: usize = 24;

    /// Returns the first number: 1 in `1.22.5`.
    pub const fn major(self) -> u32 {
        self.major
    }

    /// Returns the second number: 22 in `1.22.5`.
    pub const fn minor(self) -> u32 {
        self.minor
    }

    /// Returns the third number: 5 in `1.22.5`, 0 in `1.20` and `1.27rc1`.
    pub const fn patch(self) -> u32 {
        self.patch
    }

    /// Returns the prerelease tag, if it is not a final release.
    pub const fn pre(self) -> Option<Prerelease> {
        self.pre
    }

    /// Tells whether it is a final release, neither beta nor release candidate. It need not be supported any more.
    pub const fn is_stable(self) -> bool {
        self.pre.is_none()
    }

    /// Tells whether it is a prerelease of a patch: only `1.9.2rc2`, a trial of Go's automation, ever was.
    ///
    /// Such a version is reached by its exact name only.
    pub const fn is_oddity(self) -> bool {
        self.patch > 0 && self.pre.is_some()
    }

    /// Returns the language version: `1.22` of `1.22.5`.
    pub const fn lang(self) -> Lang {
        Lang { major: self.major, minor: self.minor }
    }

    /// Returns the name of the toolchain, `go1.22.5`, which is also a safe file name.
    pub fn toolchain(self) -> String {
        ["go", self.written().as_str()].concat()
    }
}

impl Lang {
    pub(super) const fn new(major: u32, minor: u32) -> Lang {
        Lang { major, minor }
    }

    /// Returns the first number: 1 in `1.22`.
    pub const fn major(self) -> u32 {
        self.major
    }

    /// Returns the second number: 22 in `1.22`.
    pub const fn minor(self) -> u32 {
        self.minor
    }

    /// Returns the language version that follows: `1.23` after `1.22`.
    pub const fn next(self) -> Lang {
        Lang { major: self.major, minor: self.minor.saturating_add(1) }
    }

    /// Returns its first release: `1.22.0`, and `1.20` of 1.20.
    pub const fn first_release(self) -> GoVersion {
        GoVersion { major: self.major, minor: self.minor, patch: 0, pre: None }
    }

    /// Tells whether its first release carries the same name, as `go1.20` does and `go1.21.0` does not.
    pub const fn is_also_a_release(self) -> bool {
        self.major < 1 || self.major == 1 && self.minor < 21
    }
}

impl FromStr for GoVersion {
    type Err = VersionError;

    /// Reads `1.22.5`, `1.20`, `1.20.0` (which is `1.20`), `1.27rc1` or `1.18beta2`, each also with `go` in front.
    ///
    /// # Errors
    /// [`VersionError::LanguageVersion`] for `1.21` and later without a patch; [`VersionError::Malformed`] otherwise.
    fn from_str(text: &str) -> Result<GoVersion, VersionError> {
        let bare = text.strip_prefix("go").unwrap_or(text);
        GoVersion::read(bare, text).map(|(version, _)| version)
    }
}

impl GoVersion {
    /// Returns the version whose toolchain has exactly this name; `go1.20.0` is read as a version, and names none.
    pub fn of_toolchain(name: &str) -> Option<GoVersion> {
        let (version, is_canonical) = GoVersion::read(name.strip_prefix("go")?, name).ok()?;
        is_canonical.then_some(version)
    }

    /// Reads `bare`, the part of `text` after `go`; tells also whether the version is written as it displays.
    fn read(bare: &str, text: &str) -> Result<(GoVersion, bool), VersionError> {
        let malformed = || VersionError::Malformed(Excerpt::of(text));
        if bare.len() > GoVersion::LONGEST - "go".len() {
            return Err(malformed());
        }
        let (lang, rest) = Lang::take(bare).ok_or_else(malformed)?;
        let (patch, rest) = match rest.strip_prefix('.') {
            Some(rest) => number(rest).map(|(patch, rest)| (Some(patch), rest)).ok_or_else(malformed)?,
            None => (None, rest),
        };
        let pre = match rest {
            "" => None,
            tag => Some(prerelease(tag).ok_or_else(malformed)?),
        };
        match (patch, pre) {
            (None, None) if !lang.is_also_a_release() => Err(VersionError::LanguageVersion(lang)),
            // Invariant: one release has one name, and `1.22.0rc1` is `1.22rc1`.
            (Some(0), Some(_)) => Err(malformed()),
            _ => {
                let is_canonical = patch != Some(0) || !lang.is_also_a_release();
                let patch = patch.unwrap_or(0);
                Ok((GoVersion { major: lang.major, minor: lang.minor, patch, pre }, is_canonical))
            }
        }
    }
}

impl FromStr for Lang {
    type Err = VersionError;

    /// Reads `1.22`, also with `go` in front.
    ///
    /// # Errors
    /// [`VersionError::Malformed`] for anything else, releases such as `1.22.5` included.
    fn from_str(text: &str) -> Result<Lang, VersionError> {
        match Lang::take(text.strip_prefix("go").unwrap_or(text)) {
            Some((lang, "")) => Ok(lang),
            _ => Err(VersionError::Malformed(Excerpt::of(text))),
        }
    }
}

impl Lang {
    fn take(text: &str) -> Option<(Lang, &str)> {
        let (major, rest) = number(text).filter(|(major, _)| *major > 0)?;
        let (minor, rest) = number(rest.strip_prefix('.')?)?;
        Some((Lang { major, minor }, rest))
    }
}

/// Splits a decimal number without superfluous zeros off the front of `text`.
pub(super) fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}

fn prerelease(tag: &str) -> Option<Prerelease> {
    let (make, digits): (fn(u32) -> Prerelease, _) = match tag.strip_prefix("rc") {
        Some(digits) => (Prerelease::Rc, digits),
        None => (Prerelease::Beta, tag.strip_prefix("beta")?),
    };
    match number(digits)? {
        (count, "") => Some(make(count)),
        _ => None,
    }
}

impl Ord for GoVersion {
    fn cmp(&self, other: &GoVersion) -> Ordering {
        // A release follows its own prereleases, hence the flag before the tag.
        let key = |version: &GoVersion| (version.lang(), version.patch, version.is_stable(), version.pre);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for GoVersion {
    fn partial_cmp(&self, other: &GoVersion) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for GoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written().as_str())
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl TryFrom<String> for GoVersion {
    type Error = VersionError;

    fn try_from(text: String) -> Result<GoVersion, VersionError> {
        text.parse()
    }
}

impl From<GoVersion> for String {
    fn from(version: GoVersion) -> String {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::*;

    fn version(text: &str) -> GoVersion {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_reads_and_writes_as_go_does() {
        let forms = [
            ("1.22.5", "1.22.5"),
            ("go1.22.5", "1.22.5"),
            ("1.20", "1.20"),
            ("1.20.0", "1.20"),
            ("1.21.0", "1.21.0"),
            ("1.27rc1", "1.27rc1"),
            ("go1.18beta2", "1.18beta2"),
            ("1.20rc3", "1.20rc3"),
            ("2.0.0", "2.0.0"),
        ];
        for (text, written) in forms {
            assert_eq!(version(text).to_string(), written);
            assert_eq!(version(text).toolchain(), format!("go{written}"));
        }
    }

    #[test]
    fn the_order_is_that_of_go() {
        let ascending = "1.2.2 1.9beta1 1.9rc2 1.9 1.9.1 1.9.2rc2 1.9.2 1.10 1.18beta2 1.18rc1 1.20rc3 \
            1.20 1.20.1 1.21rc1 1.21rc2 1.21rc10 1.21.0 1.21.9 1.21.10 1.22.0 2.0.0";
        let versions: Vec<GoVersion> = ascending.split(' ').map(version).collect();
        assert!(versions.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_language_version_since_1_21_is_no_release() {
        for text in ["1.21", "go1.22", "1.99", "2.0"] {
            let lang = text.parse().unwrap();
            assert_eq!(text.parse::<GoVersion>(), Err(VersionError::LanguageVersion(lang)));
        }
        assert_eq!("1.21".parse::<Lang>().unwrap().to_string(), "1.21");
        assert!("1.21.0".parse::<Lang>().is_err() && "1".parse::<Lang>().is_err());
    }

    #[test]
    fn the_trial_release_of_1_9_2_is_a_prerelease_of_that_patch() {
        let oddity = version("go1.9.2rc2");
        assert!(oddity.is_oddity() && !oddity.is_stable());
        assert_eq!((oddity.patch(), oddity.pre()), (2, Some(Prerelease::Rc(2))));
        assert_eq!(oddity.toolchain(), "go1.9.2rc2");
        assert!(!version("1.9rc2").is_oddity());
    }

    #[test]
    fn everything_else_is_refused() {
        let bad = "go 1 go1 0.5 1. .1 1..5 1.22. 1.22.5. 1.22.5.1 01.22.5 1.022.5 1.22.05 1.22rc01 \
            1.22rc 1.22beta 1.22alpha1 1.22.0rc1 1.22rc1.5 1.22-rc1 v1.22.5 gogo1.22.5 \
            Go1.22.5 1.22.５ 1.4294967296.0 1.22.x ../1.22.5 1.22.5/.. go1.21.3-bigcorp \
            +1.22.5 1.-1.5 1.4294967295.42949672950";
        let odd = ["", "1.22.5 ", " 1.22.5", "1.22.5\n", "1.22.5\0"];
        for text in bad.split(' ').chain(odd) {
            assert!(matches!(text.parse::<GoVersion>(), Err(VersionError::Malformed(_))), "{text:?}");
        }
    }

    #[test]
    fn an_error_shows_no_control_characters() {
        let error = "1.22\u{1b}]0;title\u{7}".parse::<GoVersion>().unwrap_err().to_string();
        assert_eq!(error, "`1.22\\u{1b}]0;title\\u{7}` is not a Go version");
    }

    #[test]
    fn a_version_is_a_string_in_json() {
        let json = serde_json::to_string(&version("1.22.5")).unwrap();
        assert_eq!(json, "\"1.22.5\"");
        assert_eq!(serde_json::from_str::<GoVersion>(&json).unwrap(), version("1.22.5"));
        assert!(serde_json::from_str::<GoVersion>("\"../..\"").is_err());
    }

    #[test]
    fn a_toolchain_has_one_name() {
        for name in
            ["go1.22.5", "go1.20", "go1.21.0", "go1.27rc1", "go1.18beta2", "go1.9.2rc2", "go1.0", "go1.10"]
        {
            assert_eq!(GoVersion::of_toolchain(name).map(GoVersion::toolchain).as_deref(), Some(name));
        }
        for name in
            ["1.22.5", "go1.20.0", "gogo1.22.5", "go1.21", "go1.022.5", "go", "", "go1.22.5 ", "Go1.22.5"]
        {
            assert_eq!(GoVersion::of_toolchain(name), None, "{name}");
        }
    }

    fn any_version() -> impl Strategy<Value = GoVersion> {
        let lang = (1..3u32, 0..30u32);
        let number = prop_oneof![0..4u32, 0..100_000u32];
        (lang, number, proptest::option::of((any::<bool>(), 0..12u32))).prop_map(
            |((major, minor), patch, pre)| GoVersion {
                major,
                minor,
                patch,
                pre: pre.map(|(rc, count)| if rc { Prerelease::Rc(count) } else { Prerelease::Beta(count) }),
            },
        )
    }

    proptest! {
        #[test]
        fn a_version_reads_back_as_itself(version in any_version()) {
            prop_assert_eq!(version.to_string().parse(), Ok(version));
            prop_assert_eq!(version.toolchain().parse(), Ok(version));
            prop_assert_eq!(GoVersion::of_toolchain(&version.toolchain()), Some(version));
        }

        #[test]
        fn a_version_is_a_plain_file_name(text in "(go)?[0-9.x/\\\\a-z]{0,24}") {
            if let Ok(version) = text.parse::<GoVersion>() {
                let name = version.toolchain();
                prop_assert!(name.bytes().all(|byte| byte == b'.' || byte.is_ascii_lowercase() || byte.is_ascii_digit()));
                prop_assert!(!name.contains("..") && name.len() <= GoVersion::LONGEST);
                prop_assert_eq!(name.parse(), Ok(version));
            }
            let named = text.parse().ok().filter(|version: &GoVersion| version.toolchain() == text);
            prop_assert_eq!(GoVersion::of_toolchain(&text), named);
        }

        #[test]
        fn equal_in_order_means_equal(a in any_version(), b in any_version()) {
            prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        }

        #[test]
        fn no_text_panics_or_reaches_the_terminal_raw(text in any::<String>()) {
            if let Err(error) = text.parse::<GoVersion>() {
                prop_assert!(!error.to_string().contains(char::is_control));
            }
        }
    }
}
