//! Archives that must not be installed although the index has their true hash: nothing of them gets out of staging.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what is skipped, and which case of a table failed"
)]

mod support;

#[path = "bad_archives/hostile.rs"]
mod hostile;
#[path = "bad_archives/lying.rs"]
mod lying;
#[path = "bad/scene.rs"]
mod scene;
