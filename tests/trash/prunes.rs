//! `prune`: which toolchains it means, and what it leaves.

use std::fs;

use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::{json_of, trash, with_installed};

const NEVER_USED: &[&str] = &["1.20.13", "1.20.14", "1.21.11", "1.21.12", "1.21.13", "1.22.5"];

/// Six versions of three lines; 1.22.5 is current, and the others were never used.
fn six() -> Sandbox {
    let sandbox = with_installed(NEVER_USED);
    sandbox.gvm(&["use", "1.22"]).ok();
    sandbox
}

/// Says that a toolchain was installed then.
fn date_install(sandbox: &Sandbox, version: &str, at: u64) {
    let path = sandbox.root().join(format!("manifests/go{version}.unofficial.jsonl"));
    let text = fs::read_to_string(&path).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    let mut first: Value = serde_json::from_str(first).unwrap();
    first["installed_at"] = at.into();
    fs::write(&path, format!("{first}\n{rest}")).unwrap();
}

/// Says that a generation was published then.
fn date_generation(sandbox: &Sandbox, number: u64, at: u64) {
    let path = sandbox.root().join(format!("generations/{number}/record.json"));
    let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    record["at"] = at.into();
    fs::write(&path, record.to_string()).unwrap();
}

fn would_remove(sandbox: &Sandbox, args: &[&str]) -> String {
    let shown = json_of(sandbox, &[&["prune", "-n", "--json"], args].concat());
    let versions = shown["would_remove"].as_array().unwrap();
    versions.iter().map(|version| version.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn conditions_narrow_what_goes() {
    let sandbox = six();
    for (version, at) in [("1.20.13", 1_700_000_000), ("1.20.14", 1_700_000_000), ("1.21.11", 1_750_000_000)]
    {
        date_install(&sandbox, version, at);
    }
    for (args, goes) in [
        (&[][..], "1.21.12 1.21.11 1.20.13"),
        (&["1.21"], "1.21.12 1.21.11"),
        (&["1.21.x"], "1.21.12 1.21.11"),
        (&["go1.20", "1.22"], "1.20.13"),
        (&["1.20.x"], "1.20.13"),
        (&["1.19"], ""),
        (&["--keep", "2"], "1.21.11"),
        (&["--keep", "0"], "1.21.13 1.21.12 1.21.11 1.20.14 1.20.13"),
        (&["--keep", "0", "1.20"], "1.20.14 1.20.13"),
        (&["--unused-since", "2024-01-01"], "1.20.13"),
        (&["--unused-since", "2024-01-01", "--keep", "0"], "1.20.14 1.20.13"),
        (&["--unused-since", "2025-12-31", "--keep", "0"], "1.21.11 1.20.14 1.20.13"),
        (&["--unused-since", "2025-12-31", "--keep", "0", "1.21"], "1.21.11"),
        (&["--unused-since", "2020-01-01", "--keep", "0"], ""),
        (&["--unused-since", "1d", "--keep", "0"], "1.21.11 1.20.14 1.20.13"),
    ] {
        assert_eq!(would_remove(&sandbox, args), goes, "{args:?}");
    }
    for args in [
        &["1.21.13"][..],
        &["latest"],
        &[">=1.21"],
        &["nonsense"],
        &["--unused-since", "1y"],
        &["--trash", "1.21"],
        &["--trash", "--keep", "1"],
        &["--trash", "--unused-since", "1d"],
    ] {
        sandbox.gvm(&[&["prune"], args].concat()).fails(2);
    }
    assert_eq!(sandbox.installed().split(' ').count(), NEVER_USED.len());
    let goes = would_remove(&sandbox, &["--keep", "0", "1.21"]);
    let run = sandbox.gvm(&["prune", "--keep", "0", "1.21", "--json"]).ok();
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["removed"], json!(goes.split(' ').collect::<Vec<_>>()));
    assert_eq!(sandbox.installed(), "go1.22.5 go1.20.14 go1.20.13");
    sandbox.gvm(&["undo"]).ok();
    assert_eq!(sandbox.installed().split(' ').count(), NEVER_USED.len());
}

#[test]
fn a_toolchain_was_used_until_the_next_one_was() {
    let sandbox = six();
    for version in ["1.20.13", "1.20.14"] {
        date_install(&sandbox, version, 1_600_000_000);
    }
    for _ in 0..7 {
        sandbox.gvm(&["use", "1.20.14"]).ok();
        sandbox.gvm(&["use", "1.22"]).ok();
    }
    // The history forgets all but ten of fifteen; 1.20.14 is used in what stays, and in what does not.
    assert_eq!(would_remove(&sandbox, &["--keep", "0", "1.20", "--unused-since", "0d"]), "1.20.13");
    let sandbox = six();
    date_install(&sandbox, "1.20.14", 1_600_000_000);
    sandbox.gvm(&["use", "1.20.14"]).ok();
    for _ in 0..6 {
        sandbox.gvm(&["use", "1.21"]).ok();
        sandbox.gvm(&["use", "1.22"]).ok();
    }
    date_generation(&sandbox, 2, 1_650_000_000);
    date_generation(&sandbox, 3, 1_700_000_000);
    assert_eq!(would_remove(&sandbox, &["--keep", "0", "1.20", "--unused-since", "2023-11-01"]), "");
    assert_eq!(would_remove(&sandbox, &["--keep", "0", "1.20", "--unused-since", "2023-12-01"]), "1.20.14");
}

#[test]
fn what_the_kept_history_leads_to_stays_and_what_it_forgets_goes() {
    let sandbox = six();
    sandbox.gvm(&["use", "1.20.13"]).ok();
    for _ in 0..4 {
        sandbox.gvm(&["use", "1.21.12"]).ok();
        sandbox.gvm(&["use", "1.22"]).ok();
    }
    // Ten generations: the second leads to 1.20.13.
    let run = sandbox.gvm(&["-v", "prune", "1.20"]).ok();
    assert!(run.stderr.contains("go1.20.13 stays: it is kept for generation 2 of the history"), "{run}");
    assert!(run.stderr.contains("there is nothing to prune"), "{run}");
    assert_eq!(sandbox.gvm(&["prune", "1.20"]).ok().stderr, "there is nothing to prune\n");
    sandbox.gvm(&["use", "1.21.12"]).ok();
    sandbox.gvm(&["use", "1.22"]).ok();
    sandbox.gvm(&["uninstall", "1.20.13"]).fails(9);
    assert_eq!(would_remove(&sandbox, &["1.20"]), "1.20.13");
    let told = json_of(&sandbox, &["prune", "1.20", "--json"]);
    assert_eq!(told, json!({"removed": ["1.20.13"], "generations": 2, "deleted": []}));
    assert_eq!(trash(&sandbox).len(), 4);
}

#[test]
fn a_dry_run_says_where_there_is_nothing_to_do() {
    let sandbox = with_installed(&["1.22.5"]);
    for (args, told) in [
        (&["prune", "-n"][..], "there is nothing to prune\n"),
        (&["prune", "9.9", "-n"], "there is nothing to prune\n"),
        (&["prune", "--trash", "-n"], "there is nothing in the trash to delete\n"),
    ] {
        let run = sandbox.gvm(args).ok();
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", told));
    }
}
