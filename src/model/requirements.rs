//! What Go releases need of the machine they run on, as the Go project has published it, and pairs of release and
//! system that are known to fail. Pure values; whether a machine has what is needed is judged in `preflight`.
//!
//! The table advises: where nothing is published there is nothing here, and nothing is guessed. Sources: golang/website
//! `_content/doc/go1.N.md` (as of 2026-08-21), golang/wiki `MinimumRequirements.md` and `Linux.md` (2026-07-08), and the
//! issues that are named beside the values.

use std::fmt;

use super::{GoVersion, Platform, Prerelease};

/// The version of an operating system: up to three numbers, compared as numbers, so that 5.10 is above 5.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OsVersion {
    major: u32,
    minor: u32,
    patch: u32,
}

/// The least that a release needs of an operating system, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// The oldest version that will do.
    pub version: OsVersion,
    /// Where that is published: a page or an issue.
    pub source: &'static str,
}

/// How the `go` of an official release finds the C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linkage {
    /// Not at all: it is static and runs beside any.
    Static,
    /// It starts through glibc's loader, at this path. Which version of glibc it needs only the file can tell.
    Glibc(&'static str),
    /// Not published.
    Unknown,
}

/// A release and a system that do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPair {
    /// Whether it fails on every such system, and not only on some.
    pub is_certain: bool,
    /// What happens.
    pub effect: &'static str,
    /// What to do instead.
    pub remedy: &'static str,
    /// Where that is reported.
    pub source: &'static str,
}

/// The room on disk that an archive takes until it is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// In bytes.
    pub bytes: u64,
    /// In files.
    pub files: u64,
}

/// The first and the last minor release of Go 1 that the table knows.
const KNOWN: std::ops::RangeInclusive<u32> = 16..=27;

/// From which minor release on which floor holds.
type Table = &'static [(u32, (u32, u32, u32), &'static str)];

const LINUX: Table = &[
    (16, (2, 6, 23), "go.dev/wiki/MinimumRequirements"),
    (18, (2, 6, 32), "go.dev/doc/go1.18#linux"),
    (24, (3, 2, 0), "go.dev/doc/go1.24#linux"),
];
const LINUX_ARM: Table = &[(16, (3, 1, 0), "go.dev/wiki/Linux"), (24, (3, 2, 0), "go.dev/doc/go1.24#linux")];
const LINUX_MIPS64LE: Table = &[(16, (4, 8, 0), "golang/go#16848")];
const LINUX_LOONG64: Table = &[(19, (5, 19, 0), "go.dev/doc/go1.19#loong64")];
const LINUX_PPC64: Table = &[
    (16, (2, 6, 23), "go.dev/wiki/MinimumRequirements"),
    (18, (2, 6, 32), "go.dev/doc/go1.18#linux"),
    (24, (3, 2, 0), "go.dev/doc/go1.24#linux"),
    (27, (3, 13, 0), "go.dev/doc/go1.27#ppc64"),
];
const DARWIN: Table = &[
    (16, (10, 12, 0), "go.dev/doc/go1.16#darwin"),
    (17, (10, 13, 0), "go.dev/doc/go1.17#darwin"),
    (21, (10, 15, 0), "go.dev/doc/go1.21#darwin"),
    (23, (11, 0, 0), "go.dev/doc/go1.23#darwin"),
    (25, (12, 0, 0), "go.dev/doc/go1.25#darwin"),
    (27, (13, 0, 0), "go.dev/doc/go1.27#darwin"),
];
const WINDOWS: Table =
    &[(16, (6, 1, 0), "go.dev/wiki/MinimumRequirements"), (21, (10, 0, 0), "go.dev/doc/go1.21#windows")];

impl OsVersion {
    /// A version of three numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> OsVersion {
        OsVersion { major, minor, patch }
    }

    /// Reads the numbers at the front of a text: `5.15.153.1-microsoft-standard-WSL2` is 5.15.153, and
    /// `3.4.35_hi3535` is 3.4.35. `None` where there are none, or one is out of all proportion.
    pub fn leading(text: &str) -> Option<OsVersion> {
        let mut numbers = [0; 3];
        let mut rest = text;
        for (place, number) in numbers.iter_mut().enumerate() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                // A dot at the end, as in `6.1.`, changes nothing.
                return (place > 0).then_some(OsVersion::from(numbers));
            }
            *number = rest[..digits].parse().ok().filter(|number| *number < 100_000)?;
            match rest[digits..].strip_prefix('.') {
                Some(after) => rest = after,
                None => break,
            }
        }
        Some(OsVersion::from(numbers))
    }

    /// The version of macOS that has this version of Darwin, as `uname` says it: 26 for 25.1.0.
    pub fn of_darwin(darwin: OsVersion) -> Option<OsVersion> {
        match darwin.major {
            0..=7 => None,
            8..=19 => Some(OsVersion::new(10, darwin.major - 4, 0)),
            20..=24 => Some(OsVersion::new(darwin.major - 9, 0, 0)),
            // Apple went from 15 to 26.
            major => Some(OsVersion::new(major + 1, 0, 0)),
        }
    }

    /// The first number.
    pub const fn major(self) -> u32 {
        self.major
    }
}

