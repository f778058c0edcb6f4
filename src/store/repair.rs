//! Puts a damaged toolchain right, file by file and in place, so that whoever runs it keeps what is sound.
//!
//! A [`Mending`] is made ready in staging without the lock; only [`Writer::mend`] touches the tree. Every
//! file is replaced by one rename, and a tree that is half mended is less damaged than before, never more.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::Digest as _;

use super::damage::{Fault, Finding};
use super::manifest::{FileRecord, Manifest};
use super::staging::{Staged, Staging};
use super::verify::TreeCheck;
use super::{Store, StoreError, Writer};
use crate::disk::{self, DiskError, HeldDir, Kind};
use crate::model::Sha256;
use crate::progress::Progress;

/// A repair that is being made ready.
#[derive(Debug)]
#[must_use = "what is made ready mends nothing before it is put in place"]
pub struct Mending {
    place: Staging,
    check: TreeCheck,
    /// Files that are ready in staging, by their path in the tree.
    ready: BTreeMap<String, PathBuf>,
    /// Files that no source was found for yet, by their path.
    wanted: HashMap<String, FileRecord>,
    /// A manifest that is ready in staging, for one that is damaged or gone.
    manifest: Option<(PathBuf, bool)>,
}

/// A repair that is durable in staging; all that is missing is that it is put in place.
#[derive(Debug)]
#[must_use = "what is made ready mends nothing before it is put in place"]
pub struct SettledMending(Mending);

/// How many bytes a repair took from where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Files copied.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// What happens in one directory of a tree.
#[derive(Default)]
struct DirPlan {
    /// Names to be moved out of sight.
    out: Vec<(OsString, Kind)>,
    /// Directories to be there.
    subdirs: Vec<OsString>,
    /// Files to be put in, from staging.
    files: Vec<(OsString, PathBuf)>,
    /// Files whose mode is wrong, and nothing else.
    modes: Vec<(OsString, u32)>,
}

const BLOCK: usize = 128 << 10;
/// As many directories are synced one by one.
const MOST_SYNCED_ALONE: usize = 16;

impl Mending {
    /// Begins to mend what a check found, in a place of its own.
    pub fn new(place: Staging, check: TreeCheck) -> Mending {
        let mut mending =
            Mending { place, check, ready: BTreeMap::new(), wanted: HashMap::new(), manifest: None };
        mending.want();
        mending
    }

    /// Whether something is still to be had from somewhere: files, or the manifest.
    pub fn is_incomplete(&self) -> bool {
        !self.wanted.is_empty() || self.check.manifest.is_none() && self.manifest.is_none()
    }

    /// What the mending is for.
    pub fn check(&self) -> &TreeCheck {
        &self.check
    }

    /// Notes the files that what was found makes necessary.
    fn want(&mut self) {
        let Some(manifest) = &self.check.manifest else { return };
        let prefix = Path::new("versions").join(self.check.version.toolchain());
        // What cannot be read may only lack the permission: the next look tells, when that is put right.
        let found = self.check.findings.iter();
        let modes: HashSet<&Path> = found
            .filter(|found| matches!(found.fault, Fault::Mode { .. }))
            .map(|found| found.path.as_path())
            .collect();
        let files = names_of_files(manifest);
        let is_file = |path: &Path| path.strip_prefix(&prefix).is_ok_and(|path| files.contains(path));
        let lacks_bytes = |Finding { path, fault }: &&Finding| match fault {
            Fault::Mode { .. } | Fault::Added(_) => false,
            Fault::Unreadable(_) => is_file(path) && !modes.contains(path.as_path()),
            _ => true,
        };
        let lacking = self.check.findings.iter().filter(lacks_bytes);
        let needed: HashSet<&Path> =
            lacking.filter_map(|finding| finding.path.strip_prefix(&prefix).ok()).collect();
        let is_needed =
            |record: &&FileRecord| Path::new(&record.path).ancestors().any(|path| needed.contains(path));
        let records = manifest.files.iter().filter(is_needed);
        self.wanted = records.map(|record| (record.path.clone(), record.clone())).collect();
    }

    /// Takes what can be had from other installed toolchains: files with the same path and the same hash.
    ///
    /// Invariant: two manifests agree on such a file, so one damaged line cannot put it under a wrong name.
    pub fn take_from_others(&mut self, store: &Store, progress: &dyn Progress) -> Result<Taken, StoreError> {
        let mut taken = Taken::default();
        for version in store.installed()? {
            if self.wanted.is_empty() || version == self.check.version {
                continue;
            }
            let Some((path, _)) = store.manifest_file(version) else { continue };
            // A toolchain that is damaged itself is asked for as much as it has.
            let Ok(records) = Manifest::records(&path) else { continue };
            let Ok(root) = HeldDir::open(&store.layout.tree(version)) else { continue };
            for record in records {
                if self.wanted.get(&record.path) == Some(&record) {
                    stop_if(progress)?;
                    taken.note(self.take(&root, &record)?);
                }
            }
        }
        Ok(taken)
    }

