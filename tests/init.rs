//! `init`: PATH in the real bash, zsh, fish and dash, whatever the root is called and however the shell was started.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests; a skip must show"
)]

mod needs;
mod support;

#[path = "init/quoting.rs"]
mod quoting;
#[path = "init/startup.rs"]
mod startup;

use std::path::Path;
use std::process::Command;

use support::{Run, Sandbox};

const GVM: &str = env!("CARGO_BIN_EXE_gvm-rs");

/// Directory names that mean something to some shell.
const NAMES: &[&str] = &[
    "plain",
    "a b",
    "it's",
    "say \"x\"",
    "$(touch x)",
    "`touch x`",
    ";touch x;",
    "'$(touch x)'",
    "back\\slash",
    "trail\\",
    "two\\\\slashes",
    "\\'mixed\\",
    "*",
    "[a-z]?",
    "{a,b}",
    "ünïcødé 日本",
    "-n",
    "!x !!",
    "#h",
    "~",
    "$HOME",
    "%s%n",
    "(x)",
    "<1-9>",
    "a\tb\u{1}c\u{7f}",
    "two\nlines\r\n",
];

/// Shells in the modes that change how words are read. The first word is the program.
const MODES: &[&[&str]] = &[
    &["bash", "--norc"],
    &["bash", "--norc", "-euo", "pipefail"],
    &["bash", "--norc", "--posix"],
    &["bash", "--norc", "-O", "extglob", "-O", "nullglob", "-f"],
    &["dash"],
    &["dash", "-eu"],
    &["zsh", "-f"],
    &["zsh", "-f", "-e", "-u", "-o", "pipefail"],
    &[
        "zsh",
        "-f",
        "-o",
        "shwordsplit",
        "-o",
        "extendedglob",
        "-o",
        "ksharrays",
        "-o",
        "globsubst",
        "-o",
        "kshglob",
    ],
    &["zsh", "-f", "-o", "rcquotes", "-o", "nomatch"],
    &["zsh", "--emulate", "sh", "-f"],
    &["zsh", "--emulate", "ksh", "-f"],
    &["fish", "--no-config"],
];

/// Evaluates what `init` prints twice, for each PATH given, and shows the PATHs and then the environment.
const SH: &str = r#"
code="$("$GVM" --home "$ROOT" init "$KIND")"
for path in "$@"; do
  if [ "$path" = unset ]; then unset PATH; else PATH="$path"; fi
  eval "$code"
  eval "$code"
  printf '%s\0' "$PATH"
done
/usr/bin/env -0
"#;
const FISH: &str = r#"
for path in $argv
  switch $path
    case unset; set --erase PATH
    case ''; set --global --export PATH
    case '*'; set --global --export PATH (string split : -- $path)
  end
  $GVM --home $ROOT init fish | source
  $GVM --home $ROOT init fish | source
  printf '%s\0' "$PATH"
end
/usr/bin/env -0
"#;

/// PATHs before, and what has to follow BIN after.
const PATHS: &[(&str, &str)] = &[
    ("/usr/bin:/bin", ":/usr/bin:/bin"),
    ("BIN:/usr/bin", ":/usr/bin"),
    ("/usr/bin:BIN:/bin:BIN", ":/usr/bin:/bin"),
    ("/bin:BIN:BIN:BIN", ":/bin"),
    ("BIN", ""),
    ("BIN:BIN", ""),
    ("", ""),
    ("unset", ""),
    // Neighbours that only look like it stay.
    ("/xBIN:BINy:/bin", ":/xBIN:BINy:/bin"),
];

fn kind(program: &str) -> &str {
    if program == "dash" { "sh" } else { program }
}

/// Runs code in a shell; `$GVM` is the program.
fn shell(sandbox: &Sandbox, mode: &[&str], code: &str, args: &[&str]) -> Command {
    let mut command = sandbox.command(mode[0]);
    command.args(&mode[1..]).args(["-c", code]).env("GVM", GVM).env("KIND", kind(mode[0]));
    // fish has no name for its command line.
    command.args((mode[0] != "fish").then_some("shell")).args(args);
    command
}

/// The directory that stands for a name, which is never created.
fn root_named(name: &str) -> String {
    format!("/srv/{name}/root")
}

fn check(sandbox: &Sandbox, mode: &[&str], name: &str) {
    let root = root_named(name);
    let bin = format!("{root}/bin");
    let paths: Vec<String> = PATHS.iter().map(|(before, _)| before.replace("BIN", &bin)).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let code = if mode[0] == "fish" { FISH } else { SH };
    let mut command = shell(sandbox, mode, code, &paths);
    command.env("ROOT", &root);
    let run = sandbox.start(command).wait().ok();
    let tools = sandbox.home().join("go/bin");
    assert_eq!(run.stderr, "", "{mode:?} {name:?}");
    let mut shown = run.stdout.split('\0');
    for (before, after) in PATHS {
        let after = format!("{bin}{}:{}", after.replace("BIN", &bin), tools.display());
        assert_eq!(shown.next(), Some(after.as_str()), "{mode:?} {name:?}, PATH was {before:?}");
    }
    let env: Vec<&str> = shown.collect();
    assert!(env.contains(&format!("GVM_RS_HOME={root}").as_str()), "{mode:?} {name:?}: {env:?}");
    assert!(env.iter().any(|line| line.starts_with(&format!("PATH={bin}"))), "{mode:?} {name:?}: {env:?}");
    let leaks = env.iter().find(|line| line.starts_with("GOROOT") || line.starts_with("__gvm_rs"));
    assert_eq!(leaks, None, "{mode:?} {name:?}");
}

