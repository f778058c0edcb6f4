//! Transfers on a thread of their own, so that a stalled server never holds whoever wants to stop.
//!
//! A blocked connect or read cannot be interrupted. Whoever stops does not wait for it: the thread is left behind,
//! finds nobody listening when its time limit has passed, and ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use reqwest::Url;

use super::client::Net;
use super::error::NetError;
use super::url::shown;
use super::{Done, Download, Event, SinkError, download};

/// How many chunks may wait for their receiver.
const AHEAD: usize = 4;
const POLL: Duration = Duration::from_millis(50);

enum Message<T> {
    Total(u64),
    Chunk(Vec<u8>),
    Retrying { attempt: u32, delay: Duration, reason: String, at: u64 },
    Ended(Result<T, NetError>),
}

/// Runs `work` to its end, unless `cancelled` says stop before.
pub(super) fn run<T: Send + 'static>(
    url: &Url,
    cancelled: &dyn Fn() -> bool,
    work: impl FnOnce() -> Result<T, NetError> + Send + 'static,
) -> Result<T, NetError> {
    // Before the thread starts: what it sends cannot be taken back.
    if cancelled() {
        return Err(NetError::Cancelled { url: shown(url) });
    }
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        // Nobody may be listening any more.
        drop(sender.send(Message::Ended(work())));
    });
    receive(url, &receiver, cancelled, &mut |_| Ok(()))
}

/// Streams `url` into the caller's sink, on the caller's thread.
pub(super) fn stream(
    net: &Net,
    url: &Url,
    wanted: &Download<'_>,
    (cancelled, sink): download::Caller<'_>,
) -> Result<Done, NetError> {
    if cancelled() {
        return Err(NetError::Cancelled { url: shown(url) });
    }
    let (sender, receiver) = sync_channel(AHEAD);
    let is_stopped = Arc::new(AtomicBool::new(false));
    let thread = Detached {
        net: net.clone(),
        url: url.clone(),
        location: wanted.location.clone(),
        is_stopped: Arc::clone(&is_stopped),
        sender,
    };
    let (size, cap, offset) = (wanted.size, wanted.cap, wanted.offset);
    std::thread::spawn(move || thread.run(size, cap, offset));
    let outcome = receive(url, &receiver, cancelled, sink);
    is_stopped.store(true, Ordering::Relaxed);
    outcome
}

struct Detached {
    net: Net,
    url: Url,
    location: super::Location,
    is_stopped: Arc<AtomicBool>,
    sender: SyncSender<Message<Done>>,
}

impl Detached {
    fn run(self, size: Option<u64>, cap: u64, offset: u64) {
        let wanted = Download { location: &self.location, size, cap, offset };
        let stopped = || self.is_stopped.load(Ordering::Relaxed);
        let outcome = download::download(
            &self.net,
            &self.url,
            &wanted,
            (&stopped, &mut |event| {
                let message = match event {
                    Event::Total(total) => Message::Total(total),
                    Event::Chunk(bytes) => Message::Chunk(bytes.to_vec()),
                    Event::Retrying { attempt, delay, reason, at } => {
                        Message::Retrying { attempt, delay, reason: reason.to_owned(), at }
                    }
                };
                self.sender.send(message).map_err(|_| SinkError)
            }),
        );
        // Nobody may be listening any more.
        drop(self.sender.send(Message::Ended(outcome)));
    }
}

fn receive<T>(
    url: &Url,
    receiver: &Receiver<Message<T>>,
    cancelled: &dyn Fn() -> bool,
    sink: &mut dyn FnMut(Event<'_>) -> Result<(), SinkError>,
) -> Result<T, NetError> {
    loop {
        let outcome = match receiver.recv_timeout(POLL) {
            Ok(Message::Ended(outcome)) => return outcome,
            Ok(Message::Total(total)) => sink(Event::Total(total)),
            Ok(Message::Chunk(bytes)) => sink(Event::Chunk(&bytes)),
            Ok(Message::Retrying { attempt, delay, reason, at }) => {
                sink(Event::Retrying { attempt, delay, reason: &reason, at })
            }
            Err(RecvTimeoutError::Timeout) => Ok(()),
            // The thread panicked, and has said so.
            Err(RecvTimeoutError::Disconnected) => return Err(NetError::Cancelled { url: shown(url) }),
        };
        outcome.map_err(|source| NetError::Sink { url: shown(url), source })?;
        if cancelled() {
            return Err(NetError::Cancelled { url: shown(url) });
        }
    }
}
