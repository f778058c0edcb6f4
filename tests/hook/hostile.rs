//! Directories and files that mean harm, and shells in odd modes.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::support::Sandbox;
use crate::terminal::{SHELLS, Shell};
use crate::{project, quoted, shells, stocked};

/// Names that mean something to some shell; a control character could not be typed.
const NAMES: &[&str] = &[
    "a b",
    "$(touch x)",
    "`touch x`",
    ";touch x;",
    "say \"x\"",
    "*",
    "[a-z]?",
    "{a,b}",
    "ünïcødé 日本",
    "-n",
    "#h",
    "~",
    "$HOME",
    "%s%n",
    "back\\slash",
    "!x",
];

#[test]
fn no_name_of_a_directory_means_anything() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let mut lines = Vec::new();
        for name in NAMES {
            let directory = project(&sandbox, &format!("names/{name}/sub"), &[]);
            fs::write(directory.parent().unwrap().join(".go-version"), "1.21\n").unwrap();
        }
        // Into each by a link, as the line of the terminal is no place for what some shells do with `!`.
        let links = sandbox.dir("links");
        for (number, name) in NAMES.iter().enumerate() {
            let target = sandbox.path().join("names").join(name).join("sub");
            std::os::unix::fs::symlink(&target, links.join(number.to_string())).unwrap();
            lines.extend([format!("cd -P {}", quoted(&links.join(number.to_string()))), "report".to_owned()]);
            if shell.name == "fish" {
                let at = lines.len() - 2;
                lines[at] = format!("cd (realpath {})", quoted(&links.join(number.to_string())));
            }
            lines.extend(["cd /".to_owned(), "report".to_owned()]);
        }
        let newline = sandbox.path().join("names").join("new\nline\n").join("sub");
        fs::create_dir_all(&newline).unwrap();
        fs::write(newline.parent().unwrap().join(".go-version"), "1.21\n").unwrap();
        std::os::unix::fs::symlink(&newline, links.join("newline")).unwrap();
        lines.extend([format!("cd {}", quoted(&links.join("newline"))), "report".into()]);
        for part in lines.chunks(20) {
            let seen = shell.type_in(&sandbox, part);
            let asked = part.iter().zip(part.iter().skip(1)).filter(|(_, line)| *line == "report");
            for ((line, _), seen) in asked.zip(&seen) {
                let expected = if line == "cd /" { "go1.22.5" } else { "go1.21.13" };
                assert_eq!(seen.version, expected, "{} after {line}", shell.name);
            }
            assert_eq!(seen.len(), part.iter().filter(|line| *line == "report").count(), "{}", shell.name);
        }
        for place in [sandbox.home(), sandbox.path().to_owned(), sandbox.path().join("names")] {
            assert!(!place.join("x").exists(), "{}: something in a name was run", shell.name);
        }
    }
}

#[test]
fn no_file_of_a_project_runs_hangs_or_steers_the_terminal() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let directory = project(&sandbox, "project", &[]);
        let file = directory.join(".go-version");
        let cd =
            [format!("cd {}", quoted(&directory)), "report".to_owned(), ":".to_owned(), "report".to_owned()];
        let secret = sandbox.home().join("secret");
        fs::write(&secret, "hunter2\n").unwrap();
        let makers: [&dyn Fn(&Path); 7] = [
            &|file| fs::write(file, "$(touch x)\n").unwrap(),
            &|file| fs::write(file, "\u{1b}]0;evil\u{7}\n").unwrap(),
            &|file| fs::write(file, b"\xff\xfe\x00\x00nul\x00").unwrap(),
            &|file| fs::File::create(file).unwrap().set_len(1 << 30).unwrap(),
            &|file| std::os::unix::fs::symlink(&secret, file).unwrap(),
            &|file| std::os::unix::fs::symlink("/dev/zero", file).unwrap(),
            &|file| {
                rustix::fs::mknodat(rustix::fs::CWD, file, rustix::fs::FileType::Fifo, 0o644.into(), 0)
                    .unwrap();
            },
        ];
        for make in makers {
            make(&file);
            let (seen, screen) = shell.type_and_look(&sandbox, &cd);
            let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
            assert_eq!(versions, ["go1.22.5", "go1.22.5"], "{}: {screen}", shell.name);
            assert!(!screen.contains("\u{1b}]0;evil") && !screen.contains("hunter2"), "{}", shell.name);
            fs::remove_file(&file).unwrap();
        }
        assert!(!directory.join("x").exists(), "{}", shell.name);
    }
}

