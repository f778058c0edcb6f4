//! gvm-rs as a library: installs, switches and rolls back Go toolchains so that `go` always works.
//!
//! Start with [`gvm`], the verbs; [`trash`] has those that remove, [`trial`] those that try, [`upgrade`] those that
//! prove, [`damage`] those that find damage and repair it, [`setup`] those that edit the user's shell files, [`service`]
//! those of systemd units; [`doctor`] says what is wrong, and [`ci`] is for build servers. Imports only point down: `upgrade` → `trial`, `trash`,
//! `damage`, `setup` → `gvm` → `catalog`, `project` → `store` → `net`, `disk`, `process`, `progress` → `model`. Nothing here
//! prints, reads the environment, asks the clock or exits; the command line (`src/cli`) does.

pub mod binary;
pub mod catalog;
pub mod ci;
pub mod damage;
pub mod disk;
pub mod doctor;
pub mod executable;
pub mod explain;
pub mod gvm;
pub mod inspect;
pub mod model;
pub mod net;
pub mod preflight;
pub mod process;
pub mod progress;
pub mod project;
pub mod service;
pub mod setup;
pub mod shell;
pub mod store;
pub mod trash;
pub mod trial;
pub mod upgrade;
