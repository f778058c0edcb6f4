//! How many processes the hook takes: none while nothing changes, and one where something did.

use std::fs;

use crate::support::Sandbox;
use crate::terminal::Shell;
use crate::{project, quoted, shells, stocked};

/// The processes that a shell starts while these lines are typed, the shell itself included.
fn started(shell: &Shell, sandbox: &Sandbox, lines: &[String]) -> usize {
    let trace = sandbox.path().join("trace");
    let command =
        format!("strace -f -qq -o '{}' -e trace=clone,clone3,fork,vfork {}", trace.display(), shell.command);
    let lines = [&[shell.load.to_owned()][..], lines].concat();
    shell.run(sandbox, &command, &lines);
    let trace = fs::read_to_string(trace).unwrap();
    trace.lines().filter(|line| is_start(line)).count()
}

#[test]
fn no_process_while_nothing_changes_and_one_otherwise() {
    if !crate::needs::program("strace") {
        return;
    }
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let old = project(&sandbox, "old", &[(".go-version", "1.21\n"), ("go.mod", "module m\n\ngo 1.21\n")]);
        let new = project(&sandbox, "new", &[(".tool-versions", "golang 1.22.4\n")]);
        let module = project(&sandbox, "module", &[("go.mod", "module m\n\ngo 1.21\n")]);
        project(&sandbox, "old/sub/deep", &[]);
        project(&sandbox, "none/sub", &[]);
        let cd = |path: &std::path::Path| format!("cd {}", quoted(path));
        let count = |lines: &[String]| started(shell, &sandbox, lines);
        let none = count(&[]);
        // No project anywhere above.
        let idle = ["cd /", "cd /usr", ":", ":", "cd /"].map(str::to_owned);
        assert_eq!(count(&idle), none, "{}", shell.name);
        // One to enter, none for prompts, none below, none to leave.
        let inside =
            [&cd(&old), ":", ":", ":", "cd sub", ":", "cd deep", ":", "cd ../..", ":"].map(str::to_owned);
        assert_eq!(count(&inside), none + 1, "{}", shell.name);
        let and_out = [&inside[..], &["cd /".to_owned(), ":".to_owned()]].concat();
        assert_eq!(count(&and_out), none + 1, "{}", shell.name);
        // One for each other project, one for a file that changed.
        assert_eq!(
            count(&[cd(&old), cd(&new), ":".into(), cd(&module), ":".into()]),
            none + 3,
            "{}",
            shell.name
        );
        let edit = [cd(&old), "echo 1.22 >.go-version".into(), ":".into(), ":".into()];
        assert_eq!(count(&edit), none + 2, "{}", shell.name);
    }
}

/// A call that starts a process, and no thread; a call that was traced in two parts is counted once.
fn is_start(line: &str) -> bool {
    let calls = ["clone(", "clone3(", "fork("];
    calls.iter().any(|call| line.contains(call)) && !line.contains("CLONE_THREAD")
}
