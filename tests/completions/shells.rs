//! The scripts in the real shells: loaded, and asked as a Tab asks.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::needs;
use crate::support::Sandbox;

use super::{SCRIPTS, sandbox};

fn script(shell: &str) -> PathBuf {
    let (_, name) = SCRIPTS.iter().find(|(known, _)| *known == shell).unwrap();
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("completions").join(name)
}

/// Words that would do something if a shell read them again.
const HOSTILE: [&str; 6] = ["$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "\"$HOME", "*", "a\nb"];

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Calls the function as bash does, for the words of a line of which the last is being typed.
fn bash(sandbox: &Sandbox, before: &str, line: &[&str]) -> String {
    let words: Vec<String> = line.iter().map(|word| quoted(word)).collect();
    let script = format!(
        "{before} . '{}'; COMP_WORDS=({}); COMP_CWORD={}; last=${{COMP_WORDS[COMP_CWORD]}}; \
         [[ $last != = ]] || last=; _gvm_rs gvm-rs \"$last\" x; printf '%s\\n' ${{COMPREPLY[@]+\"${{COMPREPLY[@]}}\"}}",
        script("bash").display(),
        words.join(" "),
        words.len() - 1
    );
    let mut command = sandbox.command("bash");
    command.args(["--norc", "-euo", "pipefail", "-c", &script]);
    let run = sandbox.start(command).wait().ok();
    assert_eq!(run.stderr, "", "{line:?}");
    run.stdout
}

#[test]
fn bash_completes() {
    if !needs::program("bash") {
        return;
    }
    let (sandbox, _mirror) = sandbox();
    let ask = |line: &[&str]| bash(&sandbox, "", line);
    assert_eq!(ask(&["gvm-rs", "uninst"]), "uninstall\n");
    assert_eq!(ask(&["gvm-rs", "uninstall", ""]), "1.23.1\n1.22.5\n1.21.13\n");
    assert_eq!(ask(&["gvm-rs", "use", "--proof", "=", "b"]), "build\n");
    assert_eq!(ask(&["gvm-rs", "use", "--proof", "="]), "version\nbuild\n");
    assert!(ask(&["gvm-rs", "exec", "1.22.5", "bas"]).lines().any(|word| word == "bash"));
    // Where bash-completion is loaded, its function for the command decides.
    let offset = "_command_offset() { COMPREPLY=(\"from $1\"); };";
    assert_eq!(bash(&sandbox, offset, &["gvm-rs", "exec", "1.22.5", "git", "st"]), "from 3\n");
    for word in HOSTILE {
        ask(&["gvm-rs", "use", word]);
        ask(&["gvm-rs", "exec", word, word, ""]);
        ask(&["gvm-rs", word, ""]);
    }
    assert!(!sandbox.home().join("pwned").exists());
    assert_eq!(bash(&sandbox, "PATH=/nonexistent;", &["gvm-rs", "use", ""]), "\n");
}

/// Types into a shell in a terminal, as zsh's own pseudo-terminals have it, and waits until it shows `expected`.
fn typed(sandbox: &Sandbox, shell: &str, lines: &[String], expected: &str) -> String {
    let typing: String = lines.iter().map(|line| format!("zpty -w -n it {}\n", quoted(line))).collect();
    let zsh = format!(
        "zmodload zsh/zpty; zpty it {shell}\n{typing}zpty -r it seen {}\nprint -r -- \"$seen\"; zpty -d it",
        quoted(&format!("*{expected}*"))
    );
    let mut command = sandbox.command("zsh");
    command.args(["-fc", &zsh]).env("TERM", "xterm");
    sandbox.start(command).wait().ok().stdout
}

#[test]
fn zsh_completes() {
    if !needs::program("zsh") {
        return;
    }
    let (sandbox, _mirror) = sandbox();
    // A function shows what the completed line ran; the script asks the program all the same.
    let load = format!(
        "autoload -U compinit; compinit -D; . {}; gvm-rs() {{ print -r -- \"R\"AN \"${{(qqq)@}}\" }}\n",
        quoted(&script("zsh").to_string_lossy())
    );
    for (typing, ran) in [
        ("gvm-rs uninst\t 1.22\t\n", "RAN \"uninstall\" \"1.22.5\""),
        ("gvm-rs use --proof=b\t\n", "RAN \"use\" \"--proof=build\""),
        ("gvm-rs exec 1.22.5 basenam\t-n\n", "RAN \"exec\" \"1.22.5\" \"basename\" \"-n\""),
        ("gvm-rs use '$(touch pwned)' '`touch pwned`' \t\"*\n\"\n", "RAN \"use\" "),
        ("gvm-rs --home=/us\t list\n", "RAN \"--home=/usr"),
        ("gvm-rs --home /us\t list\n", "RAN \"--home\" \"/usr"),
        ("gvm-rs uninstall '1.22\t\n", "RAN \"uninstall\" \"1.22.5\""),
    ] {
        typed(&sandbox, "zsh -f -i", &[load.clone(), typing.to_owned()], ran);
    }
    assert!(!sandbox.home().join("pwned").exists());
}

