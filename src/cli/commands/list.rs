//! `list`: the installed toolchains, and those that were unpacked for other platforms.

use std::process::ExitCode;

use gvm_rs::model::Platform;
use serde_json::json;

use crate::cli::args::Json;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Json, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    let store = config.store()?;
    let installed = store.installed()?;
    let unofficial = store.unofficial()?;
    let foreign = store.foreign()?;
    // A damaged link is for `current` to tell; what is installed can be listed all the same.
    let current = store.current().unwrap_or_default().map(|current| current.version);
    if args.json {
        let platform = Platform::host();
        let here = installed.iter().map(|version| {
            json!({
                "version": version,
                "platform": platform,
                "current": current == Some(*version),
                "unofficial": unofficial.contains(version),
                "goroot": store.layout().tree(*version),
            })
        });
        // Without a manifest nothing tells who vouched for it.
        let elsewhere = foreign.iter().map(|foreign| {
            json!({
                "version": foreign.version,
                "platform": foreign.platform,
                "current": false,
                "unofficial": null,
                "goroot": foreign.tree,
            })
        });
        ui.json(&here.chain(elsewhere).collect::<Vec<_>>());
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
    for foreign in &foreign {
        text.push_str(&format!("{:<12} for {}\n", foreign.version.toolchain(), foreign.platform));
    }
    ui.result(text);
    if installed.is_empty() {
        ui.hint("nothing is installed; `gvm-rs use latest` installs the newest Go");
    }
    Ok(ExitCode::SUCCESS)
}
