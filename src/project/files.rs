//! Every file of a project that has a say in its Go, each with what it says and where; for whoever holds them against
//! each other. What one directory asks for is said by [`super::find`].

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{LookupError, ORDER, Workspace, text_of, works};
use crate::model::{GoLines, VersionFile, VersionRequest, go_lines_in, line_with, pin_in, used_in};

/// A file of a project.
#[derive(Debug)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// Which it is.
    pub kind: VersionFile,
    /// What it asks for as a pin, and on which line; nothing where it leaves the choice open.
    pub pin: Option<(usize, VersionRequest)>,
    /// For a go.work or go.mod: what it says.
    pub lines: Option<GoLines>,
    /// For those: where its `go` line is, and its `toolchain` line.
    pub at: [Option<usize>; 2],
    /// For a go.work: the directories of the modules that it uses.
    pub used: Vec<PathBuf>,
}

/// Reads what is in a directory and above, up to the top of its repository, the nearest first; and the go.mod of each
/// module that the go.work uses. Of a go.work, and of a go.mod outside it, there is one.
pub fn files(directory: &Path, workspace: &Workspace) -> Vec<Result<File, LookupError>> {
    let mut found = Vec::new();
    let is_there = |file: &Option<Result<File, LookupError>>| file.is_some();
    for directory in up_to_top(directory) {
        let pins = ORDER.into_iter().filter(|kind| !kind.is_minimum());
        found.extend(pins.filter_map(|kind| read(directory.join(kind.file_name()), kind)));
    }
    let module = directory.ancestors().map(|directory| read(directory.join("go.mod"), VersionFile::GoMod));
    let module = module.into_iter().find(is_there).flatten();
    let work = works(directory, workspace).into_iter().map(|path| read(path, VersionFile::GoWork));
    let work = work.into_iter().find(is_there).flatten();
    let used = match &work {
        Some(Ok(work)) => work.used.clone(),
        _ => Vec::new(),
    };
    let own = match &module {
        Some(Ok(module)) => module.path.parent().map(Path::to_owned),
        _ => None,
    };
    found.extend(work);
    found.extend(module);
    let used = used.into_iter().filter(|directory| own.as_ref() != Some(directory));
    found.extend(used.map(|directory| {
        let path = directory.join("go.mod");
        // One that is not there is what every command of Go's fails with.
        let missing = || LookupError::Unreadable { path: path.clone(), source: ErrorKind::NotFound.into() };
        read(path.clone(), VersionFile::GoMod).unwrap_or_else(|| Err(missing()))
    }));
    found
}

/// The directories from here to the one that holds `.git`, or else to the root.
fn up_to_top(directory: &Path) -> impl Iterator<Item = &Path> {
    let mut is_above = false;
    directory.ancestors().take_while(move |directory| {
        let was_above = is_above;
        is_above = is_above || directory.join(".git").exists();
        !was_above
    })
}

fn read(path: PathBuf, kind: VersionFile) -> Option<Result<File, LookupError>> {
    let text = match text_of(&path, kind) {
        Ok(text) => text?,
        Err(error) => return Some(Err(error)),
    };
    let (pin, lines) = match kind.is_minimum() {
        true => (Ok(None), go_lines_in(kind, &text).map(Some)),
        false => (pin_in(kind, &text), Ok(None)),
    };
    let at = ["go", "toolchain"].map(|word| line_with(kind, &text, word).filter(|_| kind.is_minimum()));
    let base = path.parent().unwrap_or(Path::new("/")).to_owned();
    let used = if kind == VersionFile::GoWork { used_in(&text) } else { Vec::new() };
    // `./a` and `a` are one directory.
    let used = used.iter().map(|directory| base.join(directory).components().collect()).collect();
    Some(match (pin, lines) {
        (Ok(pin), Ok(lines)) => Ok(File { path, kind, pin, lines, at, used }),
        (Err(source), _) | (_, Err(source)) => Err(LookupError::Malformed { path, source }),
    })
}
