//! Writes and removes the version in a directory's `.go-version`, by one rename; nothing else in the directory changes.

use std::path::{Path, PathBuf};

use super::{LookupError, text_of};
use crate::disk::{Disk, DiskError};
use crate::model::{GoVersion, VersionFile, with_go_version};

/// A pin that could not be written or removed.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// What is there is no plain file.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Writes the version into the `.go-version` of a directory, which is made if need be; returns its path.
pub fn pin(directory: &Path, version: GoVersion, disk: &Disk) -> Result<PathBuf, PinError> {
    let path = directory.join(VersionFile::GoVersion.file_name());
    let text = text_of(&path, VersionFile::GoVersion)?.unwrap_or_default();
    let pinned = with_go_version(&text, Some(version));
    if pinned != text {
        replace(&path, &pinned, disk)?;
    }
    Ok(path)
}

/// Removes the version from the `.go-version` of a directory, and the file if nothing else is in it.
///
/// Returns its path, or `None` if it names no version.
pub fn unpin(directory: &Path, disk: &Disk) -> Result<Option<PathBuf>, PinError> {
    let path = directory.join(VersionFile::GoVersion.file_name());
    let Some(text) = text_of(&path, VersionFile::GoVersion)? else { return Ok(None) };
    let rest = with_go_version(&text, None);
    if rest == text {
        return Ok(None);
    }
    match rest.trim_start_matches('\u{feff}').trim().is_empty() {
        true => disk.remove_file(&path)?,
        false => replace(&path, &rest, disk)?,
    }
    Ok(Some(path))
}

/// Invariant: readers see the old text or the new one.
fn replace(path: &Path, text: &str, disk: &Disk) -> Result<(), DiskError> {
    let temporary = path.with_file_name(format!(".go-version.{}.new", std::process::id()));
    let outcome =
        disk.write_new(&temporary, text.as_bytes()).and_then(|()| disk.publish_over(&temporary, path));
    if outcome.is_err() {
        // What could not be written may not be there; the failure before it is the one to tell.
        disk.remove_file(&temporary).ok();
    }
    outcome
}
