//! Why a program did not start, told by errno, signal and what it said: pure functions of these and the machine.

mod said;

use crate::executable::Executable;
use crate::process::Exit;
use said::in_text;

/// What became of a start.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The kernel refused, with this errno.
    Refused(i32),
    /// It ended, and said this.
    Ended(Exit, String),
    /// It ended well, and this is no version of Go.
    Strange(String),
    /// It did not end in time.
    Slow,
}

/// What surrounds the program, as far as it has a say in whether it starts.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    /// Its file, where it is one that can be read.
    pub executable: Option<Executable>,
    /// The program that a script names in its first line.
    pub script_of: Option<String>,
    /// Why that cannot run it.
    pub script_fault: Option<&'static str>,
    /// Whether the file, and what interprets it, may be executed by its mode.
    pub has_execute_bit: bool,
    /// Whether it lies on a file system mounted noexec.
    pub is_noexec: bool,
    /// Whether a seccomp filter is in force.
    pub is_filtered: bool,
    /// Whether the interpreter is there.
    pub has_interpreter: bool,
    /// The processor here, as GOARCH.
    pub arch: String,
    /// The kernel's release.
    pub release: String,
    /// What this processor can do, as GOAMD64 has it.
    pub level: Option<&'static str>,
}

impl Symptom {
    /// Whether it is the file that is wrong, and not what surrounds it: then whose file that is says what to do.
    pub(super) fn is_of_the_file(&self) -> bool {
        let of_the_file = [
            "launch-interpreter",
            "launch-architecture",
            "launch-damaged",
            "launch-mode",
            "launch-cpu",
            "launch-glibc",
            "launch-crash",
            "launch-strange",
            "launch-slow",
            "launch-missing",
        ];
        of_the_file.contains(&self.id)
    }
}

/// A cause that was recognised.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Symptom {
    pub id: &'static str,
    pub says: String,
    pub mend: Option<&'static str>,
}

pub(super) const ENOENT: i32 = 2;
pub(super) const ENOEXEC: i32 = 8;
pub(super) const EACCES: i32 = 13;
pub(super) const EPERM: i32 = 1;
/// As linux has it everywhere but on mips, alpha, parisc and sparc.
pub(super) const ENOSYS: i32 = 38;
const SIGILL: i32 = 4;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
const SIGSYS: i32 = 31;

const ANOTHER_MACHINE: &str = "install a Go for this machine: `gvm-rs use latest`";
const FILTER: &str = "let the container or service make the call: for Docker a newer Docker and libseccomp, or \
                      `--security-opt seccomp=PROFILE`; for systemd `SystemCallFilter=`; `gvm-rs doctor --syscalls` \
                      shows which calls are blocked";
const SPOILED: &str = "run `gvm-rs verify`, and `gvm-rs repair` if it finds something";
const KERNEL: &str = "`gvm-rs preflight latest` names the newest Go for this kernel";

fn symptom(id: &'static str, says: impl Into<String>, mend: impl Into<Option<&'static str>>) -> Symptom {
    Symptom { id, says: says.into(), mend: mend.into() }
}

/// Says why a program did not start.
pub(super) fn of(outcome: &Outcome, around: &Surroundings) -> Symptom {
    match outcome {
        Outcome::Refused(errno) => refused(*errno, around),
        Outcome::Slow => symptom("launch-slow", "it did not end in time", None),
        Outcome::Strange(_) => symptom(
            "launch-strange",
            "it ends well and does not say a version of Go, so it is no Go",
            SPOILED,
        ),
        Outcome::Ended(exit, text) => in_text(text, around).unwrap_or_else(|| ended(*exit, around)),
    }
}

