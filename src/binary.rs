//! The gvm-rs program itself: replaced by a release, put back, taken away. It knows nothing of toolchains and the store.
//!
//! Invariant: its name always shows a whole program, the old one or a new one that has run here. What is fetched is
//! held in memory until its sha256 is right; then it is written beside the program, run, and only then named.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sha2::Digest as _;

use crate::disk::{self, Disk, DiskError};
use crate::model::{Platform, Sha256};
use crate::net::{Download, Event, Location, LocationError, Net, NetError};
use crate::process::{Stopped, Watch};
use crate::progress::Progress;

/// The name of the list of hashes in a directory of releases, as sha256sum writes it.
pub const SUMS: &str = "SHA256SUMS";

const LARGEST_SUMS: u64 = 1 << 20;
/// No program of this size was ever built; it is held in memory.
const LARGEST_PROGRAM: u64 = 100_000_000;
/// How long a program has to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// A gvm-rs that was not replaced, put back or removed.
#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Somebody else looks after the program.
    #[error("`{}` was installed by {}, which has to replace it", path.display(), manager.name())]
    Managed {
        /// The program.
        path: PathBuf,
        /// By whom.
        manager: Manager,
    },
    /// The release could not be fetched.
    #[error("cannot fetch the release")]
    Net(#[from] NetError),
    /// The address cannot be used.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// There is no program for this machine.
    #[error("{location} has no `{name}`")]
    NotListed {
        /// Where the list is.
        location: String,
        /// What is not in it.
        name: String,
    },
    /// What came is not what was listed; it was thrown away.
    #[error("{location} is not the release: its sha256 is {found}, and {expected} is right")]
    WrongDigest {
        /// Where it came from.
        location: String,
        /// What it hashes to.
        found: Sha256,
        /// What the list says.
        expected: Sha256,
    },
    /// The program does not run here, so it was not named.
    #[error("`{}` does not work here", path.display())]
    Unrunnable {
        /// The program.
        path: PathBuf,
        /// Why.
        source: Stopped,
    },
    /// It runs and is not gvm-rs.
    #[error("`{}` does not say that it is gvm-rs ({said})", path.display())]
    Stranger {
        /// The program.
        path: PathBuf,
        /// What it said and how it ended, in a few words.
        said: String,
    },
    /// There is no program to go back to.
    #[error("no gvm-rs was replaced here, so there is none to go back to")]
    NothingBefore,
    /// Another process is replacing it.
    #[error("another gvm-rs is replacing `{}`", .0.display())]
    Busy(PathBuf),
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Who looks after a program that gvm-rs did not install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manager {
    /// `cargo install`.
    Cargo,
    /// The system's packages, or another manager's store.
    Package,
}

impl Manager {
    /// The name, as in «installed by».
    pub fn name(self) -> &'static str {
        match self {
            Manager::Cargo => "cargo",
            Manager::Package => "a package manager",
        }
    }
}

/// Where releases are, and how they are fetched.
#[derive(Clone, Copy)]
pub struct Releases<'a> {
    /// The directory of releases: a program for each platform and [`SUMS`].
    pub location: &'a Location,
    /// For which platform.
    pub platform: &'a Platform,
    /// The network.
    pub net: &'a Net,
}

/// What became of the program; versions as the programs say them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The version that has the name now.
    pub version: String,
    /// Whether another program has it than before.
    pub is_new: bool,
}

/// The file that is run as gvm-rs.
#[derive(Clone)]
pub struct Binary<'a> {
    path: PathBuf,
    disk: Disk,
    progress: &'a dyn Progress,
}

