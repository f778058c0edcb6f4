//! Shell code: values quoted for each shell, in front of the snippets in `shell/`.

use super::args::Shell;
use super::config::{Config, ConfigError};

const SH: &str = include_str!("../../shell/init.sh");
const FISH: &str = include_str!("../../shell/init.fish");

/// Returns code for a shell that puts the store's `bin` first on PATH.
pub(crate) fn init(shell: Shell, config: &Config) -> Result<String, ConfigError> {
    let bin = config.bin_for_path()?;
    let home = match config.is_default_root {
        true => "",
        // It is a prefix of `bin`, so it can be named wherever `bin` can.
        false => bin.strip_suffix("/bin").unwrap_or_default(),
    };
    Ok(match shell {
        Shell::Fish => {
            let (bin, home) = (quote_for_fish(&bin), quote_for_fish(home));
            format!("set -l __gvm_rs_bin {bin}\nset -l __gvm_rs_home {home}\n{FISH}")
        }
        Shell::Bash | Shell::Zsh | Shell::Sh => {
            let (bin, home) = (quote(&bin), quote(home));
            format!("__gvm_rs_bin={bin}\n__gvm_rs_home={home}\n{SH}")
        }
    })
}

/// Quotes a value for sh, dash, bash and zsh: nothing in it means anything to the shell.
pub(crate) fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

fn quote_for_fish(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}
