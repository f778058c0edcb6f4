//! The release index as a server sends it.

use std::sync::LazyLock;

use gvm_rs::model::{Index, IndexError, Platform};

use super::says;

/// An index that pins one archive.
const PINNED: &str = r#"[{"version":"go1.22.5","stable":true,"files":[{"filename":"go1.22.5.linux-amd64.tar.gz",
    "sha256":"904b924d435eaea086515bc63235b192ea441bd8c9b198c507e85009e6e4c7f0","size":1000,"kind":"archive"}]}]"#;

/// Reads an index, keeps it, and lays it over a pinned one.
pub fn check(data: &[u8]) -> bool {
    static PINS: LazyLock<Index> = LazyLock::new(|| Index::from_json(PINNED.as_bytes()).unwrap());
    let index = match Index::from_json(data) {
        Ok(index) => index,
        Err(error) => {
            says::only_harmless_text(&error);
            return false;
        }
    };
    is_in_order(&index);
    let kept = Index::decode(&index.encode());
    assert!(kept == Ok(index.clone()) || matches!(kept, Err(IndexError::TooMany { .. })), "{kept:?}");
    match PINS.clone().overlay(index) {
        Ok(union) => {
            is_in_order(&union);
            let pinned = &PINS.releases()[0].archives[0];
            assert_eq!(union.pinned_hash(pinned), pinned.sha256, "a pinned hash was changed");
        }
        Err(error) => says::only_harmless_text(&error),
    }
    true
}

/// Newest first, without doubles, and every archive has a name that is a plain file name and its release's.
pub fn is_in_order(index: &Index) {
    assert!(index.releases().is_sorted_by(|newer, older| newer.version > older.version));
    for release in index.releases() {
        assert!(release.archives.is_sorted_by(|a, b| a.platform < b.platform));
        assert_eq!(index.find(release.version), Some(release));
        for archive in &release.archives {
            let name = archive.file_name();
            assert!(!name.contains(['/', '\\']) && !name.contains(char::is_control), "{name:?}");
            assert!(name.starts_with(&format!("{}.", release.version.toolchain())), "{name}");
            let platform: Platform = archive.platform.to_string().parse().unwrap();
            assert_eq!(release.archive_for(&platform), Some(archive));
        }
    }
}
