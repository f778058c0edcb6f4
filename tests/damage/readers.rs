//! A repair beside those who use what it repairs.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::store::{CURRENT, Store, overwrite, remove, told_by};

#[test]
fn go_runs_at_every_moment_of_a_repair() {
    let store = Store::new();
    let is_over = AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !is_over.load(Ordering::Relaxed) {
                assert_eq!(told_by(&store.sandbox, &store.root.join("bin/go")).as_deref(), Some(CURRENT));
                for path in ["src/io/io.go", "VERSION", "pkg/tool/compile"] {
                    // None of these is damaged: a repair that touches them would show here.
                    fs::read(store.tree(CURRENT).join(path)).unwrap();
                }
                reads += 1;
            }
            reads
        });
        for round in 0..15 {
            let tree = store.tree(CURRENT);
            overwrite(&tree.join("src/own.go"), |bytes| bytes[0] ^= 1);
            // Still a `go` that runs, but not the one that was installed; replaced whole, as an editor does.
            store.sandbox.sh(&format!(
                "cd '{}' && chmod u+w bin && cp bin/go bin/new && chmod u+w bin/new && echo '# {round}' >> bin/new && \
                 chmod 555 bin/new && mv -f bin/new bin/go && chmod 555 bin",
                tree.display()
            )).ok();
            remove(&tree.join("src/fmt"));
            fs::write(tree.join("added"), "x").unwrap();
            store.repairs(&[]);
        }
        is_over.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(reads > 15, "only {reads} reads");
}

#[test]
fn two_repairs_at_once_both_succeed() {
    for _ in 0..5 {
        let store = Store::new();
        remove(&store.tree(CURRENT).join("src"));
        fs::remove_file(store.tree(CURRENT).join("VERSION")).unwrap();
        let both = [store.sandbox.spawn(&["repair"]), store.sandbox.spawn(&["repair", "--all"])];
        both.into_iter().for_each(|run| drop(run.wait().ok()));
        store.is_whole(&crate::store::ALL).unwrap();
    }
}
