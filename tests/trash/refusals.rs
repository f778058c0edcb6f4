//! What is needed is not removed, and `--force` says what breaks.

use std::process::Stdio;

use rustix::process::Signal;

use crate::support::tree_names;
use crate::{four, traces, with_installed};

#[test]
fn what_the_history_leads_to_goes_only_by_force_which_says_what_breaks() {
    let sandbox = with_installed(&["1.21.13", "1.22.5", "1.23.1"]);
    for spec in ["1.21", "1.22", "1.21", "1.22", "1.23"] {
        sandbox.gvm(&["use", spec]).ok();
    }
    let run = sandbox.gvm(&["uninstall", "1.21.13"]).fails(9);
    assert_eq!(
        run.stderr,
        "error: go1.21.13 is kept for generations 1, 3 of the history\n\
         hint: run `gvm-rs uninstall --force 1.21.13` if it may go all the same\n"
    );
    let run = sandbox.gvm(&["uninstall", "1.22.5"]).fails(9);
    let said =
        "go1.22.5 is what `gvm-rs rollback` goes back to; it is kept for generations 2, 4 of the history";
    assert!(run.stderr.contains(said), "{run}");
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5 go1.21.13");
    let run = sandbox.gvm(&["uninstall", "--force", "1.22.5"]).ok();
    for said in [
        "note: `gvm-rs rollback` does not go back to go1.22.5 any more\n",
        "note: there is no going back to generations 2, 4 of the history\n",
    ] {
        assert!(run.stderr.contains(said), "{run}");
    }
    // What the note says is so.
    sandbox.gvm(&["rollback", "2"]).fails(4);
    sandbox.gvm(&["undo"]).ok();
    sandbox.gvm(&["rollback", "2"]).ok();
}

#[test]
fn a_program_that_runs_is_named_and_its_toolchain_stays() {
    let sandbox = four();
    let tree = sandbox.root().join("versions/go1.21.13");
    let copy = tree.join("bin/busy");
    let script = format!("chmod u+w '{0}/bin' && cp /bin/cat '{0}/bin/busy'", tree.display());
    sandbox.sh(&script).ok();
    let mut by_program = sandbox.command(&copy).stdin(Stdio::piped()).spawn().unwrap();
    let mut in_directory = sandbox.command("/bin/cat");
    in_directory.current_dir(sandbox.root().join("versions/go1.21.12/src")).stdin(Stdio::piped());
    let mut in_directory = in_directory.spawn().unwrap();
    for (version, process, name) in [("1.21.13", &by_program, "busy"), ("1.21.12", &in_directory, "cat")] {
        let said = format!("process {} ({name})", process.id());
        let run = sandbox.gvm(&["uninstall", version]).fails(9);
        assert!(run.stderr.contains(&format!("error: go{version} is in use by {said}")), "{run}");
        let run = sandbox.gvm(&["prune", "--keep", "0"]).ok();
        assert!(run.stderr.contains(&format!("note: go{version} stays: it is in use by {said}")), "{run}");
        assert!(sandbox.installed().contains(version));
        let run = sandbox.gvm(&["uninstall", "--force", version]).ok();
        assert!(run.stderr.contains(&format!("note: {said} may fail: its files are gone")), "{run}");
    }
    // From the trash it runs on, so it is not deleted.
    let run = sandbox.gvm(&["prune", "--trash", "--json"]).ok();
    assert!(run.stderr.contains("note: go1.21.13 stays: it is in use by process"), "{run}");
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["kept"], serde_json::json!(["1.21.13", "1.21.12"]));
    for process in [&mut by_program, &mut in_directory] {
        drop(process.stdin.take());
        process.wait().unwrap();
    }
    sandbox.gvm(&["prune", "--trash"]).ok();
    assert_eq!(crate::trash(&sandbox), Vec::<String>::new());
}

#[test]
fn a_program_that_starts_while_its_toolchain_is_removed_keeps_it() {
    let name = "versions/go1.21.13";
    let with_a_program = || {
        let sandbox = four();
        let script =
            format!("cd '{}' && chmod u+w bin && cp /bin/cat bin/busy", sandbox.root().join(name).display());
        sandbox.sh(&script).ok();
        sandbox
    };
    let removed = with_a_program();
    let log = removed.path().join("steps");
    removed.gvm_with(&[("GVM_RS_TEST_STEPS", log.to_str().unwrap())], &["uninstall", "1.21.13"]).ok();
    let steps = std::fs::read_to_string(log).unwrap();
    let tree = removed.root().join(name).display().to_string();
    let leaves =
        steps.lines().position(|step| step.ends_with(&tree)).expect("a step that renames the tree") + 1;

    let sandbox = with_a_program();
    let names = || ["bin", "manifests", "versions"].map(|part| tree_names(&sandbox.root().join(part)));
    let before = names();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["uninstall", "1.21.13"]).env("GVM_RS_TEST_STOP_BEFORE", leaves.to_string());
    let removing = sandbox.start(command);
    removing.wait_until_stopped();
    let program = sandbox.root().join(name).join("bin/busy");
    let mut program = sandbox.command(program).stdin(Stdio::piped()).spawn().unwrap();
    removing.signal(Signal::CONT);
    let run = removing.wait().fails(9);
    assert!(run.stderr.contains(&format!("go1.21.13 is in use by process {} (busy)", program.id())), "{run}");
    assert_eq!(names(), before);
    assert_eq!(crate::trash(&sandbox), Vec::<String>::new());
    drop(program.stdin.take());
    program.wait().unwrap();
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
}

#[test]
fn the_name_of_a_process_cannot_steer_a_terminal() {
    let sandbox = four();
    let tree = sandbox.root().join("versions/go1.21.13");
    let script =
        format!("chmod u+w '{0}/bin' && cp /bin/cat \"$(printf '{0}/bin/\\033[2J')\"", tree.display());
    sandbox.sh(&script).ok();
    let mut process = sandbox.command(tree.join("bin/\u{1b}[2J")).stdin(Stdio::piped()).spawn().unwrap();
    let run = sandbox.gvm(&["uninstall", "1.21.13"]).fails(9);
    assert!(run.stderr.contains("in use by process") && !run.stderr.contains('\u{1b}'), "{run}");
    drop(process.stdin.take());
    process.wait().unwrap();
}

#[test]
fn force_says_nothing_where_nothing_breaks_and_does_not_touch_the_current_one() {
    let sandbox = four();
    let run = sandbox.gvm(&["uninstall", "--force", "1.21.13", "1.23.1"]).fails(9);
    assert!(run.stderr.contains("error: go1.23.1 is the current toolchain"), "{run}");
    assert!(!run.stderr.contains("note: "), "{run}");
    assert_eq!(traces(&sandbox, "1.21.13"), Vec::<String>::new());
    sandbox.sh("~/.gvm-rs/bin/go version").ok();
}
