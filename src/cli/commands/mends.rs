//! What can be typed against an obstacle: in the shell that is open, or so that fresh ones are without it.

use std::path::{Path, PathBuf};

use gvm_rs::explain::{Culprit, Fresh, Kind, Mend, Obstacle, Origin};
use gvm_rs::net::escaped;
use gvm_rs::setup::{self, Home, Wish};
use gvm_rs::shell::{CodeFile, Shell};
use gvm_rs::store::Store;

use super::consent;
use crate::cli::config::Config;

/// The user's shell, and where an obstacle is in it.
pub(super) struct Mender<'a> {
    pub store: &'a Store,
    pub config: &'a Config,
    /// How the fresh shell was started; nothing for the one that is open.
    pub kind: Option<Kind>,
}

impl Mender<'_> {
    /// What to type against an obstacle, escaped, if anything helps.
    pub(super) fn hint(&self, obstacle: &Obstacle) -> Option<String> {
        let shell = self.config.fresh_shell().and_then(|fresh| known(&fresh)).unwrap_or(Shell::Sh);
        let mend = obstacle.mend.as_ref()?;
        let hint = match mend {
            Mend::EndSession => "`gvm-rs shell --unset` ends that".to_owned(),
            Mend::Clear(name, Origin::UserFile(path)) => self.unwrite(name, path),
            Mend::Clear(name, Origin::Toolchain) => format!("run `go env -w {name}=auto`"),
            Mend::Clear(name, Origin::Environment) => {
                let unset = if shell == Shell::Fish { "set --erase" } else { "unset" };
                self.drop(shell, mend, &format!("{unset} {name}"))?
            }
            Mend::Uncover(what) => {
                let line = match *what {
                    _ if shell == Shell::Fish => "functions --erase go",
                    "an alias" => "unalias go",
                    _ => "unset -f go",
                };
                self.drop(shell, mend, line)?
            }
            Mend::PutFirst | Mend::PutOnPath if self.kind.is_none() => {
                format!("`{}` puts it first in this shell", self.init(shell))
            }
            Mend::PutFirst | Mend::PutOnPath => self.set_up(shell)?,
        };
        Some(escaped(&hint).to_string())
    }

    /// What gives the shell that is open what `init` prints.
    fn init(&self, shell: Shell) -> String {
        let program = self.program(shell);
        match shell {
            Shell::Bash | Shell::Zsh | Shell::Sh => format!("eval \"$({program} init {shell})\""),
            Shell::Fish => format!("{program} init fish | source"),
            Shell::Elvish => format!("eval ({program} init elvish | slurp)"),
            Shell::PowerShell => format!("{program} init powershell | Out-String | Invoke-Expression"),
            Shell::Nu => format!("{program} setup --shell nu; exec nu"),
        }
    }

    /// Runs a command in the shell that is open, or has every fresh one run it.
    fn drop(&self, shell: Shell, mend: &Mend, line: &str) -> Option<String> {
        let culprit = self.config.fresh_shell().and_then(|fresh| fresh.culprit(mend));
        if culprit.as_ref().is_some_and(Culprit::is_universal)
            && let Mend::Clear(name, _) = mend
        {
            return Some(format!("run `set --erase --universal {name}`"));
        }
        let place = culprit.map_or("your shell's files".to_owned(), |culprit| {
            format!("`{}`, line {}", culprit.path.to_string_lossy(), culprit.line)
        });
        Some(match self.kind {
            None => format!("run `{line}`, and remove it from {place}"),
            Some(_) => format!("take it out of {place}, or overrule it: `{}`", self.append(shell, line)?),
        })
    }

    /// cmd/go would first follow what it is to forget.
    fn unwrite(&self, name: &str, path: &Path) -> String {
        let quoted = |path: &Path| Shell::Sh.quote(&path.to_string_lossy());
        let tree = self.store.layout().current().join("go");
        let root = if name == "GOROOT" { format!("GOROOT={} ", quoted(&tree)) } else { String::new() };
        let file = match self.config.scene().ok().and_then(|scene| scene.settings_file()) {
            Some(here) if here == path => String::new(),
            _ => format!("GOENV={} ", quoted(path)),
        };
        format!("run `env {root}{file}GOTOOLCHAIN=local go env -u {name}`")
    }

    /// `setup` has fresh shells find Go; where it is done already, something comes after it.
    fn set_up(&self, shell: Shell) -> Option<String> {
        let home = consent::home(self.config).ok()?;
        self.read_last(shell, &home)?;
        if self.is_set_up(shell, &home) {
            let code = setup::code_file(self.store, &home, shell);
            let append = self.append(shell, &shell.reads(&code)?)?;
            return Some(format!("something comes after gvm-rs's lines there; this comes last: `{append}`"));
        }
        Some(format!("`{} setup --shell {shell}` has every {shell} find it", self.program(shell)))
    }

    fn is_set_up(&self, shell: Shell, home: &Home) -> bool {
        let Ok(init) = self.config.init(true, false) else { return false };
        let wish = Wish { home, init: &init, shells: &[shell], with_shells: true, with_session: Some(false) };
        setup::plan(self.store, &wish).is_ok_and(|plan| plan.edits.is_empty())
            && self.store.layout().shell().join(shell.file_name()).exists()
    }

    /// A command that adds a line to the file which the fresh shell reads last.
    fn append(&self, shell: Shell, line: &str) -> Option<String> {
        let home = consent::home(self.config).ok()?;
        let path = self.read_last(shell, &home)?;
        let unended = std::fs::read(&path).is_ok_and(|text| text.last().is_some_and(|last| *last != b'\n'));
        let echo = if unended { "printf '\\n%s\\n'" } else { "echo" };
        let file = CodeFile::new(path.to_str()?.to_owned(), home.directory.to_str()?);
        let file = match file.below_home {
            Some(below) => format!("~/{below}"),
            None => shell.quote(&file.path),
        };
        Some(format!("{echo} {} >> {file}", shell.quote(line)))
    }

    fn read_last(&self, shell: Shell, home: &Home) -> Option<PathBuf> {
        let there = |path: &Path| std::fs::symlink_metadata(path).is_ok();
        home.read_last(shell, self.kind == Some(Kind::Login), &there)
    }

    /// gvm-rs, as it can be typed.
    fn program(&self, shell: Shell) -> String {
        let root = match self.config.is_default_root {
            true => String::new(),
            false => format!("env GVM_RS_HOME={} ", shell.quote(&self.config.root.to_string_lossy())),
        };
        format!("{root}gvm-rs")
    }
}

/// The shell of which files and words are known.
fn known(fresh: &Fresh) -> Option<Shell> {
    fresh.shell.file_name()?.to_str()?.parse().ok()
}
