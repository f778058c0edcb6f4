//! A bounded pipe between two threads: a fixed set of blocks goes round, so memory stays flat.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// The end that bytes go into.
#[derive(Debug)]
pub(super) struct PipeWriter {
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    block: Option<Vec<u8>>,
    block_size: usize,
}

/// The end that bytes come out of; its end of file is the drop of the other end.
#[derive(Debug)]
pub(super) struct PipeReader {
    full: Receiver<Vec<u8>>,
    empty: SyncSender<Vec<u8>>,
    block: Vec<u8>,
    position: usize,
}

/// Returns both ends of a pipe that holds at most `blocks` blocks of `block_size` bytes.
pub(super) fn pipe(blocks: usize, block_size: usize) -> (PipeWriter, PipeReader) {
    let (full_sender, full_receiver) = sync_channel(blocks);
    let (empty_sender, empty_receiver) = sync_channel(blocks + 1);
    for _ in 0..blocks {
        // The channel has room for each of them, and its receiver is alive.
        if empty_sender.send(Vec::new()).is_err() {
            break;
        }
    }
    let writer = PipeWriter { full: full_sender, empty: empty_receiver, block: None, block_size };
    (writer, PipeReader { full: full_receiver, empty: empty_sender, block: Vec::new(), position: 0 })
}

fn reader_is_gone<T>(_: T) -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the next stage has stopped")
}

impl PipeWriter {
    fn take_block(&mut self) -> io::Result<Vec<u8>> {
        match self.block.take() {
            Some(block) => Ok(block),
            None => {
                let mut block = self.used_block()?;
                block.clear();
                Ok(block)
            }
        }
    }

    /// A block that still holds what was in it before.
    fn used_block(&self) -> io::Result<Vec<u8>> {
        let mut block = self.empty.recv().map_err(reader_is_gone)?;
        // Memory is taken when a block is first used: a small archive uses few.
        block.reserve_exact(self.block_size - block.len());
        Ok(block)
    }

    fn put_block(&mut self, block: Vec<u8>, send: bool) -> io::Result<()> {
        if send && !block.is_empty() {
            return self.full.send(block).map_err(reader_is_gone);
        }
        self.block = Some(block);
        Ok(())
    }

    /// Copies bytes in.
    pub(super) fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let mut block = self.take_block()?;
            let (now, later) = bytes.split_at(bytes.len().min(self.block_size - block.len()));
            block.extend_from_slice(now);
            bytes = later;
            let is_full = block.len() == self.block_size;
            self.put_block(block, is_full)?;
        }
        Ok(())
    }

    /// Moves everything from a reader in, without a copy in between; returns the number of bytes.
    pub(super) fn fill_from(&mut self, reader: &mut impl Read) -> io::Result<u64> {
        if let Some(begun) = self.block.take() {
            self.put_block(begun, true)?;
        }
        let mut total = 0;
        loop {
            let mut block = self.used_block()?;
            // Old bytes are written over, so a full block needs no zeros.
            block.resize(self.block_size, 0);
            let mut length = 0;
            while length < block.len() {
                match reader.read(&mut block[length..]) {
                    Ok(0) => break,
                    Ok(n) => length += n,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(e),
                }
            }
            let is_end = length < block.len();
            block.truncate(length);
            total += length as u64;
            self.put_block(block, true)?;
            if is_end {
                return Ok(total);
            }
        }
    }

    /// Sends what is left; without it a reader would miss the last bytes.
    pub(super) fn finish(mut self) -> io::Result<()> {
        match self.block.take() {
            Some(block) => self.put_block(block, true),
            None => Ok(()),
        }
    }
}

impl BufRead for PipeReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.position == self.block.len() {
            let Ok(next) = self.full.recv() else { return Ok(&[]) };
            let used = std::mem::replace(&mut self.block, next);
            self.position = 0;
            if used.capacity() > 0 && self.empty.try_send(used).is_err() {
                // The writer has ended; what it sent before is still to be read.
                continue;
            }
        }
        Ok(&self.block[self.position..])
    }

    fn consume(&mut self, amount: usize) {
        self.position += amount;
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_in_order() {
        let (mut writer, mut reader) = pipe(3, 7);
        let sent: Vec<u8> = (0..1000_u32).map(|n| n as u8).collect();
        let received = std::thread::scope(|scope| {
            let reading = scope.spawn(move || {
                let mut received = Vec::new();
                reader.read_to_end(&mut received).unwrap();
                received
            });
            for piece in sent[..500].chunks(11) {
                writer.write_all(piece).unwrap();
            }
            writer.fill_from(&mut &sent[500..]).unwrap();
            writer.finish().unwrap();
            reading.join().unwrap()
        });
        assert_eq!(received, sent);
    }

    #[test]
    fn a_writer_learns_that_the_reader_is_gone() {
        let (mut writer, reader) = pipe(2, 4);
        drop(reader);
        assert_eq!(writer.write_all(&[0; 100]).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
