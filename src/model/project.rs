//! The files of a project that say which Go it wants. This module reads text that is already in memory, never a file.

mod go_mod;
mod mise;

use std::fmt;

use thiserror::Error;

use super::{Excerpt, RequestError, VersionRequest};

pub use go_mod::{GoLine, GoLines, ToolchainLine};

/// A kind of file that can ask for a Go version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionFile {
    /// `.go-version`, as of goenv.
    GoVersion,
    /// `go.work`
    GoWork,
    /// `go.mod`
    GoMod,
    /// `.tool-versions`, as of asdf.
    ToolVersions,
    /// `mise.toml`
    Mise,
    /// `.mise.toml`
    HiddenMise,
}

/// A project file that cannot be understood; `line` counts from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// The file is too large to be what its name says.
    #[error("{file} has more than {limit} bytes")]
    TooLong {
        /// The kind of file.
        file: VersionFile,
        /// The limit in bytes.
        limit: usize,
    },
    /// A version that is none.
    #[error("cannot read the version on line {line} of {file}")]
    Request {
        /// The kind of file.
        file: VersionFile,
        /// Where.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: RequestError,
    },
    /// A `go` or `toolchain` line that is malformed, or there a second time.
    #[error("cannot read line {line} of {file}: `{found}`")]
    Line {
        /// The kind of file.
        file: VersionFile,
        /// Where.
        line: usize,
        /// The line.
        found: Excerpt,
    },
}

impl ProjectError {
    /// The line that cannot be understood, counted from 1, if it is one.
    pub fn line(&self) -> Option<usize> {
        match self {
            ProjectError::TooLong { .. } => None,
            ProjectError::Request { line, .. } | ProjectError::Line { line, .. } => Some(*line),
        }
    }
}

impl VersionFile {
    /// Returns the name such a file has.
    pub const fn file_name(self) -> &'static str {
        match self {
            VersionFile::GoVersion => ".go-version",
            VersionFile::GoWork => "go.work",
            VersionFile::GoMod => "go.mod",
            VersionFile::ToolVersions => ".tool-versions",
            VersionFile::Mise => "mise.toml",
            VersionFile::HiddenMise => ".mise.toml",
        }
    }

    /// Returns the most bytes such a file may have; nobody needs to read more of it.
    pub const fn limit(self) -> usize {
        match self {
            VersionFile::GoVersion => 4 << 10,
            VersionFile::ToolVersions | VersionFile::Mise | VersionFile::HiddenMise => 64 << 10,
            VersionFile::GoWork | VersionFile::GoMod => 16 << 20,
        }
    }

    /// Whether it belongs to Go itself: what it says is the least that will do, where a pin is what is wanted.
    pub const fn is_minimum(self) -> bool {
        matches!(self, VersionFile::GoWork | VersionFile::GoMod)
    }
}

impl fmt::Display for VersionFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file_name())
    }
}

/// Returns what the `text` of a project file asks for, or `None` if it leaves the choice open.
///
/// # Errors
/// [`ProjectError`] with the line that cannot be understood.
pub fn request_in(file: VersionFile, text: &str) -> Result<Option<VersionRequest>, ProjectError> {
    match file.is_minimum() {
        true => go_lines_in(file, text).map(|lines| lines.request()),
        false => Ok(pin_in(file, text)?.map(|(_, request)| request)),
    }
}

/// Returns what the `text` of a pin asks for, and the line that says so, counted from 1.
///
/// # Errors
/// [`ProjectError`] with the line that cannot be understood.
pub fn pin_in(file: VersionFile, text: &str) -> Result<Option<(usize, VersionRequest)>, ProjectError> {
    if text.len() > file.limit() {
        return Err(ProjectError::TooLong { file, limit: file.limit() });
    }
    let lines = Lines::of(file, text);
    match file {
        VersionFile::GoVersion => lines.go_version(),
        VersionFile::ToolVersions => lines.tool_versions(),
        VersionFile::Mise | VersionFile::HiddenMise => mise::request(&lines),
        VersionFile::GoWork | VersionFile::GoMod => Ok(None),
    }
}

