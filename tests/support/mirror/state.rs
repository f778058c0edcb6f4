//! What the mirror holds and what it has seen, shared by its connections; waiting is by condition variable.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::behaviour::Behaviour;

/// How long a test waits for an event before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// One request as the mirror saw it.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET` or `HEAD`, normally.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// In the order and spelling in which they came.
    pub headers: Vec<(String, String)>,
    /// Number of the connection, from 0.
    pub connection: usize,
    /// When it arrived, on the mirror's own clock of events.
    pub started: u64,
    /// When its answer came to its last piece, or failed; `None` while it is in flight.
    pub finished: Option<u64>,
    /// Bytes of the body sent, those being written included.
    pub sent: u64,
    /// Status of the answer; 0 if there was none.
    pub status: u16,
}

impl Request {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether this request was in flight at `moment` of the mirror's clock.
    pub fn in_flight_at(&self, moment: u64) -> bool {
        self.started < moment && self.finished.is_none_or(|end| end > moment)
    }
}

/// An archive and its row in the index.
#[derive(Clone, Debug)]
pub struct Archive {
    pub version: String,
    pub file: String,
    pub bytes: Arc<Vec<u8>>,
    pub row: Value,
}

impl Archive {
    pub fn new(version: &str, platform: &str, bytes: Vec<u8>) -> Self {
        let (os, arch) = platform.split_once('-').expect("os-arch");
        let file = format!("go{version}.{platform}.tar.gz");
        let row = json!({
            "filename": file,
            "os": os,
            "arch": arch,
            "version": format!("go{version}"),
            "sha256": sha256(&bytes),
            "size": bytes.len(),
            "kind": "archive",
        });
        Self { version: version.to_owned(), file, bytes: Arc::new(bytes), row }
    }
}

/// Lowercase hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default)]
pub struct Gate {
    pub open: bool,
    pub tickets: usize,
    /// How many answers wait at it now.
    pub waiting: usize,
}

#[derive(Default)]
pub struct Script {
    steps: Vec<Behaviour>,
    used: usize,
}

#[derive(Default)]
pub struct State {
    pub archives: Vec<Archive>,
    pub index: Option<Vec<u8>>,
    pub pages: HashMap<String, Arc<Vec<u8>>>,
    pub log: Vec<Request>,
    pub gates: HashMap<String, Gate>,
    pub closing: bool,
    scripts: HashMap<String, Script>,
    sockets: Vec<Weak<TcpStream>>,
    clock: u64,
}

impl State {
    pub fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    pub fn script(&mut self, path: &str, steps: Vec<Behaviour>) {
        assert!(!steps.is_empty(), "a script needs a step");
        self.scripts.insert(path.to_owned(), Script { steps, used: 0 });
    }

    /// The next step for this request: by path and query, else by path; and how many came before it.
    pub fn next_step(&mut self, request: &Request) -> (Behaviour, usize) {
        let path = request.path().to_owned();
        let key = if self.scripts.contains_key(&request.target) { &request.target } else { &path };
        let script = self.scripts.entry(key.clone()).or_default();
        let step = script.steps.get(script.used).or(script.steps.last());
        let step = step.cloned().unwrap_or(Behaviour::Ok);
        script.used += 1;
        (step, script.used - 1)
    }

    /// go.dev's JSON, newest addition first.
    pub fn index(&self) -> Vec<u8> {
        if let Some(bytes) = &self.index {
            return bytes.clone();
        }
        let mut releases: Vec<Value> = Vec::new();
        for archive in self.archives.iter().rev() {
            let name = format!("go{}", archive.version);
            let found = releases.iter_mut().find(|release| release["version"] == name);
            if let Some(Value::Array(files)) = found.map(|release| &mut release["files"]) {
                files.push(archive.row.clone());
            } else {
                let stable = !name.contains("rc") && !name.contains("beta");
                releases.push(json!({
                    "version": name,
                    "stable": stable,
                    "files": [archive.row],
                }));
            }
        }
        serde_json::to_vec_pretty(&releases).expect("plain JSON")
    }
}

/// The state and the bell that rings when it changes.
#[derive(Default)]
pub struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes everybody who waits for it.
    pub fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_all();
        result
    }

    /// Waits until `ready`; fails the test with `what` and the log when that takes too long.
    pub fn wait(&self, what: &str, mut ready: impl FnMut(&State) -> bool) {
        let (state, timeout) = self
            .changed
            .wait_timeout_while(self.lock(), PATIENCE, |state| !ready(state))
            .unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            let log = format!("{:#?}", state.log);
            drop(state);
            panic!("waited in vain for {what}; requests so far: {log}");
        }
    }

    /// Waits until the gate lets one through; false when the mirror closes instead.
    pub fn pass(&self, name: &str) -> bool {
        self.update(|state| state.gates.entry(name.to_owned()).or_default().waiting += 1);
        let mut state = self
            .changed
            .wait_while(self.lock(), |state| {
                let gate = &state.gates[name];
                !state.closing && !gate.open && gate.tickets == 0
            })
            .unwrap_or_else(PoisonError::into_inner);
        let closing = state.closing;
        if let Some(gate) = state.gates.get_mut(name) {
            gate.waiting -= 1;
            if !gate.open {
                gate.tickets = gate.tickets.saturating_sub(1);
            }
        }
        drop(state);
        self.changed.notify_all();
        !closing
    }

    /// Lets time pass; false when the mirror closes meanwhile.
    pub fn pause(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let mut state = self.lock();
        while !state.closing {
            let Some(left) = end.checked_duration_since(Instant::now()) else {
                return true;
            };
            (state, _) = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
        false
    }

    /// Remembers a connection so that [`Shared::close`] can end it; false when it is too late for that.
    pub fn register(&self, socket: &Arc<TcpStream>) -> bool {
        self.update(|state| {
            state.sockets.retain(|known| known.strong_count() > 0);
            state.sockets.push(Arc::downgrade(socket));
            !state.closing
        })
    }

    /// Ends every connection and every wait.
    pub fn close(&self) {
        let sockets = self.update(|state| {
            state.closing = true;
            std::mem::take(&mut state.sockets)
        });
        for socket in sockets.iter().filter_map(Weak::upgrade) {
            // Already closed by the other side is as good.
            socket.shutdown(Shutdown::Both).ok();
        }
    }
}
