//! Where everything is: each path of the store is named here and nowhere else.
//!
//! ```text
//! root/
//!   layout                      the format number, read first
//!   lock                        flock of whoever writes; never deleted
//!   cache/index                 the release index as last fetched
//!   cache/<sha256>.tar.gz       an archive that was kept; .part while it arrives
//!   staging/                    names nobody reads
//!   versions/go1.22.5/          a stock Go tree: complete or absent
//!   manifests/go1.22.5.jsonl    what the tree holds and where it came from (go1.22.5.unofficial.jsonl)
//!   generations/42/             record.json, go -> ../../versions/go1.22.5
//!   trash/7/                    what one command removed: record.json, go1.22.5/, go1.22.5.jsonl
//!   projects/<sha256> -> file   the files by which projects asked for a toolchain
//!   current -> generations/42   the one name that changes
//!   previous -> generations/41  what a rollback exchanges with on a full disk
//!   bin/                        the one directory on PATH
//!   shell/init.bash             code that the user's shell files read, one for each shell
//!   foreign/darwin-arm64/       toolchains for other platforms
//! ```
//!
//! Invariant: there is never a `pkg` beside `bin`, or cmd/go would take the root for its GOROOT.

use std::path::{Path, PathBuf};

use crate::model::{GoVersion, Platform, Sha256};

/// The number in the file `layout`; a store with another number is left alone.
pub(super) const FORMAT: &str = "1";

/// The links in `bin` that lead through `current`.
pub(super) const COMMANDS: [&str; 2] = ["go", "gofmt"];

/// Where a link in `bin` leads.
pub(super) fn command_target(command: &str) -> PathBuf {
    Path::new("../current/go/bin").join(command)
}

/// Where a toolchain's own name in `bin` leads.
pub(super) fn launcher_target(version: GoVersion) -> PathBuf {
    PathBuf::from(format!("../versions/{}/bin/go", version.toolchain()))
}

/// The paths of one store.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(super) fn new(root: PathBuf) -> Layout {
        Layout { root }
    }

    /// The root, which may be moved: every link inside is relative.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path as it is called below the root.
    pub(super) fn below_root(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }

    /// The directories that a writer makes.
    pub(super) fn directories(&self) -> [PathBuf; 6] {
        [self.staging(), self.cache(), self.versions(), self.manifests(), self.generations(), self.bin()]
    }

    /// The directories that are made when there is something to put into them.
    pub(super) fn directories_if_needed(&self) -> [PathBuf; 3] {
        [self.trash(), self.projects(), self.edited()]
    }

    pub(super) fn format(&self) -> PathBuf {
        self.root.join("layout")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Archives and the index.
    pub fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    pub(super) fn index(&self) -> PathBuf {
        self.cache().join("index")
    }

    pub(super) fn archive(&self, sha256: &Sha256) -> PathBuf {
        self.cache().join(format!("{sha256}.tar.gz"))
    }

    pub(super) fn partial(&self, sha256: &Sha256) -> PathBuf {
        self.cache().join(format!("{sha256}.part"))
    }

    pub(super) fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    pub(super) fn versions(&self) -> PathBuf {
        self.root.join("versions")
    }

    /// The tree of a toolchain, its GOROOT.
    pub fn tree(&self, version: GoVersion) -> PathBuf {
        self.versions().join(version.toolchain())
    }

    pub(super) fn manifests(&self) -> PathBuf {
        self.root.join("manifests")
    }

    pub(super) fn manifest(&self, version: GoVersion, unofficial: bool) -> PathBuf {
        self.manifests().join(manifest_name(version, unofficial))
    }

    pub(super) fn generations(&self) -> PathBuf {
        self.root.join("generations")
    }

    pub(super) fn generation(&self, number: u64) -> PathBuf {
        self.generations().join(number.to_string())
    }

    /// What was removed and can be brought back.
    pub fn trash(&self) -> PathBuf {
        self.root.join("trash")
    }

    pub(super) fn batch(&self, number: u64) -> PathBuf {
        self.trash().join(number.to_string())
    }

    pub(super) fn projects(&self) -> PathBuf {
        self.root.join("projects")
    }

    pub(super) fn edited(&self) -> PathBuf {
        self.root.join("edited")
    }

    /// The link that says which generation holds.
    pub fn current(&self) -> PathBuf {
        self.root.join("current")
    }

    pub(super) fn previous(&self) -> PathBuf {
        self.root.join("previous")
    }

    /// The directory that belongs on PATH.
    pub fn bin(&self) -> PathBuf {
        self.root.join("bin")
    }

    /// Code that the user's shell files read.
    pub fn shell(&self) -> PathBuf {
        self.root.join("shell")
    }

    pub(super) fn launcher(&self, version: GoVersion) -> PathBuf {
        self.bin().join(version.toolchain())
    }

    pub(super) fn all_foreign(&self) -> PathBuf {
        self.root.join("foreign")
    }

    pub(super) fn foreign(&self, platform: &Platform) -> PathBuf {
        self.all_foreign().join(platform.to_string())
    }
}

const MANIFEST: &str = ".jsonl";
const UNOFFICIAL: &str = ".unofficial";

/// Returns the version whose manifest has this file name, if it says `unofficial`.
pub(super) fn unofficial_of(file_name: &str) -> Option<GoVersion> {
    let toolchain = file_name.strip_suffix(MANIFEST)?.strip_suffix(UNOFFICIAL)?;
    GoVersion::of_toolchain(toolchain)
}

/// The name of a manifest, also in the trash.
pub(super) fn manifest_name(version: GoVersion, unofficial: bool) -> String {
    let mark = if unofficial { UNOFFICIAL } else { "" };
    format!("{}{mark}{MANIFEST}", version.toolchain())
}

/// Returns the version that a manifest's file name stands for, and whether it is unofficial.
pub(super) fn manifest_of(file_name: &str) -> Option<(GoVersion, bool)> {
    let stem = file_name.strip_suffix(MANIFEST)?;
    let (toolchain, unofficial) = match stem.strip_suffix(UNOFFICIAL) {
        Some(toolchain) => (toolchain, true),
        None => (stem, false),
    };
    Some((GoVersion::of_toolchain(toolchain)?, unofficial))
}