fn refused(errno: i32, around: &Surroundings) -> Symptom {
    if let (ENOENT | EACCES | ENOEXEC, Some(name), Some(fault)) =
        (errno, &around.script_of, around.script_fault)
    {
        let says = format!(
            "it is a script for `{name}`, {fault}: shells call that `not found`, `required file not found` or `bad \
             interpreter`, though the script is there"
        );
        return symptom("launch-interpreter", says, SPOILED);
    }
    let interpreter = around.executable.as_ref().and_then(|executable| executable.interpreter.as_deref());
    match (errno, interpreter) {
        (ENOENT, Some(loader)) if !around.has_interpreter => symptom(
            "launch-interpreter",
            format!(
                "it is to be started by `{loader}`, which is not here: shells call that `not found` or `required file \
                 not found`, though the program is there"
            ),
            "install a Go that needs no loader: from go1.21 on none of the official ones does (`gvm-rs use latest`)",
        ),
        (ENOENT, ..) => symptom("launch-missing", "it is not there", SPOILED),
        (ENOEXEC, ..) => no_format(around),
        (EACCES, ..) if !around.has_execute_bit => symptom(
            "launch-mode",
            "it has no execute permission",
            "run `gvm-rs repair`, or `chmod +x` where it is not gvm-rs's",
        ),
        (EACCES, ..) if around.is_noexec => symptom(
            "launch-noexec",
            "it is on a file system mounted noexec",
            "set GVM_RS_HOME to a directory on another file system, or have this one mounted with `exec`",
        ),
        (EACCES, ..) => symptom(
            "launch-denied",
            "it may not be executed, though its mode and its mount allow it: a directory above it may not be entered, or a \
             policy of the system forbids it",
            None,
        ),
        (EPERM | ENOSYS, ..) if around.is_filtered => symptom(
            "launch-seccomp",
            "gvm-rs can start no program here: a seccomp filter refuses one of the calls that takes (clone, pipe2, execve)",
            FILTER,
        ),
        (errno, ..) => symptom(
            "launch-failed",
            format!("the system refuses: {}", std::io::Error::from_raw_os_error(errno)),
            None,
        ),
    }
}

/// ENOEXEC: "Exec format error".
fn no_format(around: &Surroundings) -> Symptom {
    match &around.executable {
        Some(executable)
            if executable.os.as_deref().is_some_and(|os| os != std::env::consts::OS && os != "darwin") =>
        {
            let os = executable.os.as_deref().unwrap_or_default();
            symptom(
                "launch-architecture",
                format!("it is a program for {os}: exec format error"),
                ANOTHER_MACHINE,
            )
        }
        Some(executable) if executable.arch != around.arch => {
            let says = format!(
                "it is for {}, and this machine is {}: exec format error",
                executable.arch, around.arch
            );
            symptom("launch-architecture", says, ANOTHER_MACHINE)
        }
        _ => symptom("launch-damaged", "it is no program that this system knows: exec format error", SPOILED),
    }
}

fn ended(exit: Exit, around: &Surroundings) -> Symptom {
    match exit {
        Exit::Signal(SIGSYS) => symptom(
            "launch-seccomp",
            "a seccomp filter killed it at a system call (SIGSYS, `Bad system call`)",
            FILTER,
        ),
        Exit::Signal(SIGILL) => symptom(
            "launch-cpu",
            "it used an instruction that this processor does not have (SIGILL)",
            "install an official Go, which for amd64 is built for every processor (GOAMD64=v1): `gvm-rs use latest`",
        ),
        Exit::Signal(SIGKILL) => symptom(
            "launch-killed",
            "something killed it (SIGKILL): a lack of memory, or a policy of the system",
            None,
        ),
        Exit::Signal(SIGSEGV) if around.is_filtered => {
            symptom("launch-crash", "it crashed (SIGSEGV), under a seccomp filter", FILTER)
        }
        exit => symptom("launch-crash", format!("it started and failed ({exit})"), SPOILED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(release: &str, is_filtered: bool) -> Surroundings {
        Surroundings {
            release: release.to_owned(),
            is_filtered,
            arch: "amd64".to_owned(),
            level: Some("v3"),
            ..Surroundings::default()
        }
    }

    #[test]
    fn a_refusal_is_told_by_its_errno_and_the_file() {
        let here = Surroundings { has_execute_bit: true, ..around("6.1", false) };
        for (errno, around, id) in [
            (
                ENOENT,
                Surroundings {
                    script_of: Some("/bin/lost".into()),
                    script_fault: Some("which is not here"),
                    ..here.clone()
                },
                "launch-interpreter",
            ),
            (ENOENT, here.clone(), "launch-missing"),
            (ENOEXEC, here.clone(), "launch-damaged"),
            (EACCES, Surroundings { has_execute_bit: false, ..here.clone() }, "launch-mode"),
            (EACCES, Surroundings { is_noexec: true, ..here.clone() }, "launch-noexec"),
            (EACCES, here.clone(), "launch-denied"),
            (EPERM, Surroundings { is_filtered: true, ..here.clone() }, "launch-seccomp"),
            (12, here.clone(), "launch-failed"),
        ] {
            assert_eq!(of(&Outcome::Refused(errno), &around).id, id, "{errno}");
        }
        let ended = |signal| of(&Outcome::Ended(Exit::Signal(signal), String::new()), &here).id;
        assert_eq!(
            [SIGSYS, SIGILL, SIGKILL, SIGSEGV].map(ended),
            ["launch-seccomp", "launch-cpu", "launch-killed", "launch-crash"]
        );
    }
}
