//! Flags over environment over config.toml, and what each setting does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod support;

use std::fs::File;

use serde_json::Value;
use support::mirror::archive_path;
use support::{Behaviour, FakeGo, Mirror, Sandbox};

/// A sandbox with this text in its config.toml.
fn configured(text: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    configure(&sandbox, text);
    sandbox
}

fn configure(sandbox: &Sandbox, text: &str) {
    let directory = sandbox.home().join(".config/gvm-rs");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("config.toml"), text).unwrap();
}

fn stocked(versions: &[&str]) -> Mirror {
    let mirror = Mirror::start();
    for version in versions {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    mirror
}

fn setting(sandbox: &Sandbox, env: &[(&str, &str)], name: &str) -> Value {
    let run = sandbox.gvm_with(env, &["env", "--json"]).ok();
    serde_json::from_str::<Value>(&run.stdout).unwrap()[name].clone()
}

#[test]
fn the_environment_comes_before_the_file() {
    let sandbox = configured(
        "mirror = 'https://file.example/dl'\nindex = 'https://file.example/index'\ndownloads = 5\nkeep_archives = true\n",
    );
    for (name, in_file, variable, value, in_force) in [
        (
            "mirror",
            Value::from("https://file.example/dl"),
            "GVM_RS_MIRROR",
            "https://env.example/dl",
            Value::from("https://env.example/dl"),
        ),
        (
            "index",
            "https://file.example/index".into(),
            "GVM_RS_INDEX",
            "/srv/index.json",
            "/srv/index.json".into(),
        ),
        ("downloads", 5.into(), "GVM_RS_DOWNLOADS", "7", 7.into()),
        ("keep_archives", true.into(), "GVM_RS_KEEP_ARCHIVES", "0", false.into()),
        ("offline", false.into(), "GVM_RS_OFFLINE", "1", true.into()),
    ] {
        assert_eq!(setting(&sandbox, &[], name), in_file, "{name}");
        assert_eq!(setting(&sandbox, &[(variable, value)], name), in_force, "{name}");
        assert_eq!(
            setting(&sandbox, &[(variable, "")], name),
            in_file,
            "an empty variable counts as unset: {name}"
        );
    }
    assert_eq!(setting(&Sandbox::new(), &[], "mirror"), "https://go.dev/dl");
}

#[test]
fn flags_come_before_the_environment() {
    let (file, env, flag) = (stocked(&["1.21.13"]), stocked(&["1.22.5"]), stocked(&["1.23.1"]));
    let text = |mirror: &Mirror| format!("mirror = '{}'\nindex = '{}'\n", mirror.base(), mirror.index_url());
    let sandbox = configured(&text(&file));
    sandbox.gvm(&["install", "latest"]).ok();
    let sandbox = sandbox.with_mirror(&env);
    sandbox.gvm(&["install", "latest"]).ok();
    sandbox.gvm(&["install", "--mirror", &flag.base(), "latest", "--index", &flag.index_url()]).ok();
    let listed = sandbox.gvm(&["list"]).ok().stdout;
    assert_eq!(listed.lines().map(|line| &line[..6]).collect::<Vec<_>>(), ["go1.23", "go1.22", "go1.21"]);
    for mirror in [file, env, flag] {
        let paths: Vec<String> = mirror.requests().iter().map(|request| request.path().to_owned()).collect();
        assert_eq!(paths.len(), 2, "each was asked for its index and its archive: {paths:?}");
    }
}

#[test]
fn the_file_is_found_where_it_should_be() {
    let sandbox = configured("downloads = 5\n");
    let xdg = sandbox.dir("xdg/gvm-rs");
    std::fs::write(xdg.join("config.toml"), "downloads = 6\n").unwrap();
    let other = sandbox.path().join("other.toml");
    std::fs::write(&other, "downloads = 7\n").unwrap();
    let xdg = sandbox.path().join("xdg");
    let (xdg, other) =
        (("XDG_CONFIG_HOME", xdg.to_str().unwrap()), ("GVM_RS_CONFIG", other.to_str().unwrap()));
    for (env, downloads) in [
        (&[][..], 5),
        (&[xdg], 6),
        (&[xdg, other], 7),
        (&[other], 7),
        (&[("XDG_CONFIG_HOME", "relative")], 5),
    ] {
        assert_eq!(setting(&sandbox, env, "downloads"), downloads, "{env:?}");
    }
    assert_eq!(setting(&sandbox, &[other], "config"), other.1);
    assert_eq!(setting(&sandbox, &[("GVM_RS_CONFIG", "/dev/null")], "downloads"), 2);
    let missing = sandbox.gvm_with(&[("GVM_RS_CONFIG", "/nowhere.toml")], &["list"]).fails(2);
    assert!(missing.stderr.contains("/nowhere.toml"), "{missing}");
}

#[test]
fn what_cannot_be_understood_is_a_mistake_with_a_place() {
    for (text, told) in [
        ("mirorr = 'x'\n", "mirorr"),
        ("\ndownloads = 'many'\n", "line 2 of"),
        ("downloads = -1\n", "line 1 of"),
        ("not toml", "config.toml"),
        ("mirror = 'ftp://host/dl'\n", "ftp"),
        (
            "mirror = 'http://user:secret@mirror.example/dl'\n",
            "hint: use https://, or add `--insecure-mirror`",
        ),
        ("index = 'https://user:secret@[broken'\n", "cannot use the index"),
    ] {
        let run = configured(text).gvm(&["install", "1.22.5"]).fails(2);
        assert!(run.stderr.contains(told) && !run.stderr.contains("secret"), "{text}: {run}");
    }
    for (variable, value) in [
        ("GVM_RS_DOWNLOADS", "many"),
        ("GVM_RS_OFFLINE", "maybe"),
        ("GVM_RS_KEEP_ARCHIVES", "2"),
        ("GVM_RS_LOCK_TIMEOUT", "-1"),
        ("GVM_RS_HOME", "relative/root"),
    ] {
        let run = Sandbox::new().gvm_with(&[(variable, value)], &["list"]).fails(2);
        assert!(run.stderr.contains(variable) || run.stderr.contains(value), "{run}");
    }
    let sandbox = configured("");
    std::fs::remove_file(sandbox.home().join(".config/gvm-rs/config.toml")).unwrap();
    std::fs::create_dir(sandbox.home().join(".config/gvm-rs/config.toml")).unwrap();
    sandbox.gvm(&["list"]).fails(2);
}

#[test]
fn without_a_home_the_root_must_be_named() {
    let sandbox = Sandbox::new().without_env("HOME");
    let run = sandbox.gvm(&["list"]).fails(2);
    assert!(run.stderr.contains("HOME is not set") && run.stderr.contains("hint: set GVM_RS_HOME"), "{run}");
    let root = sandbox.path().join("root");
    sandbox.gvm(&["--home", root.to_str().unwrap(), "list"]).ok();
    let mirror = stocked(&["1.22.5"]);
    let sandbox = sandbox.with_mirror(&mirror).env("GVM_RS_HOME", &root);
    sandbox.gvm(&["use", "1.22"]).ok();
    assert!(root.join("versions/go1.22.5").is_dir());
    assert!(!sandbox.root().exists());
}

#[test]
fn kept_archives_are_a_matter_of_flag_variable_or_file() {
    for (text, env, flag, is_kept) in [
        ("", None, None, false),
        ("", None, Some("--keep-archives"), true),
        ("", Some("1"), None, true),
        ("keep_archives = true", None, None, true),
        ("keep_archives = true", Some("0"), None, false),
        ("keep_archives = true", Some("0"), Some("--keep-archives"), true),
    ] {
        let mirror = stocked(&["1.22.5"]);
        let sandbox = configured(text).with_mirror(&mirror);
        let env: Vec<(&str, &str)> = env.map(|value| ("GVM_RS_KEEP_ARCHIVES", value)).into_iter().collect();
        let args: Vec<&str> = ["install", "1.22"].into_iter().chain(flag).collect();
        sandbox.gvm_with(&env, &args).ok();
        let kept = sandbox.gvm(&["cache", "ls"]).ok().stdout;
        assert_eq!(kept.contains(".tar.gz\n"), is_kept, "{text} {env:?} {flag:?}: {kept}");
        assert!(!kept.contains(".part"), "{kept}");
    }
}

#[test]
fn as_many_downloads_run_at_once_as_was_said() {
    for (text, env, flag, downloads) in [
        ("", None, None, 2),
        ("downloads = 1", None, None, 1),
        ("downloads = 1", Some("3"), None, 3),
        ("downloads = 1", Some("2"), Some("3"), 3),
        ("", None, Some("1"), 1),
    ] {
        let versions = ["1.20.14", "1.21.13", "1.22.5", "1.23.1"];
        let mirror = stocked(&versions);
        for version in versions {
            mirror.behave_archive(version, vec![Behaviour::Gate("go".into())]);
        }
        let sandbox = configured(text).with_mirror(&mirror);
        let sandbox = env.into_iter().fold(sandbox, |sandbox, value| sandbox.env("GVM_RS_DOWNLOADS", value));
        let flag = flag.map(|value| vec!["-j", value]).unwrap_or_default();
        let run = sandbox.spawn(&[&["install"], &versions[..], &flag].concat());
        // So many come at once; the others wait for one of them to end.
        mirror.wait_at_gate("go", downloads);
        mirror.open_gate("go");
        run.wait().ok();
        let archives = |request: &&support::Request| request.path().ends_with(".gz");
        let log = mirror.requests();
        let at_once = log.iter().filter(archives).map(|one| {
            log.iter().filter(archives).filter(|other| other.in_flight_at(one.started)).count() + 1
        });
        assert_eq!(at_once.max(), Some(downloads), "{text} {env:?} {flag:?}");
    }
}

#[test]
fn a_lock_is_waited_for_as_long_as_was_said() {
    let mirror = stocked(&["1.22.5"]);
    let sandbox = configured("").with_mirror(&mirror);
    sandbox.gvm(&["use", "1.22"]).ok();
    let lock = File::options().write(true).read(true).open(sandbox.root().join("lock")).unwrap();
    lock.lock().unwrap();
    std::fs::write(sandbox.root().join("lock"), "process 812: install 1.27.3\n").unwrap();
    for (text, env, args) in [
        ("", &[][..], &["--lock-timeout", "0", "rollback"][..]),
        ("lock_timeout = 0", &[], &["rollback"]),
        ("lock_timeout = 1000", &[("GVM_RS_LOCK_TIMEOUT", "0")], &["rollback"]),
        ("lock_timeout = 1000", &[("GVM_RS_LOCK_TIMEOUT", "1000")], &["rollback", "--lock-timeout", "0"]),
    ] {
        configure(&sandbox, text);
        let run = sandbox.gvm_with(env, args).fails(75);
        assert!(run.stderr.contains("is locked by another gvm-rs (process 812: install 1.27.3)"), "{run}");
    }
    // Whoever only reads takes no lock.
    configure(&sandbox, "lock_timeout = 0");
    for args in
        [&["list"][..], &["current"], &["which"], &["history"], &["env"], &["exec", "1.22", "go", "version"]]
    {
        sandbox.gvm(args).ok();
    }
    drop(lock);
    sandbox.gvm(&["rollback"]).fails(4);
}

#[test]
fn the_number_of_retries_is_a_setting() {
    let mirror = stocked(&["1.22.5"]);
    mirror.behave_archive("1.22.5", vec![Behaviour::CloseAtOnce]);
    for tries in [1, 3] {
        let sandbox = configured(&format!("retries = {tries}\nretry_delay_ms = 1\n")).with_mirror(&mirror);
        let path = archive_path("1.22.5", "linux-amd64");
        let before = mirror.requests_for(&path).len();
        sandbox.gvm(&["install", "1.22"]).fails(5);
        assert_eq!(mirror.requests_for(&path).len() - before, tries);
    }
}

#[test]
fn offline_nothing_is_asked_and_files_are_no_network() {
    let mirror = stocked(&["1.22.5"]);
    let sandbox = configured("retries = 1\n").with_mirror(&mirror);
    for (env, args) in [
        (&[][..], &["--offline", "install", "1.22"][..]),
        (&[("GVM_RS_OFFLINE", "1")], &["install", "1.22"]),
        (&[("GVM_RS_OFFLINE", "yes")], &["ls-remote"]),
    ] {
        let run = sandbox.gvm_with(env, args).fails(5);
        assert!(run.stderr.contains("offline"), "{run}");
    }
    assert_eq!(mirror.requests().len(), 0);

    let directory = sandbox.dir("dl");
    std::fs::write(
        directory.join("go1.22.5.linux-amd64.tar.gz"),
        FakeGo::new("1.22.5").padding(2000).build(),
    )
    .unwrap();
    std::fs::write(directory.join("index.json"), mirror.index_bytes()).unwrap();
    let path = directory.to_str().unwrap();
    for (index, base) in [
        (format!("file://{path}/index.json"), format!("file://{path}")),
        (format!("{path}/index.json"), path.to_owned()),
        ("../dl/index.json".to_owned(), "../dl".to_owned()),
    ] {
        let env = [("GVM_RS_OFFLINE", "1"), ("GVM_RS_INDEX", &*index), ("GVM_RS_MIRROR", &*base)];
        sandbox.gvm_with(&env, &["install", "1.22"]).ok();
        sandbox.gvm(&["uninstall", "1.22.5"]).ok();
    }
    assert_eq!(mirror.requests().len(), 0);
}
