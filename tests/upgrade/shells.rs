//! An upgrade looks at `go` through the user's shells, before and after, and goes back where it is gone from there.

use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Broken, FakeGo, Mirror, Run, Sandbox};
use crate::{NEW, OLD, current, history, needs, nothing_is_staged, scene};

/// Each shell with the file that its login shells read.
const SHELLS: [(&str, &str); 4] = [
    ("bash", ".bash_profile"),
    ("zsh", ".zprofile"),
    ("fish", ".config/fish/config.fish"),
    ("dash", ".profile"),
];

/// Writes a login file that puts the store on PATH, and then these lines.
fn login(sandbox: &Sandbox, shell: &str, lines: &str) -> String {
    let (_, file) = SHELLS.iter().find(|(name, _)| *name == shell).unwrap();
    let file = sandbox.home().join(file);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let noise = "echo welcome; echo go version go9.9.9 linux/amd64";
    let path = match shell {
        "fish" => "set -gx PATH $HOME/.gvm-rs/bin /usr/bin /bin",
        _ => "export PATH=$HOME/.gvm-rs/bin:/usr/bin:/bin",
    };
    std::fs::write(file, format!("{noise}\n{path}\n{lines}\n")).unwrap();
    format!("/usr/bin/{shell}")
}

fn sights(run: &Run) -> Vec<String> {
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    let looks = told["shells"].as_array().unwrap();
    looks.iter().map(|look| format!("{} {}", look["login"], look["sight"]).replace('"', "")).collect()
}

fn undone(sandbox: &Sandbox, run: &Run, reason: &str) {
    let text = run.text();
    assert!(text.contains(reason), "{reason}: {run}");
    assert!(text.contains("so `go` is go1.22.4 again"), "{run}");
    assert_eq!(
        (current(sandbox).as_str(), history(sandbox)),
        (OLD, [OLD, NEW, OLD].map(str::to_owned).to_vec())
    );
    let told = sandbox.gvm(&["history"]).ok().stdout;
    assert!(told.lines().nth(2).unwrap().contains("(undone: no good in "), "{told}");
    let go = sandbox.sh("~/.gvm-rs/bin/go version").ok();
    assert_eq!(go.out(), "go version go1.22.4 linux/amd64");
    nothing_is_staged(sandbox);
}

#[test]
fn a_login_shell_that_finds_the_new_go_is_content() {
    for (shell, _) in SHELLS {
        if !needs::program(shell) {
            continue;
        }
        let (_mirror, sandbox) = scene(None);
        let path = login(&sandbox, shell, "");
        let run = sandbox.gvm_with(&[("SHELL", &path)], &["-v", "upgrade", "--json"]).ok();
        assert_eq!(sights(&run), ["false missed", "true found"], "{run}");
        assert!(run.stderr.contains(&format!("a login shell (`{path} -lc`) finds it\n")), "{run}");
        assert_eq!(current(&sandbox), NEW);
    }
}

#[test]
fn a_go_that_fails_once_it_is_current_is_taken_back() {
    for (shell, _) in SHELLS {
        if !needs::program(shell) {
            continue;
        }
        let (_mirror, sandbox) = scene(Some(Broken::FailsOnceCurrent));
        let path = login(&sandbox, shell, "");
        let run = sandbox.gvm_with(&[("SHELL", &path)], &["upgrade"]).fails(7);
        let reason = format!("error: go1.22.6 is no good in a login shell (`{path} -lc`), so `go` is");
        undone(&sandbox, &run, &reason);
        assert!(run.text().contains("`go` is `[HOME]/.gvm-rs/bin/go` and says `"), "{run}");
        assert!(run.stderr.contains("and then `gvm-rs use 1.22.6`\n"), "{run}");
    }
}

