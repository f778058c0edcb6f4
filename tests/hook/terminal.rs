//! A shell at a terminal: lines are typed ahead, and what it reports goes into a file.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::support::Sandbox;

/// An interactive shell without the files of the machine.
pub struct Shell {
    pub name: &'static str,
    /// How it is started.
    pub command: &'static str,
    /// Loads gvm-rs with its hook.
    pub load: &'static str,
    /// Defines `report`, which writes the status before it, what `go` is, and PATH.
    report: &'static str,
}

/// What `report` wrote.
#[derive(Debug)]
pub struct Seen {
    pub status: String,
    pub version: String,
    pub path: String,
}

const REPORT: &str = "report() { __s=$?; printf '%s\\0%s\\0%s\\0' \"$__s\" \"$(GOTOOLCHAIN=local go version)\" \"$PATH\" >>\"$REPORT\"; }";

pub const SHELLS: &[Shell] = &[
    Shell {
        name: "bash",
        command: "bash --norc -i",
        load: "eval \"$(gvm-rs init bash --hook)\"",
        report: REPORT,
    },
    Shell { name: "zsh", command: "zsh -f -i", load: "eval \"$(gvm-rs init zsh --hook)\"", report: REPORT },
    Shell {
        name: "fish",
        // The prompt and the title that it comes with start processes.
        command: "fish --no-config -i -C 'function fish_prompt; echo \"> \"; end; function fish_title; end'",
        load: "gvm-rs init fish --hook | source",
        report: "function report; set -l s $status; printf '%s\\0%s\\0%s\\0' $s (go version | string collect; or echo) \"$PATH\" >>$REPORT; end",
    },
];

impl Shell {
    /// Types lines into a fresh shell with the hook, and returns what was reported.
    pub fn type_in(&self, sandbox: &Sandbox, lines: &[String]) -> Vec<Seen> {
        self.type_and_look(sandbox, lines).0
    }

    /// The same, with all that was on the screen.
    pub fn type_and_look(&self, sandbox: &Sandbox, lines: &[String]) -> (Vec<Seen>, String) {
        let before = [self.load.to_owned(), self.report.to_owned()];
        let (reported, screen) = self.run(sandbox, self.command, &[&before[..], lines].concat());
        let words: Vec<&str> = reported.split_terminator('\0').collect();
        let seen = words
            .chunks(3)
            .map(|words| Seen {
                status: words[0].to_owned(),
                version: words[1].split(' ').nth(2).unwrap_or_default().to_owned(),
                path: words[2].to_owned(),
            })
            .collect();
        (seen, screen)
    }

    /// Types lines into a command at a terminal; returns what is in the report, and the screen.
    pub fn run(&self, sandbox: &Sandbox, command: &str, lines: &[String]) -> (String, String) {
        let report = sandbox.path().join("report");
        fs::remove_file(&report).ok();
        let mut script = sandbox.command("script");
        script.args(["-qec", command, "/dev/null"]).env("REPORT", &report).env("PS1", "$ ");
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = script.spawn().unwrap();
        let mut typed: String = lines.iter().map(|line| format!("{line}\n")).collect();
        typed.push_str("exit\n");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(typed.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let screen = String::from_utf8_lossy(&output.stdout).into_owned();
        let reported = fs::read(&report).unwrap_or_default();
        (String::from_utf8_lossy(&reported).into_owned(), screen)
    }
}