#[test]
fn fish_completes() {
    if !needs::program("fish") {
        return;
    }
    let (sandbox, _mirror) = sandbox();
    let ask = |line: &str| {
        let mut command = sandbox.command("fish");
        command.args(["--no-config", "-c", "source $argv[1]; complete -C $argv[2]"]);
        command.arg(script("fish")).arg(line);
        let run = sandbox.start(command).wait().ok();
        assert_eq!(run.stderr, "", "{line}");
        run.stdout
    };
    assert!(ask("gvm-rs uninst").starts_with("uninstall\tRemoves"));
    assert_eq!(ask("gvm-rs uninstall "), "1.23.1\tinstalled\n1.22.5\tcurrent\n1.21.13\tinstalled\n");
    assert_eq!(ask("gvm-rs use --proof=b"), "--proof=build\n");
    assert!(ask("gvm-rs exec 1.22.5 ech").contains("echo"));
    assert!(ask("gvm-rs --home /us").starts_with("/usr/"));
    assert!(ask("gvm-rs --home=/us").starts_with("--home=/usr/"));
    assert!(ask("gvm-rs install --index /etc/passw").starts_with("/etc/passwd"));
    for word in HOSTILE {
        let word = format!("'{}'", word.replace('\\', r"\\").replace('\'', r"\'"));
        ask(&format!("gvm-rs use {word}"));
        ask(&format!("gvm-rs exec {word} {word} "));
        ask(&format!("gvm-rs {word} "));
    }
    ask("gvm-rs use (touch pwned)");
    ask("gvm-rs exec 1.22 ech (touch pwned) ");
    assert!(!sandbox.home().join("pwned").exists());
    let elsewhere = sandbox.env("PATH", "/usr/bin:/bin");
    let mut command = elsewhere.command("fish");
    command.args(["--no-config", "-c", "source $argv[1]; complete -C 'gvm-rs '"]).arg(script("fish"));
    assert_eq!(elsewhere.start(command).wait().ok().text(), "stdout:\nstderr:\ncode: 0\n");
}

#[test]
fn elvish_completes() {
    if !needs::program("elvish") || !needs::program("zsh") {
        return;
    }
    let (sandbox, _mirror) = sandbox();
    let load = format!(
        "eval (slurp < {}); fn gvm-rs {{|@words| echo RA'N' (repr $words) }}\r",
        script("elvish").display()
    );
    for (typing, ran) in
        [("gvm-rs uninst\t 1.22\t\r", "RAN*uninstall*1.22.5"), ("gvm-rs cache cl\t\r", "RAN*cache*clean")]
    {
        typed(&sandbox, "elvish -norc", &[load.clone(), typing.to_owned()], ran);
    }
}

#[test]
fn nushell_completes() {
    let Some(nu) = needs::nushell() else { return };
    let (sandbox, _mirror) = sandbox();
    for (line, expected) in [
        ("gvm-rs uninst", r#"["uninstall"]"#),
        ("gvm-rs uninstall ", r#"["1.23.1", "1.22.5", "1.21.13"]"#),
        ("gvm-rs use --pr", r#"["--proof"]"#),
        ("gvm-rs use '$(touch pwned)' ", "[]"),
    ] {
        let text = format!("{}{line}", std::fs::read_to_string(script("nu")).unwrap());
        std::fs::write(sandbox.home().join("line.nu"), &text).unwrap();
        let mut command = sandbox.command(&nu);
        command.args(["-n", "--no-std-lib", "--ide-complete", &text.len().to_string(), "line.nu"]);
        let run = sandbox.start(command).wait().ok();
        assert!(run.stdout.contains(&format!("\"completions\": {expected}")), "{line}: {run}");
    }
    let mut command = sandbox.command(&nu);
    let run = format!("source '{}'; gvm-rs exec 1.22.5 echo -- -x --y=z", script("nu").display());
    command.args(["-n", "--no-std-lib", "-c", &run]);
    assert_eq!(sandbox.start(command).wait().ok().stdout, "-- -x --y=z\n");
}

#[test]
fn loading_a_script_says_nothing_and_starts_nothing() {
    let sandbox = Sandbox::new();
    let bin = sandbox.dir("bin");
    let fake = bin.join("gvm-rs");
    std::fs::write(&fake, "#!/bin/sh\necho >\"$HOME/started\"\n").unwrap();
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    // Nothing else could be started either.
    let sandbox = sandbox.env("PATH", &bin);
    for (program, args) in [
        ("bash", &["--norc", "-euo", "pipefail", "-c", ". \"$0\"; . \"$0\""][..]),
        ("zsh", &["-fec", "setopt nounset; . $0; . $0; FPATH=; compdef() { :; }; . $0"]),
        ("fish", &["--no-config", "-c", "source $argv[1]; source $argv[1]"]),
    ] {
        if !needs::program(program) {
            continue;
        }
        let mut command = sandbox.command(format!("/usr/bin/{program}"));
        command.args(args).arg(script(program));
        assert_eq!(sandbox.start(command).wait().ok().text(), "stdout:\nstderr:\ncode: 0\n", "{program}");
    }
    assert!(!sandbox.home().join("started").exists());
}
