//! The control: the tar crate's own unpacker under the same watch. The engine has to find, from nothing, an archive
//! with a link and a name that leads through it; a run that does not find one proves nothing about the other targets.

use std::collections::BTreeSet;

use super::archive_entries;
use super::jail::{Jail, plain_below};

/// Builds the stream and, if it is of that kind, has it unpacked by somebody else.
pub fn check(data: &[u8]) {
    if !leads_through_a_link(&archive_entries::stream(data, b"/outside")) {
        return;
    }
    let jail = Jail::new();
    let root = jail.inside().join("go");
    let stream = archive_entries::stream(data, jail.outside().as_os_str().as_encoded_bytes());
    // Whether it accepts the archive is not the question.
    drop(tar::Archive::new(stream.as_slice()).unpack(&root));
    jail.assert_untouched();
    drop(plain_below(&root));
}

/// Whether a name begins with that of a link before it. In memory, so that the engine can try many.
fn leads_through_a_link(stream: &[u8]) -> bool {
    let mut links = BTreeSet::new();
    for entry in tar::Archive::new(stream).entries().unwrap() {
        let Ok(entry) = entry else { return false };
        let Ok(path) = entry.path() else { return false };
        if path.ancestors().skip(1).any(|above| links.contains(above)) {
            return true;
        }
        if entry.header().entry_type().is_symlink() && path.file_name().is_some() {
            links.insert(path.into_owned());
        }
    }
    false
}
