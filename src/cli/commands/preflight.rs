//! `preflight`: whether a release will run here, or on a machine that is described.

use std::process::ExitCode;

use gvm_rs::model::{Platform, VersionRequest};
use gvm_rs::net::escaped;
use gvm_rs::preflight::{Check, Host, Preflight, Verdict, worst};
use serde_json::json;

use super::cgo;
use super::session::Session;
use crate::cli::args;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &args::Preflight, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let request: VersionRequest = args.spec.parse()?;
    let session = Session::open(config, ui)?;
    let host = described(args, &session, config)?;
    let preflight = session.gvm().preflight(&request, &host)?;
    let cgo = args.cgo.then(|| cgo::judge(preflight.version, args, &session, config)).transpose()?;
    match args.output.json {
        true => ui.json(&in_json(&preflight, cgo.as_ref())),
        false => ui.result(in_lines(&preflight, cgo.as_ref())),
    }
    if let Some(problem) = cgo.as_ref().and_then(|cgo| cgo.problem.as_ref()) {
        ui.note(format_args!("which packages need cgo is not known: {problem}"));
    }
    let will_build = cgo.is_none_or(|cgo| worst(&cgo.checks) != Verdict::NotMet);
    match preflight.verdict() {
        Verdict::NotMet => Err(Failure::Unsuited {
            version: preflight.version,
            place: if is_described(args, session.settings.platform) { "there" } else { "here" },
            newest: preflight.newest,
        }),
        _ if !will_build => Err(Failure::WillNotBuild(preflight.version)),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Whether another machine is meant than this one.
fn is_described(args: &args::Preflight, here: Platform) -> bool {
    // What is built for another machine is built here.
    !args.cgo && is_other_machine(args, here)
}

fn is_other_machine(args: &args::Preflight, here: Platform) -> bool {
    let is_other = |typed: Option<&str>, own: &str| typed.is_some_and(|typed| typed != own);
    args.os_version.is_some()
        || is_other(args.os.as_deref(), here.goos())
        || is_other(args.arch.as_deref(), here.goarch())
}

/// This machine, or another one of which there is only what was typed.
fn described(args: &args::Preflight, session: &Session, config: &Config) -> Result<Host, Failure> {
    let here = session.settings.platform;
    if is_described(args, here) {
        let os = args.os.as_deref().unwrap_or(here.goos());
        let name = format!("{os}-{}", args.arch.as_deref().unwrap_or(here.goarch()));
        let platform: Platform = name.parse().map_err(|_| Failure::Platform(name))?;
        return Ok(Host { release: args.os_version.clone(), ..Host::unknown(platform) });
    }
    Ok(session.settings.host.clone().unwrap_or_else(|| Host::here(here)).look_closer(&config.root))
}

fn in_json(preflight: &Preflight, cgo: Option<&cgo::Judged>) -> serde_json::Value {
    json!({
        "version": preflight.version,
        "platform": preflight.platform.to_string(),
        "verdict": preflight.verdict().name(),
        "checks": preflight.checks.iter().map(check_json).collect::<Vec<_>>(),
        "newest": preflight.newest,
        "cgo": cgo.map(cgo::Judged::json),
    })
}

/// A requirement for other programs.
pub(super) fn check_json(check: &Check) -> serde_json::Value {
    json!({
        "subject": check.subject,
        "verdict": check.verdict.name(),
        "finding": check.finding,
        "source": check.source,
    })
}

fn in_lines(preflight: &Preflight, cgo: Option<&cgo::Judged>) -> String {
    let summary = match preflight.verdict() {
        Verdict::Met => "meets all that is known",
        Verdict::Unknown if preflight.has_trouble() => "there is known trouble",
        Verdict::Unknown => "nothing known is against it, but not all is known",
        Verdict::NotMet => "will not run",
    };
    let mut text = format!("{} on {}: {summary}\n", preflight.version.toolchain(), preflight.platform);
    text += &rows(&preflight.checks);
    if let Some(cgo) = cgo {
        text += &format!("{}\n{}", cgo.heading(), rows(&cgo.checks));
    }
    text
}

fn rows(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let source = check.source.map(|source| format!(" ({source})")).unwrap_or_default();
        let name = check.verdict.name();
        text += &escaped(&format!("  {name:<7}  {}: {}{source}", check.subject, check.finding)).to_string();
        text.push('\n');
    }
    text
}
