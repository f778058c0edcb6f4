//! What `go` is in fresh shells, which read the user's files: bash, zsh and fish, as a login and as a terminal start them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Run, Sandbox};
use crate::{deciding, needs, other_go, path_of, stocked};

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
        assert!(
            run.stderr.contains("note: in a fresh login shell ") && run.stderr.contains(" setup --shell "),
            "{run}"
        );
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

/// What is typed between the last two backticks.
fn command(hint: &str) -> &str {
    hint.rsplit('`').nth(1).unwrap_or_else(|| panic!("{hint}"))
}

/// Types every mend that is told of this kind of shell, in that shell, until none is left; returns how many they were.
fn mend_all(sandbox: &Sandbox, shell: &str, is_login: bool) -> usize {
    let program = format!("/usr/bin/{shell}");
    let path = format!("{}:{}", path_of(&[&sandbox.root().join("bin")]), bin_of_program());
    for typed in 0.. {
        let (login, terminal, run) = ask(sandbox, shell);
        let answer = if is_login { login } else { terminal };
        let obstacles = answer["obstacles"].as_array().unwrap_or_else(|| panic!("{run}"));
        let Some(obstacle) = obstacles.first() else {
            assert_eq!(version(&answer), "1.22.5", "{run}");
            return typed;
        };
        assert!(typed < 5, "{run}");
        let says = obstacle["says"].as_str().unwrap();
        let hint = obstacle["mend"].as_str().unwrap_or_else(|| panic!("{shell}: no mend for {says}: {run}"));
        let line = command(hint).replace("gvm-rs setup", "gvm-rs -q setup --yes");
        let mut command = sandbox.command(&program);
        command.args(["-c", &line]).env("PATH", &path);
        sandbox.start(command).wait().ok();
    }
    unreachable!()
}

fn bin_of_program() -> String {
    Path::new(env!("CARGO_BIN_EXE_gvm-rs")).parent().unwrap().display().to_string()
}

#[test]
fn what_is_told_of_a_fresh_shell_names_the_layer_and_a_mend_that_mends_when_typed() {
    for (shell, login, terminal, fish) in [
        ("bash", ".bash_profile", ".bashrc", false),
        ("zsh", ".zprofile", ".zshrc", false),
        ("dash", ".profile", "", false),
        ("fish", ".config/fish/config.fish", ".config/fish/config.fish", true),
    ] {
        if !needs::program(shell) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let other = other_go(&sandbox, "fake", "1.20.14").display().to_string();
        for file in [login, terminal].into_iter().filter(|file| !file.is_empty()) {
            let path = sandbox.home().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
        }
        let name = format!("--shell={}", if shell == "dash" { "sh" } else { shell });
        sandbox.gvm(&["setup", "--yes", &name]).ok();
        for (line, fish_line, layer) in [
            ("export GOTOOLCHAIN=go1.21.13", "set -gx GOTOOLCHAIN go1.21.13", "gotoolchain"),
            ("export GOROOT=/nonexistent", "set -gx GOROOT /nonexistent", "goroot"),
            ("export PATH='OTHER':$PATH", "set -gx PATH 'OTHER' $PATH", "path"),
            ("export PATH=/usr/bin:/bin", "set -gx PATH /usr/bin /bin", "path"),
            ("go() { command go \"$@\"; }", "function go; command go $argv; end", "shell"),
            ("alias go='nice go'", "alias go 'nice go'", "shell"),
        ] {
            for (file, is_login) in [(login, true), (terminal, false)] {
                // bash without a terminal expands no alias.
                if file.is_empty() || (shell == "bash" && is_login && line.starts_with("alias")) {
                    continue;
                }
                let path = sandbox.home().join(file);
                let before = fs::read_to_string(&path).unwrap();
                // The last line has no end, as some editors leave it.
                let line = if fish { fish_line } else { line }.replace("OTHER", &other);
                fs::write(&path, format!("{before}{line}")).unwrap();
                let (of_login, of_terminal, run) = ask(&sandbox, shell);
                let answer = if is_login { of_login } else { of_terminal };
                assert_eq!(deciding(&answer), [layer], "{shell} {line}: {run}");
                let number = before.lines().count() + 1;
                let says = format!("take it out of `{}`, line {number}, or", path.display());
                assert!(layer == "path" || answer.to_string().contains(&says), "{says}: {run}");
                assert!(mend_all(&sandbox, shell, is_login) >= 1, "{shell} {line}");
                fs::write(&path, before).unwrap();
            }
        }
    }
}

#[test]
fn a_shell_without_gvm_rs_is_mended_by_what_is_told() {
    for (shell, file) in [("bash", ".bash_profile"), ("zsh", ".zshrc"), ("fish", ".config/fish/config.fish")]
    {
        if !needs::program(shell) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let path = sandbox.home().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        let path = path_of(&[&sandbox.root().join("bin")]);
        let program = format!("/usr/bin/{shell}");
        let run = sandbox.gvm_with(&[("SHELL", &program), ("PATH", &path)], &["why"]).ok();
        assert!(run.stdout.contains("a fresh login shell (`/usr/bin/"), "{run}");
        assert!(run.stderr.contains("in a fresh login shell gvm-rs's `go` is not on PATH\nhint: `"), "{run}");
        assert_eq!((mend_all(&sandbox, shell, true), mend_all(&sandbox, shell, false)), (1, 0), "{shell}");
    }
}

#[test]
fn a_setting_in_the_file_of_go_env_w_is_told_of_a_fresh_shell_with_its_own_file() {
    if !needs::program("bash") {
        return;
    }
    let (_mirror, sandbox) = stocked();
    sandbox.gvm(&["setup", "--yes", "--shell=bash"]).ok();
    let file = sandbox.home().join("my env");
    fs::write(&file, "GOTOOLCHAIN=bash\nGOROOT=/nonexistent\n").unwrap();
    let bashrc = sandbox.home().join(".bashrc");
    let before = fs::read_to_string(&bashrc).unwrap();
    fs::write(&bashrc, format!("{before}export GOENV=\"$HOME/my env\"\n")).unwrap();
    let (_, terminal, run) = ask(&sandbox, "bash");
    let tree = sandbox.root().join("current/go").display().to_string();
    let mends: Vec<&str> = terminal["obstacles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| command(one["mend"].as_str().unwrap()))
        .collect();
    let goenv = format!("GOENV='{}'", file.display());
    // cmd/go would fail over either before it forgot it.
    assert_eq!(
        mends,
        [
            format!("env GOROOT='{tree}' {goenv} GOTOOLCHAIN=local go env -u GOROOT"),
            format!("env {goenv} GOTOOLCHAIN=local go env -u GOTOOLCHAIN"),
        ],
        "{run}"
    );
}

#[test]
fn moovwebs_gvm_is_recognised() {
    if !needs::program("bash") {
        return;
    }
    let (_mirror, sandbox) = stocked();
    for file in ["export GVM_ROOT=$HOME/.gvm gvm_go_name=go1.18\n", "gvm() { :; }\n"] {
        fs::write(sandbox.home().join(".bashrc"), file).unwrap();
        let (_, terminal, run) = ask(&sandbox, "bash");
        assert!(terminal["warnings"].to_string().contains("moovweb's gvm is loaded"), "{run}");
        assert!(run.stderr.contains("note: moovweb's gvm is loaded in this shell"), "{run}");
    }
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
    assert!(run.stdout.contains(&says) && run.stdout.contains("`gvm-rs setup --shell bash`"), "{run}");
    assert!(!sandbox.home().join("was-run").exists());
}
