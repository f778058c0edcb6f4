//! Sources on this machine's own disk (`file://`): read like a download, never retried.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::download::BUFFER;
use super::error::NetError;
use super::{Done, Download, Event, Location, SinkError};

/// Reads a small file whole.
pub(super) fn fetch(location: &Location, cap: u64) -> Result<Vec<u8>, NetError> {
    let url = location.to_string();
    let too_long = |url| NetError::TooLong { url, cap };
    let (file, length) = open(location)?;
    if length > cap {
        return Err(too_long(url));
    }
    let mut document = Vec::new();
    let outcome = file.take(cap.saturating_add(1)).read_to_end(&mut document);
    match outcome {
        Ok(_) if document.len() as u64 > cap => Err(too_long(url)),
        Ok(_) => Ok(document),
        Err(source) => Err(NetError::File { url, source }),
    }
}

/// Streams a file into `sink`.
pub(super) fn download(
    download: &Download<'_>,
    cancelled: &dyn Fn() -> bool,
    sink: &mut dyn FnMut(Event<'_>) -> Result<(), SinkError>,
) -> Result<Done, NetError> {
    let url = download.location.to_string();
    let (mut file, length) = open(download.location)?;
    check_length(download, length)?;
    let mut hand_on =
        |event: Event<'_>| sink(event).map_err(|source| NetError::Sink { url: url.clone(), source });
    let unreadable = |source| NetError::File { url: url.clone(), source };
    hand_on(Event::Total(length))?;
    file.seek(SeekFrom::Start(download.offset)).map_err(unreadable)?;
    let mut buffer = vec![0; BUFFER];
    let mut position = download.offset;
    while position < length {
        if cancelled() {
            return Err(NetError::Cancelled { url: url.clone() });
        }
        let room = usize::try_from(length - position).unwrap_or(BUFFER).min(BUFFER);
        let chunk = match file.read(buffer.get_mut(..room).unwrap_or_default()) {
            Ok(0) => return Err(NetError::Changed { url: url.clone() }),
            Ok(arrived) => buffer.get(..arrived).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        position += chunk.len() as u64;
        hand_on(Event::Chunk(chunk))?;
    }
    Ok(Done { length, requests: 0 })
}

fn check_length(download: &Download<'_>, length: u64) -> Result<(), NetError> {
    let url = download.location.to_string();
    match download.size {
        Some(expected) if expected != length => Err(NetError::WrongSize { url, expected, offered: length }),
        _ if length > download.cap => Err(NetError::TooLong { url, cap: download.cap }),
        _ if length < download.offset => Err(NetError::Changed { url }),
        _ => Ok(()),
    }
}

fn open(location: &Location) -> Result<(File, u64), NetError> {
    let path = location.as_file().unwrap_or(Path::new(""));
    open_regular(path).map_err(|source| {
        let url = location.to_string();
        if source.kind() == io::ErrorKind::NotFound {
            NetError::NotFound { url }
        } else {
            NetError::File { url, source }
        }
    })
}

/// Opens a regular file; looks before it opens, as opening a pipe would wait for a writer.
fn open_regular(path: &Path) -> io::Result<(File, u64)> {
    let regular = |metadata: fs::Metadata| {
        if metadata.is_file() {
            Ok(metadata.len())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
        }
    };
    regular(fs::metadata(path)?)?;
    let file = File::open(path)?;
    let length = regular(file.metadata()?)?;
    Ok((file, length))
}
