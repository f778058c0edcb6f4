//! Toolchains for other platforms: unpacked where nothing takes them for usable ones.

use serde_json::Value;

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
    assert_eq!(sandbox.gvm(&["list"]).ok().stdout, "");
    sandbox.gvm(&["where", "1.22.5"]).fails(4);
    assert_eq!(tree_names(&sandbox.root().join("staging")), [""; 0]);
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
