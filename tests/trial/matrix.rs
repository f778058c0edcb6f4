//! `matrix`: which toolchains a spec means, what the table says, and what the exit code.

use serde_json::{Value, json};

use crate::support::{Broken, FakeGo, Run};
use crate::{Stage, until};

const ALL: [&str; 6] = ["1.21.12", "1.21.13", "1.22.5", "1.22.6", "1.23.1", "1.24rc1"];

/// Fails under 1.22.
const PICKY: &str = "v=$(go version); echo \"said by $v\"; case $v in *go1.22*) echo no >&2; exit 3;; esac";

fn results(run: &Run) -> Vec<(String, String)> {
    let rows = crate::json(run)["rows"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(&row["name"]), text(&row["result"]))).collect()
}

fn names(run: &Run) -> String {
    results(run).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_table_tells_each_toolchain_and_the_output_of_the_failed_ones() {
    let stage = Stage::of(&ALL);
    let run = stage.gvm(&["matrix", "1.21.12", "1.22.5", "1.23.1", "--", "sh", "-c", PICKY]).fails(1);
    let lines: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["VERSION", "RESULT", "EXIT", "SECONDS"]);
    let without_time: Vec<&[&str]> = lines[1..].iter().map(|line| &line[..3]).collect();
    assert_eq!(
        without_time,
        [["go1.21.12", "ok", "0"], ["go1.22.5", "failed", "3"], ["go1.23.1", "ok", "0"]]
    );
    assert!(lines[1..].iter().all(|line| line[3].parse::<f64>().is_ok()), "{run}");
    assert!(
        run.stderr.contains("--- output under go1.22.5\nsaid by go version go1.22.5 linux/amd64\nno\n---\n"),
        "{run}"
    );
    assert!(!run.stderr.contains("said by go version go1.21"), "{run}");
    assert!(run.stderr.ends_with("error: 1 of 3 failed\n"), "{run}");
    // All of it where it is asked for, and none of it.
    for more in [&["--output"][..], &["-v"]] {
        let args = [&["matrix", "1.21.12"][..], more, &["--", "sh", "-c", PICKY]].concat();
        let run = stage.gvm(&args).ok();
        assert!(run.stderr.contains("said by go version go1.21.12"), "{run}");
    }
    let run = stage.gvm(&["-q", "matrix", "1.22.5", "--", "sh", "-c", PICKY]).fails(1);
    assert_eq!(run.stderr, "error: 1 of 1 failed\n");
}

#[test]
fn specs_mean_what_there_is() {
    let stage = Stage::of(&ALL);
    let of = |args: &[&str]| {
        let args = [&["matrix", "--json"][..], args, &["--", "go", "version"]].concat();
        names(&stage.gvm(&args).ok())
    };
    for (specs, meant) in [
        // Unlike for `try`, where an installed 1.21.12 would do.
        (&["1.21"][..], "go1.21.13"),
        (&["latest", "oldstable", "rc"], "go1.23.1 go1.22.6 go1.24rc1"),
        (&[">=1.21 <1.24"], "go1.21.13 go1.22.6 go1.23.1"),
        (&["~1.21.12"], "go1.21.13"),
        (&["--every", "1.21"], "go1.21.12 go1.21.13"),
        (&["--every", "1.21.12"], "go1.21.12"),
        (&["--every", ">1.21.12 <1.23"], "go1.21.13 go1.22.5 go1.22.6"),
        (&["--every", "1.x"], "go1.21.12 go1.21.13 go1.22.5 go1.22.6 go1.23.1"),
        (&["installed"], "go1.21.12"),
        (&["installed", "1.22", "1.22.6", ">=1.21"], "go1.21.12 go1.22.6 go1.21.13 go1.23.1"),
    ] {
        assert_eq!(of(specs), meant, "{specs:?}");
    }
}

