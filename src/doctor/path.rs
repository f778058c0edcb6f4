//! PATH: whether gvm-rs's `go` is on it and first, and what else on it can be taken for a `go`.

use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::contexts::Asked;
use super::{Doctor, Finding, Fix};
use crate::explain::{self, Mend, Obstacle, Program};
use crate::setup::{self, Plan, Wish};

pub(super) fn check(doctor: &Doctor<'_>, shells: &[Asked], findings: &mut Vec<Finding>) {
    let scene = doctor.scene;
    let programs = explain::programs(&scene.path, doctor.gvm.store);
    let directories: Vec<PathBuf> = std::env::split_paths(&scene.path).collect();
    let bin = doctor.bin();
    let is_bin = |path: &Path| {
        path == bin || path.canonicalize().is_ok_and(|real| bin.canonicalize().ok() == Some(real))
    };
    // An empty store has nothing that could be on PATH.
    let is_used = doctor.gvm.store.installed().is_ok_and(|installed| !installed.is_empty());
    let has_bin = directories.iter().any(|directory| is_bin(directory));
    if is_used && !has_bin {
        findings.push(missing(doctor, shells));
    }
    if let Some(first) = programs.first().filter(|first| has_bin && !is_chosen(doctor, first)) {
        findings.push(shadowed(doctor, first, shells));
    }
    let number = directories.iter().filter(|directory| is_bin(directory)).count();
    if number > 1 {
        let says = format!("`{}` is on PATH {number} times, which harms nothing", bin.display());
        findings.push(Finding::note("path-duplicate", says).mend("nothing has to be done"));
    }
    let relative: Vec<&PathBuf> = directories.iter().filter(|directory| directory.is_relative()).collect();
    if !relative.is_empty() {
        let says = "PATH has an empty or a relative element: in a directory with a program named `go`, that would run";
        let shown = relative.iter().map(|path| match path.as_os_str().is_empty() {
            true => "an empty element, as two colons in a row or one at an end make it".to_owned(),
            false => format!("`{}`", path.display()),
        });
        let finding = Finding::warning("path-relative", says).with_all(shown);
        findings.push(finding.mend("remove it where your shell's files set PATH"));
    }
    dangling(&directories, &bin, findings);
    managers(doctor, shells, findings);
}

/// Whether a `go` comes first because gvm-rs put it there.
fn is_chosen(doctor: &Doctor<'_>, first: &Program) -> bool {
    doctor.is_ours(&first.path)
}

fn missing(doctor: &Doctor<'_>, shells: &[Asked]) -> Finding {
    let bin = doctor.bin();
    let says = format!("`{}` is not on PATH here, so `go` is not gvm-rs's", bin.display());
    let finding = Finding::warning("path-missing", says);
    let is_found = |asked: &&Asked| {
        let first = asked.first_program(doctor);
        first.is_some_and(|first| doctor.is_ours(&first.path))
    };
    if let Some(fresh) = shells.iter().find(is_found) {
        let evidence = format!("a fresh shell (`{}`) has it: this one was started before", fresh.command);
        return finding.with(evidence).mend("open a new terminal");
    }
    if let Some(file) = super::rc::unreadable(doctor) {
        return finding.mend(format!("{}, and open a new terminal", super::rc::made_readable(&file)));
    }
    let finding = finding.mend("run `gvm-rs setup`, and open a new terminal");
    let (Some(home), Some(init)) = (doctor.home, doctor.init) else { return finding };
    let wish = Wish { home, init, shells: &[], with_shells: true, with_session: None };
    let plan = setup::plan(doctor.gvm.store, &wish).ok();
    // Where it would replace a line there is another set-up, and to prefer this one is a choice.
    let only_adds =
        |plan: &Plan| plan.edits.iter().all(|edit| !edit.diff().lines().any(|line| line.starts_with('-')));
    finding.fix(plan.filter(|plan| !plan.is_empty() && only_adds(plan)).map(Fix::Setup))
}

