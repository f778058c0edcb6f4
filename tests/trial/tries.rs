//! `try`: the command sees the toolchain that was named, and the store is as it was.

use std::io::Write as _;
use std::process::Stdio;

use crate::Stage;
use crate::support::{Broken, FakeGo};

#[test]
fn a_release_is_tried_and_nothing_is_left() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let run = stage.gvm(&["try", "1.22", "--", "go", "version"]).ok();
    assert_eq!(run.stdout, "go version go1.22.5 linux/amd64\n");
    assert_eq!(run.stderr.lines().count(), 1, "{run}");
    assert!(run.stderr.starts_with("downloading go1.22.5 ("), "{run}");
    // While it runs it has no name that anybody else would find.
    let script = "go env GOROOT; ls ~/.gvm-rs/versions ~/.gvm-rs/bin ~/.gvm-rs/manifests ~/.gvm-rs/cache";
    let run = stage.gvm(&["try", "1.22.5", "sh", "-c", script]).ok();
    let (goroot, names) = run.stdout.split_once('\n').unwrap();
    assert!(goroot.starts_with(stage.sandbox.root().join("staging").to_str().unwrap()), "{run}");
    assert!(names.contains("go1.21.13") && !names.contains("1.22.5"), "{run}");
    assert_eq!(stage.sandbox.gvm(&["current"]).ok().out(), "go1.21.13");
}

#[test]
fn an_empty_store_has_no_toolchain_afterwards() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let root = stage.sandbox.path().join("new");
    let home = [("GVM_RS_HOME", root.to_str().unwrap())];
    for _ in 0..2 {
        stage.sandbox.gvm_with(&home, &["try", "latest", "--", "go", "version"]).ok();
        let names = crate::tree_names(&root);
        let files: Vec<&String> = names.iter().filter(|name| !name.ends_with('/')).collect();
        let expected =
            ["bin/go -> ../current/go/bin/go", "bin/gofmt -> ../current/go/bin/gofmt", "layout", "lock"];
        assert_eq!(files, expected);
    }
}

#[test]
fn what_is_installed_is_tried_where_it_is() {
    let stage = Stage::of(&["1.21.12", "1.21.13"]);
    let before = stage.mirror.requests().len();
    for spec in ["1.21", "1.21.12", "<1.22"] {
        let run = stage.gvm(&["try", spec, "--", "go", "env", "GOROOT"]).ok();
        assert_eq!(run.out(), stage.sandbox.root().join("versions/go1.21.12").to_str().unwrap());
    }
    assert_eq!(stage.mirror.requests().len(), before);
    // `latest` is a question about what there is.
    let run = stage.gvm(&["try", "latest", "--", "go", "version"]).ok();
    assert!(run.stdout.contains("go1.21.13"), "{run}");
}

#[test]
fn arguments_input_and_exit_code_pass_unchanged() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let args = ["", "a b", "--", "-x", "--json", "--help", "$HOME", "*", "ünï\ncode"];
    let run = stage.gvm(&[&["try", "1.22", "--", "printf", "%s|"][..], &args].concat()).ok();
    assert_eq!(run.stdout, args.map(|arg| format!("{arg}|")).concat());
    for code in [0, 1, 2, 4, 75, 126, 127, 130, 255] {
        stage.gvm(&["try", "1.22", "--", "sh", "-c", &format!("exit {code}")]).fails(code);
    }
    for (signal, code) in [("KILL", 137), ("TERM", 143), ("SEGV", 139), ("INT", 130)] {
        stage.gvm(&["try", "1.22", "--", "sh", "-c", &format!("kill -{signal} $$")]).fails(code);
    }
    let mut command = stage.sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["-q", "try", "1.22", "cat"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"from the pipe").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"from the pipe");
}

#[test]
fn nothing_in_the_environment_leads_to_another_go() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let before =
        [("GOROOT", "/opt/go"), ("GOTOOLCHAIN", "go1.99.1+auto"), ("GOFLAGS", "-mod=mod"), ("GOCACHE", "/c")];
    for (spec, place) in [("1.21", "versions/go1.21.13"), ("1.22", "staging/")] {
        let run = stage.sandbox.gvm_with(&before, &["try", spec, "--", "env"]).ok();
        let has = |start: String| run.stdout.lines().any(|line| line.starts_with(&start));
        assert!(has("GOTOOLCHAIN=local".into()) && !has("GOROOT=".into()), "{run}");
        assert!(has("GOFLAGS=-mod=mod".into()) && has("GOCACHE=/c".into()), "{run}");
        assert!(has(format!("PATH={}/{place}", stage.sandbox.root().display())), "{run}");
    }
}

