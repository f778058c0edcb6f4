//! The headers of an answer, compiled from the program's own source because they are nobody else's business.

use reqwest::header::{
    CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED, RETRY_AFTER,
};

use super::draw::Draw;

#[path = "../../src/net/answer.rs"]
mod answer;

use answer::ContentRange;

/// Reads what the headers say; accepted is a range. Each line of the input is a header, the first byte of a line says which.
pub fn check(data: &[u8]) -> bool {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let mut draw = Draw::new(line);
        let name =
            draw.choice(&[CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, RETRY_AFTER].each_ref()).clone();
        if let Ok(value) = HeaderValue::from_bytes(draw.rest()) {
            headers.append(name, value);
        }
    }
    let range = answer::content_range(&headers);
    match range {
        Some(ContentRange::Part { start, total: Some(total) }) => {
            assert!(start < total, "{start} of {total}")
        }
        Some(ContentRange::Part { .. } | ContentRange::Nothing { .. }) | None => {}
    }
    if let Some(validator) = answer::validator(&headers) {
        let is_weak =
            validator.as_bytes().starts_with(b"W/") && headers.get(LAST_MODIFIED) != Some(validator);
        assert!(!is_weak, "{validator:?}");
    }
    if let Some(wait) = answer::retry_after(&headers) {
        assert_eq!(wait.subsec_nanos(), 0);
    }
    if answer::is_html(&headers) {
        assert!(headers.contains_key(CONTENT_TYPE));
    }
    range.is_some()
}