#[test]
fn a_shell_whose_files_pin_the_old_toolchain_takes_the_upgrade_back() {
    for (shell, _) in SHELLS {
        if !needs::program(shell) {
            continue;
        }
        let (_mirror, sandbox) = scene(None);
        let set = if shell == "fish" { "set -gx GOROOT " } else { "export GOROOT=" };
        let path = login(&sandbox, shell, &format!("{set}$HOME/.gvm-rs/versions/go1.22.4"));
        let run = sandbox.gvm_with(&[("SHELL", &path)], &["upgrade"]).fails(7);
        undone(&sandbox, &run, "and its GOROOT is `[HOME]/.gvm-rs/versions/go1.22.4`");
    }
}

#[test]
fn what_go_complains_of_is_told() {
    let (_mirror, sandbox) = scene(None);
    let lines =
        "case $(readlink ~/.gvm-rs/current/go) in *1.22.6) go() { echo go: no GOROOT >&2; false; };; esac";
    let path = login(&sandbox, "dash", lines);
    let run = sandbox.gvm_with(&[("SHELL", &path)], &["upgrade"]).fails(7);
    undone(&sandbox, &run, "again: `go` is `go` and says `go: no GOROOT`\n");
}

#[test]
fn an_upgrade_that_is_interrupted_while_it_looks_goes_back() {
    let (_mirror, sandbox) = scene(None);
    let fifo = sandbox.path().join("begun");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let lines = format!(
        "case $(readlink ~/.gvm-rs/current/go) in *1.22.6) echo >'{}'; sleep 600;; esac",
        fifo.display()
    );
    let path = login(&sandbox, "dash", &lines);
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.arg("upgrade").env("SHELL", path);
    let running = sandbox.start(command);
    std::fs::read_to_string(fifo).unwrap();
    assert_eq!(current(&sandbox), NEW);
    running.signal(Signal::INT);
    let run = running.wait().fails(130);
    assert!(
        run.stderr.ends_with(
            "error: interrupted; what was half done is undone, what was upgraded before stays so, and what was \
             downloaded is kept for the next try\n"
        ),
        "{run}"
    );
    assert_eq!(history(&sandbox), [OLD, NEW, OLD]);
    let told = sandbox.gvm(&["history"]).ok().stdout;
    assert!(told.lines().nth(2).unwrap().ends_with("upgrade (undone: interrupted)"), "{told}");
}

#[test]
fn the_shell_that_started_gvm_rs_counts_too() {
    let (_mirror, sandbox) = scene(Some(Broken::FailsOnceCurrent));
    let path = format!("{}/bin:/usr/bin:/bin", sandbox.root().display());
    let run = sandbox.gvm_with(&[("PATH", &path)], &["upgrade"]).fails(7);
    undone(&sandbox, &run, "go1.22.6 is no good in the shell that started gvm-rs");
}

#[test]
fn a_go_mod_where_the_user_is_says_nothing_about_the_shell() {
    let (_mirror, sandbox) = scene(None);
    let path = format!("{}/bin:/usr/bin:/bin", sandbox.root().display());
    let run = sandbox.gvm_with(&[("PATH", &path)], &["upgrade", "--json"]).ok();
    assert_eq!(sights(&run), ["false found"]);
    assert!(!run.stderr.contains("note:"), "{run}");
}

#[test]
fn a_login_shell_that_never_found_it_is_noted_and_no_reason_to_go_back() {
    if !needs::program("bash") {
        return;
    }
    for (lines, reason) in [
        ("PATH=/usr/bin:/bin", "it finds no `go`"),
        ("PATH=$HOME/other:/usr/bin:/bin", "says `go version go1.4 linux/amd64`"),
        ("exec true", "could not be asked: it ended before it could say what `go` is"),
    ] {
        let (_mirror, sandbox) = scene(None);
        let other = sandbox.home().join("other/go");
        std::fs::create_dir_all(other.parent().unwrap()).unwrap();
        std::fs::write(&other, "#!/bin/sh\necho go version go1.4 linux/amd64\n").unwrap();
        std::process::Command::new("chmod").arg("755").arg(&other).status().unwrap();
        let path = login(&sandbox, "bash", lines);
        let run = sandbox.gvm_with(&[("SHELL", &path)], &["-v", "upgrade"]).ok();
        assert!(run.stderr.contains("a login shell (`/usr/bin/bash -lc`)"), "{run}");
        assert!(run.stderr.contains(reason), "{reason}: {run}");
        assert_eq!((current(&sandbox).as_str(), history(&sandbox).len()), (NEW, 2));
    }
}

