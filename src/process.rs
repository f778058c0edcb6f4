//! Programs that are started and waited for: each in a process group of its own, so that it can be ended with
//! all that it started when time or the user's patience is up. What the programs mean is not known here.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, PipeReader, Read as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::progress::Progress;

/// Why a program was not waited for to its end.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// It could not be started, or not be waited for.
    #[error("it cannot be run")]
    CannotRun(#[from] io::Error),
    /// It took too long, and was killed.
    #[error("it did not end within {} s", .0.as_secs())]
    TooSlow(Duration),
    /// The user asked to stop, and it was told, and killed if it did not hear.
    #[error("interrupted")]
    Interrupted,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl Exit {
    fn of(status: ExitStatus) -> Exit {
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

/// A program that ended, and what it wrote into our pipes.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How.
    pub exit: Exit,
    /// After how long.
    pub elapsed: Duration,
    /// Its standard output; its standard error too, where both were asked for as one.
    pub stdout: Output,
    /// Its standard error.
    pub stderr: Output,
}

/// What a program wrote; only the end of much.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// The bytes, as they came.
    pub bytes: Vec<u8>,
    /// How many bytes before those were dropped.
    pub dropped: u64,
}

impl Output {
    /// The bytes as text, as far as they are.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // Twice as much before any is moved, so that each byte is moved once.
        if self.bytes.len() >= 2 * LARGEST_OUTPUT {
            let excess = self.bytes.len() - LARGEST_OUTPUT;
            self.bytes.drain(..excess);
            self.dropped += excess as u64;
        }
    }
}

/// Watches over a program that runs.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// How long it may take; `None` is as long as the user likes.
    pub limit: Option<Duration>,
    /// Whether what it leaves running is ended too. Where it did not end by itself, that happens in any case.
    pub leaves_nothing: bool,
    /// Asked whether to go on.
    pub progress: &'a dyn Progress,
}

/// More than this many bytes of one output are not kept.
const LARGEST_OUTPUT: usize = 1 << 20;
/// How long a program has to end by itself once the user wants to stop.
const GRACE: Duration = Duration::from_secs(3);
/// How long a pipe is read on after the end: somebody who escaped may hold it open for ever.
const LAST_WORDS: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(2);
/// Whoever took this long is looked at less often.
const LONG: Duration = Duration::from_secs(1);
const SLOW_POLL: Duration = Duration::from_millis(20);

