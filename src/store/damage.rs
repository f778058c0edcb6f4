//! What can be wrong with a store, as values: a name in it and what is the matter. Nothing here looks or mends.

use std::fmt;
use std::path::PathBuf;

use crate::disk::Kind;

/// One thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where, below the root of the store.
    pub path: PathBuf,
    /// What is the matter.
    pub fault: Fault,
}

/// What is the matter with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing(Kind),
    /// Its bytes are others.
    Changed,
    /// Nothing of that name belongs there.
    Added(Kind),
    /// Its permission bits are others.
    Mode {
        /// What they are.
        found: u32,
        /// What they should be.
        expected: u32,
    },
    /// It is something else than it should be.
    Kind {
        /// What it is.
        found: Kind,
        /// What it should be.
        expected: Kind,
    },
    /// It is a link that leads elsewhere.
    Redirected {
        /// Where it leads.
        found: PathBuf,
        /// Where it should lead, as far as that is known.
        expected: Option<PathBuf>,
    },
    /// It cannot be read, or what it says makes no sense.
    Unreadable(String),
}

impl Fault {
    /// The fault in one word, for other programs.
    pub fn name(&self) -> &'static str {
        match self {
            Fault::Missing(_) => "missing",
            Fault::Changed => "changed",
            Fault::Added(_) => "added",
            Fault::Mode { .. } => "mode",
            Fault::Kind { .. } => "kind",
            Fault::Redirected { .. } => "redirected",
            Fault::Unreadable(_) => "unreadable",
        }
    }
}

/// Tells what the word does not; nothing where the word says it all.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing(Kind::File) | Fault::Added(Kind::File) | Fault::Changed => Ok(()),
            Fault::Missing(kind) | Fault::Added(kind) => f.write_str(noun(*kind)),
            Fault::Mode { found, expected } => write!(f, "{found:03o}, not {expected:03o}"),
            Fault::Kind { found, expected } => write!(f, "{}, not {}", noun(*found), noun(*expected)),
            Fault::Redirected { found, expected: Some(expected) } => {
                write!(f, "to {}, not {}", found.display(), expected.display())
            }
            Fault::Redirected { found, expected: None } => write!(f, "to {}", found.display()),
            Fault::Unreadable(reason) => f.write_str(reason),
        }
    }
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "a file",
        Kind::Directory => "a directory",
        Kind::Link => "a link",
        Kind::Other => "a pipe, socket or device",
    }
}
