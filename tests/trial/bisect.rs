//! `bisect`: the right release, in as few runs as can be, and plain words where there is none.

use serde_json::{Value, json};

use crate::Stage;
use crate::support::{Broken, FakeGo, Run};

/// Two lines of patch releases and the start of a third.
const RELEASES: [&str; 20] = [
    "1.21.0", "1.21.1", "1.21.2", "1.21.3", "1.21.4", "1.21.5", "1.21.6", "1.21.7", "1.22rc1", "1.22rc2",
    "1.22.0", "1.22.1", "1.22.2", "1.22.3", "1.22.4", "1.22.5", "1.22.6", "1.23.0", "1.23.1", "1.23.2",
];

fn stable() -> Vec<&'static str> {
    RELEASES.into_iter().filter(|version| !version.contains("rc")).collect()
}

/// A command that logs its release and exits as told for it; with 0 for all others.
fn exits(codes: &[(&str, i32)]) -> String {
    let cases: String =
        codes.iter().map(|(version, code)| format!("*\\ go{version}\\ *) exit {code};; ")).collect();
    format!("v=$(go version); echo \"$v\" >>log; case $v in {cases}*) exit 0;; esac")
}

/// A command that fails from a release on.
fn fails_from(version: &str) -> String {
    let from = RELEASES.iter().position(|known| *known == version).unwrap();
    exits(&RELEASES[from..].iter().map(|version| (*version, 1)).collect::<Vec<_>>())
}

fn bisect(stage: &Stage, args: &[&str], script: &str) -> Run {
    std::fs::remove_file(stage.sandbox.home().join("log")).ok();
    stage.gvm(&[&["bisect"][..], args, &["--", "sh", "-c", script]].concat())
}

fn log2_up(n: usize) -> usize {
    n.next_power_of_two().trailing_zeros() as usize
}

#[test]
fn the_first_release_that_fails_is_found_wherever_it_is() {
    let stage = Stage::of(&RELEASES);
    let stable = stable();
    for at in [1, 2, 7, 8, 9, 14, 17] {
        let before = stage.archives();
        let args = ["--good", "1.21.0", "--bad", "1.23", "--json"];
        let run = bisect(&stage, &args, &fails_from(stable[at])).ok();
        let told = crate::json(&run);
        assert_eq!(told["first_failing"], stable[at], "{run}");
        assert_eq!(told["last_working"], stable[at - 1], "{run}");
        assert_eq!(told["skipped_between"], json!([]));
        assert_eq!(told["candidates"], json!(stable));
        let runs = stage.lines("log");
        assert!(runs.len() <= log2_up(stable.len()) + 2, "{} runs: {runs:?}", runs.len());
        assert_eq!(told["runs"], json!(runs.len()));
        assert_eq!(told["steps"].as_array().unwrap().len(), runs.len());
        // Each release is fetched once, but the one that is installed.
        let fetched = stage.archives() - before;
        assert_eq!(fetched, runs.len() - 1, "{runs:?}");
    }
}

#[test]
fn each_step_is_told_and_at_the_end_how_to_have_both() {
    let stage = Stage::of(&RELEASES);
    let script = format!("echo \"here is $(go version)\"; {}", fails_from("1.22.3"));
    let run = bisect(&stage, &["--good", "1.21.0", "--bad", "1.22"], &script).ok();
    assert_eq!(run.stdout, "go1.22.3 is the first release that fails\ngo1.22.2, the one before it, works\n");
    let said: Vec<&str> = run.stderr.lines().filter(|line| !line.starts_with("downloading ")).collect();
    assert_eq!(said[0], "15 releases from go1.21.0 to go1.22.6: at most 6 runs");
    assert!(said[1].starts_with("go1.21.0: works (exit code 0, "), "{run}");
    assert!(said[2].starts_with("go1.22.6: fails (exit code 1, "), "{run}");
    assert!(
        said[3].starts_with("go1.21.7: works (") && said[3].ends_with("; 6 left, at most 3 more runs"),
        "{run}"
    );
    for told in [
        "--- output under go1.22.3\nhere is go version go1.22.3 linux/amd64\n---\n",
        "hint: `gvm-rs install 1.22.2 1.22.3` installs both\n",
        " runs, ",
    ] {
        assert!(run.stderr.contains(told), "{told}: {run}");
    }
    assert_eq!(run.stderr.matches("--- output").count(), 1, "{run}");
    let run = bisect(&stage, &["--good", "1.21.0", "--bad", "1.22", "--output"], &script).ok();
    assert_eq!(run.stderr.matches("--- output").count(), stage.lines("log").len(), "{run}");
    let run = stage.gvm(&["-q", "bisect", "--good=1.21.0", "--bad=1.22", "sh", "-c", &script]).ok();
    assert_eq!(run.stderr, "");
}

