//! What a user may ask for: `1.22`, `latest`, `>=1.21 <1.23`. A request is never a path and is never run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::version::{Prerelease, VersionError, number};
use super::{Excerpt, GoVersion, Lang, Range};

/// A request for one release; its text form reads back as the same request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum VersionRequest {
    /// `1.22.5`, `1.27rc1`, and also `1.20`: exactly this release.
    Exact(GoVersion),
    /// `1.22`, `1.22.x`, `~1.22`, `1.20.x`: the newest stable release of the language version.
    Newest(Lang),
    /// `1`, `1.x`: the newest stable release with this first number.
    NewestOfMajor(u32),
    /// `latest`, `stable`: the newest stable release.
    Latest,
    /// `oldstable`: the newest stable release of the language version before the newest one.
    OldStable,
    /// `rc`: the newest release candidate, as long as it is newer than every stable release.
    Rc,
    /// `>=1.21 <1.23`, `~1.22.3`: the newest release in a range.
    Range(Range),
    /// `previous`, `prev`, `-`: the toolchain in use before the current one; the history answers it, not the index.
    Previous,
}

/// Text that is not a request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Nothing but white space.
    #[error("the version is empty")]
    Empty,
    /// Longer than any sensible request.
    #[error("`{0}` is too long for a version")]
    TooLong(Excerpt),
    /// A caret: what it would allow in semantic versioning (all of 1.x) is seldom what a Go user means.
    #[error(
        "`^{0}` is not supported, because Go does not follow semantic versioning: write `~{0}` or `>={0}`"
    )]
    Caret(Excerpt),
    /// Anything else.
    #[error("`{0}` is not a Go version, a range of versions, or one of latest, stable, oldstable, rc, prev")]
    Malformed(Excerpt),
}

impl VersionRequest {
    const LONGEST: usize = 64;

    /// Tells whether `version` alone satisfies the request.
    ///
    /// `Latest`, `OldStable` and `Rc` depend on which other versions exist: they admit every version of the right kind
    /// (stable, stable, release candidate). `Previous` admits none.
    pub fn admits(&self, version: GoVersion) -> bool {
        match self {
            VersionRequest::Exact(exact) => version == *exact,
            VersionRequest::Newest(lang) => version.is_stable() && version.lang() == *lang,
            VersionRequest::NewestOfMajor(major) => version.is_stable() && version.major() == *major,
            VersionRequest::Latest | VersionRequest::OldStable => version.is_stable(),
            VersionRequest::Rc => matches!(version.pre(), Some(Prerelease::Rc(_))) && !version.is_oddity(),
            VersionRequest::Range(range) => range.admits(version),
            VersionRequest::Previous => false,
        }
    }

    /// Returns the one of `versions` that the request means, the newest where several qualify.
    pub fn select_among(&self, versions: impl IntoIterator<Item = GoVersion>) -> Option<GoVersion> {
        match self {
            VersionRequest::OldStable => old_stable(versions),
            VersionRequest::Rc => {
                let newest =
                    versions.into_iter().filter(|version| version.is_stable() || self.admits(*version)).max();
                newest.filter(|version| !version.is_stable())
            }
            _ => versions.into_iter().filter(|version| self.admits(*version)).max(),
        }
    }
}

/// One pass: keeps the newest stable release of the two newest language versions.
fn old_stable(versions: impl IntoIterator<Item = GoVersion>) -> Option<GoVersion> {
    let (mut newest, mut old): (Option<GoVersion>, Option<GoVersion>) = (None, None);
    for version in versions.into_iter().filter(|version| version.is_stable()) {
        match newest {
            Some(top) if version.lang() < top.lang() => old = old.max(Some(version)),
            Some(top) if version.lang() == top.lang() => newest = Some(top.max(version)),
            _ => (newest, old) = (Some(version), newest),
        }
    }
    old
}

impl FromStr for VersionRequest {
    type Err = RequestError;

    /// Reads a request as the variants describe it; numbers may have `go` in front, white space around it is ignored.
    ///
    /// # Errors
    /// [`RequestError`], which quotes the input escaped and shortened.
    fn from_str(text: &str) -> Result<VersionRequest, RequestError> {
        if text.len() > VersionRequest::LONGEST {
            return Err(RequestError::TooLong(Excerpt::of(text)));
        }
        let text = text.trim_ascii();
        match text {
            "" => Err(RequestError::Empty),
            "latest" | "stable" => Ok(VersionRequest::Latest),
            "oldstable" => Ok(VersionRequest::OldStable),
            "rc" => Ok(VersionRequest::Rc),
            "previous" | "prev" | "-" => Ok(VersionRequest::Previous),
            _ => match text.as_bytes()[0] {
                b'<' | b'>' | b'=' => text.parse().map(VersionRequest::Range),
                b'^' => Err(RequestError::Caret(Excerpt::of(&text[1..]))),
                b'~' => tilde(&text[1..]).ok_or_else(|| RequestError::malformed(text)),
                _ => numbers(text).ok_or_else(|| RequestError::malformed(text)),
            },
        }
    }
}

