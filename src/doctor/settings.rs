//! What cmd/go is told by the environment and the file of `go env -w`: GOROOT, GOTOOLCHAIN, GOFLAGS, GOPROXY, GOSUMDB.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::contexts::Asked;
use super::{Doctor, Finding, Fix};
use crate::explain::{Mend, Origin, programs};
use crate::model::GoToolchain;
use crate::shell::Shell;

pub(super) fn check(doctor: &Doctor<'_>, shells: &[Asked], findings: &mut Vec<Finding>) {
    root(doctor, shells, findings);
    toolchain(doctor, findings);
    flags(doctor, findings);
    proxy(doctor, findings);
    checksums(doctor, findings);
}

/// How to be rid of a setting. cmd/go would first follow what it is to forget, so that is overruled.
fn mend(doctor: &Doctor<'_>, origin: &Origin, name: &'static str) -> String {
    let is_fish = doctor.fresh.is_some_and(|fresh| fresh.shell.ends_with("fish"));
    let tree = doctor.gvm.store.layout().current().join("go");
    let is_universal = |name: &'static str| {
        let culprit = doctor.fresh?.culprit(&Mend::Clear(name, Origin::Environment))?;
        Some(culprit.is_universal())
    };
    match origin {
        Origin::Environment if is_fish && is_universal(name) == Some(true) => {
            format!("run `set --erase --universal {name}`, which takes it from all of your fish shells")
        }
        Origin::Environment if is_fish => {
            format!("run `set --erase {name}`, and remove it from your shell's files")
        }
        Origin::Environment => format!("run `unset {name}`, and remove it from your shell's files"),
        Origin::UserFile(_) if name == "GOROOT" => {
            let tree = Shell::Sh.quote(&tree.to_string_lossy());
            format!("run `env GOROOT={tree} GOTOOLCHAIN=local go env -u {name}`")
        }
        Origin::UserFile(_) => format!("run `env GOTOOLCHAIN=local go env -u {name}`"),
        Origin::Toolchain => format!("run `go env -w {name}=auto`"),
    }
}

/// The value of a setting, and who made it.
fn setting(doctor: &Doctor<'_>, name: &'static str) -> Option<(OsString, Origin)> {
    if let Some(value) = (doctor.variable)(name) {
        return Some((value, Origin::Environment));
    }
    let (value, file) = in_file(doctor, name)?;
    Some((value, Origin::UserFile(file)))
}

fn in_file(doctor: &Doctor<'_>, name: &str) -> Option<(OsString, PathBuf)> {
    Some((doctor.scene.written(name)?, doctor.scene.settings_file()?))
}

/// GOROOT as cmd/go sees it here.
pub(super) fn goroot(doctor: &Doctor<'_>) -> Option<(OsString, Origin)> {
    setting(doctor, "GOROOT")
}

fn root(doctor: &Doctor<'_>, shells: &[Asked], findings: &mut Vec<Finding>) {
    let here = (doctor.variable)("GOROOT").map(|value| (value, "this shell".to_owned()));
    let fresh = shells.iter().filter_map(|asked| {
        let scene = asked.scene.as_ref().ok()?;
        Some((scene.goroot.clone()?, format!("a fresh shell (`{}`)", asked.command)))
    });
    let exported: Vec<(OsString, String)> = here.into_iter().chain(fresh).collect();
    if let Some((value, _)) = exported.first() {
        let finding = judged(doctor, value, "GOROOT is exported", "goroot-environment");
        let finding = finding
            .with_all(exported.iter().map(|(value, who)| format!("{who} has GOROOT=`{}`", value.display())));
        let finding = finding.with_all(super::rc::mentions(doctor, "GOROOT"));
        findings.push(finding.mend(mend(doctor, &Origin::Environment, "GOROOT")));
    }
    if let Some((value, file)) = in_file(doctor, "GOROOT") {
        let finding = judged(doctor, &value, "GOROOT is set by `go env -w`", "goroot-goenv");
        let finding = finding
            .with(format!("`{}` has GOROOT=`{}`", file.display(), value.display()))
            .mend(mend(doctor, &Origin::UserFile(file.clone()), "GOROOT"));
        findings.push(finding.fix(Fix::Unset { file, name: "GOROOT" }));
    }
}

/// A GOROOT is an error where it leads elsewhere by now, and a warning as long as it does not.
fn judged(doctor: &Doctor<'_>, value: &OsStr, how: &str, id: &'static str) -> Finding {
    let root = Path::new(value);
    let first = programs(&doctor.scene.path, doctor.gvm.store).into_iter().next();
    let own = first.as_ref().and_then(|first| first.root()).and_then(|own| own.canonicalize().ok());
    match root.canonicalize() {
        Err(_) => Finding::error(id, format!("{how} and leads nowhere: every `go` fails")),
        Ok(root) if own.as_ref() == Some(&root) => Finding::warning(
            id,
            format!("{how}: after the next switch `go` would have the compiler of another Go"),
        ),
        Ok(_) if own.is_some() => {
            Finding::error(id, format!("{how} and leads `go` to the library and the compiler of another Go"))
        }
        Ok(_) => Finding::warning(id, format!("{how}, which no Go needs and the next one will stumble over")),
    }
}

