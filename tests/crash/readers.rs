//! Readers take no lock and never wait: whatever switches beside them, `go` runs.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::template::{CURRENT, PREVIOUS, Start, Template};
use crate::witness::{Seen, version_told_by};

const SWITCHES: usize = 200;

#[test]
fn go_runs_at_every_moment_of_two_hundred_switches() {
    let template = Template::new(Start::Full);
    let sandbox = template.copy();
    let is_over = AtomicBool::new(false);
    let (reads, of_each) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| read_until(&sandbox, &is_over));
        for switch in 0..SWITCHES {
            match switch % 4 {
                0 => sandbox.gvm(&["use", PREVIOUS]).ok(),
                2 => sandbox.gvm(&["use", CURRENT]).ok(),
                _ => sandbox.gvm(&["rollback"]).ok(),
            };
        }
        is_over.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    })
    .unwrap();
    assert!(reads >= SWITCHES / 2, "only {reads} reads");
    assert!(of_each.iter().all(|&count| count > 0), "the reader saw no switch: {of_each:?}");
}

/// Returns how often `go` ran, and how often as each of the two versions.
fn read_until(sandbox: &crate::support::Sandbox, is_over: &AtomicBool) -> Seen<(usize, [usize; 2])> {
    let root = sandbox.root();
    let mut of_each = [0, 0];
    while !is_over.load(Ordering::Relaxed) {
        for link in ["bin/go", "current", "current/go"] {
            fs::read_link(root.join(link)).map_err(|e| format!("{link}: {e}"))?;
        }
        let version = version_told_by(sandbox, &root.join("bin/go"))?;
        let which = [CURRENT, PREVIOUS].iter().position(|&known| known == version);
        of_each[which.ok_or(format!("go is {version}"))?] += 1;
    }
    Ok((of_each.iter().sum(), of_each))
}
