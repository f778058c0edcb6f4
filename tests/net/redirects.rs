//! Redirects: which are followed and what is sent along.

use std::error::Error;

use gvm_rs::net::{Net, NetError, RedirectRefused};

use super::canned::{Canned, answer};
use super::support::{Behaviour, Ca, Mirror};
use super::*;

fn refusal(error: &NetError) -> Option<&RedirectRefused> {
    assert!(matches!(error, NetError::Redirect { .. }), "{error:?}");
    let mut next: Option<&(dyn Error + 'static)> = error.source();
    while let Some(cause) = next {
        if let Some(refused) = cause.downcast_ref() {
            return Some(refused);
        }
        next = cause.source();
    }
    None
}

fn to(mirror: &Mirror) -> Behaviour {
    Behaviour::RedirectTo(format!("{}{PATH}", mirror.url()))
}

#[test]
fn another_host_is_followed_without_credentials() {
    let other = mirror(vec![]);
    let mirror = mirror(vec![to(&other)]);
    let url = archive_of(&mirror).to_string().replace("http://", "http://user:secret@");
    get(&Net::new(options()), whole(&location(&url))).complete_from(0);
    assert!(mirror.requests()[0].header("Authorization").is_some());
    let request = &other.requests()[0];
    assert_eq!(request.header("Authorization"), None);
    assert_eq!(request.header("Referer"), None);
}

#[test]
fn a_redirected_download_is_resumed_through_the_redirect() {
    let other = mirror(vec![Behaviour::CutAfter(300_000), Behaviour::Ok]);
    let mirror = mirror(vec![to(&other)]);
    assert_eq!(get_whole(&mirror).complete_from(0), 2);
    assert_eq!(other.requests()[1].header("Range"), Some("bytes=300000-"));
}

#[test]
fn a_circle_of_redirects_is_an_error_at_once() {
    let mirror = mirror(vec![Behaviour::RedirectLoop]);
    let error = get_whole(&mirror).error();
    assert!(matches!(refusal(&error), Some(RedirectRefused::Loop { .. })));
    assert_eq!(mirror.requests().len(), 1);
}

#[test]
fn five_redirects_are_followed_and_not_six() {
    let mirror = mirror(vec![]);
    for hop in 0..6 {
        let next = if hop == 5 { PATH.to_owned() } else { format!("/hop/{}", hop + 1) };
        mirror.behave(&format!("/hop/{hop}"), vec![Behaviour::RedirectTo(next)]);
    }
    let net = Net::new(options());
    let from = |hop: u32| location(&format!("{}/hop/{hop}", mirror.url()));
    get(&net, whole(&from(1))).complete_from(0);
    let error = get(&net, whole(&from(0))).error();
    assert_eq!(refusal(&error), Some(&RedirectRefused::TooMany { limit: 5 }));
}

#[test]
fn https_is_never_left() {
    let plain = mirror(vec![]);
    let ca = Ca::new();
    let mirror = offering(ca.mirror(), vec![to(&plain)]);
    for insecure_mirror in [false, true] {
        let options = NetOptions { ca_file: Some(ca.pem_path()), insecure_mirror, ..options() };
        let error = get(&Net::new(options), whole(&archive_of(&mirror))).error();
        assert!(matches!(refusal(&error), Some(RedirectRefused::Downgrade { .. })));
    }
    assert!(plain.requests().is_empty());
}

#[test]
fn loopback_may_point_to_https() {
    let ca = Ca::new();
    let secure = offering(ca.mirror(), vec![]);
    let mirror = mirror(vec![to(&secure)]);
    let options = NetOptions { ca_file: Some(ca.pem_path()), ..options() };
    get(&Net::new(options), whole(&archive_of(&mirror))).complete_from(0);
}

#[test]
fn loopback_may_not_point_to_plain_http_elsewhere() {
    let mirror = mirror(vec![Behaviour::RedirectTo("http://mirror.invalid/x".to_owned())]);
    let error = get_whole(&mirror).error();
    assert!(matches!(refusal(&error), Some(RedirectRefused::Downgrade { .. })));
}

#[test]
fn a_redirect_to_nowhere_is_refused() {
    let server = Canned::start(vec![answer("302 Found", &["Content-Length: 0"], b"")]);
    let error = get(&Net::new(options()), whole(&location(&server.url()))).error();
    assert!(matches!(error, NetError::Status { code: 302, .. }), "{error:?}");
    let error = get_whole(&mirror(vec![Behaviour::RedirectTo("ftp://mirror.invalid/x".to_owned())])).error();
    assert!(refusal(&error).is_some());
}
