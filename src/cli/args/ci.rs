//! The arguments of what build servers call: `ci check`, `ci env`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::Json;

#[derive(Debug, clap::Args)]
pub(crate) struct Ci {
    #[command(subcommand)]
    pub action: CiAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CiAction {
    /// Holds the project's files against each other and what is installed, or a release against the nodes of a cluster
    Check(CiCheck),
    /// Has later steps of a job find Go: writes GITHUB_PATH and GITHUB_ENV, or prints for GitLab and Docker
    Env(CiEnv),
}

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_CHECK)]
pub(crate) struct CiCheck {
    /// Projects; none is the one here
    #[arg(value_name = "DIR")]
    pub directories: Vec<PathBuf>,
    /// Reads what `kubectl get nodes -o json` prints, and admits a release only if every node runs it; - is the input
    #[arg(long, value_name = "FILE", conflicts_with = "directories")]
    pub nodes: Option<PathBuf>,
    /// The release for the nodes [default: what the project here asks for]
    #[arg(long, value_name = "SPEC", requires = "nodes")]
    pub go: Option<String>,
    /// How the findings are printed [default: github in GitHub Actions, else human]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Fails for less than errors
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    pub fail_on: FailOn,
    #[command(flatten)]
    pub output: Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
    Sarif,
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
}

const ABOUT_CHECK: &str = "\
Reads .go-version, .tool-versions, mise.toml, .mise.toml, go.work and go.mod here and above, up to the top of \
the repository, and the go.mod of each module that the go.work uses. Errors: a file that cannot be read \
(unreadable), pins of one directory that admit no release in common (pins-disagree), a pin older than the go \
line (pin-too-old), a go.work older than one of its modules (work-too-old), a release that does not run on this \
machine (will-not-run). Warnings: a pin older than the toolchain line (toolchain-above-pin), a release that \
there never was (unknown-release), and what is not installed (not-installed). Neither the network nor a `go` \
is asked. `--format sarif` is SARIF 2.1.0, for code scanning.

With --nodes the kernel of each node is held against what the release needs on its processor. A node that does \
not say its kernel, or whose kernel hides its number, does not admit a release (node-unknown), no more than one \
that is too old (node-too-old). The C library is that of a container's image and no matter of the node. Nodes \
that are alike are told together, the first ten kernels at most; --format json has all.

Exits with 0 if there are no errors, and else with 1; warnings count with --fail-on warning.";

#[derive(Debug, clap::Args)]
#[command(after_help = ABOUT_ENV)]
pub(crate) struct CiEnv {
    /// An installed version; none is that of the project here, or else the current one
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    /// Who reads it [default: github in GitHub Actions, else gitlab]
    #[arg(long = "for", value_name = "SERVER")]
    pub server: Option<Server>,
    #[command(flatten)]
    pub output: Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Server {
    Github,
    #[value(alias = "sh")]
    Gitlab,
    Docker,
}

const ABOUT_ENV: &str = "\
For github it appends to the files that GITHUB_PATH and GITHUB_ENV name, for gitlab it prints code for a script \
(eval \"$(gvm-rs ci env --for gitlab)\"), and for docker ENV lines for a Dockerfile. \
Puts the directory of the toolchain and that of installed tools (GOBIN) on PATH, sets GOTOOLCHAIN to `local` \
unless it is set already, so that Go fetches no other toolchain by itself, and GVM_RS_HOME where the root is \
not ~/.gvm-rs. GOROOT is never set. Installs nothing. For GitHub the version becomes the \
output go-version of the step.";
