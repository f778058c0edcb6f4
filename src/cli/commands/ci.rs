//! `ci`: what build servers call. `ci check` holds files and nodes against each other, `ci env` says where Go is.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gvm_rs::catalog;
use gvm_rs::ci::{self, Admission, Finding, Known, Level, Place, Project, Variables};
use gvm_rs::model::{GoVersion, Index, VersionRequest};
use gvm_rs::net::escaped;
use gvm_rs::preflight::Host;
use gvm_rs::project::{self, Answer};
use serde_json::{Value, json};

use super::session::Session;
use crate::cli::args::{Ci, CiAction, CiCheck, CiEnv, FailOn, Format, Server};
use crate::cli::config::{Config, current_directory, variable};
use crate::cli::report::Failure;
use crate::cli::ui::{Ui, input};

pub(crate) fn run(args: &Ci, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    match &args.action {
        CiAction::Check(args) => check(args, config, ui),
        CiAction::Env(args) => env(args, config, ui),
    }
}

/// What was found, in each form.
struct Report {
    findings: Vec<Finding>,
    /// What comes before the findings, for people.
    summary: String,
    value: Value,
}

fn check(args: &CiCheck, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let index = catalog::known(gvm.store, &gvm.settings.platform, gvm.settings.index.as_ref());
    let report = match &args.nodes {
        Some(nodes) => check_nodes(nodes, args.go.as_deref(), &session, config, &index)?,
        None => check_projects(&args.directories, &session, config, &index)?,
    };
    let base = base()?;
    let is_github = variable("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    let usual = if is_github { Format::Github } else { Format::Human };
    match args.format.unwrap_or(if args.output.json { Format::Json } else { usual }) {
        Format::Human => ui.result(in_lines(&report, &base)),
        Format::Github => ui.result(report.summary.clone() + &ci::annotations(&report.findings, &base)),
        Format::Json => ui.json(&report.value),
        Format::Sarif => ui.json(&ci::sarif(&report.findings, &base)),
    }
    let count = |level| report.findings.iter().filter(|finding| finding.level() == level).count();
    match (count(Level::Error), count(Level::Warning)) {
        (0, 0) => Ok(ExitCode::SUCCESS),
        (0, _) if args.fail_on == FailOn::Error => Ok(ExitCode::SUCCESS),
        (errors, warnings) => Err(Failure::Checked { errors, warnings }),
    }
}

/// The top of the checkout, from which paths are shown.
fn base() -> Result<PathBuf, Failure> {
    let here = current_directory()?;
    let workspace = variable("GITHUB_WORKSPACE").map(PathBuf::from);
    let workspace = workspace.and_then(|path| path.canonicalize().ok()).filter(|path| here.starts_with(path));
    let top = || here.ancestors().find(|directory| directory.join(".git").exists());
    Ok(workspace.or_else(|| top().map(Path::to_owned)).unwrap_or(here))
}

fn check_projects(
    directories: &[PathBuf],
    session: &Session,
    config: &Config,
    index: &Index,
) -> Result<Report, Failure> {
    let here = current_directory()?;
    let directories: Vec<PathBuf> = match directories {
        [] => vec![here],
        typed => typed
            .iter()
            .map(|typed| {
                // What is no directory has nothing in it either.
                let directory =
                    here.join(typed).canonicalize().and_then(|path| path.read_dir().map(|_| path));
                directory.map_err(|e| Failure::NoSuchDirectory(typed.clone(), e))
            })
            .collect::<Result<_, _>>()?,
    };
    let host = session.settings.host.clone().unwrap_or_else(|| Host::here(session.settings.platform));
    let known = Known { store: session.gvm().store, index, host: &host };
    let workspace = config.workspace()?;
    let mut report = Report { findings: Vec::new(), summary: String::new(), value: Value::Null };
    let mut values = Vec::new();
    for directory in directories {
        let project = ci::check(&directory, &workspace, &known)?;
        if project.wish.is_none() && project.findings.is_empty() {
            return Err(Failure::NoProject);
        }
        report.summary += &format!("{}\n", escaped(&summary(&directory, &project)));
        values.push(json!({
            "directory": directory.to_string_lossy(),
            "file": project.wish.as_ref().map(|wish| wish.path.to_string_lossy()),
            "asks_for": project.wish.as_ref().map(|wish| wish.request.to_string()),
            "version": project.version,
            "installed": project.is_installed,
            "findings": project.findings.iter().map(finding_json).collect::<Vec<_>>(),
        }));
        // A go.work, or a pin above, may be that of several.
        for finding in project.findings {
            if !report.findings.contains(&finding) {
                report.findings.push(finding);
            }
        }
    }
    report.value = json!({"passed": passed(&report.findings), "projects": values});
    Ok(report)
}

fn summary(directory: &Path, project: &Project) -> String {
    let directory = directory.display();
    let Some(wish) = &project.wish else { return format!("{directory}: no file names a Go version") };
    let file = wish.path.file_name().unwrap_or_default().to_string_lossy();
    let state = if project.is_installed { "installed" } else { "not installed" };
    match project.version {
        Some(version) => {
            format!("{directory}: {file} asks for {}: {}, {state}", wish.request, version.toolchain())
        }
        None => format!("{directory}: {file} asks for {}", wish.request),
    }
}

fn check_nodes(
    document: &Path,
    typed: Option<&str>,
    session: &Session,
    config: &Config,
    index: &Index,
) -> Result<Report, Failure> {
    let is_input = document == Path::new("-");
    let nodes = match is_input {
        true => ci::read_nodes(input())?,
        false => {
            let file = File::open(document).map_err(|e| Failure::NoSuchFile(document.to_owned(), e))?;
            ci::read_nodes(file)?
        }
    };
    let (version, pin) = release(typed, session, config, index)?;
    let admission = ci::admit(version, &nodes, index);
    let file = || current_directory().ok().map(|here| here.join(document)).filter(|_| !is_input);
    let place = pin.or_else(file).map(|path| Place { path, line: None });
    let (all, refusing) = admission.counts();
    let toolchain = version.toolchain();
    let summary = match refusing {
        0 if all == 1 => format!("{toolchain} runs on the one node there is\n"),
        0 => format!("{toolchain} runs on all {all} nodes\n"),
        _ => {
            let newest = admission.newest.map(|newest| format!("; the newest that all admit is {newest}"));
            format!("{toolchain} is not admitted: {refusing} of {all} nodes{}\n", newest.unwrap_or_default())
        }
    };
    let findings = admission.findings(place.as_ref());
    Ok(Report { value: admission_json(&admission), summary, findings })
}

/// The release that is meant, and the file that names it.
fn release(
    typed: Option<&str>,
    session: &Session,
    config: &Config,
    index: &Index,
) -> Result<(GoVersion, Option<PathBuf>), Failure> {
    let gvm = session.gvm();
    let (request, pin) = match typed {
        Some(typed) => (typed.parse::<VersionRequest>()?, None),
        None => {
            let wish =
                project::find(&current_directory()?, &config.workspace()?)?.ok_or(Failure::NoProject)?;
            if let Answer::Current(version) | Answer::Installed(version) = wish.answer(gvm.store)? {
                return Ok((version, Some(wish.path)));
            }
            (wish.request, Some(wish.path))
        }
    };
    let known = || request.select_among(index.releases().iter().map(|release| release.version));
    let version = match &request {
        VersionRequest::Exact(version) => Some(*version),
        VersionRequest::Previous => gvm.installed(&request)?,
        _ => known().or(gvm.installed(&request)?),
    };
    Ok((version.ok_or_else(|| Failure::NoMatch(request.to_string()))?, pin))
}

fn in_lines(report: &Report, base: &Path) -> String {
    let mut text = report.summary.clone();
    for finding in &report.findings {
        let place = finding.place.as_ref().map(|place| {
            let path = place.path.strip_prefix(base).unwrap_or(&place.path).display();
            let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
            format!("{path}{line}: ")
        });
        let (level, id) = (finding.level().name(), finding.rule.id());
        let line = format!("  {level:<7}  {}{} ({id})", place.unwrap_or_default(), finding.message);
        text += &format!("{}\n", escaped(&line));
    }
    text
}

fn passed(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.level() != Level::Error)
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule.id(),
        "level": finding.level().name(),
        "message": escaped(&finding.message).to_string(),
        "file": finding.place.as_ref().map(|place| place.path.to_string_lossy()),
        "line": finding.place.as_ref().and_then(|place| place.line),
    })
}

