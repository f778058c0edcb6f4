//! `verify`: looks for damage and changes nothing.

use std::process::ExitCode;

use gvm_rs::damage::Scope;
use gvm_rs::net::escaped;
use gvm_rs::shell::Shell;
use gvm_rs::store::{Fault, Finding};
use serde_json::json;

use super::session::Session;
use crate::cli::args::Verify;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::{Ui, bytes};

pub(crate) fn run(args: &Verify, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let session = Session::open_damaged(config, ui)?;
    let scope = scope(&args.specs, args.all)?;
    let verdict = session.gvm().verify(&scope)?;
    let findings = verdict.findings();
    if args.output.json {
        let toolchains = verdict.toolchains.iter().map(|check| {
            json!({"version": check.version, "files": check.files, "bytes": check.bytes, "sound": check.is_sound()})
        });
        ui.json(&json!({
            "sound": findings.is_empty(),
            "toolchains": toolchains.collect::<Vec<_>>(),
            "findings": findings_json(&findings),
            "missing_generations": verdict.gaps,
        }));
    } else {
        ui.result(findings.iter().map(|finding| line(finding) + "\n").collect::<String>());
    }
    for check in verdict.toolchains.iter().filter(|check| check.is_sound()) {
        let toolchain = check.version.toolchain();
        ui.say(format_args!("{toolchain}: {} files, {}, as installed", check.files, bytes(check.bytes)));
    }
    if verdict.structure.is_empty() && !matches!(scope, Scope::These(_)) {
        ui.say("the store itself: as it should be");
    }
    for number in &verdict.gaps {
        ui.note(format_args!("generation {number} is missing from the history; nothing depends on it"));
    }
    if findings.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let words = args.specs.iter().map(|spec| Shell::Sh.quote(spec));
    let words: Vec<String> = words.chain(args.all.then(|| "--all".to_owned())).collect();
    let repair = format!("gvm-rs repair {}", words.join(" "));
    Err(Failure::Damaged { number: findings.len(), repair: repair.trim().to_owned() })
}

/// What was typed, as what is to be looked at.
pub(super) fn scope(specs: &[String], is_all: bool) -> Result<Scope, Failure> {
    Ok(match (specs, is_all) {
        (_, true) => Scope::All,
        ([], false) => Scope::Current,
        (specs, false) => Scope::These(specs.iter().map(|spec| spec.parse()).collect::<Result<_, _>>()?),
    })
}

/// A finding on one line; names in a damaged tree may be anything.
pub(super) fn line(finding: &Finding) -> String {
    let (path, detail) = (finding.path.to_string_lossy(), finding.fault.to_string());
    let detail = if detail.is_empty() { detail } else { format!(" ({detail})") };
    escaped(&format!("{:<10} {path}{detail}", finding.fault.name())).to_string()
}

/// Findings for other programs.
pub(super) fn findings_json(findings: &[&Finding]) -> Vec<serde_json::Value> {
    let finding_json = |finding: &&Finding| {
        let detail = match &finding.fault {
            Fault::Changed => None,
            fault => Some(fault.to_string()).filter(|detail| !detail.is_empty()),
        };
        json!({"path": finding.path.to_string_lossy(), "fault": finding.fault.name(), "detail": detail})
    };
    findings.iter().map(finding_json).collect()
}
