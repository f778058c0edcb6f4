//! The launch probe: starts `go version` of the current toolchain and of the `go` on PATH, and says why one does not
//! start. With GOTOOLCHAIN=local and without GOROOT, so that nothing is downloaded and the toolchain answers for itself.

use std::ffi::OsStr;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::symptom::{self, ENOSYS, EPERM, Outcome, Surroundings};
use super::{Doctor, Finding, trace};
use crate::disk;
use crate::executable::{self, Executable};
use crate::explain::{self, Program};
use crate::inspect::{self, Place};
use crate::preflight::{Host, Level, Verdict};
use crate::process::{Ended, Stopped, Watch};

/// Lines of output that are shown as evidence.
const MOST_LINES: usize = 4;

/// Starts what is to be started; returns what was found.
pub(super) fn check(doctor: &Doctor<'_>) -> Vec<Finding> {
    let store = doctor.gvm.store;
    let mut findings = Vec::new();
    let current = store.current().unwrap_or_default();
    if let Some(current) = current {
        let go = store.layout().tree(current.version).join("bin/go");
        // One that is gone is told as damage.
        if go.exists() {
            let name = format!("{}, which is current,", current.version.toolchain());
            findings.extend(probe(doctor, &go, &name));
        }
    }
    let first = explain::programs(&doctor.scene.path, store).into_iter().next();
    if let Some(first) = first.filter(|first| !doctor.is_ours(&first.path)) {
        findings.extend(foreign(doctor, &first));
    }
    findings.extend(compiler(doctor));
    findings
}

/// A `go` that is not gvm-rs's. A shim, which is a script, may do anything when it is started; whether it can be started at
/// all its file tells.
fn foreign(doctor: &Doctor<'_>, program: &Program) -> Option<Finding> {
    let name = format!("the `go` on PATH, `{}`,", program.path.display());
    let around = look_around(doctor, &program.real);
    let outcome = match (&around.executable, &around.script_of) {
        (Some(_), _) => start(doctor, &program.path)?,
        (None, Some(name)) => {
            let is_there = Path::new(name).exists();
            let errno = if is_there { symptom::EACCES } else { symptom::ENOENT };
            around.script_fault.map(|_| Outcome::Refused(errno))?
        }
        (None, None) if is_text(&program.real) => return None,
        (None, None) => Outcome::Refused(symptom::ENOEXEC),
    };
    let found = symptom::of(&outcome, &around);
    let mend = found.is_of_the_file().then(|| elsewhere(doctor, program));
    let finding = told(doctor, Probed { go: &program.path, name: &name, outcome, around }, found);
    Some(match mend {
        Some(mend) => finding.mend(mend),
        None => finding,
    })
}

/// What to do about a file that gvm-rs has no say in.
fn elsewhere(doctor: &Doctor<'_>, program: &Program) -> String {
    let directory = program.path.parent().unwrap_or(Path::new("/")).display().to_string();
    let ours = doctor.bin().join("go");
    let instead = match ours.exists() {
        true => format!("gvm-rs's own is `{}`", ours.display()),
        false => "`gvm-rs use latest` installs one of gvm-rs's".to_owned(),
    };
    format!("that file is not gvm-rs's: take `{directory}` out of PATH, or remove or reinstall it; {instead}")
}

/// What a shell would take for a script, though its first line names no program for it.
fn is_text(path: &Path) -> bool {
    let start = start_of(path).unwrap_or_default();
    !start.is_empty() && !start.contains(&0)
}

/// Starts a `go` of gvm-rs's; returns why it did not start.
fn probe(doctor: &Doctor<'_>, go: &Path, name: &str) -> Option<Finding> {
    let outcome = start(doctor, go)?;
    let real = go.canonicalize().unwrap_or_else(|_| go.to_owned());
    let around = look_around(doctor, &real);
    let found = symptom::of(&outcome, &around);
    Some(told(doctor, Probed { go, name, outcome, around }, found))
}

/// A `go` that does not start.
struct Probed<'a> {
    go: &'a Path,
    name: &'a str,
    outcome: Outcome,
    around: Surroundings,
}

fn told(doctor: &Doctor<'_>, probed: Probed<'_>, found: symptom::Symptom) -> Finding {
    let Probed { go, name, outcome, around } = probed;
    let real = go.canonicalize().unwrap_or_else(|_| go.to_owned());
    let mut finding = Finding::error(found.id, format!("{name} does not start: {}", found.says));
    finding = finding.with(format!("`{}`", real.display()));
    finding = match &outcome {
        Outcome::Refused(errno) => {
            finding.with(format!("execve: {}", std::io::Error::from_raw_os_error(*errno)))
        }
        Outcome::Ended(exit, text) => {
            finding.with(exit).with_all(text.lines().filter(|line| !line.trim().is_empty()).take(MOST_LINES))
        }
        Outcome::Strange(text) => {
            finding.with_all(text.lines().filter(|line| !line.trim().is_empty()).take(MOST_LINES))
        }
        Outcome::Slow => finding,
    };
    finding = finding.with_all(unmet(doctor, around.executable.as_ref()));
    if doctor.traces && around.executable.is_some() {
        finding = finding.with_all(trace::failing_calls(doctor, go));
    }
    match found.mend {
        Some(mend) => finding.mend(mend),
        None => finding,
    }
}

