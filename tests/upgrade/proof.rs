//! The build proof: what each failure leaves, who is asked for it, and that nothing of it remains.

use std::path::Path;

use rustix::process::Signal;

use crate::support::{Behaviour, Broken, FakeGo, Run, Sandbox};
use crate::{NEW, OLD, current, history, nothing_is_staged, scene};

/// Each way to fail the proof, and what is said of it.
const FAILURES: &[(Broken, &str)] = &[
    (Broken::CannotBuild, "`go build` failed (exit code 2): ./main.go:3:1: internal compiler error"),
    (Broken::CannotLink, "`the program of go build` failed (exit code 1): no output"),
    (Broken::BuildsOther, "`the program of go build` says `built with go1.2.3`, not `built with go1.22.6`"),
    (Broken::CannotVet, "`go vet` failed (exit code 2): vet: ./vetted.go:3:1: it is not clean"),
    (Broken::WrongGoroot, "`go env GOROOT` says `/usr/lib/go`, not `[HOME]/.gvm-rs/"),
];
const HINT: &str = "with `--proof version` it would only have to say its version\n";

fn still_old(sandbox: &Sandbox, run: &Run, reason: &str) {
    let text = run.text();
    assert!(text.contains("error: did not switch to go1.22.6, `go` is still go1.22.4: "), "{run}");
    assert!(text.contains(reason), "{reason}: {run}");
    assert!(text.contains(HINT), "{run}");
    assert_eq!((current(sandbox).as_str(), history(sandbox)), (OLD, vec![OLD.to_owned()]), "{run}");
    nothing_is_staged(sandbox);
}

#[test]
fn what_cannot_build_is_neither_installed_nor_switched_to() {
    for (how, reason) in FAILURES {
        for args in [&["use", NEW][..], &["upgrade"], &["upgrade", "--to-minor"]] {
            let (_mirror, sandbox) = scene(Some(*how));
            let run = sandbox.gvm(args).fails(7);
            still_old(&sandbox, &run, reason);
            assert!(!sandbox.root().join("versions/go1.22.6").exists(), "{how:?}");
        }
    }
}

#[test]
fn what_was_installed_by_its_version_alone_has_to_build_before_it_is_current() {
    for (how, reason) in FAILURES {
        let (_mirror, sandbox) = scene(Some(*how));
        sandbox.gvm(&["install", NEW]).ok();
        for args in [&["use", NEW][..], &["upgrade"], &["install", "--use", NEW]] {
            let run = sandbox.gvm(args).fails(7);
            still_old(&sandbox, &run, reason);
        }
        // The user knows better.
        sandbox.gvm(&["use", NEW, "--proof", "version"]).ok();
        assert_eq!(current(&sandbox), NEW);
    }
}

#[test]
fn who_asks_decides_what_has_to_be_shown() {
    let works = |args: &[&str], env: &[(&str, &str)], config: &str| {
        let (_mirror, sandbox) = scene(Some(Broken::CannotBuild));
        let directory = sandbox.home().join(".config/gvm-rs");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("config.toml"), config).unwrap();
        sandbox.gvm_with(env, args).code == Some(0)
    };
    let (version, build) = ("proof = \"version\"", "proof = \"build\"");
    assert!(works(&["install", NEW], &[], ""));
    assert!(!works(&["install", NEW], &[], build));
    assert!(!works(&["install", NEW, "--proof", "build"], &[], version));
    assert!(!works(&["use", NEW], &[], ""));
    assert!(works(&["use", NEW], &[], version));
    assert!(works(&["use", NEW], &[("GVM_RS_PROOF", "version")], build));
    assert!(!works(&["use", NEW, "--proof=build"], &[("GVM_RS_PROOF", "version")], version));
    assert!(works(&["upgrade", "--proof", "version"], &[], build));
    assert!(!works(&["install", NEW], &[("GVM_RS_PROOF", "build")], ""));
    let run = Sandbox::new().gvm_with(&[("GVM_RS_PROOF", "most")], &["list"]).fails(2);
    assert!(
        run.stderr.contains("GVM_RS_PROOF is set to something that is not `version` or `build`"),
        "{run}"
    );
}

