//! The directory hook in the real bash, zsh and fish, typed into a terminal: which `go` is found, what is said, what is
//! left on PATH, and how many processes it takes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "hook/hostile.rs"]
mod hostile;
#[path = "hook/processes.rs"]
mod processes;
#[path = "hook/terminal.rs"]
mod terminal;

use std::fs;
use std::path::{Path, PathBuf};

use support::{FakeGo, Mirror, Sandbox};
use terminal::{SHELLS, Shell};

/// Three versions installed, 1.22.5 current, and gvm-rs on PATH.
fn stocked() -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.4", "1.22.5"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.21.13", "1.22.4", "1.22.5"]).ok();
    sandbox.gvm(&["use", "1.22.5"]).ok();
    let bin = sandbox.dir("bin");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gvm-rs"), bin.join("gvm-rs")).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    (mirror, sandbox.with_settled_fish().env("PATH", path).env("TERM", "dumb").env("LC_ALL", "C.UTF-8"))
}

/// A directory with files in it.
fn project(sandbox: &Sandbox, name: &str, files: &[(&str, &str)]) -> PathBuf {
    let directory = sandbox.dir(name);
    for (file, text) in files {
        fs::write(directory.join(file), text).unwrap();
    }
    directory
}

/// The shells that are there.
fn shells() -> impl Iterator<Item = &'static Shell> {
    SHELLS.iter().filter(|shell| needs::program(shell.name) && needs::program("script"))
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

#[test]
fn a_directory_gets_its_go_and_leaves_no_trace() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let (old, new) = (
            project(&sandbox, "old", &[(".go-version", "1.21\n")]),
            project(&sandbox, "new", &[("mise.toml", "[tools]\ngo = \"1.22.4\"\n")]),
        );
        project(&sandbox, "old/sub", &[]);
        let (old, new) = (quoted(&old), quoted(&new));
        let seen = shell.type_in(
            &sandbox,
            &[
                "report".to_owned(),
                format!("cd {old}"),
                "report".to_owned(),
                "cd sub".to_owned(),
                "report".to_owned(),
                format!("cd {new}"),
                "report".to_owned(),
                "cd /".to_owned(),
                "report".to_owned(),
            ],
        );
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        assert_eq!(
            versions,
            ["go1.22.5", "go1.21.13", "go1.21.13", "go1.22.4", "go1.22.5"],
            "{}",
            shell.name
        );
        assert_eq!(seen[0].path, seen[4].path, "{}", shell.name);
        let first = format!("{}/versions/go1.21.13/bin:", sandbox.root().display());
        assert_eq!(seen[1].path, first + &seen[0].path, "{}", shell.name);
        assert_eq!(seen[1].path, seen[2].path, "{}", shell.name);
    }
}

#[test]
fn a_file_that_changes_is_seen_at_the_next_prompt() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let directory = project(&sandbox, "project", &[]);
        let go_mod = "printf 'module m\\n\\ngo 1.22.6\\n' >go.mod";
        let lines = [
            format!("cd {}", quoted(&directory)),
            "report".into(),
            "echo 1.21 >.go-version".into(),
            "report".into(),
            "echo 1.22.4 >.go-version".into(),
            "report".into(),
            "rm .go-version".into(),
            "report".into(),
            // The least that will do: what is current is new enough.
            "printf 'module m\\n\\ngo 1.21\\n' >go.mod".into(),
            "report".into(),
            "gvm-rs -q use 1.21".into(),
            "report".into(),
            "printf 'module m\\n\\ngo 1.22\\n' >go.mod".into(),
            "report".into(),
            go_mod.into(),
            "report".into(),
        ];
        let seen = shell.type_in(&sandbox, &lines);
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        let expected = [
            "go1.22.5",
            "go1.21.13",
            "go1.22.4",
            "go1.22.5",
            "go1.22.5",
            "go1.21.13",
            "go1.22.5",
            "go1.21.13",
        ];
        assert_eq!(versions, expected, "{}", shell.name);
    }
}

