//! How runs of a command are told: in words, in their own output, as JSON.

use std::ffi::OsString;

use gvm_rs::process::{Ended, Exit, Output};
use gvm_rs::trial::Task;
use serde_json::{Map, Value, json};

use super::session::Session;
use crate::cli::config::variable;
use crate::cli::ui::Ui;

/// The command that was typed, for toolchains that were named: GOTOOLCHAIN must not lead to another one.
pub(super) fn task(words: &[OsString]) -> Task {
    let path = variable("PATH").unwrap_or_default();
    Task { words: words.to_vec(), path, keeps_gotoolchain: false }
}

/// Says something in the middle of work.
pub(super) fn say(text: &str, session: &Session, ui: &Ui) {
    session.watcher.aside(|| ui.say(text));
}

/// Shows what a command wrote under a toolchain, if anything.
pub(super) fn show(name: &str, output: &Output, session: &Session, ui: &Ui) {
    if output.bytes.is_empty() {
        return;
    }
    let dropped = match output.dropped {
        0 => String::new(),
        dropped => format!(" (without the first {dropped} bytes)"),
    };
    session.watcher.aside(|| {
        ui.say(format_args!("--- output under {name}{dropped}"));
        ui.pass_on(&output.bytes);
        ui.say("---");
    });
}

/// Seconds as people read them.
pub(super) fn seconds(ended: &Ended) -> String {
    format!("{:.1}", ended.elapsed.as_secs_f64())
}

/// The fields of a run that ended.
pub(super) fn json_of(ended: &Ended) -> Map<String, Value> {
    let (code, signal) = match ended.exit {
        Exit::Code(code) => (Some(code), None),
        Exit::Signal(signal) => (None, Some(signal)),
    };
    let fields = json!({
        "exit_code": code,
        "signal": signal,
        // Milliseconds are enough, and read better than what a float has after them.
        "seconds": ended.elapsed.as_millis() as f64 / 1e3,
        "output": String::from_utf8_lossy(&ended.stdout.bytes),
        "output_dropped_bytes": ended.stdout.dropped,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
