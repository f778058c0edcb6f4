//! Indexes that are broken or hostile.

use serde_json::json;

use crate::scene::{NEW, Scene};
use crate::support::mirror::INDEX;
use crate::support::{Behaviour, FakeGo};

const HASH: &str = "675c26c449cbb18fc24b74650de1eabbae6e16f64326fd85a283fb3b58280685";

fn listing(version: &str, filename: &str, sha256: &str) -> serde_json::Value {
    json!({"version": version, "stable": true, "files": [{
        "filename": filename, "os": "linux", "arch": "amd64", "version": version,
        "sha256": sha256, "size": 5, "kind": "archive",
    }]})
}

#[test]
fn an_index_that_is_none_is_refused() {
    use Behaviour::*;
    for (step, code, says) in [
        (Status(404), 5, "does not exist"),
        (Status(500), 5, "status 500"),
        (RedirectLoop, 5, "redirect"),
        (RedirectTo("http://192.0.2.1/".into()), 5, "not https"),
        (Html200, 6, "not a list in JSON, it begins with `<!DOCTYPE html>"),
        (BadJson, 6, "broken at line 1"),
        (Short, 6, "broken at line"),
        (Endless, 5, "longer than"),
        (CutAfter(20), 5, "broke off"),
        (ResetAfter(20), 5, "/dl/index.json"),
        (CloseAtOnce, 5, "no answer"),
        (NotHttp, 5, "no answer"),
        (WrongLength(1 << 40), 5, "longer than"),
    ] {
        let scene = Scene::new();
        scene.mirror.behave(INDEX, vec![step.clone()]);
        println!("{step:?}");
        scene.refuses(
            &["use", NEW],
            code,
            &["release index", "/dl/index.json", says, "hint: check the address"],
        );
    }
}

#[test]
fn an_index_that_no_honest_server_sends_is_refused() {
    let file = "go1.22.5.linux-amd64.tar.gz";
    let twice = json!([listing("go1.22.5", file, HASH), listing("go1.22.5", file, HASH)]);
    let nested = "[".repeat(100_000);
    let many = format!("[{}{{}}]", "{\"version\":\"go1.2\"},".repeat(100_001));
    for (index, says) in [
        (json!([listing("go1.22.5", "../../../etc/passwd", HASH)]).to_string(), "unsafe file name"),
        (json!([listing("go1.22.5", "/etc/passwd", HASH)]).to_string(), "unsafe file name"),
        (
            json!([listing("go1.22.5", "go1.22.4.linux-amd64.tar.gz", HASH)]).to_string(),
            "as a file of 1.22.5",
        ),
        (json!([listing("go1.22.5", "x\u{1b}]0;evil\u{7}", HASH)]).to_string(), "\\u{1b}]0;evil"),
        (json!([listing("go1.22.5", "x\u{202e}\r\n", HASH)]).to_string(), "\\u{202e}"),
        (json!([listing("go1.22.5", file, "abc")]).to_string(), "malformed sha256"),
        (json!([listing("go1.22.5", file, "\u{1b}[2J")]).to_string(), "malformed sha256"),
        (twice.to_string(), "twice"),
        ("\u{1b}]0;evil\u{7}".to_owned(), "\\u{1b}]0;evil\\u{7}"),
        ("{\"a\": \"\u{1b}[2J\"}".to_owned(), "not a list"),
        ("[{\"version\": 5}]".to_owned(), "broken at line 1"),
        (
            "[{\"version\":\"go1.22.5\",\"files\":[{\"filename\":\"\u{9b}\",\"size\":-1}]}]".to_owned(),
            "broken at",
        ),
        (nested, "broken at line 1"),
        (many, "release index"),
        (String::new(), "not a list"),
        ("[]".to_owned(), ""),
    ] {
        let scene = Scene::new();
        scene.mirror.set_index(index.clone());
        let code = if index == "[]" { 3 } else { 6 };
        println!("{}", &index[..index.len().min(80)]);
        scene.refuses(&["use", NEW], code, &[says]);
        let run = scene.sandbox.gvm(&["ls-remote"]);
        assert_eq!(run.code, Some(if code == 3 { 0 } else { 6 }), "{run}");
    }
}

