//! Which files are chosen, and which are refused before anything is changed.

use std::os::unix::fs::symlink;

use crate::support::Sandbox;
use crate::{contents, empty, write};

fn edited(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let run = sandbox.gvm(&[&["setup", "--dry-run", "--json"], args].concat()).ok();
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["applied"], false);
    let home = sandbox.home().display().to_string() + "/";
    let edits = report["edits"].as_array().unwrap().iter();
    edits.map(|edit| edit["path"].as_str().unwrap().replace(&home, "")).collect()
}

#[test]
fn the_shells_are_found_by_the_account_and_by_their_files() {
    let machine: &[&str] = match std::path::Path::new("/run/systemd/system").exists() {
        true => &[".config/environment.d/60-gvm-rs.conf"],
        false => &[],
    };
    for (shell, files, chosen) in [
        ("/bin/bash", &[][..], &[".bashrc", ".profile"][..]),
        ("/bin/bash", &[".bash_profile", ".profile"], &[".bashrc", ".bash_profile", ".profile"]),
        ("/bin/bash", &[".bash_login"], &[".bashrc", ".bash_login"]),
        ("/usr/bin/zsh", &[], &[".zshrc", ".zprofile"]),
        ("/usr/bin/fish", &[], &[".config/fish/conf.d/gvm-rs.fish"]),
        ("/bin/dash", &[], &[".profile"]),
        ("/bin/tcsh", &[], &[".profile"]),
        ("/opt/bin/pwsh", &[], &[".config/powershell/profile.ps1"]),
        ("/bin/bash", &[".zshenv"], &[".bashrc", ".profile", ".zshrc", ".zprofile"]),
        ("", &[".bashrc", ".profile"], &[".bashrc", ".profile"]),
    ] {
        let sandbox = empty().env("SHELL", shell);
        files.iter().for_each(|name| write(&sandbox, name, ""));
        assert_eq!(edited(&sandbox, &[]), [chosen, machine].concat(), "{shell} {files:?}");
    }
}

#[test]
fn variables_and_flags_say_where_and_what() {
    let sandbox = empty().env("SHELL", "/bin/zsh");
    let (zsh, config) = (sandbox.dir("zsh"), sandbox.dir("config"));
    let sandbox = sandbox.env("ZDOTDIR", &zsh).env("XDG_CONFIG_HOME", &config);
    let (zsh, config) = (zsh.display(), config.display());
    let session = format!("{config}/environment.d/60-gvm-rs.conf");
    assert_eq!(edited(&sandbox, &["--no-systemd"]), [format!("{zsh}/.zshrc"), format!("{zsh}/.zprofile")]);
    assert_eq!(edited(&sandbox, &["--systemd-only"]), std::slice::from_ref(&session));
    assert_eq!(edited(&sandbox, &["--shell", "nushell"]), [format!("{config}/nushell/autoload/gvm-rs.nu")]);
    assert!(edited(&sandbox, &["--no-modify-path"]).is_empty());
    let both = edited(&sandbox, &["--shell", "fish", "--shell", "elvish", "--shell", "fish"]);
    assert_eq!(both, [format!("{config}/fish/conf.d/gvm-rs.fish"), format!("{config}/elvish/rc.elv")]);
    std::fs::create_dir(sandbox.path().join("config/environment.d")).unwrap();
    assert!(edited(&sandbox, &[]).contains(&session), "whoever has such a directory has such a manager");
    sandbox.gvm(&["setup", "--shell", "tcsh"]).fails(2);
    sandbox.gvm(&["setup", "--systemd-only", "--shell", "zsh"]).fails(2);
    sandbox.without_env("HOME").gvm(&["setup", "--home", "/srv/x"]).fails(2);
}

#[test]
fn without_edits_the_lines_to_add_are_named_and_the_code_is_there() {
    let sandbox = empty().env("SHELL", "/bin/bash");
    let run = sandbox.gvm(&["setup", "--yes", "--no-modify-path"]).ok();
    let line = "if [ -r \"$HOME/.gvm-rs/shell/init.bash\" ]; then . \"$HOME/.gvm-rs/shell/init.bash\"; fi";
    assert!(run.stderr.contains(line), "{run}");
    assert!(sandbox.root().join("shell/init.bash").exists());
    assert!(contents(&sandbox.home()).is_empty(), "but for the root");
}

