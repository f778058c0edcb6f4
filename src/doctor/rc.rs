//! The files that the user's shells and session manager read: gvm-rs's block in them, and who else sets what.

use std::path::{Path, PathBuf};

use super::{Doctor, Finding, Fix, LARGEST};
use crate::disk;
use crate::setup::{self, BlockFault, Home, Reader, Surveyed, Wish};
use crate::shell::Shell;

/// Lines that are shown of what the user's files say.
const MOST_MENTIONS: usize = 6;

pub(super) fn check(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let (Some(home), Some(init)) = (doctor.home, doctor.init) else { return };
    let mut lost: Vec<(PathBuf, Reader)> = Vec::new();
    for surveyed in setup::survey(doctor.gvm.store, home, init) {
        lost.extend(surveyed.lost_code.clone().map(|code| (code, surveyed.reader)));
        if !surveyed.faults.is_empty() {
            findings.push(faulty(surveyed));
        }
    }
    if !lost.is_empty() {
        findings.push(without_code(doctor, &lost));
    }
    findings.extend(overtaken_on_macos(home, doctor));
}

/// One file, one finding: its edit puts all of it right.
fn faulty(surveyed: Surveyed) -> Finding {
    let path = surveyed.path.display();
    let (id, says, mend) = match surveyed.faults[0] {
        BlockFault::Unreadable => {
            let says = format!("`{path}` cannot be read, by a shell or by `gvm-rs setup`");
            return Finding::warning("rc-unreadable", says).mend(made_readable(&surveyed.path));
        }
        BlockFault::Unended => (
            "rc-unended",
            format!("gvm-rs's block in `{path}` has a beginning and no end, so it is left alone"),
            "end it with the line `# <<< gvm-rs setup <<<`, or remove what is left of it; then run `gvm-rs setup`",
        ),
        BlockFault::Repeated => {
            ("rc-twice", format!("gvm-rs's block stands in `{path}` more than once"), "run `gvm-rs setup`")
        }
        BlockFault::Changed => (
            "rc-changed",
            format!("gvm-rs's block in `{path}` is not what `setup` writes"),
            "run `gvm-rs setup`",
        ),
        BlockFault::BehindGuard => (
            "rc-guarded",
            format!(
                "gvm-rs's block in `{path}` stands behind the line at which a shell without a terminal leaves"
            ),
            "run `gvm-rs teardown` and `gvm-rs setup`: then commands over ssh find `go`, too; what puts another one first \
             behind it is mended by a line, as `gvm-rs why` says",
        ),
    };
    let finding = Finding::warning(id, says).mend(mend);
    let lines = surveyed.edit.as_ref().map(|edit| edit.diff()).unwrap_or_default();
    let lines: Vec<String> =
        lines.lines().filter(|line| line.starts_with(['-', '+'])).take(8).map(str::to_owned).collect();
    finding.with_all(lines).fix(surveyed.edit.map(Fix::Edit))
}

/// A file that stops a set-up, as it may not be read.
pub(super) fn unreadable(doctor: &Doctor<'_>) -> Option<PathBuf> {
    let (home, init) = (doctor.home?, doctor.init?);
    let surveyed = setup::survey(doctor.gvm.store, home, init).into_iter();
    surveyed
        .filter(|surveyed| surveyed.faults == [BlockFault::Unreadable])
        .map(|surveyed| surveyed.path)
        .next()
}

/// What to type about it.
pub(super) fn made_readable(file: &Path) -> String {
    format!("run `chmod u+r {}`, and then `gvm-rs setup`", Shell::Sh.quote(&file.to_string_lossy()))
}

/// Blocks that read a file which is gone: such a shell says nothing, and finds no `go`.
fn without_code(doctor: &Doctor<'_>, lost: &[(PathBuf, Reader)]) -> Finding {
    let says = "the shell code that gvm-rs's blocks read is gone, so new shells do not find `go`";
    let finding = Finding::error("rc-code-missing", says);
    let mut paths: Vec<&PathBuf> = lost.iter().map(|(path, _)| path).collect();
    paths.dedup();
    let finding =
        finding.with_all(paths.iter().map(|path| format!("`{}`", path.display()))).mend("run `gvm-rs setup`");
    let (Some(home), Some(init)) = (doctor.home, doctor.init) else { return finding };
    let shells: Vec<_> = lost
        .iter()
        .filter_map(|(_, reader)| match reader {
            Reader::Shell(shell) => Some(*shell),
            Reader::Systemd | Reader::Launchd => None,
        })
        .collect();
    let wish = Wish { home, init, shells: &shells, with_shells: true, with_session: Some(false) };
    finding.fix(setup::plan(doctor.gvm.store, &wish).ok().map(Fix::Setup))
}

