//! The `go` and `toolchain` lines of a go.mod or go.work.

use std::fmt;

use super::{Lines, ProjectError};
use crate::model::version::VersionError;
use crate::model::{Excerpt, GoVersion, Lang, VersionRequest};

/// What a go.mod or go.work says about Go: the least that will do, and what is rather to be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GoLines {
    /// The `go` line.
    pub go: Option<GoLine>,
    /// The `toolchain` line.
    pub toolchain: Option<ToolchainLine>,
}

/// A `go` line: an older Go will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoLine {
    /// `go 1.22`, a language version, also where a release has that name.
    Lang(Lang),
    /// `go 1.22.3`
    Release(GoVersion),
}

/// A `toolchain` line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolchainLine {
    /// `toolchain default`: whatever Go is there by itself.
    Default,
    /// `toolchain go1.22.5`; a suffix after `-`, which names a private build of the release, is dropped.
    Release(GoVersion),
}

impl GoLine {
    /// Reads what follows `go` on its line.
    fn read(version: &str) -> Option<GoLine> {
        if !version.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        let lang = version.parse::<Lang>().map(GoLine::Lang);
        lang.or_else(|_| version.parse().map(GoLine::Release)).ok()
    }

    /// Whether this Go is new enough.
    pub fn admits(self, version: GoVersion) -> bool {
        match self {
            // Go has 1.22 < 1.22rc1, and 1.20rc1 < 1.20, which is a release.
            GoLine::Lang(lang) if lang.is_also_a_release() => version >= lang.first_release(),
            GoLine::Lang(lang) => version.lang() >= lang,
            GoLine::Release(least) => version >= least,
        }
    }

    /// Returns the release that cmd/go fetches for it: go1.22.0 for `go 1.22`.
    pub fn release(self) -> GoVersion {
        match self {
            GoLine::Lang(lang) => lang.first_release(),
            GoLine::Release(version) => version,
        }
    }
}

impl fmt::Display for GoLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GoLine::Lang(lang) => lang.fmt(f),
            GoLine::Release(version) => version.fmt(f),
        }
    }
}

impl ToolchainLine {
    /// Reads what follows `toolchain` on its line.
    fn read(name: &str) -> Option<ToolchainLine> {
        if name == "default" {
            return Some(ToolchainLine::Default);
        }
        let (release, _suffix) = name.split_once('-').unwrap_or((name, ""));
        let parsed: Result<GoVersion, VersionError> = release.parse();
        parsed.ok().filter(|_| release.starts_with("go")).map(ToolchainLine::Release)
    }
}

impl GoLines {
    pub(super) fn read(lines: &Lines<'_>) -> Result<GoLines, ProjectError> {
        let mut found = GoLines::default();
        for (line, content) in directives(lines) {
            let words: Vec<&str> = content.split_ascii_whitespace().take(3).collect();
            let understood = match words.as_slice() {
                ["go", version] if found.go.is_none() => {
                    found.go = GoLine::read(version);
                    found.go.is_some()
                }
                ["toolchain", name] if found.toolchain.is_none() => {
                    found.toolchain = ToolchainLine::read(name);
                    found.toolchain.is_some()
                }
                ["go" | "toolchain", ..] => false,
                _ => true,
            };
            if !understood {
                return Err(ProjectError::Line { file: lines.file, line, found: Excerpt::of(content) });
            }
        }
        Ok(found)
    }

    /// Returns the request that fits best: the `toolchain` line if it is at least as new as the `go` line, else that.
    pub fn request(&self) -> Option<VersionRequest> {
        let go = self.go.map(|go| match go {
            GoLine::Lang(lang) => VersionRequest::Newest(lang),
            GoLine::Release(version) => VersionRequest::Exact(version),
        });
        match (self.go, self.toolchain) {
            (Some(GoLine::Lang(lang)), Some(ToolchainLine::Release(named))) if named.lang() < lang => go,
            (Some(GoLine::Release(least)), Some(ToolchainLine::Release(named))) if named <= least => go,
            (_, Some(ToolchainLine::Release(named))) => Some(VersionRequest::Exact(named)),
            _ => go,
        }
    }

    /// Whether cmd/go stays with this Go and looks for no other.
    pub fn is_met_by(&self, version: GoVersion) -> bool {
        let prefers = |line| matches!(line, ToolchainLine::Release(named) if named > version);
        self.go.is_none_or(|go| go.admits(version)) && !self.toolchain.is_some_and(prefers)
    }
}

/// The lines of a go.mod outside `require (...)` and the like, where a first word `go` is something else.
fn directives<'a>(lines: &Lines<'a>) -> impl Iterator<Item = (usize, &'a str)> {
    let mut in_block = false;
    lines.without_comments("//").filter(move |(_, content)| {
        let was_in_block = in_block;
        in_block = if in_block { !content.starts_with(')') } else { content.ends_with('(') };
        !was_in_block && !in_block
    })
}

/// The line that begins with a word, counted from 1.
pub(super) fn line_with(lines: &Lines<'_>, word: &str) -> Option<usize> {
    let mut found =
        directives(lines).filter(|(_, content)| content.split_ascii_whitespace().next() == Some(word));
    found.next().map(|(line, _)| line)
}

/// What the `use` lines of a go.work name, in a block and out of one.
pub(super) fn used(lines: &Lines<'_>) -> Vec<String> {
    let (mut used, mut block) = (Vec::new(), None);
    for (_, content) in lines.without_comments("//") {
        let (verb, rest) =
            content.split_once(|c: char| c.is_ascii_whitespace() || c == '(').unwrap_or((content, ""));
        match block {
            Some(_) if content.starts_with(')') => block = None,
            Some("use") => used.extend(directory(content)),
            Some(_) => {}
            None if content.ends_with('(') => block = Some(verb),
            None if verb == "use" => used.extend(directory(rest)),
            None => {}
        }
    }
    used
}

/// A path, which may be quoted.
fn directory(text: &str) -> Option<String> {
    let text = text.trim_ascii();
    let inner = ['"', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    Some(inner.unwrap_or(text).to_owned()).filter(|text| !text.is_empty())
}
