//! Certificates and proxies. What depends on the environment runs in a process of its own.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use gvm_rs::net::{Net, NetError};

use super::support::{Ca, Proxy};
use super::*;

const URL: &str = "GVM_RS_TEST_URL";
const EXPECTED: &str = "GVM_RS_TEST_EXPECTED";
const CA_ENV_SET: &str = "GVM_RS_TEST_CA_ENV_SET";

fn trusting(path: &Path) -> Net {
    Net::new(NetOptions { ca_file: Some(path.to_owned()), ..options() })
}

/// Downloads `url` in a new process with these variables and no others of their kind; it checks the outcome itself.
fn in_a_process(url: &str, expected: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "trust::the_other_process", "--ignored"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
    command.env(URL, url).env(EXPECTED, expected).envs(variables.iter().copied());
    let output = command.output().unwrap();
    assert!(
        output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed"),
        "{output:?}"
    );
}

#[test]
#[ignore = "run by in_a_process"]
fn the_other_process() {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let net = Net::new(NetOptions {
        ca_env_set: variable(CA_ENV_SET) == "yes",
        insecure_mirror: true,
        ..options()
    });
    let location = Location::parse(&variable(URL), true).unwrap();
    let got = get(&net, whole(&location));
    match (variable(EXPECTED).as_str(), &got.outcome) {
        ("complete", _) => assert_eq!(got.complete_from(0), 1),
        // Where no roots are trusted at all there is no client, and so no connection to refuse.
        ("untrusted", Err(NetError::Connect { .. })) => assert!(got.retries.is_empty()),
        ("no-roots", Err(NetError::Client { source })) => assert!(source.source().is_some()),
        ("no-proxy-connection", Err(NetError::Connect { .. })) => {}
        ("proxy-status", Err(NetError::Status { code: 407, .. })) => {}
        (expected, _) => panic!("expected {expected}, got {got:?}"),
    }
}

fn secure(ca: &Ca) -> Mirror {
    offering(ca.mirror(), vec![])
}

#[test]
fn an_extra_certificate_file_is_trusted() {
    let ca = Ca::new();
    let mirror = offering(ca.mirror(), vec![Behaviour::CutAfter(300_000), Behaviour::Ok]);
    let net = trusting(&ca.pem_path());
    assert_eq!(get(&net, whole(&archive_of(&mirror))).complete_from(0), 2);
}

#[test]
fn another_authority_is_not_trusted_and_not_tried_again() {
    let mirror = secure(&Ca::new());
    let got = get(&trusting(&Ca::new().pem_path()), whole(&archive_of(&mirror)));
    assert!(got.retries.is_empty());
    assert!(matches!(got.error(), NetError::Connect { .. }));
    assert!(mirror.requests().is_empty());
}

#[test]
fn a_certificate_for_another_host_is_not_trusted() {
    let ca = Ca::new();
    let mirror = offering(ca.mirror_for(&["elsewhere.example"]), vec![]);
    let error = get(&trusting(&ca.pem_path()), whole(&archive_of(&mirror))).error();
    assert!(matches!(error, NetError::Connect { .. }), "{error:?}");
}

#[test]
fn a_missing_certificate_file_is_named() {
    let mirror = mirror(vec![]);
    let error = get(&trusting(Path::new("/nonexistent/ca.pem")), whole(&archive_of(&mirror))).error();
    assert!(matches!(error, NetError::CaFile { .. }), "{error:?}");
    assert!(error.to_string().contains("/nonexistent/ca.pem"), "{error}");
    assert!(mirror.requests().is_empty());
}

#[test]
fn a_certificate_file_without_certificates_is_named() {
    let mirror = mirror(vec![]);
    let file = tempfile::NamedTempFile::new().unwrap();
    let broken = [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ];
    for text in broken {
        std::fs::write(file.path(), text).unwrap();
        let error = get(&trusting(file.path()), whole(&archive_of(&mirror))).error();
        assert!(matches!(error, NetError::NoCertificate { .. }), "{text:?}: {error:?}");
        assert!(error.to_string().contains(file.path().to_str().unwrap()), "{error}");
    }
}