#[test]
fn what_has_built_once_is_not_asked_to_again() {
    let installs: [&[&str]; 3] =
        [&["install", NEW, "--proof", "build"], &["install", "--use", NEW], &["upgrade"]];
    for install in installs {
        let (_mirror, sandbox) = scene(None);
        sandbox.gvm(install).ok();
        cannot_vet_any_more(&sandbox);
        sandbox.gvm(&["use", OLD]).ok();
        sandbox.gvm(&["use", NEW]).ok();
        sandbox.gvm(&["rollback"]).ok();
        sandbox.gvm(&["rollback"]).ok();
        assert_eq!(current(&sandbox), NEW);
    }
}

#[test]
fn where_nothing_says_that_it_has_built_it_has_to() {
    let (_mirror, sandbox) = scene(None);
    sandbox.gvm(&["install", "--use", NEW]).ok();
    cannot_vet_any_more(&sandbox);
    sandbox.gvm(&["use", OLD]).ok();
    // It was current, but in the past of this tree.
    let record = sandbox.root().join("generations/2/record.json");
    let text = std::fs::read_to_string(&record).unwrap();
    let (_, rest) = text.split_once("\"at\":").unwrap();
    let at: String = rest.chars().take_while(char::is_ascii_digit).collect();
    std::fs::write(&record, text.replace(&format!("\"at\":{at}"), "\"at\":1")).unwrap();
    let run = sandbox.gvm(&["use", NEW]).fails(7);
    assert!(
        run.stderr.contains("`go` is still go1.22.4: go1.22.6 does not work here: `go vet` failed"),
        "{run}"
    );
}

#[test]
fn a_repaired_manifest_claims_no_build_that_nobody_saw() {
    let (_mirror, sandbox) = scene(Some(Broken::CannotBuild));
    sandbox.gvm(&["install", NEW]).ok();
    std::fs::write(sandbox.root().join("manifests/go1.22.6.unofficial.jsonl"), "lost\n").unwrap();
    sandbox.gvm_with(&[("GVM_RS_PROOF", "build")], &["repair", NEW]).ok();
    let run = sandbox.gvm(&["use", NEW]).fails(7);
    assert!(run.stderr.contains("go1.22.6 does not work here: `go build` failed"), "{run}");
}

fn cannot_vet_any_more(sandbox: &Sandbox) {
    let go = sandbox.root().join("versions/go1.22.6/bin/go");
    let script = std::fs::read_to_string(&go).unwrap();
    std::fs::remove_file(&go).unwrap();
    std::fs::write(&go, script.replace("vet)", "vet) exit 3;;\nnever)")).unwrap();
    std::process::Command::new("chmod").arg("755").arg(&go).status().unwrap();
}

#[test]
fn a_c_compiler_that_works_makes_cgo_a_part_of_the_proof() {
    let (_mirror, sandbox) = scene(Some(Broken::CannotCgo));
    let run = sandbox.gvm(&["use", NEW]).fails(7);
    still_old(&sandbox, &run, "`go build (cgo)` failed (exit code 2): cgo: C compiler and toolchain");
}

#[test]
fn where_no_c_compiler_works_cgo_is_left_out_and_the_curious_are_told() {
    for (name, value, reason) in [
        ("CGO_ENABLED", "0", "CGO_ENABLED is 0"),
        ("CC", "/bin/false", "the C compiler does not work: `the C compiler` failed (exit code 1)"),
        ("CC", "/nowhere/cc -m64", "the C compiler does not work: cannot run `the C compiler`"),
        ("PATH", "[bin]", "there is no C compiler"),
    ] {
        let (_mirror, sandbox) = scene(Some(Broken::CannotCgo));
        let bin = sandbox.dir("bin");
        for program in ["sh", "readlink", "chmod", "grep", "sed"] {
            std::os::unix::fs::symlink(Path::new("/bin").join(program), bin.join(program)).unwrap();
        }
        let value = value.replace("[bin]", bin.to_str().unwrap());
        let run = sandbox.gvm_with(&[(name, &value)], &["-v", "use", NEW]).ok();
        assert!(run.stderr.contains(&format!("go1.22.6: cgo is not proved: {reason}")), "{name}: {run}");
        assert_eq!(current(&sandbox), NEW);
    }
}

