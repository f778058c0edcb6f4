//! `ls-remote`: the releases there are.

use std::collections::BTreeSet;
use std::process::ExitCode;

use gvm_rs::catalog::Answerer;
use gvm_rs::model::{GoVersion, Lang, VersionRequest};
use serde_json::json;

use super::session::Session;
use crate::cli::args::LsRemote;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::{Ui, time};

pub(crate) fn run(args: &LsRemote, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open(config, ui)?;
    let gvm = session.gvm();
    let filter = args.filter.as_deref().map(Filter::parse).transpose()?;
    let (index, answerer) = gvm.catalog().releases()?;
    let listed =
        index.releases().iter().filter(|release| release.archive_for(&gvm.settings.platform).is_some());
    let all: Vec<GoVersion> = listed.map(|release| release.version).collect();
    let is_wanted = |version: &GoVersion| match (args.all, args.rc) {
        (true, _) => true,
        (_, true) => !version.is_stable(),
        _ => version.is_stable() || filter.as_ref().is_some_and(|filter| filter.names(*version)),
    };
    let wanted = all.iter().copied().filter(is_wanted);
    let mut versions: Vec<GoVersion> = match &filter {
        None => wanted.collect(),
        Some(Filter::Line(lang)) => wanted.filter(|version| version.lang() == *lang).collect(),
        Some(Filter::Word(request)) => request.select_among(all.iter().copied()).into_iter().collect(),
        Some(Filter::Range(request)) => wanted.filter(|version| request.admits(*version)).collect(),
    };
    if let (Some(filter), true) = (&args.filter, versions.is_empty()) {
        return Err(Failure::NoMatch(filter.clone()));
    }
    // The newest last, next to the prompt.
    versions.reverse();
    let installed: BTreeSet<GoVersion> = gvm.store.installed()?.into_iter().collect();
    let unofficial = gvm.store.unofficial()?;
    if args.output.json {
        let releases: Vec<_> = versions
            .iter()
            .map(|version| {
                json!({
                    "version": version,
                    "stable": version.is_stable(),
                    "installed": installed.contains(version),
                    "unofficial": unofficial.contains(version),
                })
            })
            .collect();
        ui.json(&json!({"source": source_json(&answerer), "releases": releases}));
        return Ok(ExitCode::SUCCESS);
    }
    if versions.is_empty() {
        ui.hint(format_args!("the index lists no such release for {}", gvm.settings.platform));
    }
    let mut text = String::new();
    for version in &versions {
        let toolchain = version.toolchain();
        match installed.contains(version) {
            true => text.push_str(&format!("{toolchain:<12} installed\n")),
            false => text.extend([&toolchain, "\n"]),
        }
    }
    ui.result(text);
    Ok(ExitCode::SUCCESS)
}

/// Which releases are shown.
enum Filter {
    Line(Lang),
    Word(VersionRequest),
    Range(VersionRequest),
}

impl Filter {
    fn parse(typed: &str) -> Result<Filter, Failure> {
        // Here `1.20` is the line: whoever lists releases wants to see them all.
        if let Ok(lang) = typed.strip_prefix("go").unwrap_or(typed).parse() {
            return Ok(Filter::Line(lang));
        }
        Ok(match typed.parse()? {
            VersionRequest::Newest(lang) => Filter::Line(lang),
            VersionRequest::Previous => return Err(Failure::NotARelease(typed.to_owned())),
            word @ (VersionRequest::Latest | VersionRequest::OldStable | VersionRequest::Rc) => {
                Filter::Word(word)
            }
            request => Filter::Range(request),
        })
    }

    /// Whether a version was asked for by its exact name, so that it is shown even if it is no stable one.
    fn names(&self, version: GoVersion) -> bool {
        matches!(self, Filter::Range(VersionRequest::Exact(exact)) if *exact == version)
    }
}

fn source_json(answerer: &Answerer) -> serde_json::Value {
    match answerer {
        Answerer::Snapshot { as_of } => json!({"kind": "snapshot", "as_of": time(*as_of)}),
        Answerer::Official { as_of } => json!({"kind": "official", "as_of": time(*as_of)}),
        Answerer::Named { location } => json!({"kind": "named", "location": location}),
    }
}