#[test]
fn what_an_index_says_beside_its_releases_never_reaches_the_terminal() {
    let scene = Scene::new();
    let mut good = listing("go1.22.5", "go1.22.5.linux-amd64.tar.gz", HASH);
    good["files"][0]["os"] = json!("\u{1b}[31m");
    good["note\u{1b}[2J"] = json!("\u{1b}]0;evil\u{7}");
    let odd = listing("go\u{1b}]0;evil\u{7}", "go1.22.5.linux-amd64.tar.gz", HASH);
    scene.mirror.set_index(json!([odd, good]).to_string());
    for args in [
        &["ls-remote"][..],
        &["ls-remote", "--json"],
        &["ls-remote", "--all"],
        &["-v", "ls-remote"],
        &["outdated"],
    ] {
        let run = scene.sandbox.gvm(args).ok();
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(!text.contains(['\u{1b}', '\u{7}']) && !text.contains("evil"), "{run}");
    }
}

#[test]
fn a_huge_index_is_given_up_in_little_memory() {
    let scene = Scene::new();
    scene.mirror.set_index(vec![b'['; 9 << 20]);
    let mut command = scene.sandbox.command("/bin/sh");
    command.args(["-c", "ulimit -d 65536 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_gvm-rs"), "use", NEW]);
    let before = scene.state();
    let run = scene.sandbox.start(command).wait();
    scene.check(&run, 5, &["release index", "/dl/index.json", "longer than"], &before);
}

#[test]
fn a_platform_without_a_build_is_named() {
    let scene = Scene::new();
    scene.mirror.remove("go1.22.5.linux-amd64.tar.gz");
    scene.mirror.add(FakeGo::new(NEW).platform("plan9-arm").padding(10));
    scene.refuses(
        &["use", NEW],
        3,
        &["go1.22.5 has no build for linux-amd64", "hint: the newest with a build for it is 1.21.13"],
    );
}

#[test]
fn unknown_versions_come_with_their_neighbours() {
    let scene = Scene::new();
    for (asked, near) in [
        ("1.22.6", "1.22.5"),
        ("1.22.4", "1.22.5"),
        ("1.99", "1.22.5"),
        ("1.21.1", "1.21.13"),
        (">=2", "1.22.5"),
    ] {
        let says = [
            "no Go release matches",
            "in the release index from http://127.0.0.1:",
            "hint: ",
            near,
            "ls-remote",
        ];
        let run = scene.refuses(&["use", asked], 3, &says);
        assert!(run.stderr.contains(asked), "{run}");
    }
}

#[test]
fn old_releases_without_a_hash_are_refused_without_a_request() {
    let scene = Scene::new();
    let before = scene.state();
    let asked = scene.mirror.requests().len();
    let mut command = scene.sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["use", "1.4.3"]).env_remove("GVM_RS_INDEX");
    let run = scene.sandbox.start(command).wait();
    scene.check(&run, 3, &["go1.4.3.linux-amd64.tar.gz has no published sha256"], &before);
    assert_eq!(scene.mirror.requests().len(), asked);
}

#[test]
fn offline_the_list_of_releases_says_where_it_is_from_and_how_old_it_is() {
    let scene = Scene::new();
    let mut command = scene.sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["--offline", "ls-remote", "1.22"]).env_remove("GVM_RS_INDEX");
    let run = scene.sandbox.start(command).wait().ok();
    assert!(run.stdout.contains("go1.22.5\n"), "{run}");
    assert!(
        run.stderr.contains("this program's own release index (") && run.stderr.contains("days old"),
        "{run}"
    );
    // A named index is the only one that answers; the hint must not promise otherwise.
    scene.refuses(
        &["--offline", "use", NEW],
        5,
        &["/dl/index.json", "offline", "hint: leave out `--offline`"],
    );
}

#[test]
fn a_size_beyond_all_sizes_is_only_too_large() {
    let scene = Scene::new();
    let name = FakeGo::new(NEW).file_name();
    for size in [u64::MAX, u64::MAX / 4, 1 << 60] {
        scene.mirror.override_entry(&name, move |entry| entry["size"] = json!(size));
        scene.refuses(&["use", NEW], 8, &["not enough space", "hint: "]);
    }
}
