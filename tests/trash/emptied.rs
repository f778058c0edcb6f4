//! What is in the trash is deleted by `prune`: all of it when told to, and after thirty days.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::support::tree_names;
use crate::{date_batch, four, json_of, trash};

#[test]
fn the_trash_is_shown_and_emptied_and_then_nothing_comes_back() {
    let sandbox = four();
    assert_eq!(sandbox.gvm(&["prune", "--trash"]).ok().stderr, "there is nothing in the trash to delete\n");
    sandbox.gvm(&["uninstall", "1.21.12"]).ok();
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    assert_eq!(sandbox.gvm(&["prune", "--trash", "-n"]).ok().stdout, "go1.21.12\ngo1.21.13\n");
    let shown = json_of(&sandbox, &["prune", "--trash", "-n", "--json"]);
    assert_eq!(shown["would_delete"], json!(["1.21.12", "1.21.13"]));
    assert!(shown["bytes"].as_u64().unwrap() > 4000);
    assert_eq!(trash(&sandbox).len(), 8);
    let run = sandbox.gvm(&["prune", "--trash", "--json"]).ok();
    assert!(
        run.stderr.starts_with("deleted go1.21.12, go1.21.13: ") && run.stderr.ends_with(" kB freed\n"),
        "{run}"
    );
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told, json!({"deleted": ["1.21.12", "1.21.13"], "bytes": shown["bytes"], "kept": []}));
    let left = tree_names(&sandbox.root());
    assert!(!left.iter().any(|name| name.contains("1.21.1")), "{left:?}");
    assert!(sandbox.gvm(&["undo"]).ok().stderr.starts_with("now go1.22.5"));
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5");
}

#[test]
fn a_prune_deletes_what_was_removed_thirty_days_ago_and_nothing_else_does() {
    let sandbox = four();
    sandbox.gvm(&["uninstall", "1.21.12"]).ok();
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    date_batch(&sandbox, 1, now - 30 * 86_400 - 60);
    date_batch(&sandbox, 2, now - 30 * 86_400 + 600);
    for args in [&["use", "1.22"][..], &["rollback"], &["prune", "-n"], &["uninstall", "1.20.1"]] {
        sandbox.gvm(args).code.unwrap();
        assert_eq!(trash(&sandbox).len(), 8, "{args:?}");
    }
    let run = sandbox.gvm(&["prune", "--json"]).ok();
    assert!(run.stderr.contains("deleted from the trash, after 30 days: go1.21.12\n"), "{run}");
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told, json!({"removed": [], "generations": 0, "deleted": ["1.21.12"]}));
    assert_eq!(trash(&sandbox), ["2/", "2/go1.21.13.unofficial.jsonl", "2/go1.21.13/", "2/record.json"]);
    // A record from the future, and one that is lost, tell of no time long ago.
    date_batch(&sandbox, 2, now + 90 * 86_400);
    sandbox.gvm(&["prune"]).ok();
    std::fs::remove_file(sandbox.root().join("trash/2/record.json")).unwrap();
    sandbox.gvm(&["prune"]).ok();
    assert_eq!(trash(&sandbox).len(), 3);
}
