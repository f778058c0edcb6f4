//! What `teardown` leaves is what was there before `setup`, whatever that was, and what the user wrote since.

use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::Sandbox;
use crate::{contents, empty, write};

const ALL: &[&str] = &["bash", "zsh", "fish", "sh", "nu", "elvish", "powershell"];

fn set_up(sandbox: &Sandbox) {
    let shells: Vec<&str> = ALL.iter().flat_map(|name| ["--shell", *name]).collect();
    sandbox.gvm(&[&["setup", "--yes"], &shells[..]].concat()).ok();
    sandbox.gvm(&["setup", "--yes", "--systemd-only"]).ok();
}

fn tear_down(sandbox: &Sandbox) {
    sandbox.gvm(&["teardown", "--yes"]).ok();
}

fn homes() -> Vec<Sandbox> {
    let texts: &[&[u8]] = &[
        b"",
        b"\n",
        b"one\n",
        b"no end",
        b"dos\r\nlines\r\n",
        b"dos\r\nno end",
        b"\xff\xfe bytes \x00\x80\n",
        b"\n\n\nspace\n\n\n",
        b"# If not interactive\n[ -z \"$PS1\" ] && return\nx=1",
        b"# >>> conda initialize >>>\nx\n# <<< conda initialize <<<\n",
    ];
    let mut homes: Vec<Sandbox> = vec![empty()];
    for text in texts {
        let sandbox = empty();
        for name in [".bashrc", ".bash_login", ".profile", ".zshrc", ".config/elvish/rc.elv"] {
            write(&sandbox, name, text);
        }
        write(&sandbox, ".config/fish/conf.d/gvm-rs.fish", text);
        homes.push(sandbox);
    }
    homes
}

#[test]
fn every_file_and_directory_is_as_it_was() {
    for sandbox in homes() {
        let before = contents(&sandbox.home());
        set_up(&sandbox);
        let there = contents(&sandbox.home());
        assert!(there.len() > before.len());
        set_up(&sandbox);
        assert_eq!(contents(&sandbox.home()), there, "twice is once");
        tear_down(&sandbox);
        assert_eq!(contents(&sandbox.home()), before);
        let run = sandbox.gvm(&["teardown", "--yes"]).ok();
        assert!(run.stderr.contains("nothing is set up"), "{run}");
        assert!(!sandbox.root().join("shell").exists());
    }
}

#[test]
fn what_the_user_wrote_around_the_block_stays() {
    let sandbox = empty();
    write(&sandbox, ".zshrc", "one\n");
    write(&sandbox, ".bashrc", "no end");
    set_up(&sandbox);
    for name in [".zshrc", ".bashrc", ".zprofile", ".config/fish/conf.d/gvm-rs.fish"] {
        let path = sandbox.home().join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("before\n{text}\nafter")).unwrap();
    }
    write(&sandbox, ".config/environment.d/10-mine.conf", "A=1\n");
    tear_down(&sandbox);
    let read = |name: &str| std::fs::read_to_string(sandbox.home().join(name)).unwrap();
    assert_eq!(read(".zshrc"), "before\none\n\nafter");
    assert_eq!(read(".bashrc"), "before\nno end\n\nafter");
    // Files that setup made, and that are the user's now.
    assert_eq!(read(".zprofile"), "before\n\nafter");
    assert_eq!(read(".config/fish/conf.d/gvm-rs.fish"), "before\n\nafter");
    assert_eq!(read(".config/environment.d/10-mine.conf"), "A=1\n");
    assert!(!sandbox.home().join(".config/environment.d/60-gvm-rs.conf").exists());
}

#[test]
fn what_an_installer_appends_to_a_file_without_an_end_is_read_and_stays() {
    let sandbox = empty();
    write(&sandbox, ".bashrc", "no end");
    set_up(&sandbox);
    sandbox.sh("echo 'export FOO=1' >>~/.bashrc").ok();
    set_up(&sandbox);
    assert!(sandbox.sh("bash -ic 'echo FOO=$FOO' </dev/null").ok().stdout.contains("FOO=1"));
    tear_down(&sandbox);
    assert_eq!(std::fs::read_to_string(sandbox.home().join(".bashrc")).unwrap(), "no end\nexport FOO=1\n");
}

#[test]
fn a_file_with_two_names_is_edited_once() {
    for (link, target) in [(".bash_profile", ".bashrc"), (".profile", ".bashrc"), (".zprofile", ".zshrc")] {
        let sandbox = empty();
        write(&sandbox, target, "x=1\n");
        symlink(target, sandbox.home().join(link)).unwrap();
        set_up(&sandbox);
        let text = std::fs::read_to_string(sandbox.home().join(target)).unwrap();
        assert_eq!(text.matches(">>> gvm-rs setup").count(), 1, "{text}");
        // dash reads a `.profile`, too, and cannot read code for bash.
        assert_eq!(text.contains("init.sh"), link == ".profile", "{text}");
        let again = sandbox.gvm(&["setup", "--yes", "--json", "--shell", "bash", "--shell", "zsh"]).ok();
        let report: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!(report["edits"].as_array().map(Vec::len), Some(0), "{again}");
        tear_down(&sandbox);
        assert_eq!(std::fs::read_to_string(sandbox.home().join(target)).unwrap(), "x=1\n");
    }
}

