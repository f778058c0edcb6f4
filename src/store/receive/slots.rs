//! How many downloads run at once. What follows a download (unpacking, proof, flush) needs no slot, so the
//! line is never idle while there is something to fetch.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::progress::Progress;

/// A fixed number of download slots.
#[derive(Debug)]
pub struct Slots {
    free: Mutex<usize>,
    freed: Condvar,
}

/// A slot in use; free again when dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct Slot<'a>(&'a Slots);

impl Slots {
    /// Returns this many slots, but at least one.
    pub fn new(number: usize) -> Slots {
        Slots { free: Mutex::new(number.max(1)), freed: Condvar::new() }
    }

    /// Takes a slot, or returns nothing if the user wants to stop.
    pub(super) fn take(&self, progress: &dyn Progress) -> Option<Slot<'_>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            if progress.cancelled() {
                return None;
            }
            let waited = self.freed.wait_timeout(free, Duration::from_millis(100));
            free = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *free -= 1;
        Some(Slot(self))
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}