#[test]
fn a_toolchain_that_cannot_be_had_is_a_row() {
    let stage = Stage::of(&ALL);
    stage.mirror.add(FakeGo::new("1.25.1").padding(2000).broken_binary(Broken::ExitsOne));
    stage.forge("1.22.5");
    let specs = ["1.21", "1.25.1", "1.22.5", "1.99", "1.98.7", "-", "1.23"];
    let run = stage.gvm(&[&["matrix", "--json"][..], &specs, &["--", "go", "version"]].concat()).fails(7);
    let expected = [
        ("go1.21.13", "ok"),
        ("go1.25.1", "could not run"),
        ("go1.22.5", "could not run"),
        ("1.99", "could not run"),
        ("go1.98.7", "could not run"),
        ("previous", "could not run"),
        ("go1.23.1", "ok"),
    ];
    assert_eq!(results(&run), expected.map(|(name, result)| (name.to_owned(), result.to_owned())));
    for told in ["go1.25.1: it does not work here", "its sha256 is", "no Go release matches `1.99`", "1.98.7"]
    {
        assert!(run.stderr.contains(told), "{told}: {run}");
    }
    let told = crate::json(&run)["rows"][2]["error"].as_str().unwrap().to_owned();
    assert!(told.starts_with("cannot install go1.22.5: http://") && told.contains("its sha256 is"), "{told}");
    assert!(run.stderr.ends_with("error: 5 of 7 failed\n"), "{run}");
    // A failure of the command itself weighs more.
    stage.gvm(&["matrix", "1.99", "1.21", "--", "sh", "-c", "exit 9"]).fails(1);
    stage.gvm(&["matrix", "1.99", "1.21", "--", "go", "version"]).fails(3);
    stage.gvm(&["--offline", "matrix", "installed", "1.22.6", "--", "go", "version"]).fails(5);
    stage.gvm(&["--offline", "matrix", "installed", "--", "go", "version"]).ok();
}

#[test]
fn as_json_each_row_has_what_the_run_came_to() {
    let stage = Stage::of(&ALL);
    let script = format!("{PICKY}; case $v in *1.23*) kill -SEGV $$;; esac");
    let specs = ["1.21.12", "1.22.5", "1.23.1", "1.99.1"];
    let args = [&["matrix", "--json"][..], &specs, &["--", "sh", "-c", &script]].concat();
    let run = stage.gvm(&args).fails(1);
    let told = crate::json(&run);
    let rows = told["rows"].as_array().unwrap();
    let fields = |row: &Value| {
        json!([row["name"], row["version"], row["result"], row["exit_code"], row["signal"], row["output"]])
    };
    let said = |version: &str, more: &str| format!("said by go version go{version} linux/amd64\n{more}");
    assert_eq!(fields(&rows[0]), json!(["go1.21.12", "1.21.12", "ok", 0, null, said("1.21.12", "")]));
    assert_eq!(fields(&rows[1]), json!(["go1.22.5", "1.22.5", "failed", 3, null, said("1.22.5", "no\n")]));
    assert_eq!(fields(&rows[2]), json!(["go1.23.1", "1.23.1", "failed", null, 11, said("1.23.1", "")]));
    assert_eq!(fields(&rows[3]), json!(["go1.99.1", "1.99.1", "could not run", null, null, null]));
    assert!(rows[0]["seconds"].as_f64().unwrap() < 60.0 && rows[3]["error"].is_string(), "{run}");
    let archives = ["1.22.5", "1.23.1"].map(|version| FakeGo::new(version).padding(2000).build().len());
    assert_eq!(told["downloaded_bytes"], json!(archives.iter().sum::<usize>()));
}

#[test]
fn fail_fast_begins_nothing_more() {
    let stage = Stage::of(&ALL);
    let script = format!("go version >>log; {PICKY}");
    let specs = ["1.21.13", "1.22.5", "1.22.6", "1.23.1", "1.24rc1"];
    let args = [&["matrix", "--fail-fast", "--json"][..], &specs, &["--", "sh", "-c", &script]].concat();
    let run = stage.gvm(&args).fails(1);
    let outcomes: Vec<String> = results(&run).into_iter().map(|(_, result)| result).collect();
    assert_eq!(outcomes, ["ok", "failed", "not run", "not run", "not run"]);
    assert_eq!(stage.lines("log").len(), 2);
    // At most the next one was on its way.
    assert!(
        stage.mirror.requests_for(&crate::support::mirror::archive_path("1.23.1", "linux-amd64")).is_empty()
    );
    // What cannot be had ends it as well.
    let run = stage.gvm(&["matrix", "--fail-fast", "--json", "1.99", "1.21", "--", "go", "version"]).fails(3);
    assert_eq!(results(&run)[1].1, "not run");
}

