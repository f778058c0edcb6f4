//! What can be typed next: the answer to `gvm-rs __complete CURRENT BEFORE...`, which the scripts in `completions/`
//! ask at every Tab. A line is a word and, after a tab, what it is; or one request to the shell: `:files`,
//! `:directories`, or `:command N` where the words from the N-th on are a command line of their own.
//!
//! Invariant: it never fails, opens a connection, takes a lock or writes; whatever is wrong, nothing is offered.

mod versions;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, CommandFactory as _};

use super::args::Args;
use versions::Versions;

/// The command that the scripts run; no name that anybody would type.
const NAME: &str = "__complete";

/// A word that can be typed, and what it is.
#[derive(Debug)]
struct Candidate {
    word: String,
    about: String,
}

/// Returns what can be typed next, if that is what the program was asked.
pub(crate) fn asked(typed: &[OsString]) -> Option<String> {
    let words = typed.get(1..)?.strip_prefix(&[OsString::from(NAME)])?;
    let mut words = words.iter().map(|word| word.to_string_lossy().into_owned());
    // Shells differ in whether they pass on the quote that was opened.
    let current = words.next().unwrap_or_default().trim_start_matches(['\'', '"']).to_owned();
    let before: Vec<String> = words.collect();
    let mut root = Args::command();
    root.build();
    Some(answer(&root, &current, &before))
}

fn answer(root: &clap::Command, current: &String, before: &[String]) -> String {
    let place = Place::after(root, before, current);
    if let Some(at) = place.command_at {
        return format!(":command {at}\n");
    }
    let is_flag = current.starts_with('-') && !place.are_flags_over;
    let (start, argument) = match (place.awaiting, current.split_once('=')) {
        (Some(argument), _) => ("", Some(argument)),
        (None, Some((flag, _))) if is_flag => (&current[..=flag.len()], place.flag(flag)),
        _ => ("", None),
    };
    if let Some(argument) = argument {
        return place.values(argument, start, current);
    }
    if is_flag {
        return lines(place.flags(), current);
    }
    let commands = place.commands();
    match place.next_positional() {
        Some(argument) if commands.is_empty() => place.values(argument, "", current),
        _ => lines(commands, current),
    }
}

fn lines(candidates: impl IntoIterator<Item = Candidate>, current: &str) -> String {
    let fitting = candidates.into_iter().filter(|candidate| candidate.word.starts_with(current));
    fitting.map(|Candidate { word, about }| format!("{word}\t{about}\n")).collect()
}

/// Where the cursor is, as far as the words before it tell.
struct Place<'a> {
    command: &'a clap::Command,
    /// The flag whose value comes next.
    awaiting: Option<&'a Arg>,
    are_flags_over: bool,
    /// How many positional values there are already.
    values: usize,
    /// Which word begins the command line of another program, if the cursor is in one.
    command_at: Option<usize>,
    /// What `--home` was given.
    home: Option<PathBuf>,
}

impl<'a> Place<'a> {
    fn after(root: &'a clap::Command, before: &[String], current: &String) -> Place<'a> {
        let mut place = Place {
            command: root,
            awaiting: None,
            are_flags_over: false,
            values: 0,
            command_at: None,
            home: None,
        };
        for (at, word) in before.iter().chain([current]).enumerate() {
            if place.is_foreign() && (place.are_flags_over || !word.starts_with('-')) {
                place.command_at = Some(at);
                break;
            }
            if at < before.len() {
                place.pass(word);
            }
        }
        place
    }

    /// Goes on by one word.
    fn pass(&mut self, word: &str) {
        if let Some(flag) = self.awaiting {
            // bash makes a word of its own of the `=` in `--flag=value`.
            if word != "=" {
                self.take(flag, word);
            }
        } else if word == "--" {
            self.are_flags_over = true;
        } else if word.starts_with('-') && word != "-" && !self.are_flags_over {
            self.pass_flags(word);
        } else if self.values == 0
            && let Some(command) = self.command.find_subcommand(word)
        {
            self.command = command;
        } else {
            self.values += 1;
        }
    }

    fn pass_flags(&mut self, word: &str) {
        if let Some((flag, value)) = word.split_once('=') {
            if let Some(flag) = self.flag(flag) {
                self.take(flag, value);
            }
            return;
        }
        if word.starts_with("--") {
            self.awaiting = self.flag(word);
            return;
        }
        let find = |short| self.command.get_arguments().find(|arg| arg.get_short() == Some(short));
        // In `-qj 3` the last letter takes a value, in `-j3` the value is there already.
        let taking = word.char_indices().skip(1).find_map(|(at, short)| {
            let flag = find(short).filter(|flag| flag.get_action().takes_values())?;
            Some((flag, &word[at + short.len_utf8()..]))
        });
        match taking {
            Some((flag, "")) => self.awaiting = Some(flag),
            Some((flag, value)) => self.take(flag, value),
            None => {}
        }
    }

    fn take(&mut self, flag: &Arg, value: &str) {
        self.awaiting = None;
        if flag.get_id() == "home" {
            self.home = Some(PathBuf::from(value));
        }
    }

    /// The flag of that long name, if it takes a value.
    fn flag(&self, long: &str) -> Option<&'a Arg> {
        let name = long.strip_prefix("--")?;
        let mut flags = self.command.get_arguments();
        flags.find(|flag| flag.get_long() == Some(name) && flag.get_action().takes_values())
    }

