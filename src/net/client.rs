//! The HTTP clients: built when first needed, one per kind of address, all with certificates checked.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Url;
use reqwest::blocking::{Client, ClientBuilder, RequestBuilder, Response};
use reqwest::redirect::Policy;
use reqwest::{Certificate, StatusCode};

use super::NetOptions;
use super::answer;
use super::error::{NetError, RedirectRefused};
use super::patience::{Again, Broken};
use super::url::{Route, route, shown};

const MOST_REDIRECTS: usize = 5;

/// The network as this process may use it; shared by all threads.
///
/// Connections are kept and reused. The first client installs rustls' ring provider for the process, unless the program
/// has chosen one already.
#[derive(Debug, Clone)]
pub struct Net {
    options: Arc<NetOptions>,
    clients: Arc<Mutex<BTreeMap<Route, Client>>>,
}

impl Net {
    /// Remembers the options; builds no client, reads no certificate, opens nothing.
    pub fn new(options: NetOptions) -> Net {
        Net { options: Arc::new(options), clients: Arc::default() }
    }

    pub(super) fn options(&self) -> &NetOptions {
        &self.options
    }

    /// The client for `url`.
    pub(super) fn client(&self, url: &Url) -> Result<Client, NetError> {
        let route = route(url).unwrap_or(Route::Https);
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&route) {
            return Ok(client.clone());
        }
        let client = self.build(route)?;
        clients.insert(route, client.clone());
        Ok(client)
    }

    fn build(&self, route: Route) -> Result<Client, NetError> {
        install_ring();
        let extra = self.extra_certificates()?;
        let may_fall_back = extra.is_empty() && !self.options.ca_env_set;
        match self.builder(route).tls_certs_merge(extra).build() {
            // Invariant: bundled roots never join the platform's, or an authority its owner distrusts would count again.
            Err(error) if may_fall_back && tls_error(&error) => {
                self.builder(route).tls_certs_only(bundled_roots()?).build()
            }
            outcome => outcome,
        }
        .map_err(|source| match &self.options.ca_file {
            Some(path) if tls_error(&source) => {
                NetError::NoCertificate { path: path.clone(), source: Some(source) }
            }
            _ => NetError::Client { source },
        })
    }

    fn builder(&self, route: Route) -> ClientBuilder {
        let builder = Client::builder()
            .user_agent(&self.options.user_agent)
            .connect_timeout(self.options.retry.connect_timeout)
            .timeout(self.options.retry.read_idle)
            .redirect(redirects(self.options.insecure_mirror))
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(route == Route::Https);
        match route {
            Route::Loopback => builder.no_proxy(),
            Route::Https | Route::Insecure => builder,
        }
    }

    fn extra_certificates(&self) -> Result<Vec<Certificate>, NetError> {
        let Some(path) = &self.options.ca_file else {
            return Ok(Vec::new());
        };
        let pem = fs::read(path).map_err(|source| NetError::CaFile { path: path.clone(), source })?;
        let useless = |source| NetError::NoCertificate { path: path.clone(), source };
        let certificates = Certificate::from_pem_bundle(&pem).map_err(|source| useless(Some(source)))?;
        if certificates.is_empty() {
            return Err(useless(None));
        }
        Ok(certificates)
    }
}

/// Sends a request and sorts out every answer that is not the document or a part of it.
///
/// Returns answers with status 200, 206 and 416.
pub(super) fn send(request: RequestBuilder, url: &Url) -> Result<Response, Broken> {
    let response = request.send().map_err(|error| unanswered(error, url))?;
    let status = response.status();
    let url = shown(url);
    match status {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => Ok(response),
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(NetError::NotFound { url }.into()),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(come_back(&response, url)),
        _ if status.is_server_error() => Err(come_back(&response, url)),
        _ => Err(wrong_status(status, url).into()),
    }
}

/// The error for an answer that is no answer to what was asked.
pub(super) fn wrong_status(status: StatusCode, url: String) -> NetError {
    NetError::Status { url, code: status.as_u16() }
}

/// The error for a body that broke off after `at` bytes of the file.
pub(super) fn cut(url: &Url, at: u64, source: Option<io::Error>) -> Broken {
    let timed_out = |error: &io::Error| {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
        error.kind() == io::ErrorKind::TimedOut || inner.is_some_and(reqwest::Error::is_timeout)
    };
    let reason = match &source {
        None => "the server ended too early",
        Some(error) if timed_out(error) => "nothing more came",
        Some(_) => "the connection broke",
    };
    let url = shown(url);
    Broken::again(NetError::Cut { url, at, source }, reason)
}

