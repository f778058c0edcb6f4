//! Whether a release will run on a machine, said before it is fetched. A described machine ([`Host`]) is held against
//! the published requirements; this one is looked at without starting a program.
//!
//! The table advises, the proof decides: what is not known refuses nothing, and what passes here is proved all the same.

mod cgo;
mod host;

use std::fmt;

use crate::model::requirements::{self, BadPair, Linkage};
use crate::model::{GoVersion, OsVersion, Platform, Room};

pub use cgo::{Cgo, CgoPackages, CgoScene, default_compiler};
pub use host::{Host, Level, Libc};

/// Whether a requirement is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is.
    Met,
    /// Nobody can tell from here; only trying will.
    Unknown,
    /// It is not, so the release will not run.
    NotMet,
}

/// One requirement of a release, held against a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it is about, in a word: `kernel`, `libc`, `disk`.
    pub subject: &'static str,
    /// Whether it is met.
    pub verdict: Verdict,
    /// What is needed and what is there.
    pub finding: String,
    /// Where the requirement is published, if it is.
    pub source: Option<&'static str>,
}

/// What is to be known about a release on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    /// The release.
    pub version: GoVersion,
    /// What it is built for.
    pub platform: Platform,
    /// Each requirement.
    pub checks: Vec<Check>,
    /// Where the release will not run: the newest stable one that will, if there is one.
    pub newest: Option<GoVersion>,
}

impl Check {
    /// The subject of what is known to go wrong.
    pub const TROUBLE: &str = "known trouble";
}

impl From<BadPair> for Check {
    fn from(pair: BadPair) -> Check {
        Check {
            subject: Check::TROUBLE,
            verdict: if pair.is_certain { Verdict::NotMet } else { Verdict::Unknown },
            finding: format!("{}; use {}", pair.effect, pair.remedy),
            source: Some(pair.source),
        }
    }
}

impl Verdict {
    /// Its name: `met`, `not met`, `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Unknown => "unknown",
            Verdict::NotMet => "not met",
        }
    }
}

impl Preflight {
    /// The worst of what was found.
    pub fn verdict(&self) -> Verdict {
        worst(&self.checks)
    }

    /// Whether something is known to go wrong with it on some of such machines.
    pub fn has_trouble(&self) -> bool {
        self.checks.iter().any(|check| check.subject == Check::TROUBLE)
    }
}

/// What stands in the way of a release, as one sentence.
impl fmt::Display for Preflight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.checks.iter().filter(|check| check.verdict == Verdict::NotMet);
        let findings: Vec<&str> = failed.map(|check| check.finding.as_str()).collect();
        write!(f, "{} will not run here: {}", self.version.toolchain(), findings.join("; "))
    }
}

/// The worst verdict of several.
pub fn worst(checks: &[Check]) -> Verdict {
    checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Met)
}

/// Holds a machine against what a release needs; what the machine's description leaves out is unknown.
///
/// With `room`, what its archive takes, the disk is judged too.
pub fn judge(version: GoVersion, host: &Host, room: Option<Room>) -> Vec<Check> {
    let mut checks = vec![system(version, host)];
    checks.extend(libc(version, host));
    checks.extend(cpu(version, host));
    checks.extend(room.map(|room| disk(room, host)).unwrap_or_default());
    let release = host.release.as_deref().unwrap_or_default();
    checks.extend(requirements::bad_pairs(version, &host.platform, release).into_iter().map(Check::from));
    checks
}

/// The kernel, or macOS, or Windows.
pub(crate) fn system(version: GoVersion, host: &Host) -> Check {
    let platform = &host.platform;
    let (subject, name) = match platform.goos() {
        "linux" => ("kernel", "Linux"),
        "darwin" => ("macos", "macOS"),
        "windows" => ("windows", "Windows"),
        _ => ("system", platform.goos()),
    };
    let Some(floor) = requirements::floor(version, platform) else {
        let finding = format!("no minimum of {name} for {} is known here", version.toolchain());
        return Check { subject, verdict: Verdict::Unknown, finding, source: None };
    };
    let needed = match (subject, floor.version.major()) {
        ("windows", 6) => "Windows 7 or Server 2008 R2, or later".to_owned(),
        ("windows", _) => "Windows 10 or Server 2016, or later".to_owned(),
        _ => format!("{name} {} or later", floor.version),
    };
    let release = host.release.as_deref();
    let (verdict, here) = match release.map(|release| (release, OsVersion::leading(release))) {
        None => (Verdict::Unknown, "what is there is not known".to_owned()),
        Some((release, None)) => (Verdict::Unknown, format!("`{release}` has no number")),
        Some((release, Some(found))) => match requirements::disguise(release).filter(|_| subject == "kernel")
        {
            Some(disguise) => (Verdict::Unknown, format!("this is {release}: {disguise}")),
            None if found < floor.version && has_backport(host, floor.version) => {
                (Verdict::Unknown, format!("this is {release}, whose vendor has added to it what is needed"))
            }
            None if found < floor.version => (Verdict::NotMet, format!("this is {release}")),
            None if !requirements::is_in_table(version) => {
                let text = format!("this is {release}, and {} is newer than this table", version.toolchain());
                (Verdict::Unknown, text)
            }
            None if requirements::is_unstated(platform) => {
                let arch = platform.goarch();
                (Verdict::Met, format!("this is {release} (for {arch} no other minimum is published)"))
            }
            None => (Verdict::Met, format!("this is {release}")),
        },
    };
    Check { subject, verdict, finding: format!("needs {needed}, {here}"), source: Some(floor.source) }
}

