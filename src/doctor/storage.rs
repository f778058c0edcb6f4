//! The store: whether it is whole, safe to write to, and has room.

use std::os::unix::fs::MetadataExt as _;

use super::fix::MOST_NAMED;
use super::{Doctor, Finding, Fix};
use crate::disk;
use crate::model::GoVersion;
use crate::shell::Shell;
use crate::store;

/// An install takes about 250 MB, and its archive 70.
const LITTLE_SPACE: u64 = 350_000_000;
/// A Go tree has over ten thousand files.
const FEW_INODES: u64 = 20_000;
/// More lines of evidence help nobody.
const MOST_EVIDENCE: usize = 10;

pub(super) fn check(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let root = doctor.gvm.store.layout().root();
    match std::fs::metadata(root) {
        Ok(meta) if meta.is_dir() => {}
        Ok(_) => {
            let says = format!("`{}` is no directory", root.display());
            return findings
                .push(Finding::error("store-unusable", says).mend("set GVM_RS_HOME to another directory"));
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let says = format!("there is no store yet at `{}`", root.display());
            return findings.push(Finding::note("store-absent", says).mend("run `gvm-rs use latest`"));
        }
        Err(e) => {
            return findings
                .push(Finding::error("store-unusable", format!("cannot look at `{}`: {e}", root.display())));
        }
    }
    safety(doctor, findings);
    room(doctor, findings);
    structure(doctor, findings);
    leftovers(doctor, findings);
    current(doctor, findings);
}

/// Whose it is, and who may write to it: whoever can replace `go` can be you.
fn safety(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let user = rustix::process::geteuid().as_raw();
    let (mut open, mut foreign) = (Vec::new(), Vec::new());
    for path in doctor.gvm.store.decisive_paths() {
        let Ok(meta) = std::fs::metadata(&path) else { continue };
        // For root to look at another user's store is no fault of the store.
        if user != 0 && meta.uid() != user && meta.uid() != 0 {
            foreign.push(format!("`{}` belongs to user {}", path.display(), meta.uid()));
        }
        // Where the sticky bit is set they can add names, and that is enough.
        if meta.mode() & 0o022 != 0 {
            open.push((path, meta.mode() & 0o7777, meta.uid() == user || user == 0));
        }
    }
    if !foreign.is_empty() {
        let says = "the store belongs to another user, who decides what your `go` is";
        findings.push(
            Finding::warning("store-owner", says)
                .with_all(foreign.into_iter().take(MOST_EVIDENCE))
                .mend("set GVM_RS_HOME to a directory of your own"),
        );
    }
    if !open.is_empty() {
        let is_mendable = open.iter().all(|(_, _, is_own)| *is_own);
        let number = open.len();
        let lines = open.iter().map(|(path, mode, _)| format!("`{}` has mode {mode:o}", path.display()));
        let more = (number > MOST_EVIDENCE).then(|| format!("and {} more", number - MOST_EVIDENCE));
        let evidence: Vec<String> = lines.take(MOST_EVIDENCE).chain(more).collect();
        let fix = Fix::Modes(open.into_iter().map(|(path, ..)| path).collect());
        let finding =
            Finding::error("store-writable", "other users may write to the store, and so replace your `go`");
        let mend = match number {
            0..=MOST_NAMED => fix.says(),
            _ => {
                let root = doctor.gvm.store.layout().root().to_string_lossy();
                format!("run `chmod -R go-w {}`", Shell::Sh.quote(&root))
            }
        };
        findings.push(finding.with_all(evidence).mend(mend).fix(is_mendable.then_some(fix)));
    }
}

fn room(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let root = doctor.gvm.store.layout().root();
    let Ok(space) = doctor.gvm.store.disk().space(root) else { return };
    let place = format!("`{}`", root.display());
    if space.noexec {
        let says = format!("{place} is on a file system mounted noexec: no `go` in it can be started");
        let mend = "set GVM_RS_HOME to a directory elsewhere, or have the file system mounted with `exec`";
        findings.push(Finding::error("store-noexec", says).mend(mend));
    }
    if space.read_only {
        let says =
            format!("{place} is on a file system mounted read-only: nothing can be installed or switched");
        findings.push(
            Finding::warning("store-read-only", says).mend("have it mounted writable, or set GVM_RS_HOME"),
        );
        return;
    }
    let is_scarce = space.bytes < LITTLE_SPACE || space.inodes.is_some_and(|inodes| inodes < FEW_INODES);
    if is_scarce {
        let inodes = space.inodes.map(|inodes| format!(" and {inodes} inodes")).unwrap_or_default();
        let says =
            format!("{} MB{inodes} are free at {place}: less than an install takes", space.bytes / 1_000_000);
        let mend = "run `gvm-rs prune`, `gvm-rs prune --trash` or `gvm-rs cache clean`";
        findings.push(Finding::warning("store-space", says).mend(mend));
    }
}

