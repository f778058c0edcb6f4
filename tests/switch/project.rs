//! A bare `use` asks the files of the project.

use std::path::Path;

use crate::go_version;
use crate::support::Sandbox;

/// Files to write, the directory to stand in, and the version that is current after a bare `use`.
type Case = (&'static [(&'static str, &'static str)], &'static str, &'static str);

const CASES: &[Case] = &[
    (&[("go.mod", "module m\n\ngo 1.21\n")], ".", "go1.21.13"),
    (&[("go.mod", "module m\n\ngo 1.22.4\n")], ".", "go1.22.4"),
    (&[("go.mod", "module m\n\ngo 1.21\n\ntoolchain go1.22.5\n")], ".", "go1.22.5"),
    (&[("go.mod", "module m\n\ngo 1.22\n\ntoolchain go1.21.13\n")], ".", "go1.22.5"),
    (&[("go.mod", "module m\n\ngo 1.21\n\ntoolchain default\n")], ".", "go1.21.13"),
    (&[(".go-version", "1.21.13\n")], ".", "go1.21.13"),
    (&[(".go-version", "go1.22\n")], ".", "go1.22.5"),
    (&[(".tool-versions", "nodejs 20.1.0\ngolang 1.21.13\n")], ".", "go1.21.13"),
    (&[("go.work", "go 1.21\n\nuse ./m\n")], ".", "go1.21.13"),
    // The nearest file wins, from wherever below it one stands.
    (&[("go.mod", "go 1.21\n"), ("a/b/go.mod", "go 1.22\n")], "a/b/c", "go1.22.5"),
    (&[("go.mod", "go 1.21\n"), ("a/b/go.mod", "go 1.22\n")], "a", "go1.21.13"),
    // A pin comes before what the module needs; a workspace above a module speaks for it.
    (&[(".go-version", "1.21.13\n"), ("go.mod", "go 1.22\n")], ".", "go1.21.13"),
    (&[("go.mod", "go 1.21\n"), (".tool-versions", "golang 1.22.4\n")], ".", "go1.22.4"),
    (&[("go.work", "go 1.21\n"), ("mise.toml", "[tools]\ngo = \"1.22.4\"\n")], ".", "go1.22.4"),
    (
        &[
            (".go-version", "1.21.13\n"),
            (".tool-versions", "go 1.22\n"),
            ("mise.toml", "tools.go = \"1.23\"\n"),
        ],
        ".",
        "go1.21.13",
    ),
    (
        &[("mise.toml", "[tools]\nnode = \"20\"\n"), (".mise.toml", "[tools.go]\nversion = \"1.21\"\n")],
        ".",
        "go1.21.13",
    ),
    (&[("go.work", "go 1.22\n"), ("m/go.mod", "go 1.21\n")], "m", "go1.22.5"),
    // What leaves the choice open is passed over.
    (&[(".go-version", "1.21.13\n"), ("a/.tool-versions", "nodejs 20\n")], "a", "go1.21.13"),
    (&[("go.mod", "go 1.21\n"), (".go-version", "system\n")], ".", "go1.21.13"),
];

fn lay_out(project: &Path, files: &[(&str, &str)], stand: &str) {
    std::fs::create_dir_all(project.join(stand)).unwrap();
    for (name, text) in files {
        let path = project.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn a_bare_use_takes_the_version_from_the_nearest_file() {
    let (mirror, sandbox) = Sandbox::with_installed(&["1.21.13", "1.22.4", "1.22.5", "1.23.1"]);
    let before = mirror.requests().len();
    for (number, (files, stand, version)) in CASES.iter().enumerate() {
        let project = sandbox.dir(&format!("p{number}"));
        lay_out(&project, files, stand);
        sandbox.gvm(&["use", "1.23"]).ok();
        let run = sandbox.gvm_in(&project.join(stand), &["use"]).ok();
        assert_eq!(go_version(&sandbox), *version, "{files:?} in {stand}: {run}");
        assert!(run.text().contains(&format!("note: `[SANDBOX]/p{number}/")), "{run}");
    }
    assert_eq!(mirror.requests().len(), before);
}

#[test]
fn a_bare_use_refuses_what_it_cannot_understand() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.22.5"]);
    let run = sandbox.gvm(&["use"]).fails(2);
    assert!(run.stderr.contains("no file here or above asks for a Go version"), "{run}");
    for (number, (name, text, told)) in [
        (".go-version", "../../etc/passwd\n", ".go-version"),
        (".go-version", "\u{1b}[31mred\n", "\\u{1b}[31mred"),
        (".go-version", "-\n", "line 1"),
        ("go.mod", "module m\ngo banana\n", "cannot read line 2 of go.mod: `go banana`"),
        (".tool-versions", "golang path:/opt/go\n", "line 1 of .tool-versions"),
    ]
    .into_iter()
    .enumerate()
    {
        let project = sandbox.dir(&format!("bad{number}"));
        lay_out(&project, &[(name, text)], ".");
        let run = sandbox.gvm_in(&project, &["use"]).fails(2);
        assert!(run.stderr.contains(told) && !run.stderr.contains('\x1b'), "{run}");
    }
    let project = sandbox.dir("link");
    std::os::unix::fs::symlink("/etc/passwd", project.join(".go-version")).unwrap();
    let run = sandbox.gvm_in(&project, &["use"]).fails(2);
    assert!(!run.stderr.contains("root:"), "{run}");
    sandbox.gvm(&["current"]).fails(4);
}
