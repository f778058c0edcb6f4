//! Versions, language versions, platforms, digests and requests: what reads, writes itself and reads back.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use gvm_rs::model::{GoVersion, Index, Lang, Platform, Sha256, VersionRequest};

use super::says;

/// Reads the text as each of them. Accepted is a request, which a version is as well.
pub fn check(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let version = read_back::<GoVersion>(&text);
    let lang = read_back::<Lang>(&text);
    read_back::<Platform>(&text);
    read_back::<Sha256>(&text);
    let request = read_back::<VersionRequest>(&text);
    if let Some(version) = version {
        let name = version.toolchain();
        let is_plain = |byte: u8| byte == b'.' || byte.is_ascii_lowercase() || byte.is_ascii_digit();
        assert!(name.bytes().all(is_plain) && !name.contains("..") && name.len() <= 24, "{name}");
        assert_eq!(name.parse(), Ok(version));
        assert!(matches!(request, Some(VersionRequest::Exact(exact)) if exact == version), "{request:?}");
    }
    if let Some(lang) = lang {
        assert!(lang.next() >= lang);
    }
    if let Some(request) = &request {
        selects_the_newest_admitted(request);
    }
    request.is_some()
}

fn read_back<T>(text: &str) -> Option<T>
where
    T: FromStr + Display + PartialEq + Debug,
    T::Err: Error + PartialEq + 'static,
{
    match text.parse::<T>() {
        Ok(value) => {
            let written = value.to_string();
            says::harmless(&written);
            assert_eq!(written.parse::<T>().as_ref(), Ok(&value), "{text:?} is written as {written}");
            Some(value)
        }
        Err(error) => {
            says::only_harmless_text(&error);
            None
        }
    }
}

/// Holds the answer against the slow way: look at every release.
fn selects_the_newest_admitted(request: &VersionRequest) {
    let (index, platform) = (Index::snapshot(), "linux-amd64".parse().unwrap());
    let built = || index.releases().iter().filter(|release| release.archive_for(&platform).is_some());
    let admitted = built().map(|release| release.version).filter(|version| request.admits(*version));
    match (index.select(request, &platform), admitted.max()) {
        (Ok(archive), newest) => {
            assert!(request.admits(archive.version), "{request} got {}", archive.version);
            if !matches!(request, VersionRequest::OldStable) {
                assert_eq!(Some(archive.version), newest, "{request}");
            }
        }
        (Err(error), newest) => {
            let depends = matches!(request, VersionRequest::Rc | VersionRequest::OldStable);
            assert!(newest.is_none() || depends, "{request} found nothing, though there is {newest:?}");
            says::only_harmless_text(&error);
        }
    }
}
