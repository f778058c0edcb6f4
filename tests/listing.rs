//! What is shown: `list`, `current`, `which`, `where`, `env`, `outdated`, `prune`, `cache` and `ls-remote`, for
//! people and as JSON whose fields scripts can count on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod support;

#[path = "listing/remote.rs"]
mod remote;

use serde_json::{Value, json};
use support::{Behaviour, FakeGo, Mirror, Sandbox};

fn json_of(sandbox: &Sandbox, args: &[&str]) -> Value {
    let run = sandbox.gvm(args).ok();
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
}

fn tree(sandbox: &Sandbox, version: &str) -> String {
    sandbox.root().join("versions").join(format!("go{version}")).display().to_string()
}

#[test]
fn list_shows_the_newest_first_with_marks() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.9.7", "1.22.5", "1.23rc1", "1.22.12", "1.20"]);
    sandbox.gvm(&["use", "1.22.5"]).ok();
    // One that is official has another manifest; what else lies there is nobody's toolchain.
    let manifests = sandbox.root().join("manifests");
    std::fs::rename(manifests.join("go1.20.unofficial.jsonl"), manifests.join("go1.20.jsonl")).unwrap();
    for stray in ["1.22.5", "go1.20.0", "go1.99", "notes", "go1.21.3.bak"] {
        std::fs::create_dir(sandbox.root().join("versions").join(stray)).unwrap();
    }
    std::fs::write(sandbox.root().join("versions/go1.22.7"), "a file").unwrap();
    let expected = "go1.23rc1    unofficial\ngo1.22.12    unofficial\ngo1.22.5     current, unofficial\ngo1.20\n\
                    go1.9.7      unofficial\n";
    for name in ["list", "ls", "versions"] {
        let run = sandbox.gvm(&[name]).ok();
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (expected, ""));
    }
    let entry = |version: &str, current: bool, unofficial: bool| {
        json!({
            "version": version,
            "platform": "linux-amd64",
            "current": current,
            "unofficial": unofficial,
            "goroot": tree(&sandbox, version),
        })
    };
    assert_eq!(
        json_of(&sandbox, &["list", "--json"]),
        json!([
            entry("1.23rc1", false, true),
            entry("1.22.12", false, true),
            entry("1.22.5", true, true),
            entry("1.20", false, false),
            entry("1.9.7", false, true),
        ])
    );
}

#[test]
fn an_empty_store_is_listed_as_such_and_is_not_created_by_looking() {
    let sandbox = Sandbox::new();
    let run = sandbox.gvm(&["list"]).ok();
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr, "hint: nothing is installed; `gvm-rs use latest` installs the newest Go\n");
    assert_eq!(sandbox.gvm(&["-q", "list"]).ok().stderr, "");
    for args in [&["list", "--json"][..], &["history", "--json"], &["cache", "ls", "--json"]] {
        assert_eq!(json_of(&sandbox, args), json!([]), "{args:?}");
    }
    for args in [&["current"][..], &["current", "--json"], &["which"], &["where"], &["rollback"]] {
        let run = sandbox.gvm(args).fails(4);
        assert!(run.stdout.is_empty() && run.stderr.starts_with("error: "), "{run}");
    }
    assert_eq!(json_of(&sandbox, &["env", "--json"])["version"], Value::Null);
    for args in [&["init", "bash"][..], &["env"], &["outdated", "--offline"]] {
        sandbox.gvm(args).ok();
    }
    let root = sandbox.home().join("nothing");
    sandbox.gvm(&["--home", root.to_str().unwrap(), "list"]).ok();
    assert!(!root.exists());
}

#[test]
fn current_which_and_where_name_the_immutable_tree() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5", "1.21.13"]);
    sandbox.gvm(&["use", "1.22"]).ok();
    let (current, other) = (tree(&sandbox, "1.22.5"), tree(&sandbox, "1.21.13"));
    for (args, shown) in [
        (&["current"][..], "go1.22.5".to_owned()),
        (&["which"], format!("{current}/bin/go")),
        (&["which", "go"], format!("{current}/bin/go")),
        (&["which", "gofmt"], format!("{current}/bin/gofmt")),
        (&["where"], current.clone()),
        (&["prefix"], current.clone()),
        (&["where", "1.21"], other.clone()),
        (&["where", "go1.21.13"], other.clone()),
        (&["where", "latest"], current.clone()),
        (&["where", "<1.22"], other),
    ] {
        let run = sandbox.gvm(args).ok();
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            (format!("{shown}\n").as_str(), ""),
            "{args:?}"
        );
    }
    assert_eq!(
        json_of(&sandbox, &["current", "--json"]),
        json!({"version": "1.22.5", "generation": 1, "goroot": current, "unofficial": true})
    );
    assert_eq!(json_of(&sandbox, &["which", "--json"]), json!({"path": format!("{current}/bin/go")}));
    assert_eq!(json_of(&sandbox, &["where", "--json", "1.22"]), json!({"path": current}));
    for (args, code, told) in [
        (&["which", "gopls"][..], 4, "go1.22.5 has no program `gopls`"),
        (&["which", "../VERSION"], 4, "has no program"),
        (&["which", ".."], 4, "has no program"),
        (&["where", "1.20"], 4, "no installed toolchain matches `1.20`"),
        (&["where", "1.19.x"], 4, "no installed toolchain matches `1.19.x`"),
        (&["where", "-"], 4, "no installed toolchain matches `previous`"),
        (&["where", "../x"], 2, "is not a Go version"),
    ] {
        let run = sandbox.gvm(args).fails(code);
        assert!(run.stderr.contains(told), "{run}");
    }
}

