//! Which of the system calls that Go needs are there: each is made, in a process of its own, as a filter may kill who
//! makes one. What Go says where one is missing was seen with go1.21.13 and go1.27.3 under such filters.

use std::path::Path;
use std::process::Command;

use super::Finding;
use super::launch::{is_filtered, output};
use crate::process::{Exit, Watch};

/// Whether a call is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is.
    Available,
    /// The kernel says it has no such call: ENOSYS.
    Missing,
    /// It is refused, with this errno.
    Refused(i32),
    /// Whoever makes it is killed, by this signal.
    Fatal(i32),
    /// It could not be tried.
    Unknown,
}

impl State {
    /// Its name: `available`, `missing`, `refused`, `fatal`, `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            State::Available => "available",
            State::Missing => "missing",
            State::Refused(_) => "refused",
            State::Fatal(_) => "fatal",
            State::Unknown => "unknown",
        }
    }
}

/// A call, and what became of it.
#[derive(Debug, Clone)]
pub struct Probed {
    /// Its name, as the kernel has it.
    pub name: &'static str,
    /// Whether every Go needs it.
    pub is_needed: bool,
    /// Whether it is there.
    pub state: State,
    /// What Go says where it is not, or does instead.
    pub without: &'static str,
}

/// A call that can be tried.
struct Call {
    name: &'static str,
    is_needed: bool,
    attempt: fn() -> std::io::Result<()>,
    without: &'static str,
}

/// The word that has a program call [`perform`]; no name that anybody would type.
pub const NAME: &str = "__calls";
const ENOSYS: i32 = 38;
const SIGSYS: i32 = 31;

/// Makes the calls from the `first` on, and tells of each before and after: what the child of [`probe`] does.
pub fn perform(first: usize, tell: &mut dyn FnMut(String)) {
    for (number, call) in calls::ALL.iter().enumerate().skip(first) {
        tell(format!("{number} ?\n"));
        let errno = match (call.attempt)() {
            Ok(()) => 0,
            // One that has no number has a reason of its own, which is none of the kernel's.
            Err(error) => error.raw_os_error().unwrap_or(-1),
        };
        tell(format!("{number} {errno}\n"));
    }
}

/// Tries each call in a child; `program` has to be one that calls [`perform`] when it is started with these words and
/// the number of the first call.
pub fn probe(program: &Path, words: &[&str], watch: Watch<'_>) -> Vec<Probed> {
    let mut states = vec![State::Unknown; calls::ALL.len()];
    let mut first = 0;
    while first < states.len() {
        let ended = output(watch, Command::new(program).args(words).arg(first.to_string()).env_clear());
        let Ok(ended) = ended else { break };
        let mut asked = None;
        for line in ended.stdout.text().lines() {
            let Some((number, answer)) = line.split_once(' ') else { continue };
            let Some(state) = number.parse::<usize>().ok().and_then(|number| states.get_mut(number)) else {
                continue;
            };
            asked = number.parse::<usize>().ok();
            match answer.parse() {
                Ok(0) => *state = State::Available,
                Ok(ENOSYS) => *state = State::Missing,
                Ok(errno) if errno > 0 => *state = State::Refused(errno),
                _ => {}
            }
        }
        let Some(last) = asked else { break };
        if let Exit::Signal(signal) = ended.exit
            && states[last] == State::Unknown
        {
            states[last] = State::Fatal(signal);
        }
        // It goes on behind the one that was fatal.
        first = last + 1;
    }
    // Without an epoll nothing can be said of what is done with one.
    if states.first().is_some_and(|state| *state != State::Available) {
        states.iter_mut().skip(1).take(2).for_each(|state| *state = State::Unknown);
    }
    let probed = |(call, state): (&Call, State)| Probed {
        name: call.name,
        is_needed: call.is_needed,
        state,
        without: call.without,
    };
    calls::ALL.iter().zip(states).map(probed).collect()
}

/// What the calls that are not there mean.
pub(super) fn check(probed: &[Probed], findings: &mut Vec<Finding>) {
    if !probed.is_empty() && probed.iter().all(|call| call.state == State::Unknown) {
        let says = "no program can be started here, so no system call could be tried";
        findings.push(Finding::error("syscalls-unknown", says));
        return;
    }
    let is_lost = |call: &&Probed| !matches!(call.state, State::Available | State::Unknown);
    let (needed, optional): (Vec<&Probed>, Vec<&Probed>) =
        probed.iter().filter(is_lost).partition(|call| call.is_needed);
    let line = |call: &&Probed| match call.state {
        State::Fatal(SIGSYS) => format!("`{}` is fatal (SIGSYS): Go dies with `Bad system call`", call.name),
        State::Fatal(signal) => format!("`{}` is fatal (signal {signal})", call.name),
        State::Refused(errno) => format!("`{}` is refused (errno {errno}): {}", call.name, call.without),
        _ => format!("`{}` is missing (ENOSYS): {}", call.name, call.without),
    };
    let filter = match is_filtered() {
        true => "a seccomp filter is in force",
        false => "no seccomp filter is in force, so the kernel itself, or what stands in for it, lacks them",
    };
    if !needed.is_empty() {
        let finding = Finding::error("syscall-blocked", "system calls that every Go needs are not there");
        let finding = finding.with_all(needed.iter().map(line)).with(filter);
        findings.push(
            finding.mend(
                "let the container or service make them: see its seccomp profile or `SystemCallFilter=`",
            ),
        );
    }
    // Go does without where it is told that they are missing, and for most also where they are refused.
    let harmful: Vec<&&Probed> =
        optional.iter().filter(|call| !matches!(call.state, State::Missing)).collect();
    if !harmful.is_empty() {
        let says = "system calls are refused that some Go programs make";
        let finding =
            Finding::note("syscall-optional", says).with_all(harmful.into_iter().map(line)).with(filter);
        findings.push(finding);
    }
}

