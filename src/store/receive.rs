//! Receives a release in one streaming pass: bytes → `.part` and SHA-256 → gunzip → untar into staging.
//!
//! The three stages run at once, joined by pipes of fixed size, so memory stays flat and on a slow line
//! the unpacking ends when the download ends. Nothing is read back. No lock of the store is held.

use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::bufread::GzDecoder;
use sha2::Digest as _;

use super::cache::{self, Partial};
use super::lock::{Purpose, Waiting};
use super::manifest::{ManifestWriter, Provenance};
use super::pipe::{PipeReader, PipeWriter, pipe};
use super::staging::{Staged, Staging};
use super::unpack::{Limits, UnpackError, unpack};
use super::{Store, StoreError};
use crate::disk::DiskError;
use crate::model::{Room, Sha256};
use crate::net::{self, Download, Location, Net, NetError, SinkError};
use crate::progress::Event;

pub use slots::Slots;

mod slots;

/// A release that did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The store could not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its bytes could not be had.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The bytes are not the release; they were thrown away.
    #[error("{url} is not the release: its sha256 is {found}, and {expected} is right")]
    WrongDigest {
        /// Where the bytes came from.
        url: String,
        /// What they hash to.
        found: Sha256,
        /// What the index says.
        expected: Sha256,
    },
    /// The bytes have the right hash, and yet are not an archive that can be unpacked.
    #[error("cannot unpack {url}")]
    Unpack {
        /// Where the bytes came from.
        url: String,
        /// What is wrong with them.
        source: UnpackError,
    },
}

impl From<DiskError> for ReceiveError {
    fn from(error: DiskError) -> ReceiveError {
        ReceiveError::Store(error.into())
    }
}

/// What to receive and how.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The archive and what is known of it; kept in the manifest.
    pub provenance: &'a Provenance,
    /// Where its bytes are.
    pub location: &'a Location,
    /// Whether the archive stays in the cache.
    pub keep_archive: bool,
    /// What it is for.
    pub destination: Destination,
    /// Who wants it.
    pub purpose: &'a Purpose,
    /// How to wait for other processes, and whom to tell.
    pub waiting: Waiting<'a>,
}

/// What a release is received for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// To be installed in `versions/`; void if it is there.
    Versions,
    /// To be used once, where it is staged; void if it is in `versions/`. Of one that the user no longer wants
    /// nothing is left, not even to go on with.
    Trial,
    /// To be unpacked for another platform.
    Foreign,
    /// To give files to the damaged toolchain that has its name.
    Repair,
}

/// What became of an order.
#[derive(Debug)]
#[must_use]
pub enum Received {
    /// The toolchain is staged.
    Staged(Box<Staged>),
    /// Another process installed it meanwhile.
    AlreadyThere,
}

/// Where the bytes of one attempt come from.
enum Source {
    Kept(std::fs::File, PathBuf),
    Network { held: u64 },
}

/// Why one attempt failed.
enum Failure {
    /// The bytes are not the release's; other bytes may be.
    WrongBytes(ReceiveError),
    Fatal(ReceiveError),
}

impl<E: Into<ReceiveError>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Fatal(error.into())
    }
}

/// The longest archive accepted where the index gives no size.
const LARGEST_ARCHIVE: u64 = 1 << 30;
const COMPRESSED_BLOCK: usize = 128 << 10;
/// Enough to let the line go on while the file system commits its journal.
const COMPRESSED_BLOCKS: usize = 16;
const INFLATED_BLOCK: usize = 256 << 10;
const INFLATED_BLOCKS: usize = 8;

impl Store {
    /// Receives a release into staging, from the cache or the network.
    pub fn receive(&self, order: &Order<'_>, net: &Net, slots: &Slots) -> Result<Received, ReceiveError> {
        let version = order.provenance.version;
        let is_void_if_there = matches!(order.destination, Destination::Versions | Destination::Trial);
        let is_there = || is_void_if_there && self.has(version);
        if is_there() {
            return Ok(Received::AlreadyThere);
        }
        if order.destination == Destination::Versions {
            self.check_name_is_free(version)?;
        }
        let staging = self.lock(order.purpose, order.waiting)?.new_staging()?;
        let partial = Partial::open(self, &order.provenance.sha256, order.keep_archive, order.waiting)?;
        if is_there() {
            partial.finish()?;
            return Ok(Received::AlreadyThere);
        }
        let reception = Reception { store: self, order, net, slots, staging: &staging, partial: &partial };
        let outcome = reception.run();
        match outcome {
            Ok(()) => {
                let provenance = order.provenance.clone();
                let is_for_trial = order.destination == Destination::Trial;
                Ok(Received::Staged(Box::new(Staged { staging, provenance, partial, is_for_trial })))
            }
            Err(error) => {
                // What arrived of a good download is kept, so that the next try goes on from there.
                let is_worthless = matches!(
                    error,
                    ReceiveError::WrongDigest { .. }
                        | ReceiveError::Unpack { .. }
                        | ReceiveError::Net(NetError::TooLong { .. })
                );
                let is_full =
                    matches!(&error, ReceiveError::Store(StoreError::Disk(e)) if e.is_out_of_space());
                let is_unwanted = order.destination == Destination::Trial
                    && matches!(error, ReceiveError::Store(StoreError::Interrupted));
                if is_worthless || is_full || is_unwanted {
                    partial.discard()?;
                }
                Err(error)
            }
        }
    }
}