#[test]
fn outdated_names_the_lines_with_something_newer() {
    let (mirror, sandbox) = Sandbox::with_installed(&["1.22.4", "1.22.5", "1.21.13", "1.23rc1"]);
    assert_eq!(sandbox.gvm(&["outdated"]).ok().stderr, "every installed line is up to date\n");
    assert_eq!(json_of(&sandbox, &["outdated", "--json"]), json!([]));
    for version in ["1.22.12", "1.22.11", "1.23.0", "1.23.1", "1.24rc1"] {
        mirror.add(FakeGo::new(version).padding(10));
    }
    assert_eq!(sandbox.gvm(&["outdated"]).ok().stdout, "go1.22.5     go1.22.12\n");
    assert_eq!(
        json_of(&sandbox, &["outdated", "--json"]),
        json!([{"installed": "1.22.5", "newest": "1.22.12"}])
    );
}

#[test]
fn prune_removes_superseded_patches_and_nothing_that_is_needed() {
    let versions = ["1.21.11", "1.21.12", "1.21.13", "1.22.3", "1.22.4", "1.22.5", "1.23.1"];
    let (_mirror, sandbox) = Sandbox::with_installed(&versions);
    sandbox.gvm(&["use", "1.21.11"]).ok();
    sandbox.gvm(&["use", "1.22.3"]).ok();
    let listed = || -> Vec<String> {
        json_of(&sandbox, &["list", "--json"])
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["version"].as_str().unwrap().to_owned())
            .collect()
    };
    let run = sandbox.gvm(&["prune", "--dry-run"]).ok();
    assert_eq!(run.stdout, "go1.22.4\ngo1.21.12\n");
    assert_eq!(json_of(&sandbox, &["gc", "-n", "--json"]), json!({"would_remove": ["1.22.4", "1.21.12"]}));
    assert_eq!(sandbox.gvm(&["prune", "-n", "--keep", "2"]).ok().stdout, "");
    assert_eq!(sandbox.gvm(&["prune", "--keep", "2"]).ok().stderr, "there is nothing to prune\n");
    assert_eq!(listed().len(), versions.len());
    let run = sandbox.gvm(&["prune", "--json"]).ok();
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told, json!({"removed": ["1.22.4", "1.21.12"], "generations": 0, "deleted": []}));
    assert_eq!(listed(), ["1.23.1", "1.22.5", "1.22.3", "1.21.13", "1.21.11"]);
    assert_eq!(sandbox.sh("~/.gvm-rs/bin/go version").ok().out(), "go version go1.22.3 linux/amd64");
    sandbox.gvm(&["rollback"]).ok();
}

#[test]
fn prune_forgets_old_generations_but_not_where_to_go_back_to() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.21.13", "1.22.5"]);
    for _ in 0..7 {
        sandbox.gvm(&["use", "1.21"]).ok();
        sandbox.gvm(&["use", "1.22"]).ok();
    }
    let run = sandbox.gvm(&["prune", "-v"]).ok();
    assert!(run.stderr.contains("forgot 4 old generations"), "{run}");
    let history = json_of(&sandbox, &["history", "--json"]);
    let numbers: Vec<u64> =
        history.as_array().unwrap().iter().map(|entry| entry["generation"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (5..=14).collect::<Vec<_>>());
    sandbox.gvm(&["rollback"]).ok();
    assert_eq!(json_of(&sandbox, &["current", "--json"])["generation"], 15);
}

#[test]
fn the_cache_is_shown_and_emptied() {
    let (mirror, sandbox) = Sandbox::with_installed(&["1.20.14"]);
    mirror.add(FakeGo::new("1.22.5").padding(900_000));
    mirror.add(FakeGo::new("1.21.13").padding(2000));
    sandbox.gvm(&["install", "--keep-archives", "1.21.13"]).ok();
    mirror.behave_archive("1.22.5", vec![Behaviour::CutAfter(400_000), Behaviour::Status(404)]);
    sandbox.gvm(&["install", "1.22.5"]).fails(5);
    let entries = json_of(&sandbox, &["cache", "ls", "--json"]);
    let mut partial: Vec<bool> =
        entries.as_array().unwrap().iter().map(|entry| entry["partial"].as_bool().unwrap()).collect();
    partial.sort_unstable();
    assert_eq!(partial, [false, true], "{entries}");
    let shown = sandbox.gvm(&["cache", "list"]).ok().stdout;
    assert_eq!(shown.lines().count(), 2);
    assert_eq!(shown.matches(".part (unfinished)\n").count(), 1, "{shown}");
    assert_eq!(shown.matches(".tar.gz\n").count(), 1, "{shown}");
    let run = sandbox.gvm(&["cache", "clean", "--json"]).ok();
    assert!(run.stderr.starts_with("removed 2 files, "), "{run}");
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told, json!({"removed": entries}));
    assert_eq!(sandbox.gvm(&["cache", "ls"]).ok().stdout, "");
    assert!(sandbox.gvm(&["cache", "clear"]).ok().stderr.starts_with("removed 0 files"));
    assert_eq!(sandbox.gvm(&["-q", "list"]).ok().stdout.lines().count(), 2);
}