#[test]
fn a_teardown_finds_what_a_setup_in_another_environment_edited() {
    let sandbox = empty();
    write(&sandbox, ".bashrc", "one\n");
    let elsewhere = sandbox.dir("else where");
    std::fs::write(elsewhere.join(".zshrc"), "two\n").unwrap();
    let before = (contents(&sandbox.home()), contents(&elsewhere));
    let at = |below: &str| elsewhere.join(below).display().to_string();
    let env = [("ZDOTDIR", at("")), ("XDG_CONFIG_HOME", at("config"))];
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let words = ["--shell", "bash", "--shell", "zsh", "--shell", "fish", "--shell", "elvish"];
    sandbox.gvm_with(&env, &[&["setup", "--yes"], &words[..]].concat()).ok();
    sandbox.gvm_with(&env, &["setup", "--yes", "--systemd-only"]).ok();
    assert!(elsewhere.join(".zprofile").exists() && elsewhere.join("config/environment.d").exists());
    sandbox.gvm(&["verify"]).ok();
    let run = sandbox.gvm(&["teardown", "--dry-run"]).ok();
    assert!(run.stdout.contains("config/fish/conf.d/gvm-rs.fish"), "{run}");
    tear_down(&sandbox);
    assert_eq!((contents(&sandbox.home()), contents(&elsewhere)), before);
    assert!(!sandbox.root().join("edited").exists());
}

#[test]
fn a_zdotdir_that_only_zshenv_sets_is_found() {
    if !crate::needs::program("zsh") {
        return;
    }
    let sandbox = empty();
    write(&sandbox, ".zshenv", "echo noise\nexport ZDOTDIR=\"$HOME/.config/zsh\"\n");
    write(&sandbox, ".config/zsh/.zshrc", "one\n");
    let before = contents(&sandbox.home());
    sandbox.gvm(&["setup", "--yes", "--shell", "zsh"]).ok();
    let run = sandbox.sh("zsh -ic 'echo $PATH' </dev/null 2>/dev/null; zsh -lc 'echo $PATH'").ok();
    let bin = sandbox.root().join("bin").display().to_string();
    assert_eq!(run.stdout.matches(&bin).count(), 2, "{run}");
    assert!(!sandbox.home().join(".zshrc").exists());
    tear_down(&sandbox);
    assert_eq!(contents(&sandbox.home()), before);
}

#[test]
fn a_lost_root_is_no_obstacle() {
    let sandbox = empty();
    write(&sandbox, ".bashrc", "one\n");
    let before = contents(&sandbox.home());
    set_up(&sandbox);
    std::fs::remove_dir_all(sandbox.root()).unwrap();
    tear_down(&sandbox);
    assert_eq!(contents(&sandbox.home()), before, "nor is a new root made");
}

#[test]
fn an_uninstall_of_gvm_rs_itself_takes_it_all_back() {
    let sandbox = empty();
    write(&sandbox, ".bashrc", "no end");
    write(&sandbox, ".local/x", "");
    let program = sandbox.home().join(".local/gvm-rs");
    std::fs::copy(env!("CARGO_BIN_EXE_gvm-rs"), &program).unwrap();
    set_up(&sandbox);
    let run = |args: &[&str]| {
        let mut command = sandbox.command(&program);
        command.args(args);
        sandbox.start(command).wait().ok()
    };
    assert!(run(&["self", "uninstall", "--dry-run"]).stdout.contains(".bashrc"));
    run(&["self", "uninstall", "--yes"]);
    let names: Vec<_> = contents(&sandbox.home()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [".bashrc", ".local/", ".local/x"]);
    assert_eq!(std::fs::read_to_string(sandbox.home().join(".bashrc")).unwrap(), "no end");
    assert!(!sandbox.root().exists());
}

#[test]
fn modes_and_links_are_kept() {
    let sandbox = empty();
    let dotfiles = sandbox.dir("dotfiles");
    std::fs::write(dotfiles.join("bash rc"), "one\n").unwrap();
    std::fs::create_dir(dotfiles.join("fish")).unwrap();
    std::fs::create_dir(sandbox.home().join(".config")).unwrap();
    symlink(dotfiles.join("fish"), sandbox.home().join(".config/fish")).unwrap();
    symlink("../dotfiles/bash rc", sandbox.home().join(".bashrc")).unwrap();
    for (name, mode) in [(".profile", 0o444), (".zshrc", 0o600), (".zprofile", 0o755)] {
        write(&sandbox, name, "one\n");
        std::fs::set_permissions(sandbox.home().join(name), PermissionsExt::from_mode(mode)).unwrap();
    }
    let before = (contents(&sandbox.home()), contents(&dotfiles));
    set_up(&sandbox);
    let mode = |name: &str| {
        std::fs::symlink_metadata(sandbox.home().join(name)).unwrap().permissions().mode() & 0o7777
    };
    assert_eq!([".profile", ".zshrc", ".zprofile"].map(mode), [0o444, 0o600, 0o755]);
    assert!(std::fs::symlink_metadata(sandbox.home().join(".bashrc")).unwrap().is_symlink());
    assert!(std::fs::read_to_string(dotfiles.join("bash rc")).unwrap().contains("gvm-rs setup"));
    assert!(dotfiles.join("fish/conf.d/gvm-rs.fish").exists());
    tear_down(&sandbox);
    assert_eq!((contents(&sandbox.home()), contents(&dotfiles)), before);
}
