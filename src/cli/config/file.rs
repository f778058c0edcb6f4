//! The configuration file: its keys, and how it is read. It knows no defaults and no environment.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use gvm_rs::net::escaped;
use gvm_rs::store::Proof;
use serde::Deserialize;

/// The configuration file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) mirror: Option<String>,
    pub(super) index: Option<String>,
    pub(super) release_url: Option<String>,
    pub(super) insecure_mirror: Option<bool>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) downloads: Option<NonZeroUsize>,
    pub(super) keep_archives: Option<bool>,
    pub(super) lock_timeout: Option<u64>,
    pub(super) proof: Option<Proof>,
    pub(super) check: Option<String>,
    pub(super) hook: Option<bool>,
    pub(super) proof_timeout: Option<NonZeroU64>,
    pub(super) build_timeout: Option<NonZeroU64>,
    pub(super) gobin: Option<bool>,
    pub(super) retries: Option<u32>,
    pub(super) retry_delay_ms: Option<u64>,
}

/// A text that is not a configuration file.
#[derive(Debug)]
pub(crate) struct Malformed {
    /// Counted from 1.
    pub(super) line: usize,
    /// What is wrong, in one line, safe to print.
    pub(super) reason: String,
}

const LONGEST_REASON: usize = 300;

/// Reads the text of a configuration file.
pub(super) fn parse(text: &str) -> Result<File, Malformed> {
    // The parser's whole error has several lines and quotes the file, where a password may be; its message alone may
    // quote a key, however long.
    toml::from_str(text).map_err(|error| {
        let reason: String = error.message().replace('\n', ", ").chars().take(LONGEST_REASON).collect();
        Malformed {
            line: error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1),
            reason: escaped(&reason).to_string(),
        }
    })
}
