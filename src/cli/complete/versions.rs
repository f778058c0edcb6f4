//! The versions that a command takes, from what is on this machine.

use std::collections::BTreeSet;
use std::path::PathBuf;

use gvm_rs::catalog;
use gvm_rs::model::{GoVersion, Index, Lang, Platform};
use gvm_rs::store::{Store, StoreError};

use super::Candidate;
use crate::cli::args::{Args, Command, Json};
use crate::cli::config::Config;

/// Which versions an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versions {
    /// Those that are installed, and these words.
    Installed(&'static [&'static str]),
    /// Those that there are, and these words.
    Remote(&'static [&'static str]),
    /// What `undo` can bring back.
    InTrash,
    /// The lines of those that are installed.
    Lines,
    /// Those that are installed, and the last generations.
    Generations,
}

const WORDS: &[&str] = &["latest", "oldstable", "rc"];

impl Versions {
    /// The versions for an argument of a command, if it takes any.
    pub(super) fn of(command: &str, argument: &str) -> Option<Versions> {
        Some(match (command, argument) {
            ("use", "spec") => Versions::Installed(&["latest", "prev"]),
            ("exec" | "shell" | "env", "spec") => Versions::Installed(&["prev"]),
            ("where", "spec") | ("uninstall", "versions") | ("verify" | "repair", "specs") => {
                Versions::Installed(&[])
            }
            ("install", "specs")
            | ("try" | "upgrade" | "local" | "preflight", "spec")
            | ("ls-remote", "filter")
            | ("check", "go") => Versions::Remote(WORDS),
            ("matrix", "specs") => Versions::Remote(&["latest", "oldstable", "rc", "installed"]),
            ("bisect", "good" | "bad") => Versions::Remote(&[]),
            ("undo", "versions") => Versions::InTrash,
            ("prune", "lines") => Versions::Lines,
            ("rollback", "to") => Versions::Generations,
            _ => return None,
        })
    }

    /// What fits, newest first; nothing where the store or the configuration cannot be read.
    pub(super) fn candidates(self, typed: &str, home: Option<PathBuf>) -> Vec<Candidate> {
        let known = Known::read(home);
        let (words, found) = match (self, known) {
            (Versions::Installed(words), Some(known)) => (words, known.installed(typed)),
            (Versions::Remote(words), Some(known)) => (words, Ok(known.remote(typed))),
            (Versions::InTrash, Some(known)) => (&[][..], known.in_trash(typed)),
            (Versions::Lines, Some(known)) => (&[][..], known.lines()),
            (Versions::Generations, Some(known)) => (&[][..], known.generations(typed)),
            (_, None) => return Vec::new(),
        };
        let words = words.iter().map(|&word| candidate(word, ""));
        found.unwrap_or_default().into_iter().chain(words).collect()
    }
}

fn candidate(word: impl ToString, about: impl ToString) -> Candidate {
    Candidate { word: word.to_string(), about: about.to_string() }
}

/// A version as it is being typed: with `go` in front or not.
fn named(version: GoVersion, typed: &str, about: impl ToString) -> Candidate {
    match typed.starts_with("go") {
        true => candidate(version.toolchain(), about),
        false => candidate(version, about),
    }
}

/// What this machine knows.
struct Known {
    config: Config,
    store: Store,
}

impl Known {
    fn read(home: Option<PathBuf>) -> Option<Known> {
        let args = Args {
            quiet: true,
            verbose: false,
            offline: true,
            home,
            lock_timeout: None,
            command: Command::List(Json { json: false }),
        };
        let config = Config::load(&args).ok()?;
        let store = config.store().ok()?;
        Some(Known { config, store })
    }

    fn installed(&self, typed: &str) -> Result<Vec<Candidate>, StoreError> {
        let current = self.store.current().unwrap_or_default().map(|current| current.version);
        let about = |version| if current == Some(version) { "current" } else { "installed" };
        Ok(self.store.installed()?.into_iter().map(|version| named(version, typed, about(version))).collect())
    }

    /// Lines first, and the releases of the line that is typed: nobody looks for one among hundreds.
    fn remote(&self, typed: &str) -> Vec<Candidate> {
        let (Some(platform), Ok(settings)) = (Platform::host(), self.config.settings()) else {
            return Vec::new();
        };
        let index = catalog::known(&self.store, &platform, settings.index.as_ref());
        let releases = installable(&index, &platform);
        let bare = typed.strip_prefix("go").unwrap_or(typed);
        let (mut lines, mut seen) = (Vec::new(), BTreeSet::new());
        for version in releases.iter().filter(|version| version.is_stable()) {
            if seen.insert(version.lang()) {
                let start = if bare.len() < typed.len() { "go" } else { "" };
                lines.push(candidate(format_args!("{start}{}", version.lang()), version.toolchain()));
            }
        }
        let installed: BTreeSet<GoVersion> = self.store.installed().unwrap_or_default().into_iter().collect();
        let about = |version| if installed.contains(&version) { "installed" } else { "" };
        let of_line = releases.into_iter().filter(|version| is_in_typed_line(*version, bare));
        let of_line: Vec<Candidate> = of_line.map(|version| named(version, typed, about(version))).collect();
        let is_line = |one: &Candidate| lines.iter().any(|line| line.word == one.word);
        let of_line: Vec<Candidate> = of_line.into_iter().filter(|one| !is_line(one)).collect();
        lines.into_iter().chain(of_line).collect()
    }

    fn in_trash(&self, typed: &str) -> Result<Vec<Candidate>, StoreError> {
        let versions: BTreeSet<GoVersion> =
            self.store.trash()?.iter().flat_map(|batch| batch.versions().collect::<Vec<_>>()).collect();
        Ok(versions.into_iter().rev().map(|version| named(version, typed, "in the trash")).collect())
    }

    fn lines(&self) -> Result<Vec<Candidate>, StoreError> {
        let mut lines: Vec<Lang> = self.store.installed()?.iter().map(|version| version.lang()).collect();
        lines.dedup();
        Ok(lines.into_iter().map(|line| candidate(line, "")).collect())
    }

    fn generations(&self, typed: &str) -> Result<Vec<Candidate>, StoreError> {
        let mut candidates = self.installed(typed)?;
        let generations = self.store.kept_generations()?;
        candidates.extend(
            generations.iter().map(|generation| candidate(generation.number, generation.version.toolchain())),
        );
        Ok(candidates)
    }
}

/// The releases that could be installed here, newest first.
fn installable(index: &Index, platform: &Platform) -> Vec<GoVersion> {
    let is_installable = |archive: &gvm_rs::model::Archive| archive.sha256.is_some();
    let releases = index.releases().iter();
    let fitting = releases.filter(|release| release.archive_for(platform).is_some_and(is_installable));
    fitting.map(|release| release.version).collect()
}

/// Whether the line of a version was typed, and perhaps more: `1.22` and `1.22.1` are for 1.22.10, `1.2` is not.
fn is_in_typed_line(version: GoVersion, typed: &str) -> bool {
    let line = version.lang().to_string();
    let rest = typed.strip_prefix(&line);
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}
