//! What `go` is in fresh shells, which read the user's files: bash, zsh and fish, as a login and as a terminal start them.

use std::fs;

use serde_json::Value;

use crate::support::{Run, Sandbox};
use crate::{needs, other_go, path_of, stocked};

/// Asks with this login shell; returns what it has as a login shell, and as an interactive one.
fn ask(sandbox: &Sandbox, shell: &str) -> (Value, Value, Run) {
    let shell = format!("/usr/bin/{shell}");
    let run = sandbox.gvm_with(&[("SHELL", &shell)], &["why", "--json"]);
    let json: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    let shells = json["shells"].as_array().unwrap();
    assert_eq!(
        (shells[0]["login"].as_bool(), shells[1]["login"].as_bool()),
        (Some(true), Some(false)),
        "{run}"
    );
    (shells[0]["answer"].clone(), shells[1]["answer"].clone(), run)
}

fn version(answer: &Value) -> &str {
    answer["program"]["version"].as_str().unwrap_or_else(|| answer["outcome"].as_str().unwrap_or("unknown"))
}

#[test]
fn a_shell_reads_its_files_and_each_its_own() {
    for (shell, login, terminal) in
        [("bash", ".bash_profile", ".bashrc"), ("zsh", ".zprofile", ".zshrc"), ("dash", ".profile", ".none")]
    {
        if !needs::program(shell) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let line = format!("echo noise; export PATH='{}':$PATH\n", sandbox.root().join("bin").display());
        let outcome = |sandbox: &Sandbox| {
            let (login, terminal, _) = ask(sandbox, shell);
            (version(&login) == "1.22.5", version(&terminal) == "1.22.5")
        };
        assert_eq!(outcome(&sandbox), (false, false), "{shell}");
        fs::write(sandbox.home().join(login), &line).unwrap();
        assert_eq!(outcome(&sandbox), (true, false), "{shell}");
        fs::remove_file(sandbox.home().join(login)).unwrap();
        fs::write(sandbox.home().join(terminal), &line).unwrap();
        assert_eq!(outcome(&sandbox), (false, shell != "dash"), "{shell}");
        let path = path_of(&[&sandbox.root().join("bin")]);
        let shell = format!("/usr/bin/{shell}");
        let run = sandbox.gvm_with(&[("SHELL", &shell), ("PATH", &path)], &["why"]).ok();
        assert!(run.stdout.starts_with("go1.22.5 runs: `"), "{run}");
        let says = format!("hint: `{shell} -lc` does not find gvm-rs's `go` first");
        assert!(run.stderr.contains(&says), "{run}");
    }
    if needs::program("fish") {
        let (_mirror, sandbox) = stocked();
        let conf = sandbox.home().join(".config/fish/conf.d");
        fs::create_dir_all(&conf).unwrap();
        let line = format!("set -gx PATH '{}' $PATH\n", sandbox.root().join("bin").display());
        fs::write(conf.join("go.fish"), line).unwrap();
        let (login, terminal, run) = ask(&sandbox, "fish");
        assert_eq!((version(&login), version(&terminal)), ("1.22.5", "1.22.5"), "{run}");
    }
}

#[test]
fn functions_and_aliases_are_seen_where_they_are() {
    for (shell, file, function) in [
        ("bash", ".bashrc", "go() { command go \"$@\"; }"),
        ("bash", ".bashrc", "alias go='nice go'"),
        ("zsh", ".zshrc", "go() { command go \"$@\"; }"),
        ("zsh", ".zshrc", "alias go='nice go'"),
        ("fish", ".config/fish/config.fish", "function go; command go $argv; end"),
    ] {
        if !needs::program(shell) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let file = sandbox.home().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, format!("{function}\nexport GOROOT=/opt/go\n")).unwrap();
        let (_, terminal, run) = ask(&sandbox, shell);
        assert_eq!(version(&terminal), "shell", "{shell} {function}: {run}");
        assert!(terminal["layers"][0]["decides"].as_bool().unwrap(), "{run}");
        assert!(terminal.to_string().contains("GOROOT is `/opt/go` in the environment"), "{run}");
    }
}