#[test]
fn a_directory_that_is_gone_is_no_trouble() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let directory = project(&sandbox, "gone", &[(".go-version", "1.21\n")]);
        let directory = quoted(&directory);
        let lines = [
            format!("cd {directory}"),
            "report".into(),
            format!("rm -r {directory}"),
            ":".into(),
            "cd /".into(),
            "report".into(),
        ];
        let seen = shell.type_in(&sandbox, &lines);
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        assert_eq!(versions, ["go1.21.13", "go1.22.5"], "{}", shell.name);
    }
}

#[test]
fn a_program_that_is_gone_is_not_missed_aloud() {
    for shell in shells() {
        let (_mirror, sandbox) = stocked();
        let old = project(&sandbox, "old", &[(".go-version", "1.21\n")]);
        let new = project(&sandbox, "new", &[(".go-version", "1.22.4\n")]);
        let program = quoted(&sandbox.path().join("bin/gvm-rs"));
        let lines = [
            format!("cd {}", quoted(&old)),
            // The shell may remember where it was.
            "gvm-rs current".into(),
            "report".into(),
            format!("mv {program} {program}.away"),
            format!("cd {}", quoted(&new)),
            "report".into(),
            format!("mv {program}.away {program}"),
            "cd /".into(),
            format!("cd {}", quoted(&new)),
            "report".into(),
        ];
        let (seen, screen) = shell.type_and_look(&sandbox, &lines);
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        assert_eq!(versions, ["go1.21.13", "go1.22.5", "go1.22.4"], "{}", shell.name);
        for complaint in ["not found", "nknown command", "No such file", "no such file"] {
            assert!(!screen.contains(complaint), "{}: {screen}", shell.name);
        }
    }
}

#[test]
fn shells_in_odd_modes_are_served_too() {
    let modes: &[(usize, &str)] = &[
        (0, "set -eu"),
        (0, "set -f; shopt -s failglob nullglob extglob; IFS=/"),
        (0, "set -o posix"),
        (1, "setopt errexit nounset"),
        (1, "setopt shwordsplit ksharrays globsubst extendedglob"),
        (1, "setopt cshnullglob"),
        (2, "set -g IFS /"),
    ];
    for (number, mode) in modes {
        let shell: &Shell = &SHELLS[*number];
        if !crate::needs::program(shell.name) {
            continue;
        }
        let (_mirror, sandbox) = stocked();
        let directory = project(&sandbox, "project", &[("go.work", "go 1.21\n"), (".go-version", "1.21\n")]);
        let cd = format!("cd {}", quoted(&directory));
        let lines = [*mode, &cd, "report", ":", "! true", "report", "cd /", "report"];
        let lines: Vec<String> = lines
            .iter()
            .filter(|line| shell.name != "fish" || **line != "! true")
            .map(|&line| line.to_owned())
            .collect();
        let (seen, screen) = shell.type_and_look(&sandbox, &lines);
        let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
        assert_eq!(versions, ["go1.21.13", "go1.21.13", "go1.22.5"], "{mode}: {screen}");
        assert!(!screen.contains("unbound") && !screen.contains("no match"), "{mode}: {screen}");
    }
}

#[test]
fn a_root_of_any_name_works() {
    for shell in shells() {
        for name in ["a b", "it's $(touch x)", "new\nline", "*[?]{}", "back\\slash \"q\""] {
            let (_mirror, sandbox) = stocked();
            let root = sandbox.path().join("roots").join(name);
            fs::create_dir_all(root.parent().unwrap()).unwrap();
            fs::rename(sandbox.root(), &root).unwrap();
            let directory = project(&sandbox, "project", &[(".go-version", "1.21\n")]);
            let sandbox: Sandbox = sandbox.env("GVM_RS_HOME", &root);
            let lines = [
                "report".to_owned(),
                format!("cd {}", quoted(&directory)),
                "report".into(),
                "gvm-rs shell 1.22.4".into(),
                "report".into(),
                "gvm-rs shell --unset".into(),
                "cd /".into(),
                "report".into(),
            ];
            let seen = shell.type_in(&sandbox, &lines);
            let versions: Vec<&str> = seen.iter().map(|seen| seen.version.as_str()).collect();
            assert_eq!(
                versions,
                ["go1.22.5", "go1.21.13", "go1.22.4", "go1.22.5"],
                "{} {name:?}",
                shell.name
            );
            assert_eq!(seen[0].path, seen[3].path, "{} {name:?}", shell.name);
            assert!(seen[0].path.as_bytes().starts_with(root.as_os_str().as_bytes()), "{:?}", seen[0].path);
        }
    }
}