#[test]
fn a_change_far_down_in_a_file_is_seen_too() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let text = "# a task\n".repeat(700) + "[tools]\ngo = \"1.21\"\n";
        let directory = project(&sandbox, "project", &[("mise.toml", &text)]);
        let cd = format!("cd {}", quoted(&directory));
        let lines = [&cd, "report", "sed -i s/1.21/1.22.4/ mise.toml", "report"];
        let seen = shell.type_in(&sandbox, &lines.map(str::to_owned));
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        assert_eq!(versions, ["go1.21.13", "go1.22.4"], "{}", shell.name);
    }
}

#[test]
fn a_workspace_that_is_named_or_turned_off_is_seen() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let directory = project(&sandbox, "work/module", &[("go.mod", "go 1.21\n\ntoolchain go1.21.13\n")]);
        project(&sandbox, "work", &[("go.work", "go 1.22.5\n")]);
        let cd = format!("cd {}", quoted(&directory));
        let (off, on) = match shell.name {
            "fish" => ("set -gx GOWORK off", "set -e GOWORK"),
            _ => ("export GOWORK=off", "unset GOWORK"),
        };
        let lines = ["gvm-rs -q use 1.21", &cd, "report", off, "report", on, "report"];
        let seen = shell.type_in(&sandbox, &lines.map(str::to_owned));
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        assert_eq!(versions, ["go1.22.5", "go1.21.13", "go1.22.5"], "{}", shell.name);
    }
}

#[test]
fn a_change_in_the_workspace_that_gowork_names_is_seen_wherever_one_is() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let work = project(&sandbox, "else where", &[("go.work", "go 1.22.5\n")]).join("go.work");
        let directory = project(&sandbox, "work/module", &[("go.mod", "go 1.20\n")]);
        let empty = project(&sandbox, "empty", &[]);
        let (on, work) = match shell.name {
            "fish" => (format!("set -gx GOWORK {}", quoted(&work)), quoted(&work)),
            _ => (format!("export GOWORK={}", quoted(&work)), quoted(&work)),
        };
        let write = |version: &str| format!("echo go {version} >{work}");
        let cd = |directory| format!("cd {}", quoted(directory));
        let report = || "report".to_owned();
        let lines = [
            "gvm-rs -q use 1.21".to_owned(),
            cd(&directory),
            on,
            report(),
            write("1.22.4"),
            report(),
            write("1.21.0"),
            report(),
            cd(&empty),
            report(),
            write("1.22.5"),
            report(),
        ];
        let seen = shell.type_in(&sandbox, &lines);
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        let expected = ["go1.22.5", "go1.22.4", "go1.21.13", "go1.21.13", "go1.22.5"];
        assert_eq!(versions, expected, "{}", shell.name);
    }
}

#[test]
fn what_is_not_installed_is_said_once_and_not_installed() {
    for shell in shells() {
        let (mirror, sandbox) = stocked();
        let directory = project(&sandbox, "project", &[(".go-version", "1.99.1\n")]);
        project(&sandbox, "project/sub", &[]);
        let before = mirror.requests().len();
        let cd = format!("cd {}", quoted(&directory));
        let typed =
            [&cd, "report", "cd sub", "cd ..", "cd /", &cd, "report", "echo 1.21 >.go-version", "report"];
        let (seen, screen) = shell.type_and_look(&sandbox, &typed.map(str::to_owned));
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        assert_eq!(versions, ["go1.22.5", "go1.22.5", "go1.21.13"], "{}", shell.name);
        let says = "asks for 1.99.1, which is not installed; `gvm-rs install` installs it";
        // A terminal breaks long lines.
        let screen = screen.replace(['\r', '\n'], "");
        assert_eq!(screen.matches(says).count(), 1, "{}: {screen}", shell.name);
        assert_eq!(mirror.requests().len(), before, "{}", shell.name);
    }
}

