//! The action: each of its steps is run as a runner would, and later steps find Go.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::support::{Run, Sandbox};
use crate::{stocked, write};

/// A step: its variables, as they are written, and its script.
#[derive(Debug, Default)]
struct Step {
    shell: String,
    env: Vec<(String, String)>,
    script: String,
}

/// What the action is given, and the steps. Only the form in which action.yml is written is understood.
fn action() -> (BTreeMap<String, String>, Vec<Step>) {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml")).unwrap();
    let (head, steps) = text.split_once("  using: composite\n  steps:\n").expect("a composite action");
    let (mut inputs, mut input) = (BTreeMap::new(), String::new());
    let listed = head.split_once("inputs:\n").unwrap().1.split("outputs:\n").next().unwrap();
    for line in listed.lines() {
        match line.strip_prefix("    ") {
            None => input = line.trim().trim_end_matches(':').to_owned(),
            Some(line) if line.starts_with("default: ") => {
                inputs.insert(input.clone(), line["default: ".len()..].trim_matches('\'').to_owned());
            }
            Some(line) => assert!(line.starts_with("description: "), "{line}"),
        }
    }
    let (mut found, mut part): (Vec<Step>, &str) = (Vec::new(), "");
    for line in steps.lines() {
        if line.starts_with("    - name: ") {
            found.push(Step::default());
            part = "";
            continue;
        }
        let step = found.last_mut().unwrap();
        let inner = line.strip_prefix("        ");
        match (line.trim(), inner) {
            (_, Some(line)) if part == "run" => step.script += &format!("{line}\n"),
            (_, Some(line)) if part == "env" => {
                let (name, value) = line.split_once(": ").unwrap();
                step.env.push((name.to_owned(), value.to_owned()));
            }
            ("env:", None) => part = "env",
            ("run: |", None) => part = "run",
            (line, None) => match line.split_once(": ").unwrap() {
                ("shell", shell) => step.shell = shell.to_owned(),
                (name, _) => assert_eq!(name, "id", "{line}"),
            },
            (line, Some(_)) => panic!("{line}"),
        }
    }
    (inputs, found)
}

/// A job on a runner, which goes on from step to step.
struct Job<'a> {
    sandbox: &'a Sandbox,
    inputs: BTreeMap<String, String>,
    path: String,
    env: BTreeMap<String, String>,
    output: String,
}

impl Job<'_> {
    fn step(&mut self, script: &str, own: &[(String, String)]) -> Run {
        let files = ["GITHUB_PATH", "GITHUB_ENV", "GITHUB_OUTPUT"];
        let place = self.sandbox.dir("runner");
        for name in files {
            write(&place, name, "");
        }
        let script = write(&place, "script.sh", script);
        let mut command: Command = self.sandbox.command("/bin/bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(script);
        command.current_dir(self.sandbox.dir("checkout"));
        command.env("PATH", &self.path).envs(&self.env).env("GITHUB_ACTIONS", "true");
        command.envs(files.map(|name| (name, place.join(name))));
        command.env("GITHUB_WORKSPACE", self.sandbox.dir("checkout"));
        command
            .env("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR"))
            .env("RUNNER_TEMP", self.sandbox.dir("temp"));
        for (name, value) in own {
            let input = value.strip_prefix("${{ inputs.").and_then(|value| value.strip_suffix(" }}"));
            command.env(name, &self.inputs[input.expect("a value from outside comes as a variable")]);
        }
        let run = self.sandbox.start(command).wait();
        let read = |name: &str| std::fs::read_to_string(place.join(name)).unwrap();
        for line in read("GITHUB_PATH").lines() {
            self.path = format!("{line}:{}", self.path);
        }
        for line in read("GITHUB_ENV").lines() {
            let (name, value) = line.split_once('=').unwrap();
            self.env.insert(name.to_owned(), value.to_owned());
        }
        self.output += &read("GITHUB_OUTPUT");
        run
    }

    /// Runs the action; returns its last step, or the first that failed.
    fn action(&mut self) -> Run {
        let mut last = None;
        for step in action().1 {
            assert_eq!(step.shell, "bash");
            assert!(
                !step.script.contains("${{"),
                "nothing from outside is pasted into code: {}",
                step.script
            );
            let run = self.step(&step.script, &step.env);
            if run.code != Some(0) {
                return run;
            }
            last = Some(run);
        }
        last.unwrap()
    }
}

