//! `self update` and `self rollback`: a release that is right and runs, or nothing is changed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{
    PROGRAM, name, newer, place, put, releases, releases_in, run, run_as, run_without_rights, sandbox, sums,
};
use crate::support::{Behaviour, Mirror, Sandbox, tree_names};

/// Fails unless the program is the one that was installed, and nothing else is there.
#[track_caller]
fn is_as_before(sandbox: &Sandbox) {
    assert!(fs::read(place(sandbox)).unwrap() == PROGRAM[..]);
    assert_eq!(tree_names(place(sandbox).parent().unwrap()), ["gvm-rs"]);
}

#[test]
fn an_update_can_be_taken_back_and_made_again() {
    let sandbox = sandbox();
    let mirror = releases(&newer());
    let sandbox = sandbox.env("GVM_RS_RELEASE_URL", format!("{}/r/", mirror.url()));
    let text = run(&sandbox, &["self", "update"]).ok().text();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("gvm-rs is {version} now, and was {version} (back: gvm-rs self rollback)\n");
    assert!(text.contains(&expected), "{text}");
    let names = [".gvm-rs.previous", "gvm-rs"];
    assert_eq!(tree_names(place(&sandbox).parent().unwrap()), names);
    assert!(fs::read(place(&sandbox)).unwrap() == newer());
    assert_eq!(fs::metadata(place(&sandbox)).unwrap().permissions().mode() & 0o7777, 0o755);

    let asked = mirror.requests_for(&format!("/r/{}", name())).len();
    let again = run(&sandbox, &["self", "update", "--json", "-q"]).ok();
    assert_eq!(again.stderr, "");
    let json: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(json, serde_json::json!({"version": version, "before": version, "changed": false}));
    assert_eq!(mirror.requests_for(&format!("/r/{}", name())).len(), asked, "it is there already");

    for expected in [PROGRAM.to_vec(), newer(), PROGRAM.to_vec()] {
        run(&sandbox, &["self", "rollback"]).ok();
        assert!(fs::read(place(&sandbox)).unwrap() == expected);
        assert_eq!(tree_names(place(&sandbox).parent().unwrap()), names);
    }
    assert!(!sandbox.root().exists(), "no store is made for that");
}

#[test]
fn the_program_that_is_kept_puts_itself_back_where_the_new_one_cannot() {
    let sandbox = sandbox();
    let broken = b"#!/bin/sh\n[ \"$1\" = --version ] && echo gvm-rs 9.9.9\n";
    let from = releases_in(&sandbox, broken);
    let update = run(&sandbox, &["self", "update", "--from", from.to_str().unwrap()]).ok();
    assert!(update.stderr.contains("gvm-rs is 9.9.9 now"), "{update}");
    run(&sandbox, &["self", "rollback"]).fails(1);
    let kept = place(&sandbox).with_file_name(".gvm-rs.previous");
    run_as(&sandbox, kept, &["self", "rollback"]).ok();
    assert!(fs::read(place(&sandbox)).unwrap() == PROGRAM[..]);
}

#[test]
fn what_is_no_release_changes_nothing() {
    let program = format!("/r/{}", name());
    let serve = |mirror: &Mirror, bytes: &[u8]| {
        mirror.add_page(&program, bytes);
        mirror.add_page("/r/SHA256SUMS", sums(bytes));
    };
    for (what, code, prepare) in [
        ("a wrong hash", 6, &|m: &Mirror| m.add_page("/r/SHA256SUMS", sums(b"other"))),
        ("a flipped byte", 6, &|m| m.behave(&program, vec![Behaviour::FlipByte(1000)])),
        ("half a program", 6, &|m| m.behave(&program, vec![Behaviour::Short])),
        ("a cut program", 5, &|m| m.behave(&program, vec![Behaviour::CloseAtOnce])),
        ("a missing program", 5, &|m| m.behave(&program, vec![Behaviour::Status(404)])),
        ("no list", 5, &|m| m.behave("/r/SHA256SUMS", vec![Behaviour::Status(404)])),
        ("a web page for a list", 3, &|m| m.behave("/r/SHA256SUMS", vec![Behaviour::Html200])),
        ("a list of others", 3, &|m| m.add_page("/r/SHA256SUMS", format!("{}  x\n", "0".repeat(64)))),
        ("one that says nothing", 7, &|m| serve(m, b"#!/bin/sh\n")),
        ("one that fails", 7, &|m| serve(m, b"#!/bin/sh\necho gvm-rs 9.9.9\nexit 1\n")),
        ("one that lies", 7, &|m| serve(m, b"#!/bin/sh\nprintf 'gvm-rs \\033[2J'\n")),
        ("no program", 7, &|m| serve(m, b"\x7fELF")),
    ] as [(&str, i32, &dyn Fn(&Mirror)); 12]
    {
        let (sandbox, mirror) = (sandbox(), releases(&newer()));
        prepare(&mirror);
        let update = run(&sandbox, &["self", "update", "--from", &format!("{}/r", mirror.url())]).fails(code);
        assert!(update.stderr.contains("error: "), "{what}: {update}");
        is_as_before(&sandbox);
    }
}

