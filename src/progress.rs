//! What the library tells whoever watches, and how it is asked to stop. It prints nothing itself.

use crate::model::GoVersion;

/// Something that happened on the way.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another process has what this one needs; `holder` says who, as far as known.
    Waiting {
        /// What is waited for, as a noun phrase.
        what: &'a str,
        /// Who has it: the note in the lock file, or empty.
        holder: &'a str,
    },
    /// A release is about to arrive: `total` bytes (0 = unknown), of which `held` are here from an earlier try.
    Receiving {
        /// Which release.
        version: GoVersion,
        /// Size of the archive in bytes; 0 where the index does not say.
        total: u64,
        /// Bytes on disk already.
        held: u64,
    },
    /// More bytes of the archive arrived.
    Received {
        /// Which release.
        version: GoVersion,
        /// How many more.
        bytes: u64,
    },
    /// The connection failed and is tried again.
    Retrying {
        /// Which release.
        version: GoVersion,
        /// Why, safe to print.
        reason: &'a str,
    },
    /// All bytes are here; what is left is named by `phase` (`unpacking`, `proving`, `flushing to disk`).
    Phase {
        /// Which release.
        version: GoVersion,
        /// The phase, as a participle.
        phase: &'static str,
    },
    /// The files of an installed toolchain are about to be read: `total` bytes.
    Checking {
        /// Which release.
        version: GoVersion,
        /// How many bytes its files have.
        total: u64,
    },
    /// More bytes of the toolchain were read.
    Checked {
        /// Which release.
        version: GoVersion,
        /// How many more.
        bytes: u64,
    },
    /// Nothing more will be said of this release.
    Ended {
        /// Which release.
        version: GoVersion,
    },
    /// Something the user may want to know: a sentence without a period.
    Note(&'a str),
    /// Something that matters only to who asked for details.
    Detail(&'a str),
}

/// Watches the work, and may ask it to stop.
pub trait Progress: Sync {
    /// Takes note of an event.
    fn event(&self, event: Event<'_>);
    /// Whether the user wants it to stop; asked at least ten times a second.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _event: Event<'_>) {}
}
