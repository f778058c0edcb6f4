//! The system calls at which a `go` fails, as strace shows them, where it is installed.

use std::path::Path;
use std::process::Command;

use super::Doctor;
use super::launch;

/// More lines than that show no more.
const MOST: usize = 12;
/// What a `go` that starts well is refused, too.
const USUAL: [&str; 4] = ["ENOTTY", "EAGAIN", "EINTR", "hugepage"];

/// The call for which a filter killed the program: strace shows it as the last one that came back.
fn fatal(text: &str) -> Option<&str> {
    let (before, _) = text.split_once("+++ killed by SIGSYS")?;
    before.lines().rev().find(|line| line.contains(") ") && line.contains(" = ") && !line.contains("<... "))
}

/// Starts `go version` under strace, and returns the calls that failed, the last ones of many.
pub(super) fn failing_calls(doctor: &Doctor<'_>, go: &Path) -> Vec<String> {
    let Some(strace) = doctor.gvm.settings.environment.find("strace") else {
        return vec!["strace is not installed, so there is no trace".to_owned()];
    };
    let own = launch::command(go, &["version"]);
    let mut command = Command::new(strace);
    command.args(["-f", "-qq", "-s", "120", "--"]).arg(own.get_program()).args(own.get_args()).env_clear();
    for (name, value) in own.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let ended = match doctor.watch().output(command.current_dir("/")) {
        Ok(ended) => ended,
        Err(stopped) => return vec![format!("strace: {stopped}")],
    };
    let text = ended.stderr.text().into_owned();
    let is_failure = |line: &&str| {
        let is_refused = line.contains(" = -1 E") && !USUAL.iter().any(|usual| line.contains(usual));
        is_refused
            || line.contains("--- SIGSYS")
            || line.contains("+++ killed by")
            || line.starts_with("strace: ")
    };
    let mut lines: Vec<&str> = text.lines().filter(is_failure).collect();
    lines.extend(fatal(&text));
    let first = lines.len().saturating_sub(MOST);
    match lines.is_empty() {
        true => vec!["strace shows no call that failed".to_owned()],
        false => lines[first..]
            .iter()
            .map(|line| format!("strace: {}", line.trim_start_matches("strace: ")))
            .collect(),
    }
}