#[test]
fn a_toolchain_of_old_skips_by_name_what_did_not_exist() {
    let (mirror, sandbox) = scene(None);
    mirror.add(FakeGo::new("1.8.7").padding(2000).broken_binary(Broken::WrongGoroot));
    let run = sandbox.gvm(&["-v", "use", "1.8.7"]).ok();
    for step in ["GOROOT", "vet", "cgo"] {
        assert!(run.stderr.contains(&format!("go1.8.7: {step} is not proved: ")), "{step}: {run}");
    }
}

#[test]
fn where_go_builds_nothing_the_proof_is_the_version() {
    use std::os::unix::ffi::OsStrExt as _;
    for name in [&b"co:lon"[..], b"new\nline", b"not-utf8-\xff"] {
        let (_mirror, sandbox) = scene(Some(Broken::CannotBuild));
        let root = sandbox.path().join(std::ffi::OsStr::from_bytes(name)).join("root");
        let sandbox = sandbox.env("GVM_RS_HOME", root);
        let run = sandbox.gvm(&["-v", "use", NEW]).ok();
        assert!(
            run.stderr.contains("go1.22.6: building is not proved: Go builds nothing in a directory"),
            "{run}"
        );
    }
}

#[test]
fn nothing_of_the_users_environment_speaks_in_the_proof() {
    let (mirror, sandbox) = scene(None);
    let seen = sandbox.path().join("seen");
    let script = crate::support::archive::go_script(NEW).replace(
        "case \"$1\" in\nversion)",
        &format!("env >>'{}'\ncase \"$1\" in\nversion)", seen.display()),
    );
    mirror.add(FakeGo::new(NEW).extra_file("go/bin/go", 0o755, script.as_bytes()));
    let hostile = [
        ("GOROOT", "/wrong"),
        ("GOFLAGS", "-mod=vendor"),
        ("GOOS", "plan9"),
        ("GOTOOLCHAIN", "go1.2.3"),
        ("GOPROXY", "http://127.0.0.1:9"),
        ("GODEBUG", "x=1"),
        ("GOCACHE", "/wrong"),
    ];
    sandbox.gvm_with(&hostile, &["use", NEW]).ok();
    let seen = std::fs::read_to_string(seen).unwrap();
    for (name, value) in hostile {
        assert!(!seen.contains(&format!("{name}={value}\n")), "{name}: {seen}");
    }
    let staging = sandbox.root().join("staging");
    for name in ["HOME", "GOCACHE", "GOPATH", "GOTMPDIR", "TMPDIR"] {
        assert!(seen.contains(&format!("\n{name}={}/", staging.display())), "{name}: {seen}");
    }
    assert!(seen.contains("GOPROXY=off\n") && seen.contains("GOENV=off\n") && seen.contains("GOWORK=off\n"));
}

#[test]
fn a_build_that_does_not_end_is_ended() {
    let (_mirror, sandbox) = scene(Some(Broken::BuildHangs));
    let config = sandbox.path().join("config.toml");
    std::fs::write(&config, "build_timeout = 1\n").unwrap();
    let run = sandbox.gvm_with(&[("GVM_RS_CONFIG", config.to_str().unwrap())], &["use", NEW]).fails(7);
    assert!(run.stderr.contains("`go build` was not done after 1 s\n"), "{run}");
    assert!(run.stderr.contains("hint: `build_timeout = SECONDS` in the configuration"), "{run}");
    assert_eq!(current(&sandbox), OLD);
    nothing_is_staged(&sandbox);
}

/// A `go` whose build says that it has begun, and then hangs until somebody reads from a pipe.
fn hanging(sandbox: &Sandbox) -> (FakeGo, std::path::PathBuf) {
    let fifo = sandbox.path().join("begun");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let build = format!("build)\n    echo $$ >'{}'\n    exec sleep 600\n", fifo.display());
    let script = crate::support::archive::go_script(NEW).replace("build)\n", &build);
    (FakeGo::new(NEW).extra_file("go/bin/go", 0o755, script.as_bytes()), fifo)
}

