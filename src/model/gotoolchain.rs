//! GOTOOLCHAIN and the rule by which cmd/go chooses the toolchain that it runs, as of Go 1.21: the `Select` of
//! cmd/go/internal/toolchain. Nothing here looks where that toolchain is, or whether there is one.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::project::{GoLines, ToolchainLine};
use super::{Excerpt, GoVersion, Lang};

/// A value of GOTOOLCHAIN: `local`, `auto`, `path`, `go1.22.5`, `go1.22.5+auto`, `local+path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoToolchain {
    /// The toolchain that is named, which may have a suffix of a private build; `None` is the one that was started.
    pub name: Option<String>,
    /// What comes on top of it.
    pub mode: Mode,
}

/// How far cmd/go goes for the toolchain that a go.mod asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It does not look into the go.mod.
    Fixed,
    /// It takes it from PATH or, failing that, downloads it.
    Auto,
    /// It takes it from PATH or fails.
    Path,
}

/// A value that cmd/go refuses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no GOTOOLCHAIN")]
pub struct GoToolchainError(Excerpt);

/// What cmd/go chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The name that it looks up on PATH, such as `go1.22.5`; `None` is the toolchain that was started.
    pub other: Option<String>,
    /// Why.
    pub because: Because,
    /// Whether what is chosen is too old for the `go` line, so that most commands fail.
    pub is_too_old: bool,
}

/// What decides a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// Go before 1.21 knows no choice.
    Old,
    /// GOTOOLCHAIN names it, or forbids another.
    Setting,
    /// Nothing asks for a newer one.
    Enough,
    /// `toolchain default` forbids another.
    Default,
    /// The `toolchain` line prefers it.
    Toolchain,
    /// The `go` line needs it.
    Go,
}

impl FromStr for GoToolchain {
    type Err = GoToolchainError;

    fn from_str(text: &str) -> Result<GoToolchain, GoToolchainError> {
        let wrong = || GoToolchainError(Excerpt::of(text));
        let (name, mode) = match text.split_once('+') {
            None if text == "auto" => (None, Mode::Auto),
            None if text == "path" => (None, Mode::Path),
            None => (Some(text), Mode::Fixed),
            Some((name, "auto")) => (Some(name), Mode::Auto),
            Some((name, "path")) => (Some(name), Mode::Path),
            Some(_) => return Err(wrong()),
        };
        let name = name.filter(|name| *name != "local");
        if name.is_some_and(|name| Order::of_toolchain(name).is_none() || name.contains('/')) {
            return Err(wrong());
        }
        Ok(GoToolchain { name: name.map(str::to_owned), mode })
    }
}

impl fmt::Display for GoToolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("local");
        match self.mode {
            Mode::Fixed => f.write_str(name),
            Mode::Auto if self.name.is_none() => f.write_str("auto"),
            Mode::Path if self.name.is_none() => f.write_str("path"),
            Mode::Auto => write!(f, "{name}+auto"),
            Mode::Path => write!(f, "{name}+path"),
        }
    }
}

impl GoToolchain {
    /// Returns what the `go` of version `local` runs where the go.work or go.mod says `lines`.
    pub fn choose(&self, local: GoVersion, lines: &GoLines) -> Choice {
        if local < GO_1_21.first_release() && local.lang() < GO_1_21 {
            return Choice { other: None, because: Because::Old, is_too_old: false };
        }
        let named = self.name.as_deref().and_then(|name| Some((name, Order::of_toolchain(name)?)));
        let mut least = named.map_or(Order::Release(local), |(_, order)| order);
        let mut other = named.map(|(name, _)| name.to_owned());
        let mut because =
            if self.mode == Mode::Fixed || named.is_some() { Because::Setting } else { Because::Enough };
        match lines.toolchain {
            _ if self.mode == Mode::Fixed => {}
            Some(ToolchainLine::Default) => because = Because::Default,
            line => {
                if let Some(ToolchainLine::Release(version)) = line
                    && Order::Release(version) > least
                {
                    (least, because) = (Order::Release(version), Because::Toolchain);
                    other = Some(version.toolchain());
                }
                if let Some(go) = lines.go
                    && Order::of_line(go) > least
                {
                    (least, because) = (Order::of_line(go), Because::Go);
                    other = Some(go.release().toolchain());
                }
            }
        }
        let is_too_old = lines.go.is_some_and(|go| Order::of_line(go) > least);
        Choice { other: other.filter(|name| *name != local.toolchain()), because, is_too_old }
    }
}

