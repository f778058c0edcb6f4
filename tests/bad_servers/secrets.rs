//! A password in an address is for the server, and for nobody who reads over a shoulder.

use std::fs;
use std::path::Path;

use crate::ARCHIVE;
use crate::scene::{NEW, OLD, Scene};
use crate::support::{Behaviour, Run};

const SECRET: &str = "hunter2";

fn with_password(url: &str) -> String {
    url.replace("http://", &format!("http://user:{SECRET}@"))
}

fn assert_silent(run: &Run) {
    assert!(!run.stdout.contains(SECRET) && !run.stderr.contains(SECRET), "{run}");
}

fn files_with_secret(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => found.extend(files_with_secret(&path)),
            kind if kind.is_file() => {
                let bytes = fs::read(&path).unwrap();
                if bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()) {
                    found.push(path.display().to_string());
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn a_password_is_sent_and_never_shown_or_stored() {
    let scene = Scene::new();
    let mirror = with_password(&scene.mirror.base());
    let index = with_password(&scene.mirror.index_url());
    let equals = format!("--mirror={mirror}");
    assert_silent(&scene.sandbox.gvm(&["-v", "install", NEW, &equals, "--index", &index]).ok());
    assert!(scene.mirror.requests_for(ARCHIVE)[0].header("Authorization").is_some());
    let variables = [("GVM_RS_MIRROR", &*mirror), ("GVM_RS_INDEX", &*index)];
    for args in [
        &["-v", "use", NEW][..],
        &["history"],
        &["history", "--json"],
        &["list", "--json"],
        &["env"],
        &["env", "--json"],
        &["-v", "ls-remote"],
        &["ls-remote", "--json"],
        &["init", "sh"],
    ] {
        assert_silent(&scene.sandbox.gvm_with(&variables, args).ok());
    }
    assert_eq!(files_with_secret(&scene.root), Vec::<String>::new());
}

#[test]
fn a_password_is_not_in_errors() {
    let scene = Scene::new();
    let mirror = with_password(&scene.mirror.base());
    let index = with_password(&scene.mirror.index_url());
    for step in [
        Behaviour::Status(404),
        Behaviour::Status(500),
        Behaviour::Html200,
        Behaviour::RedirectLoop,
        Behaviour::FlipByte(3),
        Behaviour::CloseAtOnce,
        Behaviour::Short,
    ] {
        scene.mirror.behave(ARCHIVE, vec![step.clone()]);
        scene.mirror.behave("/dl/index.json", vec![Behaviour::Ok]);
        let args = ["-v", "use", NEW, "--mirror", &mirror, "--index", &index];
        let run = scene.sandbox.gvm(&args);
        assert!(matches!(run.code, Some(5 | 6)), "{run}");
        assert_silent(&run);
        scene.mirror.behave("/dl/index.json", vec![step]);
        let run = scene.sandbox.gvm(&args);
        assert!(run.code != Some(0), "{run}");
        assert_silent(&run);
    }
    assert_eq!(files_with_secret(&scene.root), Vec::<String>::new());
}

#[test]
fn a_password_is_not_in_complaints_about_an_address() {
    let scene = Scene::new();
    for address in [
        format!("http://user:{SECRET}@192.0.2.1/dl"),
        format!("ftp://user:{SECRET}@192.0.2.1/dl"),
        format!("https://user:{SECRET}@exa mple/dl"),
        format!("https://user:{SECRET}@a.example/dl#x"),
        format!("user:{SECRET}@a.example/dl"),
        format!("https:/user:{SECRET}@"),
    ] {
        for flag in ["--mirror", "--index"] {
            let run = scene.refuses(&["use", NEW, flag, &address], 2, &["cannot use the "]);
            assert_silent(&run);
        }
        let run = scene.sandbox.gvm_with(&[("GVM_RS_MIRROR", &address)], &["use", NEW]).fails(2);
        assert_silent(&run);
        scene.configure(&format!("mirror = \"{address}\" oops"));
        let run = scene.sandbox.gvm(&["list"]);
        crate::scene::is_refusal(&run, 2, &["config.toml", "line 3"]);
        assert_silent(&run);
        scene.configure("");
    }
    assert_eq!(files_with_secret(&scene.root), Vec::<String>::new());
}

#[test]
fn a_token_in_the_query_of_an_address_is_sent_and_never_shown_or_stored() {
    let scene = Scene::new();
    let mirror = format!("{}?token={SECRET}&part=1", scene.mirror.base());
    let index = format!("{}?{SECRET}", scene.mirror.index_url());
    let variables = [("GVM_RS_MIRROR", &*mirror), ("GVM_RS_INDEX", &*index)];
    for args in [
        &["-v", "use", NEW][..],
        &["env"],
        &["env", "--json"],
        &["-v", "ls-remote", "--refresh"],
        &["-v", "history"],
        &["repair", NEW],
    ] {
        assert_silent(&scene.sandbox.gvm_with(&variables, args).ok());
    }
    assert!(scene.mirror.requests_for(ARCHIVE)[0].target.ends_with(&format!("?token={SECRET}&part=1")));
    let env = scene.sandbox.gvm_with(&variables, &["env"]).ok().stdout;
    assert!(env.contains("?token=…&part=…"), "{env}");
    scene.sandbox.gvm(&["use", OLD]).ok();
    scene.sandbox.gvm(&["uninstall", "--force", "--purge", NEW]).ok();
    for step in
        [Behaviour::Status(404), Behaviour::RedirectLoop, Behaviour::FlipByte(3), Behaviour::CloseAtOnce]
    {
        scene.mirror.behave(ARCHIVE, vec![step.clone()]);
        scene.mirror.behave("/dl/index.json", vec![step]);
        let run = scene.sandbox.gvm_with(&variables, &["-v", "install", "--refresh", NEW]);
        assert!(run.code != Some(0), "{run}");
        assert_silent(&run);
    }
    assert_eq!(files_with_secret(&scene.root), Vec::<String>::new());
}
