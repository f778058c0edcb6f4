//! Which shells a user has, and which of the home's files each of them reads.
//!
//! Decided from a description of the home, so that it can be tried for any of them; nothing here reads a file.

use std::path::{Path, PathBuf};

use super::block::{Comment, Place};
use crate::shell::Shell;

/// A user's home, as far as shells and session managers look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// HOME.
    pub directory: PathBuf,
    /// ZDOTDIR, where it is set: zsh's files are there.
    pub zdotdir: Option<PathBuf>,
    /// XDG_CONFIG_HOME, or `.config`.
    pub config: PathBuf,
    /// What SHELL names, if there is code for it.
    pub login_shell: Option<Shell>,
    /// XDG_RUNTIME_DIR, where the user's session manager listens.
    pub runtime: Option<PathBuf>,
    /// Whether this is macOS.
    pub is_macos: bool,
}

/// Who reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A shell.
    Shell(Shell),
    /// The user's systemd, which starts services and, on many desktops, every program.
    Systemd,
    /// macOS's launchd.
    Launchd,
}

/// A file that setup may edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(super) path: PathBuf,
    pub(super) reader: Reader,
    pub(super) place: Place,
}

impl Target {
    fn of_shell(shell: Shell, path: PathBuf) -> Target {
        let is_guarded = path.file_name().is_some_and(|name| name == ".bashrc");
        let place = if is_guarded { Place::BeforeGuard } else { Place::End };
        Target { path, reader: Reader::Shell(shell), place }
    }

    /// A file that was edited in another environment; its name tells who reads it.
    pub(super) fn remembered(path: PathBuf) -> Target {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let reader = match (name.as_ref(), extension.as_ref()) {
            (_, "plist") => Reader::Launchd,
            (_, "conf") => Reader::Systemd,
            (_, "fish") => Reader::Shell(Shell::Fish),
            (_, "nu") => Reader::Shell(Shell::Nu),
            (_, "elv") => Reader::Shell(Shell::Elvish),
            (_, "ps1") => Reader::Shell(Shell::PowerShell),
            (".zshrc" | ".zprofile", _) => Reader::Shell(Shell::Zsh),
            (".profile", _) => Reader::Shell(Shell::Sh),
            _ => Reader::Shell(Shell::Bash),
        };
        Target { path, reader, place: Place::End }
    }

    /// A file of units that the user's systemd reads.
    pub(crate) fn of_systemd(path: PathBuf) -> Target {
        Target { path, reader: Reader::Systemd, place: Place::End }
    }

    pub(super) fn comment(&self) -> Comment {
        match self.reader {
            Reader::Launchd => Comment::Xml,
            Reader::Shell(_) | Reader::Systemd => Comment::Hash,
        }
    }
}

/// The files of bash's that a login reads, of which it takes the first there is.
const BASH_LOGIN: [&str; 3] = [".bash_profile", ".bash_login", ".profile"];

impl Home {
    /// The shells that the user has: the one to log in with, and those that have files here.
    pub fn shells(&self, is_there: &dyn Fn(&Path) -> bool) -> Vec<Shell> {
        let traces = |shell: Shell| match shell {
            Shell::Bash => self.files(&[".bashrc", ".bash_profile", ".bash_login"]),
            Shell::Zsh => {
                let zsh = self.zsh();
                [".zshrc", ".zprofile", ".zshenv"].map(|name| zsh.join(name)).to_vec()
            }
            Shell::Fish => vec![self.config.join("fish")],
            Shell::Sh => self.files(&[".profile"]),
            Shell::Nu => vec![self.nushell()],
            Shell::Elvish => vec![self.elvish(is_there)],
            Shell::PowerShell => vec![self.config.join("powershell")],
        };
        let is_used = |shell: &Shell| {
            self.login_shell == Some(*shell) || traces(*shell).iter().any(|path| is_there(path))
        };
        let shells: Vec<Shell> = Shell::ALL.into_iter().filter(is_used).collect();
        // Nothing is known of the user, and this is what everything else reads too.
        if shells.is_empty() { vec![Shell::Sh] } else { shells }
    }