/// Returns the line of a go.work or go.mod that begins with this word, counted from 1.
pub fn line_with(file: VersionFile, text: &str, word: &str) -> Option<usize> {
    go_mod::line_with(&Lines::of(file, text), word)
}

/// Returns the directories that the `text` of a go.work names in its `use` lines, as they are written.
pub fn used_in(text: &str) -> Vec<String> {
    go_mod::used(&Lines::of(VersionFile::GoWork, text))
}

/// Returns what the `text` of a go.work or go.mod says about Go.
///
/// # Errors
/// [`ProjectError`] with the line that cannot be understood.
pub fn go_lines_in(file: VersionFile, text: &str) -> Result<GoLines, ProjectError> {
    if text.len() > file.limit() {
        return Err(ProjectError::TooLong { file, limit: file.limit() });
    }
    GoLines::read(&Lines::of(file, text))
}

/// Returns the `text` of a `.go-version` with another version in it, or with none; comments stay.
///
/// A version that is not there yet becomes the last line.
pub fn with_go_version(text: &str, version: Option<super::GoVersion>) -> String {
    let (mut kept, mut left) = (String::new(), version.map(|version| version.to_string()));
    for line in text.split_inclusive('\n') {
        let content = line.split_once('#').map_or(line, |(content, _)| content);
        let content = content.trim_start_matches('\u{feff}').trim_ascii();
        match left.take_if(|_| !content.is_empty()) {
            Some(version) => kept.push_str(&line.replacen(content, &version, 1)),
            // Without the first one the next would be the version; a comment behind it was about it.
            None if version.is_none() && !content.is_empty() => {}
            None => kept.push_str(line),
        }
    }
    if let Some(version) = left {
        if !kept.is_empty() && !kept.ends_with('\n') {
            kept.push('\n');
        }
        kept.push_str(&format!("{version}\n"));
    }
    kept
}

/// In both version files: use whatever Go the machine has.
const SYSTEM: &str = "system";

struct Lines<'a> {
    file: VersionFile,
    text: &'a str,
}