#[test]
fn where_no_shell_shows_the_new_go_it_is_told_what_was_looked_at() {
    if !needs::program("bash") {
        return;
    }
    let (_mirror, sandbox) = scene(None);
    let path = login(&sandbox, "bash", "PATH=/usr/bin:/bin");
    let run = sandbox.gvm_with(&[("SHELL", &path)], &["upgrade"]).ok();
    assert!(
        run.stderr.contains(
            "note: the upgrade was seen through no shell: the shell that started gvm-rs did not find gvm-rs's Go \
             before either: it finds no `go`; a login shell (`/usr/bin/bash -lc`) did not find"
        ),
        "{run}"
    );
    // One that shows it is enough.
    let path = login(&sandbox, "bash", "");
    sandbox.gvm(&["use", OLD]).ok();
    let run = sandbox.gvm_with(&[("SHELL", &path)], &["upgrade"]).ok();
    assert!(!run.stderr.contains("through no shell"), "{run}");
}

#[test]
fn where_no_shell_is_known_none_is_asked() {
    for shell in ["", "/nowhere/bash", "relative/bash", "/bin/false", "/bin/cat"] {
        let (_mirror, sandbox) = scene(None);
        let run = sandbox.gvm_with(&[("SHELL", shell)], &["upgrade", "--json"]).ok();
        assert_eq!(sights(&run), ["false missed"], "{shell}");
        assert_eq!(current(&sandbox), NEW);
    }
}

#[test]
fn a_login_shell_that_hangs_does_not_hang_the_upgrade() {
    if !needs::program("bash") {
        return;
    }
    let (_mirror, sandbox) = scene(None);
    let config = sandbox.path().join("config.toml");
    std::fs::write(&config, "proof_timeout = 1\n").unwrap();
    let path = login(&sandbox, "bash", "sleep 600");
    let env = [("SHELL", path.as_str()), ("GVM_RS_CONFIG", config.to_str().unwrap())];
    let run = sandbox.gvm_with(&env, &["-v", "upgrade"]).ok();
    assert!(run.stderr.contains("could not be asked: it did not end within 1 s"), "{run}");
    assert_eq!(current(&sandbox), NEW);
}

#[test]
fn what_somebody_else_switched_to_meanwhile_is_left_alone() {
    let mirror = Mirror::start();
    for version in [OLD, "1.21.13"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    // As soon as it is current it makes another one so, as a second gvm-rs would.
    let gvm = env!("CARGO_BIN_EXE_gvm-rs");
    let elsewhere = format!("current*/bin/go)\n    GVM_RS_INDEX= '{gvm}' -q use 1.21.13; exit 1\n");
    let script = crate::support::archive::go_script(NEW).replace("broken=\n", "broken=current\n");
    let script =
        script.replace("current*/bin/go)\n", &format!("*/.gvm-rs{}", &elsewhere["current*".len()..]));
    let script = script.replace("case \"$broken$0\" in\n*/.gvm-rs", "case \"$0\" in\n*/.gvm-rs");
    mirror.add(FakeGo::new(NEW).padding(2000).extra_file("go/bin/go", 0o755, script.as_bytes()));
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "--use", OLD, "1.21.13"]).ok();
    let bin: PathBuf = sandbox.root().join("bin");
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let run = sandbox.gvm_with(&[("PATH", &path)], &["upgrade"]).fails(7);
    assert!(run.stderr.contains("; another gvm-rs has switched since\n"), "{run}");
    assert_eq!((current(&sandbox).as_str(), history(&sandbox).len()), ("1.21.13", 3));
}