/// All names in the modes of one shell.
fn check_all(program: &str) {
    if !needs::program(program) {
        return;
    }
    let sandbox = Sandbox::new().env("LC_ALL", "C.UTF-8");
    let empty = sandbox.dir("empty");
    let sandbox = sandbox.cwd(&empty);
    for mode in MODES.iter().filter(|mode| mode[0] == program) {
        for name in NAMES {
            check(&sandbox, mode, name);
        }
    }
    assert!(is_empty(&empty), "something in a name was run");
}

fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).unwrap().next().is_none()
}

#[test]
fn bash_puts_the_directory_first_exactly_once() {
    check_all("bash");
}

#[test]
fn dash_puts_the_directory_first_exactly_once() {
    check_all("dash");
}

#[test]
fn zsh_puts_the_directory_first_exactly_once() {
    check_all("zsh");
}

#[test]
fn fish_puts_the_directory_first_exactly_once() {
    check_all("fish");
}

#[test]
fn the_root_is_exported_only_where_it_is_not_the_default() {
    for (mode, code) in [
        (MODES[0], SH_HOME),
        (MODES[4], SH_HOME),
        (MODES[6], SH_HOME),
        (&["fish", "--no-config"][..], "$GVM init fish | source; /usr/bin/env"),
    ] {
        if !needs::program(mode[0]) {
            continue;
        }
        let sandbox = Sandbox::new();
        let shown = |env: Option<&Path>| {
            let mut command = shell(&sandbox, mode, code, &[]);
            command.envs(env.map(|root| ("GVM_RS_HOME", root)));
            let run = sandbox.start(command).wait().ok();
            assert_eq!(run.stderr, "");
            run.stdout.lines().find(|line| line.starts_with("GVM_RS_HOME=")).map(str::to_owned)
        };
        assert_eq!(shown(None), None, "{mode:?}");
        let other = sandbox.path().join("other");
        assert_eq!(shown(Some(&other)), Some(format!("GVM_RS_HOME={}", other.display())), "{mode:?}");
    }
}

const SH_HOME: &str = r#"eval "$("$GVM" init "$KIND")"; /usr/bin/env"#;

/// elvish and nushell read their code from a file.
#[test]
fn elvish_and_nushell_put_the_directory_first_exactly_once() {
    let elvish = needs::program("elvish").then(|| "/usr/bin/elvish".into());
    for (kind, program) in [("elvish", elvish), ("nu", needs::nushell())] {
        let Some(program) = program else { continue };
        for name in NAMES {
            let sandbox = Sandbox::new().env("LC_ALL", "C.UTF-8");
            let (root, code, empty) = (root_named(name), sandbox.home().join("code"), sandbox.dir("empty"));
            let sandbox = sandbox.cwd(&empty);
            std::fs::write(&code, sandbox.gvm(&["--home", &root, "init", kind]).ok().stdout).unwrap();
            let code = code.display();
            for (before, after) in PATHS.iter().filter(|(path, _)| !["", "unset"].contains(path)) {
                let (flags, script) = match kind {
                    "elvish" => (
                        "-norc",
                        format!("eval (slurp < '{code}'); eval (slurp < '{code}'); e:/usr/bin/env -0"),
                    ),
                    _ => ("-n", format!("source '{code}'; source '{code}'; ^/usr/bin/env -0")),
                };
                let bin = format!("{root}/bin");
                let mut command = sandbox.command(&program);
                command.args([flags, "-c", &script]).env("PATH", before.replace("BIN", &bin));
                let run = sandbox.start(command).wait().ok();
                assert_eq!(run.stderr, "", "{kind} {name:?}");
                let env: Vec<&str> = run.stdout.split('\0').collect();
                let tools = sandbox.home().join("go/bin");
                let path = format!("PATH={bin}{}:{}", after.replace("BIN", &bin), tools.display());
                assert!(env.contains(&path.as_str()), "{kind} {name:?} {before:?}: {run}");
                assert!(env.contains(&format!("GVM_RS_HOME={root}").as_str()), "{kind} {name:?}: {run}");
                assert!(!env.iter().any(|line| line.starts_with("GOROOT")), "{kind} {name:?}: {run}");
            }
            assert!(is_empty(&empty), "something in {name:?} was run");
        }
    }
}

#[test]
fn a_root_that_no_path_can_hold_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    for (root, told) in [(&b"/srv/a:b"[..], "a colon"), (b"/srv/a\xffb", "not UTF-8")] {
        for words in [
            &["init", "bash"][..],
            &["init", "zsh"],
            &["init", "fish"],
            &["init", "sh"],
            &["env", "--shell", "sh"],
        ] {
            let mut command = sandbox.command(GVM);
            command.arg("--home").arg(std::ffi::OsStr::from_bytes(root)).args(words);
            let run: Run = sandbox.start(command).wait().fails(2);
            assert!(run.stdout.is_empty() && run.stderr.contains("in a PATH: it has a"), "{run}");
            assert!(run.stderr.contains(told.trim_start_matches("a ")), "{run}");
        }
    }
    sandbox.gvm(&["init", "tcsh"]).fails(2);
    sandbox.gvm(&["init"]).fails(2);
}
