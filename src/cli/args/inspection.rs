//! The arguments of what says beforehand whether something runs: `preflight`, `inspect`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Json, Source};

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_PREFLIGHT)]
pub(crate) struct Preflight {
    /// A version, as for `install`
    #[arg(value_name = "SPEC")]
    pub spec: String,
    /// Judges for a machine with another operating system, named as GOOS
    #[arg(long, value_name = "OS")]
    pub os: Option<String>,
    /// Judges for a machine with another processor, named as GOARCH
    #[arg(long, value_name = "ARCH")]
    pub arch: Option<String>,
    /// Judges for a machine with this kernel release (as `uname -r` says it) or version of macOS
    #[arg(long, value_name = "RELEASE")]
    pub os_version: Option<String>,
    /// Says whether cgo is on, with which compiler, and what becomes of the project here; --os and --arch are what it builds for
    #[arg(long, conflicts_with = "os_version")]
    pub cgo: bool,
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

const ABOUT_PREFLIGHT: &str = "\
Holds this machine against what the Go project has published: the least kernel or macOS per processor, \
glibc where the release's own `go` needs it (up to 1.20), disk, inodes and mount, and pairs of release \
and system that are known to fail. Each requirement is met, not met or unknown; where one is not met \
the newest release that will run is named. Nothing is fetched but, where need be, the release index, \
and no program is run. With --os, --arch or --os-version another machine is judged, of which the rest \
is unknown.

The table advises, the proof decides: unknown refuses nothing, and what an install fetches is started \
before it gets its name. `install`, `use` and `upgrade` ask the same before a download, and `--force` passes over \
the answer.

With --cgo it also says whether cgo is on, by cmd/go's rule: CGO_ENABLED where it is 0 or 1, in the environment \
or else in the file of `go env -w`; otherwise off for a cross build; otherwise on where, from Go 1.20, CC is set \
in the environment or the default compiler (gcc, on macOS and two BSDs clang) is on PATH. Where the release is \
installed its `go list` is asked, with cgo and without it, which packages here and among those they import need \
it, or only take it where it is on (like net); nothing is built or fetched.

Exits with 0 unless something is not met, and then with 7; with 1 if only the project will not build.";

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_INSPECT)]
pub(crate) struct Inspect {
    /// Programs: ELF, Mach-O (universal ones too) or PE
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Judges for another machine than this one
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
    /// Fails where a program is not like that; may be repeated
    #[arg(long, value_name = "WHAT")]
    pub require: Vec<Required>,
    #[command(flatten)]
    pub output: Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Required {
    Static,
    Runs,
}

const ABOUT_INSPECT: &str = "\
Reads what the files say of themselves, and never runs them: for which system and processor, which \
loader starts them, the libraries they name, the highest version of glibc's symbols, PIE, LC_UUID and \
the least macOS, and of a Go program what `go version -m` shows. Each is then held against this \
machine or the target: met, not met or unknown.

TARGET: alpine, scratch, debian:9 to 13, ubuntu:16.04 to 24.04, rhel:7 to 10 (centos, rockylinux, \
almalinux, oraclelinux), amazonlinux:2 and 2023, glibc:2.N, kernel:N.N, macos:N, windows. What is not \
known of a target is unknown, and its processor is any.

`--require static` asks that a program needs no loader and no library, and `--require runs` that \
nothing is known that keeps it from running on this machine or the target.

Exits with 0 if each file could be read, whatever is found; with 1 if one could not be, or is not what \
--require asks for. The others are told all the same.";
