//! Where `go install` puts programs, as the file of `go env -w` has it; no `go` is asked.

use std::path::PathBuf;

use gvm_rs::explain::Scene;

use super::{home, variable};

/// Where `go install` puts programs unless GOBIN or GOPATH say otherwise in the shell, if a PATH can hold that.
pub(super) fn directory() -> Option<String> {
    let home = home()?;
    // What `go env -w` wrote counts wherever one is.
    let scene = Scene::of(home.clone(), variable);
    let value = |name| scene.written(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let path = || value("GOPATH").and_then(|list| std::env::split_paths(&list).next());
    let tools = value("GOBIN").unwrap_or_else(|| path().unwrap_or(home.join("go")).join("bin"));
    tools.into_os_string().into_string().ok().filter(|tools| !tools.contains(':'))
}
