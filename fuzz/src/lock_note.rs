//! The note that the holder of a lock leaves for whoever waits: any process of the user could have written it.

use std::fs::{self, File};
use std::time::Duration;

use gvm_rs::disk::Disk;
use gvm_rs::progress::Silent;
use gvm_rs::store::{Purpose, Store, StoreError, Waiting};

use super::jail::Jail;
use super::says;

/// Tries to take a lock that is held. Accepted is a note that says something.
pub fn check(data: &[u8]) -> bool {
    let jail = Jail::new();
    let path = jail.inside().join("lock");
    fs::write(&path, data).unwrap();
    let held = File::open(&path).unwrap();
    held.lock().unwrap();
    let store = Store::open(jail.inside(), Disk::default()).unwrap();
    let purpose = Purpose { command: "use 1.22.5".to_owned(), now: 1, sudo_user: None };
    let waiting = Waiting { limit: Some(Duration::ZERO), progress: &Silent };
    let is_accepted = match store.lock(&purpose, waiting) {
        Err(StoreError::Busy { path, holder }) => {
            let says_something = !holder.is_empty();
            says::only_harmless_text(&StoreError::Busy { path, holder });
            says_something
        }
        other => panic!("the lock is held, and yet: {other:?}"),
    };
    assert_eq!(fs::read(&path).unwrap(), data, "whoever waits wrote into the note");
    is_accepted
}
