//! What the headers of an answer say: which part of which file, of what kind, when to come back.
//!
//! Pure functions over headers; a header that does not parse counts as absent.

use std::time::Duration;

use reqwest::header::{
    CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, RETRY_AFTER,
};

/// A parsed `Content-Range`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ContentRange {
    /// `bytes start-end/total`; the total may be unknown (`*`).
    Part {
        /// The first byte's position.
        start: u64,
        /// The whole file's length.
        total: Option<u64>,
    },
    /// `bytes */total`: nothing of what was asked for exists.
    Nothing {
        /// The whole file's length.
        total: u64,
    },
}

/// The part of the file an answer claims to be.
pub(super) fn content_range(headers: &HeaderMap) -> Option<ContentRange> {
    let (range, total) = text(headers, CONTENT_RANGE)?.trim().strip_prefix("bytes ")?.split_once('/')?;
    let total = if total == "*" { None } else { Some(number(total)?) };
    if range == "*" {
        return total.map(|total| ContentRange::Nothing { total });
    }
    let (start, end) = range.split_once('-')?;
    let (start, end) = (number(start)?, number(end)?);
    let sound = start <= end && total.is_none_or(|total| end < total);
    sound.then_some(ContentRange::Part { start, total })
}

/// What tells two states of a file apart, fit for `If-Range`: a strong entity tag, else the date of the last change.
pub(super) fn validator(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\"")).or_else(|| headers.get(LAST_MODIFIED))
}

/// Whether the body is a web page.
pub(super) fn is_html(headers: &HeaderMap) -> bool {
    let kind = text(headers, CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("text/html") || kind.eq_ignore_ascii_case("application/xhtml+xml")
}

/// The wait a server asks for, where it is a number of seconds.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    number(text(headers, RETRY_AFTER)?.trim()).map(Duration::from_secs)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Digits only: `str::parse` alone would take a sign.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn content_ranges_are_read_strictly() {
        let read = |value: &str| content_range(&headers(CONTENT_RANGE, value));
        let part = |start, total| Some(ContentRange::Part { start, total });
        assert_eq!(read("bytes 5-9/10"), part(5, Some(10)));
        assert_eq!(read("bytes 5-9/*"), part(5, None));
        assert_eq!(read("bytes */10"), Some(ContentRange::Nothing { total: 10 }));
        for wrong in [
            "",
            "bytes",
            "bytes 5-9",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "bytes +5-9/10",
            "bytes -9/10",
            "bytes */*",
            "items 5-9/10",
            "bytes 5-9/ten",
            "bytes 5-9/99999999999999999999",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn weak_entity_tags_are_no_validators() {
        assert_eq!(validator(&headers(ETAG, "W/\"a\"")), None);
        assert_eq!(validator(&headers(ETAG, "\"a\"")).unwrap(), "\"a\"");
        let mut both = headers(ETAG, "W/\"a\"");
        both.insert(LAST_MODIFIED, HeaderValue::from_static("Sat, 01 Aug 2026 00:00:00 GMT"));
        assert_eq!(validator(&both), both.get(LAST_MODIFIED));
    }

    #[test]
    fn web_pages_are_told_from_archives() {
        assert!(is_html(&headers(CONTENT_TYPE, "Text/HTML; charset=utf-8")));
        assert!(!is_html(&headers(CONTENT_TYPE, "application/x-gzip")));
        assert!(!is_html(&HeaderMap::new()));
    }

    #[test]
    fn only_seconds_count_as_retry_after() {
        assert_eq!(retry_after(&headers(RETRY_AFTER, "7")), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(&headers(RETRY_AFTER, "-7")), None);
        assert_eq!(retry_after(&headers(RETRY_AFTER, "Sat, 01 Aug 2026 00:00:00 GMT")), None);
    }
}
