//! `list`: the installed toolchains.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::args::Json;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let store = config.store()?;
    let installed = store.installed()?;
    let unofficial = store.unofficial()?;
    // A damaged link is for `current` to tell; what is installed can be listed all the same.
    let current = store.current().unwrap_or_default().map(|current| current.version);
    if args.json {
        let toolchains: Vec<_> = installed
            .iter()
            .map(|version| {
                json!({
                    "version": version,
                    "current": current == Some(*version),
                    "unofficial": unofficial.contains(version),
                    "goroot": store.layout().tree(*version),
                })
            })
            .collect();
        ui.json(&toolchains);
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    for version in &installed {
        let toolchain = version.toolchain();
        match (current == Some(*version), unofficial.contains(version)) {
            (false, false) => text.extend([&toolchain, "\n"]),
            (true, false) => text.push_str(&format!("{toolchain:<12} current\n")),
            (false, true) => text.push_str(&format!("{toolchain:<12} unofficial\n")),
            (true, true) => text.push_str(&format!("{toolchain:<12} current, unofficial\n")),
        }
    }
    ui.result(text);
    if installed.is_empty() {
        ui.hint("nothing is installed; `gvm-rs use latest` installs the newest Go");
    }
    Ok(ExitCode::SUCCESS)
}
