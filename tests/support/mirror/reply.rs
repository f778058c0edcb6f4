//! Turns a request and a behaviour into an answer, without sending anything.

use std::sync::Arc;

use super::behaviour::{Behaviour, Pace, STALL_GATE};
use super::state::{Request, State, sha256};
use crate::support::raw_tar::gzip;

const LAST_MODIFIED: &str = "Tue, 02 Jul 2024 18:00:00 GMT";

/// What goes over the wire for one request.
pub enum Answer {
    /// An HTTP response.
    Reply(Reply),
    /// These bytes, then the end.
    Raw(&'static [u8]),
    /// The end at once.
    Nothing,
}

/// An HTTP response before it is written.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub framing: Framing,
    pub flow: Flow,
}

/// How the other side learns where the body ends.
pub enum Framing {
    Length(u64),
    Close,
    Chunked,
}

/// What happens while the body is sent.
pub enum Flow {
    Whole,
    Cut(u64),
    Reset(u64),
    Gate { at: u64, name: String },
    Drip { chunk: usize, pace: Pace },
    Endless,
}

/// Something that can be fetched.
pub struct Resource {
    pub bytes: Arc<Vec<u8>>,
    pub content_type: &'static str,
    pub etag: String,
}

impl Resource {
    /// What the mirror has under this request's path, if anything.
    pub fn find(state: &State, request: &Request) -> Option<Self> {
        if let Some(bytes) = state.pages.get(request.path()) {
            return Some(Self::new(bytes.clone(), "application/octet-stream"));
        }
        let name = request.path().strip_prefix("/dl/")?;
        if name == "index.json" || (name.is_empty() && request.target.contains("mode=json")) {
            return Some(Self::new(Arc::new(state.index()), "application/json"));
        }
        let archive = state.archives.iter().rfind(|archive| archive.file == name)?;
        Some(Self::new(archive.bytes.clone(), "application/gzip"))
    }

    fn new(bytes: Arc<Vec<u8>>, content_type: &'static str) -> Self {
        let etag = format!("\"{}\"", &sha256(&bytes)[..16]);
        Self { bytes, content_type, etag }
    }
}

