//! A real `systemd --user`, whose services find Go.

use std::path::Path;

use crate::support::{Run, Sandbox};
use crate::{empty, installed, needs, write};

/// Runs a script beside a systemd of its own; GVM is the program, and `service` runs words as a service.
fn beside_manager(sandbox: &Sandbox, script: &str) -> Run {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systemd/beside-manager");
    let script = format!(
        "set -eu; service() {{ systemd-run --user --quiet --wait --pipe --collect -- /bin/sh -c \"$1\"; }}\n{script}"
    );
    let mut command = sandbox.command(tool);
    command.args(["bash", "-c", &script]).env("GVM", env!("CARGO_BIN_EXE_gvm-rs"));
    command.env_remove("XDG_RUNTIME_DIR");
    sandbox.start(command).wait()
}

/// A manager of its own needs namespaces, and GVM_RS_TEST_SKIP=systemd is for machines that give none to root either.
fn can_be_had() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        eprintln!("not tested: only root can run a systemd of its own");
    }
    is_root && needs::program("systemctl") && !needs::is_skipped("systemd")
}

#[test]
fn a_service_runs_the_go_that_is_current() {
    if !can_be_had() {
        return;
    }
    let (_mirror, sandbox) = installed();
    let run = beside_manager(
        &sandbox,
        r#"
        service 'go version' 2>/dev/null || echo none
        "$GVM" setup --yes --systemd-only
        service 'go version; echo "GOROOT=${GOROOT-}"'
        "$GVM" -q use 1.21
        service 'go version; go1.22.5 version; case "$PATH" in *::*|:*|*:) echo "$PATH" ;; esac'
        "$GVM" teardown --yes
        service 'go version' 2>/dev/null || echo none
        "#,
    )
    .ok();
    let said: Vec<&str> = run.stdout.lines().collect();
    let [one, other] = ["go version go1.22.5 linux/amd64", "go version go1.21.13 linux/amd64"];
    assert_eq!(said, ["none", one, "GOROOT=", other, one, "none"], "{run}");
    assert!(run.stderr.contains("systemd gives it to every service"), "{run}");
    assert!(!sandbox.home().join(".config").exists());
}

#[test]
fn a_path_that_was_put_into_the_manager_is_told() {
    if !can_be_had() {
        return;
    }
    let run = beside_manager(
        &empty(),
        r#"
        systemctl --user set-environment PATH=/usr/bin:/bin
        "$GVM" setup --yes --systemd-only
        "$GVM" setup --yes --systemd-only --json 2>/dev/null
        # The hint, as it is printed.
        eval "$("$GVM" setup --yes --systemd-only 2>&1 | sed -n 's/.*`\(systemctl .*\)` mends.*/\1/p')"
        "$GVM" setup --yes --systemd-only
        "#,
    )
    .ok();
    assert!(run.stdout.contains("\"systemd\": \"overruled\""), "{run}");
    let notes = run.stderr.matches("was put into the running systemd overrules the file").count();
    assert!(notes == 1 && run.stderr.trim_end().contains("systemd gives it to every service"), "{run}");
}

#[test]
fn a_root_of_any_name_reaches_the_services() {
    if !can_be_had() {
        return;
    }
    for name in ["a b", "$(touch x) ${HOME} $HOME", "it's \"q\" \\ `t`", "100% ; # é"] {
        let sandbox = empty();
        let root = sandbox.path().join(name);
        let sandbox = sandbox.env("GVM_RS_HOME", &root).env("LC_ALL", "C.UTF-8");
        write(&sandbox, "marker", "");
        let run = beside_manager(
            &sandbox,
            r#"
            "$GVM" setup --yes --systemd-only
            service 'printf "%s\n" "$PATH" "$GVM_RS_HOME"'
            "#,
        )
        .ok();
        let root = root.display();
        assert!(run.stdout.starts_with(&format!("{root}/bin:/")), "{name:?}: {run}");
        assert!(run.stdout.ends_with(&format!("\n{root}\n")), "{name:?}: {run}");
        assert!(run.stderr.contains("systemd gives it to every service"), "{name:?}: {run}");
    }
}
