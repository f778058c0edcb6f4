//! Addresses of mirrors and indexes, and file names that are joined to them: `ADDRESS`, a line break, `NAME`.

use gvm_rs::net::Location;
use reqwest::Url;

use super::says;

/// Reads an address with and without leave for plain http, and joins a name to it.
pub fn check(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let (address, name) = text.split_once('\n').unwrap_or((&text, "go1.22.5.linux-amd64.tar.gz"));
    let strict = Location::parse(address, false);
    let lax = Location::parse(address, true);
    if let Ok(location) = &strict {
        assert_eq!(lax.as_ref(), Ok(location), "what is accepted needs no leave");
        shows_no_secret(location);
        joins_below(location, name);
    }
    let is_accepted = strict.is_ok();
    for outcome in [strict, lax] {
        match outcome {
            Ok(location) => drop(location.join(name).inspect(shows_no_secret)),
            Err(error) => says::printable(&error.to_string()),
        }
    }
    is_accepted
}

fn shows_no_secret(location: &Location) {
    let shown = location.to_string();
    says::printable(&shown);
    if location.as_file().is_none() {
        let url = Url::parse(&shown).expect("a web address is shown as one");
        assert!(url.username().is_empty() && url.password().is_none(), "{shown}");
        let host = url.host_str().unwrap_or_default();
        let is_here = host == "localhost" || host.starts_with("127.") || host == "[::1]";
        assert!(matches!(url.scheme(), "https" | "http"), "{shown}");
        assert!(!host.is_empty() || is_here, "{shown}");
    }
}

/// A joined name is one component more, and nothing else of the address changes.
fn joins_below(base: &Location, name: &str) {
    let Ok(joined) = base.join(name) else { return };
    match (base.as_file(), joined.as_file()) {
        (Some(base), Some(joined)) => {
            assert_eq!(joined.parent(), Some(base).filter(|_| !joined.ends_with("..")))
        }
        (None, None) => {
            let [base, joined] = [base, &joined].map(|location| Url::parse(&location.to_string()).unwrap());
            assert_eq!(base.origin(), joined.origin());
            // Of several slashes in a row one may go: it leads nowhere.
            let segments = |url: &Url| -> Vec<String> {
                let segments = url.path_segments().unwrap().filter(|segment| !segment.is_empty());
                segments.map(str::to_owned).collect()
            };
            let (base, joined) = (segments(&base), segments(&joined));
            assert_eq!(joined.len(), base.len() + 1, "{name:?}");
            assert!(joined.starts_with(&base), "{name:?}");
        }
        _ => panic!("{base} became {joined}"),
    }
}