#[test]
fn the_other_way_round_it_finds_what_works_again() {
    let stage = Stage::of(&RELEASES);
    let broken: Vec<(&str, i32)> = RELEASES[..14].iter().map(|version| (*version, 1)).collect();
    let args = ["--bad", "1.21.0", "--good", "1.23"];
    let run = bisect(&stage, &args, &exits(&broken)).ok();
    assert_eq!(
        run.stdout,
        "go1.22.4 is the first release that works again\ngo1.22.3, the one before it, fails\n"
    );
    let run = bisect(&stage, &[&args[..], &["--json"]].concat(), &exits(&broken)).ok();
    let told = crate::json(&run);
    assert_eq!((&told["first_working"], &told["last_failing"]), (&json!("1.22.4"), &json!("1.22.3")));
}

#[test]
fn prereleases_are_candidates_only_where_that_is_asked_for() {
    let stage = Stage::of(&RELEASES);
    let script = fails_from("1.22rc1");
    let args = ["--good", "1.21.5", "--bad", "1.22.1", "--json"];
    let told = crate::json(&bisect(&stage, &args, &script).ok());
    assert_eq!((&told["first_failing"], &told["last_working"]), (&json!("1.22.0"), &json!("1.21.7")));
    let told = crate::json(&bisect(&stage, &[&args[..], &["--rc"]].concat(), &script).ok());
    assert_eq!((&told["first_failing"], &told["last_working"]), (&json!("1.22rc1"), &json!("1.21.7")));
    // As an end it is one in any case.
    let args = ["--good", "1.22rc1", "--bad", "1.22.1", "--json"];
    let told = crate::json(&bisect(&stage, &args, &fails_from("1.22.0")).ok());
    assert_eq!((&told["first_failing"], &told["last_working"]), (&json!("1.22.0"), &json!("1.22rc1")));
}

#[test]
fn what_cannot_tell_is_skipped_and_owned_up_to() {
    let stage = Stage::of(&RELEASES);
    let args = ["--good", "1.22.0", "--bad", "1.22.6", "--json"];
    let late = [("1.22.5", 1), ("1.22.6", 1)];
    let run = bisect(&stage, &args, &exits(&[&late[..], &[("1.22.2", 125), ("1.22.3", 125)]].concat())).ok();
    assert_eq!(crate::json(&run)["first_failing"], "1.22.5", "{run}");
    // Skipped right at the change: then it is one of several.
    let hidden = exits(&[("1.22.3", 125), ("1.22.4", 125), ("1.22.5", 1), ("1.22.6", 1)]);
    let run = bisect(&stage, &args, &hidden).fails(1);
    let told = crate::json(&run);
    assert_eq!(told["skipped_between"], json!(["1.22.3", "1.22.4"]));
    assert_eq!((&told["first_failing"], &told["last_working"]), (&Value::Null, &Value::Null));
    assert_eq!(told["known"], json!({"before": "1.22.2", "after": "1.22.5"}));
    let run = bisect(&stage, &args[..4], &hidden).fails(1);
    assert_eq!(
        run.stdout,
        "the first release that fails is one of go1.22.3, go1.22.4, go1.22.5\ngo1.22.2 works\n"
    );
    assert!(run.stderr.ends_with("error: no single release could be named\n"), "{run}");
}

#[test]
fn a_release_that_does_not_run_here_or_is_not_there_is_skipped() {
    let stage = Stage::of(&RELEASES);
    stage.mirror.add(FakeGo::new("1.22.3").padding(2000).broken_binary(Broken::ExitsOne));
    stage.mirror.behave_archive("1.22.2", vec![crate::support::Behaviour::Status(404)]);
    let args = ["--good", "1.22.0", "--bad", "1.22.6"];
    let run = bisect(&stage, &args, &fails_from("1.22.5")).ok();
    assert!(run.stdout.starts_with("go1.22.5 is the first release that fails\n"), "{run}");
    let run = bisect(&stage, &args, &fails_from("1.22.4")).fails(1);
    assert!(run.stdout.contains("is one of go1.22.2, go1.22.3, go1.22.4\n"), "{run}");
    assert!(run.stderr.contains("go1.22.3: cannot tell (cannot install go1.22.3: it does not work"), "{run}");
    // An end must be there, and wrong bytes end it all.
    bisect(&stage, &["--good", "1.22.2", "--bad", "1.22.6"], "exit 0").fails(5);
    stage.forge("1.22.1");
    bisect(&stage, &["--good", "1.22.0", "--bad", "1.22.2"], &fails_from("1.22.2")).fails(5);
    bisect(&stage, &["--good", "1.22.1", "--bad", "1.22.6"], "exit 0").fails(6);
}

