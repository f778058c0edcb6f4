//! A release from a server or a directory: checked, proved, and installed in one step, or nothing is changed.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use gvm_rs::model::Platform;
use sha2::Digest as _;

use super::{install, script};
use crate::needs;
use crate::support::{Behaviour, Mirror, Sandbox, tree_names};

const NEW: &str = "#!/bin/sh\n[ \"$1\" = --version ] && echo gvm-rs 9.9.9\n";
const OLD: &str = "#!/bin/sh\necho gvm-rs 0.0.1\n";

fn name() -> String {
    format!("gvm-rs-{}", Platform::host().unwrap())
}

fn sums(program: &[u8]) -> String {
    let digest = gvm_rs::model::Sha256::new(sha2::Sha256::digest(program).into());
    format!("{}  gvm-rs-plan9-mips\n{digest}  {}\n", "0".repeat(64), name())
}

/// A server of releases, below `/r`.
fn releases(program: &str) -> Mirror {
    let mirror = Mirror::start();
    mirror.add_page(&format!("/r/{}", name()), program);
    mirror.add_page("/r/SHA256SUMS", sums(program.as_bytes()));
    mirror
}

/// A sandbox in whose `~/.local/bin` there is an older program.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let place = sandbox.home().join(".local/bin");
    fs::create_dir_all(&place).unwrap();
    put(&place.join("gvm-rs"), OLD);
    sandbox
}

