//! One file per command: its arguments, calls into the library, its output.

pub(crate) mod bisect;
pub(crate) mod cache;
pub(crate) mod ci;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod env;
pub(crate) mod exec;
pub(crate) mod history;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod install;
pub(crate) mod list;
pub(crate) mod local;
pub(crate) mod locate;
pub(crate) mod man;
pub(crate) mod matrix;
pub(crate) mod outdated;
pub(crate) mod preflight;
pub(crate) mod program;
pub(crate) mod prune;
pub(crate) mod remote;
pub(crate) mod repair;
pub(crate) mod rollback;
pub(crate) mod service;
pub(crate) mod setup;
pub(crate) mod shell;
pub(crate) mod switch;
pub(crate) mod teardown;
pub(crate) mod trial;
pub(crate) mod undo;
pub(crate) mod uninstall;
pub(crate) mod upgrade;
pub(crate) mod verify;
pub(crate) mod why;

mod cgo;
mod changes;
mod consent;
mod fresh;
mod mends;
mod removals;
mod runs;
mod self_uninstall;
mod session;

pub(crate) use removals::hint_at_trash;
