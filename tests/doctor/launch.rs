//! The launch probe: each way in which a program fails to start, made for real.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use serde_json::Value;

use crate::support::{Run, Sandbox};
use crate::syscalls::filtered;
use crate::{compile, current_go, examined, healthy, ids, needs};

const HELLO: &str = "#include <stdio.h>\nint main(void) { puts(\"go version go1.22.5\"); return 0; }\n";

/// The finding of the launch, of which there has to be one.
#[track_caller]
fn launch(report: &Value, run: &Run) -> Value {
    let findings = report["findings"].as_array().unwrap().iter();
    let found: Vec<&Value> =
        findings.filter(|finding| finding["id"].as_str().unwrap().starts_with("launch-")).collect();
    assert_eq!((found.len(), run.code), (1, Some(1)), "{run}");
    found[0].clone()
}

#[track_caller]
fn is_told(sandbox: &Sandbox, id: &str, part: &str) {
    let (report, run) = examined(sandbox, &[], &[]);
    let finding = launch(&report, &run);
    assert_eq!(finding["id"], id, "{run}");
    assert!(finding["says"].as_str().unwrap().contains(part), "{run}");
}

fn patch(path: &Path, from: &[u8], to: &[u8]) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
    fs::write(path, bytes).unwrap();
}

#[test]
fn files_that_the_kernel_or_the_loader_refuses_are_told_apart() {
    if !needs::program("cc") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    let go = current_go(&sandbox);
    // A Go for glibc on musl: the file is there, and the kernel says it is not.
    compile(&sandbox, HELLO, &["-Wl,--dynamic-linker=/lib/ld-nowhere.so.1"], &go);
    is_told(&sandbox, "launch-interpreter", "`/lib/ld-nowhere.so.1`, which is not here");
    fs::write(&go, "#!/nowhere/sh\n").unwrap();
    is_told(&sandbox, "launch-interpreter", "it is a script for `/nowhere/sh`");
    // Another processor: e_machine.
    compile(&sandbox, HELLO, &[], &go);
    let other: u8 = if cfg!(target_arch = "x86_64") { 243 } else { 62 };
    let mut bytes = fs::read(&go).unwrap();
    bytes[18] = other;
    fs::write(&go, bytes).unwrap();
    is_told(&sandbox, "launch-architecture", "exec format error");
    fs::write(&go, b"\x7fELF nonsense").unwrap();
    is_told(&sandbox, "launch-damaged", "exec format error");
    compile(&sandbox, HELLO, &[], &go);
    fs::set_permissions(&go, fs::Permissions::from_mode(0o644)).unwrap();
    let (report, run) = examined(&sandbox, &[], &[]);
    assert_eq!(launch(&report, &run)["id"], "launch-mode", "{run}");
    fs::remove_file(&go).unwrap();
    // A library that is not here, and a glibc that is too old.
    let library = sandbox.path().join("libnot.so");
    compile(&sandbox, "int no(void) { return 0; }\n", &["-shared", "-fPIC"], &library);
    let link = format!("-L{}", sandbox.path().display());
    compile(
        &sandbox,
        "int no(void);\nint main(void) { return no(); }\n",
        &["-Wl,--no-as-needed", &link, "-lnot"],
        &go,
    );
    is_told(&sandbox, "launch-library", "`libnot.so`");
    compile(&sandbox, HELLO, &[], &go);
    patch(&go, b"GLIBC_2.34\0", b"GLIBC_9.34\0");
    is_told(&sandbox, "launch-glibc", "glibc 9.34 or later");
}

#[test]
fn programs_that_die_are_told_apart() {
    if !needs::program("cc") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    let go = current_go(&sandbox);
    let raise = |signal: &str| format!("#include <signal.h>\nint main(void) {{ return raise({signal}); }}\n");
    compile(&sandbox, "int main(void) { __builtin_trap(); }\n", &[], &go);
    is_told(&sandbox, "launch-cpu", "an instruction that this processor does not have");
    for (signal, id) in [("SIGKILL", "launch-killed"), ("SIGSEGV", "launch-crash")] {
        fs::remove_file(&go).unwrap();
        compile(&sandbox, &raise(signal), &[], &go);
        is_told(&sandbox, id, "");
    }
    // The glibc of a static program that is for a newer kernel, really started by an old one.
    let old = sandbox.path().join("static");
    compile(&sandbox, HELLO, &["-static"], &old);
    fs::remove_file(&go).unwrap();
    fs::write(&go, format!("#!/bin/sh\nexec setarch --uname-2.6 {}\n", old.display())).unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    let said = sandbox.sh(&format!("exec {} version", go.display()));
    if said.stderr.contains("FATAL: kernel too old") {
        is_told(&sandbox, "launch-kernel", "newer kernel");
    }
}

