//! Finds the Go version that a directory asks for. What it reads is only ever parsed; all that it writes is a
//! `.go-version`, by [`pin`] and [`unpin`].

mod files;
mod pin;

use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::disk;
use crate::model::{GoLines, GoVersion, ProjectError, VersionFile, VersionRequest, go_lines_in, request_in};
use crate::store::{Store, StoreError};

pub use files::{File, files};
pub use pin::{PinError, pin, unpin};

/// What a project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The file that says so.
    pub path: PathBuf,
    /// What it says.
    pub request: VersionRequest,
    /// For a go.work or go.mod, whose lines are the least that will do: what they say.
    pub lines: Option<GoLines>,
}

/// What a wish comes to with the toolchains there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// What is current will do, as for cmd/go: it is no older than a go.work or go.mod needs.
    Current(GoVersion),
    /// This installed one.
    Installed(GoVersion),
    /// None that is installed.
    Missing,
}

/// What cmd/go reads where it is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The go.work or go.mod.
    pub path: PathBuf,
    /// What it says.
    pub lines: GoLines,
}

/// How cmd/go finds a go.work: GOWORK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workspace {
    /// The nearest.
    Nearest,
    /// None counts.
    Off,
    /// This one.
    File(PathBuf),
}

/// A project file that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The file cannot be read, or is not a plain file.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not what its name says.
    #[error("cannot understand `{}`", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ProjectError,
    },
}

/// In one directory a pin, which is what somebody wants, comes before the least that the module needs.
const ORDER: [VersionFile; 6] = [
    VersionFile::GoVersion,
    VersionFile::ToolVersions,
    VersionFile::Mise,
    VersionFile::HiddenMise,
    VersionFile::GoWork,
    VersionFile::GoMod,
];

/// Returns what the nearest file at or above `directory` asks for that really names a Go version.
pub fn find(directory: &Path, workspace: &Workspace) -> Result<Option<Wish>, LookupError> {
    for directory in directory.ancestors() {
        for file in ORDER {
            // As for cmd/go: another go.work than the one that is named is none.
            if file == VersionFile::GoWork && *workspace != Workspace::Nearest {
                continue;
            }
            let Some(wish) = read(directory.join(file.file_name()), file)? else { continue };
            // As for cmd/go: a workspace above a module speaks for it.
            if file == VersionFile::GoMod
                && let Some(workspace) = workspace_of(directory, workspace)?
            {
                return Ok(Some(workspace));
            }
            return Ok(Some(wish));
        }
    }
    match workspace {
        // It counts where there is no module, too.
        Workspace::File(path) => read(path.clone(), VersionFile::GoWork),
        Workspace::Nearest | Workspace::Off => Ok(None),
    }
}

impl Wish {
    /// Returns the installed toolchain that it means; asks nobody else.
    pub fn answer(&self, store: &Store) -> Result<Answer, StoreError> {
        let installed = store.installed()?;
        let wanted = self.request.select_among(installed.iter().copied()).map(Answer::Installed);
        let Some(lines) = self.lines else { return Ok(wanted.unwrap_or(Answer::Missing)) };
        // A damaged store has no current toolchain, which is not for a question to tell.
        let current = store.current().unwrap_or_default().map(|current| current.version);
        if let Some(current) = current.filter(|current| lines.is_met_by(*current)) {
            return Ok(Answer::Current(current));
        }
        let newer =
            installed.iter().copied().filter(|version| version.is_stable() && lines.is_met_by(*version));
        Ok(wanted.or_else(|| newer.max().map(Answer::Installed)).unwrap_or(Answer::Missing))
    }
}

/// Returns what cmd/go would read in a directory: the go.work, or else the nearest go.mod.
pub fn demand(directory: &Path, workspace: &Workspace) -> Result<Option<Demand>, LookupError> {
    let modules = directory.ancestors().map(|directory| directory.join("go.mod"));
    let files = works(directory, workspace).into_iter().map(|path| (VersionFile::GoWork, path));
    for (file, path) in files.chain(modules.map(|path| (VersionFile::GoMod, path))) {
        if let Some(text) = text_of(&path, file)? {
            return match go_lines_in(file, &text) {
                Ok(lines) => Ok(Some(Demand { path, lines })),
                Err(source) => Err(LookupError::Malformed { path, source }),
            };
        }
    }
    Ok(None)
}

/// What a file asks for that was found before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It asks for this.
    Asks(Wish),
    /// It leaves the choice open.
    AsksNothing,
    /// There is no such file any more, or it has not the name of a project file.
    Gone,
}

/// Reads a file that was found before; what it says may be another thing now.
pub fn read_again(path: &Path) -> Result<Known, LookupError> {
    let named = ORDER.into_iter().find(|file| path.file_name() == Some(file.file_name().as_ref()));
    let Some(file) = named else { return Ok(Known::Gone) };
    match std::fs::symlink_metadata(path) {
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(Known::Gone)
        }
        _ => Ok(read(path.to_owned(), file)?.map_or(Known::AsksNothing, Known::Asks)),
    }
}

/// What may be the go.work that counts in a directory, the first first.
fn works(directory: &Path, workspace: &Workspace) -> Vec<PathBuf> {
    match workspace {
        Workspace::Off => Vec::new(),
        Workspace::File(path) => vec![path.clone()],
        Workspace::Nearest => directory.ancestors().map(|directory| directory.join("go.work")).collect(),
    }
}

fn workspace_of(directory: &Path, workspace: &Workspace) -> Result<Option<Wish>, LookupError> {
    for path in works(directory, workspace) {
        if let Some(wish) = read(path, VersionFile::GoWork)? {
            return Ok(Some(wish));
        }
    }
    Ok(None)
}

fn read(path: PathBuf, file: VersionFile) -> Result<Option<Wish>, LookupError> {
    let Some(text) = text_of(&path, file)? else { return Ok(None) };
    let said = match file.is_minimum() {
        true => go_lines_in(file, &text).map(|lines| (lines.request(), Some(lines))),
        false => request_in(file, &text).map(|request| (request, None)),
    };
    match said {
        Ok((request, lines)) => Ok(request.map(|request| Wish { path, request, lines })),
        Err(source) => Err(LookupError::Malformed { path, source }),
    }
}

/// The text of a project's file; nothing where there is none.
fn text_of(path: &Path, file: VersionFile) -> Result<Option<String>, LookupError> {
    // A link is refused: a cloned repository could point it at any file, and an error would show its text.
    let told = |error: std::io::Error| match error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
        true => std::io::Error::new(error.kind(), "it is a symbolic link, which is not followed"),
        false => error,
    };
    match disk::read_capped(path, file.limit() as u64, false) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(e) => Err(LookupError::Unreadable { path: path.to_owned(), source: told(e) }),
    }
}
