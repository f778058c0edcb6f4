//! `try`, `matrix` and `bisect`: commands under toolchains that are not installed, and of which nothing is left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "trial/bisect.rs"]
mod bisect;
#[path = "trial/hostile.rs"]
mod hostile;
#[path = "trial/interrupted.rs"]
mod interrupted;
#[path = "trial/matrix.rs"]
mod matrix;
#[path = "trial/real.rs"]
mod real;
#[path = "trial/tries.rs"]
mod tries;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{FakeGo, Mirror, Run, Sandbox, tree_names};

/// A mirror of these releases, a store in which the first one is installed and current, and what is in it.
struct Stage {
    mirror: Mirror,
    sandbox: Sandbox,
    before: Vec<String>,
}

impl Stage {
    fn of(versions: &[&str]) -> Stage {
        let mirror = Mirror::start();
        for version in versions {
            mirror.add(FakeGo::new(version).padding(2000));
        }
        let sandbox = Sandbox::new().with_mirror(&mirror);
        sandbox.gvm(&["use", versions[0]]).ok();
        let before = tree_names(&sandbox.root());
        Stage { mirror, sandbox, before }
    }

    /// Runs the program, and checks that it left the store as it was.
    #[track_caller]
    fn gvm(&self, args: &[&str]) -> Run {
        let run = self.sandbox.gvm(args);
        self.is_unchanged();
        run
    }

    #[track_caller]
    fn is_unchanged(&self) {
        assert_eq!(tree_names(&self.sandbox.root()), self.before);
    }

    /// Serves other bytes in place of an archive, as many as are right.
    fn forge(&self, version: &str) {
        let right = FakeGo::new(version).padding(2000);
        self.mirror.swap_bytes(&right.file_name(), vec![b'x'; right.build().len()]);
    }

    /// How many archives were asked for so far.
    fn archives(&self) -> usize {
        self.mirror.requests().iter().filter(|request| request.path().ends_with(".tar.gz")).count()
    }

    /// The lines of a file in the home, which commands leave there.
    fn lines(&self, name: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.sandbox.home().join(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn exists(&self, name: &str) -> bool {
        self.sandbox.home().join(name).exists()
    }
}

#[track_caller]
fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
}

/// Waits for what only the disk or a log can tell.
#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        std::thread::yield_now();
    }
}

fn is_alive(id: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(id).join("stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}
