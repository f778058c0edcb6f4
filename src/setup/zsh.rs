//! Where zsh has its files, if only what it reads itself says so: `.zshenv` is a program, so zsh is asked. Nothing is
//! started where no such file speaks of ZDOTDIR.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Home;
use crate::disk;
use crate::process::{Environment, Watch};

/// What zsh reads whenever it starts, besides the `.zshenv` of the home.
const ALWAYS_READ: [&str; 2] = ["/etc/zshenv", "/etc/zsh/zshenv"];
/// Whatever those files print comes before the mark.
const MARK: &str = "-- gvm-rs asks --";
const LARGEST: u64 = 1 << 20;

impl Home {
    /// Returns the home with ZDOTDIR as zsh has it, where the environment does not say. A zsh that does not answer
    /// changes nothing.
    #[must_use]
    pub fn with_zsh_asked(mut self, environment: &Environment, watch: Watch<'_>) -> Home {
        if self.zdotdir.is_none() && self.is_zdotdir_spoken_of() {
            self.zdotdir = environment.find("zsh").and_then(|zsh| ask(&zsh, watch));
        }
        self
    }

    fn is_zdotdir_spoken_of(&self) -> bool {
        let speaks = |path: PathBuf| {
            let text = disk::read_capped(&path, LARGEST, true).unwrap_or_default();
            text.windows(b"ZDOTDIR".len()).any(|word| word == b"ZDOTDIR")
        };
        [self.directory.join(".zshenv")].into_iter().chain(ALWAYS_READ.map(PathBuf::from)).any(speaks)
    }
}

fn ask(zsh: &Path, watch: Watch<'_>) -> Option<PathBuf> {
    let mut command = Command::new(zsh);
    command.arg("-c").arg(format!("print -rn -- '{MARK}'\"${{ZDOTDIR-}}\"")).current_dir("/");
    let output = watch.output(&mut command).ok()?.stdout.bytes;
    let at = output.windows(MARK.len()).rposition(|part| part == MARK.as_bytes())?;
    let directory = PathBuf::from(OsStr::from_bytes(&output[at + MARK.len()..]));
    directory.is_absolute().then_some(directory)
}
