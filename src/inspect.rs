//! Whether a program runs on a machine, judged by what its file says and never by running it.

mod place;

use crate::executable::{Executable, Format, Kind};
use crate::model::{GoVersion, OsVersion, Platform, requirements};
use crate::preflight::{Check, Host, Level, Libc, Verdict, system};

pub use place::{Place, TargetError};

/// Libraries that come with glibc or musl, whatever else is installed.
const OF_LIBC: [&str; 7] = ["libc.", "libm.", "libpthread.", "libdl.", "librt.", "libresolv.", "ld-"];

/// Holds a program against a machine.
pub fn judge(executable: &Executable, place: &Place) -> Vec<Check> {
    let mut checks = Vec::from_iter(kind(executable));
    for judge in [os, processor] {
        checks.push(judge(executable, place));
        if checks.iter().any(|check| check.verdict == Verdict::NotMet) {
            // Nothing else matters there.
            return checks;
        }
    }
    if executable.format == Format::Elf {
        checks.push(loader(executable, place));
        checks.extend(glibc(executable, place));
        checks.extend(libraries(executable, place));
    }
    checks.extend(least_macos(executable, place));
    checks.extend(of_go(executable, place));
    checks.extend(level(executable, place));
    checks
}

fn check(subject: &'static str, verdict: Verdict, finding: impl Into<String>) -> Check {
    Check { subject, verdict, finding: finding.into(), source: None }
}

fn kind(executable: &Executable) -> Option<Check> {
    match executable.kind {
        Kind::Program => None,
        Kind::Library => Some(check("kind", Verdict::Unknown, "it is a library, which other programs load")),
        Kind::Other => {
            Some(check("kind", Verdict::NotMet, "it is nothing that is run: an object, a core or the like"))
        }
    }
}

fn os(executable: &Executable, place: &Place) -> Check {
    match (executable.os.as_deref(), place.os.as_deref()) {
        (None, _) => check("system", Verdict::Unknown, "does not say what system it is for"),
        (Some(os), Some(there)) if os != there => {
            check("system", Verdict::NotMet, format!("is for {os}, {} is {there}", place.name))
        }
        (Some(os), _) => check("system", Verdict::Met, format!("is for {os}")),
    }
}

fn processor(executable: &Executable, place: &Place) -> Check {
    let arch = executable.arch.as_str();
    match place.arch.as_deref() {
        None => check("processor", Verdict::Met, format!("is for {arch}")),
        Some(there) if arch == there => {
            check("processor", Verdict::Met, format!("is for {arch}, as is {}", place.name))
        }
        // The kernel and Rosetta may run these, and an emulator anything.
        Some(there) if place.may_emulate(arch, there) => check(
            "processor",
            Verdict::Unknown,
            format!("is for {arch}, which {} ({there}) may be able to run", place.name),
        ),
        Some(there) => {
            let finding = format!("is for {arch}, {} is {there}: exec format error", place.name);
            check("processor", Verdict::NotMet, finding)
        }
    }
}

fn loader(executable: &Executable, place: &Place) -> Check {
    let Some(path) = executable.interpreter.as_deref() else {
        return match executable.kind {
            Kind::Program => check("loader", Verdict::Met, "needs none: it is started by the kernel itself"),
            _ => check("loader", Verdict::Met, "names none"),
        };
    };
    let is_musls = path.contains("/ld-musl-");
    let (verdict, there) = match place.libc {
        _ if place.is_here && std::path::Path::new(path).exists() => {
            (Verdict::Met, "which is there".to_owned())
        }
        _ if place.is_here => (
            Verdict::NotMet,
            "which is not there; shells then say `not found` of the program itself".to_owned(),
        ),
        Libc::Unknown => (Verdict::Unknown, "what is there is not known".to_owned()),
        Libc::Glibc if !is_musls => (Verdict::Met, format!("as {} has it", place.name)),
        Libc::Musl if is_musls => (Verdict::Met, format!("as {} has it", place.name)),
        Libc::Glibc => (Verdict::NotMet, format!("{} has glibc's", place.name)),
        Libc::Musl => (
            Verdict::NotMet,
            format!("{} has musl's; shells then say `not found` of the program itself", place.name),
        ),
        Libc::None => (Verdict::NotMet, format!("{} has none", place.name)),
    };
    check("loader", verdict, format!("is started by `{path}`, {there}"))
}

