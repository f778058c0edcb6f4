//! The part of `preflight` about cgo: whether it is on, which compiler that takes, and what becomes of the project here.

use std::path::Path;

use gvm_rs::model::{GoVersion, Platform};
use gvm_rs::preflight::{self, CgoPackages, CgoScene, Check};
use serde_json::{Value, json};

use super::session::Session;
use crate::cli::args;
use crate::cli::config::{Config, current_directory, variable};
use crate::cli::report::Failure;

/// What was found.
pub(super) struct Judged {
    pub(super) checks: Vec<Check>,
    target: Platform,
    scene: CgoScene,
    packages: Option<CgoPackages>,
    /// Why the packages are not known, escaped.
    pub(super) problem: Option<String>,
}

pub(super) fn judge(
    version: GoVersion,
    args: &args::Preflight,
    session: &Session,
    config: &Config,
) -> Result<Judged, Failure> {
    let go_scene = config.scene()?;
    // As cmd/go has it: the environment, and then the file of `go env -w`.
    let setting = |name: &str| match variable(name) {
        Some(value) => Some(value.to_string_lossy().into_owned()),
        None => go_scene.user_setting(name),
    };
    let host = session.settings.platform;
    let os = args.os.clone().or_else(|| setting("GOOS")).unwrap_or(host.goos().to_owned());
    let arch = args.arch.clone().or_else(|| setting("GOARCH")).unwrap_or(host.goarch().to_owned());
    let name = format!("{os}-{arch}");
    let target: Platform = name.parse().map_err(|_| Failure::Platform(name))?;
    let find = |program: &str| match Path::new(program).components().count() {
        0 | 1 => session.settings.environment.find(program),
        _ => Some(program.into()).filter(|path: &std::path::PathBuf| path.is_file()),
    };
    let default = preflight::default_compiler(&target);
    let named = setting("CC").and_then(|cc| cc.split_ascii_whitespace().next().map(str::to_owned));
    let compiler = named.unwrap_or(default.to_owned());
    let scene = CgoScene {
        version,
        host,
        target,
        environment: variable("CGO_ENABLED")
            .map(|value| value.to_string_lossy().into_owned())
            .unwrap_or_default(),
        file: go_scene.user_setting("CGO_ENABLED").unwrap_or_default(),
        has_cc: variable("CC").is_some(),
        compiler_found: find(&compiler).map(|path| path.to_string_lossy().into_owned()),
        compiler,
        is_default_found: find(default).is_some(),
    };
    let gvm = session.gvm();
    let asked = match gvm.store.has(version) {
        true => gvm.cgo_packages(version, &current_directory()?, &target),
        false => Err(format!("{} is not installed", version.toolchain())),
    };
    let (packages, problem) = match asked {
        Ok(packages) => (Some(packages), None),
        Err(problem) => (None, Some(problem)),
    };
    Ok(Judged { checks: scene.judge(packages.as_ref()), target, scene, packages, problem })
}

impl Judged {
    pub(super) fn heading(&self) -> String {
        format!("cgo, for {}", self.target)
    }

    pub(super) fn json(&self) -> Value {
        let cgo = self.scene.effective();
        json!({
            "target": self.target.to_string(),
            "enabled": cgo.is_on,
            "because": cgo.because,
            "compiler": self.scene.compiler,
            "compiler_found": self.scene.compiler_found,
            "needing": self.packages.as_ref().map(|packages| &packages.needing),
            "using": self.packages.as_ref().map(|packages| &packages.using),
            "problem": self.problem,
            "verdict": preflight::worst(&self.checks).name(),
            "checks": self.checks.iter().map(super::preflight::check_json).collect::<Vec<_>>(),
        })
    }
}
