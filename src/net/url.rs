//! Where archives and indexes come from: parsed once, checked against the policy for plain http.
//!
//! A [`Location`] never shows credentials and never leaves its base: only single plain names can be joined to it.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use reqwest::Url;

use super::error::{LocationError, escaped};

/// An accepted source: `https://…`, `http://…` on this machine, or an absolute path (`file://…`).
///
/// Its `Display` is the address without user name and password, and without the values of a query (an access token,
/// say): safe to print and to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    Web(Url),
    File(PathBuf),
}

/// How a web address is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Route {
    /// TLS all the way.
    Https,
    /// Plain http that does not leave this machine, so no proxy either.
    Loopback,
    /// Plain http to another machine, which the user explicitly allowed.
    Insecure,
}

impl Location {
    /// Parses a URL or an absolute path.
    ///
    /// Plain `http://` is accepted on loopback (127.0.0.0/8, `::1`, `localhost`), and elsewhere only with
    /// `insecure_mirror`.
    ///
    /// # Errors
    /// [`LocationError`] says which rule the text breaks.
    pub fn parse(text: &str, insecure_mirror: bool) -> Result<Location, LocationError> {
        if Path::new(text).is_absolute() {
            return Ok(Location(Place::File(PathBuf::from(text))));
        }
        let url = Url::parse(text).map_err(|_| LocationError::NotALocation { text: excerpt(text) })?;
        if url.fragment().is_some() {
            return Err(LocationError::Fragment { url: shown(&url) });
        }
        match (url.scheme(), route(&url)) {
            ("file", _) => match url.to_file_path() {
                Ok(path) if url.query().is_none() => Ok(Location(Place::File(path))),
                _ => Err(LocationError::FileHost { url: shown(&url) }),
            },
            (_, None) => Err(LocationError::Scheme { url: shown(&url) }),
            (_, Some(Route::Insecure)) if !insecure_mirror => {
                Err(LocationError::PlainHttp { url: shown(&url) })
            }
            (_, Some(_)) => Ok(Location(Place::Web(url))),
        }
    }

    /// The location of a file on this machine.
    ///
    /// # Errors
    /// [`LocationError::NotALocation`] if the path is relative.
    pub fn file(path: impl Into<PathBuf>) -> Result<Location, LocationError> {
        let path = path.into();
        if path.is_absolute() {
            Ok(Location(Place::File(path)))
        } else {
            Err(LocationError::NotALocation { text: excerpt(&path.to_string_lossy()) })
        }
    }

    /// The location of the file `file_name` below this one; a query (an access token, say) is kept.
    ///
    /// # Errors
    /// [`LocationError::FileName`] unless the name is one plain path component.
    pub fn join(&self, file_name: &str) -> Result<Location, LocationError> {
        let refused = || LocationError::FileName { name: excerpt(file_name) };
        let plain = !file_name.is_empty()
            && file_name != "."
            && file_name != ".."
            && !file_name.contains(|c: char| c == '/' || c == '\\' || c.is_control());
        if !plain {
            return Err(refused());
        }
        match &self.0 {
            Place::File(path) => Ok(Location(Place::File(path.join(file_name)))),
            Place::Web(base) => {
                let mut url = base.clone();
                url.path_segments_mut().map_err(|()| refused())?.pop_if_empty().push(file_name);
                Ok(Location(Place::Web(url)))
            }
        }
    }

    /// The path, if this location is a file on this machine and needs no network.
    pub fn as_file(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Web(_) => None,
        }
    }

    pub(super) fn as_web(&self) -> Option<&Url> {
        match &self.0 {
            Place::Web(url) => Some(url),
            Place::File(_) => None,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Web(url) => f.write_str(&shown(url)),
            Place::File(path) => escaped(&path.to_string_lossy()).fmt(f),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Web(url) => f.write_str(&shown(url)),
            Place::File(path) => path.fmt(f),
        }
    }
}