fn toolchain(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let Some((value, origin)) = setting(doctor, "GOTOOLCHAIN") else { return };
    let text = value.to_string_lossy();
    let push = |finding: Finding, findings: &mut Vec<Finding>| {
        let finding = finding.with(format!("GOTOOLCHAIN is `{text}`{origin}")).mend(mend(
            doctor,
            &origin,
            "GOTOOLCHAIN",
        ));
        let fix = match &origin {
            Origin::UserFile(file) => Some(Fix::Unset { file: file.clone(), name: "GOTOOLCHAIN" }),
            _ => None,
        };
        findings.push(finding.fix(fix));
    };
    let Ok(parsed) = text.parse::<GoToolchain>() else {
        let says = format!("GOTOOLCHAIN makes no sense, so every `go` fails: invalid GOTOOLCHAIN \"{text}\"");
        return push(Finding::error("gotoolchain-invalid", says), findings);
    };
    let current = doctor.gvm.store.current().unwrap_or_default().map(|current| current.version);
    let choice = current.map(|version| parsed.choose(version, &crate::model::GoLines::default()));
    let is_found = |name: &str| doctor.gvm.settings.environment.find(name).is_some();
    if let Some(choice) = &choice
        && let Some(refusal) = choice.refusal()
        && !choice.other.as_deref().is_some_and(is_found)
    {
        let says = format!("GOTOOLCHAIN names no toolchain, so `go` fails: {refusal}");
        return push(Finding::error("gotoolchain-invalid", says), findings);
    }
    if let Some(other) = choice.and_then(|choice| choice.other) {
        let says = format!("GOTOOLCHAIN makes every `go` from 1.21 on run as {other}, whatever is current");
        push(Finding::warning("gotoolchain-fixed", says), findings);
    }
}

fn flags(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let Some((value, origin)) = setting(doctor, "GOFLAGS") else { return };
    let text = value.to_string_lossy();
    // As cmd/go splits it: quotes may stand around whole words only, and then hold spaces.
    let stray = text
        .split_ascii_whitespace()
        .next()
        .filter(|word| !word.trim_start_matches(['\'', '"']).starts_with('-'));
    if let Some(word) = stray {
        let says = format!("GOFLAGS makes every `go` command fail: parsing $GOFLAGS: non-flag \"{word}\"");
        let finding = Finding::error("goflags-invalid", says).with(format!("GOFLAGS is `{text}`{origin}"));
        findings.push(finding.mend(mend(doctor, &origin, "GOFLAGS")));
    }
}

fn proxy(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let Some((value, origin)) = setting(doctor, "GOPROXY") else { return };
    let text = value.to_string_lossy();
    let parts: Vec<&str> = text.split([',', '|']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let is_known = |part: &&str| ["off", "direct", "noproxy"].contains(part) || part.contains("://");
    let evidence = format!("GOPROXY is `{}`{origin}", without_password(&text));
    if parts.is_empty() {
        let says = "GOPROXY has no entries, so no module can be fetched: GOPROXY list is not the empty string, but contains no entries";
        findings.push(
            Finding::error("goproxy-invalid", says).with(evidence).mend(mend(doctor, &origin, "GOPROXY")),
        );
    } else if let Some(part) = parts.iter().find(|part| !is_known(part) && !part.starts_with('/')) {
        let says = format!("GOPROXY names what is no address: invalid proxy URL missing scheme: {part}");
        findings.push(
            Finding::error("goproxy-invalid", says).with(evidence).mend(mend(doctor, &origin, "GOPROXY")),
        );
    } else if parts.first() == Some(&"off") {
        let says =
            "GOPROXY is `off`: `go` fetches neither modules nor toolchains; installed toolchains are found";
        findings
            .push(Finding::note("goproxy-off", says).with(evidence).mend(mend(doctor, &origin, "GOPROXY")));
    }
}

fn checksums(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let Some((value, origin)) = setting(doctor, "GOSUMDB") else { return };
    let evidence = format!("GOSUMDB is `{}`{origin}", value.display());
    match value.to_str() {
        Some("on") => {
            let says = "GOSUMDB is `on`, which is not a value: modules fail with `malformed verifier id`";
            findings.push(
                Finding::error("gosumdb-invalid", says).with(evidence).mend(mend(doctor, &origin, "GOSUMDB")),
            );
        }
        Some("off") => {
            let says = "GOSUMDB is `off`: `go` refuses to download toolchains (`checksum database disabled by GOSUMDB=off`); \
                        installed ones are found";
            findings.push(
                Finding::note("gosumdb-off", says).with(evidence).mend(mend(doctor, &origin, "GOSUMDB")),
            );
        }
        _ => {}
    }
}

/// An address without what is before its `@`.
pub(super) fn without_password(text: &str) -> String {
    let hidden = text.split([',', '|']).map(|part| match part.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
            let host = host.rsplit('@').next().unwrap_or_default();
            let slash = if path.is_empty() { "" } else { "/" };
            format!("{scheme}://{host}{slash}{path}")
        }
        None => part.to_owned(),
    });
    hidden.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn passwords_in_addresses_are_not_shown() {
        let shown = without_password("https://me:secret@proxy.example.org/go,direct");
        assert_eq!(shown, "https://proxy.example.org/go,direct");
    }
}
