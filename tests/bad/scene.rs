//! A store with something to lose, and what has to hold after every refusal. Shared by the `bad_*` tests.
#![allow(dead_code, reason = "each of these tests is a crate of its own and uses another part of this")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{FakeGo, Mirror, Run, Sandbox, tree_names};

/// The toolchain that is current before anything bad happens.
pub const OLD: &str = "1.21.13";
/// The one that the bad things happen to.
pub const NEW: &str = "1.22.5";

/// A mirror, and a home whose store has [`OLD`] as its current toolchain.
pub struct Scene {
    pub mirror: Mirror,
    pub sandbox: Sandbox,
    pub root: PathBuf,
}

/// What a failed command may leave behind besides the state before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing at all.
    Nothing,
    /// A download that can go on later.
    Part,
}

impl Scene {
    /// The default root, a mirror over plain http, and retries that lose no time.
    pub fn new() -> Self {
        Self::at(Mirror::start(), |sandbox| sandbox)
    }

    /// Another mirror, or another environment.
    pub fn at(mirror: Mirror, change: impl FnOnce(Sandbox) -> Sandbox) -> Self {
        mirror.add(FakeGo::new(OLD).padding(1000));
        let sandbox = change(Sandbox::new().with_mirror(&mirror));
        let root = sandbox.root();
        let scene = Self { mirror, sandbox, root };
        scene.configure("");
        scene.sandbox.gvm(&["use", OLD]).ok();
        scene.mirror.add(FakeGo::new(NEW));
        scene.says_go(OLD);
        scene
    }

    /// Writes the configuration: these lines after the ones that make retries quick.
    pub fn configure(&self, lines: &str) {
        let directory = self.sandbox.home().join(".config/gvm-rs");
        fs::create_dir_all(&directory).unwrap();
        let text = format!("retries = 3\nretry_delay_ms = 1\n{lines}\n");
        fs::write(directory.join("config.toml"), text).unwrap();
    }

    /// Offers these bytes as [`NEW`], with their true hash in the index.
    pub fn offer(&self, bytes: Vec<u8>) {
        self.mirror.add_bytes(NEW, "linux-amd64", bytes);
    }

    /// Runs a command that must fail with this code, say all of `says`, and change nothing.
    #[track_caller]
    pub fn refuses(&self, args: &[&str], code: i32, says: &[&str]) -> Run {
        self.refuses_but(args, code, says, Left::Nothing)
    }

    /// As [`Scene::refuses`], and more may be left behind.
    #[track_caller]
    pub fn refuses_but(&self, args: &[&str], code: i32, says: &[&str], left: Left) -> Run {
        let before = self.state();
        let run = self.sandbox.gvm(args);
        self.check(&run, code, says, &before);
        assert!(left == Left::Part || self.parts().is_empty(), "left {:?}: {run}", self.parts());
        run
    }

    /// What must hold after a failure, whatever the command was.
    #[track_caller]
    pub fn check(&self, run: &Run, code: i32, says: &[&str], before: &[String]) {
        is_refusal(run, code, says);
        assert_eq!(self.state(), before, "the store changed: {run}");
        assert_eq!(self.staged(), Vec::<String>::new(), "left in staging: {run}");
        self.says_go(OLD);
    }

    /// What has a name that readers look at.
    pub fn state(&self) -> Vec<String> {
        state(&self.root)
    }

    /// What lies in staging.
    pub fn staged(&self) -> Vec<String> {
        tree_names(&self.root.join("staging"))
    }

    /// The unfinished downloads.
    pub fn parts(&self) -> Vec<String> {
        let mut names = tree_names(&self.root.join("cache"));
        names.retain(|name| name.ends_with(".part"));
        names
    }

    /// The one unfinished download.
    pub fn part(&self) -> PathBuf {
        let [name] = &self.parts()[..] else { panic!("one download, not {:?}", self.parts()) };
        self.root.join("cache").join(name)
    }

    /// Installs [`NEW`], which has to work now.
    #[track_caller]
    pub fn recovers(&self) -> Run {
        let run = self.sandbox.gvm(&["use", NEW]).ok();
        self.says_go(NEW);
        assert_eq!((self.staged(), self.parts()), (Vec::new(), Vec::new()), "{run}");
        run
    }

    /// Checks that the `go` on PATH runs and is this version.
    #[track_caller]
    pub fn says_go(&self, version: &str) {
        says_go(&self.sandbox, &self.root, version);
    }
}

/// The state of a store, for comparing.
pub fn state(root: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for part in ["versions", "generations", "manifests", "bin", "foreign"] {
        names.extend(tree_names(&root.join(part)).into_iter().map(|name| format!("{part}/{name}")));
    }
    names.extend(
        ["current", "previous"].map(|link| format!("{link} -> {:?}", fs::read_link(root.join(link)).ok())),
    );
    names
}

/// Checks that the `go` of a root runs and is this version.
#[track_caller]
pub fn says_go(sandbox: &Sandbox, root: &Path, version: &str) {
    let mut command = sandbox.command(root.join("bin/go"));
    command.arg("version");
    let run = sandbox.start(command).wait().ok();
    assert_eq!(run.out(), format!("go version go{version} linux/amd64"));
}

/// Checks the form of a refusal: the code, what it says, and that nothing in it moves a cursor.
#[track_caller]
pub fn is_refusal(run: &Run, code: i32, says: &[&str]) {
    let run = run.clone().fails(code);
    assert!(run.stderr.contains("error: "), "no error: {run}");
    for text in says {
        assert!(run.stderr.contains(text), "should say `{text}`: {run}");
    }
    let odd = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!run.stderr.contains(odd), "unescaped: {:?}", run.stderr);
    for panicked in ["panicked", "RUST_BACKTRACE", "overflow"] {
        assert!(!run.stderr.contains(panicked), "{run}");
    }
}
