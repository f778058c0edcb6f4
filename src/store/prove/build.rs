//! The proof that a toolchain builds: a small program is compiled, linked and run, a package is vetted, and then a
//! program with C in it is built and run.
//!
//! The toolchain sees nothing of the user's environment, modules or caches, and never the network. Everything is
//! written below one place in `staging/` and removed.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Probe, ProofError, excerpt};
use crate::disk::{Disk, DiskError};
use crate::model::GoVersion;
use crate::net::escaped;
use crate::process::{Ended, Exit, Stopped, Watch};
use crate::progress::Event;
use crate::store::staging::{Scratch, Staging};

/// A toolchain that does not build what it should.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no place for what it builds.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// It used up the disk, which is not its fault.
    #[error("no space is left to try it out: {0}")]
    NoSpace(String),
    /// A program cannot be started.
    #[error("cannot run `{command}`")]
    CannotRun {
        /// The command.
        command: String,
        /// Why not.
        source: io::Error,
    },
    /// A program ran and failed.
    #[error("`{command}` failed ({exit}): {output}")]
    Failed {
        /// The command.
        command: String,
        /// How it ended.
        exit: Exit,
        /// What it wrote, shortened and escaped.
        output: String,
    },
    /// A program said something else than it should.
    #[error("`{command}` says `{found}`, not `{expected}`")]
    Unexpected {
        /// The command.
        command: String,
        /// What it said, shortened and escaped.
        found: String,
        /// What it should have said.
        expected: String,
    },
    /// All of it took too long.
    #[error("`{command}` was not done after {} s", limit.as_secs())]
    TooSlow {
        /// What ran when the time was up.
        command: String,
        /// The limit for everything.
        limit: Duration,
    },
}

/// It imports little, because all of it is compiled afresh each time.
const PROGRAM: &str = r#"package main

import (
	"os"
	"runtime"
)

func main() { os.Stdout.WriteString("built with " + runtime.Version() + "\n") }
"#;

const PROGRAM_WITH_C: &str = r#"package main

// static int six_times(int n) { return 6 * n; }
import "C"

import (
	"os"
	"runtime"
)

func main() {
	if C.six_times(7) == 42 {
		os.Stdout.WriteString("C and Go, built with " + runtime.Version() + "\n")
	}
}
"#;

/// Without imports: vet would look through each of them.
const PACKAGE: &str = "package vetted\n\nfunc Next(n int) int { return n + 1 }\n";

/// Whether a C compiler works is asked of this first: only then its failure is the toolchain's.
const C: &str =
    "#include <pthread.h>\n#include <stdio.h>\nint main(void) { return puts(\"C works\") == EOF; }\n";

/// Proves that a tree builds.
pub(super) fn run(
    probe: &Probe<'_>,
    tree: &Path,
    version: GoVersion,
    staging: &Staging,
) -> Result<(), ProofError> {
    let scratch = staging.scratch().map_err(BuildError::Disk)?;
    let workshop = Workshop { probe, tree, version, scratch: &scratch, started: Instant::now() };
    // What a failed proof leaves goes with its place in staging.
    workshop.work()?;
    Ok(scratch.remove().map_err(BuildError::Disk)?)
}

/// One proof.
struct Workshop<'a> {
    probe: &'a Probe<'a>,
    tree: &'a Path,
    version: GoVersion,
    scratch: &'a Scratch,
    started: Instant,
}

