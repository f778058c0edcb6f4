//! A tar stream, byte by byte. The first byte says whether checksums are put right first, because no mutation would
//! get past them otherwise.

use super::jail::Jail;
use super::unpacking;

const BLOCK: usize = 512;

/// Unpacks the stream in a jail.
pub fn check(data: &[u8]) -> bool {
    let Some((flags, stream)) = data.split_first() else { return false };
    let mut stream = stream.to_vec();
    if flags & 1 == 1 {
        sum_headers(&mut stream);
    }
    unpacking::check(&Jail::new(), &stream)
}

/// Gives every header a checksum that is right.
fn sum_headers(stream: &mut [u8]) {
    let mut at = 0;
    while let Some(block) = stream.get_mut(at..at + BLOCK) {
        at += BLOCK;
        if block.iter().all(|byte| *byte == 0) {
            continue;
        }
        let mut header = tar::Header::new_old();
        header.as_mut_bytes().copy_from_slice(block);
        header.set_cksum();
        block.copy_from_slice(header.as_bytes());
        let size = usize::try_from(header.entry_size().unwrap_or(0)).unwrap_or(usize::MAX);
        at = at.saturating_add(size.checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX)).min(stream.len());
    }
}