fn tilde(text: &str) -> Option<VersionRequest> {
    if let Ok(lang) = text.parse() {
        return Some(VersionRequest::Newest(lang));
    }
    let version = text.parse().ok()?;
    Some(VersionRequest::Range(Range::rest_of_line(version)))
}

fn numbers(text: &str) -> Option<VersionRequest> {
    let stem = text.strip_suffix(".x");
    let bare = stem.unwrap_or(text);
    if let Some((major @ 1.., "")) = number(bare.strip_prefix("go").unwrap_or(bare)) {
        return Some(VersionRequest::NewestOfMajor(major));
    }
    if let Some(lang) = stem {
        return lang.parse().ok().map(VersionRequest::Newest);
    }
    match text.parse() {
        Ok(version) => Some(VersionRequest::Exact(version)),
        Err(VersionError::LanguageVersion(lang)) => Some(VersionRequest::Newest(lang)),
        Err(_) => None,
    }
}

impl RequestError {
    pub(super) fn malformed(text: &str) -> RequestError {
        RequestError::Malformed(Excerpt::of(text))
    }
}

impl fmt::Display for VersionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VersionRequest::Exact(version) => write!(f, "{version}"),
            VersionRequest::Newest(lang) if lang.is_also_a_release() => write!(f, "{lang}.x"),
            VersionRequest::Newest(lang) => write!(f, "{lang}"),
            VersionRequest::NewestOfMajor(major) => write!(f, "{major}.x"),
            VersionRequest::Latest => f.write_str("latest"),
            VersionRequest::OldStable => f.write_str("oldstable"),
            VersionRequest::Rc => f.write_str("rc"),
            VersionRequest::Range(range) => write!(f, "{range}"),
            VersionRequest::Previous => f.write_str("previous"),
        }
    }
}

impl TryFrom<String> for VersionRequest {
    type Error = RequestError;

    fn try_from(text: String) -> Result<VersionRequest, RequestError> {
        text.parse()
    }
}

impl From<VersionRequest> for String {
    fn from(request: VersionRequest) -> String {
        request.to_string()
    }
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::*;

    fn request(text: &str) -> VersionRequest {
        text.parse().unwrap()
    }

    fn version(text: &str) -> GoVersion {
        text.parse().unwrap()
    }

    fn selected(text: &str, versions: &[&str]) -> Option<String> {
        let versions = versions.iter().map(|text| version(text));
        request(text).select_among(versions).map(|version| version.to_string())
    }

    #[test]
    fn two_numbers_mean_the_newest_patch_unless_they_name_a_release() {
        let lang = |text: &str| VersionRequest::Newest(text.parse().unwrap());
        for text in ["1.22", "go1.22", "1.22.x", "go1.22.x", "~1.22", "~go1.22", " 1.22\n"] {
            assert_eq!(request(text), lang("1.22"), "{text}");
        }
        for text in ["1.20", "go1.20", "1.20.0"] {
            assert_eq!(request(text), VersionRequest::Exact(version("1.20")), "{text}");
        }
        assert_eq!(request("1.20.x"), lang("1.20"));
        assert_eq!(request("~1.20"), lang("1.20"));
    }

    #[test]
    fn every_request_writes_its_own_form() {
        let forms = [
            ("go1.22.5", "1.22.5"),
            ("1.27rc1", "1.27rc1"),
            ("~1.22", "1.22"),
            ("~1.20", "1.20.x"),
            ("1", "1.x"),
            ("go1.x", "1.x"),
            ("stable", "latest"),
            ("oldstable", "oldstable"),
            ("rc", "rc"),
            ("-", "previous"),
            ("prev", "previous"),
            ("~1.22.3", ">=1.22.3 <1.23"),
            ("~1.20.0", ">=1.20.0 <1.21"),
            (">=1.21,<1.23", ">=1.21 <1.23"),
        ];
        for (text, written) in forms {
            assert_eq!(request(text).to_string(), written);
            assert_eq!(request(written), request(text));
        }
    }

