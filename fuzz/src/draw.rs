//! Turns bytes into structure, so that a mutation changes an entry or a link and not only a byte.
//!
//! The form is plain enough to write a seed by hand, and every sequence of bytes means something.

/// What is left of an input.
#[derive(Debug)]
pub struct Draw<'a> {
    rest: &'a [u8],
}

impl<'a> Draw<'a> {
    /// Begins with all of `data`.
    pub fn new(data: &'a [u8]) -> Draw<'a> {
        Draw { rest: data }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte; 0 for ever after the end.
    pub fn byte(&mut self) -> u8 {
        self.rest.split_off_first().copied().unwrap_or_default()
    }

    /// One of several.
    pub fn choice<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()]
    }

    /// A number of eight bytes, little-endian.
    pub fn number(&mut self) -> u64 {
        u64::from_le_bytes([(); 8].map(|()| self.byte()))
    }

    /// A length in one byte, and as many bytes (fewer at the end).
    pub fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// Text up to a zero byte; a control character stands for one of the `pieces`, all else for itself.
    pub fn text(&mut self, pieces: &[&[u8]]) -> Vec<u8> {
        const CONTROL: u8 = 0x20;
        let mut text = Vec::new();
        loop {
            match self.byte() {
                0 => return text,
                piece @ ..CONTROL => text.extend_from_slice(pieces[usize::from(piece - 1) % pieces.len()]),
                byte => text.push(byte),
            }
        }
    }
}
