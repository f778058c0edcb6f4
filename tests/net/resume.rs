//! Transfers that break off and go on.

use std::time::Duration;

use gvm_rs::net::{Download, Net, NetError};

use super::canned::{Canned, answer};
use super::support::Behaviour;
use super::*;

#[test]
fn a_sound_download_takes_one_request() {
    let mirror = mirror(vec![]);
    let got = get_whole(&mirror);
    assert_eq!(got.complete_from(0), 1);
    assert_eq!(got.totals, [SIZE as u64]);
    assert!(got.retries.is_empty());
    let requests = mirror.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("Accept-Encoding"), Some("identity"));
    assert_eq!(requests[0].header("Range"), None);
    assert!(requests[0].header("User-Agent").unwrap().starts_with("gvm-rs/"));
}

#[test]
fn chunks_are_long_but_bounded() {
    let got = get_whole(&mirror(vec![]));
    assert!(got.longest <= 256 * 1024, "{}", got.longest);
}

#[test]
fn a_truncated_download_is_resumed() {
    let mirror = mirror(vec![Behaviour::CutAfter(300_000), Behaviour::Ok]);
    let got = get_whole(&mirror);
    assert_eq!(got.complete_from(0), 2);
    assert_eq!(got.retries.len(), 1);
    assert_eq!((got.retries[0].0, got.retries[0].2), (0, 300_000));
    let requests = mirror.requests();
    assert_eq!(requests[1].header("Range"), Some("bytes=300000-"));
    assert!(requests[1].header("If-Range").unwrap().starts_with('"'));
    assert_eq!(requests[1].status, 206);
    assert_eq!(requests[1].sent, SIZE as u64 - 300_000);
}

#[test]
fn a_reset_connection_is_resumed() {
    let mirror = mirror(vec![Behaviour::ResetAfter(300_000), Behaviour::Ok]);
    let got = get_whole(&mirror);
    assert!(got.complete_from(0) >= 2);
}

#[test]
fn any_number_of_cuts_is_survived_as_long_as_there_is_progress() {
    let mirror = mirror(vec![Behaviour::CutAfter(50_000)]);
    assert_eq!(get_whole(&mirror).complete_from(0), 15);
}

#[test]
fn five_attempts_without_a_byte_are_enough() {
    let mirror = mirror(vec![Behaviour::CutAfter(1000), Behaviour::CutAfter(0)]);
    let got = get_whole(&mirror);
    assert_eq!(got.bytes.len(), 1000);
    assert_eq!(mirror.requests().len(), 1 + 5);
    let attempts: Vec<u32> = got.retries.iter().map(|retry| retry.0).collect();
    assert_eq!(attempts, [0, 1, 2, 3, 4]);
    assert!(matches!(got.error(), NetError::Cut { at: 1000, .. }));
}

#[test]
fn a_size_nobody_told_is_learned_from_the_first_answer() {
    let mirror = mirror(vec![Behaviour::CutAfter(300_000), Behaviour::Ok]);
    let got = get_unsized(&mirror);
    assert_eq!(got.complete_from(0), 2);
    assert_eq!(got.totals, [SIZE as u64]);
}

#[test]
fn silence_is_cut_short_and_resumed() {
    let mirror = mirror(vec![Behaviour::Stall { after: 300_000 }, Behaviour::Ok]);
    let mut options = options();
    options.retry.read_idle = Duration::from_millis(300);
    let got = get(&Net::new(options), whole(&archive_of(&mirror)));
    assert!(got.complete_from(0) >= 2);
    assert_eq!(got.retries[0].3, "nothing more came");
}

#[test]
fn where_ranges_are_ignored_the_bytes_already_held_are_skipped() {
    let mirror = mirror(vec![Behaviour::CutAfter(300_000), Behaviour::IgnoreRange]);
    let got = get_whole(&mirror);
    assert_eq!(got.complete_from(0), 2);
    assert_eq!(mirror.requests()[1].status, 200);
}

#[test]
fn a_wrong_range_is_not_trusted_and_the_whole_file_asked_for() {
    let mirror = mirror(vec![Behaviour::CutAfter(300_000), Behaviour::WrongRange, Behaviour::Ok]);
    assert_eq!(get_whole(&mirror).complete_from(0), 3);
    assert_eq!(mirror.requests()[2].header("Range"), None);
}

#[test]
fn a_file_that_changed_in_between_is_not_stitched_together() {
    let mirror = mirror(vec![Behaviour::CutAfter(300_000), Behaviour::EtagChanges]);
    let got = get_whole(&mirror);
    assert_eq!(got.bytes.len(), 300_000);
    assert!(matches!(got.error(), NetError::Changed { .. }));
}

#[test]
fn a_length_that_changed_in_between_is_not_stitched_together() {
    let server = Canned::start(vec![
        answer("200 OK", &["Content-Length: 10"], b"01234"),
        answer("206 Partial", &["Content-Range: bytes 5-11/12", "Content-Length: 7"], b"5678901"),
    ]);
    let got = get(&Net::new(options()), unsized_(&location(&server.url())));
    assert!(matches!(got.error(), NetError::Changed { .. }));
}

