//! What a doctor does when somebody says so. Each fix is atomic, made under the lock of the store, and safe to make twice.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::{Doctor, LARGEST};
use crate::damage::DamageError;
use crate::disk::{self, DiskError, Owner};
use crate::setup::{Edit, Plan, SetupError};
use crate::store::StoreError;

/// Something that can be mended without a choice.
#[derive(Debug)]
pub enum Fix {
    /// The store's own directories and links are put right, as `repair` does it.
    Structure,
    /// What killed commands left is swept.
    Sweep,
    /// Others lose the right to write to these directories and files of the store.
    Modes(Vec<PathBuf>),
    /// One of the files that setup writes.
    Edit(Edit),
    /// A set-up, or the part of it that is missing.
    Setup(Plan),
    /// A variable is taken out of the file that `go env -w` writes.
    Unset {
        /// The file.
        file: PathBuf,
        /// The variable.
        name: &'static str,
    },
}

/// More paths are not named in a line.
pub(super) const MOST_NAMED: usize = 3;

/// A fix that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be put right.
    #[error(transparent)]
    Damage(#[from] DamageError),
    /// A file of the user's could not be edited.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A file could not be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Fix {
    /// What it does, in a line; of edits the difference says more.
    pub fn says(&self) -> String {
        super::shown(match self {
            Fix::Structure => {
                "puts the store's directories and links right (`gvm-rs repair` without the network)"
                    .to_owned()
            }
            Fix::Sweep => "sweeps what is left in the store".to_owned(),
            Fix::Modes(paths) => {
                let named = paths.iter().take(MOST_NAMED).map(|path| path.display().to_string());
                let named: Vec<String> = named.collect();
                let more = match paths.len().saturating_sub(MOST_NAMED) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("chmod go-w {}{more}", named.join(" "))
            }
            Fix::Edit(edit) => format!("renews gvm-rs's block in `{}`", edit.path.display()),
            Fix::Setup(_) => "`gvm-rs setup`".to_owned(),
            Fix::Unset { file, name } => {
                format!("takes {name} out of `{}`, as `go env -u {name}` does", file.display())
            }
        })
    }
}

impl Doctor<'_> {
    /// Makes a fix.
    ///
    /// # Errors
    /// [`FixError`]; whatever was to be fixed is as it was then.
    pub fn apply(&self, fix: &Fix) -> Result<(), FixError> {
        let gvm = self.gvm;
        match fix {
            Fix::Structure => drop(gvm.restore_structure()?),
            // Whoever takes the lock sweeps.
            Fix::Sweep => drop(gvm.lock()?),
            Fix::Modes(paths) => {
                for path in paths {
                    self.close_to_others(path)?;
                }
            }
            Fix::Edit(edit) => gvm.apply_edit(edit)?,
            Fix::Setup(plan) => drop(gvm.carry_out(plan)?),
            Fix::Unset { file, name } => self.unset(file, name)?,
        }
        Ok(())
    }

    /// No lock: it is refused as long as others can write to the root, and a mode is one call.
    fn close_to_others(&self, path: &Path) -> Result<(), FixError> {
        let unreadable = |source| FixError::Unreadable { path: path.to_owned(), source };
        let directory = File::open(path).map_err(unreadable)?;
        let mode = directory.metadata().map_err(unreadable)?.mode() & 0o7777 & !0o022;
        Ok(self.gvm.store.disk().set_file_mode(&directory, path, mode)?)
    }

    /// Takes a variable out of cmd/go's file of settings, wherever a link leads.
    fn unset(&self, file: &Path, name: &str) -> Result<(), FixError> {
        let unreadable = |source| FixError::Unreadable { path: file.to_owned(), source };
        let root = self.gvm.store.layout().root();
        let lock = root.exists().then(|| self.gvm.lock()).transpose()?;
        let real = file.canonicalize().map_err(unreadable)?;
        let text = disk::read_capped(&real, LARGEST, false).map_err(unreadable)?;
        let owner = Owner::of(&std::fs::metadata(&real).map_err(unreadable)?);
        let assignment = format!("{name}=");
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        let kept: Vec<u8> =
            lines.filter(|line| !line.starts_with(assignment.as_bytes())).flatten().copied().collect();
        let disk = self.gvm.store.disk();
        let mut new = std::ffi::OsString::from(".");
        new.push(real.file_name().unwrap_or_default());
        new.push(".gvm-rs-new");
        let new = real.with_file_name(new);
        // What an earlier one left that was killed here.
        disk.remove_file(&new)?;
        disk.write_user_file(&new, &kept, Some(owner))?;
        disk.publish_over(&new, &real)?;
        drop(lock);
        Ok(())
    }
}
