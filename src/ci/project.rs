//! The files of a project held against each other, against the releases that are known and against what is installed.

use std::path::{Path, PathBuf};

use super::finding::{Finding, Place, Rule};
use crate::model::{GoLine, GoLines, GoVersion, Index, ToolchainLine, VersionFile, VersionRequest};
use crate::preflight::{self, Host, Verdict};
use crate::project::{self, Answer, File, LookupError, Wish, Workspace};
use crate::store::{Store, StoreError};

/// What is known of releases and of this machine.
pub struct Known<'a> {
    /// What is installed.
    pub store: &'a Store,
    /// The releases there are, as far as that is known here.
    pub index: &'a Index,
    /// This machine.
    pub host: &'a Host,
}

/// What came of a project.
#[derive(Debug)]
pub struct Project {
    /// What it asks for, if it does.
    pub wish: Option<Wish>,
    /// The release that this means: what is installed, or else the newest that is known.
    pub version: Option<GoVersion>,
    /// Whether that is installed.
    pub is_installed: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// A pin: the file, the line and what it asks for.
type Pin<'a> = (&'a File, usize, &'a VersionRequest);

/// Checks the project that a directory belongs to.
pub fn check(directory: &Path, workspace: &Workspace, known: &Known<'_>) -> Result<Project, StoreError> {
    let (mut files, mut findings) = (Vec::new(), Vec::new());
    for file in project::files(directory, workspace) {
        match file {
            Ok(file) => files.push(file),
            Err(error) => findings.push(unreadable(&error)),
        }
    }
    let pins: Vec<Pin<'_>> = files
        .iter()
        .filter_map(|file| file.pin.as_ref().map(|(line, request)| (file, *line, request)))
        .collect();
    let candidates = candidates(known)?;
    findings.extend(disagreements(&pins, &candidates));
    // As for cmd/go, the go.work speaks for the modules.
    let demand = files.iter().find(|file| file.lines.is_some());
    if let (Some(pin), Some(demand)) = (pins.first(), demand) {
        findings.extend(shortfall(*pin, demand, &candidates));
    }
    findings.extend(pins.iter().filter_map(|pin| unknown_release(*pin, known.index)));
    findings.extend(workspaces(&files));
    // What cannot be read is told already.
    let wish = project::find(directory, workspace).unwrap_or_default();
    let mut project = Project { wish, version: None, is_installed: false, findings };
    project.hold_against_machine(demand, &candidates, known)?;
    Ok(project)
}

impl Project {
    fn hold_against_machine(
        &mut self,
        demand: Option<&File>,
        candidates: &[GoVersion],
        known: &Known<'_>,
    ) -> Result<(), StoreError> {
        let Some(wish) = &self.wish else { return Ok(()) };
        let name = name_of(&wish.path);
        let place = || Some(Place { path: wish.path.clone(), line: None });
        let mut missing = |message| {
            self.findings.push(Finding { rule: Rule::NotInstalled, message, place: place() });
        };
        let installed = match wish.answer(known.store)? {
            Answer::Current(version) | Answer::Installed(version) => Some(version),
            Answer::Missing => {
                missing(format!("no installed toolchain is what {name} asks for ({})", wish.request));
                None
            }
        };
        let needs = demand.and_then(|file| Some((file, file.lines?.go?)));
        if let (Some(version), Some((file, go))) = (installed, needs)
            && !go.admits(version)
            && best(&wish.request, candidates).is_some_and(|best| go.admits(best))
        {
            let (newest, needed) = (version.toolchain(), name_of(&file.path));
            missing(format!("{newest} is the newest installed that {name} admits, and {needed} needs {go}"));
        }
        self.is_installed = installed.is_some();
        self.version = installed.or_else(|| best(&wish.request, candidates));
        if let Some(version) = self.version {
            let check = preflight::system(version, known.host);
            if check.verdict == Verdict::NotMet {
                let message = format!("{} will not run here: {}", version.toolchain(), check.finding);
                self.findings.push(Finding { rule: Rule::WillNotRun, message, place: place() });
            }
        }
        Ok(())
    }
}

/// Every release that is known here or installed.
fn candidates(known: &Known<'_>) -> Result<Vec<GoVersion>, StoreError> {
    let mut versions = known.store.installed()?;
    versions.extend(known.index.releases().iter().map(|release| release.version));
    Ok(versions)
}

/// The release that a request means; one that is named exactly need not be known.
fn best(request: &VersionRequest, candidates: &[GoVersion]) -> Option<GoVersion> {
    match request {
        VersionRequest::Exact(version) => Some(*version),
        _ => request.select_among(candidates.iter().copied()),
    }
}

fn unreadable(error: &LookupError) -> Finding {
    let (path, line, cause) = match error {
        LookupError::Unreadable { path, source } => (path, None, source.to_string()),
        LookupError::Malformed { path, source } => {
            let cause =
                std::error::Error::source(source).map(|cause| format!(": {cause}")).unwrap_or_default();
            (path, source.line(), format!("{source}{cause}"))
        }
    };
    let place = Some(Place { path: path.clone(), line });
    Finding { rule: Rule::Unreadable, message: format!("{error}: {cause}"), place }
}

/// Pins of one directory that no release can satisfy together with the first of them. One directory may well ask for
/// another Go than the one above it.
fn disagreements(pins: &[Pin<'_>], candidates: &[GoVersion]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, (file, line, request)) in pins.iter().enumerate() {
        let first = pins[..number].iter().find(|(first, _, _)| first.path.parent() == file.path.parent());
        let Some((first, _, chosen)) = first.filter(|(_, _, chosen)| !agree(chosen, request, candidates))
        else {
            continue;
        };
        let message = format!(
            "{} asks for {request}, and {}, which gvm-rs reads first, for {chosen}",
            file.kind, first.kind
        );
        let place = Some(Place { path: file.path.clone(), line: Some(*line) });
        findings.push(Finding { rule: Rule::PinsDisagree, message, place });
    }
    findings
}

fn agree(one: &VersionRequest, other: &VersionRequest, candidates: &[GoVersion]) -> bool {
    // `latest` and its like mean one release of all, a line or a range any of several.
    let means = |request: &VersionRequest, version: GoVersion| match request {
        VersionRequest::Latest | VersionRequest::OldStable | VersionRequest::Rc => {
            best(request, candidates) == Some(version)
        }
        _ => request.admits(version),
    };
    let exact = [one, other].into_iter().filter_map(|request| match request {
        VersionRequest::Exact(version) => Some(*version),
        _ => None,
    });
    let mut all = candidates.iter().copied().chain(exact);
    one == other || all.any(|version| means(one, version) && means(other, version))
}

/// What is pinned and older than the module needs.
fn shortfall(pin: Pin<'_>, demand: &File, candidates: &[GoVersion]) -> Option<Finding> {
    let (file, line, request) = pin;
    let GoLines { go, toolchain } = demand.lines?;
    let version = best(request, candidates)?;
    let pinned = match request {
        VersionRequest::Exact(_) => version.toolchain(),
        request => format!("{request} ({} at best)", version.toolchain()),
    };
    let needing = name_of(&demand.path);
    let finding = |rule, message| {
        Some(Finding { rule, message, place: Some(Place { path: file.path.clone(), line: Some(line) }) })
    };
    if let Some(go) = go.filter(|go| !go.admits(version)) {
        let message = format!("{} pins {pinned}, which is older than go {go} of {needing}", file.kind);
        return finding(Rule::PinTooOld, message);
    }
    match toolchain {
        Some(ToolchainLine::Release(named)) if named > version => {
            let named = named.toolchain();
            let message = format!(
                "{} pins {pinned}, which is older than the toolchain line of {needing}: unless GOTOOLCHAIN is local, Go \
                 runs {named} instead",
                file.kind
            );
            finding(Rule::ToolchainAbove, message)
        }
        _ => None,
    }
}

/// A release that is named and not known, while a later one of its line is.
fn unknown_release(pin: Pin<'_>, index: &Index) -> Option<Finding> {
    let (file, line, request) = pin;
    let VersionRequest::Exact(version) = request else { return None };
    // A line ends when the second one after it begins.
    let is_over = |known: GoVersion| known.is_stable() && known.lang() > version.lang().next();
    let is_later = |known: GoVersion| (known.lang() == version.lang() && known > *version) || is_over(known);
    let is_past = index.releases().iter().any(|release| is_later(release.version));
    (index.find(*version).is_none() && is_past).then(|| Finding {
        rule: Rule::UnknownRelease,
        message: format!("{} pins {version}, and there is no such release", file.kind),
        place: Some(Place { path: file.path.clone(), line: Some(line) }),
    })
}

/// Modules of a go.work that need a newer Go than it says, which cmd/go refuses.
fn workspaces(files: &[File]) -> Vec<Finding> {
    let Some(work) = files.iter().find(|file| file.kind == VersionFile::GoWork) else { return Vec::new() };
    // Without a `go` line cmd/go takes 1.18.
    let said = work.lines.and_then(|lines| lines.go).or_else(|| "1.18".parse().ok().map(GoLine::Lang));
    let Some(said) = said else { return Vec::new() };
    let modules = files.iter().filter(|file| file.kind == VersionFile::GoMod);
    let used = modules
        .filter(|module| module.path.parent().is_some_and(|dir| work.used.iter().any(|used| used == dir)));
    let newer = used.filter_map(|module| {
        let go = module.lines?.go.filter(|go| is_strict(*go) && is_newer(*go, said))?;
        let work_name = name_of(&work.path);
        Some(Finding {
            rule: Rule::WorkTooOld,
            message: format!(
                "{} needs go {go}, and {work_name}, which uses it, says go {said}",
                name_of(&module.path)
            ),
            place: Some(Place { path: work.path.clone(), line: work.at[0] }),
        })
    });
    newer.collect()
}

/// Whether cmd/go insists on such a line, as it does from 1.21 on.
fn is_strict(line: GoLine) -> bool {
    match line {
        GoLine::Lang(lang) => !lang.is_also_a_release(),
        GoLine::Release(version) => !version.lang().is_also_a_release(),
    }
}

/// cmd/go's order of lines: 1.22 < 1.22rc1 < 1.22.0.
fn is_newer(one: GoLine, other: GoLine) -> bool {
    match (one, other) {
        (GoLine::Lang(one), GoLine::Lang(other)) => one > other,
        (GoLine::Release(one), GoLine::Lang(other)) if other.is_also_a_release() => {
            one > other.first_release()
        }
        (GoLine::Release(one), GoLine::Lang(other)) => one.lang() >= other,
        (one, GoLine::Release(other)) => !one.admits(other),
    }
}

/// A file as people call it: with the directory that it is in, unless that is the only thing to say.
fn name_of(path: &Path) -> String {
    let parts: PathBuf = path.components().rev().take(2).collect::<Vec<_>>().into_iter().rev().collect();
    format!("`{}`", parts.display())
}
