//! The only printer: results to stdout, everything else to stderr, JSON where it was asked for.

use std::fmt::Display;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::args::Args;
use super::config::variable;

/// How much is said, and how.
#[derive(Debug, Clone)]
pub(crate) struct Ui {
    pub is_quiet: bool,
    pub is_verbose: bool,
    /// Whether stderr is a terminal that moves its cursor.
    pub is_terminal: bool,
    has_color: bool,
    /// Why a result could not be written, if so.
    unwritten: Arc<Mutex<Option<io::Error>>>,
}

impl Ui {
    pub(crate) fn new(args: &Args) -> Ui {
        let is_dumb = variable("TERM").is_none_or(|term| term == "dumb");
        let is_terminal = io::stderr().is_terminal() && !is_dumb;
        let has_color = is_terminal && variable("NO_COLOR").is_none();
        Ui {
            is_quiet: args.quiet,
            is_verbose: args.verbose,
            is_terminal,
            has_color,
            unwritten: Arc::default(),
        }
    }

    /// Prints a result for the next program, in one write.
    pub(crate) fn result(&self, text: impl Display) {
        let mut text = text.to_string();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let written = io::stdout().lock().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
        // Whoever closed the pipe has read enough.
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.unwritten.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    /// Returns why a result could not be written, if so: then the command has failed, whatever it did.
    pub(crate) fn take_unwritten(&self) -> Option<io::Error> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Prints a result as JSON.
    pub(crate) fn json(&self, value: &impl Serialize) {
        // What is serialised here are strings, numbers and lists, which always have a JSON form.
        self.result(serde_json::to_string_pretty(value).unwrap_or_default());
    }

    /// Tells the user what was done; silent with `--quiet`.
    pub(crate) fn say(&self, text: impl Display) {
        if !self.is_quiet {
            tell(text);
        }
    }

    /// Tells the user something to know or do; silent with `--quiet`.
    pub(crate) fn note(&self, text: impl Display) {
        self.say(format_args!("{} {text}", self.paint("note:", "36")));
    }

    /// Tells the user something to type; silent with `--quiet`.
    pub(crate) fn hint(&self, text: impl Display) {
        self.say(format_args!("{} {text}", self.paint("hint:", "32")));
    }

    /// Tells the curious user a detail.
    pub(crate) fn detail(&self, text: impl Display) {
        if self.is_verbose {
            tell(text);
        }
    }

    /// Passes on what another program wrote, as it wrote it; silent with `--quiet`.
    pub(crate) fn pass_on(&self, bytes: &[u8]) {
        if !self.is_quiet {
            let end = if bytes.is_empty() || bytes.ends_with(b"\n") { &b""[..] } else { b"\n" };
            write_to_stderr(&[bytes, end].concat());
        }
    }

    /// Tells what failed, whatever the flags.
    pub(crate) fn error(&self, text: impl Display) {
        tell(format_args!("{} {text}", self.paint("error:", "1;31")));
    }

    /// Whether somebody is there to answer.
    pub(crate) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a question; only a plain yes is one.
    pub(crate) fn ask(&self, question: &str) -> bool {
        write_to_stderr(format!("{question} [y/N] ").as_bytes());
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes" | "Yes")
    }

    fn paint(&self, text: &str, color: &str) -> String {
        if self.has_color { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// What is piped in.
pub(crate) fn input() -> impl io::Read {
    io::stdin().lock()
}

/// Prints an answer to a shell that completes a word; there is nobody to tell where that fails.
pub(crate) fn answer(text: &str) {
    drop(io::stdout().lock().write_all(text.as_bytes()));
}

/// Prints a line for the user, in one write.
fn tell(line: impl Display) {
    write_to_stderr(format!("{line}\n").as_bytes());
}

/// Invariant: nothing stops half done because stderr is closed or full; there is nobody to tell then.
fn write_to_stderr(bytes: &[u8]) {
    drop(io::stderr().lock().write_all(bytes));
}

/// Tells a mistake in what was typed, which it quotes: line by line, as a pasted word may hold anything.
pub(crate) fn mistake(text: &str) {
    for line in text.lines() {
        tell(gvm_rs::net::escaped(line));
    }
}

/// Shows a number of bytes as people write it.
pub(crate) fn bytes(number: u64) -> String {
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => format!("{:.1} kB", number as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", number as f64 / 1e6),
        _ => format!("{:.1} GB", number as f64 / 1e9),
    }
}

/// Shows a time in seconds since 1970 as `2026-08-19T12:00:00Z`.
pub(crate) fn time(seconds: u64) -> String {
    let (day, second) = ((seconds / 86_400) as i64, seconds % 86_400);
    // Days since 0000-03-01, so that the leap day is a year's last (Hinnant's civil_from_days).
    let shifted = day + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let (day, month) =
        (day_of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_are_shown_as_the_calendar_has_them() {
        for (seconds, shown) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_787_097_600, "2026-08-19T00:00:00Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(super::time(seconds), shown);
        }
    }
}
