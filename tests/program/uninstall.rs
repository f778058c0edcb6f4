//! `self uninstall`: everything goes, after it was shown, and nothing that is not gvm-rs's.

use std::fs;
use std::os::unix::fs::symlink;

use super::{newer, place, put, releases_in, run, sandbox};
use crate::needs;
use crate::support::{FakeGo, Mirror, Run, Sandbox, tree_names};

/// A program that was updated, with toolchains, one of them in the trash.
fn used(mirror: &Mirror) -> Sandbox {
    for version in ["1.21.13", "1.22.5"] {
        mirror.add(FakeGo::new(version));
    }
    let sandbox = sandbox().with_mirror(mirror);
    let from = releases_in(&sandbox, &newer());
    run(&sandbox, &["self", "update", "--from", from.to_str().unwrap()]).ok();
    run(&sandbox, &["install", "1.21.13", "--keep-archives"]).ok();
    run(&sandbox, &["use", "1.22.5", "--proof", "version"]).ok();
    run(&sandbox, &["install", "--os", "linux", "--arch", "amd64", "--no-prove", "1.22.5"]).ok();
    run(&sandbox, &["uninstall", "1.21.13"]).ok();
    fs::write(sandbox.home().join("go.mod"), "module x\n\ngo 1.22.5\n").unwrap();
    run(&sandbox, &["use", "--proof", "version"]).ok();
    fs::remove_file(sandbox.home().join("go.mod")).unwrap();
    sandbox
}

#[test]
fn everything_goes_after_it_was_shown() {
    let mirror = Mirror::start();
    let sandbox = used(&mirror);
    let before = tree_names(&sandbox.home());
    let shown = run(&sandbox, &["self", "uninstall", "--dry-run"]).ok();
    let expected = "stdout:\nremoves [HOME]/.gvm-rs   1 toolchains, 1 more in the trash, cache and history\n\
                    removes [HOME]/.config/gvm-rs/config.toml\nremoves [HOME]/.local/bin/gvm-rs\n\
                    removes [HOME]/.local/bin/.gvm-rs.previous\nstderr:\ncode: 0\n";
    assert_eq!(shown.text(), expected);
    for args in [&["self", "uninstall"][..], &["self", "uninstall", "--json"]] {
        let run = run(&sandbox, args).fails(12);
        assert!(run.stderr.contains("nothing was changed"), "{run}");
    }
    assert_eq!(tree_names(&sandbox.home()), before);
    let run = run(&sandbox, &["self", "uninstall", "--yes", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&json["applied"], &json["left"]), (&true.into(), &serde_json::json!([])), "{run}");
    assert_eq!(tree_names(&sandbox.home()), [".config/", ".local/", ".local/bin/"]);
}

#[test]
fn the_drop_ins_of_services_go_with_it_and_a_teardown_names_them() {
    let mirror = Mirror::start();
    let sandbox = used(&mirror);
    run(&sandbox, &["service", "add", "build", "--yes"]).ok();
    let drop_in = sandbox.home().join(".config/systemd/user/build.service.d/gvm-rs.conf");
    assert!(drop_in.is_file());
    let teardown = run(&sandbox, &["teardown", "--yes"]).ok();
    assert!(teardown.stderr.contains("gvm-rs service show") && drop_in.is_file(), "{teardown}");
    let shown = run(&sandbox, &["self", "uninstall", "-n"]).ok();
    assert!(
        shown.text().contains("--- [HOME]/.config/systemd/user/build.service.d/gvm-rs.conf\n"),
        "{shown}"
    );
    run(&sandbox, &["self", "uninstall", "--yes"]).ok();
    assert_eq!(tree_names(&sandbox.home()), [".config/", ".local/", ".local/bin/"]);
}

#[test]
fn the_shells_files_are_as_they_were_before_setup() {
    let mirror = Mirror::start();
    let sandbox = used(&mirror);
    let files = [(".bashrc", "# mine\ncase $- in *i*) ;; *) return ;; esac\n"), (".profile", "umask 027")];
    for (name, text) in files {
        fs::write(sandbox.home().join(name), text).unwrap();
    }
    run(&sandbox, &["setup", "--yes", "--no-systemd"]).ok();
    assert!(fs::read_to_string(sandbox.home().join(".bashrc")).unwrap().contains("gvm-rs"));
    let shown = run(&sandbox, &["self", "uninstall", "-n"]).ok();
    assert!(
        shown.text().contains("--- [HOME]/.bashrc\n") && shown.text().contains("removes [HOME]/.gvm-rs "),
        "{shown}"
    );
    run(&sandbox, &["self", "uninstall", "--yes"]).ok();
    for (name, text) in files {
        assert_eq!(fs::read_to_string(sandbox.home().join(name)).unwrap(), text);
    }
    assert_eq!(tree_names(&sandbox.home()), [".bashrc", ".config/", ".local/", ".local/bin/", ".profile"]);
}

