//! The snippet in the files that shells read when they start: it finds go, and it starts nothing.

use crate::support::{FakeGo, Mirror, Sandbox};
use crate::{GVM, needs};

/// Two versions installed, and gvm-rs itself on the PATH that shells start with.
fn installed() -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.5"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.21", "1.22"]).ok();
    sandbox.gvm(&["use", "1.22"]).ok();
    let bin = sandbox.dir("local");
    std::os::unix::fs::symlink(GVM, bin.join("gvm-rs")).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    (mirror, sandbox.env("PATH", path))
}

#[test]
fn a_shell_that_reads_it_finds_go_and_follows_every_switch() {
    for (program, flags, file, line) in [
        ("bash", &["-ic"][..], ".bashrc", "eval \"$(gvm-rs init bash)\""),
        ("bash", &["-lc"], ".bash_profile", "PATH=$TEST_PATH; eval \"$(gvm-rs init bash)\""),
        ("zsh", &["-ic"], ".zshrc", "eval \"$(gvm-rs init zsh)\""),
        ("zsh", &["-lc"], ".zprofile", "PATH=$TEST_PATH; eval \"$(gvm-rs init zsh)\""),
        ("dash", &["-lc"], ".profile", "PATH=$TEST_PATH; eval \"$(gvm-rs init sh)\""),
        ("fish", &["-c"], ".config/fish/config.fish", "gvm-rs init fish | source"),
        ("fish", &["-lic"], ".config/fish/conf.d/gvm-rs.fish", "gvm-rs init fish | source"),
    ] {
        if !needs::program(program) {
            continue;
        }
        let (_mirror, sandbox) = installed();
        let file = sandbox.home().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, format!("{line}\n{line}\n")).unwrap();
        let path = sandbox.path().join("local").display().to_string() + ":/usr/bin:/bin";
        let mut command = sandbox.command(program);
        // One shell from beginning to end: nothing has to be read again after a switch.
        command.args(flags).env("TEST_PATH", path).env("TERM", "dumb").arg(
            "go version; gvm-rs -q use 1.21; go version; gvm-rs -q rollback; go version; go1.21.13 version",
        );
        let run = sandbox.start(command).wait().ok();
        let versions: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(' ').nth(2)).collect();
        assert_eq!(versions, ["go1.22.5", "go1.21.13", "go1.22.5", "go1.21.13"], "{run}");
        assert!(!run.stderr.contains("note:"), "{run}");
    }
}

#[test]
fn the_snippet_starts_no_process() {
    if !needs::program("strace") {
        return;
    }
    for (program, flags) in [
        ("bash", &["--norc", "-c"][..]),
        ("dash", &["-c"]),
        ("zsh", &["-f", "-c"]),
        ("fish", &["--no-config", "-c"]),
    ] {
        if !needs::program(program) {
            continue;
        }
        let sandbox = Sandbox::new();
        let snippet = sandbox.gvm(&["init", if program == "dash" { "sh" } else { program }]).ok().stdout;
        std::fs::write(sandbox.home().join("snippet"), &snippet).unwrap();
        std::fs::write(sandbox.home().join("empty"), "").unwrap();
        std::fs::write(sandbox.home().join("starts"), "/bin/true; /bin/true\n").unwrap();
        let started = |file: &str| {
            let mut command = sandbox.command("strace");
            command.args(["-f", "-qq", "-o", "trace", "-e", "trace=clone,clone3,fork,vfork,execve", program]);
            command.args(flags).arg(format!(". ./{file}"));
            let run = sandbox.start(command).wait().ok();
            assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "{program}");
            let trace = std::fs::read_to_string(sandbox.home().join("trace")).unwrap();
            let calls = trace.lines().filter(|line| line.contains('(') && !line.contains("CLONE_THREAD"));
            calls
                .map(|line| line.split_once(' ').unwrap().1.trim().split('(').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(started("snippet"), started("empty"), "{program}");
        assert_eq!(started("snippet"), ["execve"], "{program}: only the shell itself");
        assert!(started("starts").len() > 1, "{program}: the trace would show it");
    }
}
