//! `env`: the settings in force.

use std::process::ExitCode;

use gvm_rs::net::Location;
use gvm_rs::shell::Shell;
use serde_json::json;

use crate::cli::args::Env;
use crate::cli::config::Config;
use crate::cli::report::Failure;
use crate::cli::ui::Ui;

pub(crate) fn run(args: &Env, config: &Config, ui: &Ui) -> Result<ExitCode, Failure> {
    if let Some(shell) = args.shell {
        ui.result(shell.init(&config.init(true, false)?));
        return Ok(ExitCode::SUCCESS);
    }
    let store = config.store()?;
    let current = store.current()?;
    let goroot = current.map(|current| store.layout().tree(current.version));
    if args.json {
        ui.json(&json!({
            "home": config.root,
            "bin": config.root.join("bin"),
            "config": config.config_file,
            "mirror": shown(&config.mirror),
            "index": config.index.as_deref().map(shown),
            "offline": config.offline,
            "downloads": config.downloads,
            "keep_archives": config.keep_archives,
            "version": current.map(|current| current.version),
            "goroot": goroot,
        }));
        return Ok(ExitCode::SUCCESS);
    }
    let config_file = config.config_file.clone().unwrap_or_default();
    let line = |name: &str, value: &str| format!("{name}={}\n", Shell::Sh.quote(value));
    let mut text = line("GVM_RS_HOME", &config.root.to_string_lossy());
    text += &line("GVM_RS_BIN", &config.root.join("bin").to_string_lossy());
    text += &line("GVM_RS_CONFIG", &config_file.to_string_lossy());
    text += &line("GVM_RS_MIRROR", &shown(&config.mirror));
    text += &line("GVM_RS_INDEX", &config.index.as_deref().map(shown).unwrap_or_default());
    let flag = |is_set: bool| if is_set { "1" } else { "0" };
    text += &line("GVM_RS_OFFLINE", flag(config.offline));
    text += &line("GVM_RS_DOWNLOADS", &config.downloads.to_string());
    text += &line("GVM_RS_KEEP_ARCHIVES", flag(config.keep_archives));
    text += &line("GVM_RS_VERSION", &current.map(|current| current.version.toolchain()).unwrap_or_default());
    ui.result(text);
    Ok(ExitCode::SUCCESS)
}

/// An address without the password that may be in it.
fn shown(address: &str) -> String {
    match Location::parse(address, true) {
        Ok(location) if address.contains("://") => location.to_string(),
        _ => address.to_owned(),
    }
}