impl Watch<'_> {
    /// Runs a program to its end, with nothing on its standard input and its two outputs kept.
    pub fn output(&self, command: &mut Command) -> Result<Ended, Stopped> {
        let ((stdout, out), (stderr, err)) = (io::pipe()?, io::pipe()?);
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        self.follow(command, vec![Stream::new(stdout)?, Stream::new(stderr)?])
    }

    /// The same for a program that makes itself the leader of a session, as `setsid` does: it must not be made the
    /// leader of a group before.
    pub fn output_of_session(&self, command: &mut Command) -> Result<Ended, Stopped> {
        let ((stdout, out), (stderr, err)) = (io::pipe()?, io::pipe()?);
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        self.follow_group(command, vec![Stream::new(stdout)?, Stream::new(stderr)?])
    }

    /// The same with both outputs as one, in the order in which they came.
    pub fn joint_output(&self, command: &mut Command) -> Result<Ended, Stopped> {
        let (both, out) = io::pipe()?;
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
        self.follow(command, vec![Stream::new(both)?])
    }

    /// Runs a program to its end; where its outputs go has been said, and nothing of them is kept.
    pub fn run(&self, command: &mut Command) -> Result<Ended, Stopped> {
        self.follow(command, Vec::new())
    }

    fn follow(&self, command: &mut Command, streams: Vec<Stream>) -> Result<Ended, Stopped> {
        self.follow_group(command.process_group(0), streams)
    }

    /// Follows a program that is, or is about to be, the leader of a process group.
    fn follow_group(&self, command: &mut Command, mut streams: Vec<Stream>) -> Result<Ended, Stopped> {
        let started = Instant::now();
        let mut child = self.start(command, started)?;
        if !streams.is_empty() {
            // The command's ends of the pipes would keep us from seeing that all others are closed.
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        let ended = self.wait(&mut child, &mut streams, started);
        if self.leaves_nothing || ended.is_err() {
            signal_group(&child, Signal::KILL);
        }
        let status = child.wait()?;
        ended?;
        let elapsed = started.elapsed();
        self.finish(&mut streams)?;
        let mut outputs = streams.into_iter().map(|stream| stream.kept);
        let [stdout, stderr] = [(); 2].map(|()| outputs.next().unwrap_or_default());
        Ok(Ended { exit: Exit::of(status), elapsed, stdout, stderr })
    }

    /// Reads what is left. The pipes of a group that was killed are closed when its last member is gone, which is
    /// waited for; but not for one who escaped from it.
    fn finish(&self, streams: &mut [Stream]) -> io::Result<()> {
        let ended = Instant::now();
        loop {
            streams.iter_mut().try_for_each(Stream::drain)?;
            let is_closed = streams.iter().all(|stream| stream.pipe.is_none());
            if is_closed || !self.leaves_nothing || ended.elapsed() >= LAST_WORDS {
                return Ok(());
            }
            pause(streams, POLL);
        }
    }

    fn start(&self, command: &mut Command, started: Instant) -> io::Result<Child> {
        let limit = self.limit.unwrap_or(LONG);
        loop {
            match command.spawn() {
                // A child that another thread is starting holds our handle of the file for a moment.
                Err(e) if e.kind() == io::ErrorKind::ExecutableFileBusy && started.elapsed() < limit => {
                    std::thread::sleep(POLL);
                }
                child => return child,
            }
        }
    }

    /// Waits until the child has ended, or has to be ended.
    fn wait(&self, child: &mut Child, streams: &mut [Stream], started: Instant) -> Result<(), Stopped> {
        let mut told: Option<Instant> = None;
        loop {
            streams.iter_mut().try_for_each(Stream::drain)?;
            if child.try_wait()?.is_some() {
                return if told.is_some() { Err(Stopped::Interrupted) } else { Ok(()) };
            }
            match (told, self.limit) {
                (None, _) if self.progress.cancelled() => {
                    signal_group(child, Signal::INT);
                    told = Some(Instant::now());
                }
                (Some(at), _) if at.elapsed() >= GRACE => return Err(Stopped::Interrupted),
                (None, Some(limit)) if started.elapsed() >= limit => return Err(Stopped::TooSlow(limit)),
                _ => {}
            }
            pause(streams, if started.elapsed() < LONG { POLL } else { SLOW_POLL });
        }
    }
}

fn signal_group(child: &Child, signal: Signal) {
    // An empty group is no error to tell anybody.
    kill_process_group(Pid::from_child(child), signal).ok();
}

/// Waits for a while, or until there is something to read.
fn pause(streams: &[Stream], time: Duration) {
    let open = streams.iter().filter_map(|stream| stream.pipe.as_ref());
    let mut pipes: Vec<PollFd<'_>> = open.map(|pipe| PollFd::new(pipe, PollFlags::IN)).collect();
    let time = Timespec { tv_sec: 0, tv_nsec: time.subsec_nanos().into() };
    // A signal ends it early, which is as well.
    poll(&mut pipes, Some(&time)).ok();
}

/// Our end of a child's pipe, which is read without ever waiting: somebody else may keep the other end.
struct Stream {
    pipe: Option<PipeReader>,
    kept: Output,
}

impl Stream {
    fn new(pipe: PipeReader) -> io::Result<Stream> {
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(Stream { pipe: Some(pipe), kept: Output::default() })
    }

