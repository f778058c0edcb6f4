//! An archive on its whole way: a file that somebody offers, through hash, gunzip and untar into the staging of a
//! store. The first byte says how the rest is wrapped, the second whether the hash is right.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use gvm_rs::disk::Disk;
use gvm_rs::model::Sha256;
use gvm_rs::net::{Location, Net, NetOptions};
use gvm_rs::progress::Silent;
use gvm_rs::store::{
    Destination, Order, Proof, Provenance, Purpose, ReceiveError, Received, Root, Slots, Store, Waiting,
};
use sha2::Digest as _;

use super::draw::Draw;
use super::jail::{Jail, tree_below};
use super::{archive_entries, says};

/// Receives the archive. Accepted is what is staged.
pub fn check(data: &[u8]) -> bool {
    let jail = Jail::new();
    let mut draw = Draw::new(data);
    let (wrapping, is_right) = (draw.byte(), draw.byte() != b'!');
    let archive = wrapped(wrapping, draw.rest(), &jail);
    let offered = jail.inside().join("offered");
    fs::write(&offered, &archive).unwrap();
    let store = Store::open(jail.inside().join("root"), Disk::default()).unwrap();
    let is_staged = receive(&store, &archive, is_right, &Location::file(offered).unwrap());
    jail.assert_untouched();
    let left = |name: &str| fs::read_dir(store.layout().root().join(name)).unwrap().count();
    // A good download that nobody committed is kept for the next try.
    assert_eq!((left("staging"), left("cache")), (0, usize::from(is_staged)), "something is left behind");
    is_staged
}

fn wrapped(wrapping: u8, rest: &[u8], jail: &Jail) -> Vec<u8> {
    let outside = jail.outside().into_os_string().into_encoded_bytes();
    match wrapping {
        b'g' => gzip(rest),
        b'e' => gzip(&archive_entries::stream(rest, &outside)),
        b'2' => {
            let stream = archive_entries::stream(rest, &outside);
            let (one, other) = stream.split_at(stream.len() / 2);
            [gzip(one), gzip(other)].concat()
        }
        b'+' => [gzip(&archive_entries::stream(rest, &outside)), rest.to_vec()].concat(),
        b'-' => {
            let mut cut = gzip(&archive_entries::stream(rest, &outside));
            cut.truncate(cut.len().saturating_sub(1 + rest.len() % 16));
            cut
        }
        _ => rest.to_vec(),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn receive(store: &Store, archive: &[u8], is_right: bool, location: &Location) -> bool {
    let mut sha256: [u8; 32] = sha2::Sha256::digest(archive).into();
    sha256[0] ^= u8::from(!is_right);
    let provenance = Provenance {
        version: "1.22.5".parse().unwrap(),
        platform: "linux-amd64".parse().unwrap(),
        archive: "go1.22.5.linux-amd64.tar.gz".to_owned(),
        url: location.to_string(),
        sha256: Sha256::new(sha256),
        size: archive.len() as u64,
        verified_by: Root::NamedIndex,
        index: "an index".to_owned(),
        proof: Proof::Version,
        installed_at: 1,
    };
    let purpose = Purpose { command: "install 1.22.5".to_owned(), now: 1, sudo_user: None };
    let order = Order {
        provenance: &provenance,
        location,
        keep_archive: false,
        destination: Destination::Versions,
        purpose: &purpose,
        waiting: Waiting { limit: None, progress: &Silent },
    };
    match store.receive(&order, &Net::new(NetOptions::default()), &Slots::new(1)) {
        Ok(Received::Staged(staged)) => {
            assert!(is_right, "the hash was wrong");
            let staging = store.layout().root().join("staging");
            let mut places = fs::read_dir(staging).unwrap().map(|entry| entry.unwrap().path());
            let place = places.find(|path| path.is_dir()).expect("it is staged");
            let files = tree_below(&place.join("go"));
            assert!(!files.is_empty(), "an empty tree");
            drop(staged);
            true
        }
        Ok(Received::AlreadyThere) => panic!("nothing was there"),
        Err(error @ ReceiveError::WrongDigest { .. }) => {
            assert!(!is_right, "{error}");
            false
        }
        Err(error @ (ReceiveError::Unpack { .. } | ReceiveError::Net(_))) => {
            says::only_harmless_text(&error);
            false
        }
        Err(error @ ReceiveError::Store(_)) => panic!("taken for a failing disk: {error:?}"),
    }
}