#[test]
fn a_seccomp_filter_that_kills_is_told() {
    if !needs::program("cc") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    let go = current_go(&sandbox);
    let source = "#include <sys/epoll.h>\nint main(void) { return epoll_create1(0) < 0; }\n";
    compile(&sandbox, source, &[], &go);
    let (report, run) = filtered(&sandbox, "epoll_create1", "kill", &[]);
    let finding = launch(&report, &run);
    assert_eq!(finding["id"], "launch-seccomp", "{run}");
    if !needs::program("strace") {
        return;
    }
    let (report, run) = filtered(&sandbox, "epoll_create1", "kill", &["--trace"]);
    let evidence = launch(&report, &run)["evidence"].to_string();
    assert!(evidence.contains("SIGSYS") && evidence.contains("strace: epoll_create1(0)"), "{run}");
}

/// Examines with the store on a file system of its own, mounted so, after this was done to it.
fn mounted(sandbox: &Sandbox, options: &str, then: &str) -> (Value, Run) {
    let flags = if rustix::process::geteuid().is_root() { "-m" } else { "-rm" };
    let root = sandbox.root();
    let script = format!(
        "mkdir {0}.kept && mount -t tmpfs -o {options} none {0}.kept && cp -a {0}/. {0}.kept && mount --move {0}.kept {0} && \
         {then} exec \"$GVM\" doctor --json",
        root.display()
    );
    let mut command = sandbox.command("/usr/bin/unshare");
    command.args([flags, "--propagation", "private", "sh", "-c", &script]);
    command.env("GVM", env!("CARGO_BIN_EXE_gvm-rs"));
    let run = sandbox.start(command).wait();
    fs::remove_dir(format!("{}.kept", root.display())).unwrap();
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    (report, run)
}

#[test]
fn how_the_store_is_mounted_is_told() {
    if !needs::program("unshare") || !needs::program("cc") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    let remount = format!("mount -o remount,ro {} &&", sandbox.root().display());
    let (report, run) = mounted(&sandbox, "size=900m", &remount);
    assert_eq!(ids(&report), ["warning store-read-only"], "{run}");
    let (report, run) = mounted(&sandbox, "size=9m", "");
    assert_eq!(ids(&report), ["warning store-space"], "{run}");
    let go = current_go(&sandbox);
    compile(&sandbox, HELLO, &[], &go);
    let (report, run) = mounted(&sandbox, "noexec,size=900m", "");
    assert!(ids(&report).contains(&"error store-noexec".to_owned()), "{run}");
    assert_eq!(launch(&report, &run)["id"], "launch-noexec", "{run}");
}

#[test]
fn the_go_on_path_is_started_where_it_is_a_program_and_no_shim() {
    if !needs::program("cc") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    let other = sandbox.dir("opt/bin");
    compile(&sandbox, HELLO, &["-Wl,--dynamic-linker=/lib/ld-nowhere.so.1"], &other.join("go"));
    let path = format!("{}:{}:/usr/bin:/bin", other.display(), sandbox.root().join("bin").display());
    let (report, run) = examined(&sandbox, &[("PATH", &path)], &[]);
    let finding = launch(&report, &run);
    assert!(
        finding["id"] == "launch-interpreter" && ids(&report).contains(&"error path-shadowed".to_owned()),
        "{run}"
    );
    fs::remove_file(other.join("go")).unwrap();
    fs::write(other.join("go"), "#!/bin/sh\ntouch \"$HOME/was-run\"\nexit 1\n").unwrap();
    fs::set_permissions(other.join("go"), fs::Permissions::from_mode(0o755)).unwrap();
    let (report, run) = examined(&sandbox, &[("PATH", &path)], &[]);
    assert_eq!(ids(&report), ["error path-shadowed"], "{run}");
    assert!(!sandbox.home().join("was-run").exists());
}

