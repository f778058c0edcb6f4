//! Holds an installed toolchain against its manifest. Reads only: no lock, no writes, and no link is followed.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::Digest as _;

use super::damage::{Fault, Finding};
use super::manifest::{FileRecord, Manifest, Provenance};
use super::{Store, StoreError};
use crate::disk::{Entry, HeldDir, Kind};
use crate::model::{GoVersion, Sha256};
use crate::progress::{Event, Progress};

/// What a look at one toolchain came to.
#[derive(Debug)]
pub struct TreeCheck {
    /// The toolchain.
    pub version: GoVersion,
    /// How many files its manifest names; 0 where there is no readable one.
    pub files: usize,
    /// How many bytes they have.
    pub bytes: u64,
    /// What is wrong, sorted by path.
    pub findings: Vec<Finding>,
    /// Where it came from, if that much of the manifest can be read.
    pub provenance: Option<Provenance>,
    /// Whether the manifest's name calls it unofficial; `None` without a manifest.
    pub mark: Option<bool>,
    /// The manifest, if all of it makes sense.
    pub(super) manifest: Option<Manifest>,
    /// The manifest's file as it was read, to see later whether another has its name.
    pub(super) source: Option<File>,
}

const BLOCK: usize = 128 << 10;
/// Enough to keep the readers busy, and few enough directories held open.
const QUEUE: usize = 64;
const MOST_READERS: usize = 8;

impl TreeCheck {
    /// Whether everything is as it was installed.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

impl Store {
    /// Holds every file of a toolchain against the manifest.
    pub fn verify(&self, version: GoVersion, progress: &dyn Progress) -> Result<TreeCheck, StoreError> {
        let mut check = self.read_what_should_be(version);
        if !self.has(version) {
            let tree = self.layout.tree(version);
            let fault = match HeldDir::open(&self.layout.versions()).and_then(|d| d.entry(name_of(&tree))) {
                Ok(Some(entry)) => Fault::Kind { found: entry.kind, expected: Kind::Directory },
                _ => Fault::Missing(Kind::Directory),
            };
            check.findings.push(Finding { path: self.layout.below_root(&tree), fault });
            return Ok(check);
        }
        let found = match &check.manifest {
            Some(manifest) => self.verify_against(manifest, progress)?,
            None => self.look_for_go(version).into_iter().collect(),
        };
        check.findings.extend(found);
        Ok(check)
    }

    /// Reads the manifest and what can be had of a damaged one.
    fn read_what_should_be(&self, version: GoVersion) -> TreeCheck {
        let mut check = TreeCheck {
            version,
            files: 0,
            bytes: 0,
            findings: Vec::new(),
            provenance: None,
            mark: None,
            manifest: None,
            source: None,
        };
        let Some((path, mark)) = self.manifest_file(version) else {
            let path = self.layout.below_root(&self.layout.manifest(version, false));
            check.findings.push(Finding { path, fault: Fault::Missing(Kind::File) });
            return check;
        };
        check.mark = Some(mark);
        let read = HeldDir::open(&self.layout.manifests()).and_then(|d| d.file(name_of(&path)));
        // What is no regular file could keep a reader waiting for ever.
        let read = read.and_then(|file| match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(io::Error::other("it is not a regular file")),
        });
        let fault = match read.map(|file| check.source = Some(file)) {
            Err(e) => Some(e.to_string()),
            Ok(()) => {
                let is_right = |found: &Provenance| found.version == version && found.is_unofficial() == mark;
                check.provenance = Manifest::read_provenance(&path).ok().filter(is_right);
                match (Manifest::read(&path), &check.provenance) {
                    (Ok(manifest), Some(_)) => {
                        check.files = manifest.files.len();
                        check.bytes = manifest.files.iter().map(|file| file.size).sum();
                        check.manifest = Some(manifest);
                        None
                    }
                    (Ok(_), None) => Some("it is that of another toolchain".to_owned()),
                    (Err(StoreError::Damaged { reason, .. }), _) => Some(reason),
                    (Err(error), _) => Some(error.to_string()),
                }
            }
        };
        let path = self.layout.below_root(&path);
        check.findings.extend(fault.map(|reason| Finding { path, fault: Fault::Unreadable(reason) }));
        check
    }

