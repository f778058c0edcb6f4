//! A crowd on one root: a dozen processes at once do whatever comes to their mind.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::stage::{ALL, ONE, Stage};
use crate::support::Sandbox;
use crate::witness::{Generation, current, history, version_told_by};

const PROCESSES: u64 = 12;
const COMMANDS: usize = 8;

#[test]
fn a_crowd_leaves_one_line_of_history_and_nothing_else() {
    let stage = Stage::with(&[ONE]);
    let (sandbox, is_over) = (&stage.sandbox, &AtomicBool::new(false));
    let busy = AtomicUsize::new(PROCESSES as usize);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read_until(sandbox, is_over));
        for seed in 1..=PROCESSES {
            let busy = &busy;
            scope.spawn(move || {
                let over = Finally(busy, is_over);
                let mut random = Random(seed);
                for _ in 0..COMMANDS {
                    act(sandbox, &mut random);
                }
                drop(over);
            });
        }
        assert!(reader.join().unwrap() > 0);
    });
    // Nobody died, so there is nothing to sweep.
    let root = sandbox.root();
    assert_eq!(stage.witness.is_tidy(&root, 0), Ok(()));
    is_one_line(&history(&root).unwrap());
    assert_eq!(current(&root).unwrap(), history(&root).unwrap().keys().max().copied());
}

/// Tells the reader when the last of the crowd is gone, also by a panic.
struct Finally<'a>(&'a AtomicUsize, &'a AtomicBool);

impl Drop for Finally<'_> {
    fn drop(&mut self) {
        if self.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.1.store(true, Ordering::SeqCst);
        }
    }
}

/// One command; only what its documentation says may come of it.
fn act(sandbox: &Sandbox, random: &mut Random) {
    let version = ALL[random.below(ALL.len())];
    let (args, codes): (Vec<&str>, &[i32]) = match random.below(12) {
        0..3 => (vec!["install", version], &[0]),
        // Somebody may uninstall between the install and the switch, or between the look and the switch.
        3..6 => (vec!["use", version], &[0, 4]),
        6..8 => (vec!["rollback"], &[0, 4]),
        8 => (vec!["uninstall", "--force", version], &[0, 4, 9]),
        9 => (vec!["prune", "--keep", "0"], &[0]),
        // Nothing may have changed yet, and what was removed may be installed anew.
        10 => (vec!["undo"], &[0, 4, 9]),
        _ => (vec!["prune", "--trash"], &[0]),
    };
    let run = sandbox.gvm(&args);
    assert!(run.code.is_some_and(|code| codes.contains(&code)), "{run}");
}

/// Runs `go` again and again; returns how often.
fn read_until(sandbox: &Sandbox, is_over: &AtomicBool) -> usize {
    let go = sandbox.root().join("bin/go");
    let mut reads = 0;
    while !is_over.load(Ordering::SeqCst) {
        let version = version_told_by(sandbox, &go).unwrap();
        assert!(ALL.contains(&version.as_str()), "go is {version}");
        reads += 1;
    }
    reads
}

/// Every generation comes from the one before it and leads elsewhere.
fn is_one_line(history: &BTreeMap<u64, Generation>) {
    let line: Vec<_> = history.iter().collect();
    assert!(line.len() > 1, "the crowd switched nothing");
    for pair in line.windows(2) {
        let ((number, old), (next, new)) = (pair[0], pair[1]);
        assert_eq!((new.from, *next), (Some(*number), number + 1), "{history:#?}");
        assert_ne!(old.version, new.version, "{history:#?}");
    }
}

/// Repeatable choices (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % bound
    }
}
