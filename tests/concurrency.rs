//! Several processes on one root: they wait for each other where they must, never where they need not, and
//! whatever they do, `go` runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests: a panic is the report, and they change and break disks of their own"
)]

mod support;

#[path = "concurrency/crowd.rs"]
mod crowd;
#[path = "concurrency/lock.rs"]
mod lock;
#[path = "concurrency/same.rs"]
mod same;
#[path = "concurrency/several.rs"]
mod several;
#[path = "concurrency/stage.rs"]
mod stage;
#[path = "concurrency/staging.rs"]
mod staging;
#[path = "concurrency/watched.rs"]
mod watched;
#[path = "crash/witness.rs"]
mod witness;