    /// Whether what comes next belongs to the command line of another program.
    fn is_foreign(&self) -> bool {
        let is_command = |argument: &Arg| {
            argument.is_trailing_var_arg_set() || argument.is_last_set() && self.are_flags_over
        };
        self.awaiting.is_none() && self.next_positional().is_some_and(is_command)
    }

    fn next_positional(&self) -> Option<&'a Arg> {
        let positionals: Vec<&Arg> = self.command.get_positionals().collect();
        if self.are_flags_over && positionals.last().is_some_and(|last| last.is_last_set()) {
            return positionals.last().copied();
        }
        let takes_many = |argument: &Arg| {
            let many = argument.get_num_args().is_some_and(|number| number.max_values() > 1);
            many || matches!(argument.get_action(), clap::ArgAction::Append)
        };
        let ordinary = || positionals.iter().copied().filter(|argument| !argument.is_last_set());
        ordinary().nth(self.values).or_else(|| ordinary().next_back().filter(|last| takes_many(last)))
    }

    fn flags(&self) -> Vec<Candidate> {
        let shown = self.command.get_arguments().filter(|flag| !flag.is_hide_set());
        let candidate = |flag: &Arg| {
            let about = flag.get_help().map(ToString::to_string).unwrap_or_default();
            Some(Candidate { word: format!("--{}", flag.get_long()?), about: first_line(&about) })
        };
        shown.filter_map(candidate).collect()
    }

    fn commands(&self) -> Vec<Candidate> {
        if self.values > 0 {
            return Vec::new();
        }
        let shown = self.command.get_subcommands().filter(|command| !command.is_hide_set());
        let candidate = |command: &clap::Command| Candidate {
            word: command.get_name().to_owned(),
            about: first_line(&command.get_about().map(ToString::to_string).unwrap_or_default()),
        };
        shown.map(candidate).collect()
    }

    /// The values of an argument, each behind `start`, which was typed already.
    fn values(&self, argument: &Arg, start: &str, current: &str) -> String {
        let typed = current.strip_prefix(start).unwrap_or_default();
        let possible = argument.get_possible_values();
        let candidates = if possible.is_empty() {
            match Versions::of(self.command.get_name(), argument.get_id().as_str()) {
                Some(versions) => versions.candidates(typed, self.home.clone()),
                None => return self.names_on_disk(argument),
            }
        } else {
            let shown = possible.iter().filter(|value| !value.is_hide_set());
            let about = |value: &clap::builder::PossibleValue| {
                value.get_help().map(ToString::to_string).unwrap_or_default()
            };
            shown.map(|value| Candidate { word: value.get_name().to_owned(), about: about(value) }).collect()
        };
        let whole = candidates
            .into_iter()
            .map(|Candidate { word, about }| Candidate { word: format!("{start}{word}"), about });
        lines(whole, current)
    }

    fn names_on_disk(&self, argument: &Arg) -> String {
        let names: Vec<&str> =
            argument.get_value_names().into_iter().flatten().map(|name| name.as_str()).collect();
        match names.first() {
            Some(&"DIR") => ":directories\n".to_owned(),
            Some(&("URL" | "URL|FILE" | "FILE")) => ":files\n".to_owned(),
            _ => String::new(),
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().replace('\t', " ")
}
