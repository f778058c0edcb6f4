//! Writes tar archives byte by byte, well formed or not. Checks nothing: whatever is asked for is written.

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};
use tar::{EntryType, Header};

/// The unit of a tar archive, in bytes.
pub const BLOCK: usize = 512;

/// A tar archive under construction.
#[derive(Clone, Debug, Default)]
pub struct RawTar {
    bytes: Vec<u8>,
}

impl RawTar {
    /// An archive with nothing in it, not even the end mark.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a ustar entry owned by 0:0, mode 0644, and lets `tweak` change its header before it is summed.
    ///
    /// The body is written as given, whatever size the header claims after the tweak.
    pub fn entry(mut self, name: impl AsRef<[u8]>, body: &[u8], tweak: impl FnOnce(&mut Header)) -> Self {
        let mut header = Header::new_ustar();
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(body.len() as u64);
        header.set_entry_type(EntryType::Regular);
        write_name(&mut header, name.as_ref());
        tweak(&mut header);
        header.set_cksum();
        self.bytes.extend_from_slice(header.as_bytes());
        self.bytes.extend_from_slice(body);
        self.pad()
    }

    /// Adds a regular file with these mode bits.
    pub fn file(self, name: impl AsRef<[u8]>, mode: u32, body: &[u8]) -> Self {
        self.entry(name, body, |header| header.set_mode(mode))
    }

    /// Adds a directory, mode 0755.
    pub fn dir(self, name: impl AsRef<[u8]>) -> Self {
        self.entry(name, b"", |header| {
            header.set_mode(0o755);
            header.set_entry_type(EntryType::Directory);
        })
    }

    /// Adds an entry of another kind: a link, a device, a fifo. `target` is the link name.
    pub fn special(self, name: impl AsRef<[u8]>, kind: EntryType, target: &[u8]) -> Self {
        self.entry(name, b"", |header| {
            header.set_entry_type(kind);
            header.set_mode(0o777);
            header.as_mut_bytes()[157..157 + target.len()].copy_from_slice(target);
            if matches!(kind, EntryType::Char | EntryType::Block) {
                header.set_device_major(1).expect("a ustar header");
                header.set_device_minor(3).expect("a ustar header");
            }
        })
    }

    /// Adds a PAX header with these records; it applies to the entry that follows.
    pub fn pax(self, records: &[(&str, &[u8])]) -> Self {
        let body: Vec<u8> = records.iter().flat_map(|(key, value)| pax_record(key, value)).collect();
        self.entry("PaxHeaders.0/x", &body, |header| {
            header.set_entry_type(EntryType::XHeader);
        })
    }

    /// Adds a GNU long name; it replaces the name of the entry that follows.
    pub fn gnu_long_name(self, name: &[u8]) -> Self {
        let mut body = name.to_vec();
        body.push(0);
        self.entry("././@LongLink", &body, |header| {
            header.set_entry_type(EntryType::GNULongName);
        })
    }

    /// Adds a GNU sparse file that claims `real_size` bytes and carries its last 512.
    pub fn gnu_sparse(self, name: &str, real_size: u64) -> Self {
        let data = [b's'; BLOCK];
        self.entry(name, &data, |header| {
            let mut gnu = Header::new_gnu();
            gnu.set_mode(0o644);
            gnu.set_uid(0);
            gnu.set_gid(0);
            gnu.set_mtime(0);
            gnu.set_size(BLOCK as u64);
            gnu.set_entry_type(EntryType::GNUSparse);
            let bytes = gnu.as_mut_bytes();
            bytes[..name.len()].copy_from_slice(name.as_bytes());
            put_base256(&mut bytes[386..398], real_size - BLOCK as u64);
            put_base256(&mut bytes[398..410], BLOCK as u64);
            put_base256(&mut bytes[483..495], real_size);
            *header = gnu;
        })
    }

    /// Appends bytes as they are, without padding.
    pub fn bytes(mut self, raw: &[u8]) -> Self {
        self.bytes.extend_from_slice(raw);
        self
    }

    /// The archive so far, without an end mark.
    pub fn without_end(self) -> Vec<u8> {
        self.bytes
    }

    /// The archive with its two zero blocks.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len() + 2 * BLOCK, 0);
        self.bytes
    }

    /// The finished archive, compressed.
    pub fn finish_gz(self) -> Vec<u8> {
        gzip(&self.finish())
    }

    fn pad(mut self) -> Self {
        self.bytes.resize(self.bytes.len().next_multiple_of(BLOCK), 0);
        self
    }
}

/// One gzip member that holds `data`.
pub fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).expect("a Vec takes everything");
    encoder.finish().expect("a Vec takes everything")
}

/// One gzip member that holds `head`, `times` times `chunk`, and `tail`; costs as much as one chunk.
pub fn gzip_repeating(head: &[u8], chunk: &[u8], times: usize, tail: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    let mut crc = Crc::new();
    let mut add = |out: &mut Vec<u8>, data: &[u8], times: usize| {
        let block = deflate_block(data);
        let mut sum = Crc::new();
        sum.update(data);
        for _ in 0..times {
            out.extend_from_slice(&block);
            crc.combine(&sum);
        }
    };
    add(&mut out, head, 1);
    add(&mut out, chunk, times);
    add(&mut out, tail, 1);
    // An empty final block.
    out.extend_from_slice(&[3, 0]);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    out
}

/// A stretch of deflate that refers to nothing before it, ends on a byte and is not the last one.
fn deflate_block(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).expect("a Vec takes everything");
    encoder.flush().expect("a Vec takes everything");
    encoder.get_ref().clone()
}

/// `length key=value\n`, where the length counts its own digits too.
fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() != length {
        length += 1;
    }
    let mut record = format!("{length} {key}=").into_bytes();
    record.extend_from_slice(value);
    record.push(b'\n');
    record
}

fn write_name(header: &mut Header, name: &[u8]) {
    let (prefix, name) = split_name(name);
    let bytes = header.as_mut_bytes();
    bytes[..100].fill(0);
    bytes[..name.len()].copy_from_slice(name);
    bytes[345..345 + prefix.len()].copy_from_slice(prefix);
}

/// The ustar prefix and name: the name field holds 100 bytes, the prefix 155.
fn split_name(name: &[u8]) -> (&[u8], &[u8]) {
    if name.len() <= 100 {
        return (b"", name);
    }
    let slash = (name.len() - 101..name.len() - 1)
        .find(|&at| name[at] == b'/' && at <= 155)
        .expect("a name that fits ustar; use pax() or gnu_long_name() for longer ones");
    (&name[..slash], &name[slash + 1..])
}

fn put_base256(field: &mut [u8], value: u64) {
    field.fill(0);
    field[0] = 0x80;
    let start = field.len() - 8;
    field[start..].copy_from_slice(&value.to_be_bytes());
}