    /// Reads what is there by now, and not for ever from one who writes without end.
    fn drain(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 << 10];
        for _ in 0..LARGEST_OUTPUT / buffer.len() {
            let Some(pipe) = &mut self.pipe else { break };
            match pipe.read(&mut buffer) {
                Ok(0) => self.pipe = None,
                Ok(length) => self.kept.take(&buffer[..length]),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// What programs are given of the environment that gvm-rs was started in.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// PATH.
    pub path: OsString,
    /// The user's shell, if SHELL names one.
    pub shell: Option<PathBuf>,
    /// CC, if set.
    pub compiler: Option<OsString>,
    /// Whether CGO_ENABLED is 0.
    pub is_cgo_off: bool,
}

impl Environment {
    /// Returns where a program is on PATH.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        use std::os::unix::fs::PermissionsExt as _;
        let is_program = |path: &PathBuf| {
            std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        };
        std::env::split_paths(&self.path)
            .filter(|directory| directory.is_absolute())
            .map(|directory| directory.join(program))
            .find(is_program)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::progress::{Event, Silent};

    const WATCH: Watch<'_> = Watch { limit: None, leaves_nothing: true, progress: &Silent };

    fn sh(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    fn joint(script: &str) -> Ended {
        WATCH.joint_output(&mut sh(script)).unwrap()
    }

    #[test]
    fn both_streams_are_kept_apart_or_in_the_order_of_their_writes() {
        let script = "echo one; echo two >&2; echo three; exit 7";
        let ended = joint(script);
        assert_eq!((ended.exit, ended.stdout.bytes.as_slice()), (Exit::Code(7), &b"one\ntwo\nthree\n"[..]));
        let ended = WATCH.output(&mut sh(script)).unwrap();
        assert_eq!((&*ended.stdout.text(), &*ended.stderr.text()), ("one\nthree\n", "two\n"));
        assert_eq!(joint("kill -TERM $$").exit, Exit::Signal(15));
        assert_eq!(joint("cat; echo read").stdout.bytes, b"read\n");
    }

    #[test]
    fn only_the_end_of_a_long_output_is_kept() {
        let Output { bytes, dropped } = joint("head -c 5000000 /dev/zero; echo end").stdout;
        assert!(bytes.ends_with(b"\0end\n") && bytes.len() < 2 * LARGEST_OUTPUT, "{}", bytes.len());
        assert_eq!(bytes.len() as u64 + dropped, 5_000_004);
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended_with_what_it_started() {
        let watch = Watch { limit: Some(Duration::from_millis(50)), leaves_nothing: false, ..WATCH };
        let stopped = watch.output(&mut sh("sleep 600 & sleep 600")).unwrap_err();
        assert!(matches!(stopped, Stopped::TooSlow(_)));
    }

    #[test]
    fn what_the_program_left_running_ends_with_it() {
        let id = joint("sleep 600 & echo $!").stdout.text().trim().to_owned();
        let started = Instant::now();
        loop {
            // It may still wait to be collected by whoever inherited it.
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
            if matches!(state, None | Some('Z' | 'X')) {
                break;
            }
            assert!(started.elapsed() < LONG, "{id}: {stat}");
            std::thread::yield_now();
        }
    }

    #[test]
    fn whoever_keeps_a_pipe_open_is_not_waited_for() {
        let watch = Watch { leaves_nothing: false, ..WATCH };
        let ended = watch.output(&mut sh("sleep 60 & echo $!")).unwrap();
        sh(&format!("kill {}", ended.stdout.text())).status().unwrap();
    }

    #[test]
    fn a_program_is_told_that_the_user_wants_to_stop_before_it_is_killed() {
        struct Impatient;
        impl Progress for Impatient {
            fn event(&self, _event: Event<'_>) {}
            fn cancelled(&self) -> bool {
                true
            }
        }
        let watch = Watch { progress: &Impatient, ..WATCH };
        for script in ["exec sleep 600", "trap '' INT; sleep 600"] {
            assert!(matches!(watch.output(&mut sh(script)), Err(Stopped::Interrupted)));
        }
    }
}
