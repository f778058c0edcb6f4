//! The beginning of foreign text, made safe to print. It never holds a control character.

use std::fmt;

/// The first 24 bytes of text that somebody else wrote, with everything unprintable escaped.
///
/// Error messages quote foreign input only through this type, so a hostile file or server cannot steer a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    const LONGEST: usize = 24;

    /// Returns the excerpt of `text`; `…` at its end tells that something was cut off.
    pub fn of(text: &str) -> Excerpt {
        let mut end = text.len().min(Excerpt::LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let head = &text[..end];
        let mut escaped = head.escape_debug().to_string();
        if head.len() < text.len() {
            escaped.push('…');
        }
        Excerpt(escaped)
    }

    /// Returns the excerpt of `bytes`, whatever their encoding.
    pub fn of_bytes(bytes: &[u8]) -> Excerpt {
        // One byte more than is shown, so that `of` still sees that something was cut off.
        let head = &bytes[..bytes.len().min(Excerpt::LONGEST + 1)];
        Excerpt::of(&String::from_utf8_lossy(head))
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {

    use super::Excerpt;

    #[test]
    fn a_short_text_is_quoted_whole() {
        assert_eq!(Excerpt::of("go1.22.5").to_string(), "go1.22.5");
        assert_eq!(Excerpt::of_bytes(b"").to_string(), "");
    }

    #[test]
    fn control_and_direction_characters_are_escaped() {
        let excerpt = Excerpt::of("a\u{1b}[2J\r\n\0\u{202e}b").to_string();
        assert_eq!(excerpt, "a\\u{1b}[2J\\r\\n\\0\\u{202e}b");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let excerpt = Excerpt::of("aé".repeat(20).as_str()).to_string();
        assert_eq!(excerpt, format!("{}…", "aé".repeat(8)));
        assert_eq!(Excerpt::of(&"é".repeat(12)).to_string(), "é".repeat(12));
        assert_eq!(Excerpt::of(&format!("a{}", "é".repeat(12))).to_string(), format!("a{}…", "é".repeat(11)));
    }

    #[test]
    fn bytes_that_are_no_text_are_quoted_too() {
        let excerpt = Excerpt::of_bytes(&[0xff; 100]).to_string();
        assert!(excerpt.ends_with('…') && !excerpt.contains(char::is_control), "{excerpt}");
    }
}
