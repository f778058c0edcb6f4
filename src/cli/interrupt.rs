//! Ctrl-C as a flag: work stops at the next sound point, cleans up and says so. A second one ends it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::args::Command;

/// Whether the user asked to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt {
    is_requested: Arc<AtomicBool>,
    /// The number of a signal that came to this process alone, as no terminal sends it; 0 for none.
    to_pass_on: Arc<AtomicUsize>,
}

/// The exit code of an interrupted command.
pub(crate) const EXIT_CODE: u8 = 130;

/// What an interrupted command says: what it leaves, where that is known of all that it does.
pub(crate) fn farewell(command: &Command) -> String {
    let left = match command {
        Command::Install(_) | Command::Exec(_) => {
            "what was half done is removed, what was downloaded is kept for the next try"
        }
        Command::Use(_) => "nothing was switched, what was downloaded is kept for the next try",
        Command::Upgrade(_) => {
            "what was half done is undone, what was upgraded before stays so, and what was downloaded is kept for \
             the next try"
        }
        Command::Repair(_) => "what was put right stays so, and what was downloaded is kept for the next try",
        Command::Bisect(args) if args.keep => "what was installed stays, and nothing else is left behind",
        Command::Try(_) | Command::Matrix(_) | Command::Bisect(_) => "nothing is left behind",
        Command::Rollback(_) | Command::Undo(_) | Command::Uninstall(_) | Command::Prune(_) => UNCHANGED,
        Command::Doctor(args) if !args.fix => UNCHANGED,
        Command::LsRemote(_) | Command::Outdated(_) | Command::Verify(_) | Command::Cache(_) => UNCHANGED,
        _ => return "interrupted".to_owned(),
    };
    format!("interrupted; {left}")
}

const UNCHANGED: &str = "nothing was changed";

impl Interrupt {
    /// Listens for the signals that ask a program to stop.
    pub(crate) fn listen() -> std::io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: the first signal only sets the flag, a second one finds it set.
            let flag = Arc::clone(&interrupt.is_requested);
            signal_hook::flag::register_conditional_shutdown(signal, EXIT_CODE.into(), flag)?;
            signal_hook::flag::register(signal, Arc::clone(&interrupt.is_requested))?;
        }
        Ok(interrupt)
    }

    /// Listens on behalf of a command that runs beside this program: no number of signals ends this program before
    /// that command, or nobody would clean up after it.
    pub(crate) fn listen_beside_command() -> std::io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&interrupt.is_requested))?;
        }
        for signal in [SIGTERM, SIGHUP] {
            let number = Arc::clone(&interrupt.to_pass_on);
            signal_hook::flag::register_usize(signal, number, signal as usize)?;
        }
        Ok(interrupt)
    }

    pub(crate) fn is_requested(&self) -> bool {
        self.is_requested.load(Ordering::Relaxed)
    }

    /// Returns a signal that the command beside this program should get too, once. A Ctrl-C is none: the terminal
    /// sends that to both.
    pub(crate) fn to_pass_on(&self) -> Option<Signal> {
        let number = self.to_pass_on.swap(0, Ordering::Relaxed);
        i32::try_from(number).ok().and_then(Signal::from_named_raw)
    }
}