impl From<[u32; 3]> for OsVersion {
    fn from([major, minor, patch]: [u32; 3]) -> OsVersion {
        OsVersion { major, minor, patch }
    }
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.minor, self.patch) {
            (0, 0) => write!(f, "{}", self.major),
            (minor, 0) => write!(f, "{}.{minor}", self.major),
            (minor, patch) => write!(f, "{}.{minor}.{patch}", self.major),
        }
    }
}

/// Says why the number in a kernel's release text is not that of a Linux kernel, if so. Then nothing follows from it.
pub fn disguise(release: &str) -> Option<&'static str> {
    let version = OsVersion::leading(release)?;
    match () {
        () if release.contains("gvisor") => Some("gVisor, which chooses its number"),
        () if release.ends_with("-Microsoft") => Some("WSL 1, which has no Linux kernel"),
        // Linux 2.6 ended with 2.6.39; `setarch --uname-2.6` makes such numbers.
        () if version >= OsVersion::new(2, 6, 40) && version < OsVersion::new(2, 7, 0) => {
            Some("a newer kernel that hides its number")
        }
        () => None,
    }
}

/// Returns the least version of the operating system; `None` where none is published.
pub fn floor(version: GoVersion, platform: &Platform) -> Option<Floor> {
    let table = match (platform.goos(), platform.goarch()) {
        ("linux", "arm") => LINUX_ARM,
        ("linux", "mips64le") => LINUX_MIPS64LE,
        ("linux", "loong64") => LINUX_LOONG64,
        ("linux", "ppc64") => LINUX_PPC64,
        ("linux", _) => LINUX,
        ("darwin", _) => DARWIN,
        ("windows", _) => WINDOWS,
        _ => return None,
    };
    // What a later release than the table knows needs is no less than what the last one does.
    let (_, (major, minor, patch), source) =
        table.iter().rfind(|(since, _, _)| version.major() == 1 && *since <= version.minor())?;
    Some(Floor { version: OsVersion::new(*major, *minor, *patch), source })
}

/// Whether the floor of this release is published, and not only that of the ones before it.
pub fn is_in_table(version: GoVersion) -> bool {
    version.major() == 1 && KNOWN.contains(&version.minor())
}

/// Whether upstream has left open what this processor needs besides the floor for all (`TBD` in its wiki).
pub fn is_unstated(platform: &Platform) -> bool {
    platform.goos() == "linux" && ["arm64", "riscv64", "s390x", "ppc64le"].contains(&platform.goarch())
}

/// Returns how the `go` of an official release finds the C library.
///
/// Releases up to 1.20 were built with cgo (golang/go#57007, docker-library/golang#474).
pub fn linkage(version: GoVersion, platform: &Platform) -> Linkage {
    let is_old = (version.major(), version.minor()) < (1, 21);
    match (platform.goos(), platform.goarch()) {
        ("linux", _) if !is_old => Linkage::Static,
        ("linux", _) if !is_in_table(version) => Linkage::Unknown,
        ("linux", "amd64") => Linkage::Glibc("/lib64/ld-linux-x86-64.so.2"),
        ("linux", "386") => Linkage::Glibc("/lib/ld-linux.so.2"),
        _ => Linkage::Unknown,
    }
}