    #[test]
    fn a_caret_is_answered_with_what_to_write_instead() {
        let error = "^1.22".parse::<VersionRequest>().unwrap_err();
        assert!(matches!(error, RequestError::Caret(_)));
        assert!(error.to_string().contains("write `~1.22` or `>=1.22`"), "{error}");
    }

    #[test]
    fn everything_else_is_refused() {
        let bad = [
            "",
            " ",
            "..",
            "/",
            "../1.22",
            "1.22/..",
            "-x",
            "--",
            "-1.22",
            "Latest",
            "LATEST",
            "lts",
            "x",
            "*",
            "1.*",
            "1.22.X",
            "1.22.5.x",
            "gogo1.22.x",
            "gogo1",
            "0",
            "v1.22",
            "1.22.5 1.22.6",
            "~",
            "~x",
            "~1.22.x",
            "~~1.22",
            "~>1.22",
            "go",
            "golatest",
            "1.22\n1.23",
            "1.22\0",
            "go1.21.3-bigcorp",
            "１.22",
            "1.22\u{a0}",
            "C:\\go",
        ];
        for text in bad {
            assert!(text.parse::<VersionRequest>().is_err(), "{text:?}");
        }
        let long = format!("1.22{}", " ".repeat(61));
        assert!(matches!(long.parse::<VersionRequest>(), Err(RequestError::TooLong(_))));
    }

    #[test]
    fn the_newest_admitted_stable_release_is_selected() {
        let versions = ["1.22.3", "1.22.12", "1.23rc1", "1.23rc2", "1.21.13", "1.20", "1.20.14"];
        assert_eq!(selected("1.22", &versions).unwrap(), "1.22.12");
        assert_eq!(selected("1.23", &versions), None);
        assert_eq!(selected("1.23rc1", &versions).unwrap(), "1.23rc1");
        assert_eq!(selected("1.20", &versions).unwrap(), "1.20");
        assert_eq!(selected("1.20.x", &versions).unwrap(), "1.20.14");
        assert_eq!(selected("1", &versions).unwrap(), "1.22.12");
        assert_eq!(selected("latest", &versions).unwrap(), "1.22.12");
        assert_eq!(selected("<1.22", &versions).unwrap(), "1.21.13");
        assert_eq!(selected("~1.22.4", &versions).unwrap(), "1.22.12");
        assert_eq!(selected("previous", &versions), None);
    }

    #[test]
    fn oldstable_is_the_line_before_the_newest_one() {
        assert_eq!(selected("oldstable", &["1.26.7", "1.27rc3", "1.25.14", "1.26.6"]).unwrap(), "1.25.14");
        assert_eq!(selected("oldstable", &["1.25.14", "1.27.0", "1.26.6", "1.26.7"]).unwrap(), "1.26.7");
        assert_eq!(selected("oldstable", &["1.27.1", "1.27.0"]), None);
        assert_eq!(selected("oldstable", &[]), None);
    }

    #[test]
    fn a_release_candidate_counts_until_its_line_is_stable() {
        assert_eq!(selected("rc", &["1.26.7", "1.27rc2", "1.27rc10"]).unwrap(), "1.27rc10");
        assert_eq!(selected("rc", &["1.26.7", "1.27rc3", "1.27.0"]), None);
        assert_eq!(selected("rc", &["1.26.7", "1.26rc3"]), None);
        assert_eq!(selected("rc", &["1.26.7", "1.27beta1"]), None);
        assert_eq!(selected("rc", &["1.27rc1"]).unwrap(), "1.27rc1");
    }

    #[test]
    fn the_trial_release_of_1_9_2_answers_to_its_exact_name_only() {
        let versions = ["1.9.2rc2"];
        assert_eq!(selected("1.9.2rc2", &versions).unwrap(), "1.9.2rc2");
        for text in ["rc", "latest", "1", "1.9.x", ">=1.9rc1", "~1.9.1", ">=1.9.2rc2", "oldstable"] {
            assert_eq!(selected(text, &versions), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_reads_writes_and_reads_back(text in "(~|[<>]=?|=)?(go)?1(\\.[0-9]{1,2}){0,2}(\\.x|rc[0-9])?([ ,]<=?1\\.[0-9]{1,2})?") {
            if let Ok(request) = text.parse::<VersionRequest>() {
                prop_assert_eq!(request.to_string().parse(), Ok(request));
            }
        }

        #[test]
        fn no_text_panics_or_reaches_the_terminal_raw(text in "[~^<>=]?.{0,70}") {
            if let Err(error) = text.parse::<VersionRequest>() {
                prop_assert!(!error.to_string().contains(char::is_control));
            }
        }
    }
}
