//! The arguments of what says beforehand whether something runs: `preflight`.

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
before it gets its name. `install` and `use` ask the same before a download, and `--force` passes over \
the answer.

Exits with 0 unless something is not met, and then with 7.";
