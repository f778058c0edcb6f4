//! Reads the names in a directory, with one allocation for each: `list` shows hundreds of them in no time.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, DirEntry, FileType};

/// Calls `show` with each name and whether it is a directory itself. Names that are not UTF-8 are passed over.
pub fn each_entry(directory: &Path, mut show: impl FnMut(&str, bool)) -> io::Result<()> {
    let handle = File::open(directory)?;
    for entry in Dir::read_from(&handle)? {
        let entry = entry?;
        match entry.file_name().to_str() {
            Ok("." | "..") | Err(_) => {}
            Ok(name) => show(name, is_dir(&handle, &entry)),
        }
    }
    Ok(())
}

fn is_dir(directory: &File, entry: &DirEntry) -> bool {
    match entry.file_type() {
        // Some file systems do not tell.
        FileType::Unknown => rustix::fs::statat(directory, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory),
        kind => kind == FileType::Directory,
    }
}
