//! What a failing `go` printed, and what that means: the texts are those of real failures, of Go's runtime, of cmd/go,
//! and of the loaders of glibc and macOS.

use super::{ENOSYS, EPERM, FILTER, KERNEL, Surroundings, Symptom, symptom};
use crate::model::OsVersion;

/// Says what a text means that a failing `go` printed.
pub(super) fn in_text(text: &str, around: &Surroundings) -> Option<Symptom> {
    let has = |part: &str| text.contains(part);
    if let Some(needed) =
        between(text, "can only be run on AMD64 processors with ", " microarchitecture support")
    {
        let here = around.level.map(|level| format!(", which is {level}")).unwrap_or_default();
        return Some(symptom(
            "launch-cpu",
            format!("it is built with GOAMD64={needed}, for more than this processor{here} has"),
            "install an official Go, which is built with GOAMD64=v1: `gvm-rs use latest`",
        ));
    }
    if has("FATAL: kernel too old") {
        let says = format!("the glibc in it is for a newer kernel than this one, {}", around.release);
        return Some(symptom("launch-kernel", says, KERNEL));
    }
    if has("failed to parse kernel version from uname") {
        let says = format!("go1.26.3 and go1.26.4 cannot read this kernel's name, {}", around.release);
        return Some(symptom("launch-kernel", says, "use go1.26.5 or later: `gvm-rs use 1.26`"));
    }
    if has("binary is trimmed and GOROOT is not set") {
        return Some(symptom(
            "launch-goroot",
            "it does not find its library: it lies alone, as a copy or a hard link, or `pkg/tool` is gone from its tree",
            "for a Go of gvm-rs run `gvm-rs repair`; elsewhere make it a symbolic link to `bin/go` of a whole tree",
        ));
    }
    if let Some(root) = between(text, "cannot find GOROOT directory: ", "\n") {
        let says = format!("GOROOT is set to `{root}`, which is no Go");
        return Some(symptom(
            "launch-goroot-lost",
            says,
            "run `unset GOROOT`; `gvm-rs doctor` shows who sets it",
        ));
    }
    if let Some(found) = between(text, "compile: version \"", "\"") {
        let says = format!("GOROOT leads it to the compiler of another Go, {found}");
        return Some(symptom(
            "launch-mismatch",
            says,
            "run `unset GOROOT`; `gvm-rs doctor` shows who sets it",
        ));
    }
    if NO_ADDRESSES.iter().any(|words| has(words)) {
        return Some(symptom(
            "launch-limit",
            "it may not reserve the address space that every Go reserves at its start, of which it uses little: a limit on \
             that is set",
            "run `ulimit -v unlimited`, or raise the limit where it is set (RLIMIT_AS; `LimitAS=` of systemd)",
        ));
    }
    loader(text).or_else(|| system_call(text, around))
}

/// What the loaders of dynamic programs say.
fn loader(text: &str) -> Option<Symptom> {
    if text.contains("missing LC_UUID load command") {
        return Some(symptom(
            "launch-dyld",
            "macOS's loader refuses a program without LC_UUID, as Go before 1.24 links them",
            "build it with Go 1.24 or later, or with `-ldflags=-linkmode=external`",
        ));
    }
    if let Some(line) = text.lines().find(|line| line.starts_with("dyld[") || line.starts_with("dyld: ")) {
        return Some(symptom("launch-dyld", format!("macOS's loader refuses it: {line}"), None));
    }
    if let Some(needed) = between(text, "version `GLIBC_", "' not found") {
        let says = format!("it is built for glibc {needed} or later, and this one is older");
        let mend = "install an official Go from 1.21 on, which needs no glibc (`gvm-rs use latest`), or build where glibc is older";
        return Some(symptom("launch-glibc", says, mend));
    }
    let library = between(text, "error while loading shared libraries: ", ":")?;
    Some(symptom("launch-library", format!("the library `{library}` that it needs is not here"), None))
}

/// What Go's runtime says at its start where it is not given the addresses that it reserves, and later uses some of.
const NO_ADDRESSES: [&str; 3] = [
    "failed to reserve page summary memory",
    "cannot reserve arena virtual address space",
    "cannot allocate heap metadata",
];

/// What Go's runtime says where the kernel does not do what it is asked.
fn system_call(text: &str, around: &Surroundings) -> Option<Symptom> {
    const CALLS: [(&str, &str, &str); 7] = [
        ("runtime: epollcreate failed with ", "", "epoll_create1"),
        ("runtime: epollctl failed with ", "", "epoll_ctl"),
        ("runtime: epollwait on fd ", " failed with ", "epoll_pwait"),
        ("runtime: eventfd failed with ", "", "eventfd2"),
        ("runtime: pipe failed with ", "", "pipe2"),
        ("runtime: failed to create new OS thread", "errno=", "clone"),
        ("futexwakeup addr=", "returned -", "futex"),
    ];
    for (start, middle, call) in CALLS {
        let Some((_, rest)) = text.split_once(start) else { continue };
        let Some((_, rest)) = rest.split_once(middle) else { continue };
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        return Some(blocked(call, digits.parse().unwrap_or(0), around));
    }
    for (words, errno) in [("function not implemented", ENOSYS), ("operation not permitted", EPERM)] {
        let line = text.lines().find(|line| line.contains(words) && line.contains("pipe2: "));
        if line.is_some() {
            return Some(blocked("pipe2", errno, around));
        }
    }
    if text.contains("runtime/cgo: pthread_create failed: Operation not permitted") {
        return Some(symptom(
            "launch-seccomp",
            "a thread of the C library cannot be started: a seccomp filter forbids clone3, as an old Docker does for images \
             with glibc 2.34 or later",
            FILTER,
        ));
    }
    None
}

