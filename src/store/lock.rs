//! The lock of the store: one `flock`, held for milliseconds by whoever publishes, and never across the network.
//!
//! The kernel frees it when its holder dies, however that happens, so there are no stale locks. The file
//! is never removed: a lock that may vanish under a waiter is no lock.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::layout::COMMANDS;
use super::{Store, StoreError};
use crate::disk::{self, Disk};
use crate::progress::{Event, Progress};

/// Who takes the lock and why; shown to whoever waits.
#[derive(Debug, Clone)]
pub struct Purpose {
    /// The command, like `use 1.22.5`.
    pub command: String,
    /// The time in seconds since 1970.
    pub now: u64,
    /// The user behind a `sudo`, whose files this process could take over.
    pub sudo_user: Option<u32>,
}

/// How to wait for another process.
#[derive(Clone, Copy)]
pub struct Waiting<'a> {
    /// For how long at most; `None` is until it is done.
    pub limit: Option<Duration>,
    /// Who is told, and asked whether to go on.
    pub progress: &'a dyn Progress,
}

/// After this long a waiter is told whom it waits for.
const GRACE: Duration = Duration::from_millis(300);
const POLL: Duration = Duration::from_millis(50);

/// What a lock stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Guarded {
    Store,
    Download,
}

impl Guarded {
    fn name(self) -> &'static str {
        match self {
            Guarded::Store => "the store",
            Guarded::Download => "the same download",
        }
    }

    /// The note of the holder, made safe to print; advice, never the truth.
    fn holder(self, path: &Path) -> String {
        match self {
            Guarded::Store => note_in(path),
            // That file holds the archive itself.
            Guarded::Download => String::new(),
        }
    }
}

/// Takes the lock on `file`, waiting for whoever has it.
pub(super) fn wait_for_lock(
    disk: &Disk,
    (file, path): (&File, &Path),
    guarded: Guarded,
    waiting: Waiting<'_>,
) -> Result<(), StoreError> {
    let start = Instant::now();
    let mut is_told = false;
    while !disk.try_lock(file, path)? {
        if waiting.progress.cancelled() {
            return Err(StoreError::Interrupted);
        }
        let waited = start.elapsed();
        if waiting.limit.is_some_and(|limit| waited >= limit) {
            return Err(StoreError::Busy { path: path.to_owned(), holder: guarded.holder(path) });
        }
        if waited >= GRACE && !is_told {
            waiting.progress.event(Event::Waiting { what: guarded.name(), holder: &guarded.holder(path) });
            is_told = true;
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

fn note_in(path: &Path) -> String {
    let note = disk::read_capped(path, 4096, false).unwrap_or_default();
    let note = String::from_utf8_lossy(&note);
    note.lines().next().unwrap_or_default().chars().take(100).collect::<String>().escape_debug().to_string()
}

impl Store {
    /// Creates the root if need be, checks that it is safe to write to, and takes the lock.
    pub(super) fn take_lock(&self, purpose: &Purpose, waiting: Waiting<'_>) -> Result<File, StoreError> {
        self.check_owner(purpose)?;
        self.check_is_ours()?;
        self.lock_root(purpose, waiting)
    }

    /// Takes the lock of a root that was checked.
    pub(super) fn lock_root(&self, purpose: &Purpose, waiting: Waiting<'_>) -> Result<File, StoreError> {
        self.disk.create_dir_all(self.layout.root())?;
        let path = self.layout.lock();
        let mut file = self.disk.open_append(&path)?;
        wait_for_lock(&self.disk, (&file, &path), Guarded::Store, waiting)?;
        self.disk.leave_note(&mut file, &format!("process {}: {}\n", std::process::id(), purpose.command));
        Ok(file)
    }

    /// Refuses a directory that holds anything else: without a `layout` it is new, or a first run died in it.
    pub(super) fn check_is_ours(&self) -> Result<(), StoreError> {
        let root = self.layout.root();
        if self.layout.format().exists() {
            return Ok(());
        }
        const OURS: [&str; 7] = ["lock", "staging", "cache", "versions", "manifests", "generations", "bin"];
        let is_stranger = |path: &Path| {
            let below = path.strip_prefix(root).ok().and_then(Path::to_str).unwrap_or_default();
            let is_link = || std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
            match below.split_once('/') {
                None => !OURS.contains(&below),
                Some(("bin", command)) => !COMMANDS.contains(&command) || !is_link(),
                Some(("staging", name)) => !["layout", "link"].contains(&name),
                Some(_) => true,
            }
        };
        let paths = OURS.iter().skip(1).map(|name| root.join(name)).chain([root.to_owned()]);
        for directory in paths {
            let Ok(entries) = std::fs::read_dir(&directory) else { continue };
            if let Some(stranger) = entries.flatten().map(|entry| entry.path()).find(|path| is_stranger(path))
            {
                // Another first run may have completed the layout since, and gone on to work in it.
                if self.layout.format().exists() {
                    return Ok(());
                }
                let name = stranger.strip_prefix(root).unwrap_or(&stranger).to_string_lossy().into_owned();
                let reason = format!("it holds `{name}`, which gvm-rs did not put there");
                return Err(StoreError::Unsafe { root: root.to_owned(), reason });
            }
        }
        Ok(())
    }

    /// Refuses a root that others can write to, or whose owner would be locked out by files of ours.
    pub(super) fn check_owner(&self, purpose: &Purpose) -> Result<(), StoreError> {
        let root = self.layout.root();
        let refuse = |reason: String| StoreError::Unsafe { root: root.to_owned(), reason };
        let user = rustix::process::geteuid().as_raw();
        let is_foreign = |owner: u32| match user {
            0 => owner != 0 && purpose.sudo_user == Some(owner),
            _ => owner != 0 && owner != user,
        };
        if let Ok(link) = std::fs::symlink_metadata(root)
            && link.is_symlink()
            && is_foreign(link.uid())
        {
            return Err(refuse(format!("the link belongs to user {}", link.uid())));
        }
        let Ok(meta) = std::fs::metadata(root) else {
            let above = root.ancestors().find_map(|path| std::fs::metadata(path).ok());
            return match above {
                Some(above) if is_foreign(above.uid()) => Err(refuse(format!(
                    "it would lie in a directory of user {}, and this is user {user}",
                    above.uid()
                ))),
                _ => Ok(()),
            };
        };
        if meta.uid() != user {
            return Err(refuse(format!("it belongs to user {}, and this is user {user}", meta.uid())));
        }
        if meta.mode() & 0o022 != 0 {
            return Err(refuse(format!("others may write to it (mode {:o})", meta.mode() & 0o7777)));
        }
        Ok(())
    }
}