/// What `verify` finds without reading the toolchains.
fn structure(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let found = match doctor.gvm.lasting_findings() {
        Ok(found) => found,
        Err(error) => {
            let says = format!("the store cannot be read: {}", with_cause(&error));
            return findings.push(Finding::error("store-unusable", says));
        }
    };
    // The insides of toolchains, and the trees themselves, come back by `repair` alone.
    let (of_toolchains, own): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|finding| finding.path.starts_with("versions") || finding.path.starts_with("manifests"));
    let line = |finding: &store::Finding| {
        let detail = finding.fault.to_string();
        let detail = if detail.is_empty() { detail } else { format!(" ({detail})") };
        format!("{}: `{}`{detail}", finding.fault.name(), finding.path.display())
    };
    if !own.is_empty() {
        let says = format!("the store is damaged in {}", places(own.len()));
        let finding =
            Finding::error("store-damaged", says).with_all(own.iter().take(MOST_EVIDENCE).map(line));
        findings.push(finding.mend("run `gvm-rs repair`").fix(Fix::Structure));
    }
    if !of_toolchains.is_empty() {
        let says = format!("toolchains are damaged in {}", places(of_toolchains.len()));
        let lines = of_toolchains.iter().take(MOST_EVIDENCE).map(line);
        let finding = Finding::error("toolchain-damaged", says).with_all(lines);
        findings.push(finding.mend("run `gvm-rs repair --all`, which may have to download"));
    }
}

fn places(number: usize) -> String {
    if number == 1 { "one place".to_owned() } else { format!("{number} places") }
}

fn leftovers(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let left = doctor.gvm.store.leftovers().unwrap_or_default();
    if left.is_empty() {
        return;
    }
    let says = "a command that was killed has left something behind, which harms nothing";
    let lines = left.iter().take(MOST_EVIDENCE).map(|path| format!("`{}`", path.display()));
    let finding = Finding::note("store-leftovers", says).with_all(lines);
    findings.push(finding.mend("the next command that writes sweeps it").fix(Fix::Sweep));
}

fn current(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let store = doctor.gvm.store;
    if let Ok(Some(current)) = store.current() {
        return findings.extend(unnamed(doctor, current.version, findings));
    }
    let (Ok(None), Ok(installed)) = (store.current(), store.installed()) else { return };
    // A lost link is told as damage.
    if findings.iter().any(|finding| finding.id == "store-damaged") {
        return;
    }
    match installed.first() {
        Some(newest) => {
            let finding =
                Finding::warning("nothing-current", "toolchains are installed, and none of them is current");
            findings.push(finding.mend(format!("run `gvm-rs use {newest}`")));
        }
        None => findings.push(
            Finding::note("nothing-installed", "no toolchain is installed yet")
                .mend("run `gvm-rs use latest`"),
        ),
    }
}

/// cmd/go and the tools beside it take the release that they are from the file VERSION.
fn unnamed(doctor: &Doctor<'_>, version: GoVersion, findings: &[Finding]) -> Option<Finding> {
    let file = doctor.gvm.store.layout().tree(version).join("VERSION");
    let text = disk::read_capped(&file, 4096, true);
    let is_told = findings.iter().any(|finding| finding.id == "toolchain-damaged");
    let is_sound = text.as_ref().is_ok_and(|text| text.starts_with(b"go") || text.starts_with(b"devel"));
    if is_told || is_sound {
        return None;
    }
    let says = format!("{}, which is current, does not say which release it is", version.toolchain());
    let why = text.map_or_else(|error| error.to_string(), |_| "it names no release".to_owned());
    let finding = Finding::error("toolchain-damaged", says).with(format!("`{}`: {why}", file.display()));
    Some(finding.mend("run `gvm-rs repair`, which may have to download"))
}

/// An error with the reason behind it.
pub(super) fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) if !error.to_string().ends_with(&cause.to_string()) => {
            format!("{error}: {}", with_cause(cause))
        }
        _ => error.to_string(),
    }
}
