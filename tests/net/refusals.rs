//! Answers that are not the archive.

use std::error::Error;
use std::time::Duration;

use gvm_rs::net::{Download, Location, Net, NetError};

use super::canned::{Canned, answer};
use super::support::Behaviour;
use super::*;

#[test]
fn a_busy_server_is_asked_again() {
    for status in [408, 429, 500, 502, 503, 504] {
        let mirror = mirror(vec![Behaviour::Status(status), Behaviour::Ok]);
        let got = get_whole(&mirror);
        assert_eq!(got.complete_from(0), 2, "{status}");
        assert_eq!(got.retries[0].3, format!("status {status}"));
    }
}

#[test]
fn a_server_that_stays_busy_is_given_up() {
    let mirror = mirror(vec![Behaviour::Status(503)]);
    assert!(matches!(get_whole(&mirror).error(), NetError::Status { code: 503, .. }));
    assert_eq!(mirror.requests().len(), 5);
}

#[test]
fn retry_after_is_followed_up_to_a_limit() {
    let server = Canned::start(vec![
        answer("429 Slow down", &["Retry-After: 3600", "Content-Length: 0"], b""),
        answer("200 OK", &["Content-Length: 2"], b"ok"),
    ]);
    let got = get(&Net::new(options()), unsized_(&location(&server.url())));
    assert_eq!(got.bytes, b"ok");
    assert_eq!(got.retries[0].1, Duration::from_millis(9));
}

#[test]
fn a_missing_file_is_not_asked_for_twice() {
    for status in [404, 410] {
        let mirror = mirror(vec![Behaviour::Status(status)]);
        let error = get_whole(&mirror).error();
        assert!(matches!(error, NetError::NotFound { .. }), "{error:?}");
        assert!(error.to_string().contains(FILE), "{error}");
        assert_eq!(mirror.requests().len(), 1);
    }
}

#[test]
fn a_refusal_is_not_asked_for_twice() {
    for status in [204, 304, 400, 401, 403, 407, 451] {
        let mirror = mirror(vec![Behaviour::Status(status)]);
        let error = get_whole(&mirror).error();
        assert!(matches!(error, NetError::Status { code, .. } if code == status), "{error:?}");
        assert_eq!(mirror.requests().len(), 1);
    }
}

#[test]
fn a_part_nobody_asked_for_is_refused() {
    let headers = ["Content-Range: bytes 0-1/2", "Content-Length: 2"];
    let server = Canned::start(vec![answer("206 Partial", &headers, b"ok")]);
    let got = get(&Net::new(options()), unsized_(&location(&server.url())));
    assert!(got.bytes.is_empty());
    assert!(matches!(got.error(), NetError::Status { code: 206, .. }));
}

#[test]
fn a_web_page_is_not_taken_for_an_archive() {
    let mirror = mirror(vec![Behaviour::Html200]);
    let got = get_whole(&mirror);
    assert!(got.bytes.is_empty() && got.retries.is_empty());
    assert!(matches!(got.error(), NetError::HtmlInsteadOfArchive { .. }));
}

#[test]
fn a_wrong_length_is_refused_before_the_body() {
    for length in [SIZE as u64 - 1, SIZE as u64 + 1] {
        let mirror = mirror(vec![Behaviour::WrongLength(length)]);
        let got = get_whole(&mirror);
        assert!(got.bytes.is_empty() && got.totals.is_empty());
        let error = got.error();
        let right = matches!(error, NetError::WrongSize { expected, offered, .. }
            if expected == SIZE as u64 && offered == length);
        assert!(right, "{error:?}");
    }
}

#[test]
fn a_continued_file_of_another_length_is_refused() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    for size in [SIZE as u64 - 1, SIZE as u64 + 1] {
        let download = Download { size: Some(size), cap: size, offset: 1000, ..whole(&location) };
        let error = get(&Net::new(options()), download).error();
        assert!(matches!(error, NetError::WrongSize { .. }), "{error:?}");
    }
}

#[test]
fn a_length_beyond_the_cap_is_refused_before_the_body() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    let download = Download { cap: SIZE as u64 - 1, ..unsized_(&location) };
    let got = get(&Net::new(options()), download);
    assert!(got.bytes.is_empty());
    assert!(matches!(got.error(), NetError::TooLong { .. }));
}

