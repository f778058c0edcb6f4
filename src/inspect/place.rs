//! A machine that a program might run on: this one, or one of a kind that has a name.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::executable;
use crate::model::{Excerpt, OsVersion};
use crate::preflight::{Host, Level, Libc};

/// A machine, as far as it matters to a program. What is not known judges nothing.
#[derive(Debug, Clone)]
pub struct Place {
    /// What it is called in a sentence: `this machine`, `debian:12`.
    pub name: String,
    /// Its system, as GOOS.
    pub os: Option<String>,
    /// Its processor, as GOARCH.
    pub arch: Option<String>,
    /// Its C library.
    pub libc: Libc,
    /// The version of that, where it is glibc.
    pub glibc: Option<OsVersion>,
    /// The release of its kernel, or the version of macOS.
    pub release: Option<String>,
    /// Whether it is the one we are on, where one can look.
    pub is_here: bool,
}

/// A text that names no machine.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no target: alpine, scratch, debian:12, ubuntu:22.04, rhel:8, glibc:2.31, kernel:3.2, macos:12, windows"
)]
pub struct TargetError(Excerpt);

/// The glibc of distributions, by the version that they are known by.
const DISTRIBUTIONS: &[(&str, &[(&str, u32)])] = &[
    ("debian", &[("9", 24), ("10", 28), ("11", 31), ("12", 36), ("13", 41)]),
    ("ubuntu", &[("16.04", 23), ("18.04", 27), ("20.04", 31), ("22.04", 35), ("24.04", 39)]),
    // And what is built from it.
    ("rhel", &[("7", 17), ("8", 28), ("9", 34), ("10", 39)]),
    ("amazonlinux", &[("2", 26), ("2023", 34)]),
];
/// Rebuilds of RHEL, with its glibc.
const REBUILDS: [&str; 4] = ["centos", "rockylinux", "almalinux", "oraclelinux"];
/// Where libraries are looked for, and what is in them besides on multi-arch systems.
const LIBRARIES: [&str; 5] = ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"];

impl Place {
    /// This machine.
    pub fn here(host: &Host) -> Place {
        Place {
            name: "this machine".to_owned(),
            os: Some(host.platform.goos().to_owned()),
            arch: Some(host.platform.goarch().to_owned()),
            libc: host.libc,
            glibc: None,
            release: host.release.clone(),
            is_here: true,
        }
    }

    /// A machine of a named kind: `alpine`, `debian:12`, `glibc:2.31`, `kernel:3.2`, `macos:12`, `windows`.
    pub fn named(target: &str) -> Result<Place, TargetError> {
        let unknown = || TargetError(Excerpt::of(target));
        let (kind, version) = target.split_once(':').unwrap_or((target, ""));
        let of = |os: &str| Place {
            name: target.to_owned(),
            os: Some(os.to_owned()),
            arch: None,
            libc: Libc::Unknown,
            glibc: None,
            release: None,
            is_here: false,
        };
        let leading = || OsVersion::leading(version).ok_or_else(unknown);
        let kind = if REBUILDS.contains(&kind) { "rhel" } else { kind };
        if let Some((_, versions)) = DISTRIBUTIONS.iter().find(|(name, _)| *name == kind) {
            let is_meant = |known: &str| {
                version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let (_, minor) = versions.iter().find(|(known, _)| is_meant(known)).ok_or_else(unknown)?;
            let glibc = Some(OsVersion::new(2, *minor, 0));
            return Ok(Place { libc: Libc::Glibc, glibc, ..of("linux") });
        }
        Ok(match kind {
            "alpine" => Place { libc: Libc::Musl, ..of("linux") },
            "scratch" if version.is_empty() => Place { libc: Libc::None, ..of("linux") },
            "glibc" => Place { libc: Libc::Glibc, glibc: Some(leading()?), ..of("linux") },
            "kernel" => {
                leading()?;
                Place { release: Some(version.to_owned()), ..of("linux") }
            }
            "macos" => {
                leading()?;
                Place { release: Some(version.to_owned()), ..of("darwin") }
            }
            "windows" if version.is_empty() => of("windows"),
            _ => return Err(unknown()),
        })
    }

    /// The version of glibc there, read from the library itself where that is here.
    pub(super) fn glibc(&self) -> Option<OsVersion> {
        match self.is_here {
            true => self.library("libc.so.6").and_then(|path| executable::glibc_of(&path)),
            false => self.glibc,
        }
    }

    /// What the processor can do, where one can look.
    pub(super) fn level(&self) -> Option<Level> {
        if self.is_here { Level::here() } else { None }
    }

    /// Whether programs for another processor may run all the same.
    pub(super) fn may_emulate(&self, arch: &str, own: &str) -> bool {
        let is_kin = [("386", "amd64"), ("arm", "arm64"), ("amd64", "arm64")].contains(&(arch, own));
        let has_emulator = || {
            let entries = std::fs::read_dir("/proc/sys/fs/binfmt_misc").into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().starts_with("qemu-"))
        };
        let may_be_kin = match (arch, self.os.as_deref()) {
            // Rosetta, and Windows's emulation.
            ("amd64", Some("linux")) => false,
            _ => is_kin,
        };
        may_be_kin || self.is_here && has_emulator()
    }

    /// Whether the loader of this machine would find a library, in these places or one of the usual ones.
    pub(super) fn has_library(&self, name: &str, first: &[PathBuf]) -> bool {
        let is_plain = !name.contains('/');
        is_plain && first.iter().any(|place| place.join(name).exists()) || self.library(name).is_some()
    }

    fn library(&self, name: &str) -> Option<PathBuf> {
        // A name with a slash is a path, and one with `..` leads anywhere.
        if name.contains('/') {
            return Some(Path::new(name).to_owned()).filter(|path| path.is_absolute() && path.exists());
        }
        let triple = match self.arch.as_deref()? {
            "amd64" => "x86_64-linux-gnu",
            "386" => "i386-linux-gnu",
            "arm64" => "aarch64-linux-gnu",
            "arm" => "arm-linux-gnueabihf",
            "riscv64" => "riscv64-linux-gnu",
            "s390x" => "s390x-linux-gnu",
            "ppc64le" => "powerpc64le-linux-gnu",
            "loong64" => "loongarch64-linux-gnu",
            _ => "",
        };
        let below = LIBRARIES.iter().map(|directory| Path::new(directory).join(triple).join(name));
        let direct = LIBRARIES.iter().map(|directory| Path::new(directory).join(name));
        below.chain(direct).find(|path| path.exists())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_names() {
        let glibc = |target: &str| Place::named(target).unwrap().glibc.map(|glibc| glibc.to_string());
        assert_eq!(glibc("debian:12").as_deref(), Some("2.36"));
        assert_eq!(glibc("debian:11.9").as_deref(), Some("2.31"));
        assert_eq!(glibc("ubuntu:22.04").as_deref(), Some("2.35"));
        assert_eq!(glibc("rockylinux:9").as_deref(), Some("2.34"));
        assert_eq!(glibc("glibc:2.17").as_deref(), Some("2.17"));
        assert_eq!(Place::named("alpine:3.20").unwrap().libc, Libc::Musl);
        assert_eq!(Place::named("kernel:3.2").unwrap().release.as_deref(), Some("3.2"));
        for target in
            ["", "debian", "debian:1", "debian:120", "plan9", "glibc:", "kernel:x", "scratch:1", "windows:7"]
        {
            assert!(Place::named(target).is_err(), "{target}");
        }
    }
}