impl<'a> Lines<'a> {
    fn of(file: VersionFile, text: &'a str) -> Lines<'a> {
        Lines { file, text: text.strip_prefix('\u{feff}').unwrap_or(text) }
    }

    /// The lines with their numbers, without comments and surrounding space.
    fn without_comments(&self, comment: &'static str) -> impl Iterator<Item = (usize, &'a str)> {
        (1..).zip(self.text.lines()).map(move |(number, line)| {
            let content = line.split_once(comment).map_or(line, |(content, _)| content);
            (number, content.trim_ascii())
        })
    }

    /// The first line that is neither empty nor a comment.
    fn go_version(&self) -> Result<Option<(usize, VersionRequest)>, ProjectError> {
        match self.without_comments("#").find(|(_, content)| !content.is_empty()) {
            Some((number, version)) => self.request(number, version),
            None => Ok(None),
        }
    }

    /// The first line for Go; of several versions on it the first.
    fn tool_versions(&self) -> Result<Option<(usize, VersionRequest)>, ProjectError> {
        for (number, content) in self.without_comments("#") {
            let mut words = content.split_ascii_whitespace();
            if let Some("golang" | "go") = words.next() {
                return self.request(number, words.next().unwrap_or_default());
            }
        }
        Ok(None)
    }

    fn request(&self, line: usize, text: &str) -> Result<Option<(usize, VersionRequest)>, ProjectError> {
        if text == SYSTEM {
            return Ok(None);
        }
        match text.parse() {
            // A file cannot mean "the one before": it would mean another release at every switch.
            Ok(VersionRequest::Previous) => Err(RequestError::malformed(text)),
            parsed => parsed.map(|request| Some((line, request))),
        }
        .map_err(|source| ProjectError::Request { file: self.file, line, source })
    }
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::*;

    fn asked(file: VersionFile, text: &str) -> Option<String> {
        request_in(file, text).unwrap().map(|request| request.to_string())
    }

    fn go_mod(text: &str) -> Option<String> {
        asked(VersionFile::GoMod, text)
    }

    #[test]
    fn a_go_line_names_a_line_or_a_release() {
        assert_eq!(go_mod("module m\n\ngo 1.22\n").unwrap(), "1.22");
        assert_eq!(go_mod("go 1.22.3").unwrap(), "1.22.3");
        assert_eq!(go_mod("go 1.18").unwrap(), "1.18.x");
        assert_eq!(go_mod("go 1.22rc1").unwrap(), "1.22rc1");
        assert_eq!(go_mod("module m\n"), None);
        assert_eq!(asked(VersionFile::GoWork, "go 1.23.1\n\nuse (\n\t./a\n)\n").unwrap(), "1.23.1");
    }

    #[test]
    fn the_toolchain_line_only_raises() {
        assert_eq!(go_mod("go 1.22\ntoolchain go1.22.5\n").unwrap(), "1.22.5");
        assert_eq!(go_mod("toolchain go1.23.1\ngo 1.22.7\n").unwrap(), "1.23.1");
        assert_eq!(go_mod("go 1.23\ntoolchain go1.22.5\n").unwrap(), "1.23");
        assert_eq!(go_mod("go 1.22.7\ntoolchain go1.22.5\n").unwrap(), "1.22.7");
        assert_eq!(go_mod("go 1.22\ntoolchain default\n").unwrap(), "1.22");
        assert_eq!(go_mod("toolchain default\n"), None);
        assert_eq!(go_mod("toolchain go1.22.5\n").unwrap(), "1.22.5");
    }

    #[test]
    fn a_toolchain_suffix_is_ignored() {
        assert_eq!(go_mod("go 1.21\ntoolchain go1.21.3-bigcorp\n").unwrap(), "1.21.3");
    }

    #[test]
    fn odd_spacing_comments_and_blocks_are_understood() {
        let text = "\u{feff}// go 1.10\r\nmodule m // go\r\n\r\n\t go\t 1.22.3// indirect\r\nrequire (\r\n\tgo 1.1\r\n\
                    \ttoolchain x\r\n) // end\r\ntoolchain   go1.22.4\r\nrequire ()\r\nreplace go => ../go\r\n";
        assert_eq!(go_mod(text).unwrap(), "1.22.4");
    }

    #[test]
    fn a_broken_line_is_an_error_with_its_number() {
        let bad = [
            "go",
            "go 1",
            "go go1.22",
            "go 1.22.3 // x\ngo 1.22.3",
            "go 1.22 1.23",
            "go latest",
            "go 1.022",
            "go \"1.22\"",
            "toolchain",
            "toolchain 1.22.3",
            "toolchain go1.22",
            "toolchain latest",
            "toolchain ../go1.22.3",
            "go 1.22\rx",
        ];
        for text in bad {
            assert!(
                matches!(request_in(VersionFile::GoMod, text), Err(ProjectError::Line { .. })),
                "{text:?}"
            );
        }
        let error = request_in(VersionFile::GoMod, "module m\ngo 1.22\u{1b}[2J").unwrap_err();
        assert_eq!(error.to_string(), "cannot read line 2 of go.mod: `go 1.22\\u{1b}[2J`");
    }

    #[test]
    fn a_go_version_file_is_its_first_line() {
        let go_version = |text| asked(VersionFile::GoVersion, text);
        assert_eq!(go_version("1.22.5\n").unwrap(), "1.22.5");
        assert_eq!(go_version("\u{feff}go1.22.5\r\n").unwrap(), "1.22.5");
        assert_eq!(go_version("# pinned\n\n 1.22 # newest\n1.21\n").unwrap(), "1.22");
        assert_eq!(go_version("1.20").unwrap(), "1.20");
        assert_eq!(go_version("latest").unwrap(), "latest");
        assert_eq!(go_version(" \n"), None);
        assert_eq!(go_version("system\n"), None);
    }

    #[test]
    fn a_go_version_file_must_be_one() {
        for text in ["../../etc", "1.22.5 1.22.6", "-", "previous", "<html>", "\0\u{1}", "1.22.5;rm"] {
            let error = request_in(VersionFile::GoVersion, text).unwrap_err();
            assert!(matches!(error, ProjectError::Request { line: 1, .. }), "{text:?}");
        }
        let long = "#".repeat(4097);
        assert!(matches!(
            request_in(VersionFile::GoVersion, &long),
            Err(ProjectError::TooLong { limit: 4096, .. })
        ));
    }

    #[test]
    fn tool_versions_has_a_line_for_go() {
        let tools = |text| asked(VersionFile::ToolVersions, text);
        assert_eq!(tools("# tools\nnodejs 20.1.0\ngolang 1.22.5 1.21.0 # go\n").unwrap(), "1.22.5");
        assert_eq!(tools("go\t1.22\r\ngolang 1.21.1").unwrap(), "1.22");
        assert_eq!(tools("golang system\n"), None);
        assert_eq!(tools("golangci-lint 1.60.1\n#golang 1.2\n"), None);
        for text in ["golang\n", "golang path:/opt/go", "golang ref:main", "golang -"] {
            assert!(request_in(VersionFile::ToolVersions, text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn mise_has_a_table_of_tools() {
        let mise = |text| asked(VersionFile::Mise, text);
        assert_eq!(mise("[tools]\ngo = \"1.24.5\"\n\n[vars]\nGO = \"go\"\n").unwrap(), "1.24.5");
        assert_eq!(mise("[tools]\ngo = { version = '1.26.0', postinstall = 'x' }\n").unwrap(), "1.26.0");
        assert_eq!(mise("[tools]\ngo = [\"1.22\", \"1.21\"]\n").unwrap(), "1.22");
        assert_eq!(mise("[tools]\ngo = [{ version = \"1.22\" }]\n").unwrap(), "1.22");
        assert_eq!(mise("[tools.go]\nversion = \"latest\"\n").unwrap(), "latest");
        assert_eq!(mise("[[tools.go]]\nversion = \"1.21\"\n").unwrap(), "1.21");
        assert_eq!(mise("\u{feff}tools.\"core:go\" = \"1.22\"\r\n").unwrap(), "1.22");
        assert_eq!(mise("[tools]\ngolang = \"1.20\"\n").unwrap(), "1.20");
        for nothing in [
            "",
            "[env]\ngo = 3\n",
            "[tools]\n\"go:x.org/y\" = \"1\"\n",
            "tools.go = \"system\"",
            "tools.go = []",
        ] {
            assert_eq!(mise(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_mise_file_must_name_a_version() {
        let deep = format!("tools.go = {}", "[".repeat(200));
        for (text, line) in [
            ("[tools]\n\ngo = 1.22\n", 3),
            ("[tools]\ngo = \"ref:main\"\n", 2),
            ("[tools]\ngo = \"path:/opt/go\"\n", 2),
            ("[tools]\ngo = \"{{ env.GO }}\"\n", 2),
            ("[tools]\ngo = {\n os = \"linux\" }\n", 2),
            ("[tools]\ngo = true\n", 2),
            ("\n\ntools = 1\n", 3),
            ("[tools]\ngo = \"1.22\"\ngo = \"1.23\"\n", 3),
            (deep.as_str(), 1),
        ] {
            let error = request_in(VersionFile::Mise, text).unwrap_err();
            assert!(error.to_string().contains(&format!("line {line} of mise.toml")), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_pin_changes_the_version_and_nothing_else() {
        let version = Some("1.22.5".parse().unwrap());
        for (text, pinned, unpinned) in [
            ("", "1.22.5\n", ""),
            ("1.21\n", "1.22.5\n", ""),
            ("go1.21.13", "1.22.5", ""),
            ("\u{feff}1.21\r\n", "\u{feff}1.22.5\r\n", ""),
            ("# why\n\n 1.21 # old\n1.20\n", "# why\n\n 1.22.5 # old\n1.20\n", "# why\n\n"),
            ("# none", "# none\n1.22.5\n", "# none"),
            ("not a version\n", "1.22.5\n", ""),
        ] {
            assert_eq!(with_go_version(text, version), pinned, "{text:?}");
            assert_eq!(with_go_version(text, None), unpinned, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_or_reaches_the_terminal_raw(text in "((go|toolchain|golang|require)[ (]?)?\\PC{0,9}\\s?[\\x00-\\x1f]?.{0,40}") {
            for file in [VersionFile::GoMod, VersionFile::GoVersion, VersionFile::ToolVersions, VersionFile::Mise] {
                if let Err(error) = request_in(file, &text) {
                    prop_assert!(!error.to_string().contains(char::is_control));
                }
            }
        }
    }
}
