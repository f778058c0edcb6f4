//! A machine as far as it matters to a Go toolchain: described by hand, or this one as it is. Looking starts no
//! program and changes nothing.

use std::path::Path;

use crate::disk::{self, Disk, Space};
use crate::model::requirements::{self, Linkage};
use crate::model::{OsVersion, Platform};

/// A machine; what is not known of it refuses nothing.
#[derive(Debug, Clone)]
pub struct Host {
    /// What it runs.
    pub platform: Platform,
    /// The kernel's release as `uname -r` says it; on macOS the version of that.
    pub release: Option<String>,
    /// Its C library.
    pub libc: Libc,
    /// What its processor can do, where somebody looked.
    pub level: Option<Level>,
    /// The file system that toolchains are kept on, where somebody looked.
    pub disk: Option<Space>,
}

/// The C library of a Linux machine, told by the loaders that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Libc {
    /// Nobody looked, or it is none of Linux's.
    Unknown,
    /// glibc's loader is where programs look for it.
    Glibc,
    /// Only musl's is.
    Musl,
    /// Neither is: no dynamic program of another machine runs here.
    None,
}

/// What a processor of the x86 family can do: the levels of GOAMD64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Less than Go's 386 needs.
    NoSse2,
    /// The first.
    V1,
    /// With SSE 4.2.
    V2,
    /// With AVX2.
    V3,
    /// With AVX-512.
    V4,
}

/// `/proc/cpuinfo` has a section for each processor, and the first says it all.
const LONGEST_SECTION: u64 = 1 << 16;
/// What each level adds, as Linux names it in `/proc/cpuinfo`.
const ADDED: [(Level, &str); 3] = [
    (Level::V2, "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"),
    (Level::V3, "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"),
    (Level::V4, "avx512f avx512bw avx512cd avx512dq avx512vl"),
];

impl Host {
    /// A machine of which only the platform is known.
    pub fn unknown(platform: Platform) -> Host {
        Host { platform, release: None, libc: Libc::Unknown, level: None, disk: None }
    }

    /// This machine, by one system call and at most two looks for a file; not its disk and processor.
    ///
    /// `platform` is what programs for it are to run here.
    pub fn here(platform: Platform) -> Host {
        let uname = rustix::system::uname();
        let release = uname.release().to_string_lossy().into_owned();
        let release = match platform.goos() {
            "darwin" => OsVersion::leading(&release).and_then(OsVersion::of_darwin).map(|os| os.to_string()),
            _ => Some(release),
        };
        Host { release, libc: Libc::here(&platform), ..Host::unknown(platform) }
    }

    /// Looks at the disk and the processor of this machine too; `root` is where toolchains are kept, and may not exist.
    pub fn look_closer(mut self, root: &Path) -> Host {
        let place = root.ancestors().find(|place| place.exists());
        self.disk = place.and_then(|place| Disk::default().space(place).ok());
        self.level = match self.platform.goarch() {
            "amd64" | "386" => Level::here(),
            _ => None,
        };
        self
    }
}

impl Libc {
    fn here(platform: &Platform) -> Libc {
        // The first release of the table is one that needs a loader, where that is known.
        let first = crate::model::GoVersion::of_toolchain("go1.16");
        let loader = first.map(|first| requirements::linkage(first, platform));
        match loader {
            Some(Linkage::Glibc(loader)) if Path::new(loader).exists() => Libc::Glibc,
            Some(Linkage::Glibc(_)) if has_musl() => Libc::Musl,
            Some(Linkage::Glibc(_)) => Libc::None,
            _ => Libc::Unknown,
        }
    }
}

/// Whether musl's loader is there, under the name of any processor.
fn has_musl() -> bool {
    let entries = std::fs::read_dir("/lib").into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().starts_with("ld-musl-"))
}

impl Level {
    /// Its name, as GOAMD64 has it.
    pub fn name(self) -> &'static str {
        match self {
            Level::NoSse2 => "without SSE2",
            Level::V1 => "v1",
            Level::V2 => "v2",
            Level::V3 => "v3",
            Level::V4 => "v4",
        }
    }

    /// That of this machine's processor, if it is one of that family and the system tells.
    pub fn here() -> Option<Level> {
        let text = disk::read_capped(Path::new("/proc/cpuinfo"), LONGEST_SECTION, false).ok()?;
        Level::of_flags(String::from_utf8_lossy(&text).lines().find_map(|line| {
            let (name, flags) = line.split_once(':')?;
            (name.trim_end() == "flags").then_some(flags)
        })?)
    }

    /// The level of a processor with these flags.
    fn of_flags(flags: &str) -> Option<Level> {
        let flags: Vec<&str> = flags.split_ascii_whitespace().collect();
        if !flags.contains(&"sse2") {
            return Some(Level::NoSse2);
        }
        let has = |needed: &str| needed.split(' ').all(|flag| flags.contains(&flag));
        let reached = ADDED.iter().take_while(|(_, needed)| has(needed)).last();
        Some(reached.map_or(Level::V1, |(level, _)| *level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_has_the_level_whose_flags_it_has_all() {
        let flags = |upto: usize| {
            let added: Vec<&str> = ADDED[..upto].iter().map(|(_, flags)| *flags).collect();
            format!(" fpu sse sse2 {}", added.join(" "))
        };
        let levels = [Level::V1, Level::V2, Level::V3, Level::V4];
        for (upto, level) in levels.into_iter().enumerate() {
            assert_eq!(Level::of_flags(&flags(upto)), Some(level));
        }
        assert_eq!(Level::of_flags(&flags(3).replace("avx2", "")), Some(Level::V2));
        assert_eq!(Level::of_flags("fpu sse"), Some(Level::NoSse2));
    }

    #[test]
    fn this_machine_can_be_looked_at() {
        let platform = Platform::host().unwrap();
        let host = Host::here(platform).look_closer(Path::new("/nowhere/at/all"));
        assert!(host.release.is_some());
        assert!(host.disk.is_some_and(|space| space.bytes > 0));
        assert_eq!(host.level.is_some(), ["amd64", "386"].contains(&platform.goarch()));
    }
}
