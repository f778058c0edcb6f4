//! What can be typed against an obstacle: in the shell that is open, or so that fresh ones are without it.

use std::path::Path;

use gvm_rs::explain::{Fresh, Kind, Mend, Obstacle, Origin};
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
        let hint = match obstacle.mend.as_ref()? {
            Mend::EndSession => "`gvm-rs shell --unset` ends that".to_owned(),
            Mend::Clear(name, Origin::UserFile(path)) => self.unwrite(name, path),
            Mend::Clear(name, Origin::Toolchain) => format!("run `go env -w {name}=auto`"),
            Mend::Clear(name, Origin::Environment) => {
                let line = if shell == Shell::Fish { "set --erase" } else { "unset" };
                self.drop(shell, &format!("{line} {name}"))?
            }
            Mend::Uncover("an alias") if shell != Shell::Fish => self.drop(shell, "unalias go")?,
            Mend::Uncover(_) => {
                self.drop(shell, if shell == Shell::Fish { "functions --erase go" } else { "unset -f go" })?
            }
            Mend::PutFirst | Mend::PutOnPath if self.kind.is_none() => match shell {
                Shell::Fish => {
                    format!("`{} init fish | source` puts it first in this shell", self.program(shell))
                }
                _ => {
                    format!("`eval \"$({} init {shell})\"` puts it first in this shell", self.program(shell))
                }
            },
            Mend::PutFirst | Mend::PutOnPath => self.set_up(shell)?,
        };
        Some(escaped(&hint).to_string())
    }

    /// Runs a command in the shell that is open, or has every fresh one run it.
    fn drop(&self, shell: Shell, line: &str) -> Option<String> {
        match self.kind {
            None => Some(format!("run `{line}`, and remove it from your shell's files")),
            Some(_) => {
                let append = self.append(shell, line)?;
                Some(format!("take it out of your shell's files, or overrule it: `{append}`"))
            }
        }
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
        let there = |path: &Path| std::fs::symlink_metadata(path).is_ok();
        let path = home.read_last(shell, self.kind == Some(Kind::Login), &there)?;
        let unended = std::fs::read(&path).is_ok_and(|text| text.last().is_some_and(|last| *last != b'\n'));
        let echo = if unended { "printf '\\n%s\\n'" } else { "echo" };
        let file = CodeFile::new(path.to_str()?.to_owned(), home.directory.to_str()?);
        let file = match file.below_home {
            Some(below) => format!("~/{below}"),
            None => shell.quote(&file.path),
        };
        Some(format!("{echo} {} >> {file}", shell.quote(line)))
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
