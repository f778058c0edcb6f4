//! Ranges of versions: `>=1.21 <1.23`. Nothing here knows which versions exist.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::request::RequestError;
use super::version::{GoVersion, Lang, VersionError, number};

/// A conjunction of comparisons, such as `>=1.21 <1.23`.
///
/// A bound may be partial, and then stands for all versions that begin with it: `<=1.22` includes all of 1.22,
/// `>1.22` begins at 1.23, and `<1.23` excludes also the prereleases of 1.23.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range(Vec<Comparison>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Comparison {
    operator: Operator,
    bound: Bound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Major(u32),
    Lang(Lang),
    Version(GoVersion),
}

impl Range {
    /// Returns the range from `version` to the end of its language version: what `~1.22.3` means.
    pub(super) fn rest_of_line(version: GoVersion) -> Range {
        Range(vec![
            Comparison { operator: Operator::GreaterOrEqual, bound: Bound::Version(version) },
            Comparison { operator: Operator::Less, bound: Bound::Lang(version.lang().next()) },
        ])
    }

    /// Tells whether `version` lies in the range.
    ///
    /// A prerelease does only if a bound is a prerelease of the same language version.
    pub fn admits(&self, version: GoVersion) -> bool {
        (version.is_stable() || self.names_prereleases_of(version))
            && self.0.iter().all(|comparison| comparison.admits(version))
    }

    fn names_prereleases_of(&self, version: GoVersion) -> bool {
        !version.is_oddity()
            && self.0.iter().any(|comparison| {
                matches!(comparison.bound, Bound::Version(bound) if !bound.is_stable() && bound.lang() == version.lang())
            })
    }
}

impl Comparison {
    fn admits(self, version: GoVersion) -> bool {
        let standing = match self.bound {
            Bound::Major(major) => version.major().cmp(&major),
            Bound::Lang(lang) => version.lang().cmp(&lang),
            Bound::Version(bound) => version.cmp(&bound),
        };
        match self.operator {
            Operator::Equal => standing == Ordering::Equal,
            Operator::Less => standing == Ordering::Less,
            Operator::LessOrEqual => standing != Ordering::Greater,
            Operator::Greater => standing == Ordering::Greater,
            Operator::GreaterOrEqual => standing != Ordering::Less,
        }
    }
}

impl FromStr for Range {
    type Err = RequestError;

    /// Reads comparisons separated by spaces, commas or both; `>= 1.21` may have a space inside.
    ///
    /// # Errors
    /// [`RequestError::Malformed`] with the whole text.
    fn from_str(text: &str) -> Result<Range, RequestError> {
        let mut comparisons = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (comparison, after) = comparison(rest).ok_or_else(|| RequestError::malformed(text))?;
            comparisons.push(comparison);
            rest = after.trim_start_matches([' ', ',']);
        }
        if comparisons.is_empty() {
            return Err(RequestError::malformed(text));
        }
        Ok(Range(comparisons))
    }
}

fn comparison(text: &str) -> Option<(Comparison, &str)> {
    let (operator, rest) = Operator::take(text)?;
    let rest = rest.trim_start_matches(' ');
    let (bound, rest) = rest.split_at(rest.find([' ', ',']).unwrap_or(rest.len()));
    Some((Comparison { operator, bound: bound_in(bound)? }, rest))
}

fn bound_in(text: &str) -> Option<Bound> {
    if let Some((major, "")) = number(text.strip_prefix("go").unwrap_or(text)) {
        return Some(Bound::Major(major));
    }
    // Two numbers are a partial bound even below 1.21; `1.20.0` is how to name the release go1.20 in a range.
    if let Ok(lang) = text.parse::<Lang>() {
        return Some(Bound::Lang(lang));
    }
    let version: Result<GoVersion, VersionError> = text.parse();
    version.ok().map(Bound::Version)
}

