//! The index as go.dev serves it. It trusts file names only: the `arch` field is wrong in a thousand rows.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Archive, Index, IndexError, MOST_ARCHIVES, Release};
use crate::model::{Excerpt, GoVersion, Platform, Sha256};

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow, default)]
    files: Vec<File<'a>>,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    filename: Cow<'a, str>,
    #[serde(borrow, default)]
    sha256: Cow<'a, str>,
    #[serde(default)]
    size: u64,
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
}

impl Index {
    /// Reads the body of `https://go.dev/dl/?mode=json&include=all`, or of the shorter one without `include=all`.
    ///
    /// Installers, source archives and the bootstrap files are left out, and so are releases whose name is no version
    /// (counted in [`Index::skipped`]), so that a future naming scheme hides the new releases only.
    ///
    /// # Errors
    /// [`IndexError`] if it is not such a body, or if it is one that no honest server sends: unsafe names, a file
    /// listed under another release, a malformed hash, duplicates.
    pub fn from_json(body: &[u8]) -> Result<Index, IndexError> {
        let begin = body.trim_ascii_start();
        if !begin.starts_with(b"[") {
            return Err(IndexError::NotJson(Excerpt::of_bytes(begin)));
        }
        // The parser's own message may quote the input, so only the position is kept.
        let listed: Vec<Listed<'_>> = serde_json::from_slice(body)
            .map_err(|error| IndexError::Malformed { line: error.line(), column: error.column() })?;
        if listed.iter().map(|release| release.files.len() + 1).sum::<usize>() > MOST_ARCHIVES {
            return Err(IndexError::TooMany { limit: MOST_ARCHIVES });
        }
        let mut releases = Vec::with_capacity(listed.len());
        let mut skipped = 0;
        for Listed { version, files } in listed {
            match version.parse() {
                Ok(version) => releases.push(release(version, &files)?),
                Err(_) => skipped += u64::from(version != BOOTSTRAP),
            }
        }
        Ok(Index { skipped, ..Index::sorted(releases)? })
    }
}

/// Holds old sources for bootstrapping under file names that look like archives; it is not a release.
const BOOTSTRAP: &str = "go1";

