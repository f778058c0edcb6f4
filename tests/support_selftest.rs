//! Tests of the test support itself: here the mirror, which misbehaves as told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod support;

#[path = "support/selftest/archives.rs"]
mod archives;
#[path = "support/selftest/surroundings.rs"]
mod surroundings;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use support::mirror::{INDEX, STALL_GATE, archive_path, sha256};
use support::{Behaviour, FakeGo, Mirror, Pace};

const FILE: &str = "go1.22.5.linux-amd64.tar.gz";

/// What a client got: as much as came before the end, and how it ended.
struct Got {
    head: String,
    body: Vec<u8>,
    end: Option<ErrorKind>,
}

impl Got {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

fn exchange(mut wire: impl Read + Write, request: &str) -> Got {
    wire.write_all(request.as_bytes()).unwrap();
    wire.flush().unwrap();
    let mut bytes = Vec::new();
    let end = wire.read_to_end(&mut bytes).err().map(|error| error.kind());
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let body = at.map_or(Vec::new(), |at| bytes.split_off(at + 4));
    Got { head: String::from_utf8_lossy(&bytes).into_owned(), body, end }
}

fn ask(address: SocketAddr, path: &str, headers: &str) -> Got {
    let request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n");
    exchange(TcpStream::connect(address).unwrap(), &request)
}

fn get(mirror: &Mirror, headers: &str) -> Got {
    ask(mirror.address(), &format!("/dl/{FILE}"), headers)
}

fn mirror_with_go() -> (Mirror, Vec<u8>) {
    let mirror = Mirror::start();
    let go = FakeGo::new("1.22.5");
    let bytes = go.build();
    mirror.add(go);
    (mirror, bytes)
}

/// The answer to one request under one behaviour, and the true bytes.
fn under(behaviour: Behaviour) -> (Got, Vec<u8>) {
    let (mirror, bytes) = mirror_with_go();
    mirror.behave_archive("1.22.5", vec![behaviour]);
    (get(&mirror, ""), bytes)
}

#[test]
fn the_index_describes_the_archives_and_can_lie() {
    let (mirror, bytes) = mirror_with_go();
    mirror.add(FakeGo::new("1.22.5").platform("linux-arm64"));
    mirror.add(FakeGo::new("1.23rc1"));
    let index = || -> Value {
        let got = ask(mirror.address(), "/dl/?mode=json&include=all", "");
        serde_json::from_slice(&got.body).unwrap()
    };
    let before = index();
    assert_eq!(before[0]["version"], "go1.23rc1");
    assert_eq!(before[0]["stable"], false);
    assert_eq!(before[1]["files"].as_array().unwrap().len(), 2);
    let row = &before[1]["files"][1];
    assert_eq!(row["filename"], FILE);
    assert_eq!(row["sha256"], sha256(&bytes));
    assert_eq!(row["size"], bytes.len());
    mirror.override_entry(FILE, |row| row["size"] = json!(1));
    assert_eq!(index()[1]["files"][1]["size"], 1);
    mirror.set_index(b"[]".to_vec());
    assert_eq!(index(), json!([]));
    assert_eq!(ask(mirror.address(), INDEX, "").body, b"[]");
    assert_eq!(ask(mirror.address(), "/dl/other", "").status(), "404");
}

#[test]
fn ranges_are_honoured_while_the_etag_holds() {
    let (mirror, bytes) = mirror_with_go();
    let whole = get(&mirror, "");
    assert_eq!((whole.status(), &whole.body), ("200", &bytes));
    let etag = whole.header("ETag").unwrap();
    let rest = get(&mirror, &format!("Range: bytes=1000-\r\nIf-Range: {etag}\r\n"));
    assert_eq!((rest.status(), &rest.body[..]), ("206", &bytes[1000..]));
    let of = format!("bytes 1000-{}/{}", bytes.len() - 1, bytes.len());
    assert_eq!(rest.header("Content-Range"), Some(&of[..]));
    let stale = get(&mirror, "Range: bytes=1000-\r\nIf-Range: \"old\"\r\n");
    assert_eq!((stale.status(), stale.body.len()), ("200", bytes.len()));
    assert_eq!(get(&mirror, "Range: bytes=10-19\r\n").body, bytes[10..20]);
    let tail = get(&mirror, "Range: bytes=-5\r\n");
    assert_eq!(tail.body, bytes[bytes.len() - 5..]);
    let beyond = get(&mirror, &format!("Range: bytes={}-\r\n", bytes.len()));
    assert_eq!(beyond.status(), "416");
    let log = mirror.requests();
    assert_eq!(log[1].header("range"), Some("bytes=1000-"));
    assert_eq!((log[1].sent, log[1].status), (rest.body.len() as u64, 206));
}

#[test]
fn a_connection_serves_several_requests_and_head_has_no_body() {
    let (mirror, bytes) = mirror_with_go();
    let path = archive_path("1.22.5", "linux-amd64");
    let head = format!("HEAD {path} HTTP/1.1\r\n\r\n");
    let close = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n");
    let got = exchange(TcpStream::connect(mirror.address()).unwrap(), &format!("{head}{close}"));
    let length = format!("Content-Length: {}\r\n", bytes.len());
    assert!(got.head.contains(&length), "{}", got.head);
    assert!(got.body.starts_with(b"HTTP/1.1 200"));
    assert!(got.body.ends_with(&bytes));
    let log = mirror.requests();
    assert_eq!(log[0].connection, log[1].connection);
    assert_eq!(mirror.most_in_flight(), 1);
}

#[test]
fn a_script_goes_step_by_step_and_repeats_its_last() {
    let (mirror, bytes) = mirror_with_go();
    let steps = vec![
        Behaviour::Status(503),
        Behaviour::RedirectTo("/elsewhere".into()),
        Behaviour::RedirectLoop,
        Behaviour::Ok,
    ];
    mirror.behave_archive("1.22.5", steps);
    mirror.add_page("/elsewhere", "moved here");
    assert_eq!(get(&mirror, "").status(), "503");
    assert_eq!(get(&mirror, "").header("Location"), Some("/elsewhere"));
    let path = archive_path("1.22.5", "linux-amd64");
    assert_eq!(get(&mirror, "").header("Location"), Some(&path[..]));
    assert_eq!(get(&mirror, "").body, bytes);
    assert_eq!(get(&mirror, "").body, bytes);
    assert_eq!(ask(mirror.address(), "/elsewhere", "").body, b"moved here");
    assert_eq!(mirror.requests_for(&path).len(), 5);
}

#[test]
fn a_cut_body_ends_and_a_reset_one_fails() {
    let (got, bytes) = under(Behaviour::CutAfter(1000));
    assert_eq!((&got.body[..], got.end), (&bytes[..1000], None));
    let length = bytes.len().to_string();
    assert_eq!(got.header("Content-Length"), Some(&length[..]));
    let (got, bytes) = under(Behaviour::ResetAfter(1000));
    assert_eq!(got.end, Some(ErrorKind::ConnectionReset));
    assert!(bytes.starts_with(&got.body));
    let (got, _) = under(Behaviour::CloseAtOnce);
    assert_eq!((&got.head[..], got.end), ("", None));
}

#[test]
fn wrong_bytes_and_lengths_arrive_as_told() {
    let (got, bytes) = under(Behaviour::FlipByte(7));
    assert_eq!((got.body[7], got.body.len()), (!bytes[7], bytes.len()));
    assert_eq!(got.body[8..], bytes[8..]);
    let (got, bytes) = under(Behaviour::Short);
    assert_eq!(got.body, bytes[..bytes.len() / 2]);
    let (got, bytes) = under(Behaviour::WrongLength(5));
    assert_eq!((got.header("Content-Length"), &got.body), (Some("5"), &bytes));
    let (got, bytes) = under(Behaviour::NoLength);
    assert_eq!((got.header("Content-Length"), &got.body), (None, &bytes));
    let (got, _) = under(Behaviour::Html200);
    assert!(got.status() == "200" && got.body.starts_with(b"<!DOCTYPE"));
    let (got, _) = under(Behaviour::BadJson);
    assert!(serde_json::from_slice::<Value>(&got.body).is_err());
    let (got, _) = under(Behaviour::NotHttp);
    assert!(got.head.starts_with("SSH-2.0"));
    let (got, bytes) = under(Behaviour::HugeHeader);
    assert!(got.head.len() > 1 << 20 && got.body == bytes);
    let (got, bytes) = under(Behaviour::GzipEncodedJson);
    assert_eq!(got.header("Content-Encoding"), Some("gzip"));
    let mut plain = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(&got.body[..]);
    decoder.read_to_end(&mut plain).unwrap();
    assert_eq!(plain, bytes);
}

#[test]
fn a_chunked_body_has_the_right_pieces() {
    let (got, bytes) = under(Behaviour::Chunked);
    assert_eq!(got.header("Transfer-Encoding"), Some("chunked"));
    let mut rest = &got.body[..];
    let mut body = Vec::new();
    loop {
        let at = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = std::str::from_utf8(&rest[..at]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        rest = &rest[at + 2..];
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
        if size == 0 {
            break;
        }
    }
    assert!(rest.is_empty() && body == bytes);
}

#[test]
fn lies_about_ranges_arrive_as_told() {
    let (mirror, bytes) = mirror_with_go();
    let steps =
        vec![Behaviour::IgnoreRange, Behaviour::WrongRange, Behaviour::EtagChanges, Behaviour::EtagChanges];
    mirror.behave_archive("1.22.5", steps);
    let got = get(&mirror, "Range: bytes=100-\r\n");
    assert_eq!((got.status(), got.body.len()), ("200", bytes.len()));
    let got = get(&mirror, "Range: bytes=100-\r\n");
    assert_eq!((got.status(), &got.body[..]), ("206", &bytes[101..]));
    assert!(got.header("Content-Range").unwrap().starts_with("bytes 101-"));
    let first = get(&mirror, "");
    let etag = first.header("ETag").unwrap();
    let got = get(&mirror, &format!("Range: bytes=100-\r\nIf-Range: {etag}\r\n"));
    assert_eq!(got.status(), "200");
}

#[test]
fn an_endless_body_goes_on_past_its_end() {
    let (mirror, bytes) = mirror_with_go();
    mirror.behave_archive("1.22.5", vec![Behaviour::Endless]);
    let mut wire = TcpStream::connect(mirror.address()).unwrap();
    write!(wire, "GET /dl/{FILE} HTTP/1.1\r\n\r\n").unwrap();
    let mut much = vec![0; 4 * bytes.len()];
    wire.read_exact(&mut much).unwrap();
}

#[test]
fn gates_park_answers_and_the_log_counts_them() {
    let (mirror, bytes) = mirror_with_go();
    let parked = Behaviour::GateAfter { bytes: 5000, gate: "half".into() };
    let steps = vec![parked.clone(), parked, Behaviour::Gate("head".into())];
    mirror.behave_archive("1.22.5", steps);
    let path = archive_path("1.22.5", "linux-amd64");
    thread::scope(|scope| {
        let clients = [0; 2].map(|_| scope.spawn(|| get(&mirror, "")));
        mirror.wait_at_gate("half", 2);
        mirror.wait_until_sent(&path, 5000);
        assert_eq!(mirror.requests()[0].sent, 5000);
        let third = scope.spawn(|| get(&mirror, ""));
        mirror.wait_at_gate("head", 1);
        assert_eq!(mirror.most_in_flight(), 3);
        mirror.tick_gate("half");
        mirror.wait_for_answers(1);
        mirror.open_gate("half");
        for client in clients {
            assert_eq!(client.join().unwrap().body, bytes);
        }
        mirror.open_gate("head");
        assert_eq!(third.join().unwrap().body, bytes);
    });
    mirror.wait_for_requests(3);
    get(&mirror, "");
    let log = mirror.requests();
    assert!(log[0].in_flight_at(log[2].started));
    assert!(!log[0].in_flight_at(log[3].started));
}

#[test]
fn a_drip_keeps_its_pace() {
    let (mirror, bytes) = mirror_with_go();
    let drip = |pace| Behaviour::Drip { chunk: 50_000, pace };
    let steps = vec![drip(Pace::Every(Duration::from_millis(1))), drip(Pace::Gate("drop".into()))];
    mirror.behave_archive("1.22.5", steps);
    assert_eq!(get(&mirror, "").body, bytes);
    thread::scope(|scope| {
        let client = scope.spawn(|| get(&mirror, ""));
        mirror.wait_at_gate("drop", 1);
        assert_eq!(mirror.requests()[1].sent, 50_000);
        mirror.open_gate("drop");
        assert_eq!(client.join().unwrap().body, bytes);
    });
}

#[test]
fn dropping_the_mirror_ends_what_stalls() {
    let (mirror, bytes) = mirror_with_go();
    mirror.behave_archive("1.22.5", vec![Behaviour::Stall { after: 10 }]);
    let address = mirror.address();
    let client = thread::spawn(move || ask(address, &format!("/dl/{FILE}"), ""));
    mirror.wait_at_gate(STALL_GATE, 1);
    drop(mirror);
    assert_eq!(client.join().unwrap().body, bytes[..10]);
}
