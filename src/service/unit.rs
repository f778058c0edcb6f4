//! The name of a service.

use std::fmt;
use std::str::FromStr;

use crate::model::Excerpt;

/// A service of the user's: `NAME.service`, and nothing that leads out of a directory or is taken for a flag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit(String);

/// A name that no service has.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not the name of a systemd service")]
pub struct UnitError(Excerpt);

const SUFFIX: &str = ".service";
/// As for systemd.
const LONGEST: usize = 255;

impl FromStr for Unit {
    type Err = UnitError;

    /// Reads `web` or `web.service`.
    ///
    /// # Errors
    /// [`UnitError`] for other kinds of units, and for all that systemd has no unit for.
    fn from_str(text: &str) -> Result<Unit, UnitError> {
        const OTHERS: [&str; 10] =
            ["socket", "timer", "target", "path", "slice", "scope", "mount", "automount", "swap", "device"];
        let stem = text.strip_suffix(SUFFIX).unwrap_or(text);
        let is_other = stem.rsplit_once('.').is_some_and(|(_, kind)| OTHERS.contains(&kind)) && stem == text;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
        let is_name = !stem.is_empty()
            && stem.len() + SUFFIX.len() <= LONGEST
            && !stem.starts_with(['-', '.', '@'])
            && stem.chars().all(is_plain);
        match is_name && !is_other {
            true => Ok(Unit(format!("{stem}{SUFFIX}"))),
            false => Err(UnitError(Excerpt::of(text))),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_services_have_names() {
        for (typed, name) in [
            ("web", "web.service"),
            ("web.service", "web.service"),
            ("a.b", "a.b.service"),
            ("job@.service", "job@.service"),
            ("job@x-1", "job@x-1.service"),
            ("dev-disk\\x2d1", "dev-disk\\x2d1.service"),
        ] {
            assert_eq!(typed.parse::<Unit>().unwrap().to_string(), name);
        }
        let long = "x".repeat(248);
        for typed in [
            "",
            ".service",
            "..",
            "../x",
            "/etc/x",
            "a/b",
            "-x",
            "--all",
            "a b",
            "a\nb",
            "a*",
            "é",
            "x.timer",
            "$x",
            "%i",
            "a\u{1b}[2J",
            &long,
        ] {
            assert!(typed.parse::<Unit>().is_err(), "{typed:?}");
        }
    }
}