struct Reception<'a> {
    store: &'a Store,
    order: &'a Order<'a>,
    net: &'a Net,
    slots: &'a Slots,
    staging: &'a Staging,
    partial: &'a Partial,
}

impl Reception<'_> {
    /// Tries the kept archive, then what is here of a download, then a fresh one.
    fn run(&self) -> Result<(), ReceiveError> {
        let sha256 = &self.order.provenance.sha256;
        if let Some((file, path)) = cache::open_kept(self.store, sha256) {
            match self.attempt(Source::Kept(file, path.clone())) {
                // Half a download beside it must not take its name.
                Ok(()) => return Ok(self.partial.reset()?),
                Err(Failure::Fatal(error)) => return Err(error),
                Err(Failure::WrongBytes(_)) => {
                    self.note("the cached archive is damaged; fetching it again");
                    self.store.disk.remove_file(&path)?;
                    self.staging.clear()?;
                }
            }
        }
        let held = self.held()?;
        self.check_space(held)?;
        match self.attempt(Source::Network { held }) {
            Ok(()) => return Ok(()),
            // What was held may be to blame, or the server, which has another file than at the start.
            Err(Failure::WrongBytes(error)) if held > 0 || matches!(error, ReceiveError::Net(_)) => {
                self.note("the download could not be continued; starting it afresh");
                self.partial.reset()?;
                self.staging.clear()?;
            }
            Err(Failure::Fatal(error) | Failure::WrongBytes(error)) => return Err(error),
        }
        match self.attempt(Source::Network { held: 0 }) {
            Ok(()) => Ok(()),
            Err(Failure::Fatal(error) | Failure::WrongBytes(error)) => Err(error),
        }
    }

    fn note(&self, text: &str) {
        self.order.waiting.progress.event(Event::Note(text));
    }

    /// The size of the archive in bytes, where the index gives it.
    fn size(&self) -> Option<u64> {
        Some(self.order.provenance.size).filter(|&size| size > 0)
    }

    /// How much of the archive an earlier try left; none of it if that is more than there can be.
    fn held(&self) -> Result<u64, DiskError> {
        let held = self.partial.held()?;
        if held > self.size().unwrap_or(LARGEST_ARCHIVE) {
            self.partial.reset()?;
            return Ok(0);
        }
        Ok(held)
    }

    /// Refuses before the download what could not be unpacked after it. Quotas are invisible here.
    fn check_space(&self, held: u64) -> Result<(), StoreError> {
        let path = self.store.layout.staging();
        let space = self.store.disk.space(&path)?;
        if space.noexec && self.order.destination != Destination::Foreign {
            return Err(StoreError::NoExec(path));
        }
        let need = Room::for_archive(self.order.provenance.size, held);
        if space.bytes < need.bytes {
            return Err(StoreError::NoSpace { path, unit: "bytes", need: need.bytes, have: space.bytes });
        }
        match space.inodes {
            Some(have) if have < need.files => {
                Err(StoreError::NoSpace { path, unit: "files", need: need.files, have })
            }
            _ => Ok(()),
        }
    }

    /// Streams the archive from one source through hash, gunzip and untar.
    fn attempt(&self, source: Source) -> Result<(), Failure> {
        let (compressed_in, compressed_out) = pipe(COMPRESSED_BLOCKS, COMPRESSED_BLOCK);
        let (inflated_in, inflated_out) = pipe(INFLATED_BLOCKS, INFLATED_BLOCK);
        let is_hopeless = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let inflating = scope.spawn(|| inflate(compressed_out, inflated_in));
            let unpacking = scope.spawn(|| {
                let unpacked = self.unpack(inflated_out);
                // Only then is it useless to wait for the rest: a damaged archive is told by its digest.
                is_hopeless.store(matches!(unpacked, Err(UnpackError::Disk(_))), Ordering::Relaxed);
                unpacked
            });
            let mut feed = Feed {
                hash: sha2::Sha256::new(),
                pipe: Some(compressed_in),
                is_hopeless: &is_hopeless,
                progress: self.order.waiting.progress,
            };
            let fed = self.feed(source, &mut feed);
            let found = feed.finish();
            let inflated = join(inflating);
            let unpacked = join(unpacking);
            self.judge(fed, found, inflated, unpacked)
        })
    }

    /// Unpacks the tree, and writes its manifest beside it.
    fn unpack(&self, stream: impl io::Read) -> Result<(), UnpackError> {
        let disk = &self.store.disk;
        let limits = Limits::for_archive(self.size().unwrap_or(LARGEST_ARCHIVE));
        let mut manifest = ManifestWriter::begin(disk, self.staging.manifest(), self.order.provenance)?;
        unpack(stream, disk, (&self.staging.tree(), limits), |file| manifest.add(file))?;
        Ok(manifest.finish()?)
    }

    /// Sends the bytes of a source on their way.
    fn feed(&self, source: Source, feed: &mut Feed<'_>) -> Result<(), Failure> {
        let version = self.order.provenance.version;
        let total = self.order.provenance.size;
        match source {
            Source::Kept(file, path) => self.feed_file(file, &path, feed),
            Source::Network { held } => {
                let progress = self.order.waiting.progress;
                let slot = self.slots.take(progress).ok_or(StoreError::Interrupted)?;
                progress.event(Event::Receiving { version, total, held });
                if held > 0 {
                    let earlier = self.partial.reader()?;
                    self.feed_file(earlier, self.partial.path(), feed)?;
                }
                if self.size() != Some(held) {
                    self.download(held, feed)?;
                }
                drop(slot);
                progress.event(Event::Phase { version, phase: "unpacking" });
                Ok(())
            }
        }
    }

    /// Sends the bytes of a file on this machine on their way.
    fn feed_file(&self, file: impl io::Read, path: &Path, feed: &mut Feed<'_>) -> Result<(), Failure> {
        cache::read_pieces(file, |piece| feed.take(piece)).map_err(|e| {
            match self.order.waiting.progress.cancelled() {
                true => StoreError::Interrupted.into(),
                false => DiskError::new("read", path, e).into(),
            }
        })
    }

    fn download(&self, offset: u64, feed: &mut Feed<'_>) -> Result<(), Failure> {
        let version = self.order.provenance.version;
        let progress = self.order.waiting.progress;
        self.partial.reserve(self.order.provenance.size)?;
        let size = self.size();
        let download =
            Download { location: self.order.location, size, cap: size.unwrap_or(LARGEST_ARCHIVE), offset };
        let mut refusal = None;
        let outcome = self.net.download(&download, &|| progress.cancelled(), &mut |event| {
            match event {
                net::Event::Total(_) => {}
                net::Event::Retrying { reason, .. } => progress.event(Event::Retrying { version, reason }),
                net::Event::Chunk(bytes) => {
                    progress.event(Event::Received { version, bytes: bytes.len() as u64 });
                    self.partial.append(bytes).map_err(|e| {
                        refusal = Some(e);
                        SinkError
                    })?;
                    feed.take(bytes).map_err(|_| SinkError)?;
                }
            }
            Ok(())
        });
        match outcome {
            Ok(_) => Ok(()),
            // Without a refusal of the disk it was the user who wanted no more.
            Err(NetError::Sink { .. }) => {
                Err(refusal.map_or(StoreError::Interrupted, StoreError::from).into())
            }
            Err(NetError::Cancelled { .. }) => Err(StoreError::Interrupted.into()),
            Err(e @ (NetError::Changed { .. } | NetError::WrongRange { .. })) => {
                Err(Failure::WrongBytes(e.into()))
            }
            Err(e) => Err(e.into()),
        }
    }

    /// Decides what an attempt came to: the digest first, since it says whether the rest means anything.
    fn judge(
        &self,
        fed: Result<(), Failure>,
        found: Sha256,
        inflated: io::Result<()>,
        unpacked: Result<(), UnpackError>,
    ) -> Result<(), Failure> {
        let unpacked = match unpacked {
            Err(UnpackError::Disk(error)) => return Err(error.into()),
            unpacked => unpacked,
        };
        fed?;
        let (url, expected) = (self.order.location.to_string(), self.order.provenance.sha256);
        if found != expected {
            return Err(Failure::WrongBytes(ReceiveError::WrongDigest { url, found, expected }));
        }
        let source = match (inflated, unpacked) {
            (Ok(()), Ok(())) => return Ok(()),
            (Err(error), Ok(()) | Err(UnpackError::Unreadable(_))) => UnpackError::Unreadable(error),
            (_, Err(error)) => error,
        };
        Err(ReceiveError::Unpack { url, source }.into())
    }
}

/// Hashes bytes and hands them on to be unpacked.
struct Feed<'a> {
    hash: sha2::Sha256,
    /// `None` after the unpacking ended early; the hash still needs every byte.
    pipe: Option<PipeWriter>,
    is_hopeless: &'a AtomicBool,
    progress: &'a dyn crate::progress::Progress,
}

impl Feed<'_> {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        if let Some(pipe) = &mut self.pipe
            && pipe.write_all(bytes).is_err()
        {
            self.pipe = None;
        }
        if self.is_hopeless.load(Ordering::Relaxed) || self.progress.cancelled() {
            return Err(io::Error::other("stopped"));
        }
        Ok(())
    }

    fn finish(self) -> Sha256 {
        // A reader that is gone has said why itself.
        drop(self.pipe.map(PipeWriter::finish));
        Sha256::new(self.hash.finalize().into())
    }
}

fn inflate(compressed: PipeReader, mut inflated: PipeWriter) -> io::Result<()> {
    let mut decoder = GzDecoder::new(compressed);
    inflated.fill_from(&mut decoder)?;
    if !decoder.into_inner().fill_buf()?.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "something follows the gzip stream"));
    }
    inflated.finish()
}

fn join<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