    /// Without a manifest nothing can be said of a tree but whether there is a `go` in it.
    fn look_for_go(&self, version: GoVersion) -> Option<Finding> {
        let go = self.layout.tree(version).join("bin/go");
        let is_file = std::fs::symlink_metadata(&go).is_ok_and(|meta| meta.is_file());
        let finding = Finding { path: self.layout.below_root(&go), fault: Fault::Missing(Kind::File) };
        (!is_file).then_some(finding)
    }

    /// Holds every file of a tree against a manifest, which may be another than the one on disk.
    pub(super) fn verify_against(
        &self,
        manifest: &Manifest,
        progress: &dyn Progress,
    ) -> Result<Vec<Finding>, StoreError> {
        let version = manifest.provenance.version;
        let total = manifest.files.iter().map(|file| file.size).sum();
        progress.event(Event::Checking { version, total });
        let tree = self.layout.tree(version);
        let readers = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_READERS);
        let (send, receive) = mpsc::sync_channel(QUEUE);
        let receive = Mutex::new(receive);
        let mut walk = Walk::new(manifest, self.layout.below_root(&tree), send, progress);
        let (walked, read) = std::thread::scope(|scope| {
            let reading: Vec<_> =
                (0..readers).map(|_| scope.spawn(|| read_files(&receive, version, progress))).collect();
            let walked = match HeldDir::open(&tree) {
                Ok(root) => walk.tree(root),
                Err(e) => {
                    walk.find(Path::new(""), Fault::Unreadable(e.to_string()));
                    walk
                }
            };
            let found = walked.finish();
            let read: Vec<Finding> = reading.into_iter().flat_map(join).collect();
            (found, read)
        });
        progress.event(Event::Ended { version });
        if progress.cancelled() {
            return Err(StoreError::Interrupted);
        }
        let mut findings: Vec<Finding> = walked.into_iter().chain(read).collect();
        findings.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(findings)
    }
}

fn join<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn name_of(path: &Path) -> &std::ffi::OsStr {
    path.file_name().unwrap_or_default()
}

/// A file to be read, by its directory and name.
struct Job<'a> {
    directory: Arc<HeldDir>,
    shown: PathBuf,
    record: &'a FileRecord,
}

/// Goes through the names of a tree, and leaves the reading to others.
struct Walk<'a> {
    files: HashMap<&'a Path, &'a FileRecord>,
    directories: HashSet<&'a Path>,
    /// Directories that were looked into, and names that were judged as a whole.
    visited: HashSet<PathBuf>,
    prefix: PathBuf,
    jobs: SyncSender<Job<'a>>,
    findings: Vec<Finding>,
    progress: &'a dyn Progress,
}