/// On macOS `/etc/zprofile` moves the system's directories to the front, after `.zshenv` was read.
fn overtaken_on_macos(home: &Home, doctor: &Doctor<'_>) -> Option<Finding> {
    if !home.is_macos {
        return None;
    }
    let zsh = home.zdotdir.as_ref().unwrap_or(&home.directory);
    let text = |name: &str| String::from_utf8_lossy(&read(&zsh.join(name))).into_owned();
    is_overtaken(&text(".zshenv"), &[text(".zprofile"), text(".zshrc")]).then(|| {
        let says = "gvm-rs's line stands in `.zshenv` alone, after which macOS's path_helper moves the system's directories to \
                    the front";
        let finding = Finding::warning("rc-path-helper", says);
        let other = Path::new("/etc/paths.d/go");
        let finding = finding.with_all(other.exists().then(|| format!("`{}` puts another Go there", other.display())));
        finding.with(format!("`{}`", doctor.bin().display())).mend("run `gvm-rs setup`, which writes to .zprofile and .zshrc")
    })
}

fn is_overtaken(zshenv: &str, later: &[String]) -> bool {
    let is_line = |line: &str| !line.trim_start().starts_with('#') && line.contains("gvm-rs");
    zshenv.lines().any(is_line) && !later.iter().any(|text| text.lines().any(is_line))
}

fn read(path: &Path) -> Vec<u8> {
    disk::read_capped(path, LARGEST, true).unwrap_or_default()
}

/// The lines of the files that shells read which name something, as `file:line: text`.
pub(super) fn mentions(doctor: &Doctor<'_>, name: &str) -> Vec<String> {
    let Some(home) = doctor.home else { return Vec::new() };
    let own = [".bashrc", ".bash_profile", ".bash_login", ".profile"].map(|name| home.directory.join(name));
    let zsh = home.zdotdir.as_ref().unwrap_or(&home.directory);
    let zsh = [".zshenv", ".zprofile", ".zshrc", ".zlogin"].map(|name| zsh.join(name));
    let system = [
        "/etc/profile",
        "/etc/environment",
        "/etc/bash.bashrc",
        "/etc/zsh/zshenv",
        "/etc/zprofile",
        "/etc/paths.d/go",
    ];
    let mut files: Vec<PathBuf> = own.into_iter().chain(zsh).chain(system.map(PathBuf::from)).collect();
    files.extend(["fish/config.fish", "fish/fish_variables"].map(|name| home.config.join(name)));
    // A directory that is not there holds no file.
    disk::each_entry(Path::new("/etc/profile.d"), |name, _| {
        files.push(Path::new("/etc/profile.d").join(name))
    })
    .unwrap_or_default();
    let mut mentions = Vec::new();
    for file in files {
        let text = read(&file);
        let text = String::from_utf8_lossy(&text);
        let lines = (1..)
            .zip(text.lines())
            .filter(|(_, line)| line.contains(name) && !line.trim_start().starts_with('#'));
        mentions.extend(lines.map(|(number, line)| format!("{}:{number}: {}", file.display(), line.trim())));
    }
    mentions.truncate(MOST_MENTIONS);
    mentions
}

#[cfg(test)]
mod tests {
    use super::is_overtaken;

    #[test]
    fn zshenv_alone_is_too_early_on_macos() {
        let line = "eval \"$(gvm-rs init zsh)\"\n".to_owned();
        assert!(is_overtaken(&line, &[String::new(), "# gvm-rs\n".to_owned()]));
        assert!(!is_overtaken(&line, &[line.clone(), String::new()]));
        assert!(!is_overtaken("export A=1\n", &[String::new()]));
    }
}
