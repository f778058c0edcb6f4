//! The shells: what they are called, how each quotes a value, and the code that puts Go on PATH, which is in `shell/`.
//!
//! Nothing here starts a shell, or looks at the disk or the environment.

use std::fmt;
use std::str::FromStr;

const SH: &str = include_str!("../shell/init.sh");
const FISH: &str = include_str!("../shell/init.fish");
const NU: &str = include_str!("../shell/init.nu");
const ELVISH: &str = include_str!("../shell/init.elv");
const POWERSHELL: &str = include_str!("../shell/init.ps1");
const SESSION_SH: &str = include_str!("../shell/session.sh");
const SESSION_FISH: &str = include_str!("../shell/session.fish");
const HOOK_BASH: &str = include_str!("../shell/hook.bash");
const HOOK_ZSH: &str = include_str!("../shell/hook.zsh");
const HOOK_FISH: &str = include_str!("../shell/hook.fish");

/// A shell that there is code for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shell {
    /// GNU's.
    Bash,
    /// The Z shell.
    Zsh,
    /// fish.
    Fish,
    /// What POSIX says: dash, busybox's ash, ksh and others.
    Sh,
    /// nushell.
    Nu,
    /// elvish.
    Elvish,
    /// PowerShell, where it is not on Windows.
    PowerShell,
}

/// A name that is none of a shell's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no code for a shell `{0}`")]
pub struct UnknownShell(pub String);

/// What the code of a shell is given. Each value is quoted on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Init {
    /// The directory that goes first on PATH.
    pub bin: String,
    /// The root that is exported; nothing where it is the default one.
    pub root: Option<String>,
    /// Where `go install` puts programs unless GOBIN or GOPATH say otherwise in the shell; nothing: PATH is not to
    /// have such a directory.
    pub tools: Option<String>,
    /// Whether what a project asks for is to come first on PATH while the shell is in it, where there is code for that.
    pub has_hook: bool,
}

impl Shell {
    /// All of them.
    pub const ALL: [Shell; 7] =
        [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Sh, Shell::Nu, Shell::Elvish, Shell::PowerShell];

    /// The name by which it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Zsh => "zsh",
            Shell::Fish => "fish",
            Shell::Sh => "sh",
            Shell::Nu => "nu",
            Shell::Elvish => "elvish",
            Shell::PowerShell => "powershell",
        }
    }

    /// The name of a file with its code.
    pub fn file_name(self) -> &'static str {
        match self {
            Shell::Bash => "init.bash",
            Shell::Zsh => "init.zsh",
            Shell::Fish => "init.fish",
            Shell::Sh => "init.sh",
            Shell::Nu => "init.nu",
            Shell::Elvish => "init.elv",
            Shell::PowerShell => "init.ps1",
        }
    }

    /// Other names of it, and those of programs that read the same.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Shell::Sh => &["dash", "ash", "ksh", "mksh"],
            Shell::Nu => &["nushell"],
            Shell::PowerShell => &["pwsh"],
            Shell::Bash | Shell::Zsh | Shell::Fish | Shell::Elvish => &[],
        }
    }

    /// Writes a value so that it is one word and nothing in it means anything to this shell.
    pub fn quote(self, value: &str) -> String {
        match self {
            Shell::Bash | Shell::Zsh | Shell::Sh => format!("'{}'", value.replace('\'', r"'\''")),
            Shell::Fish => format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
            Shell::Elvish => format!("'{}'", value.replace('\'', "''")),
            Shell::Nu => quote_for_nu(value),
            Shell::PowerShell => quote_for_powershell(value),
        }
    }

    /// Code that puts Go on PATH, starts no process, says nothing, and may be read any number of times.
    pub fn init(self, init: &Init) -> String {
        let value = |value: Option<&str>| self.quote(value.unwrap_or_default());
        let bin = self.quote(&init.bin);
        let (root, tools) = (value(init.root.as_deref()), value(init.tools.as_deref()));
        let session = self.session(init);
        match self {
            // The status comes before anything that sets it.
            Shell::Bash | Shell::Zsh | Shell::Sh => format!(
                "__gvm_rs_status=$?\n__gvm_rs_bin={bin}\n__gvm_rs_home={root}\n__gvm_rs_tools={tools}\n{SH}{session}"
            ),
            Shell::Fish => format!(
                "set -l __gvm_rs_status $status\nset -l __gvm_rs_bin {bin}\nset -l __gvm_rs_home {root}\n\
                 set -l __gvm_rs_tools {tools}\n{FISH}{session}"
            ),
            // Here the values are the arguments of a closure that ends the code.
            Shell::Nu => format!("{} {bin} {root} {tools}\n", NU.trim_end()),
            Shell::Elvish => format!("{} {bin} {root} {tools}\n", ELVISH.trim_end()),
            Shell::PowerShell => format!("{} {bin} {root} {tools}\n", POWERSHELL.trim_end()),
        }
    }

    /// One line that reads a file of code if it is there, and else says and starts nothing; `None` where the shell has
    /// to know the file before it runs anything.
    pub fn reads(self, file: &CodeFile) -> Option<String> {
        let word = match (&file.below_home, self) {
            (Some(below), Shell::Elvish) => format!("$E:HOME/{below}"),
            (Some(below), _) => format!("\"$HOME/{below}\""),
            (None, _) => self.quote(&file.path),
        };
        match self {
            Shell::Bash | Shell::Zsh | Shell::Sh => Some(format!("if [ -r {word} ]; then . {word}; fi")),
            Shell::Fish => Some(format!("if test -r {word}; source {word}; end")),
            Shell::Elvish => Some(format!("try {{ eval (slurp < {word}) }} catch {{ }}")),
            Shell::PowerShell => {
                Some(format!("if (Test-Path -LiteralPath {word} -PathType Leaf) {{ . {word} }}"))
            }
            Shell::Nu => None,
        }
    }

    /// Whether there is code by which a directory's project can choose.
    pub fn can_hook(self) -> bool {
        self.hook().is_some()
    }

    fn hook(self) -> Option<&'static str> {
        match self {
            Shell::Bash => Some(HOOK_BASH),
            Shell::Zsh => Some(HOOK_ZSH),
            Shell::Fish => Some(HOOK_FISH),
            Shell::Sh | Shell::Nu | Shell::Elvish | Shell::PowerShell => None,
        }
    }

    /// Code that lets `gvm-rs shell` and the directory hook change the shell's PATH, where there is such code.
    fn session(self, init: &Init) -> String {
        let root = self.quote(init.bin.strip_suffix("/bin").unwrap_or(&init.bin));
        let hook = self.hook().filter(|_| init.has_hook).unwrap_or_default();
        match self {
            Shell::Bash | Shell::Zsh | Shell::Sh => {
                format!("__gvm_rs_status=$?\n__gvm_rs_root={root}\n{hook}{SESSION_SH}")
            }
            Shell::Fish => {
                format!("set -l __gvm_rs_status $status\nset -g __gvm_rs_root {root}\n{hook}{SESSION_FISH}")
            }
            Shell::Nu | Shell::Elvish | Shell::PowerShell => String::new(),
        }
    }
}

