//! One connection of the mirror: reads requests, writes answers, keeps the log.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use super::behaviour::{Behaviour, Pace};
use super::reply::{Answer, Flow, Framing, Reply, Resource, answer};
use super::state::{Request, Shared};

/// Bytes per write; the log of bytes sent is this fine.
const PIECE: usize = 16 * 1024;

/// A request head longer than this ends the connection.
const LONGEST_HEAD: usize = 64 * 1024;

/// What a connection talks through: a socket, or TLS over one.
pub trait Wire: Read + Write {
    /// Says that nothing more will come, where closing alone does not say so.
    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes the wire for a new connection.
pub type Wrap = dyn Fn(Socket) -> io::Result<Box<dyn Wire>> + Send + Sync;

/// A socket that the mirror can end from another thread without holding it open.
#[derive(Clone)]
pub struct Socket(pub Arc<TcpStream>);

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        (&*self.0).write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

impl Wire for Socket {}

/// Whether the connection can serve another request.
#[derive(PartialEq, Eq)]
enum After {
    Keep,
    Close,
    /// Close with the last byte of the request unread, which makes the kernel send a reset.
    Reset,
}

pub struct Connection<'a> {
    pub wire: Box<dyn Wire>,
    pub shared: &'a Shared,
    pub number: usize,
}

impl Connection<'_> {
    /// Answers until either side has enough.
    pub fn serve(&mut self) {
        while let Ok(Some(request)) = self.read_request() {
            let close = request.header("Connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
            let at = self.shared.update(|state| {
                let started = state.tick();
                state.log.push(Request { started, ..request.clone() });
                state.log.len() - 1
            });
            let after = self.respond(&request, at).unwrap_or(After::Close);
            self.finish(at);
            if after == After::Reset || !self.take_last_byte() || after == After::Close || close {
                return;
            }
        }
    }

    fn respond(&mut self, request: &Request, at: usize) -> io::Result<After> {
        let (step, k) = self.shared.update(|state| state.next_step(request));
        if let Behaviour::Gate(name) = &step
            && !self.shared.pass(name)
        {
            return Ok(After::Close);
        }
        let resource = Resource::find(&self.shared.lock(), request);
        match answer(step, k, resource, request) {
            Answer::Nothing => {
                self.finish(at);
                Ok(After::Close)
            }
            Answer::Raw(bytes) => {
                self.finish(at);
                self.wire.write_all(bytes)?;
                Ok(After::Close)
            }
            Answer::Reply(reply) => {
                let bodiless = request.method == "HEAD" || reply.status == 304;
                let ends_at = if bodiless { Some(0) } else { reply.ends_at() };
                self.shared.update(|state| state.log[at].status = reply.status);
                self.add(at, 0, ends_at);
                self.wire.write_all(reply.head().as_bytes())?;
                self.wire.flush()?;
                if bodiless {
                    return Ok(After::Keep);
                }
                self.send_body(&reply, at)
            }
        }
    }

    fn send_body(&mut self, reply: &Reply, at: usize) -> io::Result<After> {
        let body = &reply.body[..];
        let upto = |end: u64| usize::try_from(end).unwrap_or(body.len()).min(body.len());
        match &reply.flow {
            Flow::Whole => self.write(reply, body, at)?,
            Flow::Cut(end) => {
                self.write(reply, &body[..upto(*end)], at)?;
                return Ok(After::Close);
            }
            Flow::Reset(end) => {
                self.write(reply, &body[..upto(*end)], at)?;
                return Ok(After::Reset);
            }
            Flow::Gate { at: gate, name } => {
                self.write(reply, &body[..upto(*gate)], at)?;
                if !self.shared.pass(name) {
                    return Ok(After::Close);
                }
                self.write(reply, &body[upto(*gate)..], at)?;
            }
            Flow::Drip { chunk, pace } => {
                for piece in body.chunks((*chunk).max(1)) {
                    self.write(reply, piece, at)?;
                    let go_on = match pace {
                        Pace::Every(time) => self.shared.pause(*time),
                        Pace::Gate(name) => self.shared.pass(name),
                    };
                    if !go_on {
                        return Ok(After::Close);
                    }
                }
            }
            Flow::Endless => {
                self.write(reply, body, at)?;
                loop {
                    self.write(reply, &[0; PIECE], at)?;
                }
            }
        }
        if matches!(reply.framing, Framing::Chunked) {
            self.wire.write_all(b"0\r\n\r\n")?;
            self.wire.flush()?;
        }
        Ok(match reply.framing {
            Framing::Length(length) if length == body.len() as u64 => After::Keep,
            Framing::Chunked => After::Keep,
            _ => {
                self.wire.end()?;
                After::Close
            }
        })
    }

    /// Writes a stretch of the body and counts it.
    fn write(&mut self, reply: &Reply, stretch: &[u8], at: usize) -> io::Result<()> {
        let chunked = matches!(reply.framing, Framing::Chunked);
        for piece in stretch.chunks(PIECE) {
            self.add(at, piece.len() as u64, reply.ends_at());
            if chunked {
                write!(self.wire, "{:x}\r\n", piece.len())?;
            }
            self.wire.write_all(piece)?;
            if chunked {
                self.wire.write_all(b"\r\n")?;
            }
            self.wire.flush()?;
        }
        Ok(())
    }

    /// Counts bytes that are about to be written. Invariant: the log is never behind what the client has
    /// seen, so an answer counts as finished before its last byte leaves.
    fn add(&self, at: usize, bytes: u64, ends_at: Option<u64>) {
        let ended = self.shared.update(|state| {
            state.log[at].sent += bytes;
            Some(state.log[at].sent) == ends_at
        });
        if ended {
            self.finish(at);
        }
    }

    fn finish(&self, at: usize) {
        self.shared.update(|state| {
            let now = state.tick();
            state.log[at].finished.get_or_insert(now);
        });
    }

    /// Reads a request head but for its last byte; `None` at the end of the connection.
    fn read_request(&mut self) -> io::Result<Option<Request>> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r") {
            if self.wire.read(&mut byte)? == 0 || head.len() > LONGEST_HEAD {
                return Ok(None);
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head);
        let mut lines = head.lines();
        let mut first = lines.next().unwrap_or_default().split(' ');
        Ok(Some(Request {
            method: first.next().unwrap_or_default().to_owned(),
            target: first.next().unwrap_or_default().to_owned(),
            headers: lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect(),
            connection: self.number,
            started: 0,
            finished: None,
            sent: 0,
            status: 0,
        }))
    }

    fn take_last_byte(&mut self) -> bool {
        matches!(self.wire.read(&mut [0]), Ok(1))
    }
}
