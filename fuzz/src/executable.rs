//! Files that may be programs: ELF, Mach-O, PE, and Go's build info in them.

use std::fs;

use gvm_rs::executable::{self, ExecutableError};
use gvm_rs::inspect::{Place, judge};
use gvm_rs::model::Platform;
use gvm_rs::preflight::Host;

use super::jail::Jail;
use super::says;

/// More than all names in a file of this size can come to: a name may be named often, but not without end.
const MOST_TEXT: usize = 16 << 20;

/// Reads a file and judges what it holds for every kind of machine. Accepted is a program.
pub fn check(data: &[u8]) -> bool {
    let jail = Jail::new();
    let path = jail.inside().join("file");
    fs::write(&path, data).unwrap();
    // Any file may be taken for a library, too.
    executable::glibc_of(&path);
    let executables = match executable::read(&path) {
        Ok(executables) => executables,
        Err(error) => {
            assert!(!matches!(error, ExecutableError::Unreadable { .. }), "{error:?}");
            says::only_harmless_text(&error);
            return false;
        }
    };
    let named =
        ["alpine", "scratch", "debian:12", "glibc:2.17", "kernel:3.4.35_hi3535", "macos:26", "windows"];
    let mut places: Vec<Place> = named.map(|target| Place::named(target).unwrap()).into();
    places.extend(Platform::host().map(|platform| Place::here(&Host::here(platform))));
    for executable in &executables {
        let names: usize = executable.needed.iter().map(String::len).sum();
        assert!(names < MOST_TEXT, "{names} bytes of names");
        for place in &places {
            assert!(!judge(executable, place).is_empty());
        }
    }
    !executables.is_empty()
}