#[test]
fn without_a_strong_tag_the_date_guards_the_range() {
    let date = "Tue, 02 Jul 2024 18:00:00 GMT";
    let dated = format!("Last-Modified: {date}");
    let server = Canned::start(vec![
        answer("200 OK", &["Content-Length: 10", "ETag: W/\"weak\"", &dated], b"01234"),
        answer("206 Partial", &["Content-Range: bytes 5-9/10", "Content-Length: 5", &dated], b"56789"),
    ]);
    let got = get(&Net::new(options()), unsized_(&location(&server.url())));
    assert_eq!(got.bytes, b"0123456789");
    let heads = server.heads();
    assert!(heads[1].contains(&format!("if-range: {}", date.to_lowercase())), "{heads:?}");
}

#[test]
fn without_any_validator_the_range_is_plain() {
    let server = Canned::start(vec![
        answer("200 OK", &["Content-Length: 10"], b"01234"),
        answer("206 Partial", &["Content-Range: bytes 5-9/*", "Content-Length: 5"], b"56789"),
    ]);
    let got = get(&Net::new(options()), unsized_(&location(&server.url())));
    assert_eq!(got.bytes, b"0123456789");
    let heads = server.heads();
    assert!(heads[1].contains("range: bytes=5-") && !heads[1].contains("if-range"), "{heads:?}");
}

#[test]
fn a_range_without_content_range_is_not_trusted() {
    let server = Canned::start(vec![
        answer("200 OK", &["Content-Length: 10"], b"01234"),
        answer("206 Partial", &["Content-Length: 5"], b"56789"),
        answer("200 OK", &["Content-Length: 10"], b"0123456789"),
    ]);
    let got = get(&Net::new(options()), unsized_(&location(&server.url())));
    assert_eq!(got.bytes, b"0123456789");
    assert!(!server.heads()[2].contains("range:"));
}

#[test]
fn a_shorter_part_than_asked_for_is_followed_by_the_rest() {
    let server = Canned::start(vec![
        answer("200 OK", &["Content-Length: 10"], b"01234"),
        answer("206 Partial", &["Content-Range: bytes 5-6/10", "Content-Length: 2"], b"56"),
        answer("206 Partial", &["Content-Range: bytes 7-9/10", "Content-Length: 3"], b"789"),
    ]);
    let got = get(&Net::new(options()), unsized_(&location(&server.url())));
    assert_eq!(got.bytes, b"0123456789");
}

#[test]
fn a_body_that_just_ends_is_resumed_if_the_size_is_known() {
    let server = Canned::start(vec![
        answer("200 OK", &[], b"01234"),
        answer("206 Partial", &["Content-Range: bytes 5-9/10"], b"56789"),
    ]);
    let location = location(&server.url());
    let got = get(&Net::new(options()), Download { size: Some(10), ..unsized_(&location) });
    assert_eq!(got.bytes, b"0123456789");
    assert_eq!(got.retries[0].3, "the server ended too early");
}

#[test]
fn an_earlier_run_is_continued() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    for size in [Some(SIZE as u64), None] {
        let download = Download { size, offset: 650_000, ..whole(&location) };
        assert_eq!(get(&Net::new(options()), download).complete_from(650_000), 1);
    }
    let requests = mirror.requests();
    assert_eq!(requests[0].header("Range"), Some("bytes=650000-"));
    assert_eq!(requests[0].header("If-Range"), None);
    assert_eq!(requests[0].sent, SIZE as u64 - 650_000);
}

#[test]
fn an_earlier_run_is_continued_where_ranges_are_ignored() {
    let mirror = mirror(vec![Behaviour::IgnoreRange]);
    let location = archive_of(&mirror);
    let download = Download { offset: 650_000, ..whole(&location) };
    assert_eq!(get(&Net::new(options()), download).complete_from(650_000), 1);
}

#[test]
fn nothing_is_asked_for_where_nothing_is_missing() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    let download = Download { offset: SIZE as u64, ..whole(&location) };
    assert_eq!(get(&Net::new(options()), download).complete_from(SIZE), 0);
    assert!(mirror.requests().is_empty());
}

#[test]
fn a_complete_file_of_unknown_size_is_recognised() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    let download = Download { offset: SIZE as u64, ..unsized_(&location) };
    assert_eq!(get(&Net::new(options()), download).complete_from(SIZE), 1);
    assert_eq!(mirror.requests()[0].status, 416);
}

#[test]
fn more_than_there_is_means_the_file_changed() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    for (size, offset) in [(None, SIZE + 1), (Some(SIZE), SIZE + 1)] {
        let download =
            Download { size: size.map(|size| size as u64), offset: offset as u64, ..unsized_(&location) };
        let error = get(&Net::new(options()), download).error();
        assert!(matches!(error, NetError::Changed { .. }), "{error:?}");
    }
}

#[test]
fn connections_are_reused() {
    let mirror = mirror(vec![]);
    let net = Net::new(options());
    for _ in 0..3 {
        get(&net, whole(&archive_of(&mirror))).complete_from(0);
    }
    assert!(mirror.requests().iter().all(|request| request.connection == 0));
}

#[test]
fn several_threads_share_one_net() {
    let mirror = mirror(vec![Behaviour::CutAfter(300_000), Behaviour::CutAfter(10), Behaviour::Ok]);
    let net = Net::new(options());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| get(&net, whole(&archive_of(&mirror))).complete_from(0));
        }
    });
}
