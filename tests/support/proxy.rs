//! A forward proxy on loopback: plain requests and CONNECT. It logs what it was asked and reaches nothing but
//! loopback: other hosts must be routed to a loopback address first, else it answers 502.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;

/// One request as the proxy saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `CONNECT`, `GET` and so on.
    pub method: String,
    /// `host:port` for CONNECT, else the whole URL.
    pub target: String,
    /// In the order and spelling in which they came.
    pub headers: Vec<(String, String)>,
}

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    routes: HashMap<String, SocketAddr>,
    refusal: Option<u16>,
    sockets: Vec<Weak<TcpStream>>,
    closing: bool,
}

/// A running proxy.
pub struct Proxy {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    listener: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts a proxy on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket");
        let state = Arc::default();
        let theirs = Arc::clone(&state);
        Self { state, address, listener: Some(std::thread::spawn(move || listen(&listener, &theirs))) }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends what is meant for `host:port` to a loopback address.
    pub fn route(&self, host_port: &str, to: SocketAddr) {
        lock(&self.state).routes.insert(host_port.to_owned(), to);
    }

    /// Refuses everything with this status, such as 407.
    pub fn refuse(&self, status: u16) {
        lock(&self.state).refusal = Some(status);
    }

    /// Everything asked so far.
    pub fn requests(&self) -> Vec<Asked> {
        lock(&self.state).asked.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let sockets = {
            let mut state = lock(&self.state);
            state.closing = true;
            std::mem::take(&mut state.sockets)
        };
        for socket in sockets.iter().filter_map(Weak::upgrade) {
            socket.shutdown(Shutdown::Both).ok();
        }
        // Wakes the listener, which sees that the proxy is closing.
        drop(TcpStream::connect(self.address));
        if let Some(listener) = self.listener.take() {
            listener.join().ok();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers a socket so that the end of the proxy ends it; false when it is too late for that.
fn register(state: &Mutex<State>, socket: &Arc<TcpStream>) -> bool {
    let mut state = lock(state);
    state.sockets.retain(|known| known.strong_count() > 0);
    state.sockets.push(Arc::downgrade(socket));
    !state.closing
}

fn listen(listener: &TcpListener, state: &Arc<Mutex<State>>) {
    let mut threads = Vec::new();
    for socket in listener.incoming().flatten() {
        let socket = Arc::new(socket);
        if !register(state, &socket) {
            break;
        }
        let state = Arc::clone(state);
        // A client that goes away is no fault of the proxy.
        threads.push(std::thread::spawn(move || serve(&socket, &state).ok()));
    }
    for thread in threads {
        thread.join().ok();
    }
}

/// Serves one request; the connection then belongs to it until its end.
fn serve(client: &Arc<TcpStream>, state: &Mutex<State>) -> io::Result<()> {
    let mut reader = BufReader::new(&**client);
    let Some(asked) = read_head(&mut reader)? else {
        return Ok(());
    };
    let refusal = {
        let mut state = lock(state);
        state.asked.push(asked.clone());
        state.refusal
    };
    if let Some(status) = refusal {
        return refuse(client, status);
    }
    let connect = asked.method == "CONNECT";
    let (host, path) = if connect { (asked.target.clone(), "") } else { split_url(&asked.target) };
    let Some(server) = reach(&host, state) else {
        return refuse(client, 502);
    };
    let server = Arc::new(server);
    if !register(state, &server) {
        return Ok(());
    }
    if connect {
        (&**client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    } else {
        (&*server).write_all(&rewritten(&asked, path))?;
    }
    (&*server).write_all(reader.buffer())?;
    std::thread::scope(|scope| {
        scope.spawn(|| pump(client, &server));
        pump(&server, client);
    });
    Ok(())
}

/// Request line and headers; `None` at the end of the connection.
fn read_head(reader: &mut impl BufRead) -> io::Result<Option<Asked>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let mut first = lines.first().map_or("", String::as_str).split(' ');
    Ok(Some(Asked {
        method: first.next().unwrap_or_default().to_owned(),
        target: first.next().unwrap_or_default().to_owned(),
        headers: lines
            .iter()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect(),
    }))
}

/// `host:port` and path of an http URL.
fn split_url(url: &str) -> (String, &str) {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = if host.contains(':') { "" } else { ":80" };
    (format!("{host}{port}"), if path.is_empty() { "/" } else { path })
}

/// The request for the server itself. One request per connection keeps the proxy simple.
fn rewritten(asked: &Asked, path: &str) -> Vec<u8> {
    let mut head = format!("{} {path} HTTP/1.1\r\nConnection: close\r\n", asked.method);
    for (name, value) in &asked.headers {
        let hop = name.to_ascii_lowercase();
        if hop != "connection" && !hop.starts_with("proxy-") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str("\r\n");
    head.into_bytes()
}

fn reach(host: &str, state: &Mutex<State>) -> Option<TcpStream> {
    let routed = lock(state).routes.get(host).copied();
    let address = routed.or_else(|| host.replace("localhost", "127.0.0.1").parse().ok())?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => TcpStream::connect(address).ok(),
        IpAddr::V6(ip) if ip.is_loopback() => TcpStream::connect(address).ok(),
        _ => None,
    }
}

fn refuse(mut client: &TcpStream, status: u16) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n");
    client.write_all(format!("{head}Proxy-Authenticate: Basic realm=\"test\"\r\n\r\n").as_bytes())
}

/// Copies until one side ends, then ends the other for writing.
fn pump(mut from: &TcpStream, mut to: &TcpStream) {
    io::copy(&mut from, &mut to).ok();
    to.shutdown(Shutdown::Write).ok();
}
