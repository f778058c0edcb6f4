//! The configuration file, compiled from the program's own source because the command line is no library.

#[path = "../../src/cli/config/file.rs"]
#[expect(dead_code, reason = "the settings themselves are used by the command line")]
mod file;

use super::says;

/// Reads a configuration file.
pub fn check(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let parsed = file::parse(&text);
    if let Err(malformed) = &parsed {
        let lines = text.matches('\n').count() + 1;
        assert!((1..=lines).contains(&malformed.line), "line {} of {lines}", malformed.line);
        says::harmless(&malformed.reason);
    }
    parsed.is_ok()
}