/// How `url` is reached, or `None` if it is not a web address.
pub(super) fn route(url: &Url) -> Option<Route> {
    match url.scheme() {
        "https" => Some(Route::Https),
        "http" if url.host_str().is_some_and(is_loopback) => Some(Route::Loopback),
        "http" => Some(Route::Insecure),
        _ => None,
    }
}

/// `url` without user name and password, and without what a query or a fragment says.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let hidden = url.set_username("").is_ok() && url.set_password(None).is_ok();
    if url.cannot_be_a_base() {
        // `user:secret@host` without a scheme reads as the scheme `user`.
        excerpt(url.as_str())
    } else if hidden || url.host_str().is_none_or(str::is_empty) {
        let query = url.query().map(|query| format!("?{}", without_values(query))).unwrap_or_default();
        let fragment = url.fragment().map_or("", |_| "#…");
        url.set_query(None);
        url.set_fragment(None);
        escaped(&format!("{url}{query}{fragment}")).to_string()
    } else {
        format!("{}://…", url.scheme())
    }
}

/// A query of which only the names are left, and the two values that go.dev's own has.
fn without_values(query: &str) -> String {
    let shown = |field: &str| match field.split_once('=') {
        Some(("mode" | "include", _)) => field.to_owned(),
        Some((name, _)) => format!("{name}=…"),
        None => "…".to_owned(),
    };
    query.split('&').map(shown).collect::<Vec<_>>().join("&")
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The start of an unacceptable text, escaped, without what may be a password: all up to the last `@`, and a query.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 40;
    let text = text.split_once('?').map_or(text, |(address, _)| address);
    let (hidden, text) = text.rsplit_once('@').map_or(("", text), |(_, host)| ("…@", host));
    let start: String = text.chars().take(SHOWN).collect();
    let dots = if start.len() < text.len() { "…" } else { "" };
    format!("{hidden}{}{dots}", escaped(&start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Location, LocationError> {
        Location::parse(text, false)
    }

    #[test]
    fn https_and_files_are_accepted() {
        for text in
            ["https://go.dev/dl", "https://go.dev/dl/?mode=json&include=all", "HTTPS://GO.DEV:8443/dl/"]
        {
            assert!(parse(text).unwrap().as_web().is_some(), "{text}");
        }
        for text in ["/srv/go", "file:///srv/go", "file://localhost/srv/go"] {
            assert_eq!(parse(text).unwrap().as_file(), Some(Path::new("/srv/go")), "{text}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for text in [
            "http://127.0.0.1:8080/",
            "http://127.9.9.9/",
            "http://[::1]:1/",
            "http://localhost/",
            "http://LOCALHOST/",
        ] {
            assert_eq!(parse(text).unwrap().as_web().and_then(route), Some(Route::Loopback), "{text}");
        }
        for text in [
            "http://go.dev/dl",
            "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example/",
            "http://10.0.0.1/",
            "http://127.0.0.1@evil.example/",
            "http://[::ffff:127.0.0.1]/",
            "http://0.0.0.0/",
        ] {
            assert!(matches!(parse(text), Err(LocationError::PlainHttp { .. })), "{text}");
            assert_eq!(
                Location::parse(text, true).unwrap().as_web().and_then(route),
                Some(Route::Insecure),
                "{text}"
            );
        }
    }

    #[test]
    fn numeric_disguises_of_loopback_are_seen_through() {
        assert!(parse("http://2130706433/").is_ok());
        assert!(parse("http://0x7f.1/").is_ok());
    }

    #[test]
    fn other_schemes_are_refused_even_for_an_insecure_mirror() {
        for text in [
            "ftp://a.example/",
            "data:text/plain,x",
            "javascript:alert(1)",
            "ssh://a.example/",
            "unix:/run/x",
        ] {
            assert!(matches!(Location::parse(text, true), Err(LocationError::Scheme { .. })), "{text}");
        }
    }

    #[test]
    fn what_is_neither_a_path_nor_a_url_is_refused() {
        for text in ["", "go.dev/dl", "./dl", "../dl", "https://", "https://exa mple/", "://x"] {
            assert!(matches!(parse(text), Err(LocationError::NotALocation { .. })), "{text}");
        }
    }

    #[test]
    fn fragments_and_foreign_file_hosts_are_refused() {
        assert!(matches!(parse("https://a.example/#x"), Err(LocationError::Fragment { .. })));
        assert!(matches!(parse("file://server/srv"), Err(LocationError::FileHost { .. })));
        assert!(matches!(parse("file:///srv?x"), Err(LocationError::FileHost { .. })));
    }

    #[test]
    fn credentials_are_never_shown() {
        for text in
            ["https://user:secret@a.example/x", "https://secret@a.example/x", "https://:secret@a.example/x"]
        {
            let location = parse(text).unwrap();
            assert_eq!(location.to_string(), "https://a.example/x");
            assert!(!format!("{location:?}").contains("secret"));
        }
        for text in ["http://user:secret@a.example/", "https://user:secret@[broken", "user:secret@a.example"]
        {
            assert!(!parse(text).unwrap_err().to_string().contains("secret"), "{text}");
        }
    }

    #[test]
    fn of_a_query_only_the_names_are_shown() {
        for (text, shown) in [
            ("https://a.example/dl?token=secret&part=1", "https://a.example/dl?token=…&part=…"),
            ("https://a.example/dl?secret", "https://a.example/dl?…"),
            ("https://a.example/dl?a=b=secret", "https://a.example/dl?a=…"),
            ("https://go.dev/dl/?mode=json&include=all", "https://go.dev/dl/?mode=json&include=all"),
        ] {
            let location = parse(text).unwrap();
            assert_eq!(location.to_string(), shown);
            assert!(!format!("{location:?}").contains("secret"));
        }
        for text in ["https://a b.example/?token=secret", "https://a.example/?a=secret#secret", "x:?secret"] {
            assert!(!parse(text).unwrap_err().to_string().contains("secret"), "{text}");
        }
    }

    #[test]
    fn errors_show_a_short_and_escaped_start_of_nonsense() {
        let message = parse(&format!("\x1b[31m{}", "x".repeat(1000))).unwrap_err().to_string();
        assert!(message.len() < 120 && !message.contains('\x1b'), "{message}");
    }

    #[test]
    fn names_are_joined_below_the_base() {
        let joined = |base: &str, name: &str| {
            let joined = parse(base).unwrap().join(name).unwrap();
            joined.as_web().map_or(joined.to_string(), ToString::to_string)
        };
        assert_eq!(joined("https://a.example/dl", "go1.22.5.tar.gz"), "https://a.example/dl/go1.22.5.tar.gz");
        assert_eq!(joined("https://a.example/dl/", "go.zip"), "https://a.example/dl/go.zip");
        assert_eq!(joined("https://a.example", "go.zip"), "https://a.example/go.zip");
        assert_eq!(joined("https://a.example/dl?sig=1", "go.zip"), "https://a.example/dl/go.zip?sig=1");
        assert_eq!(joined("https://a.example/dl", "a b?c#d%2e"), "https://a.example/dl/a%20b%3Fc%23d%252e");
        assert_eq!(joined("/srv/go", "a?b"), "/srv/go/a?b");
    }

    #[test]
    fn only_plain_names_are_joined() {
        for base in ["https://a.example/dl", "/srv/go"] {
            for name in ["", ".", "..", "a/b", "/a", "a\\b", "a\0b", "a\nb"] {
                let outcome = parse(base).unwrap().join(name);
                assert!(matches!(outcome, Err(LocationError::FileName { .. })), "{base} {name:?}");
            }
        }
    }

    #[test]
    fn encoded_dots_do_not_leave_the_base() {
        let joined = parse("https://a.example/dl").unwrap().join("%2e%2e").unwrap();
        assert_eq!(joined.to_string(), "https://a.example/dl/%252e%252e");
    }
}