#[test]
fn moovwebs_gvm_is_recognised() {
    if !needs::program("bash") {
        return;
    }
    let (_mirror, sandbox) = stocked();
    let file = "export GVM_ROOT=$HOME/.gvm gvm_go_name=go1.18\ngvm() { :; }\n";
    fs::write(sandbox.home().join(".bashrc"), file).unwrap();
    let (_, terminal, run) = ask(&sandbox, "bash");
    assert!(terminal["warnings"].to_string().contains("moovweb's gvm is loaded"), "{run}");
    assert!(run.stderr.contains("note: moovweb's gvm is loaded in this shell"), "{run}");
}

#[test]
fn a_shell_that_does_not_answer_is_told_as_such() {
    let (_mirror, sandbox) = stocked();
    if needs::program("bash") {
        for end in ["exit 3\n", "exec /bin/true\n", "kill -9 $$\n"] {
            fs::write(sandbox.home().join(".bash_profile"), end).unwrap();
            let run = sandbox.gvm_with(&[("SHELL", "/usr/bin/bash")], &["why"]);
            assert!(run.stdout.contains("-lc`): not known: it ended before it could show"), "{run}");
        }
    }
    let run = sandbox.gvm_with(&[("SHELL", "/bin/cat")], &["why"]);
    assert!(run.stdout.contains("not known: gvm-rs does not know how to ask `/bin/cat`"), "{run}");
    for shell in ["", "relative", "/nonexistent"] {
        let run = sandbox.gvm_with(&[("SHELL", shell)], &["why"]);
        assert!(!run.stdout.contains("fresh"), "{run}");
    }
}

#[test]
fn use_says_at_a_terminal_what_a_fresh_shell_would_run() {
    if !needs::program("bash") || !needs::program("script") {
        return;
    }
    let (_mirror, sandbox) = stocked();
    let bin = sandbox.root().join("bin");
    let other = other_go(&sandbox, "fake", "1.20.14");
    let use_it = |words: &str| {
        let mut command = sandbox.command("script");
        command.args(["-qec", &format!("'{}' {words}", env!("CARGO_BIN_EXE_gvm-rs")), "/dev/null"]);
        command.env("TERM", "xterm").env("SHELL", "/usr/bin/bash").env("PATH", path_of(&[&bin]));
        sandbox.start(command).wait().ok()
    };
    let ours = format!("export PATH='{}':$PATH\n", bin.display());
    let before = format!("in a fresh interactive shell `{}/go` comes before it on PATH", other.display());
    for (after, says) in [
        ("", None),
        ("export GOROOT=/opt/go", Some("in a fresh interactive shell GOROOT is set to `/opt/go`")),
        (&format!("export PATH='{}':$PATH", other.display()), Some(before.as_str())),
        ("alias go='nice go'", None),
        ("exit 3", None),
        ("while :; do :; done", None),
    ] {
        fs::write(sandbox.home().join(".bashrc"), format!("{ours}{after}\n")).unwrap();
        fs::write(sandbox.home().join(".bash_profile"), &ours).unwrap();
        for words in ["use 1.22.5", "-q use 1.22.5"] {
            let run = use_it(words);
            let says = says.filter(|_| !words.starts_with("-q"));
            assert_eq!(run.stdout.contains("in a fresh"), says.is_some(), "{after}: {run}");
            assert!(run.stdout.contains(says.unwrap_or_default()), "{after}: {run}");
        }
        let run = sandbox.gvm_with(&[("SHELL", "/usr/bin/bash")], &["use", "1.22.5"]).ok();
        assert!(!run.stderr.contains("in a fresh"), "nobody is watching: {run}");
    }
    let without = format!("export PATH='{}':$PATH\n", other.display());
    fs::write(sandbox.home().join(".bash_profile"), without).unwrap();
    let run = use_it("rollback 1.22.5");
    let says =
        format!("in a fresh login shell `{}/go` comes first, and gvm-rs's `go` is not on", other.display());
    assert!(run.stdout.contains(&says) && run.stdout.contains("`gvm-rs setup`"), "{run}");
    assert!(!sandbox.home().join("was-run").exists());
}
