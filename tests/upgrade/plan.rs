//! Where an upgrade goes, and what it says.

use serde_json::{Value, json};

use crate::support::{FakeGo, Mirror, Run, Sandbox};
use crate::{NEW, OLD, current, history, nothing_is_staged, scene, state};

/// These versions in a mirror, the first ones installed, and the first of all current.
fn stocked(installed: &[&str], others: &[&str]) -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in installed.iter().chain(others) {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&[&["install", "--use"], installed].concat()).ok();
    (mirror, sandbox)
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("JSON on stdout: {run}"))
}

#[test]
fn an_upgrade_goes_to_the_newest_patch_of_the_current_line() {
    let (_mirror, sandbox) = stocked(&[OLD], &["1.22.5", NEW, "1.23.1", "1.22rc1"]);
    for name in ["upgrade", "update", "up"] {
        sandbox.gvm(&["use", OLD]).ok();
        let run = sandbox.gvm(&[name]).ok();
        assert_eq!(current(&sandbox), NEW);
        assert!(run.stderr.contains("now go1.22.6 (was go1.22.4); back: gvm-rs rollback\n"), "{run}");
        assert_eq!(run.stdout, "");
    }
    // What was there stays.
    assert_eq!(sandbox.gvm(&["list"]).ok().stdout.lines().count(), 2);
    nothing_is_staged(&sandbox);
    sandbox.gvm(&["rollback"]).ok();
    assert_eq!(current(&sandbox), OLD);
}

#[test]
fn an_installed_newest_patch_is_switched_to_without_a_download() {
    let (mirror, sandbox) = stocked(&[OLD, NEW], &[]);
    let downloads = || mirror.requests().iter().filter(|r| r.path().ends_with(".tar.gz")).count();
    let before = downloads();
    sandbox.gvm(&["upgrade"]).ok();
    assert_eq!((current(&sandbox).as_str(), downloads()), (NEW, before));
}

#[test]
fn with_to_minor_it_goes_to_the_newest_stable_release() {
    let (_mirror, sandbox) = stocked(&[OLD], &[NEW, "1.23.1", "1.24rc1"]);
    sandbox.gvm(&["upgrade", "--to-minor"]).ok();
    assert_eq!(current(&sandbox), "1.23.1");
    let run = sandbox.gvm(&["upgrade", "--to-minor"]).ok();
    assert_eq!(run.stderr, "go1.23.1 is current, and nothing stable is newer\n");
}

#[test]
fn a_spec_says_where_to_but_never_back() {
    let (_mirror, sandbox) = stocked(&[OLD], &["1.21.13", "1.22.5", NEW, "1.23.0", "1.23.1"]);
    for (spec, version) in [("1.22.5", "1.22.5"), ("1.22", NEW), ("<1.23.1", "1.23.0"), ("1.23.x", "1.23.1")]
    {
        sandbox.gvm(&["upgrade", spec]).ok();
        assert_eq!(current(&sandbox), version, "{spec}");
    }
    for spec in ["1.21", "1.23.0", "1.23.1"] {
        let before = state(&sandbox);
        let run = sandbox.gvm(&["upgrade", spec]).ok();
        let said = format!(
            "nothing to do: `{spec}` is not newer than go1.23.1, which is current\n\
             hint: `gvm-rs use '{spec}'` switches to it all the same\n"
        );
        assert_eq!((run.stderr, state(&sandbox)), (said, before));
    }
    sandbox.gvm(&["upgrade", "1.99"]).fails(3);
    sandbox.gvm(&["upgrade", "prev"]).fails(2);
    sandbox.gvm(&["upgrade", "1.23", "--all"]).fails(2);
    sandbox.gvm(&["upgrade", "1.23", "--to-minor"]).fails(2);
}

#[test]
fn where_nothing_is_newer_nothing_happens_and_the_next_line_is_hinted_at() {
    let (_mirror, sandbox) = stocked(&[NEW], &[OLD, "1.23.1"]);
    let before = state(&sandbox);
    let run = sandbox.gvm(&["upgrade"]).ok();
    let said = "go1.22.6 is the newest of its line\nhint: `gvm-rs upgrade --to-minor` goes to go1.23.1\n";
    assert_eq!((run.stderr.as_str(), state(&sandbox)), (said, before));
    let nothing = json(&sandbox.gvm(&["upgrade", "--json"]).ok());
    assert_eq!((&nothing["steps"], &nothing["switched"]), (&json!([]), &Value::Null));
}

