//! `service`: a drop-in for a unit of a real `systemd --user`, whose own processes say which `go` they find.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests; a skip must show"
)]

mod needs;
mod support;

use std::path::Path;

use support::{FakeGo, Mirror, Run, Sandbox, tree_names};

fn installed(root: Option<&str>) -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.5"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    let run = sandbox.dir("run");
    let sandbox = sandbox.env("XDG_RUNTIME_DIR", run).env("LC_ALL", "C.UTF-8");
    let sandbox = match root {
        Some(name) => {
            let root = sandbox.path().join(name);
            sandbox.env("GVM_RS_HOME", root)
        }
        None => sandbox,
    };
    sandbox.gvm(&["install", "1.21", "1.22"]).ok();
    sandbox.gvm(&["use", "1.22", "--proof", "version"]).ok();
    (mirror, sandbox)
}

fn unit(sandbox: &Sandbox, name: &str, lines: &str) {
    let directory = sandbox.home().join(".config/systemd/user");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join(name), format!("[Service]\nType=oneshot\n{lines}\n")).unwrap();
}

/// Runs a script beside a systemd of its own; GVM is the program, `run UNIT` starts a unit and shows what it wrote.
fn beside_manager(sandbox: &Sandbox, script: &str) -> Run {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systemd/beside-manager");
    let script = format!(
        "set -eu; systemctl --user daemon-reload\n\
         run() {{ : >\"$HOME/said\"; systemctl --user start \"$1\" 2>/dev/null || systemctl --user show -p ExecMainStatus --value \"$1\"; \
         cat \"$HOME/said\"; }}\n{script}"
    );
    let mut command = sandbox.command(tool);
    command.args(["bash", "-c", &script]).env("GVM", env!("CARGO_BIN_EXE_gvm-rs"));
    command.env_remove("XDG_RUNTIME_DIR");
    sandbox.start(command).wait()
}

/// As in tests/setup/systemd.rs.
fn can_be_had() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        eprintln!("not tested: only root can run a systemd of its own");
    }
    is_root && needs::program("systemctl") && !needs::is_skipped("systemd")
}

const NEW: &str = "go version go1.22.5 linux/amd64\n";
const OLD: &str = "go version go1.21.13 linux/amd64\n";

#[test]
fn exec_start_go_finds_nothing_without_a_drop_in_and_ours_with_it() {
    if !can_be_had() {
        return;
    }
    let (_mirror, sandbox) = installed(None);
    unit(&sandbox, "bare.service", "ExecStart=go version\nStandardOutput=append:%h/said");
    let before = tree_names(&sandbox.home());
    let run = beside_manager(
        &sandbox,
        r#"
        run bare
        # A PATH of its own does not help it.
        systemctl --user set-environment PATH="$HOME/.gvm-rs/bin:/usr/bin:/bin"
        run bare
        "$GVM" service show bare
        systemctl --user unset-environment PATH
        systemctl --user reset-failed
        "$GVM" service add bare --yes
        run bare
        "$GVM" -q use 1.21
        run bare
        "$GVM" service show bare
        "$GVM" service add bare --yes --json | grep -c create || true
        "$GVM" service remove bare --yes
        run bare
        rm "$HOME/said"
        "#,
    )
    .ok();
    let [first, rest] = run.stdout.splitn(2, "bare.service: ").collect::<Vec<_>>()[..] else {
        panic!("{run}")
    };
    assert_eq!(first, "203\n203\n", "{run}");
    assert!(run.stderr.contains("never in PATH") && run.stderr.contains("ends with 203/EXEC"), "{run}");
    assert!(run.stderr.contains("`gvm-rs service add bare.service` has it find gvm-rs's"), "{run}");
    assert!(rest.contains(&format!("{NEW}{OLD}bare.service: its programs find gvm-rs's `go`\n")), "{run}");
    // Written again it is the same, and gone it leaves no trace.
    assert!(rest.ends_with("ExecStart  go\n0\n203\n"), "{run}");
    let switched = |names: Vec<String>| {
        names.into_iter().filter(|name| !name.starts_with(".gvm-rs/")).collect::<Vec<_>>()
    };
    assert_eq!(switched(tree_names(&sandbox.home())), switched(before));
}

#[test]
fn a_path_that_the_unit_sets_stays_behind_ours() {
    if !can_be_had() {
        return;
    }
    let (_mirror, sandbox) = installed(None);
    let script =
        "ExecStart=/bin/sh -c 'go version; echo \"$PATH ${GOROOT-}\"'\nStandardOutput=append:%h/said";
    unit(&sandbox, "own.service", &format!("Environment=A=b \"PATH=/opt/x y:/usr/bin:/bin\"\n{script}"));
    unit(&sandbox, "path@.service", script);
    unit(&sandbox, "fixed.service", "ExecStart=/opt/go/bin/go version");
    let run = beside_manager(
        &sandbox,
        r#"
        "$GVM" service add own.service --yes
        run own
        "$GVM" service add own --yes
        run own
        "$GVM" service add path@ --yes
        run path@one
        "$GVM" service show
        "$GVM" service add fixed --yes
        mkdir -p "$HOME/.config/systemd/user/own.service.d"
        printf '[Service]\nEnvironment=PATH=/usr/bin:/bin\n' >"$HOME/.config/systemd/user/own.service.d/z.conf"
        "$GVM" service add own --yes
        "#,
    )
    .ok();
    let bin = sandbox.root().join("bin");
    let tools = sandbox.home().join("go/bin");
    let own = format!("{NEW}{}:/opt/x y:/usr/bin:/bin:{} \n", bin.display(), tools.display());
    assert!(run.stdout.starts_with(&own.repeat(2)), "{run}");
    assert!(run.stdout.ends_with("own.service\npath@.service\n"), "{run}");
    assert!(run.stdout[2 * own.len()..].starts_with(&format!("{NEW}{}:/", bin.display())), "{run}");
    assert!(
        run.stderr.contains("ExecStart names /opt/go/bin/go by its path, which no PATH changes"),
        "{run}"
    );
    assert!(run.stderr.contains("own.service has its drop-in already"), "{run}");
    // A drop-in that is read after ours.
    assert!(run.stderr.contains("another drop-in, or the lack of a Go, keeps it from finding"), "{run}");
}

