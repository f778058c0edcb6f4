//! Kills the real program before each durable step of each command, and looks at what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::ExitStatusExt as _;

use rustix::process::Signal;

use crate::support::Sandbox;
use crate::template::{CURRENT, NEW, PREVIOUS, SUPERSEDED, Start, Template, program, steps};
use crate::witness::{Generation, Seen, current, go_version, history};

/// A command, what `go` is without and with it, and what is installed without and with it.
struct Case {
    start: Start,
    args: &'static [&'static str],
    go: [Option<&'static str>; 2],
    versions: [&'static [&'static str]; 2],
    /// Fewer steps than this mean that the steps were not counted.
    steps: usize,
}

const THREE: &[&str] = &[CURRENT, PREVIOUS, SUPERSEDED];
const FOUR: &[&str] = &[CURRENT, PREVIOUS, SUPERSEDED, NEW];
/// How many generations a prune leaves.
const KEPT_GENERATIONS: usize = 10;
const TWO: &[&str] = &[CURRENT, PREVIOUS];

#[test]
fn a_first_install_survives_a_kill_before_every_step() {
    let go = [None, None];
    let args = &["install", NEW];
    die_before_each_step(&Case { start: Start::Empty, args, go, versions: [&[], &[NEW]], steps: 45 });
}

#[test]
fn a_first_use_survives_a_kill_before_every_step() {
    let go = [None, Some(NEW)];
    let args = &["use", NEW];
    die_before_each_step(&Case { start: Start::Empty, args, go, versions: [&[], &[NEW]], steps: 55 });
}

#[test]
fn an_install_from_the_network_survives_a_kill_before_every_step() {
    let go = [Some(CURRENT), Some(CURRENT)];
    let args = &["install", NEW];
    let case = Case { start: Start::Full, args, go, versions: [THREE, FOUR], steps: 30 };
    die_before_each_step_of(&case, &Template::online(case.start));
}

#[test]
fn an_install_that_keeps_its_archive_survives_a_kill_before_every_step() {
    let go = [Some(CURRENT), Some(CURRENT)];
    let args = &["install", "--keep-archives", NEW];
    die_before_each_step(&Case { start: Start::Full, args, go, versions: [THREE, FOUR], steps: 30 });
}

#[test]
fn a_use_survives_a_kill_before_every_step() {
    let go = [Some(CURRENT), Some(SUPERSEDED)];
    let args = &["use", SUPERSEDED];
    die_before_each_step(&Case { start: Start::Full, args, go, versions: [THREE, THREE], steps: 12 });
}

#[test]
fn a_use_that_installs_survives_a_kill_before_every_step() {
    let go = [Some(CURRENT), Some(NEW)];
    let args = &["use", NEW];
    die_before_each_step(&Case { start: Start::Full, args, go, versions: [THREE, FOUR], steps: 40 });
}

#[test]
fn an_upgrade_survives_a_kill_before_every_step() {
    let go = [Some(CURRENT), Some(NEW)];
    let args = &["upgrade", "--to-minor"];
    die_before_each_step(&Case { start: Start::Full, args, go, versions: [THREE, FOUR], steps: 60 });
}

#[test]
fn a_rollback_survives_a_kill_before_every_step() {
    let go = [Some(CURRENT), Some(PREVIOUS)];
    let args = &["rollback"];
    die_before_each_step(&Case { start: Start::Full, args, go, versions: [THREE, THREE], steps: 12 });
}

#[test]
fn an_uninstall_survives_a_kill_before_every_step() {
    let go = [Some(CURRENT), Some(CURRENT)];
    let args = &["uninstall", SUPERSEDED];
    die_before_each_step(&Case { start: Start::Full, args, go, versions: [THREE, TWO], steps: 12 });
}

#[test]
fn a_prune_survives_a_kill_before_every_step() {
    let go = [Some(CURRENT), Some(CURRENT)];
    let args = &["prune"];
    die_before_each_step(&Case { start: Start::Full, args, go, versions: [THREE, TWO], steps: 25 });
}

fn die_before_each_step(case: &Case) {
    die_before_each_step_of(case, &Template::new(case.start));
}

fn die_before_each_step_of(case: &Case, template: &Template) {
    let steps = steps(&template.copy(), case.args);
    assert!(steps.len() >= case.steps, "only {} steps: {steps:#?}", steps.len());
    let failures: Vec<String> = (1..=steps.len())
        .filter_map(|number| {
            let told = die_and_recover(case, template, number).err()?;
            Some(format!("killed before {number}, {}: {told}", steps[number - 1]))
        })
        .collect();
    assert!(failures.is_empty(), "{:?}, {} steps:\n{}", case.args, steps.len(), failures.join("\n"));
}

