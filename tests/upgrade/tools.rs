//! Programs in GOBIN: no switch touches them, `upgrade` names those that an older Go built, and builds them again.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Run, Sandbox, tree_names};
use crate::{NEW, OLD, current, scene};

/// Installs a tool by what is current, as a user does.
fn install(sandbox: &Sandbox, tool: &str) {
    sandbox.sh(&format!("~/.gvm-rs/bin/go install {tool}")).ok();
}

fn bin(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join("go/bin")
}

fn contents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    tree_names(directory)
        .into_iter()
        .map(|name| {
            let bytes = std::fs::read(directory.join(&name)).unwrap();
            (name, bytes)
        })
        .collect()
}

fn tools(run: &Run) -> Vec<Value> {
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    told["tools"]["outdated"].as_array().unwrap().clone()
}

#[test]
fn tools_survive_every_switch() {
    let (_mirror, sandbox) = scene(None);
    install(&sandbox, "example.com/cmd/one@v1.0.0");
    let before = contents(&bin(&sandbox));
    for args in [&["upgrade"][..], &["rollback"], &["use", NEW], &["uninstall", "--force", OLD], &["prune"]] {
        sandbox.gvm(args).ok();
        assert_eq!(contents(&bin(&sandbox)), before, "{args:?}");
    }
}

#[test]
fn an_upgrade_names_the_tools_that_an_older_go_built() {
    let (_mirror, sandbox) = scene(None);
    install(&sandbox, "example.com/cmd/two@v1.0.0");
    install(&sandbox, "example.com/cmd/one@v1.0.0");
    // What the new one has built already is not named.
    sandbox.gvm(&["install", NEW]).ok();
    sandbox.sh("~/.gvm-rs/bin/go1.22.6 install example.com/cmd/three@v1.0.0").ok();
    std::fs::write(bin(&sandbox).join("script"), "#!/bin/sh\n").unwrap();
    std::fs::create_dir(bin(&sandbox).join("linux_arm64")).unwrap();
    let run = sandbox.gvm(&["upgrade"]).ok();
    assert!(
        run.text().contains(
            "note: in `[HOME]/go/bin` an older Go than go1.22.6 built: one (go1.22.4), two (go1.22.4)\n\
             hint: `gvm-rs upgrade --rebuild-tools` builds them again\n"
        ),
        "{run}"
    );
}

#[test]
fn rebuilt_tools_are_of_the_new_go_and_one_that_fails_is_told_and_takes_nothing_back() {
    let (_mirror, sandbox) = scene(None);
    for tool in ["example.com/cmd/one@v1.0.0", "example.com/cmd/gone@v1.0.0", "example.com/cmd/local@v1.0.0"]
    {
        install(&sandbox, tool);
    }
    let change = |name: &str, from: &str, to: &str| {
        let path = bin(&sandbox).join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(from, to)).unwrap();
    };
    change("gone", "v1.0.0", "v0.0.404");
    change("local", "v1.0.0\th1:x=", "(devel)\t");
    let gone = std::fs::read(bin(&sandbox).join("gone")).unwrap();
    let run = sandbox.gvm(&["upgrade", "--rebuild-tools", "--json"]).fails(1);
    let rows: Vec<[Value; 4]> = tools(&run)
        .iter()
        .map(|tool| ["name", "version", "outcome", "reason"].map(|key| tool[key].clone()))
        .collect();
    let local = "it was built from a directory, not from a version of its module";
    let unknown = "go: example.com/cmd/gone@v0.0.404: unknown revision";
    assert_eq!(
        rows,
        [
            [json!("gone"), json!("v0.0.404"), json!("failed"), json!(unknown)],
            [json!("local"), json!(""), json!("skipped"), json!(local)],
            [json!("one"), json!("v1.0.0"), json!("rebuilt"), Value::Null],
        ]
    );
    assert!(run.stderr.contains(&format!("gone             go1.22.4     failed: {unknown}\n")), "{run}");
    assert!(run.stderr.ends_with("error: one tool could not be built again\n"), "{run}");
    assert!(run.stderr.contains("one              go1.22.4     built again with go1.22.6\n"), "{run}");
    let said = |name: &str| sandbox.sh(&format!("~/go/bin/{name}")).ok().out().to_owned();
    assert_eq!((said("one").as_str(), said("local").as_str()), ("built by 1.22.6", "built by 1.22.4"));
    assert_eq!(std::fs::read(bin(&sandbox).join("gone")).unwrap(), gone);
    assert_eq!(current(&sandbox), NEW);
    // What is left can be tried again later, without anything to upgrade.
    change("gone", "v0.0.404", "v1.0.1");
    sandbox.gvm(&["upgrade", "--rebuild-tools"]).ok();
    assert_eq!(said("gone"), "built by 1.22.6");
}

#[test]
fn the_users_gobin_and_gopath_say_where_tools_are() {
    for (name, value, directory) in [("GOBIN", "own", "own"), ("GOPATH", "one:two", "one/bin")] {
        let (_mirror, sandbox) = scene(None);
        let base = sandbox.path().to_str().unwrap().to_owned();
        let value = value.split(':').map(|part| format!("{base}/{part}")).collect::<Vec<_>>().join(":");
        let mut command = sandbox.command("/bin/sh");
        let directory = sandbox.path().join(directory);
        command.args(["-c", "~/.gvm-rs/bin/go install example.com/cmd/one@v1.0.0"]).env("GOBIN", &directory);
        sandbox.start(command).wait().ok();
        let run = sandbox.gvm_with(&[(name, &value)], &["upgrade", "--json"]).ok();
        assert_eq!(tools(&run)[0]["name"], "one", "{name}: {run}");
    }
}

#[test]
fn where_there_are_no_tools_nothing_is_said_of_them() {
    let (_mirror, sandbox) = scene(None);
    let run = sandbox.gvm(&["upgrade"]).ok();
    assert!(!run.stderr.contains("tool"), "{run}");
    let run = sandbox.gvm(&["upgrade", "--rebuild-tools"]).ok();
    assert!(run.text().contains("no tool in `[HOME]/go/bin` was built with an older Go\n"), "{run}");
}
