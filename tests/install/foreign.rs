//! Toolchains for other platforms: unpacked where nothing takes them for usable ones.

use serde_json::{Value, json};

use crate::stocked;
use crate::support::{FakeGo, tree_names};

#[test]
fn a_toolchain_for_another_platform_goes_elsewhere() {
    let (mirror, sandbox) = stocked(&["1.22.5"]);
    mirror.add(FakeGo::new("1.22.5").platform("darwin-arm64"));
    mirror.add(FakeGo::new("1.22.5").platform("linux-armv6l"));
    for (flags, platform) in [
        (&["--os", "darwin", "--arch", "arm64"][..], "darwin-arm64"),
        (&["--arch", "armv6l"][..], "linux-armv6l"),
    ] {
        let run = sandbox.gvm(&[&["install", "1.22", "--no-prove"], flags].concat()).ok();
        let place = sandbox.root().join("foreign").join(platform).join("go1.22.5");
        assert_eq!(run.out(), place.display().to_string());
        assert!(place.join("bin/go").is_file());
        let run = sandbox.gvm(&[&["install", "1.22", "--no-prove", "--json"], flags].concat()).ok();
        let said: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((&said["platform"], &said["path"]), (&platform.into(), &place.to_str().unwrap().into()));
    }
    sandbox.gvm(&["where", "1.22.5"]).fails(4);
    assert_eq!(tree_names(&sandbox.root().join("staging")), [""; 0]);
}

#[test]
fn a_toolchain_for_another_platform_is_listed_as_such_and_removed_as_such() {
    let (mirror, sandbox) = stocked(&["1.22.5", "1.21.13"]);
    for version in ["1.22.5", "1.21.13"] {
        mirror.add(FakeGo::new(version).platform("darwin-arm64"));
    }
    let other = ["--os", "darwin", "--arch", "arm64"];
    sandbox.gvm(&["install", "1.22.5"]).ok();
    sandbox.gvm(&[&["install", "1.22.5", "1.21.13", "--no-prove"][..], &other].concat()).ok();
    // Whatever else is there is none.
    std::fs::create_dir_all(sandbox.root().join("foreign/nonsense/go1.22.5")).unwrap();
    std::fs::write(sandbox.root().join("foreign/darwin-arm64/go1.20"), "").unwrap();
    let listed = sandbox.gvm(&["list"]).ok().stdout;
    assert_eq!(
        listed,
        "go1.22.5     unofficial\ngo1.22.5     for darwin-arm64\ngo1.21.13    for darwin-arm64\n"
    );
    let listed: Vec<Value> = serde_json::from_str(&sandbox.gvm(&["list", "--json"]).ok().stdout).unwrap();
    let place = sandbox.root().join("foreign/darwin-arm64/go1.22.5");
    assert_eq!(listed.len(), 3);
    assert_eq!(listed[0]["platform"], "linux-amd64");
    assert_eq!(
        listed[1],
        json!({
            "version": "1.22.5",
            "platform": "darwin-arm64",
            "current": false,
            "unofficial": null,
            "goroot": place,
        })
    );
    let run = sandbox.gvm(&[&["uninstall", "1.22.5"][..], &other].concat()).ok();
    assert_eq!(run.stderr, "removed go1.22.5\n");
    assert_eq!(
        sandbox.gvm(&["list"]).ok().stdout,
        "go1.22.5     unofficial\ngo1.21.13    for darwin-arm64\n"
    );
    assert!(!place.exists() && sandbox.root().join("versions/go1.22.5").is_dir());
    assert_eq!(tree_names(&sandbox.root().join("staging")), [""; 0]);
    for (args, code, said) in [
        (&["1.22.5", "--os", "darwin", "--arch", "arm64"][..], 4, "go1.22.5 is not installed"),
        (&["1.21.13", "--os", "darwin"], 4, "go1.21.13 is not installed"),
        (&["1.21", "--arch", "arm64", "--os", "darwin"], 2, "name it exactly, as 1.21.13\n"),
        (&["1.21.13", "--os", "../x"], 2, "is not a platform's name"),
    ] {
        let run = sandbox.gvm(&[&["uninstall"], args].concat()).fails(code);
        assert!(run.stderr.contains(said), "{run}");
    }
    let run = sandbox.gvm(&[&["uninstall", "1.21.13", "--json"][..], &other].concat()).ok();
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(said, json!({"removed": ["1.21.13"], "in_trash": []}));
}

#[test]
fn a_foreign_toolchain_has_to_be_wanted() {
    let (mirror, sandbox) = stocked(&["1.22.5"]);
    mirror.add(FakeGo::new("1.22.5").platform("darwin-arm64"));
    for (args, code, said) in [
        (&["--os", "darwin", "--arch", "arm64"][..], 2, "--no-prove"),
        (&["--os", "darwin", "--no-prove", "--use"], 2, "cannot be used with"),
        (&["--arch", "arm64", "--no-prove", "--use"], 2, "cannot be used with"),
        (&["--no-prove"], 2, "--os"),
        (&["--os", "plan10", "--no-prove"][..], 3, "has no build for plan10-amd64"),
        (&["--os", "..", "--no-prove"][..], 2, "is not a platform's name"),
        (&["--arch", "a/b", "--no-prove"][..], 2, "is not a platform's name"),
    ] {
        let run = sandbox.gvm(&[&["install", "1.22"], args].concat()).fails(code);
        assert!(run.stderr.contains(said), "{run}");
    }
    assert!(!sandbox.root().join("foreign").exists());
}
