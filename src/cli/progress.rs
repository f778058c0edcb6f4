//! Shows what the library reports: bars on a terminal, plain lines elsewhere, nothing with `--quiet`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gvm_rs::model::GoVersion;
use gvm_rs::progress::{Event, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt::Interrupt;
use super::ui::{Ui, bytes};

/// Watches the work of one command.
pub(crate) struct Watcher {
    ui: Ui,
    pub(crate) interrupt: Interrupt,
    received: AtomicU64,
    screen: MultiProgress,
    bars: Mutex<HashMap<GoVersion, ProgressBar>>,
}

/// How often a bar is drawn again, so that a line gone silent does not show the speed it had.
const TICK: Duration = Duration::from_millis(100);
const DOWNLOAD: &str =
    "{prefix:<12} {bar:28} {decimal_bytes:>9}/{decimal_total_bytes:<9} {decimal_bytes_per_sec:>11} {eta:>4}";
const CHECK: &str = "{prefix:<12} {bar:28} {decimal_bytes:>9}/{decimal_total_bytes:<9} checked";
const PHASE: &str = "{prefix:<12} {spinner} {msg}";

impl Watcher {
    pub(crate) fn new(ui: &Ui, interrupt: Interrupt) -> Watcher {
        let target = match ui.is_terminal && !ui.is_quiet {
            true => ProgressDrawTarget::stderr_with_hz(10),
            false => ProgressDrawTarget::hidden(),
        };
        let screen = MultiProgress::with_draw_target(target);
        Watcher { ui: ui.clone(), interrupt, received: AtomicU64::new(0), screen, bars: Mutex::default() }
    }

    /// How many bytes of archives came over the network so far.
    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Lets something else be printed without tearing the bars.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.screen.suspend(print);
    }

    /// Says something without tearing the bars.
    fn say(&self, text: &str) {
        self.screen.suspend(|| self.ui.note(text));
    }

    fn show_bar(&self, version: GoVersion, total: u64, held: u64) {
        if !self.ui.is_terminal {
            let resumed = if held > 0 { format!(", {} are here", bytes(held)) } else { String::new() };
            self.ui.say(format_args!("downloading {} ({}{resumed})", version.toolchain(), bytes(total)));
            return;
        }
        self.add_bar(version, total, DOWNLOAD);
        if let Some(bar) = self.bar(version) {
            bar.set_position(held);
            bar.reset_eta();
        }
    }

    fn add_bar(&self, version: GoVersion, total: u64, template: &str) {
        let bar = self.screen.add(ProgressBar::new(total));
        bar.set_style(style(template));
        bar.set_prefix(version.toolchain());
        bar.enable_steady_tick(TICK);
        let old = self.bars.lock().unwrap_or_else(PoisonError::into_inner).insert(version, bar);
        if let Some(old) = old {
            old.finish_and_clear();
        }
    }

    fn advance(&self, version: GoVersion, bytes: u64) {
        if let Some(bar) = self.bar(version) {
            bar.inc(bytes);
        }
    }

    fn bar(&self, version: GoVersion) -> Option<ProgressBar> {
        self.bars.lock().unwrap_or_else(PoisonError::into_inner).get(&version).cloned()
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Progress for Watcher {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Received { version, bytes } => {
                self.received.fetch_add(bytes, Ordering::Relaxed);
                self.advance(version, bytes);
            }
            Event::Checked { version, bytes } => self.advance(version, bytes),
            Event::Receiving { version, total, held } => self.show_bar(version, total, held),
            Event::Checking { version, total } if self.ui.is_terminal => self.add_bar(version, total, CHECK),
            Event::Retrying { version, reason } => {
                self.say(&format!("{}: {reason}; trying again", version.toolchain()));
            }
            Event::Phase { version, phase } => match self.bar(version) {
                Some(bar) => {
                    bar.set_style(style(PHASE));
                    bar.set_message(phase);
                    bar.enable_steady_tick(TICK);
                }
                None => self.ui.detail(format_args!("{}: {phase}", version.toolchain())),
            },
            Event::Ended { version } => {
                let bar = self.bars.lock().unwrap_or_else(PoisonError::into_inner).remove(&version);
                if let Some(bar) = bar {
                    bar.finish_and_clear();
                }
            }
            Event::Waiting { what, holder } => {
                let holder = if holder.is_empty() { String::new() } else { format!(" ({holder})") };
                self.say(&format!("waiting for another gvm-rs that has {what}{holder}"));
            }
            Event::Note(text) => self.say(text),
            Event::Detail(text) => self.screen.suspend(|| self.ui.detail(text)),
            _ => {}
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupt.is_requested()
    }
}
