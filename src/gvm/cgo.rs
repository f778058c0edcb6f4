//! Which packages of a project have to do with cgo, asked of an installed toolchain; nothing is built or downloaded.

use std::path::Path;
use std::process::Command;

use super::Gvm;
use crate::model::{GoVersion, Platform};
use crate::net::escaped;
use crate::preflight::CgoPackages;
use crate::process::Watch;

/// What a package looks like with cgo, or without it.
struct Listed {
    name: String,
    has_go: bool,
    has_cgo: bool,
    /// Why it is not what it should be, as Go quotes it.
    error: String,
}

/// `runtime/cgo` is what the others bring with them.
const OWN: &str = "runtime/cgo";

impl Gvm<'_> {
    /// Asks `go list`, with cgo and without it, about the packages below a directory and what they import.
    ///
    /// # Errors
    /// What `go` said, or why it could not be asked, escaped.
    pub fn cgo_packages(
        &self,
        version: GoVersion,
        directory: &Path,
        target: &Platform,
    ) -> Result<CgoPackages, String> {
        let list = |value| self.list(version, directory, target, value);
        let (with, without) = (list("1")?, list("0")?);
        // Of what is missing nobody knows what it would need.
        if let Some(broken) = with.iter().find(|package| !package.error.is_empty()) {
            return Err(format!("{}: {}", broken.name, broken.error));
        }
        let mut packages = CgoPackages::default();
        for package in with.into_iter().filter(|package| package.has_cgo && package.name != OWN) {
            match without.iter().any(|other| other.name == package.name && other.has_go) {
                true => packages.using.push(package.name),
                false => packages.needing.push(package.name),
            }
        }
        Ok(packages)
    }

    fn list(
        &self,
        version: GoVersion,
        directory: &Path,
        target: &Platform,
        cgo: &str,
    ) -> Result<Vec<Listed>, String> {
        const FORMAT: &str = "{{.ImportPath}}\t{{len .GoFiles}}\t{{len .CgoFiles}}\t\
                              {{with .Error}}{{printf \"%q\" .Err}}{{end}}";
        let mut command = Command::new(self.store.layout().tree(version).join("bin/go"));
        command.args(["list", "-e", "-deps", "-f", FORMAT, "./..."]).current_dir(directory);
        // It has to be this toolchain, and what is not here is not fetched.
        command.env("GOTOOLCHAIN", "local").env("GOPROXY", "off").env_remove("GOROOT");
        command.env("CGO_ENABLED", cgo).env("GOOS", target.goos()).env("GOARCH", target.goarch());
        let watch =
            Watch { limit: Some(self.settings.build_limit), leaves_nothing: true, progress: self.progress };
        let ended = watch.output(&mut command).map_err(|stopped| format!("`go list`: {stopped}"))?;
        let said = ended.stderr.text();
        let last = || escaped(said.trim().lines().last().unwrap_or_default()).to_string();
        if !ended.exit.is_success() {
            return Err(format!("`go list` ended with {}: {}", ended.exit, last()));
        }
        let listed: Vec<Listed> = ended.stdout.text().lines().filter_map(read).collect();
        match listed.is_empty() {
            true => Err(format!("`go list` finds no package: {}", last())),
            false => Ok(listed),
        }
    }
}

fn read(line: &str) -> Option<Listed> {
    let mut fields = line.split('\t');
    let name = escaped(fields.next()?).to_string();
    let mut has = || fields.next()?.parse::<usize>().ok().map(|number| number > 0);
    let (has_go, has_cgo) = (has()?, has()?);
    Some(Listed { name, has_go, has_cgo, error: escaped(fields.next()?).to_string() })
}
