//! The proof: before a toolchain is committed, its `go` must run here and be the version that was asked for.

use std::io::{self, Read as _};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use crate::disk;
use crate::model::GoVersion;
use crate::net::escaped;
use crate::progress::Progress;

/// A toolchain that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Its `VERSION` file is missing or unreadable.
    #[error("cannot read `{}`", path.display())]
    NoVersionFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It says it is another version.
    #[error("{} says it is `{found}`, not go{wanted}", path.display())]
    WrongVersion {
        /// Who says so: the `VERSION` file or the program.
        path: PathBuf,
        /// What it says, shortened and escaped.
        found: String,
        /// What was asked for.
        wanted: GoVersion,
    },
    /// Its `go` cannot be started.
    #[error("cannot run `{}`", path.display())]
    CannotRun {
        /// The program.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Its `go` ran and failed.
    #[error("`{} version` failed ({status}): {output}", path.display())]
    Failed {
        /// The program.
        path: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote, shortened and escaped.
        output: String,
    },
    /// Its `go` did not end in time.
    #[error("`{} version` did not end within {} s", path.display(), limit.as_secs())]
    TooSlow {
        /// The program.
        path: PathBuf,
        /// The limit.
        limit: Duration,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// How a toolchain is proved.
#[derive(Clone, Copy)]
pub struct Probe<'a> {
    /// How long its `go` may take.
    pub limit: Duration,
    /// Asked whether to go on.
    pub progress: &'a dyn Progress,
}

const LARGEST_OUTPUT: u64 = 4096;
const POLL: Duration = Duration::from_millis(2);

impl Probe<'_> {
    /// Checks the tree's `VERSION` and runs its `go version`, in an environment where nothing can speak for it.
    pub(super) fn run(&self, tree: &Path, wanted: GoVersion) -> Result<(), ProofError> {
        let path = tree.join("VERSION");
        let text = disk::read_capped(&path, LARGEST_OUTPUT, false)
            .map_err(|source| ProofError::NoVersionFile { path: path.clone(), source })?;
        let text = String::from_utf8_lossy(&text);
        let toolchain = wanted.toolchain();
        if text.lines().next() != Some(&toolchain) {
            return Err(ProofError::WrongVersion { path, found: excerpt(&text), wanted });
        }
        let go = tree.join("bin/go");
        let output = self.ask_version(&go)?;
        let mut words = output.split_ascii_whitespace();
        if (words.next(), words.next(), words.next()) != (Some("go"), Some("version"), Some(&toolchain)) {
            return Err(ProofError::WrongVersion { path: go, found: excerpt(&output), wanted });
        }
        Ok(())
    }

    fn ask_version(&self, go: &Path) -> Result<String, ProofError> {
        let cannot_run = |source| ProofError::CannotRun { path: go.to_owned(), source };
        let mut child = self.start(go).map_err(cannot_run)?;
        let ended = self.wait(&mut child);
        // What the program started itself ends with it, whether it has ended or not.
        end_group(&child);
        let Some(status) = ended.map_err(cannot_run)? else {
            child.wait().map_err(cannot_run)?;
            return Err(match self.progress.cancelled() {
                true => ProofError::Interrupted,
                false => ProofError::TooSlow { path: go.to_owned(), limit: self.limit },
            });
        };
        let mut output = read_written(child.stdout.take()).map_err(cannot_run)?;
        if status.success() {
            return Ok(output);
        }
        output += &read_written(child.stderr.take()).map_err(cannot_run)?;
        let output = if output.trim().is_empty() { "no output".to_owned() } else { excerpt(&output) };
        Err(ProofError::Failed { path: go.to_owned(), status, output })
    }

    fn start(&self, go: &Path) -> io::Result<Child> {
        let started = Instant::now();
        loop {
            let child = Command::new(go)
                .arg("version")
                .env_clear()
                .env("GOTOOLCHAIN", "local")
                .env("GOENV", "off")
                .env("PATH", "/usr/bin:/bin")
                .current_dir("/")
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .process_group(0)
                .spawn();
            match child {
                // A child that another thread is starting holds our handle of the file for a moment.
                Err(e) if e.kind() == io::ErrorKind::ExecutableFileBusy && started.elapsed() < self.limit => {
                    std::thread::sleep(POLL);
                }
                child => return child,
            }
        }
    }

    /// Waits for the child's end, but not longer than the limit or the user's patience.
    fn wait(&self, child: &mut Child) -> io::Result<Option<ExitStatus>> {
        let started = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(Some(status));
            }
            if started.elapsed() >= self.limit || self.progress.cancelled() {
                return Ok(None);
            }
            std::thread::sleep(POLL);
        }
    }
}

/// Kills the child's process group.
fn end_group(child: &Child) {
    // An empty group, the usual case, is no error to tell anybody.
    rustix::process::kill_process_group(Pid::from_child(child), Signal::KILL).ok();
}

/// Reads what an ended program left in a pipe, and waits for nobody who still has the other end.
fn read_written(pipe: Option<impl io::Read + AsFd>) -> io::Result<String> {
    let Some(pipe) = pipe else { return Ok(String::new()) };
    rustix::io::ioctl_fionbio(&pipe, true)?;
    let mut bytes = Vec::new();
    match pipe.take(LARGEST_OUTPUT).read_to_end(&mut bytes) {
        Err(e) if e.kind() != io::ErrorKind::WouldBlock => Err(e),
        _ => Ok(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

fn excerpt(text: &str) -> String {
    let line: String = text.trim().lines().next().unwrap_or_default().chars().take(120).collect();
    escaped(&line).to_string()
}