/// A file that a shell is to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFile {
    /// Its path.
    pub path: String,
    /// What follows `$HOME/` in it, where nothing in that means anything to a shell.
    pub below_home: Option<String>,
}

impl CodeFile {
    /// Describes a file; one below the home is found by the shell's own HOME, so that dotfiles can be shared.
    pub fn new(path: String, home: &str) -> CodeFile {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        let below = path.strip_prefix(home.trim_end_matches('/')).and_then(|below| below.strip_prefix('/'));
        let below_home = below.filter(|below| below.chars().all(is_plain)).map(str::to_owned);
        CodeFile { path, below_home }
    }
}

/// A raw string would do for most, but not in older ones.
fn quote_for_nu(value: &str) -> String {
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// To PowerShell the typographic quotes are quotes too; each is doubled.
fn quote_for_powershell(value: &str) -> String {
    let mut quoted = String::from("'");
    for c in value.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

impl fmt::Display for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Shell {
    type Err = UnknownShell;

    fn from_str(name: &str) -> Result<Shell, UnknownShell> {
        let is_it = |shell: &Shell| shell.name() == name || shell.aliases().contains(&name);
        Shell::ALL.into_iter().find(is_it).ok_or_else(|| UnknownShell(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_shell_is_found_by_its_names() {
        for shell in Shell::ALL {
            assert_eq!(shell.name().parse(), Ok(shell));
            assert!(shell.aliases().iter().all(|alias| alias.parse() == Ok(shell)));
        }
        assert_eq!("tcsh".parse::<Shell>(), Err(UnknownShell("tcsh".to_owned())));
    }

    #[test]
    fn a_file_below_the_home_is_named_by_it_however_that_ends() {
        for (home, below) in [("/h", Some("x/y")), ("/h/", Some("x/y")), ("/h//", Some("x/y")), ("/hh", None)]
        {
            assert_eq!(CodeFile::new("/h/x/y".into(), home).below_home.as_deref(), below, "{home}");
        }
    }

    #[test]
    fn each_shell_has_quotes_of_its_own() {
        let value = "it's \"a\\b\" $(x)\u{2019}\n";
        for (shell, quoted) in [
            (Shell::Bash, "'it'\\''s \"a\\b\" $(x)\u{2019}\n'"),
            (Shell::Fish, "'it\\'s \"a\\\\b\" $(x)\u{2019}\n'"),
            (Shell::Elvish, "'it''s \"a\\b\" $(x)\u{2019}\n'"),
            (Shell::Nu, "\"it's \\\"a\\\\b\\\" $(x)\u{2019}\\u{a}\""),
            (Shell::PowerShell, "'it''s \"a\\b\" $(x)\u{2019}\u{2019}\n'"),
        ] {
            assert_eq!(shell.quote(value), quoted, "{shell}");
        }
    }
}