/// Returns what is known to go wrong with a release on a system; `release` is what `uname -r` or macOS says.
pub fn bad_pairs(version: GoVersion, platform: &Platform, release: &str) -> Vec<BadPair> {
    let os = OsVersion::leading(release);
    let is_within = |from: (u32, u32, u32), to: (u32, u32, u32)| {
        let number = (version.major(), version.minor(), version.patch());
        let is_final = !matches!(version.pre(), Some(Prerelease::Beta(_) | Prerelease::Rc(_)));
        is_final && from <= number && number < to
    };
    let is_32_bit_linux =
        platform.goos() == "linux" && ["386", "arm", "mips", "mipsle"].contains(&platform.goarch());
    let mut pairs = Vec::new();
    if platform.goos() == "darwin"
        && os.is_some_and(|os| os.major() >= 26)
        && (version.major(), version.minor()) < (1, 24)
    {
        pairs.push(BadPair {
            is_certain: false,
            effect: "programs that it builds may abort with `missing LC_UUID load command`",
            remedy: "Go 1.24 or later, or -ldflags=-linkmode=external",
            source: "golang/go#68678",
        });
    }
    if is_32_bit_linux
        && is_within((1, 26, 0), (1, 26, 3))
        && os.is_some_and(|os| os < OsVersion::new(5, 1, 0))
    {
        pairs.push(BadPair {
            is_certain: false,
            effect: "it crashes with `futexwakeup` on kernels of some vendors, and on Android up to 10",
            remedy: "Go 1.26.5 or later",
            source: "golang/go#77930",
        });
    }
    if is_32_bit_linux && is_within((1, 26, 3), (1, 26, 5)) && !is_plain(release) {
        pairs.push(BadPair {
            is_certain: true,
            effect: "it ends with `failed to parse kernel version from uname`",
            remedy: "Go 1.26.5 or later",
            source: "golang/go#79612",
        });
    }
    pairs
}

/// Whether Go's runtime can read a kernel's release text: numbers between dots, up to a `-` or `+`.
fn is_plain(release: &str) -> bool {
    let numbers = release.split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').take(3).all(is_number)
}

impl Room {
    /// What an archive of `size` bytes takes, of which `held` are there already.
    pub fn for_archive(size: u64, held: u64) -> Room {
        // A Go release unpacks to less than four times its archive, in files of 6 kB on average.
        let bytes = size.saturating_mul(4).saturating_add(size.saturating_sub(held)).saturating_mul(21) / 20;
        Room { bytes, files: size / 4096 + 100 }
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn at(version: &str, platform: &str) -> Option<String> {
        floor(version.parse().unwrap(), &platform.parse().unwrap()).map(|floor| floor.version.to_string())
    }

    fn pairs(version: &str, platform: &str, release: &str) -> Vec<&'static str> {
        let pairs = bad_pairs(version.parse().unwrap(), &platform.parse().unwrap(), release);
        pairs.iter().map(|pair| pair.source).collect()
    }

    #[test]
    fn names_of_kernels_are_read_as_numbers() {
        for (release, version) in [
            ("6.1.0-28-amd64", "6.1"),
            ("5.10.0", "5.10"),
            ("2.6.32-754.35.1.el6.x86_64", "2.6.32"),
            ("3.10.0-1160.el7.x86_64", "3.10"),
            ("3.4.35_hi3535", "3.4.35"),
            ("4.14.190-perf+", "4.14.190"),
            ("5.10.149-android13-4-00003-g05231a35ff43-ab9850636", "5.10.149"),
            ("5.15.153.1-microsoft-standard-WSL2", "5.15.153"),
            ("4.4.0-19041-Microsoft", "4.4"),
            ("4.4.302+", "4.4.302"),
            ("4.19.0-gvisor", "4.19"),
            ("6.8.0-rc1", "6.8"),
            ("6.8-rc1", "6.8"),
            ("6.1.", "6.1"),
            ("26", "26"),
            ("10.15.7", "10.15.7"),
        ] {
            assert_eq!(OsVersion::leading(release).unwrap().to_string(), version, "{release}");
        }
        for release in
            ["", "linux", "-1.2", ".5", "v6.1", "99999999999999999999.1", "5.4000000000", "\u{661}.2"]
        {
            assert_eq!(OsVersion::leading(release), None, "{release}");
        }
    }

    #[test]
    fn ten_is_above_nine() {
        let version = |text| OsVersion::leading(text).unwrap();
        assert!(version("5.10.0") > version("5.9.16"));
        assert!(version("5.10.1") > version("5.10"));
        assert!(version("10.15") < version("11"));
        assert!(version("3.2-rc1") < version("3.2.1"));
    }

    #[test]
    fn a_number_that_is_not_of_a_linux_kernel_is_known_as_such() {
        for release in ["4.19.0-gvisor", "4.4.0-19041-Microsoft", "2.6.78-30-generic"] {
            assert!(disguise(release).is_some(), "{release}");
        }
        for release in ["2.6.32-754.el6", "2.6.39", "2.7", "5.15.153.1-microsoft-standard-WSL2", "4.4.0", "x"]
        {
            assert_eq!(disguise(release), None, "{release}");
        }
    }