impl<'a> Walk<'a> {
    fn new(
        manifest: &'a Manifest,
        prefix: PathBuf,
        jobs: SyncSender<Job<'a>>,
        progress: &'a dyn Progress,
    ) -> Walk<'a> {
        let files: HashMap<&Path, &FileRecord> =
            manifest.files.iter().map(|file| (Path::new(&file.path), file)).collect();
        let above = |path: &&'a Path| path.ancestors().skip(1).collect::<Vec<_>>();
        let directories = files.keys().flat_map(above).collect();
        Walk { files, directories, visited: HashSet::new(), prefix, jobs, findings: Vec::new(), progress }
    }

    fn find(&mut self, path: &Path, fault: Fault) {
        // A path joined to an empty one would end in a slash.
        let path = if path.as_os_str().is_empty() { self.prefix.clone() } else { self.prefix.join(path) };
        self.findings.push(Finding { path, fault });
    }

    fn tree(mut self, root: HeldDir) -> Self {
        // The top directory stays writable, or it could not be renamed.
        self.directory(root, Path::new(""), 0o755);
        let mut names: Vec<(&Path, Kind)> = self.files.keys().map(|path| (*path, Kind::File)).collect();
        names.extend(self.directories.iter().map(|path| (*path, Kind::Directory)));
        for (path, kind) in names {
            // Where the directory itself is missing, that was told.
            let is_expected = path.parent().is_some_and(|parent| self.visited.contains(parent));
            if is_expected && !self.visited.contains(path) {
                self.find(path, Fault::Missing(kind));
            }
        }
        self
    }

    fn directory(&mut self, held: HeldDir, path: &Path, expected: u32) {
        let entries = held.mode().and_then(|mode| Ok((mode, held.entries()?)));
        let (mode, entries) = match entries {
            Ok(entries) => entries,
            Err(e) => return self.find(path, Fault::Unreadable(e.to_string())),
        };
        self.visited.insert(path.to_owned());
        if mode != expected {
            self.find(path, Fault::Mode { found: mode, expected });
        }
        let held = Arc::new(held);
        for entry in entries {
            if self.progress.cancelled() {
                return;
            }
            let path = path.join(&entry.name);
            self.entry(&held, &path, entry);
        }
    }

    fn entry(&mut self, directory: &Arc<HeldDir>, path: &Path, entry: Entry) {
        let expected = match (self.files.get(path), self.directories.contains(path)) {
            (Some(_), _) => Some(Kind::File),
            (None, true) => Some(Kind::Directory),
            (None, false) => None,
        };
        match (expected, entry.kind) {
            (Some(Kind::File), Kind::File) => self.file(directory, path, &entry),
            (Some(Kind::Directory), Kind::Directory) => match directory.subdir(&entry.name) {
                Ok(held) => self.directory(held, path, 0o555),
                Err(e) => {
                    self.visited_as_a_whole(path);
                    self.find(path, Fault::Unreadable(e.to_string()));
                }
            },
            (Some(expected), found) => {
                self.visited_as_a_whole(path);
                self.find(path, Fault::Kind { found, expected });
            }
            // Archives may hold empty directories, of which a manifest says nothing.
            (None, Kind::Directory) if is_hollow(directory, &entry.name) => {}
            (None, found) => self.find(path, Fault::Added(found)),
        }
    }

    /// Keeps a name that was told from being told again as missing; what is below it is part of it.
    fn visited_as_a_whole(&mut self, path: &Path) {
        self.directories.remove(path);
        self.files.remove(path);
    }

    fn file(&mut self, directory: &Arc<HeldDir>, path: &Path, entry: &Entry) {
        let Some(record) = self.files.get(path).copied() else { return };
        self.visited.insert(path.to_owned());
        if entry.mode != record.mode {
            self.find(path, Fault::Mode { found: entry.mode, expected: record.mode });
        }
        let job = Job { directory: Arc::clone(directory), shown: self.prefix.join(path), record };
        // The readers are there until this end is gone.
        drop(self.jobs.send(job));
    }

    fn finish(self) -> Vec<Finding> {
        self.findings
    }
}

/// Whether a directory holds nothing but directories that hold nothing.
fn is_hollow(directory: &HeldDir, name: &std::ffi::OsStr) -> bool {
    let Ok(held) = directory.subdir(name) else { return false };
    let is_hollow = |entry: &Entry| entry.kind == Kind::Directory && is_hollow(&held, &entry.name);
    held.entries().is_ok_and(|entries| entries.iter().all(is_hollow))
}

/// Reads files until there are no more, and returns those that are not as recorded.
fn read_files(jobs: &Mutex<Receiver<Job<'_>>>, version: GoVersion, progress: &dyn Progress) -> Vec<Finding> {
    let mut buffer = vec![0; BLOCK];
    let mut findings = Vec::new();
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return findings };
        if progress.cancelled() {
            // The queue is still emptied, or the walk would wait.
            continue;
        }
        let name = OsString::from(job.record.path.rsplit('/').next().unwrap_or_default());
        let fault =
            match job.directory.file(&name).and_then(|file| is_as_recorded(file, job.record, &mut buffer)) {
                Ok(true) => None,
                Ok(false) => Some(Fault::Changed),
                Err(e) => Some(Fault::Unreadable(e.to_string())),
            };
        findings.extend(fault.map(|fault| Finding { path: job.shown, fault }));
        progress.event(Event::Checked { version, bytes: job.record.size });
    }
}

fn is_as_recorded(mut file: File, record: &FileRecord, buffer: &mut [u8]) -> io::Result<bool> {
    let meta = file.metadata()?;
    if !meta.is_file() || meta.len() != record.size {
        return Ok(false);
    }
    let mut hash = sha2::Sha256::new();
    loop {
        match file.read(buffer) {
            Ok(0) => return Ok(Sha256::new(hash.finalize().into()) == record.sha256),
            Ok(length) => hash.update(&buffer[..length]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