#[test]
fn a_root_of_any_name_is_found_by_the_unit() {
    if !can_be_had() {
        return;
    }
    for name in ["a b", "$(touch x) ${HOME} $HOME", "it's \"q\" \\ `t`", "100% ; # é %h \\x41"] {
        let (_mirror, sandbox) = installed(Some(name));
        unit(
            &sandbox,
            "x.service",
            "ExecStart=go version\nExecStart=/bin/sh -c 'go version; echo \"$GVM_RS_HOME\"'\nStandardOutput=append:%h/said",
        );
        let run = beside_manager(&sandbox, "\"$GVM\" service add x --yes; run x").ok();
        let root = sandbox.path().join(name);
        assert_eq!(run.stdout, format!("{NEW}{NEW}{}\n", root.display()), "{name:?}: {run}");
        assert!(!run.stderr.contains("note:"), "{run}");
    }
}

#[test]
fn what_is_no_service_is_refused_and_nothing_is_written() {
    let (_mirror, sandbox) = installed(None);
    let before = tree_names(&sandbox.home());
    for name in ["../../x", "/etc/systemd/x", "-x", "", "a b", "x.timer", "a\nb", "*", "x\u{1b}[2J"] {
        for action in ["add", "remove", "show"] {
            let run = sandbox.gvm(&["service", action, "--json", "--", name]).fails(2);
            assert!(run.stdout.is_empty() && !run.stderr.contains('\u{1b}'), "{name:?}: {run}");
        }
    }
    assert_eq!(tree_names(&sandbox.home()), before);
}

#[test]
fn without_a_manager_and_without_consent_it_is_shown_and_taken_back_all_the_same() {
    let (_mirror, sandbox) = installed(None);
    let before = tree_names(&sandbox.home());
    let run = sandbox.gvm(&["service", "add", "web", "-n"]).ok();
    assert!(run.stdout.contains("+Environment=\"PATH=") && run.stdout.contains("+ExecSearchPath="), "{run}");
    sandbox.gvm(&["service", "add", "web"]).fails(12);
    assert_eq!(tree_names(&sandbox.home()), before);
    let run = sandbox.gvm(&["service", "add", "web", "--yes"]).ok();
    assert!(run.stderr.contains("no systemd of yours runs here"), "{run}");
    let file = sandbox.home().join(".config/systemd/user/web.service.d/gvm-rs.conf");
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(sandbox.gvm(&["service", "show"]).ok().stdout, "web.service\n");
    sandbox.gvm(&["service", "add", "web", "--yes"]).ok();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    // What somebody wrote below the block stays.
    std::fs::write(&file, text + "Environment=A=b\n").unwrap();
    sandbox.gvm(&["service", "remove", "web", "--yes"]).ok();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "Environment=A=b\n");
    std::fs::remove_dir_all(sandbox.home().join(".config")).unwrap();
    sandbox.gvm(&["service", "add", "web", "--yes"]).ok();
    sandbox.gvm(&["service", "remove", "web", "--yes"]).ok();
    assert_eq!(tree_names(&sandbox.home()), before);
    let run = sandbox.gvm(&["service", "remove", "web"]).ok();
    assert!(run.stderr.contains("has no drop-in of gvm-rs"), "{run}");
}

#[test]
fn a_unit_that_the_manager_does_not_know_is_no_unit() {
    if !can_be_had() {
        return;
    }
    let (_mirror, sandbox) = installed(None);
    let run = beside_manager(
        &sandbox,
        "for action in 'add --yes' show; do \"$GVM\" service $action typo || echo $?; done",
    )
    .ok();
    assert_eq!(run.stdout, "4\n4\n", "{run}");
    assert!(run.stderr.contains("your systemd knows no unit `typo.service`"), "{run}");
    assert!(!sandbox.home().join(".config").exists());
}

#[test]
fn killed_at_any_step_it_leaves_the_unit_with_a_whole_drop_in_or_none() {
    let (_mirror, sandbox) = installed(None);
    let directory = sandbox.home().join(".config/systemd/user/web.service.d");
    let mut steps = 0;
    for (action, is_there) in [("add", true), ("remove", false)] {
        for step in 1.. {
            let number = step.to_string();
            let run = sandbox
                .gvm_with(&[("GVM_RS_TEST_KILL_BEFORE", &number)], &["service", action, "web", "--yes"]);
            let whole = directory.join("gvm-rs.conf");
            if let Ok(text) = std::fs::read_to_string(&whole) {
                assert!(
                    text.contains("ExecSearchPath=/") && text.trim_end().ends_with("<<<"),
                    "{step}: {text}"
                );
            } else {
                assert!(!directory.exists(), "{step}: nothing without the file");
            }
            steps += 1;
            if run.code == Some(0) {
                assert_eq!(whole.exists(), is_there);
                break;
            }
            assert!(run.code.is_none(), "{run}");
        }
    }
    assert!(steps > 10, "{steps}");
    let left = tree_names(&sandbox.home()).into_iter().filter(|name| !name.starts_with(".gvm-rs/"));
    assert!(left.clone().all(|name| !name.contains("gvm-rs-")), "{:?}", left.collect::<Vec<_>>());
}
