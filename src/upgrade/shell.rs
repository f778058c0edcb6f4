//! What `go` is in the user's shells: the one that gvm-rs was started from, and a login shell that reads the user's
//! files. They are only asked; nothing here writes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::gvm::Gvm;
use crate::model::GoVersion;
use crate::net::escaped;
use crate::process::{Ended, Stopped, Watch};

/// A way to look at `go`.
#[derive(Debug)]
pub(super) struct View {
    name: String,
    program: PathBuf,
    words: [OsString; 2],
}

/// What a look at `go` showed.
#[derive(Debug, Clone)]
pub struct Look {
    /// Which shell, as a noun phrase.
    pub shell: String,
    /// Whether it is one that reads the user's files.
    pub is_login: bool,
    /// What it showed.
    pub sight: Sight,
}

/// Whether a shell finds the toolchain that it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It does.
    Found,
    /// It finds another one or none, or sends it to another GOROOT: what is wrong, escaped.
    Missed(String),
    /// It did not answer: why, escaped.
    Unseen(String),
}

/// Whatever the user's files print comes before the mark.
const MARK: &str = "-- gvm-rs asks --";
/// Means the same to sh, bash, zsh and fish.
const SCRIPT: &str = "printf '\\n%s\\n' '-- gvm-rs asks --'; command -v go; go version; go env GOROOT";
/// Shells that take `-lc` and understand the script.
const KNOWN: [&str; 8] = ["bash", "zsh", "fish", "sh", "dash", "ash", "ksh", "mksh"];

impl Gvm<'_> {
    /// The ways that the user can come to `go`.
    pub(super) fn views(&self) -> Vec<View> {
        let here = View {
            name: "the shell that started gvm-rs".to_owned(),
            program: "/bin/sh".into(),
            words: ["-c".into(), SCRIPT.into()],
        };
        let login = self.settings.environment.shell.as_ref().filter(|shell| {
            shell.file_name().and_then(|name| name.to_str()).is_some_and(|name| KNOWN.contains(&name))
        });
        let login = login.map(|shell| View {
            name: format!("a login shell (`{} -lc`)", escaped(&shell.to_string_lossy())),
            program: shell.clone(),
            words: ["-lc".into(), SCRIPT.into()],
        });
        std::iter::once(here).chain(login).collect()
    }

    /// Looks whether a shell finds a toolchain of the store, sound and with the right GOROOT.
    pub(super) fn look(&self, view: &View, version: GoVersion) -> Look {
        let limit = Some(self.settings.proof_limit);
        let watch = Watch { limit, leaves_nothing: false, progress: self.progress };
        let mut command = Command::new(&view.program);
        // Not where we are: a go.mod there may ask for another toolchain.
        command.args(&view.words).current_dir("/");
        let sight = match watch.output(&mut command) {
            Ok(ended) => self.judge(&ended, version),
            Err(Stopped::CannotRun(error)) => Sight::Unseen(escaped(&error.to_string()).to_string()),
            Err(stopped) => Sight::Unseen(stopped.to_string()),
        };
        Look { shell: view.name.clone(), is_login: view.words[0] == "-lc", sight }
    }

    fn judge(&self, ended: &Ended, version: GoVersion) -> Sight {
        let output = ended.stdout.text();
        let Some((_, answer)) = output.rsplit_once(&format!("{MARK}\n")) else {
            return Sight::Unseen("it ended before it could say what `go` is".to_owned());
        };
        let mut lines = answer.lines();
        let [go, said, root] = [(); 3].map(|()| lines.next().unwrap_or_default());
        if go.is_empty() {
            return Sight::Missed("it finds no `go`".to_owned());
        }
        let shown = |text: &str| escaped(&text.chars().take(200).collect::<String>()).to_string();
        if said.split(' ').nth(2) != Some(&version.toolchain()) {
            let complaints = ended.stderr.text();
            let complaint = complaints.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("nothing");
            let said = if said.is_empty() { complaint } else { said };
            return Sight::Missed(format!("`go` is `{}` and says `{}`", shown(go), shown(said)));
        }
        match is_same(Path::new(root), &self.store.layout().tree(version)) {
            true => Sight::Found,
            false => Sight::Missed(format!("`go` is `{}`, and its GOROOT is `{}`", shown(go), shown(root))),
        }
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