    /// Takes everything that is still wanted from a staged toolchain, and its manifest where ours is not sound.
    pub fn take_from_staged(
        &mut self,
        store: &Store,
        staged: &Staged,
        progress: &dyn Progress,
    ) -> Result<Taken, StoreError> {
        let path = staged.staging.manifest();
        let truth = Manifest::read(&path)?;
        if self.check.manifest.as_ref().is_none_or(|known| !known.tells_the_same_as(&truth)) {
            let new = self.place.unused("manifest");
            self.copy_manifest(&path, &new)?;
            self.manifest = Some((new, truth.provenance.is_unofficial()));
            // What was ready by a manifest that lied may be of the wrong kind.
            self.ready.clear();
            self.check.findings = store.verify_against(&truth, progress)?;
            self.check.manifest = Some(truth);
            self.want();
        }
        let root = staged.staging.tree();
        let root = HeldDir::open(&root).map_err(|e| DiskError::new("open", &root, e))?;
        let mut taken = Taken::default();
        let mut wanted: Vec<FileRecord> = self.wanted.values().cloned().collect();
        wanted.sort_by(|a, b| a.path.cmp(&b.path));
        for record in wanted {
            stop_if(progress)?;
            taken.note(self.take(&root, &record)?);
        }
        Ok(taken)
    }

    fn copy_manifest(&self, from: &Path, to: &Path) -> Result<(), DiskError> {
        let mut source = File::open(from).map_err(|e| DiskError::new("open", from, e))?;
        let mut target = self.place.disk().write_unsynced(to, b"")?;
        io::copy(&mut source, &mut target).map_err(|e| DiskError::new("write", to, e))?;
        Ok(())
    }

    /// Copies one file from a tree, and keeps the copy only if it has the hash that it should have.
    fn take(&mut self, root: &HeldDir, record: &FileRecord) -> Result<Option<u64>, StoreError> {
        let path = Path::new(&record.path);
        let parent = root.reach(path.parent().unwrap_or(Path::new("")));
        let source = parent.and_then(|parent| parent.file(path.file_name().unwrap_or_default()));
        let Ok(source) = source else { return Ok(None) };
        if !source.metadata().is_ok_and(|meta| meta.is_file() && meta.len() == record.size) {
            return Ok(None);
        }
        let copy = self.place.unused("copy");
        let disk = self.place.disk();
        let target = disk.write_unsynced(&copy, b"")?;
        let Some(found) = copy_and_hash(source, &target).map_err(|e| DiskError::new("write", &copy, e))?
        else {
            return Ok(None);
        };
        if found != record.sha256 {
            return Ok(None);
        }
        disk.set_file_mode(&target, &copy, record.mode)?;
        self.ready.insert(record.path.clone(), copy);
        self.wanted.remove(&record.path);
        Ok(Some(record.size))
    }

    /// Makes what is ready durable, which comes before anything is put in place.
    pub fn settle(self) -> Result<SettledMending, StoreError> {
        if !self.ready.is_empty() || self.manifest.is_some() {
            self.place.sync()?;
        }
        Ok(SettledMending(self))
    }

    /// Sorts what was found by directory, parents first.
    fn plan(&self) -> BTreeMap<PathBuf, DirPlan> {
        let mut plan: BTreeMap<PathBuf, DirPlan> = BTreeMap::new();
        let Some(manifest) = &self.check.manifest else { return plan };
        let files = names_of_files(manifest);
        let prefix = Path::new("versions").join(self.check.version.toolchain());
        for Finding { path, fault } in &self.check.findings {
            let Ok(path) = path.strip_prefix(&prefix) else { continue };
            let (parent, name) = split(path);
            match fault {
                Fault::Mode { .. } | Fault::Unreadable(_) if !files.contains(path) => {
                    // Every directory that is worked on gets its mode in the end.
                    plan.entry(path.to_owned()).or_default();
                }
                Fault::Mode { expected, .. } => {
                    plan.entry(parent).or_default().modes.push((name, *expected));
                }
                Fault::Added(found) | Fault::Kind { found, .. } => {
                    plan.entry(parent).or_default().out.push((name, *found));
                }
                _ => {}
            }
        }
        for (path, copy) in &self.ready {
            let path = Path::new(path);
            let (parent, name) = split(path);
            plan.entry(parent.clone()).or_default().files.push((name, copy.clone()));
            for directory in parent.ancestors().filter(|path| !path.as_os_str().is_empty()) {
                let (above, name) = split(directory);
                let subdirs = &mut plan.entry(above).or_default().subdirs;
                if !subdirs.contains(&name) {
                    subdirs.push(name);
                }
            }
        }
        plan
    }
}

impl Taken {
    /// Adds what was taken elsewhere.
    pub fn add(&mut self, other: Taken) {
        self.files += other.files;
        self.bytes += other.bytes;
    }

    fn note(&mut self, bytes: Option<u64>) {
        self.files += usize::from(bytes.is_some());
        self.bytes += bytes.unwrap_or(0);
    }
}