fn glibc(executable: &Executable, place: &Place) -> Option<Check> {
    let needed = executable.glibc?;
    if place.libc == Libc::Musl && !place.is_here {
        return None;
    }
    Some(match place.glibc() {
        Some(there) if there >= needed => {
            check("glibc", Verdict::Met, format!("needs glibc {needed}, {} has {there}", place.name))
        }
        Some(there) => {
            let said = format!("version `GLIBC_{needed}' not found");
            check(
                "glibc",
                Verdict::NotMet,
                format!("needs glibc {needed}, {} has {there}: {said}", place.name),
            )
        }
        None => check("glibc", Verdict::Unknown, format!("needs glibc {needed}, what is there is not known")),
    })
}

fn libraries(executable: &Executable, place: &Place) -> Option<Check> {
    if executable.needed.is_empty() {
        return None;
    }
    let is_own = |name: &&String| OF_LIBC.iter().any(|start| name.starts_with(start));
    let missing: Vec<&str> = match place.is_here {
        true => executable
            .needed
            .iter()
            .filter(|name| !place.has_library(name, &executable.search))
            .map(String::as_str)
            .collect(),
        false => executable.needed.iter().filter(|name| !is_own(name)).map(String::as_str).collect(),
    };
    Some(match (missing.as_slice(), place.is_here) {
        ([], true) => check("libraries", Verdict::Met, "all are where they are looked for"),
        ([], false) => check("libraries", Verdict::Met, "needs only those of the C library"),
        (missing, true) => check(
            "libraries",
            Verdict::Unknown,
            format!("not where they are looked for: {}", missing.join(", ")),
        ),
        (missing, false) => {
            check("libraries", Verdict::Unknown, format!("have to be installed: {}", missing.join(", ")))
        }
    })
}

fn least_macos(executable: &Executable, place: &Place) -> Vec<Check> {
    if executable.os.as_deref() != Some("darwin") {
        return Vec::new();
    }
    let there = place.release.as_deref().and_then(OsVersion::leading);
    let mut checks = Vec::new();
    if let (Some(needed), Some(there)) = (executable.least_os, there) {
        let verdict = if needed <= there { Verdict::Met } else { Verdict::NotMet };
        checks.push(check(
            "macos",
            verdict,
            format!("says it needs macOS {needed}, {} is {there}", place.name),
        ));
    }
    if executable.has_uuid == Some(false) && executable.kind == Kind::Program {
        let is_old = there.is_some_and(|there| there.major() < 26);
        let finding = "has no LC_UUID: macOS 26 may abort it with `missing LC_UUID load command`";
        let verdict = if is_old { Verdict::Met } else { Verdict::Unknown };
        checks.push(Check { source: Some("golang/go#68678"), ..check("uuid", verdict, finding) });
    }
    checks
}

/// What the Go that built it needs of the system.
fn of_go(executable: &Executable, place: &Place) -> Vec<Check> {
    let version: Option<GoVersion> = executable.build.as_ref().and_then(|build| build.version());
    let platform: Option<Platform> =
        executable.os.as_ref().and_then(|os| format!("{os}-{}", executable.arch).parse().ok());
    let (Some(version), Some(platform), Some(release)) = (version, platform, &place.release) else {
        return Vec::new();
    };
    let host = Host { release: Some(release.clone()), ..Host::unknown(platform) };
    let mut checks = vec![system(version, &host)];
    if platform.goos() == "linux" {
        checks.extend(requirements::bad_pairs(version, &platform, release).into_iter().map(Check::from));
    }
    checks
}

/// GOAMD64: what the program asks of the processor.
fn level(executable: &Executable, place: &Place) -> Option<Check> {
    let needed = executable.build.as_ref()?.setting("GOAMD64").filter(|_| executable.arch == "amd64")?;
    let level = [Level::V2, Level::V3, Level::V4].into_iter().find(|level| level.name() == needed)?;
    let finding = |there: &str| format!("is built for amd64 {needed}, {there}");
    Some(match place.level() {
        Some(there) if there >= level => {
            check("cpu", Verdict::Met, finding(&format!("{} is {}", place.name, there.name())))
        }
        Some(there) => {
            let said =
                format!("`can only be run on AMD64 processors with {needed} microarchitecture support`");
            check("cpu", Verdict::NotMet, finding(&format!("{} is {}: {said}", place.name, there.name())))
        }
        None => check("cpu", Verdict::Unknown, finding("what is there is not known")),
    })
}
