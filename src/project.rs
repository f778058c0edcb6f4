//! Finds the Go version that a directory asks for. It only reads, and what it reads is only ever parsed.

use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::disk;
use crate::model::{ProjectError, VersionFile, VersionRequest, request_in};

/// What a project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The file that says so.
    pub path: PathBuf,
    /// What it says.
    pub request: VersionRequest,
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

/// In one directory a pin comes before what the module needs.
const ORDER: [VersionFile; 4] =
    [VersionFile::GoVersion, VersionFile::GoWork, VersionFile::GoMod, VersionFile::ToolVersions];

/// Returns what the nearest file at or above `directory` asks for that really names a Go version.
pub fn find(directory: &Path) -> Result<Option<Wish>, LookupError> {
    for directory in directory.ancestors() {
        for file in ORDER {
            let Some(wish) = read(directory, file)? else { continue };
            // As for cmd/go: a workspace above a module speaks for it.
            if file == VersionFile::GoMod
                && let Some(workspace) = workspace_above(directory)?
            {
                return Ok(Some(workspace));
            }
            return Ok(Some(wish));
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
    let (Some(file), Some(directory)) = (named, path.parent()) else { return Ok(Known::Gone) };
    match std::fs::symlink_metadata(path) {
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(Known::Gone)
        }
        _ => Ok(read(directory, file)?.map_or(Known::AsksNothing, Known::Asks)),
    }
}

fn workspace_above(directory: &Path) -> Result<Option<Wish>, LookupError> {
    for directory in directory.ancestors() {
        if let Some(wish) = read(directory, VersionFile::GoWork)? {
            return Ok(Some(wish));
        }
    }
    Ok(None)
}

fn read(directory: &Path, file: VersionFile) -> Result<Option<Wish>, LookupError> {
    let path = directory.join(file.file_name());
    // A link is refused: a cloned repository could point it at any file, and an error would show its text.
    let told = |error: std::io::Error| match error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
        true => std::io::Error::new(error.kind(), "it is a symbolic link, which is not followed"),
        false => error,
    };
    let bytes = match disk::read_capped(&path, file.limit() as u64, false) {
        Ok(bytes) => bytes,
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(e) => return Err(LookupError::Unreadable { path, source: told(e) }),
    };
    match request_in(file, &String::from_utf8_lossy(&bytes)) {
        Ok(request) => Ok(request.map(|request| Wish { path, request })),
        Err(source) => Err(LookupError::Malformed { path, source }),
    }
}
