//! What must hold of everything that gvm-rs reads from outside, whatever it reads: one module per target, each with
//! a `check` that takes raw bytes, panics where a promise is broken, and says whether they were accepted for what they
//! should be. The kept corpus has both kinds, or it would be of another format than the program.
//!
//! The fuzzer calls these functions (`fuzz_targets/`), and so does a plain test that replays the kept corpus
//! (`tests/fuzz_corpus.rs` of the main package). Nothing here reaches the network or anything outside a directory
//! of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a panic is the report, and the files are its own"
)]

pub mod answers;
pub mod archive_bytes;
pub mod archive_entries;
pub mod config_file;
pub mod executable;
pub mod index_compact;
pub mod index_json;
pub mod locations;
pub mod lock_note;
pub mod manifest;
pub mod planted;
pub mod project_files;
pub mod receive;
pub mod store;
pub mod versions;

mod draw;
mod jail;
mod says;
mod unpacking;

/// A target by its name, the name of its directory in `corpus/`.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// Every target but the control.
pub const TARGETS: [Target; 14] = [
    ("answers", answers::check),
    ("archive_bytes", archive_bytes::check),
    ("archive_entries", archive_entries::check),
    ("config_file", config_file::check),
    ("executable", executable::check),
    ("index_compact", index_compact::check),
    ("index_json", index_json::check),
    ("locations", locations::check),
    ("lock_note", lock_note::check),
    ("manifest", manifest::check),
    ("project_files", project_files::check),
    ("receive", receive::check),
    ("store", store::check),
    ("versions", versions::check),
];