#[test]
fn the_platforms_certificates_are_those_of_ssl_cert_file() {
    let ca = Ca::new();
    let mirror = secure(&ca);
    let url = archive_of(&mirror).to_string();
    let pem = ca.pem_path();
    let pem = pem.to_str().unwrap();
    in_a_process(&url, "complete", &[("SSL_CERT_FILE", pem), (CA_ENV_SET, "yes")]);
    let other = Ca::new();
    let pem = other.pem_path();
    let pem = pem.to_str().unwrap();
    in_a_process(&url, "untrusted", &[("SSL_CERT_FILE", pem), (CA_ENV_SET, "yes")]);
}

#[test]
fn bundled_roots_stand_in_only_where_nobody_chose_others() {
    let ca = Ca::new();
    let mirror = secure(&ca);
    let url = archive_of(&mirror).to_string();
    let empty = ca.empty_dir();
    let empty = [("SSL_CERT_FILE", "/nonexistent"), ("SSL_CERT_DIR", empty.to_str().unwrap())];
    in_a_process(&url, "untrusted", &empty);
    let mut chosen = empty.to_vec();
    chosen.push((CA_ENV_SET, "yes"));
    in_a_process(&url, "no-roots", &chosen);
}

#[test]
fn https_goes_through_the_proxy_of_the_environment() {
    let ca = Ca::new();
    let mirror = offering(ca.mirror_for(&["mirror.example"]), vec![]);
    let proxy = Proxy::start();
    proxy.route("mirror.example:443", mirror.address());
    let pem = ca.pem_path();
    let trust = [("SSL_CERT_FILE", pem.to_str().unwrap()), (CA_ENV_SET, "yes")];
    let url = format!("https://mirror.example{PATH}");
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let proxy = proxy.url();
        let variables = [trust.as_slice(), &[(name, proxy.as_str())]].concat();
        in_a_process(&url, "complete", &variables);
    }
    let asked = proxy.requests();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|asked| asked.method == "CONNECT"));
}

#[test]
fn plain_http_elsewhere_goes_through_the_proxy_of_the_environment() {
    let mirror = mirror(vec![]);
    let proxy = Proxy::start();
    proxy.route("mirror.example:80", mirror.address());
    proxy.route("mirror.example", mirror.address());
    in_a_process(&format!("http://mirror.example{PATH}"), "complete", &[("HTTP_PROXY", &proxy.url())]);
    assert_eq!(proxy.requests().len(), 1);
}

#[test]
fn no_proxy_is_honoured() {
    let ca = Ca::new();
    let mirror = secure(&ca);
    let proxy = Proxy::start();
    let pem = ca.pem_path();
    let proxy_url = proxy.url();
    let variables = [
        ("SSL_CERT_FILE", pem.to_str().unwrap()),
        (CA_ENV_SET, "yes"),
        ("HTTPS_PROXY", &proxy_url),
        ("NO_PROXY", "127.0.0.1"),
    ];
    in_a_process(&archive_of(&mirror).to_string(), "complete", &variables);
    assert!(proxy.requests().is_empty());
}

#[test]
fn plain_http_on_this_machine_never_leaves_it_through_a_proxy() {
    let mirror = mirror(vec![]);
    let proxy = Proxy::start();
    let proxy_url = proxy.url();
    let variables = [("HTTP_PROXY", proxy_url.as_str()), ("ALL_PROXY", &proxy_url)];
    in_a_process(&archive_of(&mirror).to_string(), "complete", &variables);
    assert!(proxy.requests().is_empty());
}

#[test]
fn a_proxy_that_refuses_is_an_error() {
    let proxy = Proxy::start();
    proxy.refuse(407);
    let url = proxy.url();
    in_a_process("https://mirror.example/x", "no-proxy-connection", &[("HTTPS_PROXY", &url)]);
    in_a_process("http://mirror.example/x", "proxy-status", &[("HTTP_PROXY", &url)]);
}
