//! How a version is written.

use super::{GoVersion, Prerelease};

/// The text of a version, made without the machinery of `fmt`: lists have hundreds of them.
pub(super) struct Written {
    /// Three numbers of ten digits at most, `beta` and another.
    bytes: [u8; 48],
    length: usize,
}

impl Written {
    fn push(&mut self, text: &[u8]) {
        if let Some(place) = self.bytes.get_mut(self.length..self.length + text.len()) {
            place.copy_from_slice(text);
            self.length += text.len();
        }
    }

    fn push_number(&mut self, number: u32) {
        if number >= 10 {
            self.push_number(number / 10);
        }
        self.push(&[b'0' + (number % 10) as u8]);
    }

    pub(super) fn as_str(&self) -> &str {
        // Invariant: the bytes are ASCII, so the fallback is never taken.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl GoVersion {
    pub(super) fn written(self) -> Written {
        let mut text = Written { bytes: [0; 48], length: 0 };
        text.push_number(self.major);
        text.push(b".");
        text.push_number(self.minor);
        let is_first = self.patch == 0 && (self.pre.is_some() || self.lang().is_also_a_release());
        if !is_first {
            text.push(b".");
            text.push_number(self.patch);
        }
        if let Some(pre) = self.pre {
            let (word, count) = match pre {
                Prerelease::Beta(count) => (&b"beta"[..], count),
                Prerelease::Rc(count) => (&b"rc"[..], count),
            };
            text.push(word);
            text.push_number(count);
        }
        text
    }
}