#[test]
fn a_yes_in_a_terminal_is_needed_and_enough() {
    if !needs::program("zsh") {
        return;
    }
    let mirror = Mirror::start();
    let sandbox = used(&mirror);
    let answer = |answer: &str| -> Run {
        let zsh = "zmodload zsh/zpty; zpty it \"$1 self uninstall; echo co''de \\$? e''nd\"; zpty -r it seen '*y/N*'; \
                   zpty -w -n it \"$2\"; zpty -r it seen '*code [0-9]*end*'; print -r -- $seen; zpty -d it";
        let mut command = sandbox.command("zsh");
        command.args(["-fc", zsh, "zsh"]).arg(place(&sandbox)).arg(format!("{answer}\n"));
        sandbox.start(command).wait().ok()
    };
    for no in ["", "n", "yess"] {
        let run = answer(no);
        assert!(run.stdout.contains("code 12"), "{run}");
    }
    assert!(place(&sandbox).exists() && sandbox.root().join("bin/go").exists());
    let run = answer("y");
    assert!(run.stdout.contains("code 0"), "{run}");
    assert!(!place(&sandbox).exists() && !sandbox.root().exists());
}

#[test]
fn a_root_that_is_not_gvm_rs_alone_is_refused() {
    let mirror = Mirror::start();
    let sandbox = used(&mirror);
    let other = sandbox.dir("other");
    fs::write(other.join("thesis"), "").unwrap();
    let home = sandbox.home().to_string_lossy().into_owned();
    for root in [other.to_str().unwrap(), &home, "/"] {
        let run = run(&sandbox, &["self", "uninstall", "--yes", "--home", root]).fails(9);
        assert!(run.stderr.contains("it has no file `layout`"), "{run}");
    }
    for name in ["thesis", "bin/thesis", "current.old"] {
        let before = tree_names(&sandbox.home()).len();
        fs::write(sandbox.root().join(name), "").unwrap();
        let refused = run(&sandbox, &["self", "uninstall", "--yes"]).fails(9);
        assert!(refused.stderr.contains(&format!("it holds `{name}`")), "{refused}");
        assert_eq!(tree_names(&sandbox.home()).len(), before + 1, "nothing was removed");
        fs::remove_file(sandbox.root().join(name)).unwrap();
    }
    assert!(other.join("thesis").exists());
}

#[test]
fn links_are_removed_and_what_they_lead_to_is_told() {
    let mirror = Mirror::start();
    let sandbox = used(&mirror);
    let disk = sandbox.dir("disk");
    fs::rename(sandbox.root().join("versions"), disk.join("versions")).unwrap();
    symlink(disk.join("versions"), sandbox.root().join("versions")).unwrap();
    fs::rename(sandbox.root(), disk.join("root")).unwrap();
    symlink(disk.join("root"), sandbox.root()).unwrap();
    let dotfiles = sandbox.dir("dotfiles");
    fs::rename(sandbox.home().join(".config/gvm-rs"), dotfiles.join("gvm-rs")).unwrap();
    symlink(dotfiles.join("gvm-rs"), sandbox.home().join(".config/gvm-rs")).unwrap();
    let run = run(&sandbox, &["self", "uninstall", "--yes"]).ok();
    assert!(run.text().contains("note: `[SANDBOX]/disk/versions` is left"), "{run}");
    assert_eq!(fs::read_dir(&disk).unwrap().count(), 1);
    assert!(disk.join("versions/go1.22.5/bin/go").exists());
    assert!(fs::symlink_metadata(sandbox.root()).is_err());
}

#[test]
fn a_program_of_cargos_is_left_to_cargo_and_everything_else_goes() {
    let mirror = Mirror::start();
    let sandbox = used(&mirror);
    let list = "[v1]\n\"gvm-rs 0.1.0 (path+file:///x)\" = [\"gvm-rs\"]\n";
    fs::write(sandbox.home().join(".local/.crates.toml"), list).unwrap();
    let run = run(&sandbox, &["self", "uninstall", "--yes"]).ok();
    assert!(run.stderr.contains("`cargo uninstall gvm-rs` removes the program itself"), "{run}");
    assert!(place(&sandbox).exists() && !sandbox.root().exists());
}

#[test]
fn nothing_but_the_program_is_there_to_go() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(place(&sandbox).parent().unwrap()).unwrap();
    put(&place(&sandbox));
    fs::create_dir(sandbox.root()).unwrap();
    run(&sandbox, &["self", "uninstall", "--yes"]).ok();
    assert_eq!(tree_names(&sandbox.home()), [".local/", ".local/bin/"]);
}
