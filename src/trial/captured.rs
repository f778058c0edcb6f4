//! A command whose output is kept instead of shown. It reads nothing and has a process group of its own, so that
//! nothing it started outlives the toolchain it ran under.

use std::io::{self, Read};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::progress::Progress;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// A command that ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How.
    pub exit: Exit,
    /// After how long.
    pub elapsed: Duration,
    /// What it wrote.
    pub output: Output,
}

/// What a command wrote to stdout and stderr, in that order in which it arrived; only the end of much.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// The bytes, as they came.
    pub bytes: Vec<u8>,
    /// How many bytes before those were dropped.
    pub dropped: u64,
}

/// More than this many bytes of one output are not kept.
const LARGEST_OUTPUT: usize = 1 << 20;
const POLL: Duration = Duration::from_millis(5);
/// How long a command has to end by itself once the user wants to stop.
const GRACE: Duration = Duration::from_secs(3);
/// How long a pipe is read on after the command ended: somebody who escaped may hold it open for ever.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl Exit {
    pub(super) fn of(status: ExitStatus) -> Exit {
        match (status.code(), status.signal()) {
            (Some(code), _) => Exit::Code(code),
            (None, signal) => Exit::Signal(signal.unwrap_or_default()),
        }
    }

    /// Whether it ended well.
    pub fn is_success(self) -> bool {
        self == Exit::Code(0)
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "exit code {code}"),
            Exit::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// Runs a command to its end; returns nothing if the user wanted to stop.
pub(super) fn run(mut command: Command, progress: &dyn Progress) -> io::Result<Option<Ended>> {
    let started = Instant::now();
    let (reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).process_group(0);
    let mut child = command.spawn()?;
    // Its ends of the pipe would keep the reader from seeing that all others are closed.
    drop(command);
    let (kept, is_read) = read_apart(reader);
    let ended = wait(&mut child, progress);
    signal_group(&child, Signal::KILL);
    let Some(status) = ended? else { return Ok(None) };
    let elapsed = started.elapsed();
    // Whether that was all or somebody still holds the pipe: what is here is what is shown.
    is_read.recv_timeout(LAST_WORDS).ok();
    let output = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Some(Ended { exit: Exit::of(status), elapsed, output }))
}

/// Waits for the child's end. Once the user wants to stop, the child is told, and killed if it does not hear.
fn wait(child: &mut Child, progress: &dyn Progress) -> io::Result<Option<ExitStatus>> {
    let mut told: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(if told.is_some() { None } else { Some(status) });
        }
        match told {
            None if progress.cancelled() => {
                signal_group(child, Signal::INT);
                told = Some(Instant::now());
            }
            Some(at) if at.elapsed() >= GRACE => signal_group(child, Signal::KILL),
            _ => {}
        }
        std::thread::sleep(POLL);
    }
}

fn signal_group(child: &Child, signal: Signal) {
    // An empty group is no error to tell anybody.
    kill_process_group(Pid::from_child(child), signal).ok();
}

/// Reads on a thread of its own, because nobody knows when the last writer goes.
fn read_apart(mut reader: impl Read + Send + 'static) -> (Arc<Mutex<Output>>, mpsc::Receiver<()>) {
    let kept = Arc::new(Mutex::new(Output::default()));
    let (finished, is_read) = mpsc::channel();
    let keeper = Arc::clone(&kept);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => {
                    keeper.lock().unwrap_or_else(PoisonError::into_inner).take(&buffer[..length]);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        // Nobody waits any more if it took too long.
        finished.send(()).ok();
    });
    (kept, is_read)
}

impl Output {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // Twice as much before any is moved, so that each byte is moved once.
        if self.bytes.len() >= 2 * LARGEST_OUTPUT {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        let excess = self.bytes.len().saturating_sub(LARGEST_OUTPUT);
        self.bytes.drain(..excess);
        self.dropped += excess as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    fn sh(script: &str) -> Ended {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        run(command, &Silent).unwrap().unwrap()
    }

    #[test]
    fn both_streams_are_kept_in_the_order_of_their_writes() {
        let ended = sh("echo one; echo two >&2; echo three; exit 7");
        assert_eq!((ended.exit, ended.output.bytes.as_slice()), (Exit::Code(7), &b"one\ntwo\nthree\n"[..]));
        assert_eq!(sh("kill -TERM $$").exit, Exit::Signal(15));
        assert_eq!(sh("cat; echo read").output.bytes, b"read\n");
    }

    #[test]
    fn only_the_end_of_a_long_output_is_kept() {
        let ended = sh("head -c 5000000 /dev/zero; echo end");
        let Output { bytes, dropped } = ended.output;
        assert!(bytes.ends_with(b"\0end\n") && bytes.len() < 2 * LARGEST_OUTPUT, "{}", bytes.len());
        assert_eq!(bytes.len() as u64 + dropped, 5_000_004);
    }

    #[test]
    fn what_the_command_left_running_ends_with_it() {
        let started = Instant::now();
        let ended = sh("sleep 600 & echo $!");
        let id = String::from_utf8(ended.output.bytes).unwrap().trim().parse().unwrap();
        assert!(started.elapsed() < Duration::from_secs(60));
        // It may still wait to be collected by whoever inherited it.
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
        let id: i32 = id;
        assert!(matches!(state, None | Some('Z' | 'X')), "{id}: {stat}");
    }
}