    /// The files in which code has to stand for a shell to find Go, however it is started.
    pub(super) fn targets(&self, shell: Shell, is_there: &dyn Fn(&Path) -> bool) -> Vec<Target> {
        let home = &self.directory;
        let paths = match shell {
            Shell::Bash => {
                let login = BASH_LOGIN.map(|name| home.join(name));
                // A new .bash_profile would hide a .profile, now or later; a new .profile hides nothing.
                let login = login.iter().find(|path| is_there(path)).unwrap_or(&login[2]).clone();
                vec![home.join(".bashrc"), login]
            }
            // The second because /etc/zprofile on macOS moves the system's directories to the front.
            Shell::Zsh => vec![self.zsh().join(".zshrc"), self.zsh().join(".zprofile")],
            Shell::Fish => vec![self.config.join("fish/conf.d/gvm-rs.fish")],
            Shell::Sh => self.files(&[".profile"]),
            Shell::Nu => vec![self.nushell().join("autoload/gvm-rs.nu")],
            Shell::Elvish => vec![self.elvish(is_there).join("rc.elv")],
            Shell::PowerShell => vec![self.config.join("powershell/profile.ps1")],
        };
        // bash reads .profile where it has nothing of its own, and so do shells that know less.
        let is_shared = |path: &Path| path.file_name().is_some_and(|name| name == ".profile");
        let reader = |path: &Path| if is_shared(path) { Shell::Sh } else { shell };
        paths.into_iter().map(|path| Target::of_shell(reader(&path), path)).collect()
    }

    /// The file of the home that a shell reads last when it is started, as a login starts it or as a terminal does; none
    /// where it has none.
    pub fn read_last(
        &self,
        shell: Shell,
        is_login: bool,
        is_there: &dyn Fn(&Path) -> bool,
    ) -> Option<PathBuf> {
        match shell {
            Shell::Zsh if is_login => {
                let zlogin = self.zsh().join(".zlogin");
                Some(if is_there(&zlogin) { zlogin } else { self.zsh().join(".zprofile") })
            }
            Shell::Fish => Some(self.config.join("fish/config.fish")),
            // Without a login they read what ENV names, and mostly that is nothing.
            Shell::Sh if !is_login => None,
            shell => {
                let mut paths = self.targets(shell, is_there).into_iter().map(|target| target.path);
                if is_login { paths.next_back() } else { paths.next() }
            }
        }
    }

    /// Whether there is a session manager that reads a file of the user's.
    pub(super) fn has_session(&self, is_there: &dyn Fn(&Path) -> bool) -> bool {
        let runtime = self.runtime.as_ref().is_some_and(|runtime| is_there(&runtime.join("systemd")));
        let is_booted = || is_there(Path::new("/run/systemd/system"));
        self.is_macos || runtime || is_booted() || is_there(&self.config.join("environment.d"))
    }

    /// The file that the session manager reads.
    pub(super) fn session(&self) -> Target {
        let (path, reader) = match self.is_macos {
            true => (self.directory.join("Library/LaunchAgents/gvm-rs.environment.plist"), Reader::Launchd),
            false => (self.config.join("environment.d/60-gvm-rs.conf"), Reader::Systemd),
        };
        Target { path, reader, place: Place::End }
    }

    /// Every file that any set-up may have edited, in this home as it is now.
    pub(super) fn all_targets(&self, is_there: &dyn Fn(&Path) -> bool) -> Vec<Target> {
        let mut targets: Vec<Target> = Shell::ALL
            .into_iter()
            .flat_map(|shell| self.targets(shell, is_there))
            .chain(self.files(&BASH_LOGIN).into_iter().map(|path| Target::of_shell(Shell::Bash, path)))
            .chain(
                self.files(&[".zshrc", ".zprofile"])
                    .into_iter()
                    .map(|path| Target::of_shell(Shell::Zsh, path)),
            )
            .chain([self.config.join("elvish/rc.elv")].map(|path| Target::of_shell(Shell::Elvish, path)))
            .chain([self.session()])
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        targets.retain(|target| seen.insert(target.path.clone()));
        targets
    }