#[test]
fn ends_that_are_not_as_named_are_told_before_anything_else() {
    let stage = Stage::of(&RELEASES);
    let script = format!("echo \"here is $(go version)\"; {}", fails_from("1.22.3"));
    for (good, bad, runs, told) in [
        ("1.22.4", "1.22.6", 1, "go1.22.4 was named as good, but there the command fails"),
        ("1.21.0", "1.22.2", 2, "go1.22.2 was named as bad, but there the command works"),
        ("1.22.2", "1.21.0", 1, "go1.21.0 was named as bad, but there the command works"),
    ] {
        let run = bisect(&stage, &["--good", good, "--bad", bad], &script).fails(1);
        assert!(run.stderr.contains(told) && run.stdout.is_empty(), "{run}");
        assert!(
            run.stderr.contains("--- output under ") && run.stderr.contains("hint: `gvm-rs try "),
            "{run}"
        );
        assert_eq!(stage.lines("log").len(), runs);
    }
    let run = bisect(&stage, &["--good", "1.21.0", "--bad", "1.22"], "exit 125").fails(1);
    assert!(run.stderr.contains("go1.21.0 was named as good, but there the command cannot tell"), "{run}");
    for (good, bad, code, told) in [
        ("1.22", "1.22.6", 2, "the good and the bad end are both go1.22.6"),
        ("1.99", "1.22", 3, "no Go release matches `1.99`"),
        ("1.21.0", "1.22.99", 3, "no Go release matches `1.22.99`"),
        ("-", "1.22", 4, "there is nothing to go back to"),
    ] {
        let run = bisect(&stage, &["--good", good, "--bad", bad], &script).fails(code);
        assert!(run.stderr.contains(told) && stage.lines("log").is_empty(), "{run}");
    }
}

#[test]
fn a_command_that_cannot_run_or_is_killed_ends_the_search() {
    let stage = Stage::of(&RELEASES);
    let ends = ["--good", "1.21.0", "--bad", "1.21.7"];
    for code in [126, 127] {
        let script = exits(&[("1.21.7", 1), ("1.21.3", code)]);
        let run = bisect(&stage, &ends, &script).fails(code);
        assert!(run.stderr.contains("the command could not be run under go1.21.3 (exit code 12"), "{run}");
    }
    let run = bisect(&stage, &ends, "case $(go version) in *1.21.7*) kill -KILL $$;; esac").fails(1);
    assert!(run.stderr.contains("the command was killed under go1.21.7 (signal 9)"), "{run}");
    // A crash is a failure like any other.
    let script = "case $(go version) in *go1.21.[4567]*) kill -SEGV $$;; esac";
    let run = bisect(&stage, &ends, script).ok();
    assert!(run.stdout.starts_with("go1.21.4 is the first"), "{run}");
    std::fs::write(stage.sandbox.home().join("text"), "no program").unwrap();
    stage.gvm(&["bisect", "--good", "1.21.0", "--bad", "1.21.7", "./text"]).fails(126);
}

#[test]
fn neighbours_need_only_their_own_runs() {
    let stage = Stage::of(&RELEASES);
    let run = bisect(&stage, &["--good", "1.21.7", "--bad", "1.22.0"], &fails_from("1.22.0")).ok();
    assert_eq!(stage.lines("log").len(), 2);
    assert!(run.stdout.starts_with("go1.22.0 is the first release that fails\ngo1.21.7, the"), "{run}");
    assert!(run.stderr.contains("2 releases from go1.21.7 to go1.22.0: at most 2 runs"), "{run}");
}

#[test]
fn with_keep_what_was_fetched_is_installed_and_nothing_else() {
    let stage = Stage::of(&RELEASES);
    let args = ["bisect", "--keep", "--good", "1.22.0", "--bad", "1.22.6", "--", "sh", "-c"];
    stage.sandbox.gvm(&[&args[..], &[&fails_from("1.22.3")]].concat()).ok();
    let mut run: Vec<String> =
        stage.lines("log").iter().map(|line| line.split(' ').nth(2).unwrap().into()).collect();
    run.push("go1.21.0".to_owned());
    run.sort();
    let list = stage.sandbox.gvm(&["list"]).ok();
    let mut installed: Vec<&str> = list.stdout.lines().map(|line| line.split(' ').next().unwrap()).collect();
    installed.sort_unstable();
    assert_eq!(installed, run);
    assert_eq!(stage.sandbox.gvm(&["current"]).ok().out(), "go1.21.0");
}
