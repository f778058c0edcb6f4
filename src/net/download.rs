//! One file from the web: streamed, resumed where it broke off, never longer than allowed.
//!
//! Invariant: the sink sees each byte position from the offset on exactly once and in order, however many requests it
//! takes. Whether the bytes are the right ones is for the caller's hash to decide.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use reqwest::blocking::Response;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use reqwest::{StatusCode, Url};

use super::answer::{self, ContentRange};
use super::client::{Net, cut, send, wrong_status};
use super::error::NetError;
use super::patience::{Again, Broken, Pace, Retries, wait};
use super::url::shown;
use super::{Done, Download, Event, SinkError};

/// The one buffer of a transfer, in bytes.
pub(super) const BUFFER: usize = 256 * 1024;
/// A chunk is handed on once it is this long …
const CHUNK: usize = 128 * 1024;
/// … or its first byte is this old, so that a slow line still shows progress.
const LINGER: Duration = Duration::from_millis(50);

/// The caller's side of a transfer: whether to stop, and where the bytes go.
pub(super) type Caller<'a> = (&'a dyn Fn() -> bool, &'a mut dyn FnMut(Event<'_>) -> Result<(), SinkError>);

/// Streams `url` into the caller's sink.
pub(super) fn download(
    net: &Net,
    url: &Url,
    wanted: &Download<'_>,
    caller: Caller<'_>,
) -> Result<Done, NetError> {
    let policy = &net.options().retry;
    let transfer = Transfer {
        net,
        url,
        wanted,
        cancelled: caller.0,
        sink: caller.1,
        position: wanted.offset,
        total: wanted.size,
        announced: false,
        validator: None,
        whole_only: false,
        pace: Pace::new(policy),
        buffer: Vec::new(),
        requests: 0,
    };
    transfer.run(Retries::new(policy))
}

struct Transfer<'a> {
    net: &'a Net,
    url: &'a Url,
    wanted: &'a Download<'a>,
    cancelled: &'a dyn Fn() -> bool,
    sink: &'a mut dyn FnMut(Event<'_>) -> Result<(), SinkError>,
    /// Where in the file the next byte for the sink is.
    position: u64,
    /// The file's length, once known.
    total: Option<u64>,
    announced: bool,
    /// What the first answer said to tell this state of the file from others.
    validator: Option<HeaderValue>,
    /// Whether the server cannot be trusted with ranges.
    whole_only: bool,
    pace: Pace,
    buffer: Vec<u8>,
    requests: u32,
}