    #[test]
    fn the_floors_are_the_published_ones() {
        for (version, platform, floor) in [
            ("1.16", "linux-amd64", "2.6.23"),
            ("1.18.10", "linux-amd64", "2.6.32"),
            ("1.23.12", "linux-amd64", "2.6.32"),
            ("1.24rc1", "linux-amd64", "3.2"),
            ("1.27.3", "linux-386", "3.2"),
            ("1.23.1", "linux-armv6l", "3.1"),
            ("1.24.0", "linux-arm", "3.2"),
            ("1.27.0", "linux-mips64le", "4.8"),
            ("1.19", "linux-loong64", "5.19"),
            ("1.26.0", "linux-ppc64", "3.2"),
            ("1.27.0", "linux-ppc64", "3.13"),
            ("1.27.0", "linux-ppc64le", "3.2"),
            ("1.27.0", "linux-arm64", "3.2"),
            ("1.16", "darwin-arm64", "10.12"),
            ("1.20.14", "darwin-amd64", "10.13"),
            ("1.22.0", "darwin-amd64", "10.15"),
            ("1.24.3", "darwin-arm64", "11"),
            ("1.26.6", "darwin-arm64", "12"),
            ("1.27.3", "darwin-arm64", "13"),
            ("1.20", "windows-amd64", "6.1"),
            ("1.21.0", "windows-amd64", "10"),
            // No less than the last one that is known.
            ("1.40.0", "linux-amd64", "3.2"),
        ] {
            assert_eq!(at(version, platform).as_deref(), Some(floor), "{version} {platform}");
        }
        for (version, platform) in
            [("1.15", "linux-amd64"), ("1.18", "linux-loong64"), ("1.27.0", "freebsd-amd64")]
        {
            assert_eq!(at(version, platform), None, "{version} {platform}");
        }
        let known = |version: &str| is_in_table(version.parse().unwrap());
        assert!(known("1.16") && known("1.27.9") && !known("1.15.15") && !known("1.28.0"));
    }

    #[test]
    fn no_release_needs_more_than_linux_5_19() {
        let all = [LINUX, LINUX_ARM, LINUX_MIPS64LE, LINUX_LOONG64, LINUX_PPC64].concat();
        let highest = all.iter().map(|(_, floor, _)| *floor).max();
        assert_eq!(highest, Some((5, 19, 0)));
        // Where most machines are, far less.
        assert_eq!(LINUX.iter().map(|(_, floor, _)| *floor).max(), Some((3, 2, 0)));
    }

    #[test]
    fn a_go_up_to_1_20_needs_glibc() {
        let linkage =
            |version: &str, platform: &str| linkage(version.parse().unwrap(), &platform.parse().unwrap());
        assert_eq!(linkage("1.20.14", "linux-amd64"), Linkage::Glibc("/lib64/ld-linux-x86-64.so.2"));
        assert_eq!(linkage("1.21rc2", "linux-amd64"), Linkage::Static);
        assert_eq!(linkage("1.21.0", "linux-arm64"), Linkage::Static);
        // What was never read from a file is not claimed.
        assert_eq!(linkage("1.20", "linux-arm64"), Linkage::Unknown);
        assert_eq!(linkage("1.15", "linux-amd64"), Linkage::Unknown);
        assert_eq!(linkage("1.27.0", "darwin-arm64"), Linkage::Unknown);
    }

    #[test]
    fn darwins_numbers_become_those_of_macos() {
        for (darwin, macos) in
            [("19.6.0", "10.15"), ("20.1", "11"), ("24.0", "15"), ("25.1.0", "26"), ("26", "27")]
        {
            let version = OsVersion::of_darwin(OsVersion::leading(darwin).unwrap());
            assert_eq!(version.unwrap().to_string(), macos);
        }
        assert_eq!(OsVersion::of_darwin(OsVersion::new(7, 0, 0)), None);
    }

    #[test]
    fn known_bad_pairs_are_found_and_no_others() {
        assert_eq!(pairs("1.23.11", "darwin-arm64", "26.1"), ["golang/go#68678"]);
        assert_eq!(pairs("1.24.0", "darwin-arm64", "26.1"), [""; 0]);
        assert_eq!(pairs("1.23.11", "darwin-arm64", "15.5"), [""; 0]);
        assert_eq!(pairs("1.26.2", "linux-armv6l", "4.4.59"), ["golang/go#77930"]);
        assert_eq!(pairs("1.26.2", "linux-armv6l", "5.10.1"), [""; 0]);
        assert_eq!(pairs("1.26.2", "linux-amd64", "4.4.59"), [""; 0]);
        assert_eq!(pairs("1.26.4", "linux-arm", "3.4.35_hi3535"), ["golang/go#79612"]);
        for (version, release) in
            [("1.26.5", "3.4.35_hi3535"), ("1.26.4", "3.4.35-hi3535"), ("1.26.4", "5.15.153.1-x")]
        {
            assert_eq!(pairs(version, "linux-arm", release), [""; 0], "{version} {release}");
        }
    }
}
