//! The programs that `go install` put beside each other: which of them an older Go built, and building them again.
//! A switch never touches them; nothing here removes one.

use std::path::{Path, PathBuf};

use crate::executable::BuildInfo;
use crate::gvm::Gvm;
use crate::model::GoVersion;
use crate::net::escaped;
use crate::process::{Stopped, Watch};
use crate::store::StoreError;

/// Tools that could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// `go` did not say where they are.
    #[error("cannot tell where `go install` puts programs: {0}")]
    Unknown(String),
    /// The user asked to stop.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an older Go built.
#[derive(Debug)]
pub struct Tools {
    /// Where the tools are: GOBIN, or `bin` in the first GOPATH.
    pub directory: PathBuf,
    /// Those that an older Go built, by name.
    pub outdated: Vec<Tool>,
}

/// A program that an older Go built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Its file name.
    pub name: String,
    /// The package that it was built from.
    pub package: String,
    /// The version of its module, as the build info has it.
    pub version: String,
    /// The Go that built it.
    pub built_with: GoVersion,
    /// Why it cannot be built again from that, if so.
    pub obstacle: Option<&'static str>,
    tags: Option<String>,
}

/// From here on `go install` takes a version.
const INSTALLS_VERSIONS: (u32, u32) = (1, 16);
/// From here on `go version -m` tells what a program was made from.
const TELLS_MODULES: (u32, u32) = (1, 13);

impl Gvm<'_> {
    /// Returns the tools that an older Go than this one built.
    pub fn tools(&self, version: GoVersion) -> Result<Tools, ToolsError> {
        let directory = self.tools_directory(version)?;
        let mut tools = Tools { directory, outdated: Vec::new() };
        if is_before(version, TELLS_MODULES) {
            return Ok(tools);
        }
        let mut names: Vec<String> = std::fs::read_dir(&tools.directory)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort_unstable();
        for name in names {
            let path = tools.directory.join(&name);
            // What is no program of Go's has no such information.
            let Ok(text) = self.go(version, &["version".as_ref(), "-m".as_ref(), path.as_os_str()])? else {
                continue;
            };
            tools.outdated.extend(tool(&name, &text).filter(|tool| tool.built_with < version));
        }
        Ok(tools)
    }

    /// Builds a tool again, from the same version of its module; says why where that fails.
    pub fn rebuild(&self, tool: &Tool, version: GoVersion) -> Result<Result<(), String>, StoreError> {
        if let Some(obstacle) = tool.obstacle {
            return Ok(Err(obstacle.to_owned()));
        }
        if is_before(version, INSTALLS_VERSIONS) {
            return Ok(Err("`go install` takes no versions before Go 1.16".to_owned()));
        }
        let source = format!("{}@{}", tool.package, tool.version);
        let tags = tool.tags.as_ref().map(|tags| format!("-tags={tags}"));
        let words: Vec<&std::ffi::OsStr> = std::iter::once("install")
            .chain(tags.as_deref())
            .chain(["--", source.as_str()])
            .map(AsRef::as_ref)
            .collect();
        Ok(self.go(version, &words)?.map(drop))
    }

    fn tools_directory(&self, version: GoVersion) -> Result<PathBuf, ToolsError> {
        let words = ["env", "GOBIN", "GOPATH"].map(AsRef::as_ref);
        let text = self.go(version, &words)?.map_err(ToolsError::Unknown)?;
        let mut lines = text.lines();
        let [bin, path] = [(); 2].map(|()| Path::new(lines.next().unwrap_or_default()));
        let first = std::env::split_paths(path).next().unwrap_or_default().join("bin");
        let directory = if bin.is_absolute() { bin.to_owned() } else { first };
        match directory.is_absolute() {
            true => Ok(directory),
            false => Err(ToolsError::Unknown("neither GOBIN nor GOPATH is set".to_owned())),
        }
    }

    /// Runs a toolchain's `go` in the user's environment, away from any module; the inner error is what it wrote.
    fn go(
        &self,
        version: GoVersion,
        words: &[&std::ffi::OsStr],
    ) -> Result<Result<String, String>, StoreError> {
        let tree = self.store.layout().tree(version);
        let go = std::iter::once("go".as_ref()).chain(words.iter().copied());
        let mut command = match self.task(go).under(&tree) {
            Ok(command) => command,
            Err(error) => return Ok(Err(error.to_string())),
        };
        command.current_dir("/");
        let limit = Some(self.settings.build_limit);
        let watch = Watch { limit, leaves_nothing: false, progress: self.progress };
        Ok(match watch.output(&mut command) {
            Ok(ended) if ended.exit.is_success() => Ok(ended.stdout.text().into_owned()),
            Ok(ended) => Err(last_lines(&ended.stderr.text())),
            Err(Stopped::Interrupted) => return Err(StoreError::Interrupted),
            Err(stopped) => Err(stopped.to_string()),
        })
    }
}

fn is_before(version: GoVersion, line: (u32, u32)) -> bool {
    (version.major(), version.minor()) < line
}

