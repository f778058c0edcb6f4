//! `exec`: another toolchain for one command, which runs in place of gvm-rs and notices nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod support;

use std::io::Write as _;
use std::process::Stdio;

use support::{FakeGo, Mirror, Sandbox};

/// Two versions installed; 1.22.5 is current.
fn two() -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.5"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.21", "1.22"]).ok();
    sandbox.gvm(&["use", "1.21"]).ok();
    sandbox.gvm(&["use", "1.22"]).ok();
    (mirror, sandbox)
}

#[test]
fn exec_runs_the_go_that_was_named() {
    let (_mirror, sandbox) = two();
    for (args, version) in [
        (&["exec", "1.21", "--", "go", "version"][..], "go1.21.13"),
        (&["exec", "1.21", "go", "version"], "go1.21.13"),
        (&["run", "1.22", "go", "version"], "go1.22.5"),
        (&["x", "<1.22", "--", "go", "version"], "go1.21.13"),
        (&["exec", "-", "go", "version"], "go1.21.13"),
        (&["exec", "latest", "go", "version"], "go1.22.5"),
        (&["exec", "1.21", "--", "sh", "-c", "go version"], "go1.21.13"),
        (&["exec", "1.21", "--", "env", "go", "version"], "go1.21.13"),
    ] {
        let run = sandbox.gvm(args).ok();
        assert_eq!(run.stdout, format!("go version {version} linux/amd64\n"), "{args:?}");
        assert_eq!(run.stderr, "");
    }
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), "go1.22.5");
}

#[test]
fn arguments_input_and_exit_code_pass_unchanged() {
    let (_mirror, sandbox) = two();
    let args = ["", "a b", "--", "-x", "--json", "--help", "$HOME", "*", "ünï\ncode"];
    let run = sandbox.gvm(&[&["exec", "1.21", "--", "printf", "%s|"][..], &args].concat()).ok();
    assert_eq!(run.stdout, args.map(|arg| format!("{arg}|")).concat());
    for code in [0, 1, 2, 4, 75, 126, 127, 130, 255] {
        let exit = format!("exit {code}");
        assert_eq!(sandbox.gvm(&["exec", "1.21", "--", "sh", "-c", &exit]).code, Some(code));
    }
    // Killed by a signal: there is nobody in between to make a number of it.
    assert_eq!(sandbox.gvm(&["exec", "1.21", "--", "sh", "-c", "kill -9 $$"]).code, None);

    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["exec", "1.21", "cat"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"from the pipe").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"from the pipe");
}

#[test]
fn the_environment_speaks_for_the_toolchain_and_nothing_against_it() {
    let (_mirror, sandbox) = two();
    let tree = sandbox.root().join("versions/go1.21.13");
    let environment = |env: &[(&str, &str)]| {
        let run = sandbox.gvm_with(env, &["exec", "1.21", "--", "env"]).ok();
        let mut lines: Vec<String> = run.stdout.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let before =
        [("GOROOT", "/opt/go"), ("GOFLAGS", "-mod=mod"), ("GOTOOLCHAIN", "go1.99.1+auto"), ("A", "b c")];
    let after = environment(&before);
    let has = |line: &str| after.iter().any(|found| found == line);
    assert!(!after.iter().any(|line| line.starts_with("GOROOT=")), "{after:?}");
    assert!(has("GOTOOLCHAIN=go1.99.1+auto") && has("GOFLAGS=-mod=mod") && has("A=b c"), "{after:?}");
    assert!(has(&format!("PATH={}/bin:/usr/bin:/bin", tree.display())), "{after:?}");
    for unset in [&[][..], &[("GOTOOLCHAIN", "")]] {
        assert!(environment(unset).iter().any(|line| line == "GOTOOLCHAIN=local"), "{unset:?}");
    }
    let goroot = sandbox.gvm_with(&before, &["exec", "1.21", "go", "env", "GOROOT"]).ok();
    assert_eq!(goroot.out(), tree.display().to_string());
}

#[test]
fn what_cannot_run_ends_as_in_a_shell() {
    let (_mirror, sandbox) = two();
    std::fs::write(sandbox.home().join("text"), "no program").unwrap();
    for (command, code) in
        [("no-such-program", 127), ("./no-such-program", 127), ("./text", 126), ("/", 126), ("", 127)]
    {
        let run = sandbox.gvm(&["exec", "1.21", "--", command]).fails(code);
        assert!(run.stderr.contains(&format!("cannot run `{command}`")), "{run}");
    }
    for (args, code, told) in [
        (&["exec", "1.20", "go"][..], 4, "no installed toolchain matches `1.20`"),
        (&["exec", "1.19.x", "go"], 4, "hint: run `gvm-rs install '1.19.x'`"),
        (&["exec", "nonsense", "go"], 2, "`nonsense` is not a Go version"),
        (&["exec", "1.21"], 2, "no command is named"),
        (&["exec", "1.21", "--"], 2, "no command is named"),
        (&["exec"], 2, "SPEC"),
    ] {
        let run = sandbox.gvm(args).fails(code);
        assert!(run.stderr.contains(told), "{run}");
    }
}

#[test]
fn exec_installs_only_when_told_to() {
    let (mirror, sandbox) = two();
    mirror.add(FakeGo::new("1.23.1").padding(2000));
    let before = mirror.requests().len();
    sandbox.gvm(&["exec", "1.23", "go", "version"]).fails(4);
    assert_eq!(mirror.requests().len(), before);
    sandbox.gvm(&["exec", "latest", "go", "version"]).fails(4);
    let run = sandbox.gvm(&["exec", "--install", "1.23", "--", "go", "version"]).ok();
    assert_eq!(run.stdout, "go version go1.23.1 linux/amd64\n");
    sandbox.gvm(&["exec", "1.23", "go", "version"]).ok();
    assert_eq!(sandbox.gvm(&["current"]).ok().out(), "go1.22.5");
}

#[test]
fn another_go_on_path_never_stands_in_for_a_damaged_one() {
    let (_mirror, sandbox) = two();
    let bin = sandbox.root().join("versions/go1.21.13/bin");
    for name in ["go", "gofmt"] {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&bin, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::remove_file(bin.join(name)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", sandbox.root().join("bin").display());
    let run = sandbox.gvm_with(&[("PATH", &path)], &["exec", "1.21", "--", "go", "version"]).fails(10);
    assert!(run.stderr.contains("versions/go1.21.13/bin/go"), "{run}");
    assert!(run.stderr.contains("hint: "), "{run}");
}
