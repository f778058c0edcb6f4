//! Counts the steps that change the disk, and dies or stops before a chosen one: the hook of the crash tests.
//!
//! Release builds count nothing and cannot be told to die or to stop.

use std::path::Path;
#[cfg(debug_assertions)]
use std::{fs::File, io::Write as _, sync::atomic};

#[cfg(debug_assertions)]
use rustix::process::{Signal, getpid, kill_process};

/// When to die or to stop, and where to log the steps; by default never and nowhere.
#[derive(Debug, Default)]
pub struct Faults {
    #[cfg(debug_assertions)]
    count: atomic::AtomicU64,
    #[cfg(debug_assertions)]
    signal_before: Option<(u64, Signal)>,
    #[cfg(debug_assertions)]
    log: Option<File>,
}

#[cfg(debug_assertions)]
impl Faults {
    /// Sends this process a signal before the step of that number (from 1), and appends a line per step to `log`.
    pub fn new(signal_before: Option<(u64, Signal)>, log: Option<File>) -> Faults {
        Faults { count: atomic::AtomicU64::new(0), signal_before, log }
    }

    pub(super) fn step(&self, action: &'static str, path: &Path) {
        if self.signal_before.is_none() && self.log.is_none() {
            return;
        }
        let number = self.count.fetch_add(1, atomic::Ordering::SeqCst) + 1;
        if let Some(mut log) = self.log.as_ref() {
            let line = format!("{action} {}\n", path.display());
            if log.write_all(line.as_bytes()).is_err() {
                // A log with holes would prove nothing.
                send(Signal::KILL);
            }
        }
        match self.signal_before {
            Some((before, signal)) if before == number => send(signal),
            _ => {}
        }
    }
}

#[cfg(debug_assertions)]
fn send(signal: Signal) {
    // A signal to oneself cannot fail; SIGKILL and SIGSTOP take effect before this returns.
    if kill_process(getpid(), signal).is_err() {
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
impl Faults {
    pub(super) fn step(&self, _action: &'static str, _path: &Path) {}
}
