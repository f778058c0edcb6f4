//! Back and forth through the generations, without the network.

use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::{go_version, said};

/// Three versions, used from the oldest to the newest, and no mirror any more.
fn three_used() -> Sandbox {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.21.13", "1.22.5", "1.23.1"]);
    for spec in ["1.21", "1.22", "1.23"] {
        sandbox.gvm(&["use", spec]).ok();
    }
    sandbox
}

fn history(sandbox: &Sandbox) -> Vec<Value> {
    serde_json::from_str(&sandbox.gvm(&["history", "--json"]).ok().stdout).unwrap()
}

#[test]
fn rollback_goes_back_and_forth_and_to_any_generation_or_version() {
    let sandbox = three_used();
    for (args, now) in [
        (&["rollback"][..], "go1.22.5"),
        (&["rollback"], "go1.23.1"),
        (&["undo"], "go1.22.5"),
        (&["undo"], "go1.23.1"),
        (&["rollback", "1"], "go1.21.13"),
        (&["rollback", "-"], "go1.23.1"),
        (&["rollback", "prev"], "go1.21.13"),
        (&["rollback", "1.22.5"], "go1.22.5"),
        (&["rollback", "go1.23.1"], "go1.23.1"),
        (&["rollback", "2"], "go1.22.5"),
    ] {
        let before = go_version(&sandbox);
        let run = sandbox.gvm(args).ok();
        assert_eq!(said(&run), format!("now {now} (was {before}); back: gvm-rs rollback"), "{args:?}");
        assert_eq!(go_version(&sandbox), now, "{args:?}");
    }
}

#[test]
fn a_rollback_that_is_impossible_changes_nothing() {
    let sandbox = three_used();
    for (args, code, told) in [
        (&["rollback", "99"][..], 4, "there is no generation 99"),
        (&["rollback", "1.20"], 4, "go1.20 is not installed"),
        (&["rollback", "1.22"], 2, "`1.22` is neither a generation's number nor an exact version"),
        (&["rollback", "latest"], 2, "`latest` is neither"),
        (&["rollback", "-1"], 2, "-1"),
        (&["rollback", "1", "2"], 2, "unexpected argument"),
    ] {
        let run = sandbox.gvm(args).fails(code);
        assert!(run.stderr.contains(told), "{run}");
    }
    assert_eq!(go_version(&sandbox), "go1.23.1");
    assert_eq!(history(&sandbox).len(), 3);

    let fresh = Sandbox::new();
    let run = fresh.gvm(&["rollback"]).fails(4);
    assert!(run.stderr.contains("there is nothing to go back to"), "{run}");
}

#[test]
fn a_version_that_is_gone_is_passed_over() {
    let sandbox = three_used();
    sandbox.gvm(&["uninstall", "--force", "1.22.5"]).ok();
    let run = sandbox.gvm(&["rollback", "2"]).fails(4);
    assert!(run.stderr.contains("go1.22.5 is not installed"), "{run}");
    assert!(run.stderr.contains("gvm-rs install 1.22.5"), "{run}");
    sandbox.gvm(&["rollback"]).ok();
    assert_eq!(go_version(&sandbox), "go1.21.13");
    sandbox.gvm(&["uninstall", "--force", "1.23.1"]).ok();
    sandbox.gvm(&["rollback"]).fails(4);
    assert_eq!(go_version(&sandbox), "go1.21.13");
}

#[test]
fn history_tells_every_switch() {
    let sandbox = three_used();
    sandbox.gvm(&["rollback"]).ok();
    sandbox.gvm(&["uninstall", "--force", "1.21.13"]).ok();
    let entries = history(&sandbox);
    let facts: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let at = entry["at"].as_str().unwrap();
            assert!(at.len() == 20 && at.starts_with("20") && at.ends_with('Z'), "{at}");
            assert_eq!(entry.as_object().unwrap().len(), 7);
            json!([
                entry["generation"],
                entry["version"],
                entry["command"],
                entry["from"],
                entry["current"],
                entry["installed"]
            ])
        })
        .collect();
    assert_eq!(
        facts,
        [
            json!([1, "1.21.13", "use 1.21", null, false, false]),
            json!([2, "1.22.5", "use 1.22", 1, false, true]),
            json!([3, "1.23.1", "use 1.23", 2, false, true]),
            json!([4, "1.22.5", "rollback", 3, true, true]),
        ]
    );
    let shown = sandbox.gvm(&["history"]).ok().stdout;
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("     1  go1.21.13"), "{shown}");
    assert!(lines[0].ends_with("use 1.21 (not installed any more)"), "{shown}");
    assert!(lines[3].starts_with("*    4  go1.22.5") && lines[3].ends_with("rollback"), "{shown}");
}

#[test]
fn history_does_not_need_its_records() {
    let sandbox = three_used();
    std::fs::write(sandbox.root().join("generations/1/record.json"), "\u{1b}[2J not JSON").unwrap();
    std::fs::remove_file(sandbox.root().join("generations/2/record.json")).unwrap();
    assert_eq!(history(&sandbox).len(), 3);
    assert!(!sandbox.gvm(&["history"]).ok().stdout.contains('\x1b'));
    sandbox.gvm(&["rollback", "1"]).ok();
    assert_eq!(go_version(&sandbox), "go1.21.13");
}

#[test]
fn history_of_nothing_is_empty() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.gvm(&["history"]).ok().stdout, "");
    assert_eq!(history(&sandbox), [Value::Null; 0]);
}

#[test]
fn a_switch_is_dated_when_it_happens_and_not_when_the_command_began() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.21.13"]);
    let check = "began=$(date +%s); until test $(date +%s) -gt $began; do :; done; date +%s >~/checked";
    sandbox.gvm(&["use", "1.21.13", "--check", check]).ok();
    let record = std::fs::read_to_string(sandbox.root().join("generations/1/record.json")).unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    let checked = std::fs::read_to_string(sandbox.home().join("checked")).unwrap();
    assert!(record["at"].as_u64() >= checked.trim().parse().ok(), "{record} {checked}");
}
