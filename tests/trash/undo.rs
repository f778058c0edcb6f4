//! `undo` after removals: all of a batch, from the last one back, without the network.

use serde_json::json;

use crate::support::{FakeGo, Mirror};
use crate::{four, json_of, runs, traces, trash};

#[test]
fn what_was_removed_is_brought_back_whole_and_without_the_network() {
    let sandbox = four();
    let before = traces(&sandbox, "1.21.13");
    let run = sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    assert!(run.stderr.starts_with("removed go1.21.13 (back: gvm-rs undo; free its "), "{run}");
    assert!(run.stderr.ends_with(" kB: gvm-rs prune --trash)\n"), "{run}");
    assert_eq!(traces(&sandbox, "1.21.13"), Vec::<String>::new());
    assert_eq!(trash(&sandbox), ["1/", "1/go1.21.13.unofficial.jsonl", "1/go1.21.13/", "1/record.json"]);
    let record = std::fs::read_to_string(sandbox.root().join("trash/1/record.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(
        (&record["command"], &record["generation"], &record["format"]),
        (&json!("uninstall 1.21.13"), &json!(2), &json!(1))
    );
    let run = sandbox.gvm(&["--offline", "undo"]).ok();
    assert_eq!(run.stderr, "go1.21.13 is installed again\n");
    assert_eq!(traces(&sandbox, "1.21.13"), before);
    assert_eq!(trash(&sandbox), Vec::<String>::new());
    runs(&sandbox, "1.21.13");
    assert_eq!(json_of(&sandbox, &["current", "--json"])["version"], "1.23.1");
}

#[test]
fn undo_brings_back_batch_by_batch_and_then_switches() {
    let sandbox = four();
    sandbox.gvm(&["uninstall", "1.21.12"]).ok();
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    for (told, now) in [
        (json!({"brought_back": ["1.21.13"], "installed_anew": []}), "go1.23.1 go1.22.5 go1.21.13"),
        (json!({"brought_back": ["1.21.12"], "installed_anew": []}), "go1.23.1 go1.22.5 go1.21.13 go1.21.12"),
    ] {
        assert_eq!(json_of(&sandbox, &["undo", "--json"]), told);
        assert_eq!(sandbox.installed(), now);
    }
    let told = json_of(&sandbox, &["undo", "--json"]);
    assert_eq!((&told["to"]["version"], &told["changed"]), (&json!("1.22.5"), &json!(true)));
    assert_eq!(json_of(&sandbox, &["undo", "--json"])["to"]["version"], "1.23.1");
}

#[test]
fn what_one_command_removed_comes_back_together() {
    let sandbox = four();
    let run = sandbox.gvm(&["uninstall", "1.21.12", "1.21.13"]).ok();
    let told: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(told[..2], ["removed go1.21.12", "removed go1.21.13"]);
    assert!(told[2].starts_with("back: gvm-rs undo; free ") && told.len() == 3, "{run}");
    let run = sandbox.gvm(&["undo"]).ok();
    assert_eq!(run.stderr, "go1.21.13 is installed again\ngo1.21.12 is installed again\n");
    let run = sandbox.gvm(&["prune"]).ok();
    assert!(run.stderr.starts_with("removed go1.21.12 (back: gvm-rs undo; free its "), "{run}");
    sandbox.gvm(&["undo"]).ok();
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5 go1.21.13 go1.21.12");
}

#[test]
fn after_a_switch_undo_takes_the_switch_back_and_a_version_can_be_named() {
    let sandbox = four();
    sandbox.gvm(&["uninstall", "1.21.12", "1.21.13"]).ok();
    sandbox.gvm(&["use", "1.22"]).ok();
    let run = sandbox.gvm(&["undo"]).ok();
    assert!(run.stderr.starts_with("now go1.23.1 (was go1.22.5)"), "{run}");
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5");
    let run = sandbox.gvm(&["undo", "1.21.13", "1.20.1"]).fails(4);
    assert!(run.stderr.contains("error: go1.20.1 is not in the trash"), "{run}");
    assert!(run.stderr.contains("hint: `gvm-rs prune --trash --dry-run` shows what is"), "{run}");
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5");
    sandbox.gvm(&["undo", "1.21"]).fails(2);
    assert_eq!(sandbox.gvm(&["undo", "go1.21.12"]).ok().stderr, "go1.21.12 is installed again\n");
    assert_eq!(trash(&sandbox), ["1/", "1/go1.21.13.unofficial.jsonl", "1/go1.21.13/", "1/record.json"]);
    sandbox.gvm(&["undo", "1.21.13"]).ok();
    assert_eq!(trash(&sandbox), Vec::<String>::new());
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5 go1.21.13 go1.21.12");
}

#[test]
fn a_removal_with_nothing_current_is_undone_too() {
    let sandbox = crate::with_installed(&["1.21.13"]);
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    assert_eq!(sandbox.installed(), "");
    sandbox.gvm(&["undo"]).ok();
    assert_eq!(sandbox.installed(), "go1.21.13");
    let run = sandbox.gvm(&["undo"]).fails(4);
    assert!(run.stderr.contains("there is nothing to go back to"), "{run}");
}

#[test]
fn what_was_installed_anew_stays_and_so_does_the_removed_copy() {
    let mirror = Mirror::start();
    for version in ["1.21.12", "1.21.13", "1.22.5"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = crate::support::Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.21.12", "1.21.13"]).ok();
    sandbox.gvm(&["use", "1.22"]).ok();
    sandbox.gvm(&["uninstall", "1.21.12", "1.21.13"]).ok();
    sandbox.gvm(&["install", "1.21.13"]).ok();
    let run = sandbox.gvm(&["undo"]).ok();
    assert!(run.stderr.contains("go1.21.12 is installed again\n"), "{run}");
    assert!(
        run.stderr.contains("note: go1.21.13 was installed anew; the removed copy stays in the trash"),
        "{run}"
    );
    assert_eq!(sandbox.installed(), "go1.22.5 go1.21.13 go1.21.12");
    assert_eq!(trash(&sandbox), ["1/", "1/go1.21.13.unofficial.jsonl", "1/go1.21.13/", "1/record.json"]);
    for args in [&["undo"][..], &["undo", "1.21.13"]] {
        let run = sandbox.gvm(args).fails(9);
        assert!(run.stderr.contains("error: go1.21.13 was installed anew since it was removed"), "{run}");
        assert!(run.stderr.contains("hint: `gvm-rs rollback`"), "{run}");
    }
    // Removed a second time it is there twice, and the last one comes back first.
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    sandbox.gvm(&["undo"]).ok();
    assert_eq!(sandbox.installed(), "go1.22.5 go1.21.13 go1.21.12");
    runs(&sandbox, "1.21.13");
}

#[test]
fn a_tree_in_the_trash_without_its_manifest_is_not_brought_back() {
    let sandbox = four();
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    std::fs::remove_file(sandbox.root().join("trash/1/go1.21.13.unofficial.jsonl")).unwrap();
    let run = sandbox.gvm(&["undo"]).fails(10);
    assert!(run.stderr.contains("trash/1/go1.21.13` is damaged: its manifest is missing"), "{run}");
    assert_eq!(traces(&sandbox, "1.21.13"), Vec::<String>::new());
    sandbox.gvm(&["prune", "--trash"]).ok();
    assert_eq!(trash(&sandbox), Vec::<String>::new());
}

#[test]
fn a_lost_record_is_no_reason_to_lose_a_toolchain() {
    let sandbox = four();
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    std::fs::write(sandbox.root().join("trash/1/record.json"), "\u{1b}[2J not JSON").unwrap();
    // Nobody can tell any more what was current then.
    let run = sandbox.gvm(&["undo"]).ok();
    assert!(run.stderr.starts_with("now go1.22.5"), "{run}");
    sandbox.gvm(&["undo", "1.21.13"]).ok();
    runs(&sandbox, "1.21.13");
}

#[test]
fn purged_is_deleted_at_once() {
    let sandbox = four();
    let run = sandbox.gvm(&["uninstall", "--purge", "1.21.13", "--json"]).ok();
    assert_eq!(run.stderr, "removed go1.21.13\n");
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told, json!({"removed": ["1.21.13"], "in_trash": []}));
    let left = crate::support::tree_names(&sandbox.root());
    assert!(!left.iter().any(|name| name.contains("1.21.13")), "{left:?}");
    assert!(sandbox.gvm(&["undo"]).ok().stderr.starts_with("now go1.22.5"));
}
