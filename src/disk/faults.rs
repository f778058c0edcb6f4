//! Counts the steps that change the disk, and dies before a chosen one: the hook of the crash tests.
//!
//! Release builds count nothing and cannot be told to die.

use std::path::Path;
#[cfg(debug_assertions)]
use std::{fs::File, io::Write as _, sync::atomic};

/// When to die, and where to log the steps; by default never and nowhere.
#[derive(Debug, Default)]
pub struct Faults {
    #[cfg(debug_assertions)]
    count: atomic::AtomicU64,
    #[cfg(debug_assertions)]
    kill_before: Option<u64>,
    #[cfg(debug_assertions)]
    log: Option<File>,
}

#[cfg(debug_assertions)]
impl Faults {
    /// Kills this process before step number `kill_before` (from 1), and appends a line per step to `log`.
    pub fn new(kill_before: Option<u64>, log: Option<File>) -> Faults {
        Faults { count: atomic::AtomicU64::new(0), kill_before, log }
    }

    pub(super) fn step(&self, action: &'static str, path: &Path) {
        if self.kill_before.is_none() && self.log.is_none() {
            return;
        }
        let number = self.count.fetch_add(1, atomic::Ordering::SeqCst) + 1;
        if let Some(mut log) = self.log.as_ref() {
            let line = format!("{action} {}\n", path.display());
            if log.write_all(line.as_bytes()).is_err() {
                // A log with holes would prove nothing.
                die();
            }
        }
        if self.kill_before == Some(number) {
            die();
        }
    }
}

#[cfg(debug_assertions)]
fn die() {
    // SIGKILL to oneself cannot fail, and nothing runs after it.
    if rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).is_err() {
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
impl Faults {
    pub(super) fn step(&self, _action: &'static str, _path: &Path) {}
}
