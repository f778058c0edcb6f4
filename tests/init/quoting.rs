//! Random names, a few hundred at a time, each through the shells as `init` quoted it.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::Sandbox;
use crate::{needs, root_named};

/// What `init` prints for each name, each followed by code that shows the PATH and sets it back.
fn script(sandbox: &Sandbox, kind: &str, names: &[String], show: &str) -> String {
    let code = |name: &String| {
        let run = sandbox.gvm(&["--home", &root_named(name), "init", kind]).ok();
        format!("{}{show}\n", run.stdout)
    };
    names.iter().map(code).collect()
}

fn through(sandbox: &Sandbox, program: &str, script: &str) -> Vec<String> {
    std::fs::write(sandbox.home().join("script"), script).unwrap();
    let mut command = sandbox.command(program);
    command.args(match program {
        "bash" => &["--norc", "-eu", "../home/script"][..],
        "zsh" => &["-f", "-eu", "../home/script"],
        "fish" => &["--no-config", "../home/script"],
        _ => &["-eu", "../home/script"],
    });
    let run = sandbox.start(command).wait().ok();
    assert_eq!(run.stderr, "", "{program}");
    run.stdout.split_terminator('\0').map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, max_shrink_iters: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_name_survives_the_quoting(names in vec("[^/:\\x00]{1,20}|['\"\\\\$`!*?~#;&|<>(){}\\[\\] -]{1,8}", 120)) {
        let sandbox = Sandbox::new().env("LC_ALL", "C.UTF-8");
        let empty = sandbox.dir("empty");
        let sandbox = sandbox.cwd(&empty);
        let expected: Vec<String> = names.iter().map(|name| format!("{}/bin:/usr/bin:{}/go/bin", root_named(name), sandbox.home().display())).collect();
        let shells = [("sh", &["bash", "dash", "zsh"][..], "printf '%s\\0' \"$PATH\"; PATH=/usr/bin"),
            ("fish", &["fish"], "printf '%s\\0' \"$PATH\"; set PATH /usr/bin")];
        for (kind, programs, show) in shells {
            let first = if kind == "fish" { "set PATH /usr/bin\n" } else { "PATH=/usr/bin\n" };
            let script = format!("{first}{}", script(&sandbox, kind, &names, show));
            for program in programs.iter().filter(|program| needs::program(program)) {
                let found = through(&sandbox, program, &script);
                for (found, expected) in found.iter().zip(&expected) {
                    prop_assert_eq!(found, expected, "{}", program);
                }
                prop_assert_eq!(found.len(), expected.len(), "{}", program);
            }
        }
        prop_assert!(crate::is_empty(&empty), "something in a name was run");
    }
}