fn job<'a>(sandbox: &'a Sandbox, typed: &[(&str, &str)]) -> Job<'a> {
    let mut inputs = action().0;
    assert_eq!(
        inputs.keys().map(String::as_str).collect::<Vec<_>>(),
        ["check", "directory", "go-version", "release-url"]
    );
    for (name, value) in typed {
        inputs.insert((*name).to_owned(), (*value).to_owned());
    }
    let programs = sandbox.dir("programs");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gvm-rs"), programs.join("gvm-rs")).ok();
    let path = format!("{}:/usr/bin:/bin", programs.display());
    Job { sandbox, inputs, path, env: BTreeMap::new(), output: String::new() }
}

#[test]
fn a_job_with_the_action_runs_the_go_of_its_project() {
    let (_mirror, sandbox) = stocked();
    write(&sandbox.dir("checkout"), "sub/go.mod", "module m\n\ngo 1.23\n");
    let mut job = job(&sandbox, &[("directory", "sub")]);
    job.action().ok();
    let run = job.step("go version; echo \"$GOTOOLCHAIN\"; command -v go1.21.13", &[]).ok();
    assert!(run.stdout.starts_with("go version go1.23.1 linux/amd64\nlocal\n"), "{run}");
    assert_eq!(job.output, "go-version=1.23.1\n");
}

#[test]
fn a_version_that_is_typed_is_never_code() {
    let (_mirror, sandbox) = stocked();
    let mut job = job(&sandbox, &[("go-version", ">=1.21 <1.22")]);
    job.action().ok();
    assert!(job.step("go version", &[]).ok().stdout.contains("go1.21.13"));
    let hostile = "1.21; touch \"$HOME/hacked\" $(touch $HOME/hacked)";
    job.inputs.insert("go-version".to_owned(), hostile.to_owned());
    job.action().fails(2);
    assert!(!sandbox.home().join("hacked").exists());
}

#[test]
fn files_that_contradict_each_other_fail_the_job_unless_it_says_otherwise() {
    let (_mirror, sandbox) = stocked();
    write(&sandbox.dir("checkout"), ".go-version", "1.21.13\n");
    write(&sandbox.dir("checkout"), "go.mod", "module m\n\ngo 1.22\n");
    let run = job(&sandbox, &[]).action().fails(1);
    assert!(run.stdout.contains("::error file=.go-version,line=1,title=gvm-rs pin-too-old::"), "{run}");
    job(&sandbox, &[("check", "false")]).action().ok();
}

#[test]
fn the_program_itself_comes_from_a_directory_of_releases() {
    let (_mirror, sandbox) = stocked();
    let releases = sandbox.dir("releases");
    std::fs::copy(env!("CARGO_BIN_EXE_gvm-rs"), releases.join("gvm-rs-linux-amd64")).unwrap();
    let script = "cd ../releases && sha256sum gvm-rs-* >SHA256SUMS";
    sandbox.sh(script).ok();
    let mut job = job(&sandbox, &[("release-url", releases.to_str().unwrap()), ("go-version", "1.22.5")]);
    job.path = "/usr/bin:/bin".to_owned();
    job.action().ok();
    let run = job.step("command -v gvm-rs go", &[]).ok();
    assert!(run.stdout.contains("/temp/gvm-rs/gvm-rs\n") && run.stdout.ends_with("/bin/go\n"), "{run}");
}