#[test]
fn a_transfer_that_breaks_off_goes_on() {
    let (sandbox, mirror) = (sandbox(), releases(&newer()));
    let program = format!("/r/{}", name());
    mirror.behave(&program, vec![Behaviour::CutAfter(100_000), Behaviour::Ok]);
    run(&sandbox, &["self", "update", "--from", &format!("{}/r", mirror.url())]).ok();
    assert_eq!(mirror.requests_for(&program).len(), 2);
    assert!(fs::read(place(&sandbox)).unwrap() == newer());
}

#[test]
fn an_update_needs_an_address_that_can_be_trusted() {
    let (sandbox, mirror) = (sandbox(), releases(&newer()));
    let from = format!("{}/r", mirror.url());
    for (args, code, told) in [
        (&["self", "update"][..], 2, "release_url"),
        (&["self", "update", "--from", "http://example.org/r"], 2, "https"),
        (&["self", "update", "--from", "/nonexistent"], 5, "SHA256SUMS"),
        (&["self", "update", "--offline", "--from", &from], 5, "offline"),
        (&["self", "rollback"], 4, "none to go back to"),
    ] {
        let run = run(&sandbox, args).fails(code);
        assert!(run.stderr.contains(told), "{run}");
    }
    assert_eq!(mirror.requests().len(), 0);
    is_as_before(&sandbox);
    let config = sandbox.home().join(".config/gvm-rs/config.toml");
    fs::write(config, format!("release_url = \"{from}\"\n")).unwrap();
    run(&sandbox, &["self", "update"]).ok();
}

#[test]
fn what_cargo_installed_is_left_to_cargo() {
    let sandbox = sandbox();
    let list = "[v1]\n\"gvm-rs 0.1.0 (path+file:///x)\" = [\"gvm-rs\"]\n";
    fs::write(sandbox.home().join(".local/.crates.toml"), list).unwrap();
    let from = releases_in(&sandbox, &newer());
    for args in [&["self", "update", "--from", from.to_str().unwrap()][..], &["self", "rollback"]] {
        let run = run(&sandbox, args).fails(9);
        assert!(run.stderr.contains("cargo uninstall gvm-rs"), "{run}");
    }
    is_as_before(&sandbox);
}

#[test]
fn a_program_in_a_hostile_place_and_under_any_umask_is_replaced() {
    let sandbox = sandbox();
    let from = releases_in(&sandbox, &newer());
    for (number, umask) in ["000", "077"].iter().enumerate() {
        let directory = sandbox.dir(&format!("-rf {number} $(touch pwned)\n'\"é"));
        let program = directory.join("go manager");
        put(&program);
        // Its real name counts, however it was called.
        let link = sandbox.home().join(format!("link{number}"));
        std::os::unix::fs::symlink(&program, &link).unwrap();
        let line = format!("umask {umask}; exec ./link{number} self update --from \"$1\"");
        run_as(&sandbox, "sh", &["-c", &line, "sh", from.to_str().unwrap()]).ok();
        assert_eq!(tree_names(&directory), [".go manager.previous", "go manager"]);
        assert!(fs::read(&program).unwrap() == newer() && link.is_symlink());
        for file in [&program, &directory.join(".go manager.previous")] {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o7777, 0o755);
        }
    }
}

#[test]
fn a_program_in_a_directory_of_somebody_else_is_left_alone() {
    let sandbox = sandbox();
    let from = releases_in(&sandbox, &newer());
    run(&sandbox, &["self", "update", "--from", from.to_str().unwrap()]).ok();
    run(&sandbox, &["self", "rollback"]).ok();
    fs::remove_dir_all(sandbox.home().join(".config")).unwrap();
    let program = place(&sandbox);
    let directory = program.parent().unwrap();
    let before = tree_names(directory);
    fs::set_permissions(directory, fs::Permissions::from_mode(0o555)).unwrap();
    for args in [&["self", "update", "--from", from.to_str().unwrap()][..], &["self", "rollback"]] {
        let words = [&[program.to_str().unwrap()], args].concat();
        let run = run_without_rights(&sandbox, &words).fails(8);
        assert!(run.stderr.contains("run it as the user that gvm-rs belongs to"), "{run}");
    }
    assert_eq!(tree_names(directory), before);
    assert!(fs::read(&program).unwrap() == PROGRAM[..]);
}

#[test]
fn a_second_update_at_the_same_time_is_refused() {
    let sandbox = sandbox();
    let from = releases_in(&sandbox, &newer());
    let lock = fs::File::open(place(&sandbox).parent().unwrap()).unwrap();
    lock.lock().unwrap();
    run(&sandbox, &["self", "update", "--from", from.to_str().unwrap()]).fails(75);
    is_as_before(&sandbox);
}
