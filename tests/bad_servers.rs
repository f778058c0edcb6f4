//! Servers that are broken, hostile or unlucky: what is refused, what is resumed, and what is said.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what is skipped, and which case of a table failed"
)]

mod support;

#[path = "bad_servers/answers.rs"]
mod answers;
#[path = "bad_servers/indexes.rs"]
mod indexes;
#[path = "bad_servers/interrupts.rs"]
mod interrupts;
#[path = "bad_servers/resumes.rs"]
mod resumes;
#[path = "bad/scene.rs"]
mod scene;
#[path = "bad_servers/secrets.rs"]
mod secrets;
#[path = "bad_servers/trust.rs"]
mod trust;

/// The path of the archive that the bad things happen to.
const ARCHIVE: &str = "/dl/go1.22.5.linux-amd64.tar.gz";
/// Its name.
const FILE: &str = "go1.22.5.linux-amd64.tar.gz";