    fn files(&self, names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(|name| self.directory.join(name)).collect()
    }

    fn zsh(&self) -> &Path {
        self.zdotdir.as_deref().unwrap_or(&self.directory)
    }

    fn nushell(&self) -> PathBuf {
        // It asks the system where configuration is; XDG_CONFIG_HOME comes before that.
        let is_standard = self.config == self.directory.join(".config");
        match self.is_macos && is_standard {
            true => self.directory.join("Library/Application Support/nushell"),
            false => self.config.join("nushell"),
        }
    }

    fn elvish(&self, is_there: &dyn Fn(&Path) -> bool) -> PathBuf {
        let legacy = self.directory.join(".elvish");
        if is_there(&legacy.join("rc.elv")) { legacy } else { self.config.join("elvish") }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    fn home() -> Home {
        Home {
            directory: "/h".into(),
            zdotdir: None,
            config: "/h/.config".into(),
            login_shell: None,
            runtime: None,
            is_macos: false,
        }
    }

    fn there(names: &'static [&'static str]) -> impl Fn(&Path) -> bool {
        move |path| names.iter().any(|name| path == Path::new("/h").join(name))
    }

    fn paths(home: &Home, shell: Shell, names: &'static [&'static str]) -> Vec<String> {
        let targets = home.targets(shell, &there(names));
        targets.iter().map(|target| target.path.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_new_bash_profile_never_hides_a_profile() {
        for (names, login) in [
            (&[][..], "/h/.profile"),
            (&[".profile"], "/h/.profile"),
            (&[".bash_login", ".profile"], "/h/.bash_login"),
            (&[".bash_profile", ".bash_login", ".profile"], "/h/.bash_profile"),
        ] {
            assert_eq!(paths(&home(), Shell::Bash, names), ["/h/.bashrc", login]);
        }
    }

    #[test]
    fn files_are_where_the_variables_say() {
        let home = Home { zdotdir: Some("/z".into()), config: "/c".into(), is_macos: true, ..home() };
        assert_eq!(paths(&home, Shell::Zsh, &[]), ["/z/.zshrc", "/z/.zprofile"]);
        assert_eq!(paths(&home, Shell::Fish, &[]), ["/c/fish/conf.d/gvm-rs.fish"]);
        assert_eq!(paths(&home, Shell::Nu, &[]), ["/c/nushell/autoload/gvm-rs.nu"]);
        assert_eq!(paths(&home, Shell::Elvish, &[".elvish/rc.elv"]), ["/h/.elvish/rc.elv"]);
        assert_eq!(home.session().reader, Reader::Launchd);
    }

    #[test]
    fn the_shells_are_the_one_of_the_account_and_those_with_files() {
        assert_eq!(home().shells(&there(&[])), [Shell::Sh]);
        let home = Home { login_shell: Some(Shell::Zsh), ..home() };
        assert_eq!(home.shells(&there(&[])), [Shell::Zsh]);
        assert_eq!(home.shells(&there(&[".bashrc", ".profile"])), [Shell::Bash, Shell::Zsh, Shell::Sh]);
        assert_eq!(home.shells(&there(&[".config/fish"])), [Shell::Zsh, Shell::Fish]);
    }

    #[test]
    fn a_teardown_looks_at_every_file_that_a_setup_can_choose() {
        let home = Home { zdotdir: Some("/z".into()), ..home() };
        let all: Vec<PathBuf> = home.all_targets(&there(&[])).into_iter().map(|target| target.path).collect();
        for names in [&[][..], &[".bash_profile"], &[".bash_login"], &[".elvish/rc.elv"]] {
            for shell in Shell::ALL {
                let known = home.all_targets(&there(names));
                for target in home.targets(shell, &there(names)) {
                    assert!(known.iter().any(|known| known.path == target.path), "{target:?}");
                }
            }
        }
        assert!(all.contains(&"/h/.zshrc".into()) && all.contains(&"/z/.zshrc".into()));
    }
}
