//! Stores on bad ground: full, read-only, foreign, tampered with, moved, or under an odd name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what is skipped, and which case of a table failed"
)]

mod support;

#[path = "bad_roots/full.rs"]
mod full;
#[path = "bad_roots/mounts.rs"]
mod mounts;
#[path = "bad_roots/names.rs"]
mod names;
#[path = "bad_roots/overlay.rs"]
mod overlay;
#[path = "bad_roots/owners.rs"]
mod owners;
#[path = "bad/scene.rs"]
mod scene;
#[path = "bad_roots/tampered.rs"]
mod tampered;
