//! What `inspect` says of what real toolchains are and build: for three systems, PIE, with and without cgo.

use serde_json::Value;

use crate::support::Sandbox;
use crate::{NEW, OLD, module, sh, tree};

/// A program without imports, so that little is compiled for the other systems.
const SMALL: &str = "package main\n\nfunc main() { println(\"x\") }\n";
const WITH_C: &str =
    "package main\n\n// int one() { return 1; }\nimport \"C\"\n\nfunc main() { println(C.one()) }\n";

/// What is said of one file, and its verdict.
fn told(sandbox: &Sandbox, args: &[&str], path: &std::path::Path) -> Value {
    let run = sandbox.gvm(&[&["inspect", "--json", path.to_str().unwrap()], args].concat()).ok();
    let whole: Value = serde_json::from_str(&run.stdout).unwrap();
    whole[0]["programs"][0].clone()
}

pub fn tells_what_real_programs_are(sandbox: &Sandbox) {
    for version in [OLD, NEW] {
        let go = told(
            sandbox,
            &["--require", "static", "--target", "alpine"],
            &tree(sandbox, version).join("bin/go"),
        );
        assert_eq!(
            (&go["build"]["go"], &go["build"]["package"]),
            (&format!("go{version}").into(), &"cmd/go".into())
        );
        assert_eq!((&go["build"]["settings"]["CGO_ENABLED"], &go["verdict"]), (&"0".into(), &"met".into()));
        let small = module(sandbox, &format!("small-{version}"), "go 1.21\n", SMALL);
        let go = tree(sandbox, version).join("bin/go").display().to_string();
        let build = |name: &str, settings: &str, flags: &str| {
            sh(sandbox, &small, &format!("GOTOOLCHAIN=local {settings} {go} build {flags} -o {name} ."));
            small.join(name)
        };
        // Since 1.24 there is an LC_UUID, without which macOS 26 may end a program.
        let mac = told(
            sandbox,
            &["--target", "macos:26"],
            &build("mac", "GOOS=darwin GOARCH=arm64", "-ldflags='-s -w'"),
        );
        assert_eq!(
            (&mac["format"], &mac["os"], &mac["arch"]),
            (&"Mach-O".into(), &"darwin".into(), &"arm64".into())
        );
        let expected = if version == NEW { (true, "met") } else { (false, "unknown") };
        assert_eq!(
            (&mac["uuid"], &mac["verdict"]),
            (&expected.0.into(), &expected.1.into()),
            "{version}: {mac}"
        );
        assert_eq!(mac["build"]["settings"]["-ldflags"], "-s -w");
        let pie = build("pie", "", "-buildmode=pie");
        assert_eq!(told(sandbox, &[], &pie)["verdict"], "met");
        // No library, no cgo, and yet a loader that alpine does not have.
        let there = told(sandbox, &["--target", "alpine"], &pie);
        assert_eq!(
            (&there["pie"], &there["libraries"], &there["verdict"]),
            (&true.into(), &Value::Array(vec![]), &"not met".into())
        );
        let high = told(sandbox, &[], &build("high", "GOAMD64=v4", ""));
        assert!(high["checks"].as_array().unwrap().iter().any(|check| check["subject"] == "cpu"), "{high}");
    }
    let small = sandbox.path().join(format!("small-{NEW}"));
    let go = tree(sandbox, NEW).join("bin/go").display().to_string();
    sh(sandbox, &small, &format!("GOTOOLCHAIN=local GOOS=windows {go} build -o windows.exe ."));
    let windows = told(sandbox, &["--target", "windows"], &small.join("windows.exe"));
    assert_eq!((&windows["format"], &windows["verdict"]), (&"PE".into(), &"met".into()), "{windows}");
    assert_eq!(windows["build"]["module"]["path"], "example.com/m");
    if std::path::Path::new("/usr/bin/cc").exists() {
        let with_c = module(sandbox, "with-c", "go 1.21\n", WITH_C);
        sh(sandbox, &with_c, &format!("GOTOOLCHAIN=local CGO_ENABLED=1 {go} build -o cgo ."));
        let cgo = told(sandbox, &[], &with_c.join("cgo"));
        assert_eq!((&cgo["static"], &cgo["verdict"]), (&false.into(), &"met".into()), "{cgo}");
        assert!(cgo["glibc"].is_string() && cgo["build"]["settings"]["CGO_ENABLED"] == "1", "{cgo}");
    }
}
