//! Pieces of a file, read as they are asked for: no piece too large, and not too many of them.

use std::cell::Cell;
use std::fs::File;
use std::ops::Range;

use object::read::{ReadCache, ReadRef};

/// The largest piece; tables of sections and of names are far smaller.
const LARGEST: u64 = 16 << 20;
/// All pieces together, those that are read twice counted twice: so that no table that leads in circles is endless.
const MOST: u64 = 64 << 20;

/// A file and what was read of it so far.
pub(super) struct Held {
    cache: ReadCache<File>,
    left: Cell<u64>,
    length: u64,
}

/// A part of a file, often all of it.
#[derive(Clone, Copy)]
pub(super) struct Pieces<'a> {
    held: &'a Held,
    start: u64,
    length: u64,
}

impl Held {
    pub(super) fn new(file: File) -> Held {
        let cache = ReadCache::new(file);
        let length = ReadRef::len(&cache).unwrap_or(0);
        Held { cache, left: Cell::new(MOST), length }
    }

    pub(super) fn pieces(&self) -> Pieces<'_> {
        Pieces { held: self, start: 0, length: self.length }
    }

    /// Takes from what may still be read.
    fn spend(&self, size: u64) -> Result<(), ()> {
        let left = self.left.get().checked_sub(size).filter(|_| size <= LARGEST).ok_or(())?;
        self.left.set(left);
        Ok(())
    }
}

impl<'a> Pieces<'a> {
    /// A part of this part.
    pub(super) fn part(self, start: u64, length: u64) -> Option<Pieces<'a>> {
        let end = start.checked_add(length)?;
        (end <= self.length).then(|| Pieces { held: self.held, start: self.start + start, length })
    }

    /// Bytes that have to be there.
    pub(super) fn bytes(self, offset: u64, size: u64) -> Option<&'a [u8]> {
        self.read_bytes_at(offset, size).ok()
    }

    /// As many of the bytes as are there and may be read at once.
    pub(super) fn at_most(self, offset: u64, size: u64) -> Option<&'a [u8]> {
        let there = self.length.checked_sub(offset)?;
        self.bytes(offset, size.min(there).min(LARGEST / 4))
    }

    /// The first bytes.
    pub(super) fn start(self) -> &'a [u8] {
        self.at_most(0, 64).unwrap_or_default()
    }
}

impl<'a> ReadRef<'a> for Pieces<'a> {
    fn len(self) -> Result<u64, ()> {
        Ok(self.length)
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        let end = offset.checked_add(size).ok_or(())?;
        if end > self.length {
            return Err(());
        }
        self.held.spend(size)?;
        (&self.held.cache).read_bytes_at(self.start + offset, size)
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        if range.end > self.length || range.start > range.end {
            return Err(());
        }
        // What is looked through for the delimiter.
        self.held.spend(256)?;
        (&self.held.cache).read_bytes_at_until(self.start + range.start..self.start + range.end, delimiter)
    }
}
