//! The order of syncs and renames, from the program's own log of its durable steps.
//!
//! A kill loses nothing that the kernel has, so only the order shows whether a power cut would.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::template::{NEW, PREVIOUS, SUPERSEDED, Start, Template, steps};

/// What is wrong with a log; the number is that of the step, from 0.
type Verdict = Result<(), (usize, &'static str)>;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    action: String,
    path: PathBuf,
}

/// The steps of one command on one root.
#[derive(Clone, Debug)]
struct Log {
    root: PathBuf,
    /// The place in staging that a tree grows in.
    place: Option<PathBuf>,
    steps: Vec<Step>,
}

const CASES: [(Start, &[&str]); 12] = [
    (Start::Empty, &["install", NEW]),
    (Start::Empty, &["use", NEW]),
    (Start::Full, &["install", NEW]),
    (Start::Full, &["install", "--keep-archives", NEW]),
    (Start::Full, &["use", SUPERSEDED]),
    (Start::Full, &["use", NEW]),
    (Start::Full, &["rollback"]),
    (Start::Full, &["uninstall", SUPERSEDED]),
    (Start::Removed, &["undo"]),
    (Start::Removed, &["uninstall", "--force", PREVIOUS]),
    (Start::Removed, &["prune", "--trash"]),
    (Start::Full, &["uninstall", "--purge", SUPERSEDED]),
];

fn logs() -> Vec<(&'static [&'static str], Log)> {
    let templates = [Start::Empty, Start::Full, Start::Removed].map(Template::new);
    let log = |(start, args): (Start, &'static [&'static str])| {
        let sandbox = templates.iter().find(|template| template.start == start).unwrap().copy();
        (args, Log::parse(&steps(&sandbox, args), sandbox.root()))
    };
    CASES.map(log).into()
}

#[test]
fn every_publishing_rename_stands_between_its_syncs() {
    for (args, log) in logs() {
        assert_eq!(log.verdict(), Ok(()), "{args:?}: {:#?}", log.steps);
        let trees = usize::from(args.contains(&NEW));
        assert_eq!(log.count("sync-tree"), trees, "{args:?}: {:#?}", log.steps);
        assert!(log.steps.iter().any(|step| step.is_publishing()), "{args:?}");
    }
}

#[test]
fn the_checker_notices_every_sync_that_is_left_out() {
    for (args, log) in logs() {
        for number in (0..log.steps.len()).filter(|&number| log.steps[number].is_sync()) {
            let mut bad = log.clone();
            let left_out = bad.steps.remove(number);
            assert!(bad.verdict().is_err(), "{args:?} without {left_out:?}: {:#?}", bad.steps);
        }
    }
}

#[test]
fn the_checker_notices_a_sync_between_a_link_and_its_rename() {
    for (args, log) in logs() {
        for number in 0..log.steps.len() {
            let Step { action, path } = log.steps[number].clone();
            if action == "rename-link" {
                let mut bad = log.clone();
                bad.steps.insert(number, Step::new("sync-dir", log.temporary(&path).parent().unwrap()));
                let told = bad.verdict().unwrap_err().1;
                assert_eq!(told, SYNC_BETWEEN, "{args:?}: {:#?}", bad.steps);
            }
        }
    }
}

#[test]
fn the_checker_notices_writes_that_no_sync_covers() {
    for (args, log) in logs() {
        for number in (0..log.steps.len()).filter(|&number| log.steps[number].action == "rename") {
            let Some(source) = log.source(&log.steps[number].path) else { continue };
            for late in [Step::new("write", &source), Step::new("create-file", &source.join("late"))] {
                let mut bad = log.clone();
                bad.steps.insert(number, late);
                assert!(bad.verdict().is_err(), "{args:?}: {:#?}", bad.steps);
            }
        }
    }
}

#[test]
fn the_checker_notices_a_sync_per_file_and_bytes_after_the_flush() {
    let (_, log) = logs().swap_remove(2);
    let flush = log.steps.iter().position(|step| step.action == "sync-tree").unwrap();
    let part = log.root.join("cache/x.part");
    for late in [Step::new("create-file", Path::new("late.go")), Step::new("append", &part)] {
        let mut bad = log.clone();
        bad.steps.insert(flush + 1, late);
        assert!(bad.verdict().is_err(), "{:#?}", bad.steps);
    }
    let mut bad = log.clone();
    bad.steps.insert(flush, Step::new("sync-file", Path::new("print.go")));
    assert_eq!(bad.verdict(), Err((flush, SYNC_PER_FILE)));
}

