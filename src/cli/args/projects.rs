//! The arguments of what concerns one directory or one shell: `local`, `unpin`, `shell`, `exec`, `why`.

use std::ffi::OsString;

use super::{Json, Source};

const ABOUT_LOCAL: &str = "\
Writes the exact version into `.go-version` here, which comes before a `.tool-versions`, mise.toml, \
go.work or go.mod in the same directory; those stay as they are. Installs nothing. `go` follows it in \
shells with the directory hook (`gvm-rs init bash --hook`); `gvm-rs use` and `gvm-rs install` without a \
version take it, and `gvm-rs exec CMD` runs under it where there is no prompt: in IDEs, cron, make, CI.";

const ABOUT_SHELL: &str = "\
Puts the toolchain first on PATH in this shell and what it starts, until `gvm-rs shell --unset` or its \
end; what a directory asks for does not count meanwhile. It takes the function that `gvm-rs init` loads, \
in bash, zsh, fish and sh, because no program can change the PATH of the shell that started it.";

const ABOUT_EXEC: &str = "\
Without a SPEC it is the toolchain that the project here asks for: a pin as it is, a go.work or go.mod \
as the least that will do. A first word that reads as a version is the SPEC, any other is the command. \
GOROOT is unset, and GOTOOLCHAIN is `local` unless it is set.";

const ABOUT_WHY: &str = "\
Shows what `go` runs here, and everything that has a say in it, in order; `>` marks what decides. Then a \
fresh login shell (`$SHELL -lc`) and a fresh interactive one (`$SHELL -ic`) are started, each with a bare \
environment, and what `go` is in them is compared. bash reads ~/.bashrc in the latter only. cmd/go itself \
is not run: its choice of a toolchain is worked out from GOTOOLCHAIN, the file of `go env -w` and the \
go.work or go.mod.

The layers are `shell` (a function or an alias), `session` (`gvm-rs shell`), `hook`, `path`, `goroot`, \
`goenv`, `gotoolchain`, `module` (go.work or go.mod) and `pin`; `gvm-rs` names what is current.

Exits with 0 if a `go` runs here, and with 4 if none does.";

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_LOCAL)]
pub(crate) struct Local {
    /// A version; one that is installed will do, or else the newest there is. None shows what is asked for here
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    #[command(flatten)]
    pub output: Json,
    #[command(flatten)]
    pub source: Source,
}

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_SHELL)]
pub(crate) struct Shell {
    /// An installed version; none shows what was chosen
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    /// Goes back to what `go` is without it
    #[arg(long, conflicts_with_all = ["spec", "name"])]
    pub unset: bool,
    /// Prints the name of the toolchain, as the function asks for it
    #[arg(long, hide = true, requires = "spec")]
    pub name: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_EXEC, override_usage = "gvm-rs exec [OPTIONS] [SPEC] [--] CMD...")]
pub(crate) struct Exec {
    /// Installs the version first if need be
    #[arg(long)]
    pub install: bool,
    #[command(flatten)]
    pub source: Source,
    /// An installed version; without one it is that of the project here, and this is the command
    #[arg(value_name = "SPEC")]
    pub spec: OsString,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_WHY)]
pub(crate) struct Why {
    /// Starts no fresh shells
    #[arg(long)]
    pub here: bool,
    #[command(flatten)]
    pub output: Json,
}