/// RHEL 7 and its kin have what 3.13 brought to ppc64 (go.dev/doc/go1.27#ppc64).
fn has_backport(host: &Host, needed: OsVersion) -> bool {
    let release = host.release.as_deref().unwrap_or_default();
    host.platform.goarch() == "ppc64"
        && needed == OsVersion::new(3, 13, 0)
        && release.contains(".el7")
        && OsVersion::leading(release) >= Some(OsVersion::new(3, 10, 0))
}

/// The C library; only Linux has several.
fn libc(version: GoVersion, host: &Host) -> Option<Check> {
    if host.platform.goos() != "linux" {
        return None;
    }
    let check = |verdict, finding: String| {
        Some(Check { subject: "libc", verdict, finding, source: Some("golang/go#57007") })
    };
    match (requirements::linkage(version, &host.platform), host.libc) {
        (Linkage::Static, _) => check(Verdict::Met, "needs none: its programs are static".to_owned()),
        (Linkage::Unknown, _) => {
            check(Verdict::Unknown, "whether it needs glibc only the file itself tells".to_owned())
        }
        (Linkage::Glibc(_), Libc::Glibc) => check(Verdict::Met, "needs glibc, which is there".to_owned()),
        (Linkage::Glibc(loader), Libc::Musl) => {
            check(Verdict::NotMet, format!("needs glibc, this is musl and has no `{loader}`"))
        }
        (Linkage::Glibc(loader), Libc::None) => {
            check(Verdict::NotMet, format!("needs glibc, and there is no `{loader}`"))
        }
        (Linkage::Glibc(_), Libc::Unknown) => {
            check(Verdict::Unknown, "needs glibc, what is there is not known".to_owned())
        }
    }
}

/// The processor, where its name does not say all.
fn cpu(version: GoVersion, host: &Host) -> Option<Check> {
    let check = |verdict, finding: &str, source| {
        Some(Check { subject: "cpu", verdict, finding: finding.to_owned(), source })
    };
    match (host.platform.goarch(), host.level) {
        // Official programs are built with GOAMD64=v1, which every amd64 has.
        ("amd64", Some(level)) => {
            check(Verdict::Met, &format!("needs amd64 v1, this is {}", level.name()), None)
        }
        ("386", _) if !requirements::is_in_table(version) => None,
        ("386", Some(Level::NoSse2)) => {
            check(Verdict::NotMet, "needs SSE2, which this processor lacks", Some("go.dev/doc/go1.16#386"))
        }
        ("386", Some(_)) => check(Verdict::Met, "needs SSE2, which is there", Some("go.dev/doc/go1.16#386")),
        ("s390x", _) => {
            let source = Some("go.dev/wiki/MinimumRequirements");
            check(Verdict::Unknown, "needs a z13 or later, what is there is not known", source)
        }
        _ => None,
    }
}

