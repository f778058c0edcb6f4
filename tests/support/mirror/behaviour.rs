//! How the mirror answers one request: well, or in one of the ways a network can go wrong.

use std::time::Duration;

/// The gate that ends every [`Behaviour::Stall`].
pub const STALL_GATE: &str = "stall";

/// What happens to one request. Byte counts are of the body.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// The right answer.
    Ok,
    /// This status with a short text.
    Status(u16),
    /// 302 to this address.
    RedirectTo(String),
    /// 302 to the same address.
    RedirectLoop,
    /// 200 with a web page, as go.dev does for unknown names.
    Html200,
    /// Closes after so many bytes; `Content-Length` stays right.
    CutAfter(u64),
    /// As `CutAfter`, but the connection is reset. (Over TLS it is only closed.)
    ResetAfter(u64),
    /// Sends so many bytes, then nothing until [`STALL_GATE`] is opened or the mirror is dropped.
    Stall {
        /// Bytes sent before the silence.
        after: u64,
    },
    /// Sends the body in pieces.
    Drip {
        /// Bytes per piece.
        chunk: usize,
        /// What comes between two pieces.
        pace: Pace,
    },
    /// No `Content-Length`; the end is the close.
    NoLength,
    /// Chunked transfer encoding.
    Chunked,
    /// The right body under this `Content-Length`.
    WrongLength(u64),
    /// The right body and then zeros for ever, without a length.
    Endless,
    /// 200 and the whole body although a range was asked for.
    IgnoreRange,
    /// 206 whose range starts one byte late, body included.
    WrongRange,
    /// Another `ETag` on every request.
    EtagChanges,
    /// Inverts this byte of the resource.
    FlipByte(u64),
    /// Half of the resource, as if that were all of it.
    Short,
    /// Waits for the gate before the first byte of the head.
    Gate(String),
    /// Waits for the gate after so many bytes of the body.
    GateAfter {
        /// Bytes sent before the wait.
        bytes: u64,
        /// Name of the gate.
        gate: String,
    },
    /// The right body, gzipped and said to be so, although nobody asked.
    GzipEncodedJson,
    /// 200 with JSON that ends in the middle.
    BadJson,
    /// The right answer with a header of 1 MiB.
    HugeHeader,
    /// Something that is not HTTP.
    NotHttp,
    /// Closes without an answer.
    CloseAtOnce,
}

/// What comes between two pieces of a [`Behaviour::Drip`].
#[derive(Clone, Debug)]
pub enum Pace {
    /// So much time; keep it to a few milliseconds.
    Every(Duration),
    /// One ticket of this gate per piece.
    Gate(String),
}
