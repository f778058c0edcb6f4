//! Runs the program under strace and reads what it did.

use crate::support::{Run, Sandbox};

/// What the program and its children did: a call per line, paths of descriptors in angle brackets.
#[derive(Debug)]
pub struct Trace {
    lines: Vec<String>,
}

impl Trace {
    /// The calls, whole even where another thread came between their two ends.
    pub fn calls(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}

/// The path of the descriptor that a call is about: `read(3</a/b>, …)` is about `/a/b`.
pub fn about(call: &str) -> &str {
    let rest =
        call.split_once('(').map_or("", |(_, rest)| rest).trim_start_matches(|c: char| c.is_ascii_digit());
    rest.strip_prefix('<').and_then(|rest| rest.split('>').next()).unwrap_or_default()
}

/// Runs the program to its end under strace.
pub fn traced(sandbox: &Sandbox, expressions: &[&str], args: &[&str]) -> (Trace, Run) {
    let place = sandbox.path().join("trace");
    let mut command = sandbox.command("strace");
    command.args(["-f", "-y", "-qq", "-s", "300", "-o"]).arg(&place);
    for expression in expressions {
        command.args(["-e", expression]);
    }
    command.args(["-e", "signal=none"]).arg(env!("CARGO_BIN_EXE_gvm-rs")).args(args);
    let run = sandbox.start(command).wait();
    let text = std::fs::read(&place).expect("strace may trace here");
    std::fs::remove_file(&place).unwrap();
    (Trace { lines: joined(&String::from_utf8_lossy(&text)) }, run)
}

/// Joins `PID call(a <unfinished ...>` with the `PID <... call resumed>b) = 0` that follows it.
fn joined(text: &str) -> Vec<String> {
    let mut open: std::collections::HashMap<&str, String> = std::collections::HashMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let (process, call) = line.split_once(' ').expect("a process id first");
        let call = call.trim_start();
        if let Some(begin) = call.strip_suffix("<unfinished ...>") {
            open.insert(process, begin.trim_end().to_owned());
        } else if let Some((_, end)) = call.strip_prefix("<...").and_then(|call| call.split_once("resumed>"))
        {
            calls.push(open.remove(process).unwrap_or_default() + end);
        } else {
            calls.push(call.to_owned());
        }
    }
    calls.extend(open.into_values());
    calls
}
