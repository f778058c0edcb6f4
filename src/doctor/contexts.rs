//! Which `go` runs where: in this shell, in fresh ones, under cron, sudo and systemd, and in the desktop session. Each
//! has a PATH of its own; for most it is read where it is set, and only shells and the user's systemd are asked.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Doctor, Finding, shown};
use crate::disk;
use crate::explain::{FreshError, Kind, Mend, Obstacle, Program, Runs, Scene, programs};
use crate::setup;

/// A fresh shell of the user's, and what a `go` in it depends on.
#[derive(Debug)]
pub(super) struct Asked {
    pub kind: Kind,
    /// As one would type it.
    pub command: String,
    pub scene: Result<Scene, FreshError>,
}

impl Asked {
    pub(super) fn first_program(&self, doctor: &Doctor<'_>) -> Option<Program> {
        let scene = self.scene.as_ref().ok()?;
        programs(&scene.path, doctor.gvm.store).into_iter().next()
    }
}

/// A place where `go` may be typed or started.
#[derive(Debug)]
pub struct Context {
    /// Its name, which is stable.
    pub name: &'static str,
    /// How that was found out, escaped.
    pub how: String,
    /// What `go` is there.
    pub found: Found,
}

/// What `go` is somewhere.
#[derive(Debug)]
pub enum Found {
    /// This program.
    Program(Program),
    /// This program, which cmd/go's rules have fail: what it says, escaped.
    Failing(Program, String),
    /// A function or an alias.
    Covered(&'static str),
    /// There is none on its PATH.
    Nothing,
    /// It cannot be told: why, escaped.
    Unknown(String),
}

/// cron's own, unless the crontab has a line `PATH=`.
const CRON: &str = "/usr/bin:/bin";
/// That of systemd's system manager.
const SERVICE: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
/// Debian's secure_path; others have much the same.
const SUDO: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Programs that a desktop session is, as the kernel calls them (15 characters at most).
const DESKTOPS: [&str; 10] = [
    "gnome-shell",
    "plasmashell",
    "xfce4-session",
    "cinnamon",
    "mate-session",
    "lxqt-session",
    "sway",
    "Hyprland",
    "niri",
    "i3",
];

/// Asks a fresh login shell and a fresh interactive one, both at once.
pub(super) fn shells(doctor: &Doctor<'_>) -> Vec<Asked> {
    let (Some(fresh), Some(home)) = (doctor.fresh, doctor.home) else { return Vec::new() };
    let ask = |kind: Kind| Asked {
        kind,
        command: format!("{} {}", fresh.shell.display(), kind.flags()),
        scene: fresh.scene(kind, &home.directory, &doctor.watch()),
    };
    let (login, interactive) = super::both(|| ask(Kind::Login), || ask(Kind::Interactive));
    vec![login, interactive]
}

/// Lists all contexts, and finds those that have another `go` than they should.
pub(super) fn all(doctor: &Doctor<'_>, shells: Vec<Asked>, findings: &mut Vec<Finding>) -> Vec<Context> {
    let here = found_in(doctor, doctor.scene);
    let mut contexts = vec![Context { name: "this shell", how: "PATH here".to_owned(), found: here }];
    for asked in shells {
        fresh_shell(doctor, &asked, findings);
        let found = match &asked.scene {
            Ok(scene) => found_in(doctor, scene),
            Err(problem) => Found::Unknown(shown(problem)),
        };
        let name = if asked.kind == Kind::Login { "login shell" } else { "terminal" };
        contexts.push(Context { name, how: shown(&asked.command), found });
    }
    let fixed = |name, how: &str, path: &str| Context {
        name,
        how: how.to_owned(),
        found: found(doctor, OsStr::new(path)),
    };
    if cfg!(target_os = "linux") {
        contexts.push(fixed("cron", "PATH=/usr/bin:/bin, unless the crontab sets one", CRON));
        contexts.extend(sudo(doctor));
        contexts.push(fixed("system service", "systemd's PATH, unless the unit sets one", SERVICE));
        contexts.extend(user_service(doctor, findings));
        contexts.extend(desktop(doctor, findings));
    }
    contexts
}

fn found(doctor: &Doctor<'_>, path: &OsStr) -> Found {
    programs(path, doctor.gvm.store).into_iter().next().map_or(Found::Nothing, Found::Program)
}

/// Where not only PATH is known, but the settings too.
fn found_in(doctor: &Doctor<'_>, scene: &Scene) -> Found {
    if let Some(what) = scene.covered_by {
        return Found::Covered(what);
    }
    match (found(doctor, &scene.path), scene.verdict(doctor.gvm.store).runs) {
        (Found::Program(program), Runs::Error(problem)) => Found::Failing(program, problem),
        (found, _) => found,
    }
}

fn has_bin(doctor: &Doctor<'_>, path: &OsStr) -> bool {
    let bin = doctor.bin();
    std::env::split_paths(path).any(|directory| directory == bin)
}

/// A fresh shell that has another `go` than this one, which has gvm-rs's.
fn fresh_shell(doctor: &Doctor<'_>, asked: &Asked, findings: &mut Vec<Finding>) {
    let (id, name) = match asked.kind {
        Kind::Login => ("shell-login", "login"),
        Kind::Interactive => ("shell-interactive", "interactive"),
    };
    let scene = match &asked.scene {
        Ok(scene) => scene,
        // Nothing is wrong with a shell of which gvm-rs does not know.
        Err(FreshError::Unknown(_)) => return,
        Err(problem) => return findings.push(unanswered(asked, name, problem)),
    };
    if let Some(what) = scene.covered_by {
        let says = format!("in a fresh {name} shell {what} named `go` comes before every program");
        findings.push(Finding::note("go-covered", says).with(format!("`{}`", asked.command)));
    }
    let is_ours = |program: &Program| doctor.is_ours(&program.path);
    let here = programs(&doctor.scene.path, doctor.gvm.store);
    // Where it is not even here, that is told.
    let Some(first) = here.first().filter(|first| is_ours(first)) else { return };
    let says = match asked.first_program(doctor) {
        Some(fresh) if is_ours(&fresh) => return,
        Some(fresh) => format!("a fresh {name} shell runs another `go`: {fresh}"),
        None => format!("a fresh {name} shell finds no `go`"),
    };
    let finding = Finding::warning(id, says).with(format!(
        "`{}`; here it is `{}`",
        asked.command,
        first.path.display()
    ));
    findings.push(finding.mend(advice(doctor, asked).unwrap_or_else(|| "run `gvm-rs setup`".to_owned())));
}

fn unanswered(asked: &Asked, name: &str, problem: &FreshError) -> Finding {
    let says = format!("it is not known which `go` a fresh {name} shell runs: {problem}");
    let mend = "start it yourself; its files may stop it, or a limit does (`ulimit -a`)";
    Finding::warning("shell-unknown", says).with(format!("`{}`", asked.command)).mend(mend)
}

/// What to type so that gvm-rs's `go` is the first in such a shell, where it is not.
pub(super) fn advice(doctor: &Doctor<'_>, asked: &Asked) -> Option<String> {
    let scene = asked.scene.as_ref().ok()?;
    let mend = match has_bin(doctor, &scene.path) {
        true if asked.first_program(doctor).is_some_and(|first| doctor.is_ours(&first.path)) => return None,
        true => Mend::PutFirst,
        false => Mend::PutOnPath,
    };
    if let Some(file) = super::rc::unreadable(doctor) {
        return Some(super::rc::made_readable(&file));
    }
    (doctor.advice)(&Obstacle { says: String::new(), mend: Some(mend) }, Some(asked.kind))
}

/// What `sudo go` finds: PATH is replaced by secure_path.
fn sudo(doctor: &Doctor<'_>) -> Option<Context> {
    doctor.gvm.settings.environment.find("sudo")?;
    let rules = disk::read_capped(Path::new("/etc/sudoers"), 1 << 20, false).ok();
    let rules = rules.map(|rules| String::from_utf8_lossy(&rules).into_owned());
    let own = rules.as_deref().and_then(secure_path);
    let (how, path) = match (&rules, own) {
        (_, Some(path)) => ("secure_path in /etc/sudoers".to_owned(), path),
        _ => ("the usual secure_path; /etc/sudoers may have another".to_owned(), SUDO.to_owned()),
    };
    Some(Context { name: "sudo", how, found: found(doctor, OsStr::new(&path)) })
}

fn secure_path(rules: &str) -> Option<String> {
    let lines = rules.lines().map(str::trim).filter(|line| line.starts_with("Defaults"));
    let value = lines.filter_map(|line| line.split_once("secure_path")).next_back()?.1;
    let value = value.trim_start().trim_start_matches("+=").trim_start_matches('=').trim();
    let value = value.strip_prefix('"').and_then(|value| value.split('"').next()).unwrap_or(value);
    value.starts_with('/').then(|| value.to_owned())
}

/// What a service of the user's systemd finds.
fn user_service(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) -> Option<Context> {
    let home = doctor.home?;
    let asked = setup::session_path(home, &doctor.gvm.settings.environment, doctor.watch())?;
    let how = "systemctl --user show-environment".to_owned();
    let found = match asked {
        Ok(path) => {
            let path = OsString::from(path);
            if is_told(doctor, "environment.d/60-gvm-rs.conf") && !has_bin(doctor, &path) {
                let says =
                    "the running systemd has a PATH that somebody put into it, which overrules gvm-rs's file";
                let finding = Finding::warning("systemd-overruled", says)
                    .with(format!("its PATH is `{}`", path.display()));
                findings.push(
                    finding.mend("log in anew; `gvm-rs setup --systemd-only` says what mends it until then"),
                );
            }
            found(doctor, &path)
        }
        Err(problem) => Found::Unknown(problem),
    };
    Some(Context { name: "user service", how, found })
}

/// Whether a file of gvm-rs's is in the user's configuration.
fn is_told(doctor: &Doctor<'_>, name: &str) -> bool {
    doctor.home.is_some_and(|home| home.config.join(name).exists())
}

/// What a program that the desktop starts finds: the environment of the session is read from the kernel.
fn desktop(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) -> Option<Context> {
    let user = rustix::process::geteuid().as_raw();
    let mut pids: Vec<u32> = Vec::new();
    // Without /proc there is no session to be read.
    disk::each_entry(Path::new("/proc"), |name, _| pids.extend(name.parse::<u32>())).unwrap_or_default();
    for pid in pids {
        let process = Path::new("/proc").join(pid.to_string());
        let is_own = std::fs::metadata(&process).is_ok_and(|meta| meta.uid() == user);
        let Some(name) = is_own.then(|| read(&process.join("comm"))).flatten() else { continue };
        let name = String::from_utf8_lossy(&name).trim().to_owned();
        if !DESKTOPS.contains(&name.as_str()) {
            continue;
        }
        let environment = read(&process.join("environ"))?;
        let path = environment.split(|byte| *byte == 0).find_map(|line| line.strip_prefix(b"PATH="))?;
        let path = OsStr::from_bytes(path).to_owned();
        if is_told(doctor, "environment.d/60-gvm-rs.conf") && !has_bin(doctor, &path) {
            let says = "the desktop session was started without gvm-rs's directory on PATH";
            let finding = Finding::note("desktop-old", says).with(format!("`{name}` is process {pid}"));
            findings.push(finding.mend("log out and in again"));
        }
        return Some(Context {
            name: "desktop",
            how: shown(format!("the environment of {name}")),
            found: found(doctor, &path),
        });
    }
    None
}

fn read(path: &Path) -> Option<Vec<u8>> {
    disk::read_capped(path, 1 << 20, false).ok()
}

#[cfg(test)]
mod tests {
    use super::secure_path;

    #[test]
    fn the_path_of_sudo_is_read_from_its_rules() {
        let rules = "# Defaults secure_path=\"/no\"\nDefaults\tenv_reset\nDefaults\tsecure_path=\"/usr/local/bin:/bin\"\n";
        assert_eq!(secure_path(rules).as_deref(), Some("/usr/local/bin:/bin"));
        assert_eq!(secure_path("Defaults secure_path = /sbin:/bin").as_deref(), Some("/sbin:/bin"));
        assert_eq!(secure_path("Defaults env_reset\n"), None);
    }
}