#[test]
fn what_cannot_be_tried_says_why_and_leaves_nothing() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    stage.mirror.add(FakeGo::new("1.23.1").padding(2000).broken_binary(Broken::ExitsOne));
    stage.mirror.add(FakeGo::new("1.24.1").padding(2000));
    stage.forge("1.24.1");
    std::fs::write(stage.sandbox.home().join("text"), "no program").unwrap();
    for (args, code, told) in [
        (&["try", "1.23.1", "--", "go", "version"][..], 7, "it does not work here"),
        (&["try", "1.24.1", "--", "go", "version"], 6, "1.24.1"),
        (&["try", "1.99.9", "--", "go", "version"], 3, "no Go release matches `1.99.9`"),
        (&["try", "-", "--", "go", "version"], 4, "there is nothing to go back to"),
        (&["--offline", "try", "1.22", "--", "go", "version"], 5, "hint: leave out `--offline`"),
        (&["try", "1.22", "--", "./text"], 126, "cannot run `./text`"),
        (&["try", "1.22", "--", "no-such-program"], 127, "cannot run `no-such-program`"),
        (&["try", "1.22", "--", ""], 127, "cannot run ``"),
        (&["try", "1.22"], 2, "CMD"),
        (&["try"], 2, "SPEC"),
    ] {
        let run = stage.gvm(args).fails(code);
        assert!(run.stderr.contains(told), "{run}");
    }
}

#[test]
fn a_program_that_is_nowhere_costs_no_download() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let before = stage.archives();
    for args in [
        &["try", "1.22", "--", "gp", "test"][..],
        &["try", "1.22", "--", "./gp"],
        &["matrix", "1.22", "--", "gp"],
        &["bisect", "--good", "1.21", "--bad", "1.22", "--", "gp"],
    ] {
        let run = stage.gvm(args).fails(127);
        let name = args.iter().find(|word| word.contains("gp")).unwrap();
        let kind = if name.contains('/') { "file" } else { "command" };
        assert!(
            run.stderr.ends_with(&format!("error: cannot run `{name}`: there is no such {kind}\n")),
            "{run}"
        );
    }
    assert_eq!(stage.archives(), before);
}

#[test]
fn archives_are_kept_only_where_that_is_asked_for() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let keep = [("GVM_RS_KEEP_ARCHIVES", "1")];
    let before = stage.archives();
    for _ in 0..2 {
        stage.sandbox.gvm_with(&keep, &["try", "1.22", "--", "go", "version"]).ok();
    }
    assert_eq!(stage.archives(), before + 1);
    let names = crate::tree_names(&stage.sandbox.root());
    let new: Vec<&String> = names.iter().filter(|name| !stage.before.contains(name)).collect();
    assert!(matches!(new[..], [name] if name.starts_with("cache/") && name.ends_with(".tar.gz")), "{new:?}");
    // And then it serves without a connection, where the index does.
    stage.sandbox.gvm(&["cache", "clean"]).ok();
    stage.is_unchanged();
}

/// The same release is wanted twice: whoever tries it must not keep the other waiting.
#[test]
fn an_install_of_the_same_release_does_not_wait_for_a_trial() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let script = "gvm-rs install 1.22.5 && go env GOROOT && gvm-rs uninstall --force 1.22.5 && \
                  gvm-rs prune --trash && go version";
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_gvm-rs")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", program.display());
    let args = ["-q", "try", "1.22.5", "--", "sh", "-c", script];
    let run = stage.sandbox.gvm_with(&[("PATH", &path)], &args).ok();
    assert!(run.stdout.contains("/staging/") && run.stdout.ends_with("go1.22.5 linux/amd64\n"), "{run}");
    // Only that there was a removal can still be seen.
    std::fs::remove_dir(stage.sandbox.root().join("trash")).unwrap();
    stage.is_unchanged();
}

#[test]
fn a_trial_that_dies_at_any_step_is_swept_by_the_next_one() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let log = stage.sandbox.path().join("steps");
    let args = ["-q", "try", "1.22", "--", "go", "version"];
    stage.sandbox.gvm_with(&[("GVM_RS_TEST_STEPS", log.to_str().unwrap())], &args).ok();
    let steps = std::fs::read_to_string(log).unwrap().lines().count();
    assert!(steps > 20, "{steps} steps");
    for step in 1..=steps {
        let kill = [("GVM_RS_TEST_KILL_BEFORE", &*step.to_string())];
        let run = stage.sandbox.gvm_with(&kill, &args);
        assert_eq!(run.code, None, "step {step}: {run}");
        assert_eq!(
            stage.sandbox.sh("~/.gvm-rs/bin/go version").ok().out(),
            "go version go1.21.13 linux/amd64"
        );
        stage.gvm(&args).ok();
    }
}
