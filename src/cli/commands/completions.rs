//! `completions`: a script that completes what can be typed.

use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::args::{Args, CompletionShell, Completions};
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Completions, ui: &Ui) -> ExitCode {
    let shell = match args.shell {
        CompletionShell::Bash => Shell::Bash,
        CompletionShell::Zsh => Shell::Zsh,
        CompletionShell::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "gvm-rs", &mut script);
    ui.result(String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}
