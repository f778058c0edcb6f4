//! Whether cgo is on, by cmd/go's own rule, and what that means for a project's packages. Pure; nothing is run here.
//!
//! The rule (cmd/go/internal/cfg, 1.21 to 1.27): CGO_ENABLED where it is 0 or 1, in the environment or else in the file
//! of `go env -w`; otherwise off for a cross build; otherwise on where the platform has it and, from Go 1.20 on, CC is
//! set in the environment or the default compiler is on PATH.

use super::{Check, Verdict};
use crate::model::{GoVersion, Platform};

/// What decides.
#[derive(Debug, Clone)]
pub struct CgoScene {
    /// The release.
    pub version: GoVersion,
    /// What it runs on.
    pub host: Platform,
    /// What it builds for.
    pub target: Platform,
    /// CGO_ENABLED in the environment; empty is unset.
    pub environment: String,
    /// CGO_ENABLED in the file of `go env -w`.
    pub file: String,
    /// Whether CC is set in the environment. In the file it names a compiler, and does not turn cgo on.
    pub has_cc: bool,
    /// The compiler that would be run: CC, or the default one.
    pub compiler: String,
    /// Where that is, if it is found.
    pub compiler_found: Option<String>,
    /// Whether the default compiler is on PATH.
    pub is_default_found: bool,
}

/// Whether cgo is on, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cgo {
    /// Whether it is.
    pub is_on: bool,
    /// What decides that.
    pub because: String,
}

/// The packages of a project that have to do with cgo, its dependencies included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CgoPackages {
    /// Those that have no Go file without it.
    pub needing: Vec<String>,
    /// Those that take it where it is on, and do without it elsewhere.
    pub using: Vec<String>,
}

/// So many packages are named in a finding.
const SHOWN: usize = 5;

/// The compiler that cmd/go runs where CC is not set (cmd/dist writes it into official releases).
pub fn default_compiler(target: &Platform) -> &'static str {
    match target.goos() {
        "darwin" | "ios" | "freebsd" | "openbsd" => "clang",
        _ => "gcc",
    }
}

impl CgoScene {
    /// Applies the rule.
    pub fn effective(&self) -> Cgo {
        let because = |is_on, because: String| Cgo { is_on, because };
        // What is neither 0 nor 1 is as good as unset, and hides the file.
        let (value, place) = match self.environment.is_empty() {
            true => (self.file.as_str(), "in the file of `go env -w`"),
            false => (self.environment.as_str(), "in the environment"),
        };
        if matches!(value, "0" | "1") {
            return because(value == "1", format!("CGO_ENABLED={value} {place}"));
        }
        if self.is_cross() {
            return because(false, format!("a build for {} is a cross build here", self.target));
        }
        if !is_supported(self.version, &self.target) {
            return because(false, format!("{} has no cgo for {}", self.version.toolchain(), self.target));
        }
        let default = default_compiler(&self.target);
        match () {
            () if (self.version.major(), self.version.minor()) < (1, 20) => {
                because(true, "up to Go 1.19 it is, whether there is a C compiler or not".to_owned())
            }
            () if self.has_cc => because(true, "CC is set in the environment".to_owned()),
            () if self.is_default_found => because(true, format!("{default} is on PATH")),
            () => {
                because(false, format!("there is no {default} on PATH, and CC is not set in the environment"))
            }
        }
    }

    /// What will happen to a build. Without `packages` nobody looked at them.
    pub fn judge(&self, packages: Option<&CgoPackages>) -> Vec<Check> {
        let cgo = self.effective();
        let check = |subject, verdict, finding| Check { subject, verdict, finding, source: None };
        let state = if cgo.is_on { "on" } else { "off" };
        let mut checks = vec![check("cgo", Verdict::Met, format!("it is {state}: {}", cgo.because))];
        let users = packages.map(|packages| packages.needing.len() + packages.using.len());
        if cgo.is_on && users != Some(0) {
            checks.extend(
                self.judge_compiler(users.is_some())
                    .map(|(verdict, finding)| check("compiler", verdict, finding)),
            );
        }
        let Some(packages) = packages else {
            let finding = "which packages need it was not looked at".to_owned();
            checks.push(check("packages", Verdict::Unknown, finding));
            return checks;
        };
        let (verdict, finding) = match (cgo.is_on, packages.needing.as_slice(), packages.using.as_slice()) {
            (_, [], []) => (Verdict::Met, "none uses it, so the program is pure Go".to_owned()),
            (false, [], using) => (Verdict::Met, format!("built without it, as pure Go: {}", listed(using))),
            (false, needing, _) => (
                Verdict::NotMet,
                format!(
                    "cannot be built without it (`build constraints exclude all Go files`): {}",
                    listed(needing)
                ),
            ),
            (true, needing, using) => {
                let all = [needing, using].concat();
                let effect = match self.target.goos() {
                    "linux" => "; the program then needs a C library like that of where it is built",
                    _ => "",
                };
                (Verdict::Met, format!("built with it: {}{effect}", listed(&all)))
            }
        };
        checks.push(check("packages", verdict, finding));
        checks
    }

