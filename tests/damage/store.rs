//! A store of three tiny toolchains to be damaged, and an independent look at what it should be.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::support::archive::go_script;
use crate::support::raw_tar::gzip;
use crate::support::{Mirror, RawTar, Run, Sandbox};

pub const CURRENT: &str = "1.22.6";
pub const SISTER: &str = "1.22.5";
pub const OLD: &str = "1.21.0";
pub const ALL: [&str; 3] = [CURRENT, SISTER, OLD];

/// Files that each toolchain has with the same bytes, and two that no other has.
pub fn archive(version: &str) -> Vec<u8> {
    let tar = RawTar::new()
        .file("go/VERSION", 0o644, format!("go{version}\n").as_bytes())
        .file("go/bin/go", 0o755, go_script(version).as_bytes())
        .file("go/bin/gofmt", 0o755, b"#!/bin/sh\nexec cat \"$@\"\n")
        .file("go/src/fmt/print.go", 0o644, b"package fmt\n")
        .file("go/src/fmt/scan.go", 0o644, &b"// scan\n".repeat(5000))
        .file("go/src/own.go", 0o644, format!("package go{version}\n").repeat(50).as_bytes())
        .file("go/src/io/io.go", 0o644, b"package io\n")
        .file("go/src/io/fs/fs.go", 0o644, b"package fs\n")
        .file("go/pkg/tool/compile", 0o755, b"#!/bin/sh\nexit 0\n");
    gzip(&tar.finish())
}

/// What stands at a name: `d755`, `f444` and the bytes, or `l` and the target.
pub type Snapshot = BTreeMap<PathBuf, (String, Vec<u8>)>;

/// A directory with releases and an index, and a whole store, made once for all tests.
struct Template {
    sandbox: Sandbox,
    trees: Snapshot,
}

fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let mirror = Mirror::start();
        let sandbox = Sandbox::new();
        let releases = sandbox.dir("releases");
        for version in ALL {
            mirror.add_bytes(version, "linux-amd64", archive(version));
            fs::write(releases.join(format!("go{version}.linux-amd64.tar.gz")), archive(version)).unwrap();
        }
        fs::write(releases.join("index.json"), mirror.index_bytes()).unwrap();
        let sandbox = supplied(sandbox, &releases);
        sandbox.gvm(&["install", OLD, SISTER, CURRENT]).ok();
        for version in [OLD, SISTER, OLD, SISTER, CURRENT] {
            sandbox.gvm(&["use", version]).ok();
        }
        let trees = snapshot(&sandbox.root().join("versions"));
        Template { sandbox, trees }
    })
}

fn supplied(sandbox: Sandbox, releases: &Path) -> Sandbox {
    let mirror = format!("file://{}", releases.display());
    sandbox.env("GVM_RS_INDEX", releases.join("index.json")).env("GVM_RS_MIRROR", mirror)
}

/// A copy of the whole store.
pub struct Store {
    pub sandbox: Sandbox,
    pub root: PathBuf,
}

impl Store {
    /// Releases come from a directory.
    pub fn new() -> Store {
        let releases = template().sandbox.path().join("releases");
        Store::with(supplied(Sandbox::new(), &releases))
    }

    pub fn with(sandbox: Sandbox) -> Store {
        let root = sandbox.root();
        // Another program copies, so that no thread of this one has a `go` open for writing when it is to run.
        let copied = Command::new("cp").arg("-a").args([&template().sandbox.root(), &root]).status();
        assert!(copied.unwrap().success());
        Store { sandbox, root }
    }

    pub fn tree(&self, version: &str) -> PathBuf {
        self.root.join(format!("versions/go{version}"))
    }

    pub fn manifest(&self, version: &str) -> PathBuf {
        self.root.join(format!("manifests/go{version}.unofficial.jsonl"))
    }

    /// What the program calls damaged, a line each.
    pub fn finds(&self, args: &[&str]) -> Vec<String> {
        let args = [&["verify"][..], args].concat();
        let run = self.sandbox.gvm(&args).fails(10);
        assert!(run.stderr.contains("hint: run `gvm-rs repair"), "{run}");
        let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        run.stdout.lines().map(squeeze).collect()
    }

