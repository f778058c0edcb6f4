//! Nonsense that is typed, set or lying around: a clear error, the right code, and nothing lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what is skipped, and which case of a table failed"
)]

mod support;

#[path = "bad_input/projects.rs"]
mod projects;
#[path = "bad/scene.rs"]
mod scene;
#[path = "bad_input/settings.rs"]
mod settings;
#[path = "bad_input/specs.rs"]
mod specs;