    fn is_cross(&self) -> bool {
        self.host.goos() != self.target.goos() || self.host.goarch() != self.target.goarch()
    }

    fn judge_compiler(&self, is_used: bool) -> Option<(Verdict, String)> {
        let compiler = &self.compiler;
        Some(match &self.compiler_found {
            None if is_used => (
                Verdict::NotMet,
                format!("`{compiler}` is not found: `cgo: C compiler \"{compiler}\" not found`"),
            ),
            None => (
                Verdict::Unknown,
                format!("`{compiler}` is not found, so no package that takes cgo can be built"),
            ),
            Some(found) if self.is_cross() => {
                (Verdict::Unknown, format!("`{found}` has to be one that builds for {}", self.target))
            }
            Some(found) => (Verdict::Met, format!("`{found}` is found")),
        })
    }
}

/// Platforms of Linux, macOS and Windows for which Go has cgo (internal/platform, 1.21 to 1.27).
fn is_supported(version: GoVersion, target: &Platform) -> bool {
    match (target.goos(), target.goarch()) {
        ("linux", "ppc64") => (version.major(), version.minor()) >= (1, 27),
        ("js" | "wasip1" | "plan9", _) => false,
        ("windows", "arm") => false,
        _ => true,
    }
}

fn listed(names: &[String]) -> String {
    let mut shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = format!("{} more", names.len().saturating_sub(SHOWN));
    if names.len() > SHOWN {
        shown.push(&more);
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    fn scene() -> CgoScene {
        CgoScene {
            version: "1.27.3".parse().unwrap(),
            host: "linux-amd64".parse().unwrap(),
            target: "linux-amd64".parse().unwrap(),
            environment: String::new(),
            file: String::new(),
            has_cc: false,
            compiler: "gcc".to_owned(),
            compiler_found: None,
            is_default_found: false,
        }
    }

    #[test]
    fn the_rule_is_that_of_go() {
        let version = |text: &str| text.parse().unwrap();
        for (scene, is_on) in [
            (scene(), false),
            (CgoScene { is_default_found: true, ..scene() }, true),
            (CgoScene { has_cc: true, ..scene() }, true),
            (CgoScene { version: version("1.19.13"), ..scene() }, true),
            (CgoScene { version: version("1.20"), ..scene() }, false),
            (CgoScene { environment: "1".to_owned(), ..scene() }, true),
            (CgoScene { environment: "0".to_owned(), file: "1".to_owned(), has_cc: true, ..scene() }, false),
            (CgoScene { file: "1".to_owned(), ..scene() }, true),
            (CgoScene { environment: "yes".to_owned(), file: "1".to_owned(), ..scene() }, false),
            (
                CgoScene {
                    target: "linux-arm64".parse().unwrap(),
                    has_cc: true,
                    is_default_found: true,
                    ..scene()
                },
                false,
            ),
            (
                CgoScene { target: "linux-arm64".parse().unwrap(), environment: "1".to_owned(), ..scene() },
                true,
            ),
        ] {
            assert_eq!(scene.effective().is_on, is_on, "{scene:?}");
        }
    }

    #[test]
    fn what_will_happen_depends_on_the_packages() {
        let packages = |needing: &[&str], using: &[&str]| CgoPackages {
            needing: needing.iter().map(|name| (*name).to_owned()).collect(),
            using: using.iter().map(|name| (*name).to_owned()).collect(),
        };
        let on = CgoScene { environment: "1".to_owned(), ..scene() };
        let found = CgoScene { compiler_found: Some("/usr/bin/gcc".to_owned()), ..on.clone() };
        for (scene, packages, verdict) in [
            (scene(), packages(&["m/c"], &[]), Verdict::NotMet),
            (scene(), packages(&[], &["net"]), Verdict::Met),
            (on.clone(), packages(&[], &["net"]), Verdict::NotMet),
            (on, packages(&[], &[]), Verdict::Met),
            (found, packages(&["m/c"], &["net"]), Verdict::Met),
        ] {
            assert_eq!(super::super::worst(&scene.judge(Some(&packages))), verdict, "{scene:?}");
        }
    }
}
