//! What is typed.

use crate::scene::{NEW, OLD, Scene};

const NONSENSE: &[&str] = &[
    "",
    " ",
    ".",
    "..",
    "../x",
    "./x",
    "/",
    "/etc/passwd",
    "go",
    "go/",
    "g",
    "v1.22.5",
    "1.",
    ".1",
    "1..2",
    "1.22.",
    "1.22.5.",
    "1.22.5.1",
    "1.22/../../x",
    "1.22.5/",
    "1.22.5\n",
    "1.22.5 1.21",
    "1.22.5\t",
    "01.22",
    "1.022",
    "1.22.05",
    "1.22.-1",
    "+1.22",
    "1.22rc",
    "1.22.0rc1",
    "1.22alpha1",
    "1.22.5-",
    "1.22.5+x",
    "99999999999999999999",
    "1.99999999999999999999",
    "^1.22",
    "^",
    "~",
    "~>1.22",
    ">",
    ">=",
    ">=x",
    ">1.22 <",
    ">=1.22 || <1.20",
    "1.22 - 1.23",
    "*",
    "x",
    "1.*",
    "1.22.*",
    "latest ",
    "LATEST",
    "@latest",
    "system",
    "$(touch x)",
    "`id`",
    "; rm -rf ~",
    "%s%n",
    "१.२२",
    "１.22",
    "1.22\u{202e}5",
    "1.22\u{200b}5",
    "\u{feff}1.22",
    "\u{1b}[31m",
    "\u{1b}]0;evil\u{7}",
    "\r",
    "\u{7f}",
    "\u{9b}2J",
    "ß",
    "installed",
    "go1.22.5.linux-amd64",
    "file:///etc/passwd",
    "https://go.dev/dl",
];

/// What may be meant: white space around a version is nobody's fault.
const HARMLESS: &[&str] = &["1.22.5\n", "1.22.5\t", "latest "];

#[test]
fn nonsense_is_refused_before_anything_is_asked_or_touched() {
    let scene = Scene::new();
    let asked = scene.mirror.requests().len();
    for spec in NONSENSE.iter().filter(|spec| !HARMLESS.contains(spec)) {
        scene.refuses(&["install", spec], 2, &[]);
        scene.refuses(&["use", spec], 2, &[]);
        scene.refuses(&["where", spec], 2, &[]);
        scene.refuses(&["exec", spec, "--", "true"], 2, &[]);
    }
    assert_eq!(scene.mirror.requests().len(), asked);
}

#[test]
fn nonsense_is_no_exact_version_either() {
    let scene = Scene::new();
    for spec in NONSENSE.iter().copied().chain(["1.21", "1.22.x", "latest", "-", "prev", "~1.22", ">=1.21"]) {
        scene.refuses(&["uninstall", spec], 2, &[]);
        scene.refuses(&["uninstall", "--force", spec], 2, &[]);
    }
    for spec in NONSENSE.iter().filter(|spec| !spec.is_empty()) {
        let run = scene.sandbox.gvm(&["rollback", spec]);
        assert!(matches!(run.code, Some(2 | 4)), "{run}");
        scene.check(&run, run.code.unwrap(), &["hint: "], &scene.state());
    }
}

#[test]
fn a_very_long_word_is_quoted_by_its_start_only() {
    let scene = Scene::new();
    for word in [
        "9".repeat(100_000),
        format!("1.{}", "2".repeat(100_000)),
        "\u{1b}[2J".repeat(20_000),
        "ß".repeat(40_000),
    ] {
        for args in [&["use", &*word][..], &["uninstall", &word], &["rollback", &word], &["where", &word]] {
            let run = scene.refuses(args, 2, &[]);
            assert!(run.stderr.len() < 600, "{} bytes: {run}", run.stderr.len());
        }
        let run = scene.sandbox.gvm(&["which", &word]).fails(4);
        assert!(run.stderr.len() < 600, "{} bytes", run.stderr.len());
        let run = scene.sandbox.gvm(&["exec", OLD, "--", &word]);
        assert!(matches!(run.code, Some(126 | 127)) && run.stderr.len() < 900, "{} bytes", run.stderr.len());
    }
}

#[test]
fn words_with_a_dash_are_flags_or_wrong() {
    let scene = Scene::new();
    for args in [
        &["install", "-x"][..],
        &["install", NEW, "--no-such-flag"],
        &["use", "-x"],
        &["use", "--no-such-flag"],
        &["use", "-1.22"],
        &["where", "-x"],
        &["uninstall", "-x"],
        &["exec", "-x", "--", "true"],
        &["no-such-command"],
        &["\u{1b}[31m"],
        &["use", NEW, "1.23"],
        &["install", "--os", "linux", NEW],
        &["install", "-j", "x", NEW],
        &["install", "-j", "-1", NEW],
        &["--lock-timeout", "x", "use", NEW],
        &["-q", "-v", "list"],
        &["prune", "--keep", "-1"],
        &[],
    ] {
        let before = scene.state();
        let run = scene.sandbox.gvm(args).fails(2);
        assert!(!run.stderr.contains(['\u{1b}', '\u{7}']), "unescaped: {:?}", run.stderr);
        assert_eq!(scene.state(), before, "{run}");
        scene.says_go(OLD);
    }
}

