//! What a fresh shell of the user has: one is started as a login or a terminal starts it, with a bare environment, reads
//! the user's files, and shows its variables.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Scene, shown};
use crate::process::{Stopped, Watch};

/// How a shell is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By a login: `-lc`. Of bash's files it reads `.bash_profile` or `.profile`, and `.bashrc` only through them.
    Login,
    /// By a terminal: `-ic`, in a session of its own, so that it cannot take our terminal.
    Interactive,
}

/// A shell of the user, to be started afresh.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// Its program.
    pub shell: PathBuf,
    /// What a login gives it: HOME, USER and the like.
    pub environment: Vec<(OsString, OsString)>,
}

/// A shell that did not show its variables.
#[derive(Debug, thiserror::Error)]
pub enum FreshError {
    /// It could not be run, or did not end in time.
    #[error("{0}")]
    Stopped(String),
    /// It ended before it could say anything.
    #[error("it ended before it could show its environment")]
    Silent,
    /// It is none of those that are known.
    #[error("gvm-rs does not know how to ask `{0}`")]
    Unknown(String),
}

/// Whatever the user's files print comes before the mark.
const MARK: &str = "-- gvm-rs asks --";
/// Ends each part of the answer.
const NEXT: &str = "-- gvm-rs goes on --";

impl Kind {
    /// The flags that start it so.
    pub fn flags(self) -> &'static str {
        match self {
            Kind::Login => "-lc",
            Kind::Interactive => "-ic",
        }
    }
}

impl Fresh {
    /// Starts the shell, and returns what a `go` that is typed in it depends on.
    ///
    /// # Errors
    /// [`FreshError`] where it did not answer.
    pub fn scene(&self, kind: Kind, directory: &Path, watch: &Watch<'_>) -> Result<Scene, FreshError> {
        let name = self.shell.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let ask = match name {
            "bash" => "type -t",
            "zsh" => "whence -w",
            "fish" => "type -t",
            "sh" | "dash" | "ash" | "ksh" | "mksh" => "command -v",
            _ => return Err(FreshError::Unknown(shown(self.shell.display()))),
        };
        // What `go` is, and what `gvm` is, even if it is nothing, and then the environment.
        let script = format!(
            "printf '\\n%s\\n' '{MARK}'; {ask} go 2>/dev/null || :; printf '%s\\n' '{NEXT}'; \
             {ask} gvm 2>/dev/null || :; printf '%s\\n' '{NEXT}'; /usr/bin/env -0"
        );
        let words = [OsStr::new(kind.flags()), OsStr::new(&script)];
        let mut command = match kind {
            Kind::Login => Command::new(&self.shell),
            Kind::Interactive => {
                let mut command = Command::new("setsid");
                command.arg(&self.shell);
                command
            }
        };
        command.args(words).current_dir(directory).env_clear().envs(self.environment.iter().cloned());
        let ended = match kind {
            Kind::Login => watch.output(&mut command),
            Kind::Interactive => watch.output_of_session(&mut command),
        };
        let ended = ended.map_err(|stopped| match stopped {
            Stopped::CannotRun(error) => FreshError::Stopped(shown(error)),
            stopped => FreshError::Stopped(stopped.to_string()),
        })?;
        read(&ended.stdout.bytes, directory).ok_or(FreshError::Silent)
    }
}

/// Reads what the script printed.
fn read(output: &[u8], directory: &Path) -> Option<Scene> {
    let position =
        |text: &[u8], mark: &str| text.windows(mark.len()).position(|part| part == mark.as_bytes());
    let mark = format!("{MARK}\n");
    let at = output.windows(mark.len()).rposition(|part| part == mark.as_bytes())?;
    let (mut answer, mut said) = (&output[at + mark.len()..], Vec::new());
    let next = format!("{NEXT}\n");
    for _ in 0..2 {
        let end = position(answer, &next)?;
        said.push(String::from_utf8_lossy(&answer[..end]));
        answer = &answer[end + next.len()..];
    }
    let variables: Vec<(&[u8], &[u8])> = answer
        .split(|byte| *byte == 0)
        .filter_map(|line| Some(line.split_at(line.iter().position(|byte| *byte == b'=')?)))
        .map(|(name, value)| (name, &value[1..]))
        .collect();
    let variable = |name: &str| {
        let (_, value) = variables.iter().find(|(known, _)| *known == name.as_bytes())?;
        Some(OsStr::from_bytes(value).to_owned())
    };
    let mut scene = Scene::of(directory.to_owned(), variable);
    scene.covered_by = covered_by("go", said[0].trim());
    // A program of that name is somebody else's.
    scene.has_moovweb |= covered_by("gvm", said[1].trim()) == Some("a function");
    Some(scene)
}

/// `function` and `alias` of bash and fish, `go: function` of zsh, and what `command -v` says of a name that is no
/// program: the name alone, or `alias go=...`.
fn covered_by(name: &str, what: &str) -> Option<&'static str> {
    match what.strip_prefix(name).unwrap_or(what) {
        _ if what.contains("alias") && !what.starts_with('/') => Some("an alias"),
        "function" | ": function" | "" if !what.is_empty() => Some("a function"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{covered_by, read};

    #[test]
    fn whatever_the_files_print_comes_before_the_answer() {
        let output = b"hello\n-- gvm-rs asks --\nPATH=/no\n\n-- gvm-rs asks --\nfile\n-- gvm-rs goes on --\nfunction\n\
            -- gvm-rs goes on --\nA=1\0PATH=/a\n/b:/c\0GOROOT=/r\0";
        let scene = read(output, Path::new("/")).unwrap();
        assert_eq!((scene.path.to_str(), scene.covered_by), (Some("/a\n/b:/c"), None));
        assert_eq!((scene.goroot.as_deref(), scene.has_moovweb), (Some("/r".as_ref()), true));
        // dash finds nothing, and says nothing.
        let silent = b"\n-- gvm-rs asks --\n-- gvm-rs goes on --\n-- gvm-rs goes on --\nPATH=/a\0";
        let scene = read(silent, Path::new("/")).unwrap();
        assert_eq!((scene.path.to_str(), scene.covered_by, scene.has_moovweb), (Some("/a"), None, false));
        assert!(read(b"-- gvm-rs asks", Path::new("/")).is_none() && read(b"", Path::new("/")).is_none());
    }

    #[test]
    fn what_covers_a_program_is_told_from_it() {
        for (what, covers) in [
            ("file", None),
            ("/usr/bin/go", None),
            ("/srv/alias/go", None),
            ("go: command", None),
            ("go: none", None),
            ("", None),
            ("function", Some("a function")),
            ("go: function", Some("a function")),
            ("go", Some("a function")),
            ("alias", Some("an alias")),
            ("alias go='x'", Some("an alias")),
            ("go: alias", Some("an alias")),
        ] {
            assert_eq!(covered_by("go", what), covers, "{what:?}");
        }
    }
}
