//! `completions`: a script that completes what can be typed.

use std::process::ExitCode;

use crate::cli::args::{CompletionShell, Completions};
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Completions, ui: &Ui) -> ExitCode {
    ui.result(match args.shell {
        CompletionShell::Bash => include_str!("../../../completions/gvm-rs.bash"),
        CompletionShell::Zsh => include_str!("../../../completions/_gvm-rs"),
        CompletionShell::Fish => include_str!("../../../completions/gvm-rs.fish"),
        CompletionShell::Nu => include_str!("../../../completions/gvm-rs.nu"),
        CompletionShell::Elvish => include_str!("../../../completions/gvm-rs.elv"),
        CompletionShell::Powershell => include_str!("../../../completions/gvm-rs.ps1"),
    });
    ExitCode::SUCCESS
}
