//! What scripts, prompts and shells run time and again, as it is usually typed: to read that needs no parser, which
//! would take longer than the rest of such a command.

use std::ffi::OsString;

use super::{Args, Command, Init, Json, LsRemote, Source};

/// Reads what follows the name of the program; `None` leaves it to the parser, which reads the same of it.
pub(super) fn read(words: &[OsString]) -> Option<Args> {
    // No usual line is longer.
    let mut typed = [""; 2];
    let typed = typed.get_mut(..words.len())?;
    for (word, place) in words.iter().zip(&mut *typed) {
        *place = word.to_str()?;
    }
    let output = Json { json: false };
    let (offline, command) = match *typed {
        ["current"] => (false, Command::Current(output)),
        ["list"] => (false, Command::List(output)),
        ["init", shell] => {
            (false, Command::Init(Init { shell: shell.parse().ok()?, no_gobin: false, hook: false }))
        }
        ["ls-remote"] => (false, all_stable()),
        ["ls-remote", "--offline"] => (true, all_stable()),
        _ => return None,
    };
    Some(Args { quiet: false, verbose: false, offline, home: None, lock_timeout: None, command })
}

fn all_stable() -> Command {
    let source = Source { mirror: None, index: None, refresh: false, insecure_mirror: false };
    let output = Json { json: false };
    Command::LsRemote(LsRemote { filter: None, all: false, rc: false, stable: false, output, source })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use clap::Parser as _;

    use super::*;

    fn by_both(line: &str) -> (Option<String>, Option<String>) {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let parsed = Args::try_parse_from([OsString::from("gvm-rs")].iter().chain(&words));
        (read(&words).map(|args| format!("{args:?}")), parsed.ok().map(|args| format!("{args:?}")))
    }

    #[test]
    fn what_needs_no_parser_is_what_the_parser_would_read() {
        let shells = gvm_rs::shell::Shell::ALL;
        let names =
            shells.iter().flat_map(|shell| [shell.name()].into_iter().chain(shell.aliases().iter().copied()));
        let inits = names.map(|name| format!("init {name}"));
        let words = ["current", "list", "ls-remote", "ls-remote --offline"].map(str::to_owned);
        for line in words.into_iter().chain(inits) {
            let (short, whole) = by_both(&line);
            assert!(short.is_some(), "{line}");
            assert_eq!(short, whole, "{line}");
        }
    }

    #[test]
    fn all_else_is_left_to_the_parser() {
        for line in
            ["", "lis", "list --json", "init", "init tcsh", "init bash --hook", "ls-remote 1.22", "-q list"]
        {
            assert_eq!(by_both(line).0, None, "{line}");
        }
    }
}
