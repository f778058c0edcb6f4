//! Small documents, whole and in memory.

use std::io::Read;
use std::time::Instant;

use reqwest::blocking::{Client, Response};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use reqwest::{StatusCode, Url};

use super::client::{Net, cut, send, wrong_status};
use super::error::NetError;
use super::patience::{Broken, Pace, Retries, wait};
use super::url::shown;

/// Fetches `url`, retrying from its beginning.
pub(super) fn fetch(net: &Net, url: &Url, cap: u64) -> Result<Vec<u8>, NetError> {
    let client = net.client(url)?;
    let policy = &net.options().retry;
    let mut retries = Retries::new(policy);
    loop {
        let again = match attempt(&client, url, cap, Pace::new(policy)) {
            Ok(document) => return Ok(document),
            Err(Broken::Final(error)) => return Err(error),
            Err(Broken::Again(again)) => again,
        };
        match retries.next_delay(again.after, false) {
            Some(delay) => wait(delay, &|| false),
            None => return Err(again.error),
        };
    }
}

fn attempt(client: &Client, url: &Url, cap: u64, pace: Pace) -> Result<Vec<u8>, Broken> {
    let request = client.get(url.clone()).header(ACCEPT_ENCODING, "gzip");
    let response = send(request, url)?;
    if response.status() != StatusCode::OK {
        return Err(wrong_status(response.status(), shown(url)).into());
    }
    let encoded = response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    let body = body(response, url, cap, pace)?;
    if encoded { Ok(gunzip(&body, url, cap)?) } else { Ok(body) }
}

fn body(mut response: Response, url: &Url, cap: u64, mut pace: Pace) -> Result<Vec<u8>, Broken> {
    let too_long = || NetError::TooLong { url: shown(url), cap };
    if response.content_length().is_some_and(|length| length > cap) {
        return Err(too_long().into());
    }
    let mut body = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    loop {
        let begin = Instant::now();
        let outcome = response.read(&mut piece);
        pace.waited(begin.elapsed());
        let arrived = match outcome {
            Ok(0) => return Ok(body),
            Ok(arrived) => arrived,
            Err(error) => return Err(cut(url, body.len() as u64, Some(error))),
        };
        pace.arrived(arrived as u64, url)?;
        body.extend_from_slice(piece.get(..arrived).unwrap_or_default());
        if body.len() as u64 > cap {
            return Err(too_long().into());
        }
    }
}

fn gunzip(body: &[u8], url: &Url, cap: u64) -> Result<Vec<u8>, NetError> {
    let mut document = Vec::new();
    flate2::read::MultiGzDecoder::new(body)
        .take(cap.saturating_add(1))
        .read_to_end(&mut document)
        .map_err(|source| NetError::Gzip { url: shown(url), source })?;
    if document.len() as u64 > cap {
        return Err(NetError::TooLong { url: shown(url), cap });
    }
    Ok(document)
}