#[test]
fn while_one_runs_the_next_one_is_fetched() {
    let stage = Stage::of(&ALL);
    let script = "case $(go version) in *1.21*) : >ready; mkfifo go; read line <go;; esac";
    let run = stage.sandbox.spawn(&["matrix", "1.21.12", "1.22.5", "1.23.1", "--", "sh", "-c", script]);
    until("the first run", || stage.exists("ready") && stage.exists("go"));
    let asked =
        |version| stage.mirror.requests_for(&crate::support::mirror::archive_path(version, "linux-amd64"));
    until("the second archive", || asked("1.22.5").len() == 1);
    assert!(asked("1.23.1").is_empty());
    std::fs::write(stage.sandbox.home().join("go"), "on\n").unwrap();
    run.wait().ok();
    assert_eq!((asked("1.22.5").len(), asked("1.23.1").len()), (1, 1));
    stage.is_unchanged();
}

#[test]
fn runs_are_one_after_the_other_unless_jobs_says_otherwise() {
    let stage = Stage::of(&ALL);
    let specs = ["1.21.13", "1.22.5", "1.23.1"];
    let alone = "mkdir alone && ls ~/.gvm-rs/staging >/dev/null && rmdir alone";
    stage.gvm(&[&["matrix"][..], &specs, &["--", "sh", "-c", alone]].concat()).ok();
    // Each waits for the two others, though not for ever.
    let together = ": >here.$$; n=0; until [ $(ls | grep -c '^here') -ge 3 ]; do n=$((n+1)); [ $n -lt 3000 ] || exit 1; done";
    let run = stage.gvm(&[&["matrix", "-j", "3"][..], &specs, &["--", "sh", "-c", together]].concat()).ok();
    // In the order of the specs, whoever ended first.
    let order: Vec<&str> = run.stdout.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(order, ["go1.21.13", "go1.22.5", "go1.23.1"]);
}

#[test]
fn a_matrix_of_nothing_is_none() {
    let sandbox = crate::Sandbox::new();
    let run = sandbox.gvm(&["matrix", "installed", "--", "sh", "-c", "true"]).fails(4);
    assert_eq!(run.stderr, "error: no toolchain is installed\nhint: run `gvm-rs use latest`\n");
    assert_eq!(run.stdout, "");
}

#[test]
fn none_at_once_would_be_never() {
    let stage = Stage::of(&ALL[..1]);
    for args in [
        &["matrix", "--jobs", "0", "1.21", "--", "go", "version"][..],
        &["matrix", "-j0", "1.21", "--", "go", "version"],
        &["install", "-j", "0", "1.21"],
    ] {
        stage.gvm(args).fails(2);
    }
    let run = stage.sandbox.gvm_with(&[("GVM_RS_DOWNLOADS", "0")], &["list"]).fails(2);
    assert!(
        run.stderr.contains("GVM_RS_DOWNLOADS is set to something that is not a number above 0"),
        "{run}"
    );
    let config = stage.sandbox.path().join("config.toml");
    std::fs::write(&config, "downloads = 0\n").unwrap();
    stage.sandbox.gvm_with(&[("GVM_RS_CONFIG", config.to_str().unwrap())], &["list"]).fails(2);
}

#[test]
fn whoever_wrote_nothing_has_no_output_to_show() {
    let stage = Stage::of(&ALL[..2]);
    let run = stage.gvm(&["matrix", "1.21", "--", "false"]).fails(1);
    assert!(!run.stderr.contains("---"), "{run}");
    let run = stage.gvm(&["bisect", "--good", "1.21.12", "--bad", "1.21.13", "--output", "false"]).fails(1);
    assert!(!run.stderr.contains("---"), "{run}");
}
