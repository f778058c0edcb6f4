//! The manifest of an installed toolchain: damaged or forged, it is an error or it describes a plain tree.

use std::fs;
use std::path::{Component, Path};

use gvm_rs::disk::Disk;
use gvm_rs::store::{Store, StoreError};

use super::jail::Jail;
use super::says;

/// Reads a manifest. Accepted is one that can be read to its end.
pub fn check(data: &[u8]) -> bool {
    let jail = Jail::new();
    let root = jail.inside();
    fs::create_dir(root.join("manifests")).unwrap();
    fs::write(root.join("manifests/go1.22.5.jsonl"), data).unwrap();
    let store = Store::open(root, Disk::default()).unwrap();
    let version = "1.22.5".parse().unwrap();
    match (store.manifest(version), store.provenance(version)) {
        (Ok(manifest), Ok(provenance)) => {
            assert_eq!(manifest.provenance, provenance);
            for file in &manifest.files {
                let mut components = Path::new(&file.path).components();
                let is_plain = components.all(|component| matches!(component, Component::Normal(_)));
                assert!(is_plain && !file.path.is_empty(), "{:?} leads elsewhere", file.path);
                assert_eq!(file.mode & !0o777, 0, "{:o}", file.mode);
            }
            true
        }
        (Ok(_), Err(error)) => panic!("the whole can be read, and its first line cannot: {error:?}"),
        (Err(error), first) => {
            is_damage(&error);
            if let Err(error) = first {
                is_damage(&error);
            }
            false
        }
    }
}

fn is_damage(error: &StoreError) {
    assert!(matches!(error, StoreError::Damaged { .. } | StoreError::Disk(_)), "{error:?}");
    says::only_harmless_text(error);
}
