//! What the running manager says of a unit, by `systemctl --user show`.

use std::path::Path;

use super::Unit;
use crate::process::{Environment, Watch};
use crate::setup::{ask_manager, manager_path};

/// The user's manager, and what it knows of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manager {
    /// None runs.
    NotRunning,
    /// It could not be asked: why, escaped.
    Unknown(String),
    /// It was asked.
    Known(State),
}

/// A unit as the manager has loaded it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Whether there is such a unit.
    pub is_loaded: bool,
    /// Whether it runs now, with what it was started with.
    pub is_active: bool,
    /// The programs of ExecStart, as they are written.
    pub programs: Vec<String>,
    /// PATH as the unit sets it.
    pub path: Option<String>,
    /// PATH as units have it that do not set it.
    pub usual_path: Option<String>,
    /// Where bare names of programs are looked for; nothing where systemd is too old to be told.
    pub search: Option<Vec<String>>,
}

/// Asks for a unit.
pub(super) fn ask(
    runtime: Option<&Path>,
    unit: &Unit,
    environment: &Environment,
    watch: Watch<'_>,
) -> Manager {
    const ASKED: &str = "--property=LoadState,ActiveState,ExecStart,Environment,ExecSearchPath";
    let Some(runtime) = runtime.filter(|runtime| runtime.join("systemd/private").exists()) else {
        return Manager::NotRunning;
    };
    let name = unit.to_string();
    let ask = |words: &[&str]| ask_manager(runtime, words, environment, watch);
    // A template is no unit that could be shown: what is asked for is one of its instances.
    let shown = name.replace("@.service", "@gvm-rs.service");
    match ask(&["show", ASKED, "--", &shown]) {
        Ok(text) => {
            let usual = ask(&["show-environment"]).ok().and_then(|text| manager_path(&text));
            Manager::Known(State { usual_path: usual, ..state(&text) })
        }
        Err(problem) => Manager::Unknown(problem),
    }
}

/// Has the manager read its files again; whether it did is seen by asking.
pub(super) fn reload(runtime: Option<&Path>, environment: &Environment, watch: Watch<'_>) {
    if let Some(runtime) = runtime.filter(|runtime| runtime.join("systemd/private").exists()) {
        ask_manager(runtime, &["daemon-reload"], environment, watch).ok();
    }
}

/// Reads what `systemctl show` prints.
fn state(text: &str) -> State {
    let mut state = State::default();
    for line in text.lines() {
        let Some((name, value)) = line.split_once('=') else { continue };
        match name {
            "LoadState" => state.is_loaded = value != "not-found",
            "ActiveState" => state.is_active = matches!(value, "active" | "activating" | "reloading"),
            "ExecStart" => {
                let path = value.strip_prefix("{ path=").and_then(|rest| rest.split_once(" ; argv[]="));
                state.programs.extend(path.map(|(path, _)| path.to_owned()));
            }
            "Environment" => {
                let path = words(value).into_iter().rev();
                state.path = path.into_iter().find_map(|word| Some(word.strip_prefix("PATH=")?.to_owned()));
            }
            "ExecSearchPath" => state.search = Some(words(value)),
            _ => {}
        }
    }
    state
}

/// The words of a list, which are quoted where they have to be.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted, mut is_open) = (Vec::new(), String::new(), false, false);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => (is_quoted, is_open) = (!is_quoted, true),
            '\\' if is_quoted => word.extend(rest.next()),
            ' ' if !is_quoted => {
                if is_open {
                    words.push(std::mem::take(&mut word));
                }
                is_open = false;
            }
            c => {
                word.push(c);
                is_open = true;
            }
        }
    }
    if is_open {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemctl_shows_is_read_as_it_quotes_it() {
        let text = "ExecStart={ path=go ; argv[]=go run . ; ignore_errors=no ; start_time=[n/a] ; pid=0 }\n\
                    ExecStart={ path=/usr/bin/env ; argv[]=/usr/bin/env ; ignore_errors=no }\n\
                    Environment=A=b \"PATH=/a b\\$c%h\\\\\\\"x'/bin:/usr/bin\" C=\n\
                    ExecSearchPath=\"/a b\\$c\" /usr/bin /bin\nLoadState=loaded\nActiveState=active\n";
        let state = state(text);
        assert_eq!(state.programs, ["go", "/usr/bin/env"]);
        assert_eq!(state.path.as_deref(), Some("/a b$c%h\\\"x'/bin:/usr/bin"));
        assert_eq!(
            state.search.as_deref(),
            Some(&["/a b$c".to_owned(), "/usr/bin".to_owned(), "/bin".to_owned()][..])
        );
        assert!(state.is_loaded && state.is_active);
        let none = super::state("LoadState=not-found\nEnvironment=\n");
        assert_eq!((none.is_loaded, none.path, none.search), (false, None, None));
    }
}
