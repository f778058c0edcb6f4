//! The release index as it is kept on disk.

use std::collections::BTreeSet;

use gvm_rs::model::{Index, Platform};

use super::{index_json, says};

/// Reads a kept index, whole and for each of its platforms, and writes it again.
pub fn check(data: &[u8]) -> bool {
    match Index::decode(data) {
        Ok(index) => {
            index_json::is_in_order(&index);
            let archives = || index.releases().iter().flat_map(|release| &release.archives);
            for platform in archives().map(|archive| archive.platform).collect::<BTreeSet<_>>() {
                for_one_platform_it_says_the_same(&index, &platform, data);
            }
            assert_eq!(Index::decode(&index.encode()), Ok(index));
            true
        }
        Err(error) => {
            // Whoever asks for one platform does not see what is damaged elsewhere, and what he gets is sound.
            if let Ok(index) = Index::decode_for(&"linux-amd64".parse().unwrap(), data) {
                index_json::is_in_order(&index);
            }
            says::only_harmless_text(&error);
            false
        }
    }
}

fn for_one_platform_it_says_the_same(index: &Index, platform: &Platform, data: &[u8]) {
    let part = Index::decode_for(platform, data).expect("the whole can be read");
    assert_eq!(part.skipped(), index.skipped());
    assert_eq!(part.releases().len(), index.releases().len());
    for (part, whole) in part.releases().iter().zip(index.releases()) {
        assert_eq!(part.version, whole.version);
        assert_eq!(part.archive_for(platform), whole.archive_for(platform));
    }
}
