//! What these tests start from: a mirror with a few small releases, and an empty root.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::support::mirror::{archive_path, sha256};
use crate::support::{Behaviour, Mirror, Request, Sandbox};
use crate::witness::{Witness, go_version, tiny_go};

pub const ONE: &str = "1.22.5";
pub const TWO: &str = "1.21.13";
pub const THREE: &str = "1.23.1";
pub const FOUR: &str = "1.20.14";
pub const FIVE: &str = "1.24.0";
pub const ALL: [&str; 5] = [ONE, TWO, THREE, FOUR, FIVE];

/// What a process says that has to wait for another one's download.
pub const WAITS: &str = "waiting for another gvm-rs that has the same download\n";

/// A root, its releases, and who knows what they are.
pub struct Stage {
    pub sandbox: Sandbox,
    pub mirror: Mirror,
    pub witness: Witness,
}

impl Stage {
    /// With these versions installed, the last one current.
    pub fn with(installed: &[&str]) -> Stage {
        let mirror = Mirror::start();
        let sandbox = Sandbox::new().with_mirror(&mirror);
        let mut stage = Stage { sandbox, mirror, witness: Witness::default() };
        for version in ALL {
            stage.offer(version, tiny_go(version));
        }
        for version in installed {
            stage.sandbox.gvm(&["use", version]).ok();
        }
        stage
    }

    pub fn offer(&mut self, version: &str, archive: Vec<u8>) {
        self.witness.knows(version, &archive);
        self.mirror.add_bytes(version, "linux-amd64", archive);
    }

    /// Parks the first answer for the archive of a version after so many bytes.
    pub fn park(&self, version: &str, bytes: u64, gate: &str) {
        let parked = Behaviour::GateAfter { bytes, gate: gate.to_owned() };
        self.mirror.behave_archive(version, vec![parked, Behaviour::Ok]);
    }

    /// The requests for the archive of a version.
    pub fn requests(&self, version: &str) -> Vec<Request> {
        self.mirror.requests_for(&archive_path(version, "linux-amd64"))
    }

    /// The requests for any archive.
    pub fn archive_requests(&self) -> Vec<Request> {
        let mut requests = self.mirror.requests();
        requests.retain(|request| request.path().ends_with(".tar.gz"));
        requests
    }

    /// Waits until this many archives were asked for.
    pub fn wait_for_archive_requests(&self, n: usize) {
        until(&format!("{n} archive requests"), || self.archive_requests().len() >= n);
    }

    /// Where a download of these bytes grows.
    pub fn part(&self, archive: &[u8]) -> PathBuf {
        self.sandbox.root().join(format!("cache/{}.part", sha256(archive)))
    }

    /// Checks that these versions are installed and whole, that `go` is `current`, and that nothing is left over.
    #[track_caller]
    pub fn is_in_order(&self, versions: &[&str], current: Option<&str>) {
        let root = self.sandbox.root();
        let installed = versions.iter().map(|&version| version.to_owned()).collect();
        assert_eq!(self.witness.trees(&root), Ok(installed));
        assert_eq!(self.witness.is_tidy(&root, 0), Ok(()));
        assert_eq!(go_version(&self.sandbox), Ok(current.map(str::to_owned)));
    }
}

/// Waits for what only the disk or a log can tell.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        std::thread::yield_now();
    }
}