fn die_and_recover(case: &Case, template: &Template, number: usize) -> Seen {
    let sandbox = template.copy();
    let root = sandbox.root();
    let before = history(&root)?;
    let output = program(&sandbox, case.args)
        .env("GVM_RS_TEST_KILL_BEFORE", number.to_string())
        .output()
        .map_err(|e| e.to_string())?;
    if output.status.signal() != Some(Signal::KILL.as_raw()) {
        return Err(format!("was not killed: {output:?}"));
    }
    let lock = fs::metadata(root.join("lock")).map(|meta| meta.ino()).ok();
    let left = check_what_is_left(case, template, &sandbox)?;
    let expected = recover(case, &sandbox, &left)?;
    let found = go_version(&sandbox)?;
    if found.as_deref() != expected {
        return Err(format!("after the recovery go is {found:?}, not {expected:?}"));
    }
    let kept = usize::from(case.args.contains(&"--keep-archives"));
    template.witness.is_tidy(&root, kept)?;
    if template.witness.trees(&root)? != set(case.versions[1]) {
        return Err(format!("in the end {:?} are installed", template.witness.trees(&root)?));
    }
    if lock.is_some_and(|lock| fs::metadata(root.join("lock")).map(|meta| meta.ino()).ok() != Some(lock)) {
        return Err("the lock file is another one".to_owned());
    }
    history_only_grew(&before, &history(&root)?)?;
    let (after, last) = (history(&root)?, current(&root)?);
    let gone = before.keys().filter(|number| !after.contains_key(number)).count();
    let forgotten = if case.args[0] == "prune" { before.len() - KEPT_GENERATIONS } else { 0 };
    if gone != forgotten || last != after.keys().max().copied() {
        return Err(format!("{gone} generations are gone, and current is {last:?}"));
    }
    match case.go[0] {
        Some(old) => leads_back(&sandbox, if expected == Some(old) { PREVIOUS } else { old }),
        None => Ok(()),
    }
}

/// What a killed command left.
struct Left {
    go: Option<String>,
    versions: BTreeSet<String>,
}

/// Old or new, and each of them whole.
fn check_what_is_left(case: &Case, template: &Template, sandbox: &Sandbox) -> Seen<Left> {
    let root = sandbox.root();
    let go = go_version(sandbox)?;
    if !case.go.contains(&go.as_deref()) {
        return Err(format!("go is {go:?}"));
    }
    let generation = current(&root)?.map(|number| history(&root).map(|history| history[&number].clone()));
    let generation = generation.transpose()?.map(|generation| generation.version);
    if generation != go {
        return Err(format!("go is {go:?}, and current is {generation:?}"));
    }
    let versions = template.witness.trees(&root)?;
    if !case.versions.map(set).contains(&versions) {
        return Err(format!("{versions:?} are installed"));
    }
    let list = program(sandbox, &["list"]).output().map_err(|e| e.to_string())?;
    let listed = String::from_utf8_lossy(&list.stdout);
    let listed: BTreeSet<String> =
        listed.lines().filter_map(|line| Some(line.split(' ').next()?.replacen("go", "", 1))).collect();
    if !list.status.success() || listed != versions {
        return Err(format!("{versions:?} are installed, and listed is {list:?}"));
    }
    Ok(Left { go, versions })
}

/// Runs the same command again, and a writer if that was not one; returns what `go` has to be then.
fn recover<'a>(case: &Case, sandbox: &Sandbox, left: &'a Left) -> Seen<Option<&'a str>> {
    let run = |args: &[&str], codes: &[i32]| {
        let output = program(sandbox, args).output().map_err(|e| e.to_string())?;
        let is_right = output.status.code().is_some_and(|code| codes.contains(&code));
        if is_right { Ok(()) } else { Err(format!("{args:?} went wrong after the crash: {output:?}")) }
    };
    let is_done = left.versions == set(case.versions[1]);
    // What was uninstalled before the crash cannot be uninstalled again.
    let codes: &[i32] = if case.args[0] == "uninstall" && is_done { &[4] } else { &[0] };
    run(case.args, codes)?;
    Ok(match case.args[0] {
        // Where an upgrade was done before the crash there is nothing to do, and nothing is swept.
        "install" | "upgrade" => {
            run(&["use", NEW], &[0])?;
            Some(NEW)
        }
        // A rollback that was done before the crash is undone by another one.
        "rollback" if left.go.as_deref() == case.go[1] => case.go[0],
        _ => case.go[1],
    })
}

/// What a rollback goes back to is what was current before the crash, whatever link was not renewed.
fn leads_back(sandbox: &Sandbox, expected: &str) -> Seen {
    let output = program(sandbox, &["rollback"]).output().map_err(|e| e.to_string())?;
    match (output.status.success(), go_version(sandbox)?) {
        (true, Some(version)) if version == expected => Ok(()),
        (_, found) => Err(format!("rolled back to {found:?}, not {expected}: {output:?}")),
    }
}

/// No number is used twice, and none appears below another.
fn history_only_grew(before: &BTreeMap<u64, Generation>, after: &BTreeMap<u64, Generation>) -> Seen {
    let newest = before.keys().max().copied().unwrap_or(0);
    let is_wrong = |(number, new): &(&u64, &Generation)| match before.get(number) {
        Some(old) => old != *new,
        None => **number <= newest,
    };
    match after.iter().find(is_wrong) {
        Some((number, _)) => Err(format!("generation {number} was rewritten, or came after {newest}")),
        None => Ok(()),
    }
}

fn set(versions: &[&str]) -> BTreeSet<String> {
    versions.iter().map(|&version| version.to_owned()).collect()
}
