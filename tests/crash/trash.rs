//! Removing and bringing back, killed before every step: no toolchain is lost or half there, and it can go on.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;

use rustix::process::Signal;

use crate::support::Sandbox;
use crate::template::{CURRENT, OLDER, PREVIOUS, SUPERSEDED, Start, Template, program, steps};
use crate::witness::{Seen, go_version};

/// The two that are removed and brought back.
const BOTH: [&str; 2] = [SUPERSEDED, OLDER];
const NEEDED: [&str; 2] = [CURRENT, PREVIOUS];

/// A command, and whether what it removes is to be found in the trash.
struct Case {
    start: Start,
    args: &'static [&'static str],
    keeps: bool,
    /// What is installed once it is done.
    then: &'static [&'static str],
    /// Fewer steps than this mean that the steps were not counted.
    steps: usize,
}

#[test]
fn an_uninstall_of_several_survives_a_kill_before_every_step() {
    let args = &["uninstall", SUPERSEDED, OLDER];
    die_before_each_step(&Case { start: Start::Four, args, keeps: true, then: &NEEDED, steps: 15 });
}

#[test]
fn a_prune_of_several_survives_a_kill_before_every_step() {
    let args = &["prune"];
    die_before_each_step(&Case { start: Start::Four, args, keeps: true, then: &NEEDED, steps: 30 });
}

#[test]
fn an_undo_survives_a_kill_before_every_step() {
    let then = &[CURRENT, PREVIOUS, SUPERSEDED, OLDER];
    die_before_each_step(&Case { start: Start::Removed, args: &["undo"], keeps: true, then, steps: 18 });
}

#[test]
fn an_undo_of_one_survives_a_kill_before_every_step() {
    let (args, then) = (&["undo", OLDER], &[CURRENT, PREVIOUS, OLDER]);
    die_before_each_step(&Case { start: Start::Removed, args, keeps: true, then, steps: 8 });
}

#[test]
fn emptying_the_trash_survives_a_kill_before_every_step() {
    let args = &["prune", "--trash"];
    die_before_each_step(&Case { start: Start::Removed, args, keeps: false, then: &NEEDED, steps: 15 });
}

#[test]
fn a_purge_survives_a_kill_before_every_step() {
    let args = &["uninstall", "--purge", SUPERSEDED, OLDER];
    die_before_each_step(&Case { start: Start::Four, args, keeps: false, then: &NEEDED, steps: 15 });
}

fn die_before_each_step(case: &Case) {
    let template = Template::new(case.start);
    let steps = steps(&template.copy(), case.args);
    assert!(steps.len() >= case.steps, "only {} steps: {steps:#?}", steps.len());
    let failures: Vec<String> = (1..=steps.len())
        .filter_map(|number| {
            let told = die_and_go_on(case, &template, number).err()?;
            Some(format!("killed before {number}, {}: {told}", steps[number - 1]))
        })
        .collect();
    assert!(failures.is_empty(), "{:?}, {} steps:\n{}", case.args, steps.len(), failures.join("\n"));
}

fn die_and_go_on(case: &Case, template: &Template, number: usize) -> Seen {
    let sandbox = template.copy();
    let root = sandbox.root();
    let killed = program(&sandbox, case.args).env("GVM_RS_TEST_KILL_BEFORE", number.to_string()).output();
    let killed = killed.map_err(|e| e.to_string())?;
    if killed.status.signal() != Some(Signal::KILL.as_raw()) {
        return Err(format!("was not killed: {killed:?}"));
    }
    // What has a name is whole at once, without any sweep.
    let (found, go) = (template.witness.trees(&root)?, go_version(&sandbox)?);
    if go.as_deref() != Some(CURRENT) || NEEDED.iter().any(|needed| !found.contains(*needed)) {
        return Err(format!("go is {go:?}, and installed are {found:?}"));
    }
    // Whatever writes next puts in order what was left.
    run(&sandbox, &["use", CURRENT], 0)?;
    template.witness.is_tidy(&root, 0)?;
    if case.keeps {
        nothing_is_lost(template, &sandbox)?;
    }
    go_on(case, template, &sandbox)?;
    template.witness.is_tidy(&root, 0)?;
    if template.witness.trees(&root)? != set(case.then) {
        return Err(format!("in the end {:?} are installed", template.witness.trees(&root)?));
    }
    if !case.keeps {
        return if in_trash(template, &sandbox)?.is_empty() { Ok(()) } else { Err("not deleted".to_owned()) };
    }
    nothing_is_lost(template, &sandbox)?;
    // In however many batches it went, all of it comes back.
    while !in_trash(template, &sandbox)?.is_empty() {
        run(&sandbox, &["undo"], 0)?;
    }
    nothing_is_lost(template, &sandbox)?;
    template.witness.is_tidy(&root, 0)?;
    if go_version(&sandbox)?.as_deref() == Some(CURRENT) { Ok(()) } else { Err("it was switched".to_owned()) }
}

/// Does what is left to do.
fn go_on(case: &Case, template: &Template, sandbox: &Sandbox) -> Seen {
    let installed = template.witness.trees(&sandbox.root())?;
    match case.args {
        ["uninstall", ..] => {
            let flags = case.args.iter().filter(|arg| arg.starts_with("--")).copied();
            let left: Vec<&str> = BOTH.into_iter().filter(|version| installed.contains(*version)).collect();
            let args: Vec<&str> =
                ["uninstall"].into_iter().chain(flags).chain(left.iter().copied()).collect();
            if left.is_empty() { Ok(()) } else { run(sandbox, &args, 0) }
        }
        ["undo", ..] if installed == set(case.then) => Ok(()),
        args => run(sandbox, args, 0),
    }
}

fn in_trash(template: &Template, sandbox: &Sandbox) -> Seen<BTreeSet<String>> {
    Ok(template.witness.trash(&sandbox.root())?.into_values().flatten().collect())
}

/// Each of the two is either installed or in the trash, and not both.
fn nothing_is_lost(template: &Template, sandbox: &Sandbox) -> Seen {
    let (installed, removed) = (template.witness.trees(&sandbox.root())?, in_trash(template, sandbox)?);
    match BOTH.iter().find(|version| installed.contains(**version) == removed.contains(**version)) {
        Some(version) => Err(format!("{version}: installed are {installed:?}, removed {removed:?}")),
        None => Ok(()),
    }
}

fn run(sandbox: &Sandbox, args: &[&str], code: i32) -> Seen {
    let output = program(sandbox, args).output().map_err(|e| e.to_string())?;
    if output.status.code() == Some(code) { Ok(()) } else { Err(format!("{args:?} went wrong: {output:?}")) }
}

fn set(versions: &[&str]) -> BTreeSet<String> {
    versions.iter().map(|&version| version.to_owned()).collect()
}