impl Operator {
    // Longer spellings first, so that none is taken for the beginning of another.
    const SPELLINGS: [(&'static str, Operator); 5] = [
        (">=", Operator::GreaterOrEqual),
        ("<=", Operator::LessOrEqual),
        (">", Operator::Greater),
        ("<", Operator::Less),
        ("=", Operator::Equal),
    ];

    fn take(text: &str) -> Option<(Operator, &str)> {
        Operator::SPELLINGS
            .iter()
            .find_map(|(spelling, operator)| Some((*operator, text.strip_prefix(spelling)?)))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, Comparison { operator, bound }) in self.0.iter().enumerate() {
            let separator = if position > 0 { " " } else { "" };
            write!(f, "{separator}{operator}{bound}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelling = Operator::SPELLINGS.iter().find(|(_, operator)| operator == self);
        f.write_str(spelling.map_or("", |(spelling, _)| spelling))
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Major(major) => write!(f, "{major}"),
            Bound::Lang(lang) => write!(f, "{lang}"),
            Bound::Version(version) if version.patch() == 0 && version.is_stable() => {
                write!(f, "{}.0", version.lang())
            }
            Bound::Version(version) => write!(f, "{version}"),
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn admitted(range: &str, versions: &[&'static str]) -> Vec<&'static str> {
        let range: Range = range.parse().unwrap();
        versions.iter().copied().filter(|version| range.admits(version.parse().unwrap())).collect()
    }

    #[test]
    fn a_partial_bound_stands_for_its_whole_line() {
        let versions = ["1.21.13", "1.22rc1", "1.22.0", "1.22.12", "1.23rc1", "1.23.0"];
        assert_eq!(admitted("<1.23", &versions), ["1.21.13", "1.22.0", "1.22.12"]);
        assert_eq!(admitted("<=1.22", &versions), ["1.21.13", "1.22.0", "1.22.12"]);
        assert_eq!(admitted(">1.22", &versions), ["1.23.0"]);
        assert_eq!(admitted(">=1.22 <1.23", &versions), ["1.22.0", "1.22.12"]);
        assert_eq!(admitted("=1.22", &versions), ["1.22.0", "1.22.12"]);
        assert_eq!(admitted(">=1 <2", &versions), ["1.21.13", "1.22.0", "1.22.12", "1.23.0"]);
        assert_eq!(admitted(">1.22.0 <=1.23.0", &versions), ["1.22.12", "1.23.0"]);
        assert_eq!(admitted(">1.23 <1.22", &versions), [""; 0]);
    }

    #[test]
    fn below_1_21_two_numbers_are_partial_and_three_name_a_release() {
        let versions = ["1.19.13", "1.20", "1.20.1", "1.21.0"];
        assert_eq!(admitted("<=1.20", &versions), ["1.19.13", "1.20", "1.20.1"]);
        assert_eq!(admitted("<=1.20.0", &versions), ["1.19.13", "1.20"]);
        assert_eq!(admitted(">1.20.0", &versions), ["1.20.1", "1.21.0"]);
    }

    #[test]
    fn prereleases_need_a_bound_that_is_one_of_the_same_line() {
        let versions = ["1.26.7", "1.26rc3", "1.27rc1", "1.27rc2", "1.27.0", "1.28rc1"];
        assert_eq!(admitted(">=1.26", &versions), ["1.26.7", "1.27.0"]);
        assert_eq!(admitted(">=1.27rc2", &versions), ["1.27rc2", "1.27.0"]);
        assert_eq!(admitted(">=1.26.0, <1.27rc2", &versions), ["1.26.7", "1.27rc1"]);
        assert_eq!(admitted(">=1.9rc1", &["1.9.2rc2", "1.9rc2"]), ["1.9rc2"]);
    }

    #[test]
    fn separators_are_spaces_and_commas() {
        for text in [
            ">=1.21 <1.23",
            ">=1.21,<1.23",
            ">=1.21 , <1.23",
            ">= 1.21  <1.23",
            ">=go1.21 <go1.23",
            ">=1.21 <1.23,",
        ] {
            assert_eq!(text.parse::<Range>().unwrap().to_string(), ">=1.21 <1.23", "{text}");
        }
    }

    #[test]
    fn a_broken_range_is_refused() {
        for text in [
            "",
            " ",
            ">",
            ">=",
            "1.22",
            "=>1.22",
            "==1.22",
            "!=1.22",
            ">=1.21<1.23",
            ">=1.22.x",
            ">=1.21 1.23",
        ] {
            assert!(text.parse::<Range>().is_err(), "{text:?}");
        }
        for text in [">=1.21 || <1.19", ">=1.21\t<1.23", ">=gogo1.21", ">=01.2", ", >=1.21", ">=1.21 <"] {
            assert!(text.parse::<Range>().is_err(), "{text:?}");
        }
    }
}
