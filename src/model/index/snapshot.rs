//! The index embedded in the program: pinned hashes, and an answer without any network.

use std::sync::LazyLock;

use super::Index;
use crate::model::Platform;

const SNAPSHOT: &[u8] = include_bytes!("snapshot.bin");

impl Index {
    /// Returns the index as it was when the program was built; its hashes are pinned.
    #[expect(clippy::expect_used, reason = "the bytes are part of the program, and a test decodes them")]
    pub fn snapshot() -> &'static Index {
        static WHOLE: LazyLock<Index> =
            LazyLock::new(|| Index::decode(SNAPSHOT).expect("the embedded index decodes"));
        &WHOLE
    }

    /// Like [`Index::snapshot`], with the archives for one platform only, which costs a fraction.
    #[expect(clippy::expect_used, reason = "the bytes are part of the program, and a test decodes them")]
    pub fn snapshot_for(platform: &Platform) -> Index {
        Index::decode_for(platform, SNAPSHOT).expect("the embedded index decodes")
    }
}