const NO_PARENT_SYNC: &str = "is not followed by a sync of the directory before the next is published";
const UNSYNCED_SOURCE: &str = "publishes what was not synced";
const UNKNOWN_SOURCE: &str = "publishes under a name that this test does not know";
const UNSYNCED_BATCH: &str = "goes to the trash, which is not synced after it";
const UNSYNCED_NAME: &str =
    "deletes a tree whose name in `bin` may come back, as if it were one that was lost";
const SYNC_BETWEEN: &str = "comes after a sync of the directory that holds its temporary link";
const NO_LINK: &str = "renames a link that was not created";
const SYNC_PER_FILE: &str = "syncs one file of a tree";
const LATE: &str = "writes to the tree or the archive after the flush";

impl Step {
    fn new(action: &str, path: &Path) -> Step {
        Step { action: action.to_owned(), path: path.to_owned() }
    }

    fn is_sync(&self) -> bool {
        self.action.starts_with("sync-")
    }

    /// Whether it changes a name that readers look at, and has to be durable.
    fn is_publishing(&self) -> bool {
        match self.action.as_str() {
            "rename" | "withdraw" | "exchange" => true,
            // To lose the link to what was current before costs nothing.
            "rename-link" => !self.path.ends_with("previous"),
            _ => false,
        }
    }
}

impl Log {
    fn parse(lines: &[String], root: PathBuf) -> Log {
        let step = |line: &String| {
            let (action, path) = line.split_once(' ').unwrap();
            Step::new(action, Path::new(path))
        };
        let steps: Vec<Step> = lines.iter().map(step).collect();
        let staging = root.join("staging");
        let is_place = |step: &&Step| {
            step.action == "create-dir"
                && step.path.parent() == Some(&staging)
                && !["generation", "batch"].iter().any(|name| step.path.ends_with(name))
        };
        let place = steps.iter().find(is_place).map(|step| step.path.clone());
        Log { root, place, steps }
    }