impl Choice {
    /// Returns what cmd/go fails with where no program of the chosen name is on PATH and it may download: `go1.22` was
    /// never released, as from 1.21 on that is the name of a language.
    pub fn refusal(&self) -> Option<String> {
        let name = self.other.as_deref()?;
        match Order::of_toolchain(name)? {
            Order::Lang(lang) if lang >= GO_1_21 => Some(format!(
                "invalid toolchain: {name} is a language version but not a toolchain version ({name}.x)"
            )),
            _ => None,
        }
    }
}

const GO_1_21: Lang = Lang::new(1, 21);

/// Go's order of releases and language versions together: 1.22 < 1.22rc1 < 1.22.0, and 1.20rc1 < 1.20 = 1.20.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Lang(Lang),
    Release(GoVersion),
}

impl Order {
    fn of_line(line: super::GoLine) -> Order {
        match line {
            super::GoLine::Lang(lang) if lang.is_also_a_release() => Order::Release(lang.first_release()),
            super::GoLine::Lang(lang) => Order::Lang(lang),
            super::GoLine::Release(version) => Order::Release(version),
        }
    }

    /// Reads `go1.22.5`, `go1.22`, `go1.22.5-bigcorp` or `gccgo-go1.22.5`.
    fn of_toolchain(name: &str) -> Option<Order> {
        let version = match name.strip_prefix("go1") {
            Some(_) => &name["go".len()..],
            None => name.split_once("-go").map(|(_, version)| version)?,
        };
        let version = version.split_once('-').map_or(version, |(version, _)| version);
        let is_bare = version.starts_with(|first: char| first.is_ascii_digit());
        match version.parse::<GoVersion>() {
            _ if !is_bare => None,
            Ok(version) => Some(Order::Release(version)),
            Err(_) => version.parse().ok().map(Order::Lang),
        }
    }

    /// A language version comes before all that share it.
    fn key(self) -> (Lang, Option<GoVersion>) {
        match self {
            Order::Lang(lang) => (lang, None),
            Order::Release(version) => (version.lang(), Some(version)),
        }
    }
}

