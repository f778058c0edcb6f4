//! The index embedded in the program: pinned hashes, and an answer without any network.

use std::sync::LazyLock;

use super::Index;

impl Index {
    /// Returns the index as it was when the program was built; its hashes are pinned.
    #[expect(clippy::expect_used, reason = "the bytes are part of the program, and a test decodes them")]
    pub fn snapshot() -> &'static Index {
        static SNAPSHOT: LazyLock<Index> = LazyLock::new(|| {
            Index::decode(include_bytes!("snapshot.bin")).expect("the embedded index decodes")
        });
        &SNAPSHOT
    }
}
