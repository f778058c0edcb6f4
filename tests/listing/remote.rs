//! `ls-remote`, on the index inside the program and on one that is named.

use std::io::Read as _;

use serde_json::{Value, json};

use crate::json_of;
use crate::support::Sandbox;

/// The names of all releases of the real index that have an archive for linux-amd64, newest last.
fn releases() -> Vec<String> {
    let mut body = Vec::new();
    let compressed: &[u8] = include_bytes!("../data/go-dl-include-all.json.gz");
    flate2::read::GzDecoder::new(compressed).read_to_end(&mut body).unwrap();
    let index: Vec<Value> = serde_json::from_slice(&body).unwrap();
    let has_build = |release: &&Value| {
        let name = format!("{}.linux-amd64.tar.gz", release["version"].as_str().unwrap());
        release["files"].as_array().unwrap().iter().any(|file| file["filename"] == name.as_str())
    };
    index
        .iter()
        .rev()
        .filter(has_build)
        .map(|release| release["version"].as_str().unwrap().to_owned())
        .collect()
}

fn lines(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let run = sandbox.gvm(&[&["ls-remote", "--offline"], args].concat()).ok();
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_whole_list_is_there_offline_with_the_newest_last() {
    let sandbox = Sandbox::new();
    let all = releases();
    let is_stable = |name: &&String| !name.contains("rc") && !name.contains("beta");
    let stable: Vec<String> = all.iter().filter(is_stable).cloned().collect();
    let unstable: Vec<String> = all.iter().filter(|name| !is_stable(name)).cloned().collect();
    assert!(stable.len() > 200 && unstable.len() > 50);
    assert_eq!(lines(&sandbox, &[]), stable);
    assert_eq!(lines(&sandbox, &["--stable"]), stable);
    assert_eq!(lines(&sandbox, &["--rc"]), unstable);
    assert_eq!(lines(&sandbox, &["--all"]), all);
    for flags in [["--all", "--rc"], ["--rc", "--stable"], ["--all", "--stable"]] {
        sandbox.gvm(&["ls-remote", "--offline", flags[0], flags[1]]).fails(2);
    }
    let run = sandbox.gvm(&["ls-remote", "--offline", "1.27"]).ok();
    assert!(run.stderr.starts_with("note: answered from this program's own release index ("), "{run}");
    assert!(run.stderr.contains(" days old)"), "{run}");
}

#[test]
fn a_filter_is_a_line_a_range_a_word_or_a_name() {
    let sandbox = Sandbox::new();
    for (args, count, last) in [
        (&["1.20"][..], 15, "go1.20.14"),
        (&["go1.22"], 13, "go1.22.12"),
        (&["1.22.x"], 13, "go1.22.12"),
        (&["1.22", "--all"], 15, "go1.22.12"),
        (&["1.22", "--rc"], 2, "go1.22rc2"),
        (&[">=1.21 <1.21.3"], 3, "go1.21.2"),
        (&["~1.21.12"], 2, "go1.21.13"),
        (&["latest"], 1, "go1.27.0"),
        (&["stable"], 1, "go1.27.0"),
        (&["oldstable"], 1, "go1.26.7"),
        (&["1.27rc1"], 1, "go1.27rc1"),
        (&["1.9.2rc2"], 1, "go1.9.2rc2"),
        (&["1.22.5"], 1, "go1.22.5"),
    ] {
        let lines = lines(&sandbox, args);
        assert_eq!((lines.len(), lines.last().map_or("", String::as_str)), (count, last), "{args:?}");
    }
    sandbox.gvm(&["ls-remote", "--offline", "nonsense"]).fails(2);
    for name in ["list-remote", "search", "listall", "list-all"] {
        assert_eq!(sandbox.gvm(&[name, "--offline", "latest"]).ok().stdout, "go1.27.0\n", "{name}");
    }
}

#[test]
fn a_filter_that_matches_nothing_is_a_failure_and_an_empty_list_is_none() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    for args in [&["1.99"][..], &["rc"], &["1.22.6"], &[">=1.23"], &["--rc", "1.22"], &["1.99", "--json"]] {
        let run = sandbox.gvm(&[&["ls-remote"], args].concat()).fails(3);
        let filter = args.iter().find(|word| !word.starts_with('-')).unwrap();
        assert_eq!(run.stdout, "");
        let said = format!("error: no release matches `{filter}`\nhint: `gvm-rs ls-remote` shows all\n");
        assert_eq!(run.stderr, said);
    }
    for word in ["prev", "previous", "-"] {
        let run = sandbox.gvm(&["ls-remote", word]).fails(2);
        assert!(run.stderr.starts_with(&format!("error: `{word}` is not a release")), "{run}");
    }
    let run = sandbox.gvm(&["ls-remote", "--rc"]).ok();
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr, "hint: the index lists no such release for linux-amd64\n");
    assert_eq!(json_of(&sandbox, &["ls-remote", "--rc", "--json"])["releases"], json!([]));
}

#[test]
fn the_source_of_the_answer_is_part_of_the_json() {
    let sandbox = Sandbox::new();
    assert_eq!(
        json_of(&sandbox, &["ls-remote", "--offline", "--json", "1.27rc1"]),
        json!({
            "source": {"kind": "snapshot", "as_of": "2026-08-19T00:00:00Z"},
            "releases": [{"version": "1.27rc1", "stable": false, "installed": false, "unofficial": false}],
        })
    );
    let (mirror, sandbox) = Sandbox::with_installed(&["1.22.5", "1.21.13"]);
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    let release = |version: &str, is_installed: bool| json!({"version": version, "stable": true, "installed": is_installed, "unofficial": is_installed});
    assert_eq!(
        json_of(&sandbox, &["ls-remote", "--json"]),
        json!({
            "source": {"kind": "named", "location": mirror.index_url()},
            "releases": [release("1.21.13", false), release("1.22.5", true)],
        })
    );
    assert_eq!(sandbox.gvm(&["ls-remote"]).ok().stdout, "go1.21.13\ngo1.22.5     installed\n");
}
