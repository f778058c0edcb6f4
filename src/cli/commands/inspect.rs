//! `inspect`: what programs need, from their files, and whether they run here or on a target.

use std::path::Path;
use std::process::ExitCode;

use gvm_rs::executable::{self, BuildInfo, Executable, Format, Kind};
use gvm_rs::inspect::{Place, judge};
use gvm_rs::model::Platform;
use gvm_rs::net::escaped;
use gvm_rs::preflight::{Check, Host, Verdict, worst};
use serde_json::{Value, json};

use super::preflight::check_json;
use crate::cli::args::{Inspect, Required};
use crate::cli::config::{Config, ConfigError};
use crate::cli::report::{Failure, with_causes};
use crate::cli::ui::Ui;

/// A program, and what is to be said of it.
struct Judged {
    executable: Executable,
    checks: Vec<Check>,
    /// What it is not, and should be.
    unmet: Vec<&'static str>,
}

pub(crate) fn run(args: &Inspect, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let place = match args.target.as_deref() {
        Some(target) => Place::named(target)?,
        None => Place::here(&here(config)?),
    };
    let (mut texts, mut values, mut unread, mut unlike) = (Vec::new(), Vec::new(), 0, 0);
    for file in &args.files {
        match executable::read(file) {
            Ok(executables) => {
                let judged: Vec<Judged> = executables
                    .into_iter()
                    .map(|executable| judged(executable, &place, &args.require))
                    .collect();
                unlike += usize::from(judged.iter().any(|judged| !judged.unmet.is_empty()));
                texts.extend(judged.iter().map(|judged| in_lines(file, judged, &place)));
                let programs: Vec<Value> = judged.iter().map(in_json).collect();
                values.push(json!({"file": file.to_string_lossy(), "programs": programs}));
            }
            Err(error) => {
                unread += 1;
                let error = with_causes(&error);
                values.push(json!({"file": file.to_string_lossy(), "error": error}));
                ui.error(escaped(&error));
            }
        }
    }
    match args.output.json {
        true => ui.json(&values),
        false => ui.result(texts.join("\n")),
    }
    match (unread, unlike) {
        (0, 0) => Ok(ExitCode::SUCCESS),
        _ => Err(Failure::Inspected { unread, unlike, all: args.files.len() }),
    }
}

/// This machine; one that Go has no name for can be looked at all the same, but there is none yet.
fn here(config: &Config) -> Result<Host, Failure> {
    let platform = Platform::host().ok_or(ConfigError::UnknownPlatform(std::env::consts::ARCH))?;
    Ok(config.described_host(platform).unwrap_or_else(|| Host::here(platform)))
}

fn judged(executable: Executable, place: &Place, required: &[Required]) -> Judged {
    let checks = judge(&executable, place);
    let is_met = |required: &Required| match required {
        Required::Static => executable.is_static(),
        Required::Runs => worst(&checks) != Verdict::NotMet,
    };
    let unmet = required.iter().filter(|required| !is_met(required)).map(|required| match required {
        Required::Static => "it is not static",
        Required::Runs => "it will not run",
    });
    let unmet = unmet.collect();
    Judged { executable, checks, unmet }
}

fn in_lines(file: &Path, judged: &Judged, place: &Place) -> String {
    let Judged { executable, checks, unmet } = judged;
    let there = if place.is_here { "here" } else { &format!("on {}", place.name) };
    let verdict = match worst(checks) {
        Verdict::Met => format!("runs {there}, as far as its file tells"),
        Verdict::Unknown => format!("may run {there}"),
        Verdict::NotMet => format!("will not run {there}"),
    };
    let mut lines = vec![format!("{}: {}; {verdict}", file.display(), summary(executable))];
    let mut row = |name: &str, value: &str| lines.push(format!("  {name:<9} {value}"));
    if let Some(interpreter) = &executable.interpreter {
        row("loader", interpreter);
    }
    if !executable.needed.is_empty() {
        row("libraries", &executable.needed.join(", "));
    }
    if let Some(glibc) = executable.glibc {
        row("glibc", &glibc.to_string());
    }
    if let Some(least) = executable.least_os.filter(|_| executable.format == Format::MachO) {
        row("macos", &least.to_string());
    }
    if let Some(has_uuid) = executable.has_uuid {
        row("uuid", if has_uuid { "yes" } else { "no" });
    }
    if let Some(build) = &executable.build {
        build_rows(build, &mut row);
    }
    for check in checks {
        let source = check.source.map(|source| format!(" ({source})")).unwrap_or_default();
        row(check.verdict.name(), &format!("{}: {}{source}", check.subject, check.finding));
    }
    for unmet in unmet {
        row("required", unmet);
    }
    lines.iter().map(|line| escaped(line).to_string() + "\n").collect()
}

fn summary(executable: &Executable) -> String {
    let kind = match executable.kind {
        Kind::Program => "program",
        Kind::Library => "library",
        Kind::Other => "file that is not run",
    };
    let os = executable.os.as_deref().unwrap_or("an unknown system");
    let linkage = if executable.is_static() { ", static" } else { "" };
    let pie = if executable.is_pie { ", PIE" } else { "" };
    format!("{} {kind} for {os} {}{linkage}{pie}", format_name(executable.format), executable.arch)
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Elf => "ELF",
        Format::MachO => "Mach-O",
        Format::Pe => "PE",
    }
}

/// The settings that decide where a program runs, and who built it from what.
fn build_rows(build: &BuildInfo, row: &mut impl FnMut(&str, &str)) {
    row("go", &build.go);
    if let Some(package) = &build.package {
        let module = build.module.as_ref().map(|module| format!(" ({} {})", module.path, module.version));
        row("package", &format!("{package}{}", module.unwrap_or_default()));
    }
    const SHOWN: [&str; 10] = [
        "CGO_ENABLED",
        "GOAMD64",
        "GOARM64",
        "GOARM",
        "GO386",
        "GORISCV64",
        "-buildmode",
        "-tags",
        "-trimpath",
        "-ldflags",
    ];
    let shown = SHOWN.iter().filter_map(|name| Some(format!("{name}={}", build.setting(name)?)));
    let shown: Vec<String> = shown.filter(|setting| setting != "-buildmode=exe").collect();
    if !shown.is_empty() {
        row("built", &shown.join(" "));
    }
}

fn in_json(judged: &Judged) -> Value {
    let Judged { executable, checks, unmet } = judged;
    let build = executable.build.as_ref().map(|build| {
        json!({
            "go": build.go,
            "package": build.package,
            "module": build.module.as_ref().map(|module| json!({
                "path": module.path, "version": module.version, "hash": module.hash,
            })),
            "settings": build.settings.iter().map(|(key, value)| (key.clone(), json!(value))).collect::<serde_json::Map<_, _>>(),
        })
    });
    json!({
        "format": format_name(executable.format),
        "kind": match executable.kind { Kind::Program => "program", Kind::Library => "library", Kind::Other => "other" },
        "os": executable.os,
        "arch": executable.arch,
        "static": executable.is_static(),
        "pie": executable.is_pie,
        "interpreter": executable.interpreter,
        "libraries": executable.needed,
        "glibc": executable.glibc.map(|glibc| glibc.to_string()),
        "least_os": executable.least_os.map(|least| least.to_string()),
        "uuid": executable.has_uuid,
        "build": build,
        "verdict": worst(checks).name(),
        "checks": checks.iter().map(check_json).collect::<Vec<_>>(),
        "unmet": unmet,
    })
}