impl PartialOrd for Order {
    fn partial_cmp(&self, other: &Order) -> Option<std::cmp::Ordering> {
        Some(self.key().cmp(&other.key()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{VersionFile, go_lines_in};
    use super::*;

    /// The Go that is started, GOTOOLCHAIN, the go.mod, and what is chosen; `!` where that is too old.
    const TABLE: &[(&str, &str, &str, &str, Because)] = &[
        ("1.22.5", "auto", "", "-", Because::Enough),
        ("1.22.5", "auto", "go 1.21", "-", Because::Enough),
        ("1.22.5", "auto", "go 1.22", "-", Because::Enough),
        ("1.22.5", "auto", "go 1.22.5", "-", Because::Enough),
        ("1.22.5", "auto", "go 1.22.6", "go1.22.6", Because::Go),
        ("1.22.5", "auto", "go 1.23", "go1.23.0", Because::Go),
        ("1.22.5", "auto", "go 1.23rc1", "go1.23rc1", Because::Go),
        ("1.22rc1", "auto", "go 1.22", "-", Because::Enough),
        ("1.22rc1", "auto", "go 1.22.0", "go1.22.0", Because::Go),
        ("1.22.5", "auto", "go 1.21\ntoolchain go1.22.4", "-", Because::Enough),
        ("1.22.5", "auto", "go 1.21\ntoolchain go1.23.1", "go1.23.1", Because::Toolchain),
        ("1.22.5", "auto", "go 1.24\ntoolchain go1.23.1", "go1.24.0", Because::Go),
        ("1.22.5", "auto", "go 1.23\ntoolchain go1.23.1", "go1.23.1", Because::Toolchain),
        ("1.22.5", "auto", "go 1.21\ntoolchain default", "-", Because::Default),
        ("1.22.5", "auto", "go 1.23\ntoolchain default", "!-", Because::Default),
        ("1.22.5", "local", "go 1.21", "-", Because::Setting),
        ("1.22.5", "local", "go 1.23", "!-", Because::Setting),
        ("1.22.5", "local", "go 1.21\ntoolchain go1.23.1", "-", Because::Setting),
        ("1.22.5", "path", "go 1.23", "go1.23.0", Because::Go),
        ("1.22.5", "local+path", "go 1.23", "go1.23.0", Because::Go),
        ("1.22.5", "go1.21.13", "go 1.20", "go1.21.13", Because::Setting),
        ("1.22.5", "go1.21.13", "go 1.22", "!go1.21.13", Because::Setting),
        ("1.22.5", "go1.22.5", "", "-", Because::Setting),
        ("1.22.5", "go1.21.13+auto", "go 1.20", "go1.21.13", Because::Setting),
        ("1.22.5", "go1.21.13+auto", "go 1.22", "go1.22.0", Because::Go),
        ("1.22.5", "go1.21.13+auto", "go 1.22.5", "-", Because::Go),
        ("1.22.5", "go1.24.1+path", "toolchain default", "go1.24.1", Because::Default),
        ("1.22.5", "go1.21.3-bigcorp+auto", "toolchain go1.21.3", "go1.21.3-bigcorp", Because::Setting),
        ("1.22.5", "gccgo-go1.23.1", "", "gccgo-go1.23.1", Because::Setting),
        // A language version is no toolchain: cmd/go looks for it all the same, and fails.
        ("1.22.5", "go1.23", "", "go1.23", Because::Setting),
        ("1.20.14", "go1.23.1", "go 1.24", "-", Because::Old),
    ];

    #[test]
    fn the_choice_is_that_of_cmd_go() {
        for (local, setting, go_mod, chosen, because) in TABLE {
            let lines = go_lines_in(VersionFile::GoMod, go_mod).unwrap();
            let choice = setting.parse::<GoToolchain>().unwrap().choose(local.parse().unwrap(), &lines);
            let mark = if choice.is_too_old { "!" } else { "" };
            let shown = format!("{mark}{}", choice.other.as_deref().unwrap_or("-"));
            assert_eq!((shown.as_str(), choice.because), (*chosen, *because), "{local} {setting} {go_mod:?}");
        }
    }

    #[test]
    fn a_language_version_is_no_toolchain_since_1_21() {
        let chosen = |setting: &str, go_mod: &str| {
            let lines = go_lines_in(VersionFile::GoMod, go_mod).unwrap();
            setting.parse::<GoToolchain>().unwrap().choose("1.27.3".parse().unwrap(), &lines)
        };
        for setting in ["go1.21", "go1.22", "go1.27", "go1.28", "go1.22+auto", "go1.22+path", "go1.22-acme"] {
            assert!(chosen(setting, "").refusal().is_some(), "{setting}");
        }
        for setting in ["go1.20", "go1.22.0", "go1.22rc1", "local", "auto", "go1.22.5+auto"] {
            assert_eq!(chosen(setting, "").refusal(), None, "{setting}");
        }
        // The go.mod asks for more than that, so it is never looked for.
        assert_eq!(chosen("go1.22+auto", "go 1.23").refusal(), None);
        assert_eq!(
            chosen("go1.22", "go 1.23").refusal().unwrap(),
            "invalid toolchain: go1.22 is a language version but not a toolchain version (go1.22.x)"
        );
    }

    #[test]
    fn what_cmd_go_refuses_is_refused() {
        for text in [
            "",
            "1.22.5",
            "latest",
            "go",
            "gox",
            "bash",
            "go1.22.5+x",
            "auto+path",
            "go1.x",
            "../go1.22.5",
            "go1.22.5/x",
        ] {
            assert!(text.parse::<GoToolchain>().is_err(), "{text:?}");
        }
        for text in ["local", "auto", "path", "go1.22.5", "go1.22.5+auto", "go1.22.5-x+path", "go1.23rc1"] {
            assert_eq!(text.parse::<GoToolchain>().unwrap().to_string(), text);
        }
        assert_eq!("local+auto".parse::<GoToolchain>().unwrap().to_string(), "auto");
        let error = "\u{1b}[2J".parse::<GoToolchain>().unwrap_err();
        assert!(!error.to_string().contains('\u{1b}'));
    }
}