#[test]
fn an_endless_body_is_cut_at_the_cap() {
    let mirror = mirror(vec![Behaviour::Endless]);
    let got = get_unsized(&mirror);
    assert_eq!(got.bytes.len(), 1 << 20);
    assert!(matches!(got.error(), NetError::TooLong { cap, .. } if cap == 1 << 20));
}

#[test]
fn an_endless_body_is_cut_at_the_known_size() {
    let mirror = mirror(vec![Behaviour::Endless]);
    let got = get_whole(&mirror);
    assert_eq!(got.bytes.len(), SIZE);
    assert!(matches!(got.error(), NetError::TooLong { .. }));
}

#[test]
fn bodies_without_a_length_are_taken() {
    for behaviour in [Behaviour::NoLength, Behaviour::Chunked] {
        assert_eq!(get_whole(&mirror(vec![behaviour.clone()])).complete_from(0), 1);
        assert_eq!(get_unsized(&mirror(vec![behaviour])).complete_from(0), 1);
    }
}

#[test]
fn an_archive_labelled_as_compressed_is_taken_as_it_is() {
    let headers = ["Content-Encoding: gzip", "Content-Length: 2"];
    let server = Canned::start(vec![answer("200 OK", &headers, b"\x1f\x8b")]);
    let got = get(&Net::new(options()), unsized_(&location(&server.url())));
    assert_eq!(got.bytes, b"\x1f\x8b");
}

#[test]
fn what_is_not_http_is_given_up_after_some_attempts() {
    for behaviour in [Behaviour::NotHttp, Behaviour::HugeHeader, Behaviour::CloseAtOnce] {
        let mirror = mirror(vec![behaviour]);
        let got = get_whole(&mirror);
        assert_eq!(got.retries.len(), 4);
        let error = got.error();
        assert!(matches!(error, NetError::NoAnswer { .. }), "{error:?}");
        assert!(error.source().is_some());
    }
}

#[test]
fn nobody_listening_is_given_up_after_some_attempts() {
    let url = mirror(vec![]).base();
    let got = get(&Net::new(options()), whole(&location(&url)));
    assert_eq!(got.retries.len(), 4);
    assert_eq!(got.retries[0].3, "no connection");
    assert!(matches!(got.error(), NetError::Connect { .. }));
}

#[test]
fn a_trickle_is_too_slow() {
    let drip = Behaviour::Drip { chunk: 1, pace: support::Pace::Every(Duration::from_millis(2)) };
    let mirror = mirror(vec![drip]);
    let mut options = options();
    options.retry.slowest = (1 << 20, Duration::from_millis(200));
    let error = get(&Net::new(options), whole(&archive_of(&mirror))).error();
    assert!(matches!(error, NetError::TooSlow { .. }), "{error:?}");
    assert_eq!(mirror.requests().len(), 1);
}

#[test]
fn a_drop_per_connection_is_too_slow() {
    let mirror = mirror(vec![Behaviour::CutAfter(1)]);
    let mut options = options();
    options.retry.slowest = (1 << 20, Duration::from_millis(100));
    let error = get(&Net::new(options), whole(&archive_of(&mirror))).error();
    assert!(matches!(error, NetError::TooSlow { .. }), "{error:?}");
}

#[test]
fn errors_hide_credentials_and_the_servers_own_words() {
    let server = Canned::start(vec![answer("403 \x1b[31mpwned", &["Content-Length: 0"], b"")]);
    let url = server.url().replace("http://", "http://user:secret@");
    let error = get(&Net::new(options()), whole(&location(&url))).error();
    let text = format!("{error} {error:?}");
    assert!(!text.contains("secret") && !text.contains("pwned"), "{text}");
    assert!(server.heads()[0].contains("authorization: basic "));
}

#[test]
fn the_whole_chain_of_causes_hides_credentials() {
    let url = mirror(vec![]).base().replace("http://", "http://user:secret@");
    let error = get(&Net::new(options()), whole(&Location::parse(&url, false).unwrap())).error();
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(cause) = next {
        assert!(!format!("{cause} {cause:?}").contains("secret"), "{cause:?}");
        next = cause.source();
    }
}
