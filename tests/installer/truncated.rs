//! A script of which only a part arrived does nothing at all, and fails.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::script;
use crate::needs;
use crate::support::{Sandbox, tree_names};

/// Whatever the script might run: each of these would tell.
const TOOLS: [&str; 8] = ["mkdir", "curl", "wget", "cargo", "dirname", "uname", "cp", "sha256sum"];

#[test]
fn a_truncated_script_runs_nothing() {
    let text = fs::read(script()).unwrap();
    // The last newline may be missing.
    let lengths = (0..text.len() - 1).filter(|at| at % 16 == 0 || text.len() - at < 300);
    let lengths: Vec<String> = lengths.map(|length| length.to_string()).collect();
    for shell in ["dash", "bash"] {
        if !needs::program(shell) {
            continue;
        }
        let sandbox = Sandbox::new();
        let tools = sandbox.dir("tools");
        for tool in TOOLS {
            fs::write(tools.join(tool), "#!/bin/sh\necho \"$0\" >>\"$HOME/ran\"\n").unwrap();
            fs::set_permissions(tools.join(tool), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let sandbox = sandbox.env("PATH", format!("{}:/usr/bin:/bin", tools.display()));
        let (script, lengths) = (script().display().to_string(), lengths.join(" "));
        let release = "--from http://127.0.0.1:1/r";
        let each = format!(
            "for length in {lengths}; do head -c $length '{script}' >part; {shell} part {release} && \
             echo $length; {shell} -s -- {release} <part && echo $length; {shell} -s <part && echo $length; \
             done 2>/dev/null; rm part"
        );
        let run = sandbox.sh(&each).ok();
        // Before the second line has arrived nothing can tell.
        let second = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0;
        let successes: Vec<usize> = run.stdout.lines().map(|line| line.parse().unwrap()).collect();
        assert!(successes.iter().all(|length| *length < second), "{successes:?} of {second}: {run}");
        assert_eq!(tree_names(&sandbox.home()), [""; 0], "nothing ran, and nothing is left");
        let whole = sandbox.sh(&format!("head -c {} '{script}' | {shell} -s -- {release}", text.len() - 1));
        assert!(sandbox.home().join("ran").exists(), "the whole script does something: {whole}");
    }
}
