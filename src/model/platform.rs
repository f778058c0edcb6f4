//! Operating system and processor, spelled as in the file names of Go's archives.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Excerpt;

/// A platform that archives are built for, such as `linux-amd64`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Platform {
    os: Name,
    arch: Name,
}

/// Text that does not name a platform.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a platform such as `linux-amd64`")]
pub struct PlatformError(Excerpt);

/// 1 to 16 bytes of `[a-z0-9]`, padded with zero bytes, so that a platform is a plain value without a heap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Name([u8; 16]);

/// The names one processor family had in the file names over time, the lasting one first.
const ARM_SPELLINGS: [&str; 3] = ["armv6l", "arm6", "arm"];

impl Platform {
    /// Returns the platform this program was compiled for, or `None` if Go's archives have no name for it.
    pub fn host() -> Option<Platform> {
        Platform::named_by_rust(std::env::consts::OS, std::env::consts::ARCH, cfg!(target_endian = "little"))
    }

    fn named_by_rust(os: &str, arch: &str, little_endian: bool) -> Option<Platform> {
        let goos = match os {
            "macos" => "darwin",
            other => other,
        };
        let goarch = match (arch, little_endian) {
            ("x86_64", _) => "amd64",
            ("x86", _) => "386",
            ("aarch64", _) => "arm64",
            ("arm", _) if goos == "linux" => "armv6l",
            ("loongarch64", _) => "loong64",
            ("powerpc64", true) => "ppc64le",
            ("powerpc64", false) => "ppc64",
            ("mips", true) => "mipsle",
            ("mips64", true) => "mips64le",
            ("arm" | "mips" | "mips64" | "riscv64" | "s390x", _) => arch,
            _ => return None,
        };
        Some(Platform { os: Name::new(goos)?, arch: Name::new(goarch)? })
    }

    /// Returns the operating system as in file names, which is also GOOS.
    pub fn goos(&self) -> &str {
        self.os.as_str()
    }

    /// Returns GOARCH, which for the 32-bit arm of Linux differs from the file name.
    pub fn goarch(&self) -> &str {
        match self.arch.as_str() {
            arch if ARM_SPELLINGS.contains(&arch) => "arm",
            arch => arch,
        }
    }

    /// Returns this platform and then the other names file names had for it: `linux-armv6l` was once `linux-arm6`.
    pub fn spellings(&self) -> impl Iterator<Item = Platform> + use<> {
        let own = *self;
        let others: &[&str] = match (own.goos(), own.goarch()) {
            ("linux", "arm") => &ARM_SPELLINGS,
            _ => &[],
        };
        let others = others.iter().filter_map(move |arch| Some(Platform { arch: Name::new(arch)?, ..own }));
        std::iter::once(own).chain(others.filter(move |other| *other != own))
    }
}

impl Name {
    fn new(text: &str) -> Option<Name> {
        let mut name = [0; 16];
        let valid = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if text.is_empty() || !valid {
            return None;
        }
        name.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Name(name))
    }

    fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        // Invariant: the bytes are ASCII, so the fallback is never taken.
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    /// Reads `linux-amd64` or `linux/amd64`.
    ///
    /// # Errors
    /// [`PlatformError`] unless both names are 1 to 16 lowercase letters and digits.
    fn from_str(text: &str) -> Result<Platform, PlatformError> {
        let platform = text
            .split_once(['-', '/'])
            .and_then(|(os, arch)| Some(Platform { os: Name::new(os)?, arch: Name::new(arch)? }));
        platform.ok_or_else(|| PlatformError(Excerpt::of(text)))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.os.as_str(), self.arch.as_str())
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Platform({self})")
    }
}

impl TryFrom<String> for Platform {
    type Error = PlatformError;

    fn try_from(text: String) -> Result<Platform, PlatformError> {
        text.parse()
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> String {
        platform.to_string()
    }
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_platform_reads_with_a_dash_or_a_slash() {
        let platform: Platform = "linux/amd64".parse().unwrap();
        assert_eq!("linux-amd64".parse(), Ok(platform));
        assert_eq!(platform.to_string(), "linux-amd64");
        assert_eq!((platform.goos(), platform.goarch()), ("linux", "amd64"));
    }

    #[test]
    fn anything_but_two_lowercase_names_is_refused() {
        let bad = [
            "",
            "-",
            "linux",
            "linux-",
            "-amd64",
            "Linux-amd64",
            "linux-amd64-osx10.8",
            "../amd64",
            "linux_amd64",
            "linux-amd64\0",
            "linux-aaaaaaaaaaaaaaaaa",
            "linux-é",
        ];
        for text in bad {
            assert!(text.parse::<Platform>().is_err(), "{text:?}");
        }
        assert!("linux-aaaaaaaaaaaaaaaa".parse::<Platform>().is_ok());
    }

    #[test]
    fn the_host_has_a_platform() {
        let host = Platform::host().unwrap();
        assert_eq!(host.goos() == "linux", cfg!(target_os = "linux"));
        assert_eq!(host.goarch() == "amd64", cfg!(target_arch = "x86_64"));
    }

    #[test]
    fn rusts_names_become_gos() {
        let names = [
            (("linux", "x86_64", true), "linux-amd64"),
            (("linux", "x86", true), "linux-386"),
            (("linux", "arm", true), "linux-armv6l"),
            (("freebsd", "arm", true), "freebsd-arm"),
            (("macos", "aarch64", true), "darwin-arm64"),
            (("linux", "powerpc64", true), "linux-ppc64le"),
            (("aix", "powerpc64", false), "aix-ppc64"),
            (("linux", "loongarch64", true), "linux-loong64"),
            (("linux", "riscv64", true), "linux-riscv64"),
            (("linux", "s390x", false), "linux-s390x"),
            (("linux", "mips", false), "linux-mips"),
            (("linux", "mips", true), "linux-mipsle"),
            (("linux", "mips64", true), "linux-mips64le"),
            (("windows", "x86_64", true), "windows-amd64"),
        ];
        for ((os, arch, little_endian), platform) in names {
            assert_eq!(Platform::named_by_rust(os, arch, little_endian), platform.parse().ok());
        }
        assert_eq!(Platform::named_by_rust("linux", "sparc64", false), None);
    }

    #[test]
    fn only_the_arm_of_linux_has_several_spellings() {
        let spellings = |text: &str| -> Vec<String> {
            text.parse::<Platform>().unwrap().spellings().map(|platform| platform.to_string()).collect()
        };
        assert_eq!(spellings("linux-armv6l"), ["linux-armv6l", "linux-arm6", "linux-arm"]);
        assert_eq!(spellings("linux/arm"), ["linux-arm", "linux-armv6l", "linux-arm6"]);
        assert_eq!(spellings("freebsd-arm"), ["freebsd-arm"]);
        assert_eq!(spellings("linux-amd64"), ["linux-amd64"]);
        assert_eq!("linux-armv6l".parse::<Platform>().unwrap().goarch(), "arm");
    }

    proptest! {
        #[test]
        fn a_platform_reads_back_as_itself(text in "[a-z0-9]{1,16}-[a-z0-9]{1,16}") {
            let platform: Platform = text.parse().unwrap();
            prop_assert_eq!(platform.to_string(), text);
        }

        #[test]
        fn the_order_is_that_of_the_names(a in "[a-z0-9]{1,4}", b in "[a-z0-9]{1,4}") {
            let platform = |arch: &str| format!("linux-{arch}").parse::<Platform>().unwrap();
            prop_assert_eq!(platform(&a).cmp(&platform(&b)), a.cmp(&b));
        }
    }
}