impl Transfer<'_> {
    fn run(mut self, mut retries: Retries<'_>) -> Result<Done, NetError> {
        self.check_sizes()?;
        while self.total != Some(self.position) {
            let before = self.position;
            let again = match self.attempt() {
                Ok(()) => break,
                Err(Broken::Final(error)) => return Err(error),
                Err(Broken::Again(again)) => again,
            };
            self.pause(again, &mut retries, before < self.position)?;
        }
        Ok(Done { length: self.position, requests: self.requests })
    }

    fn check_sizes(&self) -> Result<(), NetError> {
        let cap = self.wanted.cap;
        if self.position > cap || self.total.is_some_and(|total| total > cap) {
            return Err(NetError::TooLong { url: self.shown(), cap });
        }
        if self.total.is_some_and(|total| total < self.position) {
            return Err(NetError::Changed { url: self.shown() });
        }
        Ok(())
    }

    fn pause(&mut self, again: Again, retries: &mut Retries<'_>, progressed: bool) -> Result<(), NetError> {
        let Some(delay) = retries.next_delay(again.after, progressed) else {
            return Err(again.error);
        };
        self.pace.broke_off(progressed, delay, self.url)?;
        let event =
            Event::Retrying { attempt: retries.in_vain(), delay, reason: &again.reason, at: self.position };
        hand_on(self.sink, event, self.url)?;
        if wait(delay, self.cancelled) { Ok(()) } else { Err(self.stopped()) }
    }

    fn attempt(&mut self) -> Result<(), Broken> {
        if (self.cancelled)() {
            return Err(self.stopped().into());
        }
        let client = self.net.client(self.url)?;
        let mut request = client.get(self.url.clone()).header(ACCEPT_ENCODING, "identity");
        if self.asks_for_rest() {
            request = request.header(RANGE, format!("bytes={}-", self.position));
            if let Some(validator) = &self.validator {
                request = request.header(IF_RANGE, validator);
            }
        }
        self.requests += 1;
        let begin = Instant::now();
        let outcome = send(request, self.url);
        self.pace.waited(begin.elapsed());
        let mut response = outcome?;
        let Some(held) = self.accept(&response)? else {
            return Ok(());
        };
        // Invariant: asked before the first read, after which the response no longer knows.
        let framed = response.content_length().is_some();
        self.buffer.resize(BUFFER, 0);
        self.skip(&mut response, held)?;
        self.stream(&mut response)?;
        if framed { Ok(()) } else { self.expect_end(&mut response) }
    }

    /// Judges an answer by its headers; returns how many bytes of its body are already held, or `None` if the file is
    /// complete.
    fn accept(&mut self, response: &Response) -> Result<Option<u64>, Broken> {
        let headers = response.headers();
        let status = response.status();
        if status == StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(self.accept_nothing(headers).map(|()| None)?);
        }
        if answer::is_html(headers) {
            return Err(NetError::HtmlInsteadOfArchive { url: self.shown() }.into());
        }
        let held = if status == StatusCode::PARTIAL_CONTENT {
            self.accept_part(headers)?;
            0
        } else {
            self.accept_total(response.content_length())?;
            self.position
        };
        self.accept_validator(headers)?;
        if let (Some(total), false) = (self.total, self.announced) {
            self.announced = true;
            hand_on(self.sink, Event::Total(total), self.url)?;
        }
        Ok(Some(held))
    }

    /// 416: fine if there is nothing beyond what is held.
    fn accept_nothing(&mut self, headers: &HeaderMap) -> Result<(), NetError> {
        if !self.asks_for_rest() {
            return Err(wrong_status(StatusCode::RANGE_NOT_SATISFIABLE, self.shown()));
        }
        if let Some(ContentRange::Nothing { total }) = answer::content_range(headers) {
            self.accept_total(Some(total))?;
            if total == self.position {
                return Ok(());
            }
        }
        Err(NetError::Changed { url: self.shown() })
    }

    /// 206: must be exactly the rest that was asked for.
    fn accept_part(&mut self, headers: &HeaderMap) -> Result<(), Broken> {
        if !self.asks_for_rest() {
            return Err(wrong_status(StatusCode::PARTIAL_CONTENT, self.shown()).into());
        }
        match answer::content_range(headers) {
            Some(ContentRange::Part { start, total })
                if start == self.position && (total.is_some() || self.total.is_some()) =>
            {
                Ok(self.accept_total(total)?)
            }
            _ => {
                self.whole_only = true;
                let error = NetError::WrongRange { url: self.shown() };
                Err(Broken::again(error, "the server sent another part than asked for"))
            }
        }
    }

    fn accept_total(&mut self, offered: Option<u64>) -> Result<(), NetError> {
        let Some(offered) = offered else {
            return Ok(());
        };
        match (self.wanted.size, self.total) {
            (Some(expected), _) if expected != offered => {
                Err(NetError::WrongSize { url: self.shown(), expected, offered })
            }
            (None, Some(total)) if total != offered => Err(NetError::Changed { url: self.shown() }),
            _ => {
                self.total = Some(offered);
                self.check_sizes()
            }
        }
    }

    fn accept_validator(&mut self, headers: &HeaderMap) -> Result<(), NetError> {
        match (&self.validator, answer::validator(headers)) {
            (Some(old), Some(new)) if old != new => Err(NetError::Changed { url: self.shown() }),
            (None, Some(new)) => {
                self.validator = Some(new.clone());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Reads past the first `held` bytes of a whole file.
    fn skip(&mut self, response: &mut Response, held: u64) -> Result<(), Broken> {
        let mut left = held;
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
            match self.read(response, 0..room)? {
                0 => return Err(cut(self.url, self.position, None)),
                arrived => left -= arrived as u64,
            }
        }
        Ok(())
    }

    fn stream(&mut self, response: &mut Response) -> Result<(), Broken> {
        let end = self.total.unwrap_or(self.wanted.cap);
        while self.position < end {
            let (filled, outcome) = self.fill(response, end);
            self.position += filled as u64;
            if let Some(chunk) = self.buffer.get(..filled).filter(|chunk| !chunk.is_empty()) {
                hand_on(self.sink, Event::Chunk(chunk), self.url)?;
            }
            match outcome {
                Ok(Flow::More) => {}
                Ok(Flow::End) if self.total.is_none() => return Ok(()),
                Ok(Flow::End) => return Err(cut(self.url, self.position, None)),
                Err(broken) => return Err(broken),
            }
        }
        Ok(())
    }

    /// Reads until a chunk is due; the bytes in the buffer count whatever the outcome.
    fn fill(&mut self, response: &mut Response, end: u64) -> (usize, Result<Flow, Broken>) {
        let mut filled = 0;
        let mut first = None;
        loop {
            let left = end - self.position - filled as u64;
            let room = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER - filled);
            match self.read(response, filled..filled + room) {
                Ok(0) => return (filled, Ok(Flow::End)),
                Ok(arrived) => filled += arrived,
                Err(broken) => return (filled, Err(broken)),
            }
            let first = *first.get_or_insert_with(Instant::now);
            if filled >= CHUNK || filled as u64 + self.position == end || first.elapsed() >= LINGER {
                return (filled, Ok(Flow::More));
            }
        }
    }

    /// A body without a length of its own must end where the file ends; if it just does not end, so be it.
    fn expect_end(&mut self, response: &mut Response) -> Result<(), Broken> {
        let cap = self.total.unwrap_or(self.wanted.cap);
        match self.read(response, 0..1) {
            Ok(arrived) if arrived > 0 => Err(NetError::TooLong { url: self.shown(), cap }.into()),
            Ok(_) | Err(Broken::Again(_)) => Ok(()),
            Err(broken) => Err(broken),
        }
    }

    fn read(&mut self, response: &mut Response, part: std::ops::Range<usize>) -> Result<usize, Broken> {
        loop {
            if (self.cancelled)() {
                return Err(self.stopped().into());
            }
            let begin = Instant::now();
            let outcome = response.read(self.buffer.get_mut(part.clone()).unwrap_or_default());
            self.pace.waited(begin.elapsed());
            match outcome {
                Ok(arrived) => {
                    self.pace.arrived(arrived as u64, self.url)?;
                    return Ok(arrived);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(cut(self.url, self.position, Some(error))),
            }
        }
    }

    fn asks_for_rest(&self) -> bool {
        self.position > 0 && !self.whole_only
    }

    fn stopped(&self) -> NetError {
        NetError::Cancelled { url: self.shown() }
    }

    fn shown(&self) -> String {
        shown(self.url)
    }
}

/// Whether a body goes on.
enum Flow {
    More,
    End,
}

fn hand_on(
    sink: &mut dyn FnMut(Event<'_>) -> Result<(), SinkError>,
    event: Event<'_>,
    url: &Url,
) -> Result<(), NetError> {
    sink(event).map_err(|source| NetError::Sink { url: shown(url), source })
}