/// Room for the archive and the tree, on a file system where programs run.
fn disk(room: Room, host: &Host) -> Vec<Check> {
    let Some(space) = host.disk else { return Vec::new() };
    let check = |subject, is_met, finding| {
        let verdict = if is_met { Verdict::Met } else { Verdict::NotMet };
        Check { subject, verdict, finding, source: None }
    };
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    let (need, have) = (megabytes(room.bytes), space.bytes / 1_000_000);
    let mut checks = vec![check(
        "disk",
        space.bytes >= room.bytes,
        format!("needs up to {need} MB to install, {have} MB are free"),
    )];
    if let Some(have) = space.inodes {
        let finding = format!("needs up to {} inodes, {have} are free", room.files);
        checks.push(check("inodes", have >= room.files, finding));
    }
    let (is_met, mount) = match space {
        _ if space.read_only => (false, "mounted read-only"),
        _ if space.noexec => (false, "mounted noexec, so no program on it runs"),
        _ => (true, "mounted so that programs run"),
    };
    checks.push(check("mount", is_met, format!("where toolchains are kept is {mount}")));
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linux(arch: &str, release: &str) -> Host {
        Host {
            release: Some(release.to_owned()),
            libc: Libc::Glibc,
            ..Host::unknown(format!("linux-{arch}").parse().unwrap())
        }
    }

    fn verdict(version: &str, host: &Host) -> Verdict {
        worst(&judge(version.parse().unwrap(), host, None))
    }

    #[test]
    fn an_old_kernel_refuses_only_what_needs_a_newer_one() {
        for (version, release, expected) in [
            ("1.27.3", "6.1.0-28-amd64", Verdict::Met),
            ("1.27.3", "4.19.0", Verdict::Met),
            ("1.27.3", "3.10.0-1160.el7.x86_64", Verdict::Met),
            ("1.24.0", "2.6.32-754.el6.x86_64", Verdict::NotMet),
            ("1.23.12", "2.6.32-754.el6.x86_64", Verdict::Met),
            ("1.21.0", "2.6.18-8.el5", Verdict::NotMet),
            ("1.27.3", "2.6.78-6.1.0", Verdict::Unknown),
            ("1.27.3", "2.6.39", Verdict::NotMet),
            ("1.27.3", "weird", Verdict::Unknown),
            // Nobody knows yet what that needs, but for no less than its forerunner.
            ("1.30.0", "6.1", Verdict::Unknown),
            ("1.30.0", "2.6.32", Verdict::NotMet),
            ("1.4.2", "6.1", Verdict::Unknown),
        ] {
            assert_eq!(verdict(version, &linux("amd64", release)), expected, "{version} on {release}");
        }
    }

    #[test]
    fn each_processor_has_a_floor_of_its_own() {
        for (version, arch, release, expected) in [
            ("1.27.0", "loong64", "5.10.0", Verdict::NotMet),
            ("1.27.0", "loong64", "5.19.0", Verdict::Met),
            ("1.27.0", "mips64le", "4.7", Verdict::NotMet),
            ("1.27.0", "arm64", "4.4.302+", Verdict::Met),
            ("1.27.0", "ppc64", "3.10.0-1160.el7.ppc64", Verdict::Unknown),
            ("1.27.0", "ppc64", "3.10.0-generic", Verdict::NotMet),
            ("1.26.0", "ppc64", "3.10.0-1160.el7.ppc64", Verdict::Met),
            ("1.26.3", "armv6l", "3.4.35_hi3535", Verdict::NotMet),
            ("1.26.2", "armv6l", "3.4.35_hi3535", Verdict::Unknown),
            ("1.26.5", "armv6l", "3.4.35_hi3535", Verdict::Met),
            ("1.27.0", "s390x", "6.1", Verdict::Unknown),
        ] {
            assert_eq!(verdict(version, &linux(arch, release)), expected, "{version} on {arch} {release}");
        }
    }

    #[test]
    fn musl_runs_what_is_static() {
        let on = |libc| Host { libc, ..linux("amd64", "6.1.0") };
        for (version, libc, expected) in [
            ("1.20.14", Libc::Musl, Verdict::NotMet),
            ("1.20.14", Libc::None, Verdict::NotMet),
            ("1.20.14", Libc::Unknown, Verdict::Unknown),
            ("1.20.14", Libc::Glibc, Verdict::Met),
            ("1.21.0", Libc::Musl, Verdict::Met),
            ("1.27.3", Libc::None, Verdict::Met),
        ] {
            assert_eq!(verdict(version, &on(libc)), expected, "{version} on {libc:?}");
        }
        let arm = Host { libc: Libc::Musl, ..linux("arm64", "6.1.0") };
        assert_eq!(verdict("1.20.14", &arm), Verdict::Unknown);
    }

    #[test]
    fn macos_26_only_warns_of_what_it_does_to_programs() {
        let mac = |release: &str| Host {
            release: Some(release.to_owned()),
            ..Host::unknown("darwin-arm64".parse().unwrap())
        };
        let checks = judge("1.22.5".parse().unwrap(), &mac("26.1"), None);
        assert_eq!(worst(&checks), Verdict::Unknown);
        assert!(checks.iter().any(|check| check.finding.contains("LC_UUID")), "{checks:?}");
        assert_eq!(verdict("1.24.0", &mac("26.1")), Verdict::Met);
        assert_eq!(verdict("1.27.0", &mac("12.7.6")), Verdict::NotMet);
        assert_eq!(verdict("1.27.0", &Host::unknown("darwin-arm64".parse().unwrap())), Verdict::Unknown);
    }

    #[test]
    fn the_disk_is_judged_by_the_archive() {
        let space =
            crate::disk::Space { bytes: 500_000_000, inodes: Some(50_000), noexec: false, read_only: false };
        let host = |disk| Host { disk: Some(disk), ..linux("amd64", "6.1.0") };
        let judged = |disk, size| {
            let checks = judge("1.27.0".parse().unwrap(), &host(disk), Some(Room::for_archive(size, 0)));
            let failed = checks.iter().filter(|check| check.verdict == Verdict::NotMet);
            failed.map(|check| check.subject).collect::<Vec<_>>()
        };
        assert_eq!(judged(space, 70_000_000), [""; 0]);
        assert_eq!(judged(space, 100_000_000), ["disk"]);
        assert_eq!(judged(crate::disk::Space { inodes: Some(10), ..space }, 70_000_000), ["inodes"]);
        assert_eq!(judged(crate::disk::Space { noexec: true, ..space }, 1000), ["mount"]);
        assert_eq!(judged(crate::disk::Space { inodes: None, read_only: true, ..space }, 1000), ["mount"]);
    }
}
