//! What error messages may say: text that somebody else wrote never steers a terminal, nor fills it.

use std::error::Error;

/// The longest message of one link in a chain of errors, in bytes: a few names and paths.
const LONGEST: usize = 3000;

/// Checks an error and all its sources.
pub fn only_harmless_text(error: &dyn Error) {
    let mut next = Some(error);
    while let Some(error) = next {
        harmless(&error.to_string());
        next = error.source();
    }
}

/// Checks one text that is shown as it is.
pub fn harmless(text: &str) {
    printable(text);
    assert!(text.len() <= LONGEST, "{} bytes: {text:?}", text.len());
}

/// Checks one text whose length is up to the user.
pub fn printable(text: &str) {
    assert!(!text.contains(|c: char| c.is_control()), "raw control characters: {text:?}");
}
