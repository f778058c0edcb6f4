//! Tests of what is around the mirror: TLS, the proxy and the sandbox.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{Behaviour, Ca, Mirror, Proxy, Sandbox};
use crate::{ask, exchange};

#[test]
fn tls_is_trusted_only_with_the_authority() {
    let ca = Ca::new();
    let mirror = ca.mirror();
    mirror.add_page("/hello", "over tls");
    mirror.behave("/hello", vec![Behaviour::NoLength]);
    let fetch = |roots: RootCertStore| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().unwrap();
        let session = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut wire = StreamOwned::new(session, TcpStream::connect(mirror.address()).unwrap());
        wire.write_all(b"GET /hello HTTP/1.1\r\n\r\n")?;
        let mut text = String::new();
        wire.read_to_string(&mut text).map(|_| text)
    };
    let mut roots = RootCertStore::empty();
    assert!(fetch(roots.clone()).is_err());
    roots.add(CertificateDer::from_pem_file(ca.pem_path()).unwrap()).unwrap();
    assert!(fetch(roots).unwrap().ends_with("over tls"));
    assert!(mirror.url().starts_with("https://127.0.0.1:"));
}

#[test]
fn the_proxy_forwards_tunnels_and_refuses() {
    let mirror = Mirror::start();
    mirror.add_page("/hello", "through the proxy");
    let proxy = Proxy::start();
    let address = proxy.url().strip_prefix("http://").unwrap().parse().unwrap();
    let direct = format!("{}/hello", mirror.url());
    assert_eq!(ask(address, &direct, "").body, b"through the proxy");
    let routed = "http://go.example/hello";
    assert_eq!(ask(address, routed, "").status(), "502");
    proxy.route("go.example:80", mirror.address());
    assert_eq!(ask(address, routed, "").body, b"through the proxy");
    let tunnel = format!("CONNECT {} HTTP/1.1\r\n\r\n", mirror.address());
    let inside = "GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n";
    let client = TcpStream::connect(address).unwrap();
    let got = exchange(client, &format!("{tunnel}{inside}"));
    assert_eq!(got.status(), "200");
    assert!(got.body.ends_with(b"through the proxy"));
    proxy.refuse(407);
    assert_eq!(ask(address, &direct, "").status(), "407");
    let methods: Vec<_> = proxy.requests().into_iter().map(|a| a.method).collect();
    assert_eq!(methods, ["GET", "GET", "GET", "CONNECT", "GET"]);
    assert_eq!(mirror.requests().len(), 3);
}

#[test]
fn the_sandbox_is_sealed_and_its_texts_are_normal() {
    let mirror = Mirror::start();
    let sandbox = Sandbox::new().with_mirror(&mirror).env("EXTRA", "yes");
    let env = sandbox.sh("env | sort").ok();
    let names: Vec<_> = env.stdout.lines().filter_map(|l| l.split('=').next()).collect();
    assert_eq!(names, ["EXTRA", "GVM_RS_INDEX", "GVM_RS_MIRROR", "HOME", "LC_ALL", "PATH", "PWD"]);
    let run = sandbox.sh("echo $PWD $GVM_RS_MIRROR; echo >&2 oops $(dirname $HOME); exit 3");
    assert_eq!(run.fails(3).text(), "stdout:\n[HOME] [MIRROR]/dl\nstderr:\noops [SANDBOX]\ncode: 3\n");
    sandbox.gvm(&["--version"]).ok();
}

#[test]
fn a_spawned_program_can_be_signalled_and_killed() {
    let sandbox = Sandbox::new();
    let start = |script: &str| {
        let mut command = sandbox.command("/bin/sh");
        command.args(["-c", script]);
        sandbox.start(command)
    };
    assert_eq!(start("exec tail -f /dev/null").kill().code, None);
    let stopped = start("exec tail -f /dev/null");
    stopped.signal(Signal::TERM);
    assert_eq!(stopped.wait().code, None);
    let dropped = start("exec tail -f /dev/null");
    let pid = dropped.pid();
    drop(dropped);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

/// A hung test must fail, not hang who waits for it: also where what was started holds the output open.
#[test]
fn what_hangs_is_killed_with_all_that_it_started() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command("/bin/sh");
    command.args(["-c", "tail -f /dev/null & echo $!; wait"]).process_group(0);
    let hangs = sandbox.start(command);
    let wait = || hangs.wait_at_most(Duration::from_millis(500));
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(wait)).unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(said.starts_with("hung: ") && said.contains("code None"), "{said}");
}