/// The answer to the `k`-th request of a script, counted from 0.
pub fn answer(step: Behaviour, k: usize, resource: Option<Resource>, request: &Request) -> Answer {
    let location = |to: String| Reply::text(302, "moved").with("Location", to);
    let reply = match step {
        Behaviour::CloseAtOnce => return Answer::Nothing,
        Behaviour::NotHttp => return Answer::Raw(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
        Behaviour::Status(status) => Reply::text(status, "as told"),
        Behaviour::RedirectTo(to) => location(to),
        Behaviour::RedirectLoop => location(request.target.clone()),
        Behaviour::Html200 => Reply::new(200, "text/html", PAGE.to_vec()),
        Behaviour::BadJson => Reply::new(200, "application/json", b"[{\"version\": ".to_vec()),
        step => match resource {
            Some(resource) => from_resource(step, k, resource, request),
            None => Reply::text(404, "no such file"),
        },
    };
    Answer::Reply(reply)
}

fn from_resource(step: Behaviour, k: usize, mut resource: Resource, request: &Request) -> Reply {
    match &step {
        Behaviour::EtagChanges => resource.etag = format!("\"changes-{k}\""),
        Behaviour::FlipByte(at) => flip(&mut resource, *at),
        Behaviour::Short => {
            let half = resource.bytes.len() / 2;
            resource.bytes = Arc::new(resource.bytes[..half].to_vec());
        }
        Behaviour::GzipEncodedJson => resource.bytes = Arc::new(gzip(&resource.bytes)),
        _ => {}
    }
    let mut reply = match &step {
        Behaviour::IgnoreRange => Reply::whole(&resource),
        Behaviour::WrongRange => ranged(&resource, request, 1),
        _ => ranged(&resource, request, 0),
    };
    match step {
        Behaviour::NoLength => reply.framing = Framing::Close,
        Behaviour::Chunked => reply.framing = Framing::Chunked,
        Behaviour::WrongLength(length) => reply.framing = Framing::Length(length),
        Behaviour::Endless => {
            reply.framing = Framing::Close;
            reply.flow = Flow::Endless;
        }
        Behaviour::CutAfter(at) => reply.flow = Flow::Cut(at),
        Behaviour::ResetAfter(at) => reply.flow = Flow::Reset(at),
        Behaviour::Stall { after: at } => {
            let name = STALL_GATE.to_owned();
            reply.flow = Flow::Gate { at, name };
        }
        Behaviour::GateAfter { bytes: at, gate } => reply.flow = Flow::Gate { at, name: gate },
        Behaviour::Drip { chunk, pace } => reply.flow = Flow::Drip { chunk, pace },
        Behaviour::GzipEncodedJson => reply = reply.with("Content-Encoding", "gzip".into()),
        Behaviour::HugeHeader => reply = reply.with("X-Huge", "h".repeat(1 << 20)),
        _ => {}
    }
    reply
}

fn flip(resource: &mut Resource, at: u64) {
    let bytes = Arc::make_mut(&mut resource.bytes);
    if let Some(byte) = usize::try_from(at).ok().and_then(|at| bytes.get_mut(at)) {
        *byte = !*byte;
    }
}

/// Honours `If-None-Match`, `Range` and `If-Range`; a range starts `shift` bytes late.
fn ranged(resource: &Resource, request: &Request, shift: usize) -> Reply {
    if request.header("If-None-Match") == Some(&resource.etag) {
        return Reply::new(304, resource.content_type, Vec::new()).with("ETag", resource.etag.clone());
    }
    let current = request
        .header("If-Range")
        .is_none_or(|condition| condition == resource.etag || condition == LAST_MODIFIED);
    let total = resource.bytes.len();
    let asked = request.header("Range").filter(|_| current);
    let Some((first, last)) = asked.and_then(|range| parse_range(range, total)) else {
        return Reply::whole(resource);
    };
    if first >= total || last < first {
        return Reply::text(416, "no such range").with("Content-Range", format!("bytes */{total}"));
    }
    let first = (first + shift).min(last);
    let mut reply = Reply::whole(resource);
    reply.status = 206;
    reply.body = resource.bytes[first..=last].to_vec();
    reply.framing = Framing::Length(reply.body.len() as u64);
    reply.with("Content-Range", format!("bytes {first}-{last}/{total}"))
}

/// First and last byte of a single range; `None` for what is to be ignored, such as several ranges.
fn parse_range(range: &str, total: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = total.saturating_sub(1);
    if first.is_empty() {
        let suffix: usize = last.parse().ok()?;
        return Some((total.saturating_sub(suffix), end));
    }
    let last = match last {
        "" => end,
        last => last.parse::<usize>().ok()?.min(end),
    };
    let first: usize = first.parse().ok()?;
    // Beyond the end, `last` is meaningless: the caller answers 416.
    Some((first, if first >= total { first } else { last }))
}

impl Reply {
    fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", content_type.to_owned())],
            framing: Framing::Length(body.len() as u64),
            body,
            flow: Flow::Whole,
        }
    }

    fn text(status: u16, text: &str) -> Self {
        Self::new(status, "text/plain", format!("{text}\n").into_bytes())
    }

    fn whole(resource: &Resource) -> Self {
        Self::new(200, resource.content_type, resource.bytes.to_vec())
            .with("ETag", resource.etag.clone())
            .with("Last-Modified", LAST_MODIFIED.to_owned())
            .with("Accept-Ranges", "bytes".to_owned())
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// How many bytes of the body will be sent; `None` if there is no end.
    pub fn ends_at(&self) -> Option<u64> {
        let whole = self.body.len() as u64;
        match self.flow {
            Flow::Endless => None,
            Flow::Cut(end) | Flow::Reset(end) => Some(end.min(whole)),
            _ => Some(whole),
        }
    }

    /// Status line and headers.
    pub fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} Whatever\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match self.framing {
            Framing::Length(length) => head.push_str(&format!("Content-Length: {length}\r\n")),
            Framing::Chunked => head.push_str("Transfer-Encoding: chunked\r\n"),
            Framing::Close => head.push_str("Connection: close\r\n"),
        }
        head.push_str("\r\n");
        head
    }
}

const PAGE: &[u8] =
    b"<!DOCTYPE html>\n<html><head><title>The Go Programming Language</title></head></html>\n";