#[test]
fn with_all_each_line_gets_its_newest_patch_and_the_current_one_is_switched() {
    let (_mirror, sandbox) =
        stocked(&[OLD, "1.21.12", "1.23.1", "1.20.13"], &["1.21.13", NEW, "1.23.1", "1.24.0", "1.20.14"]);
    let run = sandbox.gvm(&["upgrade", "--all", "--json"]).ok();
    let steps: Vec<String> = json(&run)["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| format!("{} {} {}", step["from"], step["to"], step["current"]).replace('"', ""))
        .collect();
    assert_eq!(steps, ["1.22.4 1.22.6 true", "1.21.12 1.21.13 false", "1.20.13 1.20.14 false"]);
    assert_eq!(current(&sandbox), NEW);
    let listed = sandbox.gvm(&["list"]).ok().stdout;
    for version in [OLD, NEW, "1.21.12", "1.21.13", "1.20.13", "1.20.14", "1.23.1"] {
        assert!(listed.contains(&format!("go{version} ")), "{version}: {listed}");
    }
    assert!(!listed.contains("go1.24"), "{listed}");
    let run = sandbox.gvm(&["upgrade", "--all"]).ok();
    assert_eq!(run.stderr, "every installed line is up to date\n");
}

#[test]
fn with_all_a_line_that_fails_does_not_keep_the_others() {
    use crate::support::Broken;
    let (mirror, sandbox) = stocked(&[OLD, "1.21.12"], &["1.21.13"]);
    mirror.add(FakeGo::new(NEW).padding(2000).broken_binary(Broken::CannotBuild));
    let run = sandbox.gvm(&["upgrade", "--all"]).fails(7);
    assert!(run.stderr.contains("`go` is still go1.22.4"), "{run}");
    assert!(run.stderr.contains("error: 1 of 2 failed"), "{run}");
    let listed = sandbox.gvm(&["list"]).ok().stdout;
    assert!(listed.contains("go1.21.13 ") && !listed.contains(NEW), "{listed}");
    assert_eq!(current(&sandbox), OLD);
}

#[test]
fn a_dry_run_shows_the_steps_and_changes_nothing() {
    let (_mirror, sandbox) = stocked(&[OLD, "1.21.12", "1.21.13"], &[NEW, "1.23.1"]);
    let before = state(&sandbox);
    let run = sandbox.gvm(&["upgrade", "-n", "--check", "touch ~/touched"]).ok();
    assert_eq!(run.stdout, "* go1.22.4     go1.22.6\n");
    let run = sandbox.gvm(&["upgrade", "--dry-run", "--all", "--json"]).ok();
    let step = json!({"from": OLD, "to": NEW, "current": true, "was_there": false});
    assert_eq!(json(&run), json!({"dry_run": true, "steps": [step]}));
    sandbox.gvm(&["upgrade", "--dry-run", "--to-minor", "--rebuild-tools"]).ok();
    assert_eq!(state(&sandbox), before);
    assert!(!sandbox.home().join("touched").exists());
}

#[test]
fn a_candidate_goes_to_the_next_and_then_to_its_release() {
    let (mirror, sandbox) = stocked(&["1.24rc1"], &[NEW]);
    let run = sandbox.gvm(&["upgrade"]).ok();
    assert!(run.stderr.starts_with("go1.24rc1 is the newest of its line"), "{run}");
    mirror.add(FakeGo::new("1.24rc2").padding(2000));
    sandbox.gvm(&["upgrade", "--refresh"]).ok();
    assert_eq!(current(&sandbox), "1.24rc2");
    mirror.add(FakeGo::new("1.24.0").padding(2000));
    sandbox.gvm(&["upgrade", "--refresh"]).ok();
    assert_eq!(current(&sandbox), "1.24.0");
}

#[test]
fn the_result_as_json_names_steps_switch_and_shells() {
    let (_mirror, sandbox) = scene(None);
    let told = json(&sandbox.gvm(&["upgrade", "--json"]).ok());
    assert_eq!(told["steps"], json!([{"from": OLD, "to": NEW, "current": true, "was_there": false}]));
    let switched = json!({
        "from": {"generation": 1, "version": OLD}, "to": {"generation": 2, "version": NEW}, "changed": true
    });
    assert_eq!((&told["switched"], &told["dry_run"]), (&switched, &json!(false)));
    assert_eq!(told["shells"][0]["sight"], "missed", "its bin is not on this PATH: {told}");
    assert_eq!(told["tools"]["outdated"], json!([]));
    assert_eq!(history(&sandbox), [OLD, NEW]);
}

#[test]
fn without_a_current_toolchain_there_is_nothing_to_upgrade() {
    let run = Sandbox::new().gvm(&["--offline", "upgrade"]).fails(4);
    assert_eq!(run.stderr, "error: nothing is current\nhint: run `gvm-rs use latest`\n");
}
