//! A tar stream, entry by entry: the bytes choose kinds, names, sizes, modes, extension headers and the end.

use tar::{EntryType, Header};

use super::draw::Draw;
use super::jail::Jail;
use super::unpacking;

const BLOCK: usize = 512;

/// Builds the stream and unpacks it in a jail.
pub fn check(data: &[u8]) -> bool {
    let jail = Jail::new();
    let outside = jail.outside().into_os_string().into_encoded_bytes();
    unpacking::check(&jail, &stream(data, &outside))
}

/// The stream that `data` describes; `outside` is the path of something that must not change.
pub fn stream(data: &[u8], outside: &[u8]) -> Vec<u8> {
    let mut draw = Draw::new(data);
    let end = draw.byte();
    let mut stream = Vec::new();
    while !draw.is_empty() {
        add_entry(&mut stream, &mut draw, outside);
    }
    match end {
        b'-' => {}
        b'/' => stream.resize(stream.len() + BLOCK, 0),
        b'+' => {
            stream.resize(stream.len() + 2 * BLOCK, 0);
            stream.extend_from_slice(&[b'+'; BLOCK]);
        }
        _ => stream.resize(stream.len() + 2 * BLOCK, 0),
    }
    stream
}

/// What names and values are made of, besides plain letters: control characters in a seed stand for these.
fn pieces(outside: &[u8]) -> [&[u8]; 16] {
    [
        b"go/",
        b"../",
        b"VERSION",
        b"src/",
        b"bin/go",
        outside,
        b"/victim",
        b"/directory/",
        b"\xff",
        b"\x1b[2J",
        b"\n",
        b"\0",
        b"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
        b"d/d/d/d/d/d/d/d/d/d/d/d/d/d/",
        b"\xc3\x89",
        b"path",
    ]
}

/// One entry: its kind as in the header, a name, how it is odd, and what is in it.
fn add_entry(stream: &mut Vec<u8>, draw: &mut Draw<'_>, outside: &[u8]) {
    let pieces = pieces(outside);
    let kind = draw.byte();
    let name = draw.text(&pieces);
    let odd = draw.byte();
    let mut body = match kind {
        b'x' | b'g' => pax_records(draw, &pieces),
        b'L' => draw.text(&pieces),
        _ => draw.bytes().to_vec(),
    };
    if odd & 1 != 0 {
        body = body.repeat(1 + usize::from(draw.byte()));
    }
    let mut header = if odd & 2 != 0 { Header::new_gnu() } else { Header::new_ustar() };
    header.set_entry_type(EntryType::new(kind));
    header.set_mode(if odd & 4 != 0 { draw.number() as u32 & 0o7_777_777 } else { 0o644 });
    header.set_size(if odd & 8 != 0 { draw.number() } else { body.len() as u64 });
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    let bytes = header.as_mut_bytes();
    put(&mut bytes[..100], &name);
    if odd & 16 != 0 {
        put(&mut bytes[157..257], &draw.text(&pieces));
    }
    if odd & 32 != 0 {
        put(&mut bytes[345..500], &draw.text(&pieces));
    }
    header.set_cksum();
    if odd & 64 != 0 {
        header.as_mut_bytes()[usize::from(draw.byte()) * 2] ^= draw.byte();
    }
    stream.extend_from_slice(header.as_bytes());
    stream.extend_from_slice(&body);
    if odd & 128 == 0 {
        stream.resize(stream.len().next_multiple_of(BLOCK), 0);
    }
}

fn put(field: &mut [u8], text: &[u8]) {
    let length = text.len().min(field.len());
    field[..length].copy_from_slice(&text[..length]);
}

/// `length key=value` in lines, with lengths that are right; an empty key ends the list.
fn pax_records(draw: &mut Draw<'_>, pieces: &[&[u8]]) -> Vec<u8> {
    let mut records = Vec::new();
    loop {
        let key = draw.text(pieces);
        if key.is_empty() {
            return records;
        }
        let value = draw.text(pieces);
        let rest = key.len() + value.len() + " =\n".len();
        let mut length = rest + 1;
        while rest + length.to_string().len() != length {
            length += 1;
        }
        records.extend_from_slice(format!("{length} ").as_bytes());
        records.extend_from_slice(&key);
        records.push(b'=');
        records.extend_from_slice(&value);
        records.push(b'\n');
    }
}
