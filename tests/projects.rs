//! What a directory and a shell can choose for themselves: `local`, `unpin`, `exec` without a version, `shell`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

mod needs;
mod support;

#[path = "projects/pins.rs"]
mod pins;
#[path = "projects/sessions.rs"]
mod sessions;

use support::{FakeGo, Mirror, Sandbox};

/// 1.21.13, 1.22.4 and 1.22.5 are installed and 1.22.5 is current; the mirror has 1.23.1 too.
fn stocked() -> (Mirror, Sandbox) {
    let mirror = Mirror::start();
    for version in ["1.21.13", "1.22.4", "1.22.5", "1.23.1"] {
        mirror.add(FakeGo::new(version).padding(2000));
    }
    let sandbox = Sandbox::new().with_mirror(&mirror);
    sandbox.gvm(&["install", "1.21.13", "1.22.4", "1.22.5"]).ok();
    sandbox.gvm(&["use", "1.22.5"]).ok();
    (mirror, sandbox)
}
