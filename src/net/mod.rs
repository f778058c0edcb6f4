//! The one seam to the network: parsed addresses, small documents, streamed archives with resume and retry.
//!
//! Nothing else in the crate opens a socket. This module never prints, never writes to the disk, never reads the
//! crate's own environment variables (the HTTP client itself honours `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and
//! `NO_PROXY`, the platform's certificate store `SSL_CERT_FILE` and `SSL_CERT_DIR`) and never judges content: hashes
//! are checked by the caller. No certificate check can be switched off.

mod answer;
mod client;
mod detached;
mod download;
mod error;
mod fetch;
mod file;
mod patience;
mod url;

use std::path::PathBuf;
use std::time::Duration;

pub use client::Net;
pub use error::{Escaped, LocationError, NetError, RedirectRefused, escaped};
pub use url::Location;

/// How this process reaches the network; chosen once, by the caller.
#[derive(Debug, Clone)]
pub struct NetOptions {
    /// A PEM bundle of certificates to trust in addition to the platform's.
    pub ca_file: Option<PathBuf>,
    /// Whether `SSL_CERT_FILE` or `SSL_CERT_DIR` is set. If so, a platform store that yields no certificate is an
    /// error; if not, Mozilla's bundled roots stand in for it (bare containers).
    pub ca_env_set: bool,
    /// Whether redirects from one plain `http://` host to another are followed.
    pub insecure_mirror: bool,
    /// Whether every `http://` and `https://` request is refused with [`NetError::Offline`].
    pub offline: bool,
    /// When to try again and when to give up.
    pub retry: RetryPolicy,
    /// The `User-Agent` header of every request.
    pub user_agent: String,
}

impl Default for NetOptions {
    fn default() -> NetOptions {
        NetOptions {
            ca_file: None,
            ca_env_set: false,
            insecure_mirror: false,
            offline: false,
            retry: RetryPolicy::default(),
            user_agent: concat!("gvm-rs/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// When a transfer is tried again and when it is given up.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// Attempts in a row that may bring no new byte; the next failure is final.
    pub attempts_without_progress: u32,
    /// The wait before the first new attempt; doubled for each further one in a row.
    pub first_delay: Duration,
    /// The longest of those waits.
    pub longest_delay: Duration,
    /// The longest wait a server may ask for with `Retry-After`.
    pub longest_retry_after: Duration,
    /// The slowest transfer tolerated: at least so many bytes in each such period of waiting for
    /// the network. Time in the sink and outages that brought nothing do not count.
    pub slowest: (u64, Duration),
    /// The limit for setting up a connection.
    pub connect_timeout: Duration,
    /// The limit for an answer to begin and for each single read.
    pub read_idle: Duration,
}

impl Default for RetryPolicy {
    fn default() -> RetryPolicy {
        RetryPolicy {
            attempts_without_progress: 5,
            first_delay: Duration::from_millis(250),
            longest_delay: Duration::from_secs(8),
            longest_retry_after: Duration::from_secs(30),
            slowest: (60 * 1024, Duration::from_secs(60)),
            connect_timeout: Duration::from_secs(10),
            read_idle: Duration::from_secs(30),
        }
    }
}

/// One file to transfer.
#[derive(Debug, Clone, Copy)]
pub struct Download<'a> {
    /// Where the file is.
    pub location: &'a Location,
    /// Its exact length in bytes, if known beforehand.
    pub size: Option<u64>,
    /// The longest file accepted, in bytes.
    pub cap: u64,
    /// Bytes at the file's beginning that the caller already holds; the sink sees only what follows.
    pub offset: u64,
}

/// What happens during a [`Net::download`], in order.
#[derive(Debug)]
pub enum Event<'a> {
    /// The length of the whole file became known; sent at most once.
    Total(u64),
    /// The next bytes of the file; never empty.
    Chunk(&'a [u8]),
    /// The transfer broke off and goes on after `delay`.
    Retrying {
        /// Attempts in a row that brought nothing; 0 if the broken one did bring something.
        attempt: u32,
        /// How long is waited first.
        delay: Duration,
        /// Why, in a few words, safe to print.
        reason: &'a str,
        /// The position in the file, in bytes, where the transfer goes on.
        at: u64,
    },
}

/// The sink takes no more; its reason stays with the sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the receiver stopped")]
pub struct SinkError;

/// A finished download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The length of the whole file in bytes, including the offset it began with.
    pub length: u64,
    /// Requests made; more than one after a retry, 0 for a file or where nothing was missing.
    pub requests: u32,
}

impl Net {
    /// Fetches a small document of at most `cap` bytes, also after decompression, retrying as the policy says.
    ///
    /// # Errors
    /// Any [`NetError`] but those of sinks and ranges.
    pub fn fetch(
        &self,
        location: &Location,
        cap: u64,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, NetError> {
        match self.web(location)? {
            Some(url) => {
                let (net, wanted) = (self.clone(), url.clone());
                detached::run(url, cancelled, move || fetch::fetch(&net, &wanted, cap))
            }
            None => file::fetch(location, cap),
        }
    }

    /// Streams a file into `sink`, resuming and retrying as the policy says.
    ///
    /// `cancelled` is asked between chunks and at least every 50 ms; a connect or read that is blocked then is left
    /// behind. The content is not verified.
    ///
    /// # Errors
    /// Any [`NetError`]; after [`NetError::Changed`] what the caller holds is worthless and it has to begin at 0.
    pub fn download(
        &self,
        download: &Download<'_>,
        cancelled: &dyn Fn() -> bool,
        sink: &mut dyn FnMut(Event<'_>) -> Result<(), SinkError>,
    ) -> Result<Done, NetError> {
        match self.web(download.location)? {
            Some(url) => detached::stream(self, url, download, (cancelled, sink)),
            None => file::download(download, cancelled, sink),
        }
    }

    fn web<'a>(&self, location: &'a Location) -> Result<Option<&'a reqwest::Url>, NetError> {
        match location.as_web() {
            Some(_) if self.options().offline => Err(NetError::Offline { url: location.to_string() }),
            url => Ok(url),
        }
    }
}
