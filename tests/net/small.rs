//! Small documents: the index.

use gvm_rs::net::{Net, NetError};

use super::canned::{Canned, answer};
use super::support::Behaviour;
use super::support::mirror::INDEX;
use super::support::raw_tar::gzip;
use super::*;

fn fetch(mirror: &Mirror, cap: u64) -> Result<Vec<u8>, NetError> {
    Net::new(options()).fetch(&location(&mirror.index_url()), cap, &|| false)
}

fn index(steps: Vec<Behaviour>) -> Mirror {
    let mirror = mirror(vec![]);
    mirror.behave(INDEX, steps);
    mirror
}

#[test]
fn a_document_arrives_whole() {
    let mirror = mirror(vec![]);
    assert_eq!(fetch(&mirror, 1 << 20).unwrap(), mirror.index_bytes());
    assert_eq!(mirror.requests()[0].header("Accept-Encoding"), Some("gzip"));
}

#[test]
fn a_compressed_document_is_decompressed() {
    let mirror = index(vec![Behaviour::GzipEncodedJson]);
    assert_eq!(fetch(&mirror, 1 << 20).unwrap(), mirror.index_bytes());
}

#[test]
fn a_document_of_just_the_cap_fits() {
    let mirror = index(vec![Behaviour::Ok, Behaviour::Chunked, Behaviour::GzipEncodedJson]);
    let length = mirror.index_bytes().len() as u64;
    for _ in 0..3 {
        assert_eq!(fetch(&mirror, length).unwrap().len() as u64, length);
    }
}

#[test]
fn a_document_beyond_the_cap_is_refused_however_it_comes() {
    for behaviour in [
        Behaviour::Ok,
        Behaviour::Chunked,
        Behaviour::NoLength,
        Behaviour::GzipEncodedJson,
        Behaviour::Endless,
    ] {
        let mirror = index(vec![behaviour]);
        let cap = mirror.index_bytes().len() as u64 - 1;
        let error = fetch(&mirror, cap).unwrap_err();
        assert!(matches!(error, NetError::TooLong { .. }), "{error:?}");
        assert_eq!(mirror.requests().len(), 1);
    }
}

#[test]
fn a_decompression_bomb_is_stopped_at_the_cap() {
    let bomb = gzip(&vec![0; 8 << 20]);
    let length = format!("Content-Length: {}", bomb.len());
    let server = Canned::start(vec![answer("200 OK", &["Content-Encoding: gzip", &length], &bomb)]);
    let error = Net::new(options()).fetch(&location(&server.url()), 1 << 20, &|| false).unwrap_err();
    assert!(matches!(error, NetError::TooLong { .. }), "{error:?}");
}

#[test]
fn what_cannot_be_decompressed_is_an_error() {
    for encoding in ["gzip", "br"] {
        let encoding = format!("Content-Encoding: {encoding}");
        let server = Canned::start(vec![answer("200 OK", &[&encoding, "Content-Length: 4"], b"nope")]);
        let error = Net::new(options()).fetch(&location(&server.url()), 1 << 20, &|| false).unwrap_err();
        assert!(matches!(error, NetError::Gzip { .. }), "{error:?}");
    }
}

#[test]
fn a_broken_fetch_is_repeated_from_the_start() {
    let mirror = index(vec![
        Behaviour::Status(503),
        Behaviour::CutAfter(10),
        Behaviour::ResetAfter(20),
        Behaviour::CloseAtOnce,
        Behaviour::Ok,
    ]);
    assert_eq!(fetch(&mirror, 1 << 20).unwrap(), mirror.index_bytes());
    assert!(mirror.requests().iter().all(|request| request.header("Range").is_none()));
}

#[test]
fn a_fetch_is_given_up_after_five_attempts() {
    let mirror = index(vec![Behaviour::CutAfter(10)]);
    let error = fetch(&mirror, 1 << 20).unwrap_err();
    assert!(matches!(error, NetError::Cut { at: 10, .. }), "{error:?}");
    assert_eq!(mirror.requests().len(), 5);
}

#[test]
fn a_missing_document_is_an_error_at_once() {
    let mirror = index(vec![Behaviour::Status(404)]);
    let error = fetch(&mirror, 1 << 20).unwrap_err();
    assert!(matches!(error, NetError::NotFound { .. }), "{error:?}");
    assert_eq!(mirror.requests().len(), 1);
}
