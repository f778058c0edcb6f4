//! What the integration tests stand on: synthetic Go archives, a mirror that can misbehave, a sealed home.
//!
//! Nothing here uses the crate under test, so a mistake there cannot hide itself here. Everything stays on
//! loopback and in a temporary directory, and nothing sleeps: tests wait for events, not for time.
#![allow(
    dead_code,
    unused_imports,
    reason = "each integration test is a crate of its own and uses another part of this"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "test support: a panic is the report, and its files are its own"
)]

pub mod archive;
pub mod hostile;
pub mod mirror;
pub mod proxy;
pub mod raw_tar;
pub mod sandbox;
pub mod tls;

pub use archive::{Broken, FakeGo};
pub use hostile::{hostile_corpus, odd_but_harmless_corpus};
pub use mirror::{Behaviour, Mirror, Pace, Request};
pub use proxy::Proxy;
pub use raw_tar::RawTar;
pub use sandbox::{Run, Sandbox, Spawned, tree_names};
pub use tls::Ca;