fn is_running(pid: &str) -> bool {
    // A zombie that nobody has collected yet runs no more.
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[test]
fn an_interrupted_proof_ends_the_compiler_and_keeps_the_download() {
    let (mirror, sandbox) = scene(None);
    let (go, fifo) = hanging(&sandbox);
    mirror.add(go);
    let running = sandbox.spawn(&["upgrade"]);
    let compiler = std::fs::read_to_string(fifo).unwrap();
    running.signal(Signal::INT);
    let run = running.wait().fails(130);
    assert!(run.stderr.contains("error: interrupted; "), "{run}");
    assert!(!is_running(&compiler), "{compiler}");
    assert_eq!((current(&sandbox).as_str(), history(&sandbox).len()), (OLD, 1));
    nothing_is_staged(&sandbox);
    // The next try does not ask for a byte of it again.
    mirror.behave_archive(NEW, vec![Behaviour::Status(500)]);
    sandbox.gvm(&["upgrade", "--proof", "version"]).ok();
    assert_eq!(current(&sandbox), NEW);
}

#[test]
fn the_sweep_waits_for_a_compiler_whose_gvm_rs_was_killed() {
    let (mirror, sandbox) = scene(None);
    let (go, fifo) = hanging(&sandbox);
    mirror.add(go);
    let running = sandbox.spawn(&["use", NEW]);
    let compiler = std::fs::read_to_string(fifo).unwrap();
    assert_eq!(running.kill().code, None);
    assert!(is_running(&compiler));
    sandbox.gvm(&["prune"]).ok();
    let staged = crate::tree_names(&sandbox.root().join("staging"));
    assert!(staged.iter().any(|name| name.ends_with("/proof/")), "{staged:?}");
    assert!(std::process::Command::new("kill").args(["-9", compiler.trim()]).status().unwrap().success());
    while is_running(&compiler) {
        std::thread::yield_now();
    }
    sandbox.gvm(&["prune"]).ok();
    nothing_is_staged(&sandbox);
    assert_eq!(current(&sandbox), OLD);
}

/// How often a `go` of [`NEW`] was asked to vet, which each proof does once.
fn counting(sandbox: &Sandbox) -> (FakeGo, impl Fn() -> usize) {
    let log = sandbox.path().join("vetted");
    let vet = format!("vet)\n    echo once >>'{}'\n", log.display());
    let script = crate::support::archive::go_script(NEW).replace("vet)\n", &vet);
    let count = move || std::fs::read_to_string(&log).unwrap_or_default().lines().count();
    (FakeGo::new(NEW).extra_file("go/bin/go", 0o755, script.as_bytes()), count)
}

#[test]
fn a_build_that_a_failing_check_followed_is_remembered() {
    let (mirror, sandbox) = scene(None);
    let (go, proofs) = counting(&sandbox);
    mirror.add(go);
    sandbox.gvm(&["install", NEW]).ok();
    for _ in 0..3 {
        sandbox.gvm(&["use", NEW, "--check", "false"]).fails(11);
        assert_eq!((proofs(), current(&sandbox).as_str()), (1, OLD));
    }
    sandbox.gvm(&["verify", NEW]).ok();
    nothing_is_staged(&sandbox);
    sandbox.gvm(&["use", NEW]).ok();
    assert_eq!(proofs(), 1);
    // It goes with the tree: another one has to build again.
    sandbox.gvm(&["use", OLD]).ok();
    sandbox.gvm(&["uninstall", "--force", "--purge", NEW]).ok();
    std::fs::remove_dir_all(sandbox.root().join("generations/2")).unwrap();
    sandbox.gvm(&["install", NEW]).ok();
    sandbox.gvm(&["use", NEW, "--check", "false"]).fails(11);
    assert_eq!(proofs(), 2);
}

#[test]
fn a_failed_build_of_what_is_installed_may_be_damage() {
    let (_mirror, sandbox) = scene(Some(Broken::CannotBuild));
    sandbox.gvm(&["install", NEW]).ok();
    for args in [&["use", NEW][..], &["upgrade"]] {
        let run = sandbox.gvm(args).fails(7);
        assert!(
            run.stderr.ends_with(
                "hint: `gvm-rs verify 1.22.6` tells whether it is damaged, and `gvm-rs repair 1.22.6` mends it; \
                 with `--proof version` it would only have to say its version\n"
            ),
            "{run}"
        );
    }
}
