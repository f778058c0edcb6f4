//! Stopping in the middle, and not starting at all.

use std::cell::Cell;
use std::time::{Duration, Instant};

use gvm_rs::net::{Download, Event, Net, NetError, SinkError};

use super::support::Behaviour;
use super::*;

#[test]
fn offline_sends_nothing() {
    let mirror = mirror(vec![]);
    let net = Net::new(NetOptions { offline: true, ca_file: Some("/nonexistent".into()), ..options() });
    let error = get(&net, whole(&archive_of(&mirror))).error();
    assert!(matches!(error, NetError::Offline { .. }), "{error:?}");
    let error = net.fetch(&location(&mirror.index_url()), 1 << 20, &|| false).unwrap_err();
    assert!(matches!(error, NetError::Offline { .. }), "{error:?}");
    assert!(mirror.requests().is_empty());
}

#[test]
fn a_cancelled_download_sends_nothing() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    let outcome = Net::new(options()).download(&whole(&location), &|| true, &mut |_| Ok(()));
    assert!(matches!(outcome, Err(NetError::Cancelled { .. })), "{outcome:?}");
    assert!(mirror.requests().is_empty());
}

#[test]
fn a_download_is_cancelled_between_chunks() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    let seen = Cell::new(0);
    let outcome = Net::new(options()).download(&whole(&location), &|| seen.get() > 0, &mut |event| {
        if let Event::Chunk(chunk) = event {
            seen.set(seen.get() + chunk.len());
        }
        Ok(())
    });
    assert!(matches!(outcome, Err(NetError::Cancelled { .. })), "{outcome:?}");
    assert!(seen.get() < SIZE);
}

#[test]
fn a_wait_before_the_next_attempt_is_cancelled() {
    let mirror = mirror(vec![Behaviour::Status(503)]);
    let location = archive_of(&mirror);
    let mut options = options();
    options.retry.first_delay = Duration::from_secs(3600);
    options.retry.longest_delay = Duration::from_secs(3600);
    let waiting = Cell::new(false);
    let begin = Instant::now();
    let outcome = Net::new(options).download(&whole(&location), &|| waiting.get(), &mut |event| {
        waiting.set(matches!(event, Event::Retrying { .. }));
        Ok(())
    });
    assert!(matches!(outcome, Err(NetError::Cancelled { .. })), "{outcome:?}");
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_sink_that_takes_no_more_ends_the_download() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    let mut chunks = 0;
    let outcome = Net::new(options()).download(&whole(&location), &|| false, &mut |event| match event {
        Event::Chunk(_) => {
            chunks += 1;
            Err(SinkError)
        }
        _ => Ok(()),
    });
    assert!(matches!(outcome, Err(NetError::Sink { .. })), "{outcome:?}");
    assert_eq!(chunks, 1);
    assert_eq!(mirror.requests().len(), 1);
}

#[test]
fn a_size_beyond_the_cap_is_not_even_asked_for() {
    let mirror = mirror(vec![]);
    let location = archive_of(&mirror);
    let download = Download { cap: SIZE as u64 - 1, ..whole(&location) };
    let error = get(&Net::new(options()), download).error();
    assert!(matches!(error, NetError::TooLong { .. }), "{error:?}");
    assert!(mirror.requests().is_empty());
}
