//! Programs that a test cannot do without. A missing one fails the test loudly, unless GVM_RS_TEST_SKIP
//! names it (comma separated) and so owns up to what is left untested.
#![allow(
    dead_code,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "each test uses another part; the switch is a variable, and a skip must show"
)]

use std::path::PathBuf;

/// Whether GVM_RS_TEST_SKIP names this; says so if it does.
pub fn is_skipped(name: &str) -> bool {
    let skipped = std::env::var("GVM_RS_TEST_SKIP").unwrap_or_default();
    let is_skipped = skipped.split(',').any(|skipped| skipped.trim() == name);
    if is_skipped {
        eprintln!("not tested: GVM_RS_TEST_SKIP names {name}");
    }
    is_skipped
}

/// Whether a test that needs this program may go on; fails it if the program is missing.
pub fn program(name: &str) -> bool {
    if is_skipped(name) {
        return false;
    }
    assert!(find(name).is_some(), "{name} is missing: install it, or set GVM_RS_TEST_SKIP={name}");
    true
}

/// The program where a sandbox finds it too.
fn find(name: &str) -> Option<PathBuf> {
    ["/usr/bin", "/bin"].iter().map(|dir| PathBuf::from(dir).join(name)).find(|path| path.exists())
}

/// nushell, which no package of Debian has: what GVM_RS_TEST_NU names, what tests/nushell.sh fetched, or the one in a usual
/// place. Fails the test if there is none.
pub fn nushell() -> Option<PathBuf> {
    if is_skipped("nu") {
        return None;
    }
    let fetched = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/nushell/nu");
    let named = std::env::var_os("GVM_RS_TEST_NU").map(PathBuf::from);
    let found = named.or_else(|| Some(fetched).filter(|nu| nu.exists())).or_else(|| find("nu"));
    assert!(
        found.is_some(),
        "nushell is missing: bash tests/nushell.sh target/nushell, or GVM_RS_TEST_SKIP=nu"
    );
    found
}
