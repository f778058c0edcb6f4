//! The programs named `go` on a PATH: whose each is, and which version, as far as that can be known without running it.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::shown;
use crate::disk;
use crate::model::GoVersion;
use crate::store::Store;

/// A program named `go`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// As PATH finds it.
    pub path: PathBuf,
    /// Where its links lead.
    pub real: PathBuf,
    /// Who put it there, as far as its path tells.
    pub maker: &'static str,
    /// Its version; not known of shims.
    pub version: Option<GoVersion>,
}

/// A part of a path, and whose programs are below it. The first that fits counts.
const MAKERS: &[(&str, &str)] = &[
    ("/golang.org/toolchain@", "cmd/go's download"),
    ("/.goenv/", "goenv"),
    ("/.asdf/", "asdf"),
    ("/mise/", "mise"),
    ("/.gvm/", "moovweb's gvm"),
    ("/.goup/", "goup-rs"),
    ("/.go/", "goup"),
    ("/.gobrew/", "gobrew"),
    ("/.g/", "g"),
    ("/Cellar/", "Homebrew"),
    ("/homebrew/", "Homebrew"),
    ("/linuxbrew/", "Homebrew"),
    ("/nix/", "Nix"),
    ("/opt/local/", "MacPorts"),
    ("/snap/", "snap"),
    ("/sdk/go1", "golang.org/dl"),
    ("/usr/local/go/", "an archive from go.dev"),
    ("/usr/lib/go", "the distribution"),
    ("/usr/share/go", "the distribution"),
    ("/usr/bin/", "the distribution"),
    ("/bin/", "somebody else"),
];

/// Returns every `go` on a PATH, in the order in which a shell would take them.
pub fn programs(path: &OsStr, store: &Store) -> Vec<Program> {
    let mut found: Vec<Program> = Vec::new();
    for candidate in candidates(path, "go") {
        if found.iter().all(|known| known.path != candidate) {
            found.push(Program::of(candidate, store));
        }
    }
    found
}

/// The first program of a name on PATH.
pub(super) fn named(path: &OsStr, name: &str) -> Option<PathBuf> {
    candidates(path, name).next()
}

fn candidates(path: &OsStr, name: &str) -> impl Iterator<Item = PathBuf> {
    let paths: Vec<PathBuf> = std::env::split_paths(path).map(|directory| directory.join(name)).collect();
    paths.into_iter().filter(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

impl Program {
    /// Looks at a program.
    pub(super) fn of(path: PathBuf, store: &Store) -> Program {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let is_below = |path: &Path| {
            let root = store.layout().root();
            path.starts_with(root) || root.canonicalize().is_ok_and(|root| path.starts_with(root))
        };
        let maker = match is_below(&path) || is_below(&real) {
            true => "gvm-rs",
            false => maker(&path)
                .filter(|maker| *maker != "the distribution")
                .or(maker(&real))
                .unwrap_or("somebody else"),
        };
        let mut program = Program { path, real, maker, version: None };
        program.version = program.root().and_then(|root| version_of(&root));
        program
    }

    /// The tree it belongs to, if it lies where toolchains have it.
    pub fn root(&self) -> Option<PathBuf> {
        let root = self.real.parent()?.parent()?;
        root.join("VERSION").is_file().then(|| root.to_owned())
    }

    /// `go1.22.5`, or its path where the version is not known.
    pub fn shown_version(&self) -> String {
        self.version.map_or_else(|| format!("`{}`", shown(self.path.display())), GoVersion::toolchain)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.version.map_or_else(|| "version not known".to_owned(), GoVersion::toolchain);
        write!(f, "`{}` is {version}, from {}", shown(self.path.display()), self.maker)?;
        match self.real == self.path {
            true => Ok(()),
            false => write!(f, " (`{}`)", shown(self.real.display())),
        }
    }
}

fn maker(path: &Path) -> Option<&'static str> {
    let path = path.to_string_lossy();
    MAKERS.iter().find(|(part, _)| path.contains(part)).map(|(_, maker)| *maker)
}

/// The first line of a VERSION file: `go1.22.5`, of which a distribution may have added to the end.
fn version_of(root: &Path) -> Option<GoVersion> {
    let bytes = disk::read_capped(&root.join("VERSION"), 4096, true).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let first = text.lines().next()?.split_ascii_whitespace().next()?;
    let stock = first.split_once('-').map_or(first, |(stock, _)| stock);
    stock.strip_prefix("go").and_then(|_| stock.parse().ok())
}