/// A system call that failed with this errno.
fn blocked(call: &str, errno: i32, around: &Surroundings) -> Symptom {
    // All of them are there since 2.6.27.
    let is_old =
        OsVersion::leading(&around.release).is_some_and(|release| release < OsVersion::new(2, 6, 27));
    match errno {
        ENOSYS if is_old => {
            let says = format!("this kernel, {}, has no `{call}`", around.release);
            symptom("launch-kernel", says, KERNEL)
        }
        ENOSYS if around.is_filtered => symptom(
            "launch-seccomp",
            format!("a seccomp filter hides the system call `{call}` (ENOSYS)"),
            FILTER,
        ),
        ENOSYS => symptom(
            "launch-kernel",
            format!(
                "`{call}` is not there (ENOSYS), which Linux has since 2.6.27; this calls itself {}",
                around.release
            ),
            KERNEL,
        ),
        EPERM => symptom(
            "launch-seccomp",
            format!("the system call `{call}` is forbidden (EPERM), as by a seccomp filter"),
            FILTER,
        ),
        11 if call == "clone" => symptom(
            "launch-limit",
            "it may not start another thread: a limit on processes is reached (EAGAIN)",
            "raise `ulimit -u`, or the limit of tasks of the container or service",
        ),
        errno => {
            let reason = std::io::Error::from_raw_os_error(errno);
            symptom("launch-failed", format!("the system call `{call}` fails: {reason}"), None)
        }
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    let rest = rest.split_once(end).map_or(rest, |(found, _)| found);
    Some(rest.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::Surroundings;
    use super::in_text;

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
    fn what_real_failures_say_is_understood() {
        let here = around("6.1.0-28-amd64", false);
        for (text, id) in [
            (
                "This program can only be run on AMD64 processors with v4 microarchitecture support.\n",
                "launch-cpu",
            ),
            ("FATAL: kernel too old\n", "launch-kernel"),
            (
                "runtime: epollcreate failed with 38\nfatal error: runtime: netpollinit failed\n",
                "launch-kernel",
            ),
            (
                "runtime: epollcreate failed with 1\nfatal error: runtime: netpollinit failed\n",
                "launch-seccomp",
            ),
            ("runtime: eventfd failed with 1\n", "launch-seccomp"),
            (
                "runtime: epollwait on fd 4 failed with 38\nfatal error: runtime: netpoll failed\n",
                "launch-kernel",
            ),
            ("runtime: pipe failed with 38\nfatal error: runtime: pipe failed\n", "launch-kernel"),
            (
                "go: error obtaining buildID for go tool compile: pipe2: function not implemented\n",
                "launch-kernel",
            ),
            (
                "runtime: failed to create new OS thread (have 2 already; errno=1)\nfatal error: newosproc\n",
                "launch-seccomp",
            ),
            ("runtime: failed to create new OS thread (have 2 already; errno=11)\n", "launch-limit"),
            ("fatal error: failed to reserve page summary memory\n", "launch-limit"),
            ("futexwakeup addr=0xef23a8 returned -1\nSIGSEGV: segmentation violation\n", "launch-seccomp"),
            ("runtime/cgo: pthread_create failed: Operation not permitted\n", "launch-seccomp"),
            (
                "go: cannot find GOROOT directory: 'go' binary is trimmed and GOROOT is not set\n",
                "launch-goroot",
            ),
            ("go: cannot find GOROOT directory: /nope\n", "launch-goroot-lost"),
            (
                "compile: version \"go1.27.3\" does not match go tool version \"go1.21.13\"\n",
                "launch-mismatch",
            ),
            ("fatal error: failed to parse kernel version from uname\n", "launch-kernel"),
            ("dyld[4321]: missing LC_UUID load command in /tmp/x\ndyld[4321]: aborting\n", "launch-dyld"),
            ("dyld[77]: Library not loaded: /usr/lib/libx.dylib\n", "launch-dyld"),
            ("./go: /lib/libc.so.6: version `GLIBC_2.34' not found (required by ./go)\n", "launch-glibc"),
            (
                "./go: error while loading shared libraries: libx.so.1: cannot open shared object file\n",
                "launch-library",
            ),
        ] {
            assert_eq!(in_text(text, &here).map(|symptom| symptom.id), Some(id), "{text}");
        }
        assert_eq!(in_text("go: go.mod file not found\n", &here), None);
    }

    #[test]
    fn a_missing_call_is_the_kernels_fault_only_where_the_kernel_is_that_old() {
        let text = "runtime: epollcreate failed with 38\n";
        for (release, is_filtered, id, part) in [
            ("2.6.18-8.el5", false, "launch-kernel", "this kernel, 2.6.18-8.el5, has no `epoll_create1`"),
            ("6.1.0", true, "launch-seccomp", "hides"),
            ("4.4.0", false, "launch-kernel", "calls itself 4.4.0"),
        ] {
            let found = in_text(text, &around(release, is_filtered)).unwrap();
            assert!(found.id == id && found.says.contains(part), "{release}: {found:?}");
        }
    }
}
