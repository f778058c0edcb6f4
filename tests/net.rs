//! The network seam against a mirror that misbehaves: what arrives, what is asked for, what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod support;

#[path = "net/canned.rs"]
mod canned;
#[path = "net/files.rs"]
mod files;
#[path = "net/redirects.rs"]
mod redirects;
#[path = "net/refusals.rs"]
mod refusals;
#[path = "net/resume.rs"]
mod resume;
#[path = "net/small.rs"]
mod small;
#[path = "net/stops.rs"]
mod stops;
#[path = "net/trust.rs"]
mod trust;

use std::time::Duration;

use gvm_rs::net::{Done, Download, Event, Location, Net, NetError, NetOptions, RetryPolicy};
use support::{Behaviour, Mirror};

const VERSION: &str = "1.22.5";
const FILE: &str = "go1.22.5.linux-amd64.tar.gz";
const PATH: &str = "/dl/go1.22.5.linux-amd64.tar.gz";
/// Longer than two buffers of a transfer, and no multiple of anything.
const SIZE: usize = 700_001;

/// The archive: every position is recognisable.
fn content() -> Vec<u8> {
    (0..SIZE as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// A mirror that serves the archive after these steps.
fn mirror(steps: Vec<Behaviour>) -> Mirror {
    offering(Mirror::start(), steps)
}

fn offering(mirror: Mirror, steps: Vec<Behaviour>) -> Mirror {
    mirror.add_bytes(VERSION, "linux-amd64", content());
    if !steps.is_empty() {
        mirror.behave(PATH, steps);
    }
    mirror
}

/// Options that wait for next to nothing between attempts, but patiently for an answer.
fn options() -> NetOptions {
    NetOptions {
        retry: RetryPolicy {
            first_delay: Duration::from_millis(1),
            longest_delay: Duration::from_millis(4),
            longest_retry_after: Duration::from_millis(9),
            ..RetryPolicy::default()
        },
        ..NetOptions::default()
    }
}

fn location(text: &str) -> Location {
    Location::parse(text, false).unwrap()
}

fn archive_of(mirror: &Mirror) -> Location {
    location(&mirror.base()).join(FILE).unwrap()
}

/// A download by its defaults: of known size, from the start.
fn whole(location: &Location) -> Download<'_> {
    Download { location, size: Some(SIZE as u64), cap: SIZE as u64, offset: 0 }
}

/// A download of a file whose size nobody told.
fn unsized_(location: &Location) -> Download<'_> {
    Download { size: None, cap: 1 << 20, ..whole(location) }
}

/// What a sink saw.
#[derive(Debug)]
struct Got {
    bytes: Vec<u8>,
    longest: usize,
    totals: Vec<u64>,
    /// Attempt, delay, position and reason.
    retries: Vec<(u32, Duration, u64, String)>,
    outcome: Result<Done, NetError>,
}

impl Got {
    /// The error, if that is what it ended with.
    fn error(self) -> NetError {
        self.outcome.unwrap_err()
    }

    /// Fails the test unless everything from `offset` on arrived; returns the number of requests.
    fn complete_from(&self, offset: usize) -> u32 {
        let done = self.outcome.as_ref().unwrap();
        assert_eq!(done.length, SIZE as u64);
        assert!(self.bytes == content()[offset..], "other bytes");
        done.requests
    }
}

fn get(net: &Net, download: Download<'_>) -> Got {
    let (mut bytes, mut totals, mut retries) = (Vec::new(), Vec::new(), Vec::new());
    let mut longest = 0;
    let outcome = net.download(&download, &|| false, &mut |event| {
        match event {
            Event::Total(total) => totals.push(total),
            Event::Chunk(chunk) => {
                assert!(!chunk.is_empty());
                longest = longest.max(chunk.len());
                bytes.extend_from_slice(chunk);
            }
            Event::Retrying { attempt, delay, reason, at } => {
                retries.push((attempt, delay, at, reason.to_owned()))
            }
        }
        Ok(())
    });
    Got { bytes, longest, totals, retries, outcome }
}

/// One download of known size with a new `Net`.
fn get_whole(mirror: &Mirror) -> Got {
    get(&Net::new(options()), whole(&archive_of(mirror)))
}

/// One download of unknown size with a new `Net`.
fn get_unsized(mirror: &Mirror) -> Got {
    get(&Net::new(options()), unsized_(&archive_of(mirror)))
}
