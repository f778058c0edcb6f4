//! `--fix`: each fault produced, found, fixed, and then silent; and nothing without consent.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::support::{Sandbox, tree_names};
use crate::{examined, finds, healthy, ids};

/// Fixes, and finds nothing after that.
#[track_caller]
fn is_fixed(sandbox: &Sandbox, found: &[&str]) {
    let report = finds(sandbox, &[], found);
    let fixes = report["findings"].as_array().unwrap().iter().filter(|finding| finding["fix"].is_string());
    assert_eq!(fixes.count(), found.len(), "{report}");
    // Nobody is there to agree, and nothing is changed.
    let before = tree_names(&sandbox.home());
    let run = sandbox.gvm(&["doctor", "--fix"]).fails(12);
    assert!(run.stderr.contains("nothing was changed"), "{run}");
    assert_eq!(tree_names(&sandbox.home()), before);
    let (report, run) = examined(sandbox, &[], &["--fix", "--yes"]);
    assert!(run.code == Some(0) && ids(&report).is_empty(), "{run}");
    assert_eq!(report["fixed"].as_array().unwrap().len(), found.len(), "{run}");
    finds(sandbox, &[], &[]);
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

#[test]
fn a_damaged_store_is_put_right() {
    let (_mirror, sandbox) = healthy();
    let root = sandbox.root();
    fs::remove_file(root.join("bin/go")).unwrap();
    symlink("/usr/bin/true", root.join("bin/go")).unwrap();
    is_fixed(&sandbox, &["error store-damaged"]);
    fs::remove_file(root.join("layout")).unwrap();
    fs::remove_file(root.join("bin/go1.21.13")).unwrap();
    is_fixed(&sandbox, &["error store-damaged"]);
    fs::remove_file(root.join("current")).unwrap();
    is_fixed(&sandbox, &["error store-damaged"]);
    for name in ["", "bin"] {
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(0o777)).unwrap();
        is_fixed(&sandbox, &["error store-writable"]);
        let mode = fs::metadata(root.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755);
    }
}

#[test]
fn others_lose_every_right_to_replace_go_and_nothing_else_changes() {
    let (_mirror, sandbox) = healthy();
    let root = sandbox.root();
    let mode = |name: &str| fs::metadata(root.join(name)).unwrap().permissions().mode() & 0o7777;
    let open = |name: &str| {
        let given = mode(name);
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(given | 0o022)).unwrap();
        given
    };
    let names = [
        "",
        "bin",
        "cache",
        "staging",
        "versions",
        "versions/go1.22.5",
        "versions/go1.22.5/bin",
        "versions/go1.22.5/bin/go",
        "versions/go1.21.13",
        "generations",
        "generations/1",
        "manifests",
        "manifests/go1.22.5.unofficial.jsonl",
        "shell",
        "shell/init.bash",
    ];
    for name in names {
        assert!(root.join(name).exists(), "{name}: {:?}", tree_names(&root));
        let given = open(name);
        is_fixed(&sandbox, &["error store-writable"]);
        assert_eq!(mode(name), given, "{name}");
    }
    // Many at once are one finding, and links are left to what they lead to.
    for name in names {
        open(name);
    }
    let report = finds(&sandbox, &[], &["error store-writable"]);
    let mend = report["findings"][0]["mend"].as_str().unwrap();
    assert_eq!(mend, format!("run `chmod -R go-w '{}'`", root.display()));
    is_fixed(&sandbox, &["error store-writable"]);
    sandbox.gvm(&["verify", "--all"]).ok();
}

#[test]
fn what_a_killed_command_left_is_swept() {
    let (_mirror, sandbox) = healthy();
    let left = sandbox.root().join("staging/abc");
    fs::create_dir_all(left.join("go/bin")).unwrap();
    write(&sandbox.root().join("staging/abc.lock"), "");
    let report = finds(&sandbox, &[], &["note store-leftovers"]);
    assert_eq!(report["findings"][0]["evidence"].as_array().unwrap().len(), 2);
    is_fixed(&sandbox, &["note store-leftovers"]);
    assert!(!left.exists());
}

#[test]
fn what_an_install_is_writing_is_nobodys_leftover() {
    let (_mirror, sandbox) = healthy();
    let lock = sandbox.root().join("staging/abc.lock");
    fs::create_dir_all(sandbox.root().join("staging/abc")).unwrap();
    let file = fs::File::create(&lock).unwrap();
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).unwrap();
    finds(&sandbox, &[], &[]);
    drop(file);
    finds(&sandbox, &[], &["note store-leftovers"]);
}

#[test]
fn damaged_toolchains_are_left_to_repair() {
    let (_mirror, sandbox) = healthy();
    let go = crate::current_go(&sandbox);
    let report = finds(&sandbox, &[], &["error toolchain-damaged"]);
    assert!(report["findings"][0]["mend"].as_str().unwrap().contains("gvm-rs repair"), "{report}");
    sandbox.gvm(&["repair"]).ok();
    assert!(go.exists());
    finds(&sandbox, &[], &[]);
}

#[test]
fn blocks_in_shell_files_are_renewed() {
    let (_mirror, sandbox) = healthy();
    let file = sandbox.home().join(".bashrc");
    let sound = fs::read_to_string(&file).unwrap();
    let block = sound.split_inclusive('\n').skip_while(|line| !line.contains(">>> gvm-rs"));
    let mut block: Vec<&str> = block.collect();
    block.truncate(block.iter().position(|line| line.contains("<<< gvm-rs")).unwrap() + 1);
    let block = block.concat();
    // Edited, twice, and behind the guard.
    write(&file, &sound.replace("if [ -r", "if [ -f"));
    is_fixed(&sandbox, &["warning rc-changed"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), sound);
    write(&file, &format!("{sound}{block}"));
    is_fixed(&sandbox, &["warning rc-twice"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), sound);
    let without = sound.replace(&block, "");
    let guard = "case $- in *i*) ;; *) return;; esac\n";
    write(&file, &format!("{guard}{without}{block}"));
    is_fixed(&sandbox, &["warning rc-guarded"]);
    assert!(fs::read_to_string(&file).unwrap().starts_with(&block));
    // What nobody can tell is left alone.
    write(&file, &sound.replace("# <<< gvm-rs setup <<<\n", ""));
    let (report, run) = examined(&sandbox, &[], &["--fix", "--yes"]);
    assert!(ids(&report).contains(&"warning rc-unended".to_owned()), "{run}");
}

#[test]
fn lost_shell_code_and_a_set_up_that_is_missing_come_back() {
    let (_mirror, sandbox) = healthy();
    fs::remove_dir_all(sandbox.root().join("shell")).unwrap();
    let found = ["error rc-code-missing", "warning shell-login", "warning shell-interactive"];
    let report = finds(&sandbox, &[], &found);
    assert!(report["findings"][0]["fix"].is_string());
    let (report, run) = examined(&sandbox, &[], &["--fix", "--yes"]);
    assert!(ids(&report).is_empty() && report["fixed"][0] == "rc-code-missing", "{run}");
    sandbox.gvm(&["teardown", "--yes"]).ok();
    let env = [("PATH", "/usr/bin:/bin")];
    let report = finds(&sandbox, &env, &["warning path-missing"]);
    assert_eq!(report["findings"][0]["fix"], "`gvm-rs setup`");
    let (report, run) = examined(&sandbox, &env, &["--fix", "--yes"]);
    assert_eq!((ids(&report), run.code), (vec!["warning path-missing".to_owned()], Some(0)), "{run}");
    assert_eq!(report["findings"][0]["mend"], "open a new terminal");
    finds(&sandbox, &[], &[]);
}