impl<'a> Binary<'a> {
    /// The program at an absolute path. One that is kept for a rollback stands for the one that replaced it, so that
    /// it can put itself back where that one cannot.
    pub fn new(path: PathBuf, disk: Disk, progress: &'a dyn Progress) -> Binary<'a> {
        let kept =
            path.file_name().and_then(|name| name.to_str()?.strip_prefix('.')?.strip_suffix(".previous"));
        let path = kept.map_or_else(|| path.clone(), |name| path.with_file_name(name));
        Binary { path, disk, progress }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the program is kept that was replaced last; it need not exist.
    pub fn previous(&self) -> PathBuf {
        self.beside("previous")
    }

    /// Who looks after it, if not gvm-rs.
    pub fn manager(&self) -> Option<Manager> {
        const PACKAGED: [&str; 8] =
            ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/nix", "/gnu", "/snap", "/opt/homebrew/Cellar"];
        let is_cargos = || {
            let list = self.path.parent()?.parent()?.join(".crates.toml");
            let text = disk::read_capped(&list, 1 << 20, true).ok()?;
            Some(String::from_utf8_lossy(&text).lines().any(|line| line.starts_with("\"gvm-rs ")))
        };
        if is_cargos().unwrap_or(false) {
            return Some(Manager::Cargo);
        }
        PACKAGED.iter().any(|place| self.path.starts_with(place)).then_some(Manager::Package)
    }

    /// Replaces the program by the one of a release; nothing is written where that is the same.
    pub fn update(&self, releases: Releases<'_>) -> Result<Replaced, BinaryError> {
        self.check_is_ours()?;
        let name = format!("gvm-rs-{}", releases.platform);
        let sums = releases.location.join(SUMS)?;
        let text = releases.net.fetch(&sums, LARGEST_SUMS, &|| self.progress.cancelled()).map_err(stopped)?;
        let expected = listed(&String::from_utf8_lossy(&text), &name)
            .ok_or_else(|| BinaryError::NotListed { location: sums.to_string(), name: name.clone() })?;
        if digest(&self.read(&self.path)?) == expected {
            return Ok(Replaced { version: self.prove(&self.path)?, is_new: false });
        }
        let location = releases.location.join(&name)?;
        let program = self.fetch(&location, releases.net)?;
        let found = digest(&program);
        if found != expected {
            return Err(BinaryError::WrongDigest { location: location.to_string(), found, expected });
        }
        self.replace(&program)
    }

    fn fetch(&self, location: &Location, net: &Net) -> Result<Vec<u8>, BinaryError> {
        let download = Download { location, size: None, cap: LARGEST_PROGRAM, offset: 0 };
        let mut program = Vec::new();
        let outcome = net.download(&download, &|| self.progress.cancelled(), &mut |event| {
            if let Event::Chunk(bytes) = event {
                program.extend_from_slice(bytes);
            }
            Ok(())
        });
        outcome.map_err(stopped)?;
        Ok(program)
    }

    /// Gives the name to a program that has run here, and keeps the one that had it.
    fn replace(&self, program: &[u8]) -> Result<Replaced, BinaryError> {
        let _lock = self.lock()?;
        let proven = self.write_draft(program).and_then(|draft| self.prove(&draft));
        if proven.is_err() {
            // What cannot be removed now is replaced next time; the error to tell is the first one.
            self.disk.remove_file(&self.draft()).ok();
        }
        let version = proven?;
        self.disk.publish_over(&self.draft(), &self.previous())?;
        self.swap()?;
        Ok(Replaced { version, is_new: true })
    }

    /// Puts back the program that was replaced last; the same again goes forth.
    pub fn roll_back(&self) -> Result<Replaced, BinaryError> {
        self.check_is_ours()?;
        let _lock = self.lock()?;
        if !self.previous().is_file() {
            return Err(BinaryError::NothingBefore);
        }
        let version = self.prove(&self.previous())?;
        self.swap()?;
        Ok(Replaced { version, is_new: true })
    }

    /// Removes the program and what was kept beside it, itself last.
    pub fn remove(&self) -> Result<(), BinaryError> {
        self.check_is_ours()?;
        let _lock = self.lock()?;
        for path in [&self.draft(), &self.previous(), &self.path] {
            self.disk.remove_file(path)?;
        }
        Ok(self.disk.sync_dir(self.directory())?)
    }

    /// Exchanges the program with the one that is kept.
    fn swap(&self) -> Result<(), BinaryError> {
        match self.disk.exchange(&self.path, &self.previous()) {
            // Network file systems cannot.
            Err(error) if error.is_unsupported() => self.swap_by_copy(),
            outcome => Ok(outcome?),
        }
    }

    fn swap_by_copy(&self) -> Result<(), BinaryError> {
        let draft = self.write_draft(&self.read(&self.path)?)?;
        self.disk.publish_over(&self.previous(), &self.path)?;
        Ok(self.disk.publish_over(&draft, &self.previous())?)
    }

    /// Writes a program durably beside the one that has the name.
    fn write_draft(&self, program: &[u8]) -> Result<PathBuf, BinaryError> {
        let draft = self.draft();
        // What a kill left behind.
        self.disk.remove_file(&draft)?;
        let file = self.disk.write_unsynced(&draft, program)?;
        self.disk.set_file_mode(&file, &draft, 0o755)?;
        self.disk.sync_file(&file, &draft)?;
        Ok(draft)
    }

    /// Runs a program and returns the version that it says it is.
    fn prove(&self, path: &Path) -> Result<String, BinaryError> {
        let watch = Watch { limit: Some(PATIENCE), leaves_nothing: true, progress: self.progress };
        let ended = watch.output(Command::new(path).arg("--version")).map_err(|source| match source {
            Stopped::Interrupted => BinaryError::Interrupted,
            source => BinaryError::Unrunnable { path: path.to_owned(), source },
        })?;
        let said = ended.stdout.text();
        let version = said.trim_end().strip_prefix("gvm-rs ").filter(|version| is_plain(version));
        match version {
            Some(version) if ended.exit.is_success() => Ok(version.to_owned()),
            _ => Err(BinaryError::Stranger { path: path.to_owned(), said: ended.exit.to_string() }),
        }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, BinaryError> {
        Ok(disk::read_capped(path, u64::from(u32::MAX), true).map_err(|e| DiskError::new("read", path, e))?)
    }

    fn check_is_ours(&self) -> Result<(), BinaryError> {
        match self.manager() {
            Some(manager) => Err(BinaryError::Managed { path: self.path.clone(), manager }),
            None => Ok(()),
        }
    }

    /// Locks the directory of the program, so that no file is left there for that. The kernel frees it at any end.
    fn lock(&self) -> Result<File, BinaryError> {
        let directory = self.directory();
        let file = File::open(directory).map_err(|e| DiskError::new("open", directory, e))?;
        match self.disk.try_lock(&file, directory) {
            Ok(false) => Err(BinaryError::Busy(self.path.clone())),
            // Network file systems lock no directory; each step by itself is sound.
            Ok(true) | Err(_) => Ok(file),
        }
    }

    fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    fn draft(&self) -> PathBuf {
        self.beside("new")
    }

    fn beside(&self, what: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!(".{name}.{what}"))
    }
}

fn stopped(error: NetError) -> BinaryError {
    match error {
        NetError::Cancelled { .. } => BinaryError::Interrupted,
        error => error.into(),
    }
}

fn digest(bytes: &[u8]) -> Sha256 {
    Sha256::new(sha2::Sha256::digest(bytes).into())
}

/// Whether a version is short and can be printed as it is.
fn is_plain(version: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    (1..=40).contains(&version.len()) && version.chars().all(is_fine)
}

/// The hash that a list has for a name; none where it has two.
fn listed(sums: &str, name: &str) -> Option<Sha256> {
    let mut found = sums.lines().filter_map(|line| {
        let (digest, file) = line.split_once(' ')?;
        // The second character says whether sha256sum read the file as text.
        (file.strip_prefix([' ', '*'])? == name).then_some(digest)
    });
    let digest = found.next()?.parse().ok()?;
    found.all(|other| other.parse() == Ok(digest)).then_some(digest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::progress::Silent;

    #[test]
    fn a_list_of_hashes_is_read_as_sha256sum_writes_it() {
        let (one, other) = ("1".repeat(64), "2".repeat(64));
        let digest = one.parse().ok();
        for (sums, expected) in [
            (format!("{one}  a\n{other}  b\n"), digest),
            (format!("{one} *a"), digest),
            (format!("{one}  a\n{one}  a\n"), digest),
            (format!("{one}  a\n{other}  a\n"), None),
            (format!("{one} a"), None),
            (format!("{one}  dir/a"), None),
            ("abc  a".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(listed(&sums, "a"), expected, "{sums}");
        }
    }

    #[test]
    fn where_names_cannot_be_exchanged_a_copy_will_do() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("gvm-rs");
        let binary = Binary::new(path.clone(), Disk::default(), &Silent);
        std::fs::write(&path, "old").unwrap();
        std::fs::write(binary.previous(), "before").unwrap();
        binary.swap_by_copy().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(std::fs::read_to_string(binary.previous()).unwrap(), "old");
        assert!(!binary.draft().exists());
        assert_eq!(std::fs::metadata(binary.previous()).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[test]
    fn what_others_installed_is_theirs() {
        let directory = tempfile::tempdir().unwrap();
        let bin = directory.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        let manager = |path: &Path| Binary::new(path.to_owned(), Disk::default(), &Silent).manager();
        assert_eq!(manager(&bin.join("gvm-rs")), None);
        let list = "[v1]\n\"gvm-rs 0.1.0 (path+file:///x)\" = [\"gvm-rs\"]\n";
        std::fs::write(directory.path().join(".crates.toml"), list).unwrap();
        assert_eq!(manager(&bin.join("gvm-rs")), Some(Manager::Cargo));
        assert_eq!(manager(Path::new("/usr/bin/gvm-rs")), Some(Manager::Package));
        assert_eq!(manager(Path::new("/usr/local/bin/gvm-rs")), None);
    }
}