#[test]
fn flags_may_stand_behind_the_versions() {
    let scene = Scene::new();
    let run = scene.sandbox.gvm(&["install", NEW, "--json", "-q"]).ok();
    assert!(run.stdout.contains("\"version\": \"1.22.5\"") && run.stderr.is_empty(), "{run}");
    let run = scene.sandbox.gvm(&["use", "-", "--json"]).fails(4);
    assert!(run.stderr.contains("nothing to go back to"), "{run}");
    let run = scene.sandbox.gvm(&["use", NEW, "--json"]).ok();
    assert!(run.stdout.contains("\"changed\": true"), "{run}");
    scene.sandbox.gvm(&["use", "-"]).ok();
    scene.says_go(OLD);
    let run = scene.sandbox.gvm(&["exec", NEW, "go", "version", "-v", "--json"]).ok();
    assert!(run.stdout.contains("go1.22.5"), "{run}");
}

#[test]
fn huge_numbers_are_no_reason_to_fail() {
    let scene = Scene::new();
    let most = u64::MAX.to_string();
    scene.sandbox.gvm(&["install", "-j", &most, NEW]).ok();
    scene.sandbox.gvm(&["--lock-timeout", &most, "use", NEW]).ok();
    scene.sandbox.gvm(&["prune", "--keep", &most]).ok();
    scene.sandbox.gvm(&["rollback", &most]).fails(4);
    scene.sandbox.gvm(&["rollback", "0"]).fails(4);
    scene.sandbox.gvm(&["rollback", "99999999999999999999999"]).fails(2);
}

#[test]
fn a_program_is_a_name_and_not_a_path() {
    let scene = Scene::new();
    let tree = scene.root.join("versions").join(format!("go{OLD}"));
    for program in ["..", "../bin/go", "../VERSION", "/bin/sh", "./go", "", ".", "go/", "\u{1b}[2J", "go\n"] {
        scene.refuses(&["which", program], 4, &["go1.21.13 has no program"]);
    }
    scene.refuses(
        &["exec", NEW, "--", "go"],
        4,
        &["no installed toolchain matches `1.22.5`", "hint: run `gvm-rs install '1.22.5'`"],
    );
    scene.refuses(&["exec", OLD, "--", "no-such-program"], 127, &["cannot run `no-such-program`"]);
    scene.refuses(&["exec", OLD, "--", "/etc/passwd"], 126, &["cannot run `/etc/passwd`"]);
    scene.refuses(&["exec", OLD, "--", ""], 127, &["cannot run ``"]);
    scene.refuses(&["exec", OLD, "--", "../VERSION"], 127, &["cannot run"]);
    let run = scene.sandbox.gvm(&["which", "gofmt"]).ok();
    assert_eq!(run.out(), tree.join("bin/gofmt").display().to_string());
}

#[test]
fn a_foreign_platform_is_a_name_and_not_a_path() {
    let scene = Scene::new();
    for (os, arch) in [
        ("..", "amd64"),
        ("linux", ".."),
        ("../x", "y"),
        ("linux", "/etc"),
        ("", ""),
        ("linux", "amd64/.."),
        ("\u{1b}[2J", "x"),
        ("lin-ux", "x"),
    ] {
        let args = ["install", "--no-prove", "--os", os, "--arch", arch, NEW];
        scene.refuses(&args, 2, &["is not a platform's name"]);
    }
    let args = ["install", "--no-prove", "--os", "plan9", "--arch", "riscv64", NEW];
    scene.refuses(&args, 3, &["go1.22.5 has no build for plan9-riscv64"]);
}

#[test]
fn what_is_not_installed_is_named_with_the_way_to_get_it() {
    let scene = Scene::new();
    scene.refuses(&["uninstall", NEW], 4, &["go1.22.5 is not installed", "hint: "]);
    scene.refuses(
        &["where", NEW],
        4,
        &["no installed toolchain matches `1.22.5`", "hint: run `gvm-rs install '1.22.5'`"],
    );
    scene.refuses(&["rollback"], 4, &["nothing to go back to"]);
    scene.refuses(&["undo"], 4, &["nothing to go back to"]);
    scene.refuses(&["rollback", "7"], 4, &["there is no generation 7", "hint: `gvm-rs history`"]);
    scene.refuses(&["rollback", NEW], 4, &["go1.22.5 is not installed", "hint: run `gvm-rs install 1.22.5`"]);
    scene.refuses(&["uninstall", OLD], 9, &["is the current toolchain", "hint: "]);
    scene.refuses(&["uninstall", "--force", OLD], 9, &["is the current toolchain", "hint: "]);
}
