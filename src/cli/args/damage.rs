//! The arguments of what finds damage and puts it right: `verify`, `repair`.

use super::{Json, Source};

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_VERIFY)]
pub(crate) struct Verify {
    /// Installed versions, without the store itself; none is the current one and the store itself
    #[arg(value_name = "SPEC", conflicts_with = "all")]
    pub specs: Vec<String>,
    /// Looks at every installed version, and at the store itself
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub output: Json,
}

const ABOUT_VERIFY: &str = "\
Every file of a toolchain is read and held against its manifest, in parallel. The store itself is \
its directories, links, manifests, generations and which toolchains are there; not the trash, the \
cache and toolchains for other platforms. Takes no lock, waits for nobody and writes nothing. One \
finding a line:

  changed     the bytes are others
  missing     it is not there
  added       nothing of that name belongs there
  mode        the permission bits are others
  kind        a link where a file belongs, and the like
  redirected  a link leads elsewhere
  unreadable  it cannot be read, or makes no sense

Exits with 0 if nothing is damaged, and with 10 if something is.";

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_REPAIR)]
pub(crate) struct Repair {
    /// Installed versions, without the store itself; none is the current one and the store itself
    #[arg(value_name = "SPEC", conflicts_with = "all")]
    pub specs: Vec<String>,
    /// Repairs every installed version, and the store itself
    #[arg(long)]
    pub all: bool,
    /// Keeps the archives in the cache
    #[arg(long)]
    pub keep_archives: bool,
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

const ABOUT_REPAIR: &str = "\
Puts right exactly what `verify` finds, with the same arguments. Files come from other installed \
toolchains that have the same ones, then from the archive in the cache, then from the network; each \
is checked by its sha256 and put in place by one rename, so a `go` that runs meanwhile goes on. The \
store itself needs no network. What gvm-rs did not make is moved aside (`current.old`), not deleted; \
names added inside a toolchain are removed. Where something cannot be had, the toolchain stays as it \
is.

Exits with 0 if everything that was looked at is as installed and its `go` runs.";
