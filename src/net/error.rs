//! What can go wrong on the network, and how remote text is made safe to print.
//!
//! Messages carry the URL without credentials and no text of the server's own; the client's errors are chained as
//! sources.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A text that is not an acceptable source of archives or indexes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocationError {
    /// Neither an absolute path nor a URL.
    #[error("`{text}` is neither a URL nor an absolute path")]
    NotALocation {
        /// The text, escaped and shortened.
        text: String,
    },
    /// A URL scheme other than https, http and file.
    #[error("`{url}` does not begin with https:// or file://")]
    Scheme {
        /// The URL without credentials.
        url: String,
    },
    /// Plain http to another machine.
    #[error("`{url}` is plain http to another machine")]
    PlainHttp {
        /// The URL without credentials.
        url: String,
    },
    /// A fragment (`#…`), which no server ever sees.
    #[error("`{url}` has a fragment (`#`)")]
    Fragment {
        /// The URL without credentials.
        url: String,
    },
    /// A `file://` URL that names no absolute path on this machine.
    #[error("`{url}` names no absolute path on this machine")]
    FileHost {
        /// The URL.
        url: String,
    },
    /// A file name that is not one plain path component.
    #[error("`{name}` is not a plain file name")]
    FileName {
        /// The name, escaped and shortened.
        name: String,
    },
}

/// A redirect that is not followed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectRefused {
    /// More redirects in a row than allowed.
    #[error("more than {limit} redirects")]
    TooMany {
        /// How many are allowed.
        limit: usize,
    },
    /// A redirect to an address that was already asked.
    #[error("redirected in a circle to {url}")]
    Loop {
        /// The address.
        url: String,
    },
    /// A redirect from https to anything else, or from this machine to plain http elsewhere.
    #[error("redirected to an address that is not https: {url}")]
    Downgrade {
        /// The address.
        url: String,
    },
}

/// A failed transfer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// A network address in offline mode; nothing was sent.
    #[error("cannot fetch {url}: offline")]
    Offline {
        /// What was asked for.
        url: String,
    },
    /// The caller asked to stop.
    #[error("stopped fetching {url}")]
    Cancelled {
        /// What was being fetched.
        url: String,
    },
    /// The sink took no more.
    #[error("cannot hand on {url}")]
    Sink {
        /// What was being fetched.
        url: String,
        /// The sink's refusal; its reason stays with the sink.
        #[source]
        source: super::SinkError,
    },
    /// The HTTP client could not be set up.
    #[error("cannot set up the HTTPS client")]
    Client {
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The extra certificates could not be read.
    #[error("cannot read certificates from `{}`", escaped(&path.to_string_lossy()))]
    CaFile {
        /// The PEM bundle.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file of extra certificates holds none that can be used.
    #[error("no usable certificate in `{}`", escaped(&path.to_string_lossy()))]
    NoCertificate {
        /// The PEM bundle.
        path: PathBuf,
        /// Why, where there was something like one.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// No connection, or none that TLS trusts.
    #[error("cannot connect to {url}")]
    Connect {
        /// What was asked for.
        url: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// A connection, but no sound answer.
    #[error("no answer from {url}")]
    NoAnswer {
        /// What was asked for.
        url: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// A redirect that is not followed; the source says which rule it breaks.
    #[error("cannot follow the redirect from {url}")]
    Redirect {
        /// What was asked for.
        url: String,
        /// Why; a [`RedirectRefused`] is at its end.
        #[source]
        source: reqwest::Error,
    },
    /// The server, or the directory, does not have it (404, 410).
    #[error("{url} does not exist")]
    NotFound {
        /// What was asked for.
        url: String,
    },
    /// Any other answer that is not the file.
    #[error("{url} was answered with status {code}")]
    Status {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        code: u16,
    },
    /// A web page: a login or block page stands in front of the server.
    #[error("{url} was answered with a web page instead of an archive")]
    HtmlInsteadOfArchive {
        /// What was asked for.
        url: String,
    },
    /// A length that cannot be right; nothing of the body was read.
    #[error("{url} has {offered} bytes where {expected} are expected")]
    WrongSize {
        /// What was asked for.
        url: String,
        /// The known length in bytes.
        expected: u64,
        /// The offered length in bytes.
        offered: u64,
    },
    /// More bytes than allowed.
    #[error("{url} is longer than {cap} bytes")]
    TooLong {
        /// What was asked for.
        url: String,
        /// The limit in bytes.
        cap: u64,
    },
    /// Fewer bytes over a longer time than tolerated.
    #[error("{url} came too slowly: {bytes} bytes in {seconds} s")]
    TooSlow {
        /// What was asked for.
        url: String,
        /// What came.
        bytes: u64,
        /// In how many seconds.
        seconds: u64,
    },
    /// The file is another one than when the transfer began; the caller has to begin at its start.
    #[error("{url} changed during the transfer")]
    Changed {
        /// What was asked for.
        url: String,
    },
    /// The answer to a resumed request is not the part that was asked for.
    #[error("{url} was answered with another part than asked for")]
    WrongRange {
        /// What was asked for.
        url: String,
    },
    /// The transfer broke off; retries brought no further byte.
    #[error("the transfer of {url} broke off after {at} bytes")]
    Cut {
        /// What was asked for.
        url: String,
        /// Bytes of the file that arrived.
        at: u64,
        /// Why; none if the server simply ended early.
        #[source]
        source: Option<io::Error>,
    },
    /// A compressed document that cannot be decompressed.
    #[error("cannot decompress {url}")]
    Gzip {
        /// What was asked for.
        url: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A local file that cannot be read, or is none.
    #[error("cannot read {url}")]
    File {
        /// The file.
        url: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Makes remote text safe to print: see [`Escaped`].
pub fn escaped(text: &str) -> Escaped<'_> {
    Escaped(text)
}

/// Remote text whose control characters and direction marks are shown as `\u{..}`.
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for c in self.0.chars() {
            if rewrites_the_terminal(c) {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

fn rewrites_the_terminal(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn terminal_sequences_are_shown_not_obeyed() {
        assert_eq!(escaped("a\x1b]0;x\x07\r\u{9b}b").to_string(), "a\\u{1b}]0;x\\u{7}\\u{d}\\u{9b}b");
    }

    #[test]
    fn direction_marks_are_shown_not_obeyed() {
        assert_eq!(escaped("\u{202e}gz\u{2066}\u{200f}").to_string(), "\\u{202e}gz\\u{2066}\\u{200f}");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        assert_eq!(escaped("go1.22.5 – größe 语").to_string(), "go1.22.5 – größe 语");
    }
}