#[test]
fn env_shows_the_settings_and_reads_back_in_a_shell() {
    let (mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    sandbox.gvm(&["use", "1.22"]).ok();
    let root = sandbox.path().join("it's $HOME");
    std::fs::rename(sandbox.root(), &root).unwrap();
    let sandbox = sandbox.env("GVM_RS_HOME", &root);
    let home = root.to_str().unwrap();
    let told = json_of(&sandbox, &["env", "--json"]);
    let config = sandbox.home().join(".config/gvm-rs/config.toml");
    assert_eq!(
        told,
        json!({
            "home": home,
            "bin": format!("{home}/bin"),
            "config": config.to_str().unwrap(),
            "mirror": mirror.base(),
            "index": mirror.index_url(),
            "offline": false,
            "downloads": 2,
            "keep_archives": false,
            "version": "1.22.5",
            "goroot": format!("{home}/versions/go1.22.5"),
        })
    );
    let gvm = env!("CARGO_BIN_EXE_gvm-rs");
    let script = format!(
        r#"eval "$({gvm} env)"; printf '%s\n' "$GVM_RS_HOME" "$GVM_RS_BIN" "$GVM_RS_CONFIG" "$GVM_RS_MIRROR" \
        "$GVM_RS_INDEX" "$GVM_RS_OFFLINE" "$GVM_RS_DOWNLOADS" "$GVM_RS_KEEP_ARCHIVES" "$GVM_RS_VERSION""#
    );
    let expected = [
        home,
        &format!("{home}/bin"),
        config.to_str().unwrap(),
        &mirror.base(),
        &mirror.index_url(),
        "0",
        "2",
        "0",
        "go1.22.5",
    ];
    assert_eq!(sandbox.sh(&script).ok().stdout.lines().collect::<Vec<_>>(), expected);
    let run =
        sandbox.gvm_with(&[("GVM_RS_DOWNLOADS", "3"), ("GVM_RS_KEEP_ARCHIVES", "1")], &["--offline", "env"]);
    let flags = "GVM_RS_OFFLINE='1'\nGVM_RS_DOWNLOADS='3'\nGVM_RS_KEEP_ARCHIVES='1'\n";
    assert!(run.clone().ok().stdout.contains(flags), "{run}");
    for shell in ["bash", "zsh", "fish", "sh"] {
        let (env, init) = (sandbox.gvm(&["env", "--shell", shell]).ok(), sandbox.gvm(&["init", shell]).ok());
        assert_eq!((env.stdout.as_str(), env.stderr.as_str()), (init.stdout.as_str(), ""));
    }
    sandbox.gvm(&["env", "--shell", "bash", "--json"]).fails(2);
    sandbox.gvm(&["env", "--shell", "tcsh"]).fails(2);
}

#[test]
fn nothing_is_coloured_where_no_terminal_is() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    let sandbox = sandbox.env("TERM", "xterm-256color").env("CLICOLOR_FORCE", "1");
    for args in [
        &["use", "1.22"][..],
        &["list"],
        &["ls-remote"],
        &["current"],
        &["history"],
        &["env"],
        &["--help"],
        &["install", "nonsense"],
        &["nonsense"],
        &["install", "1.99"],
    ] {
        let run = sandbox.gvm(args);
        assert!(!run.stdout.contains('\x1b') && !run.stderr.contains('\x1b'), "{run}");
    }
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let sandbox = Sandbox::new();
    let gvm = env!("CARGO_BIN_EXE_gvm-rs");
    let run = sandbox.sh(&format!("{gvm} --offline -q ls-remote --all | head -1")).ok();
    assert_eq!((run.stdout.lines().count(), run.stderr.as_str()), (1, ""));
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let mirror = Mirror::start();
    mirror.add(FakeGo::new("1.22.5").padding(2000));
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["use", "1.22"]).ok();
    let gvm = env!("CARGO_BIN_EXE_gvm-rs");
    for args in ["list", "list --json", "init bash", "env", "current", "completions fish"] {
        let run = sandbox.sh(&format!("{gvm} {args} > /dev/full")).fails(8);
        assert!(run.stderr.contains("cannot write the result"), "{args}: {run}");
        // Whoever closes a pipe has read enough.
        sandbox.sh(&format!("{gvm} {args} | true")).ok();
    }
}
