//! Known projects: what only one installed toolchain satisfies keeps it.

use std::fs;
use std::path::PathBuf;

use crate::support::{Sandbox, tree_names};

/// 1.23.1 is current, and nothing else was ever used; a project wants the line of 1.21.
fn with_project(text: &str) -> (Sandbox, PathBuf) {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.21.12", "1.21.13", "1.22.5", "1.23.1"]);
    sandbox.gvm(&["use", "1.23"]).ok();
    let project = sandbox.dir("project");
    fs::write(project.join(".go-version"), text).unwrap();
    sandbox.gvm_in(&project, &["install"]).ok();
    (sandbox, project.join(".go-version"))
}

fn known(sandbox: &Sandbox) -> usize {
    tree_names(&sandbox.root().join("projects")).len()
}

#[test]
fn the_last_toolchain_that_a_project_admits_stays() {
    let (sandbox, file) = with_project("1.21\n");
    assert_eq!(known(&sandbox), 1);
    // Another one will do until it is gone too, and both in one command are not the way around.
    let run = sandbox.gvm(&["uninstall", "1.21.13", "1.21.12"]).fails(9);
    let said = format!("error: go1.21.12 is pinned by `{}`, which asks for 1.21\n", file.display());
    assert!(run.stderr.contains(&said), "{run}");
    assert_eq!(sandbox.installed(), "go1.23.1 go1.22.5 go1.21.12");
    let run = sandbox.gvm(&["prune", "--keep", "0"]).ok();
    assert!(run.stderr.contains("note: go1.21.12 stays: it is pinned by"), "{run}");
    assert_eq!(sandbox.installed(), "go1.23.1 go1.21.12");
    let run = sandbox.gvm(&["uninstall", "--force", "1.21.12"]).ok();
    let said = format!("note: `{}` asks for 1.21, and nothing that is installed will do", file.display());
    assert!(run.stderr.contains(&said), "{run}");
}

#[test]
fn what_the_file_says_now_counts() {
    let (sandbox, file) = with_project("1.22.5\n");
    sandbox.gvm(&["uninstall", "1.22.5"]).fails(9);
    fs::write(&file, "1.23\n").unwrap();
    sandbox.gvm(&["uninstall", "1.22.5"]).ok();
    assert_eq!(known(&sandbox), 1);
    fs::remove_file(&file).unwrap();
    sandbox.gvm(&["prune", "-n"]).ok();
    assert_eq!(known(&sandbox), 1, "a dry run forgets nothing");
    sandbox.gvm(&["prune"]).ok();
    assert_eq!(known(&sandbox), 0, "a project that is gone is forgotten");
}

#[test]
fn a_project_is_known_by_a_bare_use_or_install_that_worked() {
    let (_mirror, sandbox) = Sandbox::with_installed(&["1.21.13", "1.22.5"]);
    let project = sandbox.dir("project");
    for (name, text, args, code, number) in [
        ("go.mod", "module m\n\ngo 1.22\n", &["use", "1.21"][..], 0, 0),
        (".go-version", "1.99\n", &["use"], 3, 0),
        (".go-version", "nonsense\n", &["use"], 2, 0),
        (".go-version", "1.22\n", &["use"], 0, 1),
        (".go-version", "1.22\n", &["use"], 0, 1),
        (".go-version", "1.22\n", &["install"], 0, 1),
        ("sub/go.work", "go 1.21\n", &["install"], 0, 1),
    ] {
        let path = project.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        sandbox.gvm_in(&project, args).fails(code);
        assert_eq!(known(&sandbox), number, "{name} {text} {args:?}");
    }
    sandbox.gvm_in(&project.join("sub"), &["use"]).ok();
    assert_eq!(known(&sandbox), 2);
}

#[test]
fn a_project_file_that_turned_hostile_pins_nothing_and_harms_nothing() {
    let (sandbox, file) = with_project("1.22.5\n");
    let secret = sandbox.home().join("secret");
    fs::write(&secret, "hunter2\n").unwrap();
    let makers: [&dyn Fn(); 6] = [
        &|| fs::write(&file, "\u{1b}]0;evil\u{7}").unwrap(),
        &|| fs::write(&file, vec![0xff; 100]).unwrap(),
        &|| fs::File::create(&file).unwrap().set_len(1 << 40).unwrap(),
        &|| std::os::unix::fs::symlink(&secret, &file).unwrap(),
        &|| fs::create_dir(&file).unwrap(),
        &|| {
            rustix::fs::mknodat(rustix::fs::CWD, &file, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
        },
    ];
    for make in makers {
        if file.is_dir() {
            fs::remove_dir(&file).unwrap();
        } else {
            fs::remove_file(&file).unwrap();
        }
        make();
        let run = sandbox.gvm(&["-v", "uninstall", "1.22.5"]).ok();
        assert!(run.stderr.contains(".go-version`"), "-v tells what was passed over: {run}");
        assert!(!run.stderr.contains(['\u{1b}', '\u{7}']) && !run.stderr.contains("hunter2"), "{run}");
        sandbox.gvm(&["undo"]).ok();
        assert_eq!(known(&sandbox), 1);
    }
}

#[test]
fn foreign_things_among_the_known_projects_are_no_reason_to_fail() {
    let (sandbox, _) = with_project("1.22.5\n");
    let projects = sandbox.root().join("projects");
    fs::write(projects.join("file"), "x").unwrap();
    fs::create_dir(projects.join("directory")).unwrap();
    std::os::unix::fs::symlink("relative/go.mod", projects.join("relative")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", projects.join("device")).unwrap();
    sandbox.gvm(&["uninstall", "1.22.5"]).fails(9);
    sandbox.gvm(&["uninstall", "1.21.13"]).ok();
    assert!(projects.join("file").exists() && projects.join("relative").is_symlink());
}

#[test]
fn a_project_that_cannot_be_remembered_is_a_detail() {
    let (sandbox, file) = with_project("1.22.5\n");
    let projects = sandbox.root().join("projects");
    fs::remove_dir_all(&projects).unwrap();
    fs::write(&projects, "mine").unwrap();
    let run = sandbox.gvm_in(file.parent().unwrap(), &["use"]).ok();
    assert!(!run.stderr.contains("remembered"), "{run}");
    let run = sandbox.gvm_in(file.parent().unwrap(), &["-v", "use"]).ok();
    assert!(run.stderr.contains("the project is not remembered"), "{run}");
    assert_eq!(fs::read_to_string(&projects).unwrap(), "mine");
}
