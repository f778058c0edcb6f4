//! Which line of the user's files makes a setting, as far as its text tells. No file is run, and in doubt none is named.

use std::path::{Path, PathBuf};

use super::{Fresh, Mend, Origin};
use crate::disk;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Culprit {
    /// The file.
    pub path: PathBuf,
    /// The line's number, from 1.
    pub line: usize,
}

/// Where fish keeps the variables that all its shells share, as `set -U` makes them; it writes that file itself.
const UNIVERSAL: &str = "fish_variables";

impl Culprit {
    /// Whether fish has it as a universal variable, which is not for an editor to change.
    pub fn is_universal(&self) -> bool {
        self.path.file_name().is_some_and(|name| name == UNIVERSAL)
    }
}

/// A larger file is none that is written by hand.
const LARGEST: u64 = 1 << 20;

impl Fresh {
    /// Returns the last line, of the files that the shell may read, that makes what this mends.
    pub fn culprit(&self, mend: &Mend) -> Option<Culprit> {
        self.files().into_iter().rev().find_map(|path| {
            let text = disk::read_capped(&path, LARGEST, true).ok()?;
            let text = String::from_utf8_lossy(&text);
            let line = text.lines().enumerate().filter(|(_, line)| makes(line, mend)).last()?.0 + 1;
            Some(Culprit { path, line })
        })
    }

    /// In about the order in which they are read.
    fn files(&self) -> Vec<PathBuf> {
        let variable = |name: &str| {
            let (_, value) = self.environment.iter().find(|(known, _)| known.to_str() == Some(name))?;
            Some(PathBuf::from(value))
        };
        let home = variable("HOME").unwrap_or_default();
        let in_home = |names: &[&str]| names.iter().map(|name| home.join(name)).collect::<Vec<_>>();
        match self.shell.file_name().and_then(|name| name.to_str()) {
            Some("bash") => in_home(&[
                "/etc/profile",
                ".profile",
                ".bash_login",
                ".bash_profile",
                ".bashrc",
                ".bash_aliases",
            ]),
            Some("zsh") => {
                let directory = variable("ZDOTDIR").unwrap_or(home.clone());
                [".zshenv", ".zprofile", ".zshrc", ".zlogin"].map(|name| directory.join(name)).to_vec()
            }
            Some("fish") => {
                let fish = variable("XDG_CONFIG_HOME").unwrap_or(home.join(".config")).join("fish");
                let mut files = vec![fish.join(UNIVERSAL)];
                files.extend(below(&fish.join("functions")));
                files.extend(below(&fish.join("conf.d")));
                files.push(fish.join("config.fish"));
                files
            }
            _ => in_home(&["/etc/profile", ".profile"]),
        }
    }
}

fn below(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn makes(line: &str, mend: &Mend) -> bool {
    let words: Vec<&str> =
        line.split([' ', '\t', ';', '=', '(', ')', '{']).filter(|word| !word.is_empty()).collect();
    let (first, names) = (words.first().copied().unwrap_or_default(), |name: &str| words.contains(&name));
    match mend {
        _ if first.starts_with('#') => false,
        Mend::Clear(name, Origin::Environment) => {
            let is_part = |at: usize| line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            line.match_indices(&format!("{name}=")).any(|(at, _)| !is_part(at))
                || (first == "set" && names(name))
                || (first == "SETUVAR"
                    && words.iter().any(|word| word.split_once(':').is_some_and(|(known, _)| known == *name)))
        }
        Mend::Uncover("an alias") => first == "alias" && names("go"),
        Mend::Uncover(_) => {
            let is_short =
                line.trim_start().strip_prefix("go").is_some_and(|rest| rest.trim_start().starts_with("()"));
            is_short || (["function", "alias"].contains(&first) && names("go"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Mend, Origin, makes};

    #[test]
    fn a_line_that_makes_it_is_told_from_one_that_does_not() {
        let unset = Mend::Clear("GOROOT", Origin::Environment);
        for (line, mend, is_it) in [
            ("export GOROOT=/x", &unset, true),
            ("  GOROOT=/x go build", &unset, true),
            ("set -gx GOROOT /x", &unset, true),
            ("SETUVAR --export GOROOT:/x", &unset, true),
            ("SETUVAR --export MY_GOROOT:/x", &unset, false),
            ("# export GOROOT=/x", &unset, false),
            ("unset GOROOT", &unset, false),
            ("export MY_GOROOT=/x", &unset, false),
            ("[ -d /x ] && GOROOT=/x", &unset, true),
            ("alias go='nice go'", &Mend::Uncover("an alias"), true),
            ("alias gol='nice go'", &Mend::Uncover("an alias"), false),
            ("go() { :; }", &Mend::Uncover("a function"), true),
            ("function go; x; end", &Mend::Uncover("a function"), true),
            ("go build", &Mend::Uncover("a function"), false),
        ] {
            assert_eq!(makes(line, mend), is_it, "{line}");
        }
    }
}
