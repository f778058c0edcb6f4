//! Where `go install` puts programs, as the environment and the file of `go env -w` have it; no `go` is asked.

use std::path::PathBuf;

use gvm_rs::disk;

use super::{LARGEST_FILE, home, variable};

/// Where `go install` puts programs unless GOBIN or GOPATH say otherwise in the shell, if a PATH can hold that.
pub(super) fn directory() -> Option<String> {
    let home = home()?;
    let xdg = variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let standard = match cfg!(target_os = "macos") {
        true => home.join("Library/Application Support"),
        false => xdg.unwrap_or_else(|| home.join(".config")),
    };
    // What `go env -w` wrote. cmd/go takes each line as it stands.
    let file = variable("GOENV").map_or(standard.join("go/env"), PathBuf::from);
    let text = disk::read_capped(&file, LARGEST_FILE, true).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let value = |name| {
        let value = text.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        Some(PathBuf::from(value)).filter(|path| path.is_absolute())
    };
    let path = || value("GOPATH").and_then(|list| std::env::split_paths(&list).next());
    let tools = value("GOBIN").unwrap_or_else(|| path().unwrap_or(home.join("go")).join("bin"));
    tools.into_os_string().into_string().ok().filter(|tools| !tools.contains(':'))
}