fn admission_json(admission: &Admission) -> Value {
    let (all, refusing) = admission.counts();
    let groups = admission.groups.iter().map(|group| {
        json!({
            "platform": group.platform,
            "kernel": group.kernel,
            "verdict": group.verdict().name(),
            "admits": group.is_met(),
            "nodes": group.nodes,
            "checks": group.checks.iter().map(super::preflight::check_json).collect::<Vec<_>>(),
        })
    });
    json!({
        "passed": admission.is_admitted(),
        "version": admission.version,
        "nodes": all,
        "refusing": refusing,
        "newest": admission.newest,
        "groups": groups.collect::<Vec<_>>(),
    })
}

fn env(args: &CiEnv, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open(config, ui)?;
    let version = chosen(args.spec.as_deref(), &session, config)?;
    let variables = variables(version, &session, config)?;
    if args.output.json {
        let values: serde_json::Map<String, Value> =
            variables.values.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        ui.json(&json!({"version": version, "path": variables.path, "env": values}));
        return Ok(ExitCode::SUCCESS);
    }
    let is_github = variable("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    match args.server.unwrap_or(if is_github { Server::Github } else { Server::Gitlab }) {
        Server::Gitlab => ui.result(variables.shell()),
        Server::Docker => ui.result(variables.docker()),
        Server::Github => {
            let mut files = vec![
                (github_file("GITHUB_PATH")?, variables.github_path()),
                (github_file("GITHUB_ENV")?, variables.github_env()),
            ];
            if let Ok(path) = github_file("GITHUB_OUTPUT") {
                files.push((path, format!("go-version={version}\n")));
            }
            // All are open before one is written: half of it would have later steps find half a Go.
            let disk = config.disk();
            let open = files.iter().map(|(path, _)| disk.open_append(path)).collect::<Result<Vec<_>, _>>()?;
            for (file, (path, lines)) in open.iter().zip(&files) {
                disk.append(file, path, lines.as_bytes())?;
            }
            ui.say(format_args!("later steps find {}", version.toolchain()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn github_file(name: &'static str) -> Result<PathBuf, Failure> {
    variable(name).map(PathBuf::from).ok_or(Failure::NoGithubFile(name))
}

/// The toolchain that was typed, or that of the project here, or else the current one; it has to be installed.
fn chosen(typed: Option<&str>, session: &Session, config: &Config) -> Result<GoVersion, Failure> {
    let gvm = session.gvm();
    let version = match typed {
        Some(typed) => gvm.resolve(&typed.parse()?)?,
        None => match project::find(&current_directory()?, &config.workspace()?)? {
            Some(wish) => match wish.answer(gvm.store)? {
                Answer::Current(version) | Answer::Installed(version) => version,
                Answer::Missing => gvm.resolve(&wish.request)?,
            },
            None => gvm.store.current()?.ok_or(Failure::NothingCurrent)?.version,
        },
    };
    gvm.store.check_usable(version)?;
    Ok(version)
}

fn variables(version: GoVersion, session: &Session, config: &Config) -> Result<Variables, Failure> {
    let store = session.gvm().store;
    let init = config.init(true, false)?;
    // What is current may be another one in a later step, and is to be found then.
    let is_current = store.current()?.is_some_and(|current| current.version == version);
    // The root can be named on a PATH, and so can what is below it.
    let own = (!is_current).then(|| store.layout().tree(version).join("bin").to_string_lossy().into_owned());
    let mut values = Vec::new();
    if variable("GOTOOLCHAIN").is_none() {
        values.push(("GOTOOLCHAIN", "local".to_owned()));
    }
    values.extend(init.root.map(|root| ("GVM_RS_HOME", root)));
    let path = own.into_iter().chain([init.bin]).chain(init.tools).collect();
    Ok(Variables { path, values }.checked()?)
}
