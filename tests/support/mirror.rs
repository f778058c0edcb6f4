//! A Go mirror on loopback that serves the release index and archives, well or badly, and remembers everything.
//! Never listens on another address and ends all its connections when it is dropped.

mod behaviour;
mod connection;
mod reply;
mod state;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

use serde_json::Value;

use self::connection::Connection;
use self::state::{Archive, Shared};
use super::archive::{FakeGo, archive_name};

pub use self::behaviour::{Behaviour, Pace, STALL_GATE};
pub use self::connection::{Socket, Wire, Wrap};
pub use self::state::{Request, sha256};

/// The path of the index.
pub const INDEX: &str = "/dl/index.json";

/// A running mirror.
pub struct Mirror {
    shared: Arc<Shared>,
    address: SocketAddr,
    scheme: &'static str,
    listener: Option<JoinHandle<()>>,
}

impl Mirror {
    /// A mirror over plain HTTP with nothing in it.
    pub fn start() -> Self {
        Self::start_with("http", Box::new(|socket| Ok(Box::new(socket))))
    }

    /// A mirror whose connections go through `wrap` first.
    pub fn start_with(scheme: &'static str, wrap: Box<Wrap>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket");
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        let listener = std::thread::spawn(move || listen(&listener, &theirs, &wrap.into()));
        Self { shared, address, scheme, listener: Some(listener) }
    }

    /// Offers an archive and lists it.
    pub fn add(&self, go: FakeGo) {
        self.add_bytes(go.version(), go.platform_name(), go.build());
    }

    /// Offers these bytes as the archive of a version and platform, with their true digest in the index.
    /// What was there under that name before is replaced.
    pub fn add_bytes(&self, version: &str, platform: &str, bytes: Vec<u8>) {
        let archive = Archive::new(version, platform, bytes);
        self.shared.update(|state| {
            state.archives.retain(|old| old.file != archive.file);
            state.archives.push(archive);
        });
    }

    /// Replaces the bytes of a file; its row in the index stays as it is, and so becomes a lie.
    pub fn swap_bytes(&self, file: &str, bytes: Vec<u8>) {
        self.with_archive(file, |archive| archive.bytes = Arc::new(bytes));
    }

    /// Changes the row of a file in the index; the bytes stay under the old name.
    pub fn override_entry(&self, file: &str, change: impl FnOnce(&mut Value)) {
        self.with_archive(file, |archive| change(&mut archive.row));
    }

    /// Removes a file and its row.
    pub fn remove(&self, file: &str) {
        self.shared.update(|state| state.archives.retain(|archive| archive.file != file));
    }

    /// Serves these bytes as the index, whatever the archives are.
    pub fn set_index(&self, bytes: impl Into<Vec<u8>>) {
        self.shared.update(|state| state.index = Some(bytes.into()));
    }

    /// Serves these bytes under any other path, such as a sidecar or the target of a redirect.
    pub fn add_page(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        let bytes = Arc::new(bytes.into());
        self.shared.update(|state| state.pages.insert(path.to_owned(), bytes));
    }

    /// The index as it is served now.
    pub fn index_bytes(&self) -> Vec<u8> {
        self.shared.lock().index()
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The address that archives are below: `http://127.0.0.1:PORT/dl`.
    pub fn base(&self) -> String {
        format!("{}/dl", self.url())
    }

    /// The address of the index.
    pub fn index_url(&self) -> String {
        format!("{}{INDEX}", self.url())
    }

    /// Where the mirror listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Scripts a path (or path and query): the k-th request from now on gets the k-th step, the last repeats.
    pub fn behave(&self, path: &str, steps: Vec<Behaviour>) {
        self.shared.update(|state| state.script(path, steps));
    }

    /// Scripts the archive of a version for linux-amd64.
    pub fn behave_archive(&self, version: &str, steps: Vec<Behaviour>) {
        self.behave(&archive_path(version, "linux-amd64"), steps);
    }

    /// Lets everybody through a gate, now and later.
    pub fn open_gate(&self, name: &str) {
        self.shared.update(|state| state.gates.entry(name.to_owned()).or_default().open = true);
    }

    /// Lets one through a gate, now or later.
    pub fn tick_gate(&self, name: &str) {
        self.shared.update(|state| state.gates.entry(name.to_owned()).or_default().tickets += 1);
    }

    /// Everything asked so far, in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().log.clone()
    }

    /// Everything asked so far of one path, in order of arrival.
    pub fn requests_for(&self, path: &str) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.path() == path);
        requests
    }

    /// How many answers were under way at most at one time.
    pub fn most_in_flight(&self) -> usize {
        let log = self.requests();
        let others = |one: &Request| log.iter().filter(|r| r.in_flight_at(one.started)).count();
        log.iter().map(|one| others(one) + 1).max().unwrap_or(0)
    }

    /// Waits until `n` requests have arrived in all.
    pub fn wait_for_requests(&self, n: usize) {
        self.shared.wait(&format!("{n} requests"), |state| state.log.len() >= n);
    }

    /// Waits until the answers to `n` requests have ended, well or not.
    pub fn wait_for_answers(&self, n: usize) {
        self.shared.wait(&format!("{n} answers"), |state| {
            let finished = state.log.iter().filter(|r| r.finished.is_some());
            finished.count() >= n
        });
    }

    /// Waits until one answer for this path has sent `n` bytes of its body. They may still be in the kernel.
    pub fn wait_until_sent(&self, path: &str, n: u64) {
        self.shared.wait(&format!("{n} bytes of {path}"), |state| {
            let mut log = state.log.iter();
            log.any(|request| request.path() == path && request.sent >= n)
        });
    }

    /// Waits until `n` answers are parked at a gate.
    pub fn wait_at_gate(&self, name: &str, n: usize) {
        self.shared.wait(&format!("{n} at gate {name}"), |state| {
            state.gates.get(name).is_some_and(|gate| gate.waiting >= n)
        });
    }

    fn with_archive(&self, file: &str, change: impl FnOnce(&mut Archive)) {
        self.shared.update(|state| {
            let mut archives = state.archives.iter_mut();
            let found = archives.find(|archive| archive.file == file);
            change(found.expect("a file of this mirror"));
        });
    }
}

/// The path of an archive: `/dl/go1.22.5.linux-amd64.tar.gz`.
pub fn archive_path(version: &str, platform: &str) -> String {
    format!("/dl/{}", archive_name(version, platform))
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>, wrap: &Arc<Wrap>) {
    let mut threads = Vec::new();
    for (number, socket) in listener.incoming().flatten().enumerate() {
        let socket = Arc::new(socket);
        if !shared.register(&socket) {
            break;
        }
        let (shared, wrap) = (shared.clone(), wrap.clone());
        threads.push(std::thread::spawn(move || {
            // A delay here would only make tests slower.
            socket.set_nodelay(true).ok();
            if let Ok(wire) = wrap(Socket(socket)) {
                let shared = &shared;
                Connection { wire, shared, number }.serve();
            }
        }));
    }
    for thread in threads {
        // A panic there has been printed already.
        thread.join().ok();
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.shared.close();
        // Wakes the listener, which sees that the mirror is closing.
        drop(TcpStream::connect(self.address));
        if let Some(listener) = self.listener.take() {
            listener.join().ok();
        }
    }
}
