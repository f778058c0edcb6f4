//! `verify` and `repair`: every kind of damage is found out, put right, and told; and `go` is never lost by it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod support;

#[path = "damage/kill.rs"]
mod kill;
#[path = "damage/limits.rs"]
mod limits;
#[path = "damage/random.rs"]
mod random;
#[path = "damage/readers.rs"]
mod readers;
#[path = "damage/sources.rs"]
mod sources;
#[path = "damage/store.rs"]
mod store;
#[path = "damage/structure.rs"]
mod structure;
#[path = "damage/trees.rs"]
mod trees;