fn put(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Fails unless the old program is there, and nothing else.
#[track_caller]
fn is_as_before(sandbox: &Sandbox) {
    assert_eq!(tree_names(&sandbox.home().join(".local")), ["bin/", "bin/gvm-rs"]);
    assert_eq!(fs::read_to_string(sandbox.home().join(".local/bin/gvm-rs")).unwrap(), OLD);
}

/// A PATH with these programs, and what any Unix has.
fn path_of(sandbox: &Sandbox, programs: &[&str]) -> String {
    let tools = sandbox.dir("tools");
    let usual = ["uname", "tr", "mkdir", "chmod", "mv", "rm", "cp", "sync", "sed", "dirname", "cat", "sh"];
    for program in usual.iter().chain(programs) {
        let place = ["/usr/bin", "/bin"].iter().map(|dir| Path::new(dir).join(program));
        symlink(place.into_iter().find(|path| path.exists()).unwrap(), tools.join(program)).unwrap();
    }
    tools.to_str().unwrap().to_owned()
}

#[test]
fn a_release_is_installed_in_every_shell_and_by_every_tool() {
    let mirror = releases(NEW);
    for (shell, programs) in [
        ("/usr/bin/dash", ["curl", "sha256sum"]),
        ("/usr/bin/bash", ["wget", "shasum"]),
        ("/usr/bin/zsh", ["curl", "openssl"]),
    ] {
        let sandbox = sandbox();
        // shasum is a script for perl.
        let path = path_of(&sandbox, &[&programs[..], &["perl"]].concat());
        let mut command = sandbox.command(shell);
        command.env("PATH", path).arg(script()).arg("--from").arg(format!("{}/r/", mirror.url()));
        let run = sandbox.start(command).wait().ok();
        let place = sandbox.home().join(".local/bin");
        assert!(run.text().contains("installed: [HOME]/.local/bin/gvm-rs (gvm-rs 9.9.9)\n"), "{run}");
        assert!(run.stdout.contains("init bash"), "this release knows no setup: {run}");
        assert_eq!(tree_names(&place), ["gvm-rs"], "{run}");
        assert_eq!(fs::read_to_string(place.join("gvm-rs")).unwrap(), NEW);
    }
}

#[test]
fn a_release_may_be_a_directory_and_named_by_a_variable() {
    let sandbox = sandbox();
    let directory = sandbox.dir("it's a $(touch pwned)\n\"place");
    fs::write(directory.join(name()), NEW).unwrap();
    fs::write(directory.join("SHA256SUMS"), sums(NEW.as_bytes())).unwrap();
    let address = format!("file://{}", directory.display());
    for (release, to) in [
        (directory.to_str().unwrap(), "-rf"),
        (&address, "$(touch pwned)"),
        (directory.to_str().unwrap(), "a\nb 'c' \"d\" `e` *"),
    ] {
        let mut command = sandbox.command("sh");
        command.env("GVM_RS_RELEASE_URL", release).env("GVM_RS_BIN_DIR", to).arg(script());
        let run = sandbox.start(command).wait().ok();
        assert_eq!(fs::read_to_string(sandbox.home().join(to).join("gvm-rs")).unwrap(), NEW, "{run}");
    }
    assert!(!sandbox.home().join("pwned").exists());
}

#[test]
fn what_is_no_release_changes_nothing() {
    let program = format!("/r/{}", name());
    let digest_of_old = sums(OLD.as_bytes());
    let long = "x".repeat(5000);
    for (what, told, prepare) in [
        ("a wrong hash", "is not the release", &|m: &Mirror| {
            m.add_page("/r/SHA256SUMS", digest_of_old.clone())
        }),
        ("a cut program", "cannot download", &|m| {
            m.add_page(&program, format!("{NEW}#{long}"));
            m.behave(&program, vec![Behaviour::CutAfter(60)]);
        }),
        ("half a program", "is not the release", &|m| m.behave(&program, vec![Behaviour::Short])),
        ("a missing program", "cannot download", &|m| m.behave(&program, vec![Behaviour::Status(404)])),
        ("no sums", "cannot read SHA256SUMS", &|m| m.behave("/r/SHA256SUMS", vec![Behaviour::Status(404)])),
        ("a web page for sums", "has no gvm-rs-", &|m| m.behave("/r/SHA256SUMS", vec![Behaviour::Html200])),
        ("empty sums", "has no gvm-rs-", &|m| m.add_page("/r/SHA256SUMS", "")),
        ("half a sum", "has no gvm-rs-", &|m| m.add_page("/r/SHA256SUMS", format!("abc  {}\n", name()))),
        ("an empty program", "does not run", &|m| {
            m.add_page(&program, "#!/nonexistent\n");
            m.add_page("/r/SHA256SUMS", sums(b"#!/nonexistent\n"));
        }),
        ("another program", "what came is not gvm-rs", &|m| {
            m.add_page(&program, "#!/bin/sh\n");
            m.add_page("/r/SHA256SUMS", sums(b"#!/bin/sh\n"));
        }),
    ] as [(&str, &str, &dyn Fn(&Mirror)); 10]
    {
        for tool in ["curl", "wget"] {
            let mirror = releases(NEW);
            prepare(&mirror);
            let sandbox = sandbox();
            let mut command = sandbox.command("sh");
            command.env("PATH", path_of(&sandbox, &[tool, "sha256sum"])).arg(script());
            // wget tries a cut transfer again, up to twenty times and ever more slowly.
            fs::write(sandbox.home().join(".wgetrc"), "tries = 2\nwaitretry = 0\n").unwrap();
            command.args(["--from", &format!("{}/r", mirror.url())]);
            let run = sandbox.start(command).wait().fails(1);
            assert!(run.stderr.contains(told), "{what}, {tool}: {run}");
            is_as_before(&sandbox);
        }
    }
}

#[test]
fn what_is_missing_is_told_before_anything_is_done() {
    let mirror = releases(NEW);
    let from = format!("{}/r", mirror.url());
    for (programs, told) in [
        (&["sha256sum"][..], "curl or wget is needed"),
        (&["curl"], "sha256sum, shasum or openssl is needed"),
    ] {
        let sandbox = sandbox();
        let mut command = sandbox.command("sh");
        command.env("PATH", path_of(&sandbox, programs)).arg(script()).args(["--from", &from]);
        let run = sandbox.start(command).wait().fails(1);
        assert!(run.stderr.contains(told), "{run}");
        is_as_before(&sandbox);
    }
    let sandbox = sandbox();
    for address in ["http://example.org/r", "ftp://example.org/r", "http://localhost.example.org/r"] {
        let run = install(&sandbox, "sh", &["--from", address]).fails(1);
        assert!(run.stderr.contains("it has to be https://, file:// or a path"), "{run}");
    }
    let run = install(&sandbox, "sh", &["--from", "http://user:secret@example.org/r?token=secret"]).fails(1);
    assert!(!run.text().contains("secret"), "{run}");
    assert_eq!(mirror.requests().len(), 0);
    is_as_before(&sandbox);
}

#[test]
fn a_redirect_to_another_protocol_is_not_followed() {
    let (mirror, sandbox) = (releases(NEW), sandbox());
    let elsewhere = format!("file://{}", sandbox.home().join(".local/bin/gvm-rs").display());
    mirror.behave(&format!("/r/{}", name()), vec![Behaviour::RedirectTo(elsewhere)]);
    let run = install(&sandbox, "sh", &["--from", &format!("{}/r", mirror.url())]).fails(1);
    assert!(run.stderr.contains("cannot download"), "{run}");
    is_as_before(&sandbox);
}

#[test]
fn modes_are_sane_under_any_umask() {
    let mirror = releases(NEW);
    for umask in ["000", "077", "022", "777"] {
        let sandbox = Sandbox::new();
        let from = format!("{}/r", mirror.url());
        let line = format!("umask {umask}; exec sh '{}' --from {from} --to a/b", script().display());
        sandbox.sh(&line).ok();
        for (path, mode) in [("a", 0o755), ("a/b", 0o755), ("a/b/gvm-rs", 0o755)] {
            let found = fs::metadata(sandbox.home().join(path)).unwrap().permissions().mode() & 0o7777;
            assert_eq!(found, mode, "{path} under {umask}");
        }
    }
}

#[test]
fn a_place_that_cannot_be_written_to_is_told() {
    let mirror = releases(NEW);
    let from = format!("{}/r", mirror.url());
    let sandbox = sandbox();
    for to in ["/proc/nowhere", "/dev/null/bin", "/proc/self"] {
        let run = install(&sandbox, "sh", &["--from", &from, "--to", to]);
        assert!(run.code != Some(0) && !run.stderr.is_empty(), "{run}");
    }
    let place = sandbox.home().join(".local/bin");
    fs::set_permissions(&place, fs::Permissions::from_mode(0o555)).unwrap();
    fs::set_permissions(sandbox.path(), fs::Permissions::from_mode(0o755)).unwrap();
    // Root may write everywhere.
    let drop = if rustix::process::geteuid().is_root() { "setpriv --reuid 65534 --clear-groups" } else { "" };
    let copy = sandbox.path().join("install.sh");
    fs::copy(script(), &copy).unwrap();
    let run = sandbox.sh(&format!("{drop} sh {} --from {from}", copy.display())).fails(1);
    assert!(run.stderr.contains("cannot write to"), "{run}");
    assert_eq!(mirror.requests().len(), 0);
    is_as_before(&sandbox);
}

#[test]
fn setup_is_run_where_it_is_asked_for_and_there() {
    let with_setup = "#!/bin/sh\ncase \"$*\" in --version) echo gvm-rs 9.9.9 ;; 'setup --help') ;; \
                      *) echo \"$*\" >>\"$HOME/asked\" ;; esac\n";
    let asked = |sandbox: &Sandbox| fs::read_to_string(sandbox.home().join("asked")).unwrap_or_default();
    let mirror = releases(with_setup);
    let from = format!("{}/r", mirror.url());
    for (flags, expected) in [(&["--setup"][..], "setup --yes\n"), (&["--no-setup"], ""), (&[], "")] {
        let sandbox = sandbox();
        let run = install(&sandbox, "sh", &[&["--from", &from], flags].concat()).ok();
        assert_eq!(asked(&sandbox), expected, "{run}");
    }
    if needs::program("zsh") {
        // In a terminal it is offered, even if the script comes through a pipe.
        let sandbox = sandbox();
        let typed = format!("cat '{}' | sh -s -- --from {from}; echo e'n'd", script().display());
        let zsh = "zmodload zsh/zpty; zpty it sh -c ${(q)1}; zpty -r it seen '*end*'; zpty -d it";
        let mut command = sandbox.command("zsh");
        command.args(["-fc", zsh, "zsh", &typed]);
        sandbox.start(command).wait().ok();
        assert_eq!(asked(&sandbox), "setup\n");
    }
}
