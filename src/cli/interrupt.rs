//! Ctrl-C as a flag: work stops at the next sound point, cleans up and says so. A second one ends it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Whether the user asked to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

/// The exit code of an interrupted command.
pub(crate) const EXIT_CODE: u8 = 130;

impl Interrupt {
    /// Listens for the signals that ask a program to stop.
    pub(crate) fn listen() -> std::io::Result<Interrupt> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: the first signal only sets the flag, a second one finds it set.
            signal_hook::flag::register_conditional_shutdown(signal, EXIT_CODE.into(), Arc::clone(&flag))?;
            signal_hook::flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Interrupt(flag))
    }

    pub(crate) fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
