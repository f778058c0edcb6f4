//! A running program whose talk can be waited for line by line.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStderr, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::Sandbox;

/// A program that says nothing for so long has hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was said so far, and whether that is all.
#[derive(Default)]
struct Talk {
    said: Mutex<(String, bool)>,
    more: Condvar,
}

/// A running program; killed when dropped.
pub struct Watched {
    child: Child,
    talk: Arc<Talk>,
    listener: Option<JoinHandle<()>>,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stderr: String,
}

impl Watched {
    pub fn start(sandbox: &Sandbox, args: &[&str]) -> Watched {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
        command.args(args).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let talk = Arc::new(Talk::default());
        let listener = std::thread::spawn({
            let talk = talk.clone();
            move || talk.listen(stderr)
        });
        Watched { child, talk, listener: Some(listener) }
    }

    /// Waits until it has said this on stderr.
    pub fn wait_for(&self, text: &str) {
        self.talk.wait(text, |said, _| said.contains(text));
        let said = self.talk.said.lock().unwrap();
        assert!(said.0.contains(text), "ended without a word of {text:?}: {}", said.0);
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Kills it as `kill -9` does.
    pub fn kill(self) -> Ended {
        kill_process(Pid::from_child(&self.child), Signal::KILL).unwrap();
        self.end()
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        self.talk.wait("the end", |_, is_over| is_over);
        let status = self.child.wait().unwrap();
        self.listener.take().unwrap().join().unwrap();
        let stderr = std::mem::take(&mut self.talk.said.lock().unwrap().0);
        Ended { code: status.code(), signal: status.signal(), stderr }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.listener.is_some() {
            // It may have ended by itself.
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

impl Talk {
    fn listen(&self, stderr: ChildStderr) {
        let mut lines = BufReader::new(stderr);
        let mut line = Vec::new();
        while lines.by_ref().read_until(b'\n', &mut line).unwrap_or(0) > 0 {
            self.said.lock().unwrap().0.push_str(&String::from_utf8_lossy(&line));
            self.more.notify_all();
            line.clear();
        }
        self.said.lock().unwrap().1 = true;
        self.more.notify_all();
    }

    /// Waits until `ready`, or the end.
    fn wait(&self, what: &str, ready: impl Fn(&str, bool) -> bool) {
        let said = self.said.lock().unwrap();
        let (said, timeout) = self
            .more
            .wait_timeout_while(said, PATIENCE, |(said, is_over)| !*is_over && !ready(said, *is_over))
            .unwrap();
        let text = said.0.clone();
        drop(said);
        assert!(!timeout.timed_out(), "waited in vain for {what:?}; said so far: {text}");
    }
}

impl Ended {
    #[track_caller]
    pub fn ok(self) -> Ended {
        self.with(0)
    }

    #[track_caller]
    pub fn with(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    pub fn said(&self, text: &str) -> bool {
        self.stderr.contains(text)
    }
}