impl Workshop<'_> {
    fn work(&self) -> Result<(), ProofError> {
        if !is_buildable(self.scratch.path()) {
            self.skip("building", "Go builds nothing in a directory of this name");
            return Ok(());
        }
        self.furnish().map_err(BuildError::Disk)?;
        let built_with = format!("built with {}", self.version.toolchain());
        self.goroot()?;
        self.build_and_run("plain", &built_with)?;
        match self.is_before(1, 10) {
            true => self.skip("vet", "vet was no part of every build then"),
            false => drop(self.run(self.go("vetted", &["vet", "."]), "go vet")?),
        }
        if self.wants_cgo()? {
            self.build_and_run("cgo", &format!("C and Go, {built_with}"))?;
        }
        Ok(())
    }

    /// Whether the toolchain is older than the first release of a line.
    fn is_before(&self, major: u32, minor: u32) -> bool {
        (self.version.major(), self.version.minor()) < (major, minor)
    }

    fn skip(&self, step: &str, reason: &str) {
        let text = format!("{}: {step} is not proved: {reason}", self.version.toolchain());
        self.probe.progress.event(Event::Detail(&text));
    }

    /// Lays out one module with two programs.
    fn furnish(&self) -> Result<(), DiskError> {
        let disk = self.scratch.disk();
        for directory in ["src", "src/plain", "src/vetted", "src/cgo", "tmp", "home"] {
            disk.create_dir(&self.path(directory))?;
        }
        let go_mod = format!("module proof\n\ngo {}\n", self.version.lang());
        for (file, text) in [
            ("src/go.mod", go_mod.as_str()),
            ("src/plain/main.go", PROGRAM),
            ("src/vetted/vetted.go", PACKAGE),
            ("src/cgo/main.go", PROGRAM_WITH_C),
            ("src/works.c", C),
        ] {
            write(disk, &self.path(file), text)?;
        }
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// The toolchain has to find itself, without being told where it is.
    fn goroot(&self) -> Result<(), ProofError> {
        if self.is_before(1, 9) {
            self.skip("GOROOT", "Go before 1.9 has to be told");
            return Ok(());
        }
        let found = self.run(self.go("plain", &["env", "GOROOT"]), "go env GOROOT")?.stdout;
        let found = found.text();
        let found = found.trim_end_matches('\n');
        let both = Path::new(found).canonicalize().ok().zip(self.tree.canonicalize().ok());
        if both.is_some_and(|(found, own)| found == own) {
            return Ok(());
        }
        let expected = self.tree.display().to_string();
        Err(BuildError::Unexpected { command: "go env GOROOT".to_owned(), found: excerpt(found), expected }
            .into())
    }

    fn build_and_run(&self, package: &str, expected: &str) -> Result<(), ProofError> {
        let program = self.path(&format!("{package}.program"));
        let mut words: Vec<&OsStr> = vec!["build".as_ref(), "-o".as_ref(), program.as_os_str()];
        if !self.is_before(1, 18) {
            // The store may lie in a repository, whose state is none of this program's.
            words.push("-buildvcs=false".as_ref());
        }
        words.push(".".as_ref());
        let name = if package == "cgo" { "go build (cgo)" } else { "go build" };
        self.run(self.go(package, &words), name)?;
        let mut command = Command::new(&program);
        command.env_clear().env("PATH", "/usr/bin:/bin").current_dir(self.scratch.path());
        let command_name = format!("the program of {name}");
        let found = self.run(command, &command_name)?.stdout;
        let found = found.text();
        let rest = found.strip_prefix(expected);
        // After the version may stand what the toolchain was itself built with.
        if rest.is_some_and(|rest| rest.starts_with([' ', '\n'])) {
            return Ok(());
        }
        let expected = expected.to_owned();
        Err(BuildError::Unexpected { command: command_name, found: excerpt(&found), expected }.into())
    }

    /// Whether there is a C compiler that works, and a toolchain that can be expected to get on with it.
    fn wants_cgo(&self) -> Result<bool, ProofError> {
        let environment = self.probe.environment;
        if environment.is_cgo_off {
            self.skip("cgo", "CGO_ENABLED is 0");
            return Ok(false);
        }
        if self.is_before(1, 18) {
            self.skip("cgo", "Go before 1.18 may not know the C compilers of today");
            return Ok(false);
        }
        let Some(words) = self.compiler() else {
            self.skip("cgo", "there is no C compiler");
            return Ok(false);
        };
        let program = self.path("works");
        let mut compile = self.with_path(&words[0]);
        compile.args(&words[1..]).args(["-pthread", "works.c", "-o"]).arg(&program);
        compile.current_dir(self.path("src"));
        let mut work = Command::new(&program);
        work.env_clear().current_dir(self.scratch.path());
        for (command, name) in [(compile, "the C compiler"), (work, "the program of the C compiler")] {
            match self.run(command, name) {
                Ok(_) => {}
                Err(ProofError::Build(
                    error @ (BuildError::Failed { .. } | BuildError::CannotRun { .. }),
                )) => {
                    self.skip("cgo", &format!("the C compiler does not work: {error}"));
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// The C compiler and its first arguments: CC, or the first of the usual ones on PATH.
    fn compiler(&self) -> Option<Vec<OsString>> {
        let environment = self.probe.environment;
        if let Some(compiler) = &environment.compiler {
            let text = compiler.to_string_lossy();
            let words: Vec<OsString> = text.split_ascii_whitespace().map(OsString::from).collect();
            return (!words.is_empty()).then_some(words);
        }
        let found = ["cc", "gcc", "clang"].iter().find_map(|name| environment.find(name));
        found.map(|path| vec![path.into_os_string()])
    }

    /// The toolchain's `go` in a package of the module.
    fn go(&self, package: &str, words: &[impl AsRef<OsStr>]) -> Command {
        let mut go = self.with_path(self.tree.join("bin/go").as_os_str());
        go.args(words).current_dir(self.path("src").join(package));
        for (name, value) in [
            ("GOENV", "off"),
            ("GOFLAGS", ""),
            ("GOPROXY", "off"),
            ("GOSUMDB", "off"),
            ("GOTOOLCHAIN", "local"),
            ("GOWORK", "off"),
            ("GO111MODULE", "on"),
            ("CGO_ENABLED", if package == "cgo" { "1" } else { "0" }),
        ] {
            go.env(name, value);
        }
        for (name, directory) in [("GOCACHE", "cache"), ("GOPATH", "path"), ("GOTMPDIR", "tmp")] {
            go.env(name, self.path(directory));
        }
        if self.is_before(1, 9) {
            go.env("GOROOT", self.tree);
        }
        if let Some(words) = self.compiler().filter(|_| package == "cgo") {
            go.env("CC", words.join(OsStr::new(" ")));
        }
        go
    }

    /// A program that finds others on the user's PATH, and its temporary files in the place in staging.
    fn with_path(&self, program: &OsStr) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", &self.probe.environment.path)
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("LC_ALL", "C");
        command
    }

    /// Runs one command to its end, which has to be a good one.
    fn run(&self, mut command: Command, name: &str) -> Result<Ended, ProofError> {
        let limit = self.probe.build_limit;
        let left = limit.saturating_sub(self.started.elapsed()).max(Duration::from_millis(1));
        let watch = Watch { limit: Some(left), leaves_nothing: true, progress: self.probe.progress };
        let name = || name.to_owned();
        let cannot_run = |source| BuildError::CannotRun { command: name(), source };
        let ended = watch.output(&mut command).map_err(|stopped| match stopped {
            Stopped::CannotRun(source) => cannot_run(source).into(),
            Stopped::TooSlow(_) => BuildError::TooSlow { command: name(), limit }.into(),
            Stopped::Interrupted => ProofError::Interrupted,
        })?;
        if ended.exit.is_success() {
            return Ok(ended);
        }
        let output = told(&ended);
        if ["no space left on device", "disk quota exceeded"]
            .iter()
            .any(|reason| ended.stderr.text().to_ascii_lowercase().contains(reason))
        {
            return Err(BuildError::NoSpace(output).into());
        }
        Err(BuildError::Failed { command: name(), exit: ended.exit, output }.into())
    }
}

/// The first lines that say something, on one line.
fn told(ended: &Ended) -> String {
    let (stderr, stdout) = (ended.stderr.text(), ended.stdout.text());
    let lines = stderr.lines().chain(stdout.lines()).map(str::trim);
    // `# proof/plain` only names the package.
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).take(3).collect();
    if lines.is_empty() {
        return "no output".to_owned();
    }
    let text: String = lines.join("; ").chars().take(300).collect();
    escaped(&text).to_string()
}

/// Whether Go can work in a directory: GOPATH is a list, and cmd/go and cgo refuse line breaks and what is not UTF-8.
fn is_buildable(path: &Path) -> bool {
    path.to_str().is_some_and(|path| !path.contains([':', '\n', '\r']))
}

fn write(disk: &Disk, path: &Path, text: &str) -> Result<(), DiskError> {
    disk.write_unsynced(path, text.as_bytes()).map(drop)
}
