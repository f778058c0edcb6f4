//! Bisections over real toolchains: what a real compiler and linker refuse.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::needs;
use crate::support::{Sandbox, tree_names};

fn mirror() -> PathBuf {
    let named = std::env::var_os("GVM_RS_TEST_REAL_MIRROR").map(PathBuf::from);
    let mirror = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/real-mirror"));
    assert!(
        mirror.join("dl/index.json").is_file(),
        "no real toolchains in {}: make them with tests/real/make-mirror, or set GVM_RS_TEST_SKIP=real",
        mirror.display()
    );
    mirror
}

/// Reaches for a function that is not exported, which the linker refuses from 1.23 on.
const REACHES: &str = "package main\n\nimport (\n\t_ \"strings\"\n\t_ \"unsafe\"\n)\n\n//go:linkname indexFunc \
                       strings.indexFunc\nfunc indexFunc(s string, f func(rune) bool, truth bool) int\n\n\
                       func main() { println(indexFunc(\"ab\", func(r rune) bool { return r == 'b' }, true)) }\n";
/// Calls a function that is there from 1.23 on.
const REPEATS: &str =
    "package main\n\nimport \"slices\"\n\nfunc main() { println(len(slices.Repeat([]int{1}, 3))) }\n";

#[test]
fn a_bisection_over_real_releases_finds_where_the_linker_became_strict_and_where_a_function_appeared() {
    if needs::is_skipped("real") {
        return;
    }
    let dl = mirror().join("dl");
    let sandbox = Sandbox::new()
        .env("GVM_RS_INDEX", dl.join("index.json"))
        .env("GVM_RS_MIRROR", dl)
        .env("GOPROXY", "off")
        .env("CGO_ENABLED", "0");
    let module = |name: &str, program: &str| {
        let directory = sandbox.dir(name);
        std::fs::write(directory.join("go.mod"), "module example.com/m\n\ngo 1.21\n").unwrap();
        std::fs::write(directory.join("main.go"), program).unwrap();
        // A function without a body needs an assembly file beside it.
        std::fs::write(directory.join("empty.s"), "").unwrap();
        directory
    };
    let bisect = |directory: &Path, ends: [&str; 4]| {
        let args = [&["bisect", "--json"][..], &ends, &["--", "go", "run", "."]].concat();
        // Without the patience of a sandbox: a cold build on a busy machine takes its time.
        let run = sandbox
            .command(env!("CARGO_BIN_EXE_gvm-rs"))
            .args(&args)
            .current_dir(directory)
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
        let names = tree_names(&sandbox.root());
        let left: Vec<&String> =
            names.iter().filter(|name| name.contains("1.2") || name.starts_with("staging/")).collect();
        assert!(left.iter().all(|name| *name == "staging/"), "{left:?}");
        serde_json::from_slice::<Value>(&run.stdout).unwrap()
    };
    let strict = bisect(&module("reaches", REACHES), ["--good", "1.21", "--bad", "1.27"]);
    let output = strict["steps"][1]["output"].as_str().unwrap();
    assert!(output.contains("invalid reference to strings.indexFunc"), "{output}");
    assert_eq!((&strict["first_failing"], &strict["last_working"]), (&"1.26.6".into(), &"1.22.10".into()));
    let there = bisect(&module("repeats", REPEATS), ["--good", "1.27", "--bad", "1.21"]);
    assert_eq!((&there["first_working"], &there["last_failing"]), (&"1.26.6".into(), &"1.22.10".into()));
    for told in [&strict, &there] {
        assert!(told["runs"].as_u64().unwrap() <= 4, "{told}");
    }
}