/// Asks `go`, as it would be run by itself, for its version; nothing if it says one.
fn start(doctor: &Doctor<'_>, go: &Path) -> Option<Outcome> {
    match output(doctor.watch(), &mut command(go, &["version"])) {
        Ok(ended) if !ended.exit.is_success() => {
            Some(Outcome::Ended(ended.exit, format!("{}{}", ended.stderr.text(), ended.stdout.text())))
        }
        Ok(ended) if ended.stdout.text().starts_with("go version ") => None,
        Ok(ended) => Some(Outcome::Strange(ended.stdout.text().into_owned())),
        Err(Stopped::CannotRun(error)) => Some(Outcome::Refused(error.raw_os_error().unwrap_or_default())),
        Err(Stopped::TooSlow(_)) => Some(Outcome::Slow),
        // Whoever wants to stop is told so at the end.
        Err(Stopped::Interrupted) => None,
    }
}

/// Runs a program to its end, even where the C library's way to start one is refused, which is none of Go's: glibc makes
/// processes by clone3, old filters forbid that, and with a user to become std forks, which takes clone.
pub(super) fn output(watch: Watch<'_>, command: &mut Command) -> Result<Ended, Stopped> {
    match watch.output(command) {
        Err(Stopped::CannotRun(error)) if matches!(error.raw_os_error(), Some(EPERM | ENOSYS)) => {
            watch.output(command.uid(rustix::process::getuid().as_raw()))
        }
        outcome => outcome,
    }
}

pub(super) fn command(go: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(go);
    command
        .args(words)
        .env_clear()
        .env("GOTOOLCHAIN", "local")
        .env("GOENV", "off")
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C")
        .current_dir("/");
    command
}

/// What the file itself says against running here.
fn unmet(doctor: &Doctor<'_>, executable: Option<&Executable>) -> Vec<String> {
    let Some(executable) = executable else { return Vec::new() };
    let place = Place::here(&Host::here(doctor.gvm.settings.platform));
    let checks = inspect::judge(executable, &place).into_iter();
    checks
        .filter(|check| check.verdict == Verdict::NotMet)
        .map(|check| format!("its file {}", check.finding))
        .collect()
}

fn look_around(doctor: &Doctor<'_>, go: &Path) -> Surroundings {
    let platform = doctor.gvm.settings.platform;
    let host = doctor.gvm.settings.host.clone().unwrap_or_else(|| Host::here(platform));
    let executable =
        executable::read(go).ok().and_then(|mut all| (!all.is_empty()).then(|| all.swap_remove(0)));
    let (script_of, script_fault) = script_of(go).unzip();
    let interpreter =
        executable.as_ref().and_then(|executable| executable.interpreter.clone()).or(script_of.clone());
    let interpreter = interpreter.map(PathBuf::from);
    let is_executable =
        |path: &Path| std::fs::metadata(path).map_or(true, |meta| meta.permissions().mode() & 0o111 != 0);
    Surroundings {
        has_execute_bit: is_executable(go) && interpreter.as_deref().is_none_or(is_executable),
        is_noexec: doctor.gvm.store.disk().space(go).is_ok_and(|space| space.noexec),
        is_filtered: is_filtered(),
        has_interpreter: interpreter.as_deref().is_none_or(Path::exists),
        arch: platform.goarch().to_owned(),
        release: host.release.unwrap_or_default(),
        level: Level::here().map(Level::name),
        script_of,
        script_fault: script_fault.flatten(),
        executable,
    }
}

/// Whether this process, and so what it starts, is under a seccomp filter.
pub(super) fn is_filtered() -> bool {
    let status = disk::read_capped(Path::new("/proc/self/status"), 1 << 16, false).unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let mode = status.lines().find_map(|line| line.strip_prefix("Seccomp:"));
    mode.is_some_and(|mode| mode.trim() != "0")
}

/// What the kernel looks at, and a little more.
fn start_of(path: &Path) -> Option<Vec<u8>> {
    let mut start = Vec::new();
    disk::open_regular(path, true).ok()?.take(512).read_to_end(&mut start).ok()?;
    Some(start)
}

/// The program that the first line of a script names, as the kernel reads it, and why that cannot run it.
fn script_of(path: &Path) -> Option<(String, Option<&'static str>)> {
    let start = start_of(path)?;
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line).into_owned();
    let name = line.trim_start_matches([' ', '\t']).split([' ', '\t']).next()?;
    let meta = std::fs::metadata(name);
    let fault = match &meta {
        _ if line.ends_with('\r') => Some("and that line ends in a carriage return, as Windows writes it"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some("which is not here"),
        Ok(meta) if !meta.is_file() => Some("which is no program"),
        _ => None,
    };
    Some((name.to_owned(), fault))
}

/// A GOROOT that leads to another Go lets `go version` pass, and every build fail: the compiler there is asked for its
/// version, as `go build` does it.
fn compiler(doctor: &Doctor<'_>) -> Option<Finding> {
    let root = PathBuf::from(super::settings::goroot(doctor)?.0);
    let first = explain::programs(&doctor.scene.path, doctor.gvm.store).into_iter().next()?;
    let (own, version) = (first.root()?, first.version?);
    if root.canonicalize().ok() == own.canonicalize().ok() || !root.join("pkg/tool").is_dir() {
        return None;
    }
    let mut command = command(&first.path, &["tool", "compile", "-V"]);
    command.env("GOROOT", OsStr::new(&root));
    let ended = output(doctor.watch(), &mut command).ok()?;
    let said = ended.stdout.text().trim().to_owned();
    let found = said.strip_prefix("compile version ")?.split_whitespace().next()?;
    (found != version.toolchain()).then(|| {
        let toolchain = version.toolchain();
        let says = format!("GOROOT leads {toolchain} to the compiler of {found}, so every build fails");
        let build = format!("compile: version \"{found}\" does not match go tool version \"{toolchain}\"");
        let finding = Finding::error("launch-mismatch", says);
        finding.with(format!("GOROOT is `{}`", root.display())).with(format!("`go build` says: {build}"))
    })
}
