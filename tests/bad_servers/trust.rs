//! Certificates and proxies.

use std::fs;

use crate::scene::{NEW, Scene};
use crate::support::tls::Ca;
use crate::support::{FakeGo, Proxy, Run, Sandbox};

/// A mirror over TLS, and a run of `use` with these variables and this configuration.
fn run_with(ca: &Ca, variables: &[(&str, &str)], config: &str) -> (Run, usize) {
    let mirror = ca.mirror();
    mirror.add(FakeGo::new(NEW).padding(1000));
    let sandbox = variables
        .iter()
        .fold(Sandbox::new().with_mirror(&mirror), |sandbox, (name, value)| sandbox.env(name, value));
    let directory = sandbox.home().join(".config/gvm-rs");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("config.toml"), format!("retries = 2\nretry_delay_ms = 1\n{config}")).unwrap();
    let run = sandbox.gvm(&["use", NEW]);
    (run, mirror.requests().len())
}

#[test]
fn an_authority_that_nobody_named_is_refused() {
    let (run, requests) = run_with(&Ca::new(), &[], "");
    crate::scene::is_refusal(&run, 5, &["release index", "cannot connect to https://127.0.0.1", "hint: "]);
    assert_eq!(requests, 0);
}

#[test]
fn an_authority_is_trusted_wherever_it_is_named() {
    let ca = Ca::new();
    let pem = ca.pem_path().display().to_string();
    for (variables, config) in [
        (vec![("GVM_RS_CA_FILE", &*pem)], String::new()),
        (vec![("SSL_CERT_FILE", &*pem)], String::new()),
        (vec![], format!("ca_file = \"{pem}\"\n")),
    ] {
        run_with(&ca, &variables, &config).0.ok();
    }
}

#[test]
fn another_authority_is_no_help() {
    let other = Ca::new();
    let pem = other.pem_path().display().to_string();
    for variable in ["GVM_RS_CA_FILE", "SSL_CERT_FILE"] {
        let (run, requests) = run_with(&Ca::new(), &[(variable, &pem)], "");
        crate::scene::is_refusal(&run, 5, &["cannot connect to https://127.0.0.1"]);
        assert_eq!(requests, 0);
    }
}

#[test]
fn a_file_of_authorities_that_is_none_is_named() {
    let ca = Ca::new();
    for (value, says) in [
        ("/nonexistent/ca.pem", "/nonexistent/ca.pem"),
        ("/dev/null", "/dev/null"),
        ("/etc/hostname", "/etc/hostname"),
    ] {
        let (run, _) = run_with(&ca, &[("GVM_RS_CA_FILE", value)], "");
        crate::scene::is_refusal(&run, 5, &[says, "ertificate"]);
    }
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let ca = Ca::new();
    let mirror = ca.mirror_for(&["go.example"]);
    mirror.add(FakeGo::new(NEW).padding(1000));
    let sandbox = Sandbox::new().with_mirror(&mirror).env("GVM_RS_CA_FILE", ca.pem_path());
    let run = sandbox.gvm(&["use", NEW]);
    crate::scene::is_refusal(&run, 5, &["cannot connect to"]);
}

#[test]
fn an_https_mirror_is_reached_through_the_proxy_unless_it_is_exempt() {
    let ca = Ca::new();
    for (exempt, code) in [(false, 0), (true, 5)] {
        let mirror = ca.mirror_for(&["go.example"]);
        mirror.add(FakeGo::new(NEW).padding(1000));
        let proxy = Proxy::start();
        proxy.route("go.example:443", mirror.address());
        let sandbox = Sandbox::new()
            .env("GVM_RS_MIRROR", "https://go.example/dl")
            .env("GVM_RS_INDEX", "https://go.example/dl/index.json")
            .env("GVM_RS_CA_FILE", ca.pem_path())
            .env("HTTPS_PROXY", proxy.url())
            .env("NO_PROXY", if exempt { "go.example" } else { "other.example" });
        let directory = sandbox.home().join(".config/gvm-rs");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("config.toml"), "retries = 1\n").unwrap();
        let run = sandbox.gvm(&["use", NEW]).fails(code);
        let asked = proxy.requests();
        assert_eq!(asked.is_empty(), exempt, "{run}");
        assert!(
            asked.iter().all(|asked| asked.method == "CONNECT" && asked.target == "go.example:443"),
            "{asked:?}"
        );
    }
}

#[test]
fn a_proxy_that_refuses_is_told_without_its_password() {
    let ca = Ca::new();
    let proxy = Proxy::start();
    proxy.refuse(407);
    let with_password = proxy.url().replace("http://", "http://user:secret@");
    let sandbox = Sandbox::new()
        .env("GVM_RS_MIRROR", "https://go.example/dl")
        .env("GVM_RS_INDEX", "https://go.example/dl/index.json")
        .env("GVM_RS_CA_FILE", ca.pem_path())
        .env("HTTPS_PROXY", with_password);
    let directory = sandbox.home().join(".config/gvm-rs");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("config.toml"), "retries = 1\n").unwrap();
    let run = sandbox.gvm(&["-v", "use", NEW]);
    crate::scene::is_refusal(&run, 5, &["https://go.example/dl/index.json", "hint: "]);
    assert!(!run.stderr.contains("secret"), "{run}");
}

#[test]
fn a_proxy_never_sees_what_stays_on_this_machine() {
    let proxy = Proxy::start();
    let scene = Scene::at(crate::support::Mirror::start(), |sandbox| {
        sandbox.env("HTTP_PROXY", proxy.url()).env("ALL_PROXY", proxy.url()).env("http_proxy", proxy.url())
    });
    scene.recovers();
    assert_eq!(proxy.requests(), []);
}

#[test]
fn a_cached_index_cannot_change_what_is_pinned() {
    let (version, platform) = ("1.21.13", "linux-amd64");
    let fake = FakeGo::new(version).padding(1000);
    let (name, bytes) = (fake.file_name(), fake.build());
    let sandbox = Sandbox::new();
    let mirror = sandbox.dir("mirror");
    std::fs::write(mirror.join(&name), &bytes).unwrap();
    let listing = serde_json::json!([{"version": format!("go{version}"), "stable": true, "files": [{
        "filename": name, "os": "linux", "arch": "amd64", "version": format!("go{version}"),
        "sha256": crate::support::mirror::sha256(&bytes), "size": bytes.len(), "kind": "archive",
    }]}]);
    let mut index = gvm_rs::model::Index::from_json(listing.to_string().as_bytes()).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    index.as_of = Some(now);
    std::fs::create_dir_all(sandbox.root().join("cache")).unwrap();
    std::fs::write(sandbox.root().join("layout"), "1\n").unwrap();
    std::fs::write(sandbox.root().join("cache/index"), index.encode()).unwrap();
    let mirror = mirror.to_str().unwrap().to_owned();
    let run = sandbox.gvm(&["--offline", "install", "1.21", "--mirror", &mirror]).fails(5);
    assert!(run.stderr.contains("bytes where"), "the official size is not that of {platform}'s fake: {run}");
    assert_eq!(sandbox.gvm(&["-q", "list"]).ok().stdout, "");
}
