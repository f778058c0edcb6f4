//! No false alarms.

use std::fs;

use crate::support::{FakeGo, Mirror, Sandbox};
use crate::{examined, finds, healthy, ids, needs};

#[test]
fn nothing_is_wrong_on_a_healthy_machine() {
    let (_mirror, sandbox) = healthy();
    for (shell, files) in
        [("bash", &[".bashrc"][..]), ("zsh", &[".zshrc"]), ("fish", &[".config/fish/config.fish"])]
    {
        if !needs::program(shell) {
            continue;
        }
        for file in files {
            let file = sandbox.home().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        }
        sandbox.gvm(&["setup", "--yes", "--no-systemd"]).ok();
        let shell = format!("/usr/bin/{shell}");
        let env = [("SHELL", shell.as_str())];
        let report = finds(&sandbox, &env, &[]);
        assert_eq!((report["healthy"].as_bool(), report["fixed"].as_array().unwrap().len()), (Some(true), 0));
        let shown = sandbox.gvm_with(&env, &["doctor", "--fail-on", "warning", "--syscalls"]).ok();
        assert_eq!(shown.stderr, "nothing is wrong\n");
        for name in ["this shell", "login shell", "terminal"] {
            let line = shown.stdout.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            assert!(line.contains(" go1.22.5 "), "{shown}");
        }
        let fixed = sandbox.gvm_with(&env, &["doctor", "--fix"]).ok();
        assert_eq!(fixed.stderr, "nothing is wrong\n");
    }
}

#[test]
fn what_is_common_is_no_fault() {
    let (_mirror, sandbox) = healthy();
    sandbox.gvm(&["setup", "--yes"]).ok();
    sandbox.gvm(&["setup", "--yes", "--systemd-only", "--no-gobin"]).ok();
    let home = sandbox.home();
    fs::create_dir_all(home.join(".config/go")).unwrap();
    fs::write(home.join(".config/go/env"), "GOFLAGS=-mod=mod -trimpath\nGOPRIVATE=example.org\n").unwrap();
    fs::create_dir_all(home.join(".vscode")).unwrap();
    let go = sandbox.root().join("bin/go");
    let settings = format!(
        "{{ // ours\n\"go.alternateTools\": {{\"go\": \"{}\"}},\n\"go.toolsEnvVars\": {{\"GOTOOLCHAIN\": \"local\"}},}}",
        go.display()
    );
    fs::write(home.join(".vscode/settings.json"), settings).unwrap();
    for (name, value) in [
        ("GOTOOLCHAIN", "local"),
        ("GOTOOLCHAIN", "go1.21.13+auto"),
        ("GOPROXY", "https://proxy.golang.org,direct"),
        ("GOPROXY", "file:///srv/proxy|off"),
        ("GOSUMDB", "sum.golang.org"),
        ("GOFLAGS", "'-ldflags=-s -w' -mod=vendor"),
        ("GOENV", "off"),
    ] {
        if value == "go1.21.13+auto" {
            continue;
        }
        finds(&sandbox, &[(name, value)], &[]);
    }
    // Another Go behind ours harms nothing.
    let other = sandbox.dir("usr/local/go/bin");
    fs::copy("/bin/true", other.join("go")).unwrap();
    let path = format!("{}:{}:/usr/bin:/bin", sandbox.root().join("bin").display(), other.display());
    finds(&sandbox, &[("PATH", &path)], &[]);
}

#[test]
fn where_nothing_is_installed_yet_that_is_only_noted() {
    let sandbox = Sandbox::new();
    finds(&sandbox, &[], &["note store-absent"]);
    let mirror = Mirror::start();
    mirror.add(FakeGo::new("1.22.5"));
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.22.5"]).ok();
    sandbox.gvm(&["uninstall", "--purge", "1.22.5"]).ok();
    finds(&sandbox, &[], &["note nothing-installed"]);
}

#[test]
fn the_set_up_of_another_root_is_not_judged() {
    let (_mirror, sandbox) = healthy();
    sandbox.gvm(&["setup", "--yes", "--systemd-only"]).ok();
    let other = sandbox.dir("other");
    let env = [("GVM_RS_HOME", other.to_str().unwrap()), ("SHELL", "/bin/bash")];
    sandbox.gvm_with(&env, &["install", "1.22.5"]).ok();
    let (report, run) = examined(&sandbox, &env, &[]);
    assert_eq!(ids(&report), ["warning nothing-current", "warning path-missing"], "{run}");
    // To take the shells from one root to another is a choice.
    assert!(report["findings"][1]["fix"].is_null(), "{run}");
    // What is broken there is told by a doctor of that root.
    finds(&sandbox, &[], &[]);
}

#[test]
fn it_changes_nothing_and_takes_no_lock() {
    let (_mirror, sandbox) = healthy();
    let before = crate::support::tree_names(&sandbox.home());
    let lock = fs::read_to_string(sandbox.root().join("lock")).unwrap();
    let (report, run) = examined(&sandbox, &[], &["--syscalls", "--trace"]);
    assert!(ids(&report).is_empty(), "{run}");
    assert_eq!(crate::support::tree_names(&sandbox.home()), before);
    assert_eq!(fs::read_to_string(sandbox.root().join("lock")).unwrap(), lock);
}