fn stop_if(progress: &dyn Progress) -> Result<(), StoreError> {
    if progress.cancelled() { Err(StoreError::Interrupted) } else { Ok(()) }
}

fn split(path: &Path) -> (PathBuf, OsString) {
    (path.parent().unwrap_or(Path::new("")).to_owned(), path.file_name().unwrap_or_default().to_owned())
}

/// The names below a tree that are files; all others that a check tells of are directories.
fn names_of_files(manifest: &Manifest) -> HashSet<&Path> {
    manifest.files.iter().map(|file| Path::new(&file.path)).collect()
}

/// Returns the hash of what was copied; `None` if the source could not be read.
fn copy_and_hash(mut source: File, mut target: &File) -> io::Result<Option<Sha256>> {
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; BLOCK];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(Some(Sha256::new(hash.finalize().into()))),
            Ok(length) => {
                hash.update(&buffer[..length]);
                target.write_all(&buffer[..length])?;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Ok(None),
        }
    }
}

impl Writer<'_> {
    /// Puts what is ready in place; what should not be there is moved out of sight and deleted with the staging.
    ///
    /// The caller drops the mending, and with it what was moved out, when the lock is free again.
    pub fn mend(&self, SettledMending(mending): &SettledMending) -> Result<(), StoreError> {
        let version = mending.check.version;
        if !self.store.has(version) {
            return Err(StoreError::NotInstalled(version));
        }
        if !self.is_as_it_was(&mending.check) {
            // Another process was faster. The caller looks again.
            return Ok(());
        }
        if let Some((new, mark)) = &mending.manifest {
            self.disk().publish_over(new, &self.store.layout.manifest(version, *mark))?;
        }
        let tree = self.store.layout.tree(version);
        let plan = mending.plan();
        // The lock is held: one flush of everything takes less than hundreds of small ones.
        let is_flushed_at_once = plan.len() > MOST_SYNCED_ALONE;
        for (path, plan) in plan {
            let held = self.mend_directory(&tree, &path, plan, &mending.place)?;
            if !is_flushed_at_once {
                self.disk().sync_held(&held)?;
            }
        }
        if is_flushed_at_once {
            self.disk().sync_tree(&tree)?;
        }
        Ok(())
    }

    /// Whether nobody has replaced the manifest since it was looked at.
    fn is_as_it_was(&self, check: &TreeCheck) -> bool {
        match (&check.source, self.store.manifest_file(check.version)) {
            (Some(file), Some((path, _))) => disk::is_still_named(file, &path),
            (None, now) => now.is_some() == check.mark.is_some(),
            (Some(_), None) => false,
        }
    }

    fn mend_directory(
        &self,
        tree: &Path,
        path: &Path,
        plan: DirPlan,
        place: &Staging,
    ) -> Result<HeldDir, StoreError> {
        let disk = self.disk();
        let mut held = HeldDir::open(tree).map_err(|e| DiskError::new("open", tree, e))?;
        for name in path.components() {
            held = disk.hold_subdir(&held, name.as_os_str())?;
        }
        let shown = tree.join(path);
        let wrap = |e| DiskError::new("look at", &shown, e);
        let mode = if path.as_os_str().is_empty() { 0o755 } else { 0o555 };
        if held.mode().map_err(wrap)? & 0o700 != 0o700 {
            disk.set_mode(&held, 0o755)?;
        }
        for (name, kind) in &plan.out {
            self.put_out(&held, name, *kind, &place.unused("out"))?;
        }
        for name in &plan.subdirs {
            let found = held.entry(name).map_err(wrap)?;
            if found.is_none() {
                disk.create_dir_in(&held, name)?;
            }
        }
        for (name, mode) in &plan.modes {
            // Invariant: no link; and it is a file, or the check would have called it something else.
            if held.entry(name).map_err(wrap)?.is_some_and(|entry| entry.kind == Kind::File) {
                disk.set_mode_in(&held, name, *mode)?;
            }
        }
        for (name, copy) in &plan.files {
            disk.move_into(copy, &held, name)?;
        }
        if held.mode().map_err(wrap)? != mode {
            disk.set_mode(&held, mode)?;
        }
        Ok(held)
    }

    /// Moves a name out of the tree into staging, from where it is deleted without the lock.
    fn put_out(&self, held: &HeldDir, name: &OsStr, kind: Kind, to: &Path) -> Result<(), StoreError> {
        let found = held.entry(name).map_err(|e| DiskError::new("look at", Path::new(name), e))?;
        // What is something else by now was put right by another repair.
        let Some(entry) = found.filter(|entry| entry.kind == kind) else { return Ok(()) };
        if entry.kind == Kind::Directory && entry.mode & 0o200 == 0 {
            // A directory that may not be written to cannot be moved to another parent.
            self.disk().set_mode_in(held, name, 0o755)?;
        }
        Ok(self.disk().move_out(held, name, to)?)
    }
}