fn release(version: GoVersion, files: &[File<'_>]) -> Result<Release, IndexError> {
    let mut archives = Vec::new();
    for file in files {
        let name = &file.filename;
        if name.contains(['/', '\\']) || name.contains("..") {
            return Err(IndexError::UnsafeName(Excerpt::of(name)));
        }
        if file.kind == "archive" {
            archives.extend(archive(version, file)?);
        }
    }
    Ok(Release { version, archives })
}

/// Returns nothing for an archive of a kind that this program cannot use, such as those for one version of Mac OS X.
fn archive(version: GoVersion, file: &File<'_>) -> Result<Option<Archive>, IndexError> {
    let name = &*file.filename;
    let foreign = || IndexError::ForeignFile { file: Excerpt::of(name), version };
    let (toolchain, build) = split(name).ok_or_else(foreign)?;
    if toolchain != version.toolchain() {
        return Err(foreign());
    }
    let container = build.strip_suffix(".tar.gz").or_else(|| build.strip_suffix(".zip"));
    let Some(platform) = container.and_then(|platform| platform.parse::<Platform>().ok()) else {
        return Ok(None);
    };
    let sha256 = digest(file)?;
    let archive = Archive { version, platform, sha256, size: Some(file.size).filter(|size| *size > 0) };
    // Invariant: the name in the index and the name that is asked for are the same.
    Ok(Some(archive).filter(|archive| archive.file_name() == name))
}

/// Splits `go1.22.5.linux-amd64.tar.gz` after the version: at the first dot with a letter behind it.
fn split(name: &str) -> Option<(&str, &str)> {
    let dot = name.as_bytes().windows(2).position(|pair| pair[0] == b'.' && pair[1].is_ascii_alphabetic())?;
    Some((&name[..dot], &name[dot + 1..]))
}

fn digest(file: &File<'_>) -> Result<Option<Sha256>, IndexError> {
    if file.sha256.is_empty() {
        return Ok(None);
    }
    match file.sha256.parse() {
        Ok(sha256) => Ok(Some(sha256)),
        Err(_) => Err(IndexError::Digest { file: Excerpt::of(&file.filename) }),
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    const HASH: &str = "675c26c449cbb18fc24b74650de1eabbae6e16f64326fd85a283fb3b58280685";

    fn listed(version: &str, files: &[(&str, &str)]) -> String {
        let files: Vec<String> = files
            .iter()
            .map(|(name, hash)| {
                format!(r#"{{"filename":"{name}","os":"x","arch":"y","sha256":"{hash}","size":5,"kind":"archive"}}"#)
            })
            .collect();
        format!(r#"{{"version":"{version}","stable":true,"new":[{{}}],"files":[{}]}}"#, files.join(","))
    }

    fn read(releases: &[String]) -> Result<Index, IndexError> {
        Index::from_json(format!(" [{}]\n", releases.join(",")).as_bytes())
    }

    fn names(index: &Index) -> Vec<String> {
        index.releases().iter().flat_map(|release| &release.archives).map(Archive::file_name).collect()
    }

    #[test]
    fn releases_come_out_newest_first_and_archives_by_platform() {
        let old = listed("go1.9", &[("go1.9.windows-386.zip", HASH), ("go1.9.linux-386.tar.gz", HASH)]);
        let index = read(&[old, listed("go1.10rc2", &[]), listed("go1.10rc10", &[])]).unwrap();
        let versions: Vec<String> =
            index.releases().iter().map(|release| release.version.to_string()).collect();
        assert_eq!(versions, ["1.10rc10", "1.10rc2", "1.9"]);
        assert_eq!(names(&index), ["go1.9.linux-386.tar.gz", "go1.9.windows-386.zip"]);
        assert_eq!(index.newest_stable(), "1.9".parse().ok());
    }

    #[test]
    fn unusable_archives_are_left_out() {
        let files = [
            ("go1.4.2.darwin-amd64-osx10.8.tar.gz", ""),
            ("go1.4.2.windows-amd64.tar.gz", ""),
            ("go1.4.2.linux-amd64.zip", ""),
            ("go1.4.2.linux-amd64.tar.xz", ""),
            ("go1.4.2.src.tar.gz", ""),
            ("go1.4.2.linux-amd64.tar.gz", ""),
        ];
        let index = read(&[listed("go1.4.2", &files)]).unwrap();
        assert_eq!(names(&index), ["go1.4.2.linux-amd64.tar.gz"]);
        assert_eq!(index.releases()[0].archives[0].sha256, None);
    }

    #[test]
    fn a_missing_size_is_not_zero() {
        let body = r#"[{"version":"go1.4","files":[{"filename":"go1.4.linux-386.tar.gz","kind":"archive","size":0}]}]"#;
        assert_eq!(Index::from_json(body.as_bytes()).unwrap().releases()[0].archives[0].size, None);
    }

    #[test]
    fn unreadable_releases_are_counted_and_the_bootstrap_files_are_not() {
        let bootstrap = listed("go1", &[("go1.4-bootstrap-20171003.tar.gz", HASH)]);
        let index = read(&[listed("go2026-spring", &[]), bootstrap, listed("go1.22.5", &[])]).unwrap();
        assert_eq!((index.releases().len(), index.skipped()), (1, 1));
    }

    #[test]
    fn a_file_of_another_release_is_an_error() {
        for name in
            ["go1.22.6.linux-amd64.tar.gz", "go1.22.linux-amd64.tar.gz", "go1.22.5.1.linux-amd64.tar.gz", "x"]
        {
            let error = read(&[listed("go1.22.5", &[(name, HASH)])]).unwrap_err();
            assert!(matches!(error, IndexError::ForeignFile { .. }), "{name}");
        }
        let error = read(&[listed("go1.4", &[("go1.4.1.linux-386.tar.gz", HASH)])]).unwrap_err();
        assert!(matches!(error, IndexError::ForeignFile { .. }));
    }

    #[test]
    fn a_path_for_a_name_is_an_error() {
        for name in
            ["../go1.22.5.linux-amd64.tar.gz", "go1.22.5.linux-amd64/x.tar.gz", "go1.22.5..tar.gz", "a\\\\b"]
        {
            let error = read(&[listed("go1.22.5", &[(name, HASH)])]).unwrap_err();
            assert!(matches!(error, IndexError::UnsafeName(_)), "{name}: {error}");
        }
    }

    #[test]
    fn a_malformed_hash_is_an_error() {
        let error = read(&[listed("go1.22.5", &[("go1.22.5.linux-amd64.tar.gz", "abc")])]).unwrap_err();
        assert!(matches!(error, IndexError::Digest { .. }));
    }

    #[test]
    fn duplicates_are_an_error() {
        let error = read(&[listed("go1.20", &[]), listed("go1.20.0", &[])]).unwrap_err();
        assert_eq!(error, IndexError::Duplicate("go1.20".to_owned()));
        let name = "go1.20.linux-amd64.tar.gz";
        let error = read(&[listed("go1.20", &[(name, HASH), (name, "")])]).unwrap_err();
        assert_eq!(error, IndexError::Duplicate(name.to_owned()));
    }

    #[test]
    fn a_page_is_not_an_index() {
        let error = Index::from_json(b"\n<!DOCTYPE html>\x1b[2J<html><body>Sign in</body>").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the release index is not a list in JSON, it begins with `<!DOCTYPE html>\\u{1b}[2J<html…`"
        );
        for body in ["", "{}", "null", "\u{feff}[]"] {
            assert!(matches!(Index::from_json(body.as_bytes()), Err(IndexError::NotJson(_))), "{body}");
        }
    }

    #[test]
    fn broken_json_is_an_error_with_its_position() {
        for body in ["[", "[{}]", "[1]", "[] x", r#"[{"version":"go1.2\u0007"}"#] {
            let error = Index::from_json(body.as_bytes()).unwrap_err();
            assert!(matches!(error, IndexError::Malformed { line: 1, .. }), "{body}");
        }
        assert!(Index::from_json(b"[\xff\"").is_err());
    }

    #[test]
    fn an_endless_list_is_an_error() {
        let body = format!("[{}{{\"version\":\"go1\"}}]", "{\"version\":\"go1\"},".repeat(MOST_ARCHIVES));
        let error = Index::from_json(body.as_bytes()).unwrap_err();
        assert_eq!(error, IndexError::TooMany { limit: MOST_ARCHIVES });
    }
}