    /// Repairs, and looks whether everything is as it was when it was installed.
    pub fn repairs(&self, args: &[&str]) -> Run {
        let run = self.sandbox.gvm(&[&["repair"][..], args].concat()).ok();
        self.is_whole(&ALL).unwrap_or_else(|told| panic!("{told}\nafter {run}"));
        self.sandbox.gvm(&["verify", "--all"]).ok();
        run
    }

    /// Compares the trees with those that were installed, and looks for leftovers.
    pub fn is_whole(&self, versions: &[&str]) -> Result<(), String> {
        let found = snapshot(&self.root.join("versions"));
        for version in versions {
            let prefix = PathBuf::from(format!("go{version}"));
            let below = |all: &Snapshot| -> Snapshot {
                let below = all.iter().filter(|(path, _)| path.starts_with(&prefix));
                below.map(|(path, node)| (path.clone(), node.clone())).collect()
            };
            let (found, expected) = (below(&found), below(&template().trees));
            if found != expected {
                let differs = |path: &&PathBuf| found.get(*path) != expected.get(*path);
                let first = expected.keys().chain(found.keys()).find(differs);
                return Err(format!("{version} differs at {first:?}"));
            }
            let lines = |root: &Path| {
                let text = fs::read_to_string(root.join(format!("manifests/go{version}.unofficial.jsonl")));
                text.map(|text| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>())
            };
            let (told, known) = (lines(&self.root), lines(&template().sandbox.root()));
            if told.map_err(|e| format!("manifest of {version}: {e}"))? != known.unwrap() {
                return Err(format!("the manifest of {version} differs"));
            }
            let launcher = fs::read_link(self.root.join(format!("bin/go{version}"))).unwrap_or_default();
            if launcher.to_str() != Some(&format!("../versions/go{version}/bin/go")) {
                return Err(format!("bin/go{version} leads to {}", launcher.display()));
            }
        }
        let left: Vec<_> = fs::read_dir(self.root.join("staging")).unwrap().collect();
        if left.is_empty() { Ok(()) } else { Err(format!("left in staging: {left:?}")) }
    }

    /// The version that `bin/go` tells, if it runs.
    pub fn go(&self) -> Option<String> {
        told_by(&self.sandbox, &self.root.join("bin/go"))
    }
}

/// The version that a `go` tells, if it runs.
pub fn told_by(sandbox: &Sandbox, go: &Path) -> Option<String> {
    for _ in 0..200 {
        match sandbox.command(go).arg("version").output() {
            // Another thread of this process is starting something, and holds for a moment what was written here.
            Err(e) if e.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(5));
            }
            output => {
                let output = output.ok().filter(|output| output.status.success())?;
                let told = String::from_utf8_lossy(&output.stdout).into_owned();
                return Some(told.strip_prefix("go version go")?.split(' ').next()?.to_owned());
            }
        }
    }
    None
}

/// Everything below a directory; shares no code with the program.
pub fn snapshot(directory: &Path) -> Snapshot {
    let (mut found, mut todo) = (Snapshot::new(), vec![directory.to_owned()]);
    while let Some(path) = todo.pop() {
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        let mode = meta.permissions().mode() & 0o7777;
        let node = if meta.is_symlink() {
            ("l".to_owned(), fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes())
        } else if meta.is_dir() {
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            todo.extend(entries.map(|entry| entry.path()));
            (format!("d{mode:o}"), Vec::new())
        } else {
            (format!("f{mode:o}"), fs::read(&path).unwrap_or_default())
        };
        found.insert(path.strip_prefix(directory).unwrap().to_owned(), node);
    }
    found
}

/// Writes to a file that may be read-only, in place.
pub fn overwrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mode = fs::metadata(path).unwrap().permissions();
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, mode).unwrap();
}

/// Removes whatever has a name, read-only directories included.
pub fn remove(path: &Path) {
    let script = "chmod u+w \"$(dirname \"$0\")\"; [ -L \"$0\" ] || [ ! -e \"$0\" ] || chmod -R u+rwx \"$0\"; rm -rf \"$0\"";
    let status = Command::new("sh").args(["-c", script]).arg(path).status();
    assert!(status.unwrap().success());
}