fn come_back(response: &Response, url: String) -> Broken {
    Broken::Again(Again {
        error: wrong_status(response.status(), url),
        reason: format!("status {}", response.status().as_u16()),
        after: answer::retry_after(response.headers()),
    })
}

fn unanswered(error: reqwest::Error, url: &Url) -> Broken {
    let url = shown(url);
    let source = error.without_url();
    if source.is_redirect() {
        NetError::Redirect { url, source }.into()
    } else if source.is_builder() {
        NetError::Client { source }.into()
    } else if tls_error(&source) {
        NetError::Connect { url, source }.into()
    } else if source.is_connect() {
        Broken::again(NetError::Connect { url, source }, "no connection")
    } else {
        Broken::again(NetError::NoAnswer { url, source }, "no answer")
    }
}

/// Whether TLS itself said no, which another attempt would not change.
fn tls_error(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if error.is::<rustls::Error>() || wrapped.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        // Invariant: an `io::Error` is passed by through what it wraps, as its `source` skips that.
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

fn redirects(insecure_mirror: bool) -> Policy {
    Policy::custom(move |attempt| match refusal(attempt.url(), attempt.previous(), insecure_mirror) {
        Some(refused) => attempt.error(refused),
        None => attempt.follow(),
    })
}

fn refusal(next: &Url, previous: &[Url], insecure_mirror: bool) -> Option<RedirectRefused> {
    let allowed = match (previous.last().and_then(route), route(next)) {
        (_, Some(Route::Https)) | (Some(Route::Loopback), Some(Route::Loopback)) => true,
        (Some(Route::Loopback | Route::Insecure), Some(_)) => insecure_mirror,
        _ => false,
    };
    if !allowed {
        Some(RedirectRefused::Downgrade { url: shown(next) })
    } else if previous.contains(next) {
        Some(RedirectRefused::Loop { url: shown(next) })
    } else if previous.len() > MOST_REDIRECTS {
        Some(RedirectRefused::TooMany { limit: MOST_REDIRECTS })
    } else {
        None
    }
}

fn bundled_roots() -> Result<Vec<Certificate>, NetError> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|certificate| Certificate::from_der(certificate))
        .collect::<Result<_, _>>()
        .map_err(|source| NetError::Client { source })
}

fn install_ring() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // The loser of a race gets its provider back; the winner's is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(hops: &[&str], insecure_mirror: bool) -> Option<RedirectRefused> {
        let mut urls: Vec<Url> = hops.iter().map(|hop| Url::parse(hop).unwrap()).collect();
        let next = urls.pop().unwrap();
        refusal(&next, &urls, insecure_mirror)
    }

    #[test]
    fn https_never_becomes_http() {
        for next in ["http://a.example/", "http://127.0.0.1/", "ftp://a.example/", "file:///etc/passwd"] {
            for insecure_mirror in [false, true] {
                let outcome = refused(&["https://a.example/", next], insecure_mirror);
                assert!(matches!(outcome, Some(RedirectRefused::Downgrade { .. })), "{next}");
            }
        }
    }

    #[test]
    fn http_stays_on_this_machine_unless_allowed() {
        assert_eq!(refused(&["http://127.0.0.1/", "http://[::1]/"], false), None);
        assert_eq!(refused(&["http://127.0.0.1/", "https://a.example/"], false), None);
        assert!(refused(&["http://127.0.0.1/", "http://a.example/"], false).is_some());
        assert_eq!(refused(&["http://127.0.0.1/", "http://a.example/"], true), None);
    }

    #[test]
    fn five_redirects_are_followed_and_the_sixth_is_not() {
        let hops: Vec<String> = (0..7).map(|hop| format!("https://a.example/{hop}")).collect();
        let hops: Vec<&str> = hops.iter().map(String::as_str).collect();
        assert_eq!(refused(hops.get(..6).unwrap(), false), None);
        assert_eq!(refused(&hops, false), Some(RedirectRefused::TooMany { limit: 5 }));
    }

    #[test]
    fn a_circle_is_noticed_at_its_first_round() {
        let hops = ["https://a.example/", "https://b.example/", "https://a.example/"];
        assert!(matches!(refused(&hops, false), Some(RedirectRefused::Loop { .. })));
    }

    #[test]
    fn refused_addresses_hide_credentials() {
        let outcome = refused(&["https://a.example/", "http://user:secret@b.example/"], false);
        assert!(!outcome.unwrap().to_string().contains("secret"));
    }
}