#[test]
fn a_choice_by_hand_comes_first() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let directory = project(&sandbox, "project", &[(".go-version", "1.21\n")]);
        let cd = format!("cd {}", quoted(&directory));
        let lines = ["report", &cd, "gvm-rs shell 1.22.4", "report", "cd /", "report", &cd, "report"];
        let rest = ["gvm-rs shell --unset", "report", "cd /", "report"];
        let lines: Vec<String> = lines.iter().chain(&rest).map(|&line| line.to_owned()).collect();
        let seen = shell.type_in(&sandbox, &lines);
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        let expected = ["go1.22.5", "go1.22.4", "go1.22.4", "go1.22.4", "go1.21.13", "go1.22.5"];
        assert_eq!(versions, expected, "{}", shell.name);
        assert_eq!(seen[0].path, seen[5].path, "{}", shell.name);
        assert!(!seen[1].path.contains("go1.21.13"), "{}", seen[1].path);
    }
}

#[test]
fn a_toolchain_that_comes_or_goes_is_seen() {
    for shell in shells() {
        let (mirror, sandbox) = stocked();
        mirror.add(FakeGo::new("1.21.14").padding(2000));
        let directory = project(&sandbox, "project", &[(".go-version", "1.21\n")]);
        let cd = format!("cd {}", quoted(&directory));
        let lines = [
            &cd,
            "report",
            "gvm-rs -q install 1.21.14",
            "report",
            "gvm-rs -q uninstall 1.21.14",
            "report",
            "gvm-rs -q undo",
            "report",
        ];
        let seen = shell.type_in(&sandbox, &lines.map(str::to_owned));
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        assert_eq!(versions, ["go1.21.13", "go1.21.14", "go1.21.13", "go1.21.14"], "{}", shell.name);
    }
}

#[test]
fn the_status_and_the_prompt_commands_of_the_user_stay() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let directory = project(&sandbox, "project", &[(".go-version", "1.21\n")]);
        let cd = format!("cd {}", quoted(&directory));
        let lines = [cd.as_str(), "false", "report", "true", "report"];
        let seen = shell.type_in(&sandbox, &lines.map(str::to_owned));
        let statuses: Vec<&str> = seen.iter().map(|seen| seen.status.as_str()).collect();
        assert_eq!(statuses, ["1", "0"], "{}", shell.name);
    }
    if !needs::program("bash") {
        return;
    }
    let bash = &SHELLS[0];
    for before in
        ["PROMPT_COMMAND='status=$?; echo mine-$status >>$SEEN'", "PROMPT_COMMAND=(: 'echo mine-$? >>$SEEN')"]
    {
        let (_mirror, sandbox) = stocked();
        let file = sandbox_file(&sandbox);
        let sandbox = sandbox.env("SEEN", file);
        let directory = project(&sandbox, "project", &[(".go-version", "1.21\n")]);
        let lines = [
            before.to_owned(),
            "eval \"$(gvm-rs init bash --hook)\"".to_owned(),
            format!("cd {}", quoted(&directory)),
            "false".to_owned(),
            "report".to_owned(),
        ];
        let seen = bash.type_in(&sandbox, &lines);
        assert_eq!((seen[0].version.as_str(), seen[0].status.as_str()), ("go1.21.13", "1"));
        let mine = fs::read_to_string(sandbox_file(&sandbox)).unwrap();
        assert!(mine.contains("mine-1\n") && mine.contains("mine-0\n"), "{mine}");
    }
}

fn sandbox_file(sandbox: &Sandbox) -> PathBuf {
    sandbox.path().join("seen-by-the-user")
}

#[test]
fn the_setting_takes_the_place_of_the_flag() {
    let (_mirror, sandbox) = stocked();
    let config = sandbox.home().join(".config/gvm-rs");
    fs::create_dir_all(&config).unwrap();
    for name in ["bash", "zsh", "fish"] {
        fs::write(config.join("config.toml"), "hook = false\n").unwrap();
        let without = sandbox.gvm(&["init", name]).ok().stdout;
        fs::write(config.join("config.toml"), "hook = true\n").unwrap();
        let with = sandbox.gvm(&["init", name]).ok().stdout;
        assert!(!without.contains("__gvm_rs_hook") && with.contains("__gvm_rs_hook"), "{name}");
        assert_eq!(sandbox.gvm(&["init", name, "--hook"]).ok().stdout, with);
    }
    // Where there is no hook the setting is no mistake.
    assert!(!sandbox.gvm(&["init", "sh"]).ok().stdout.contains("__gvm_rs_hook"));
}
