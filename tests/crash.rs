//! The promise, tested: a process that is killed before any one of its durable steps leaves a `go` that works,
//! and the next command finds everything in order.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests: a panic is the report, and they change and break disks of their own"
)]

mod support;

#[path = "crash/kill.rs"]
mod kill;
#[path = "crash/order.rs"]
mod order;
#[path = "crash/readers.rs"]
mod readers;
#[path = "crash/setup.rs"]
mod setup;
#[path = "crash/template.rs"]
mod template;
#[path = "crash/trash.rs"]
mod trash;
#[path = "crash/witness.rs"]
mod witness;