#[cfg(not(target_os = "linux"))]
mod calls {
    pub(super) const ALL: [super::Call; 0] = [];
}

#[cfg(target_os = "linux")]
mod calls {
    //! The calls themselves, each by a safe function that makes exactly it.

    use std::io;
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;
    use std::sync::atomic::AtomicU32;

    use rustix::event::{EventfdFlags, Timespec, epoll, eventfd};
    use rustix::fs::{AtFlags, CWD};
    use rustix::pipe::{PipeFlags, pipe_with};
    use rustix::thread::futex;

    use super::Call;

    /// First what the next two need.
    pub(super) const ALL: [Call; 12] = [
        Call {
            name: "epoll_create1",
            is_needed: true,
            attempt: || Ok(epoll::create(epoll::CreateFlags::CLOEXEC).map(drop)?),
            without: "`runtime: epollcreate failed`, `fatal error: runtime: netpollinit failed`",
        },
        Call {
            name: "epoll_ctl",
            is_needed: true,
            attempt: || add().map(drop),
            without: "`runtime: epollctl failed`",
        },
        Call {
            name: "epoll_pwait",
            is_needed: true,
            attempt: wait,
            without: "`runtime: epollwait on fd N failed`, `fatal error: runtime: netpoll failed`",
        },
        Call {
            name: "eventfd2",
            is_needed: true,
            attempt: || Ok(eventfd(0, EventfdFlags::CLOEXEC).map(drop)?),
            without: "`runtime: eventfd failed`; go1.21 does without",
        },
        Call {
            name: "pipe2",
            is_needed: true,
            attempt: || Ok(pipe_with(PipeFlags::CLOEXEC).map(drop)?),
            without: "`runtime: pipe failed` of go1.21; with later ones `go build` fails, as no program can be started",
        },
        Call {
            name: "futex",
            is_needed: true,
            attempt: || Ok(futex::wake(&AtomicU32::new(0), futex::Flags::PRIVATE, 1).map(drop)?),
            without: "`futexwakeup addr=... returned -N`, then SIGSEGV",
        },
        Call {
            name: "clone",
            is_needed: true,
            attempt: fork,
            without: "`runtime: failed to create new OS thread`, `fatal error: newosproc`",
        },
        Call {
            name: "mmap",
            is_needed: true,
            attempt: map,
            without: "`fatal error: runtime: cannot allocate memory`",
        },
        Call {
            name: "fcntl",
            is_needed: true,
            attempt: || Ok(rustix::io::fcntl_getfd(io::stdin()).map(drop)?),
            without: "`fatal error: cannot open standard fds`; go1.21 does without",
        },
        Call {
            name: "newfstatat",
            is_needed: true,
            attempt: || Ok(rustix::fs::statat(CWD, "/", AtFlags::empty()).map(drop)?),
            without: "`go: cannot find GOROOT directory: 'go' binary is trimmed and GOROOT is not set`",
        },
        Call {
            name: "clone3",
            is_needed: false,
            attempt: thread,
            without: "programs with cgo say `runtime/cgo: pthread_create failed: Operation not permitted`; pure Go does not make it",
        },
        Call {
            name: "pidfd_open",
            is_needed: false,
            attempt: || {
                let own = rustix::process::getpid();
                Ok(rustix::process::pidfd_open(own, rustix::process::PidfdFlags::empty()).map(drop)?)
            },
            without: "Go does without",
        },
    ];

    fn add() -> io::Result<rustix::fd::OwnedFd> {
        let (queue, other) =
            (epoll::create(epoll::CreateFlags::CLOEXEC)?, epoll::create(epoll::CreateFlags::CLOEXEC)?);
        epoll::add(&queue, &other, epoll::EventData::new_u64(0), epoll::EventFlags::IN)?;
        Ok(queue)
    }

    fn wait() -> io::Result<()> {
        let queue = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut events = Vec::with_capacity(1);
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        Ok(epoll::wait(&queue, rustix::buffer::spare_capacity(&mut events), Some(&at_once)).map(drop)?)
    }

    /// With a user to become, std forks instead of leaving it to `posix_spawn`; and glibc forks by `clone`. That there is
    /// no such program is what the new process finds out.
    fn fork() -> io::Result<()> {
        let own = rustix::process::getuid().as_raw();
        match Command::new("/nonexistent/gvm-rs").uid(own).spawn() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Ok(mut child) => child.wait().map(drop),
            Err(error) => Err(error),
        }
    }

    /// More than an allocator gives out of what it has.
    fn map() -> io::Result<()> {
        let mut memory: Vec<u8> = Vec::new();
        memory.try_reserve_exact(64 << 20).map_err(|_| io::Error::from_raw_os_error(12))
    }

    /// The C library starts threads by `clone3`, and by `clone` where that is missing.
    fn thread() -> io::Result<()> {
        let thread = std::thread::Builder::new().spawn(|| ())?;
        thread.join().map_err(|_| io::Error::from_raw_os_error(11))
    }
}
