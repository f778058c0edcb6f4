//! `.go-version`, `go.work`, `go.mod`, `.tool-versions` and `mise.toml`; the first byte chooses.

use gvm_rs::model::{VersionFile, VersionRequest, line_with, pin_in, request_in, used_in};

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
    lines_are_lines_of(file, &text);
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

/// Whoever annotates a line has to find it in the file.
fn lines_are_lines_of(file: VersionFile, text: &str) {
    let count = text.lines().count();
    let is_one = |line: usize| assert!((1..=count).contains(&line), "line {line} of {count}");
    if let Ok(Some((line, _))) = pin_in(file, text) {
        is_one(line);
    }
    if file.is_minimum() {
        ["go", "toolchain"].into_iter().filter_map(|word| line_with(file, text, word)).for_each(is_one);
    }
    if file == VersionFile::GoWork {
        let used = used_in(text);
        assert!(used.iter().map(String::len).sum::<usize>() <= text.len());
        assert!(used.iter().all(|directory| !directory.is_empty()));
    }
}