    fn count(&self, action: &str) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }

    fn verdict(&self) -> Verdict {
        self.sources_are_synced()?;
        self.parents_are_synced()?;
        self.links_are_renamed_at_once()?;
        self.batches_are_synced()?;
        self.names_are_gone_before_what_is_deleted()?;
        self.the_tree_is_flushed_once()
    }

    /// Where a log's path is: entries of a tree are logged with their name only.
    fn place_of(&self, path: &Path) -> PathBuf {
        match &self.place {
            Some(place) if path.is_relative() => place.join("go").join(path),
            _ => path.to_owned(),
        }
    }

    /// Where what is installed comes from: without a place of its own it comes out of the trash.
    fn place(&self) -> PathBuf {
        self.place.clone().unwrap_or_else(|| self.root.join("trash/1"))
    }

    /// What a rename to `target` publishes.
    fn source(&self, target: &Path) -> Option<PathBuf> {
        let staging = self.root.join("staging");
        match target.strip_prefix(&self.root).ok()?.components().next()?.as_os_str().to_str()? {
            "layout" => Some(staging.join("layout")),
            "generations" => Some(staging.join("generation")),
            "trash" => Some(staging.join("batch")),
            "manifests" => Some(self.place().join("manifest")),
            "versions" => Some(self.place().join("go")),
            _ => None,
        }
    }

    /// The name under which the successor of a link is made.
    fn temporary(&self, link: &Path) -> PathBuf {
        match link.starts_with(self.root.join("bin")) {
            true => self.root.join("staging/link"),
            false => link.with_file_name(format!(".{}.new", link.file_name().unwrap().display())),
        }
    }

    fn sources_are_synced(&self) -> Verdict {
        let (mut contents, mut entries) = (BTreeSet::new(), BTreeSet::new());
        for (number, step) in self.steps.iter().enumerate() {
            let path = self.place_of(&step.path);
            let mut new_name = || entries.insert(path.parent().unwrap().to_owned());
            match step.action.as_str() {
                "write" | "create-file" | "create-dir" => {
                    new_name();
                    contents.insert(path);
                }
                "symlink" => {
                    new_name();
                }
                "append" | "truncate" | "set-mode" => {
                    contents.insert(path);
                }
                "sync-file" => {
                    contents.remove(&path);
                }
                "sync-dir" => {
                    // A new directory holds nothing but its entries.
                    contents.remove(&path);
                    entries.remove(&path);
                }
                "sync-tree" => {
                    contents.retain(|dirty| !dirty.starts_with(&path));
                    entries.retain(|dirty| !dirty.starts_with(&path));
                }
                "rename" => {
                    let source = self.source(&path).ok_or((number, UNKNOWN_SOURCE))?;
                    let is_dirty = |set: &BTreeSet<PathBuf>| set.iter().any(|path| path.starts_with(&source));
                    if is_dirty(&contents) || is_dirty(&entries) {
                        return Err((number, UNSYNCED_SOURCE));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether a step changes a name that has to be durable; the root itself is one, and so is the trash.
    fn publishes(&self, step: &Step) -> bool {
        let is_top = step.path == self.root || step.path == self.root.join("trash");
        step.is_publishing() || step.action == "create-dir" && is_top
    }

    /// Names in one directory may be published together, and synced together.
    fn parents_are_synced(&self) -> Verdict {
        for (number, step) in self.steps.iter().enumerate().filter(|(_, step)| self.publishes(step)) {
            let parent = step.path.parent();
            let next = self.steps[number + 1..].iter().find(|next| match self.publishes(next) {
                true => next.path.parent() != parent,
                false => next.action == "sync-dir" && Some(next.path.as_path()) == parent,
            });
            if next.is_none_or(|next| self.publishes(next)) {
                return Err((number, NO_PARENT_SYNC));
            }
        }
        Ok(())
    }

    /// What went into the trash is durable there too, before the command ends.
    fn batches_are_synced(&self) -> Verdict {
        for (number, step) in self.steps.iter().enumerate() {
            let is_moved = step.action == "rename-unsynced" && step.path.starts_with(self.root.join("trash"));
            let sync = Step::new("sync-dir", step.path.parent().unwrap_or(&step.path));
            if is_moved && !self.steps[number..].contains(&sync) {
                return Err((number, UNSYNCED_BATCH));
            }
        }
        Ok(())
    }

    /// A tree that goes to the trash is found there; of one that is deleted the name in `bin` goes first.
    fn names_are_gone_before_what_is_deleted(&self) -> Verdict {
        let bin = self.root.join("bin");
        for (number, step) in self.steps.iter().enumerate().filter(|(_, step)| step.action == "withdraw") {
            let name = Step::new("remove", &bin.join(step.path.file_name().unwrap()));
            let removed = self.steps[..number].iter().rposition(|step| *step == name);
            let sync = Step::new("sync-dir", &bin);
            if removed.is_some_and(|removed| !self.steps[removed..number].contains(&sync)) {
                return Err((number, UNSYNCED_NAME));
            }
        }
        Ok(())
    }

    /// On btrfs a directory's sync between the two loses the link.
    fn links_are_renamed_at_once(&self) -> Verdict {
        for (number, step) in self.steps.iter().enumerate().filter(|(_, step)| step.action == "rename-link") {
            let made = Step::new("symlink", &self.temporary(&step.path));
            let made = self.steps[..number].iter().rposition(|step| *step == made);
            let between = &self.steps[made.ok_or((number, NO_LINK))?..number];
            let holder = self.temporary(&step.path);
            if between.iter().any(|step| step.is_sync() && holder.parent() == Some(&step.path)) {
                return Err((number, SYNC_BETWEEN));
            }
        }
        Ok(())
    }

    fn the_tree_is_flushed_once(&self) -> Verdict {
        let flush = self.steps.iter().position(|step| step.action == "sync-tree");
        for (number, step) in self.steps.iter().enumerate() {
            let is_in_tree = self.place.as_ref().is_some_and(|place| {
                step.path.is_relative() || step.path.starts_with(place) || step.path.ends_with("staging")
            });
            if is_in_tree && step.action == "sync-file" {
                return Err((number, SYNC_PER_FILE));
            }
            let writes = matches!(step.action.as_str(), "create-file" | "append" | "write" | "set-mode");
            let is_data = is_in_tree || step.action == "append";
            if writes && is_data && flush.is_some_and(|flush| flush < number) {
                return Err((number, LATE));
            }
        }
        Ok(())
    }
}
