//! `.go-version`, `go.work`, `go.mod`, `.tool-versions` and `mise.toml`; the first byte chooses.

use gvm_rs::model::{VersionFile, VersionRequest, request_in};

use super::draw::Draw;
use super::says;

/// Reads a project file. Accepted is one that asks for something.
pub fn check(data: &[u8]) -> bool {
    let mut draw = Draw::new(data);
    let files = [
        VersionFile::GoVersion,
        VersionFile::GoWork,
        VersionFile::GoMod,
        VersionFile::ToolVersions,
        VersionFile::Mise,
    ];
    let file = draw.choice(&files);
    let text = String::from_utf8_lossy(draw.rest());
    match request_in(file, &text) {
        Ok(None) => false,
        Ok(Some(request)) => {
            assert_eq!(request.to_string().parse(), Ok(request.clone()));
            match file {
                VersionFile::GoMod | VersionFile::GoWork => {
                    assert!(
                        matches!(request, VersionRequest::Exact(_) | VersionRequest::Newest(_)),
                        "{request}"
                    );
                    assert!(text.contains("go"), "{request} came from nowhere");
                }
                _ => assert_ne!(request, VersionRequest::Previous),
            }
            true
        }
        Err(error) => {
            says::only_harmless_text(&error);
            false
        }
    }
}