/// What is told of a `go` that is not gvm-rs's and comes first.
#[track_caller]
fn foreign_is_told(sandbox: &Sandbox, id: &str, part: &str) {
    let other = sandbox.path().join("opt/bin");
    let ours = sandbox.root().join("bin");
    let path = format!("{}:{}:/usr/bin:/bin", other.display(), ours.display());
    let (report, run) = examined(sandbox, &[("PATH", &path)], &[]);
    let finding = launch(&report, &run);
    assert!(finding["id"] == id && finding["says"].as_str().unwrap().contains(part), "{run}");
    let mend = finding["mend"].as_str().unwrap();
    let is_about_it = mend.contains(&format!("take `{}` out of PATH", other.display()))
        && mend.contains(&format!("gvm-rs's own is `{}/go`", ours.display()));
    assert!(is_about_it && !mend.contains("repair") && !mend.contains("use latest"), "{run}");
}

#[test]
fn a_foreign_file_that_cannot_start_is_told_without_starting_it() {
    let (_mirror, sandbox) = healthy();
    let go = sandbox.dir("opt/bin").join("go");
    for (content, id, part) in [
        (&b""[..], "launch-damaged", "exec format error"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0", "launch-damaged", "exec format error"),
        (b"#!/no/such/sh\n", "launch-interpreter", "a script for `/no/such/sh`, which is not here"),
        (b"#!/bin/sh\r\nexit 0\r\n", "launch-interpreter", "a carriage return"),
        (b"#! /usr/bin/env sh\r\n", "launch-interpreter", "a carriage return"),
        (b"#!/tmp\n", "launch-interpreter", "a script for `/tmp`, which is no program"),
    ] {
        fs::write(&go, content).unwrap();
        fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
        foreign_is_told(&sandbox, id, part);
    }
}

#[test]
fn a_foreign_program_that_fails_or_is_no_go_is_not_to_be_repaired_by_gvm_rs() {
    if !needs::program("cc") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    let go = sandbox.dir("opt/bin").join("go");
    compile(&sandbox, "int main(void) { return 3; }\n", &[], &go);
    foreign_is_told(&sandbox, "launch-crash", "exit code 3");
    compile(&sandbox, "int main(void) { return 0; }\n", &[], &go);
    foreign_is_told(&sandbox, "launch-strange", "it is no Go");
    compile(&sandbox, HELLO, &["-Wl,--dynamic-linker=/lib/ld-nowhere.so.1"], &go);
    foreign_is_told(&sandbox, "launch-interpreter", "`/lib/ld-nowhere.so.1`");
    compile(&sandbox, "#include <stdio.h>\nint main(void) { for (;;) puts(\"y\"); }\n", &[], &go);
    foreign_is_told(&sandbox, "launch-slow", "did not end in time");
}

#[test]
fn what_a_broken_go_says_reaches_the_terminal_escaped() {
    let (_mirror, sandbox) = healthy();
    let go = current_go(&sandbox);
    fs::write(&go, "#!/bin/sh\nprintf '\\033[31mred\\n' >&2\nexit 3\n").unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    let run = sandbox.gvm(&["doctor"]).fails(1);
    assert!(!run.stdout.contains('\u{1b}') && run.stdout.contains("\\u{1b}[31mred"), "{run}");
    assert!(run.stdout.contains("launch-crash"), "{run}");
}

#[test]
fn what_may_not_be_reached_is_told() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (_mirror, sandbox) = healthy();
    for directory in [sandbox.path().to_owned(), sandbox.home()] {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let secret = sandbox.dir("secret");
    fs::copy("/bin/sh", secret.join("sh")).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o700)).unwrap();
    let go = current_go(&sandbox);
    fs::write(&go, format!("#!{}/sh\n", secret.display())).unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["doctor", "--json"]).uid(65_534);
    let run = sandbox.start(command).wait();
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    assert_eq!(launch(&report, &run)["id"], "launch-denied", "{run}");
}