fn shadowed(doctor: &Doctor<'_>, first: &Program, shells: &[Asked]) -> Finding {
    let says = format!("another `go` comes before gvm-rs's on PATH: {first}");
    let directory = first.path.parent().unwrap_or(Path::new("/")).display().to_string();
    let remove = match first.maker {
        "Homebrew" => "run `brew unlink go`".to_owned(),
        "the distribution" => "remove the package".to_owned(),
        "an archive from go.dev" => format!(
            "take `{directory}` out of PATH where your shell's files add it (on macOS `/etc/paths.d/go` does)"
        ),
        "goenv" | "asdf" | "mise" | "moovweb's gvm" | "goup-rs" | "goup" | "gobrew" | "g" => {
            format!("remove what loads {} from your shell's files", first.maker)
        }
        _ => format!("take `{directory}` out of PATH"),
    };
    // A block that is moved by hand to the end would stand behind the guard.
    let mut advice: Vec<String> =
        shells.iter().filter_map(|asked| super::contexts::advice(doctor, asked)).collect();
    advice.dedup();
    let here = || {
        let obstacle = Obstacle { says: String::new(), mend: Some(Mend::PutFirst) };
        (doctor.advice)(&obstacle, None).map(|hint| format!("; {hint}")).unwrap_or_default()
    };
    let is_fresh = shells.iter().any(|asked| asked.scene.is_ok());
    let mend = match advice.is_empty() {
        true if is_fresh => format!("open a new terminal, in which gvm-rs's is first{}", here()),
        true => format!("{remove}{}", here()),
        false => {
            format!("{remove}, or have gvm-rs's come first: {}; then open a new terminal", advice.join("; "))
        }
    };
    Finding::error("path-shadowed", says).with_all(super::rc::mentions(doctor, &directory)).mend(mend)
}

/// Links named like Go's programs that lead nowhere: what a removed package or keg leaves.
fn dangling(directories: &[PathBuf], bin: &Path, findings: &mut Vec<Finding>) {
    let mut links: Vec<PathBuf> = Vec::new();
    for directory in directories.iter().filter(|directory| directory.is_absolute() && *directory != bin) {
        for name in ["go", "gofmt"] {
            let link = directory.join(name);
            let is_link = std::fs::symlink_metadata(&link).is_ok_and(|meta| meta.is_symlink());
            if is_link && !link.exists() && !links.contains(&link) {
                links.push(link);
            }
        }
    }
    if links.is_empty() {
        return;
    }
    let shown = links.iter().map(|link| {
        let target = std::fs::read_link(link).unwrap_or_default();
        let error = std::fs::metadata(link).err();
        let is_circle = error.is_some_and(|error| Errno::from_io_error(&error) == Some(Errno::LOOP));
        let why = if is_circle { "and so back to itself" } else { "which is not there" };
        format!("`{}` leads to `{}`, {why}", link.display(), target.display())
    });
    let finding = Finding::warning("path-dangling", "a link on PATH that is named like Go leads nowhere")
        .with_all(shown);
    let names: Vec<String> = links.iter().map(|link| link.display().to_string()).collect();
    findings.push(finding.mend(format!("run `rm {}`", names.join(" "))));
}

/// Others that change PATH, GOROOT or `cd` while a shell runs.
fn managers(doctor: &Doctor<'_>, shells: &[Asked], findings: &mut Vec<Finding>) {
    let variable = doctor.variable;
    if let Some(what) = doctor.scene.covered_by {
        let says = format!("{what} named `go` comes before every program");
        findings.push(Finding::warning("go-covered", says).mend("run `unset -f go` or `unalias go`"));
    }
    let is_function = variable("BASH_FUNC_gvm%%").is_some();
    let has_it = |asked: &&Asked| asked.scene.as_ref().is_ok_and(|scene| scene.has_moovweb);
    let fresh = shells.iter().find(has_it);
    if doctor.scene.has_moovweb || is_function || fresh.is_some() {
        let says = "moovweb's gvm is loaded: it replaces `cd`, and sets GOROOT and PATH";
        let root = variable("GVM_ROOT").map(|root| format!("GVM_ROOT is `{}`", root.display()));
        let fresh = fresh.map(|asked| format!("it is in a fresh shell (`{}`)", asked.command));
        let finding = Finding::warning("manager-gvm", says).with_all(root).with_all(fresh);
        let lines = super::rc::mentions(doctor, "scripts/gvm");
        findings
            .push(finding.with_all(lines).mend("remove the line with `scripts/gvm` from your shell's files"));
    }
}