#[test]
fn what_is_no_plain_file_is_refused_before_anything_is_changed() {
    for (what, told) in [
        ("directory", "it is a directory"),
        ("fifo", "it is not a plain file"),
        ("dangling", "it is a link that leads nowhere"),
        ("loop", "cannot read"),
        ("open", "has a beginning and no end"),
        ("large", "larger than"),
        ("linked", "it is a hard link"),
    ] {
        let sandbox = empty().env("SHELL", "/bin/zsh");
        let path = sandbox.home().join(".zprofile");
        let code = match what {
            "directory" => std::fs::create_dir(&path).map(|()| 9),
            "fifo" => {
                sandbox.sh("mkfifo .zprofile").ok();
                Ok(9)
            }
            "dangling" => symlink("nowhere/at/all", &path).map(|()| 9),
            "loop" => symlink(".zprofile", &path).map(|()| 8),
            "linked" => std::fs::write(&path, "mine\n")
                .and_then(|()| std::fs::hard_link(&path, sandbox.home().join("other name")))
                .map(|()| 9),
            "open" => std::fs::write(&path, "# >>> gvm-rs setup >>>\nmine\n").map(|()| 9),
            _ => std::fs::write(&path, vec![b'\n'; 5 << 20]).map(|()| 8),
        };
        let before = contents(&sandbox.home());
        let run = sandbox.gvm(&["setup", "--yes"]).fails(code.unwrap());
        assert!(run.stderr.contains(told) && run.stderr.contains(".zprofile"), "{what}: {run}");
        assert!(what == "open" || run.stderr.contains("`--shell NAME`"), "{what}: {run}");
        assert_eq!(contents(&sandbox.home()), before, "{what}");
        if what != "open" {
            sandbox.gvm(&["setup", "--yes", "--shell", "fish"]).ok();
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_or_is_anothers_stops_only_itself() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    if !rustix::process::geteuid().is_root() || !crate::needs::program("setpriv") {
        eprintln!("skipped: being another user needs root");
        return;
    }
    let sandbox = empty();
    let nobody = 65_534;
    for directory in [sandbox.path(), &sandbox.home()] {
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let program = sandbox.path().join("gvm-rs");
    std::fs::copy(env!("CARGO_BIN_EXE_gvm-rs"), &program).unwrap();
    chown(sandbox.home(), Some(nobody), Some(nobody)).unwrap();
    let gvm = |words: &[&str]| {
        let mut command = sandbox.command("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program).args(words);
        sandbox.start(command).wait()
    };
    for name in [".bashrc", ".profile", ".zshrc", ".zprofile"] {
        write(&sandbox, name, "mine\n");
        chown(sandbox.home().join(name), Some(nobody), Some(nobody)).unwrap();
    }
    let read = |name: &str| std::fs::read_to_string(sandbox.home().join(name)).unwrap();
    let chmod = |name: &str, mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(sandbox.home().join(name), mode).unwrap();
    };
    chmod(".zshrc", 0);
    let run = gvm(&["setup", "--yes", "--no-systemd"]).fails(8);
    assert!(run.stderr.contains("hint: `chmod u+r ") && run.stderr.contains("`--shell NAME`"), "{run}");
    assert_eq!(read(".bashrc"), "mine\n");
    gvm(&["setup", "--yes", "--shell", "bash"]).ok();
    // What cannot be read and was never edited is no reason to stop.
    gvm(&["teardown", "--yes"]).ok();
    assert_eq!((read(".bashrc").as_str(), read(".profile").as_str()), ("mine\n", "mine\n"));
    chmod(".zshrc", 0o644);
    gvm(&["setup", "--yes", "--no-systemd"]).ok();
    chmod(".zshrc", 0);
    let run = gvm(&["teardown", "--yes"]).fails(8);
    assert!(
        run.stderr.contains("all other files are as they were") && run.stderr.contains(".zshrc"),
        "{run}"
    );
    assert_eq!((read(".bashrc").as_str(), read(".zprofile").as_str()), ("mine\n", "mine\n"));
    chmod(".zshrc", 0o644);
    gvm(&["teardown", "--yes"]).ok();
    assert_eq!(read(".zshrc"), "mine\n");
    chown(sandbox.home().join(".bashrc"), Some(0), Some(0)).unwrap();
    let run = gvm(&["setup", "--yes", "--shell", "bash"]).fails(9);
    assert!(run.stderr.contains("it belongs to another user") && run.stderr.contains("sudo chown"), "{run}");
}

#[test]
fn a_home_with_a_slash_at_its_end_is_named_by_its_variable() {
    let sandbox = empty();
    let home = format!("{}/", sandbox.home().display());
    sandbox.gvm_with(&[("HOME", &home)], &["setup", "--yes", "--shell", "sh"]).ok();
    let text = std::fs::read_to_string(sandbox.home().join(".profile")).unwrap();
    assert!(text.contains("if [ -r \"$HOME/.gvm-rs/shell/init.sh\" ]"), "{text}");
}

#[test]
fn a_root_elsewhere_is_named_in_full() {
    let sandbox = empty();
    let root = sandbox.path().join("other root");
    let root = root.to_str().unwrap();
    sandbox.gvm(&["--home", root, "setup", "--yes", "--shell", "sh"]).ok();
    let text = std::fs::read_to_string(sandbox.home().join(".profile")).unwrap();
    assert!(text.contains(&format!("[ -r '{root}/shell/init.sh' ]")), "{text}");
    // Another set-up takes the block over.
    sandbox.gvm(&["setup", "--yes", "--shell", "sh"]).ok();
    let text = std::fs::read_to_string(sandbox.home().join(".profile")).unwrap();
    assert!(!text.contains(root) && text.matches(">>> gvm-rs").count() == 1, "{text}");
}