/// The end of what a failed `go` wrote, on one line.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(2)..].join("; ");
    match last.as_str() {
        "" => "it failed without a word".to_owned(),
        last => escaped(&last.chars().take(300).collect::<String>()).to_string(),
    }
}

/// Reads what `go version -m` says of one file; `None` where that is no tool built by a release.
fn tool(name: &str, text: &str) -> Option<Tool> {
    let (first, lines) = text.split_once('\n').unwrap_or((text, ""));
    // `/home/u/go/bin/gopls: go1.21.13`, where experiments may follow.
    let build = BuildInfo::parse(first.rsplit_once(": ")?.1, lines);
    let built_with = build.version()?;
    let is_foreign = build.setting("GOOS").is_some_and(is_foreign);
    let tags = build.setting("-tags").map(str::to_owned);
    // Only what was downloaded has a hash.
    let module = build.module.filter(|module| module.hash.is_some());
    let version = module.map(|module| module.version).unwrap_or_default();
    let package = build.package?;
    let obstacle = match () {
        () if build.is_replaced => Some("its module was replaced by another one"),
        () if is_foreign => Some("it was built for another platform"),
        () if version.is_empty() => Some("it was built from a directory, not from a version of its module"),
        () if !is_plain(&package) || !is_plain(&version) => Some("its build info is odd"),
        () if !is_named_after(name, &package) => Some("it has another name than its package"),
        () => None,
    };
    let (name, package, version) = (escaped(name).to_string(), package, version);
    Some(Tool { name, package, version, built_with, obstacle, tags: tags.filter(|tags| is_plain(tags)) })
}

fn is_foreign(os: &str) -> bool {
    // Rust calls it macos.
    let own = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    os != own
}

/// Whether a text from a file is one that a command line and a terminal can take.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~/+,!".contains(c))
}

/// Whether `go install` of the package makes a program of this name.
fn is_named_after(name: &str, package: &str) -> bool {
    let is_major =
        |part: &str| part.strip_prefix('v').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    let mut parts = package.rsplit('/');
    let last = parts.next().unwrap_or_default();
    let last = if is_major(last) { parts.next().unwrap_or(last) } else { last };
    name == last
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const GOPLS: &str = "/home/u: x/bin/gopls: go1.21.13\n\tpath\tgolang.org/x/tools/gopls\n\
                         \tmod\tgolang.org/x/tools/gopls\tv0.15.3\th1:zbdDidFrPTc8Bx3YrN5QKgJ0zCjyGi0L27sKQ/bDG5o=\n\
                         \tdep\tgithub.com/BurntSushi/toml\tv1.2.1\th1:9=\n\t=>\t./toml\t(devel)\n\
                         \tbuild\t-compiler=gc\n\tbuild\t-tags=a,b\n";

    #[test]
    fn build_info_says_what_a_tool_was_made_from() {
        let tool = tool("gopls", GOPLS).unwrap();
        assert_eq!((tool.package.as_str(), tool.version.as_str()), ("golang.org/x/tools/gopls", "v0.15.3"));
        assert_eq!((tool.built_with.to_string().as_str(), tool.obstacle), ("1.21.13", None));
        assert_eq!(tool.tags.as_deref(), Some("a,b"));
    }

    #[test]
    fn what_cannot_be_built_again_from_a_version_is_known() {
        let obstacle = |name: &str, text: &str| tool(name, text).unwrap().obstacle.unwrap_or("none");
        let devel = GOPLS.replace("v0.15.3\th1:zbdDidFrPTc8Bx3YrN5QKgJ0zCjyGi0L27sKQ/bDG5o=", "(devel)\t");
        assert!(obstacle("gopls", &devel).contains("directory"));
        let replaced = GOPLS.replace("\tdep", "\t=>\t../other\t(devel)\n\tdep");
        assert!(obstacle("gopls", &replaced).contains("replaced"));
        assert!(obstacle("gopls-old", GOPLS).contains("another name"));
        let odd = GOPLS.replace("golang.org/x/tools/gopls\n", "-x\n");
        assert!(obstacle("gopls", &odd).contains("odd"));
        let other = if cfg!(target_os = "linux") { "GOOS=darwin" } else { "GOOS=linux" };
        assert!(obstacle("gopls", &format!("{GOPLS}\tbuild\t{other}\n")).contains("platform"));
    }

    #[test]
    fn a_major_version_is_no_name() {
        assert!(is_named_after("golangci-lint", "github.com/golangci/golangci-lint/v2/cmd/golangci-lint"));
        assert!(is_named_after("air", "github.com/air-verse/air/v2"));
        assert!(!is_named_after("v2", "github.com/air-verse/air/v2"));
    }

    #[test]
    fn what_is_no_tool_of_a_release_is_passed_over() {
        for text in ["", "x: not a Go executable", "/bin/x: devel go1.24-abc\n\tpath\tx\n", "/x: go1.22.5\n"]
        {
            assert_eq!(tool("x", text), None, "{text}");
        }
    }
}
