//! What cmd/go is told: GOROOT, GOTOOLCHAIN, GOFLAGS, GOPROXY, GOSUMDB, in the environment and the file of `go env -w`.

use std::fs;

use crate::{examined, finds, healthy, needs};

#[test]
fn settings_that_break_go_are_found_in_the_environment() {
    let (_mirror, sandbox) = healthy();
    let own = sandbox.root().join("versions/go1.22.5").display().to_string();
    for (name, value, expected) in [
        ("GOROOT", "/nope", "error goroot-environment"),
        ("GOROOT", "/usr", "error goroot-environment"),
        ("GOROOT", own.as_str(), "warning goroot-environment"),
        ("GOTOOLCHAIN", "bash", "error gotoolchain-invalid"),
        ("GOTOOLCHAIN", "go1.22", "error gotoolchain-invalid"),
        ("GOTOOLCHAIN", "go1.22+auto", "error gotoolchain-invalid"),
        ("GOTOOLCHAIN", "go1.22+path", "error gotoolchain-invalid"),
        ("GOTOOLCHAIN", "go1.21.13", "warning gotoolchain-fixed"),
        ("GOFLAGS", "foo -mod=mod", "error goflags-invalid"),
        ("GOPROXY", ",", "error goproxy-invalid"),
        ("GOPROXY", "proxy.example.org", "error goproxy-invalid"),
        ("GOPROXY", "off", "note goproxy-off"),
        ("GOSUMDB", "on", "error gosumdb-invalid"),
        ("GOSUMDB", "off", "note gosumdb-off"),
    ] {
        let report = finds(&sandbox, &[(name, value)], &[expected]);
        let mend = report["findings"][0]["mend"].as_str().unwrap();
        assert!(mend.contains(&format!("unset {name}")), "{mend}");
    }
}

#[test]
fn where_a_setting_makes_go_fail_the_places_say_so() {
    let (_mirror, sandbox) = healthy();
    let file = sandbox.home().join(".bashrc");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("export GOROOT=/usr/local/go-absent\n{text}")).unwrap();
    let (report, run) = examined(&sandbox, &[], &[]);
    let place = |name: &str| {
        let places = report["contexts"].as_array().unwrap();
        places.iter().find(|place| place["name"] == name).unwrap_or_else(|| panic!("{run}"))
    };
    assert_eq!(place("this shell")["outcome"], "program", "{run}");
    let terminal = place("terminal");
    assert!(terminal["outcome"] == "error" && terminal["program"]["version"] == "1.22.5", "{run}");
    assert_eq!(terminal["detail"], "cannot find GOROOT directory: /usr/local/go-absent", "{run}");
    let run = sandbox.gvm(&["doctor"]).fails(1);
    assert!(run.stdout.contains(" fails: cannot find GOROOT directory: /usr/local/go-absent ("), "{run}");
}

#[test]
fn a_universal_variable_of_fish_is_found_where_it_is_kept() {
    if !needs::program("fish") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    sandbox.gvm(&["setup", "--yes", "--no-systemd", "--shell", "fish"]).ok();
    let fish = |script: &str| {
        let mut command = sandbox.command("fish");
        command.args(["-c", script]);
        sandbox.start(command).wait().ok()
    };
    fish("set -Ux GOROOT /opt/universal");
    let shell = fish("status fish-path").stdout.trim().to_owned();
    let env = [("SHELL", shell.as_str())];
    let report = finds(&sandbox, &env, &["error goroot-environment"]);
    let finding = &report["findings"][0];
    assert!(finding["evidence"].to_string().contains("fish/fish_variables:"), "{finding}");
    let mend = finding["mend"].as_str().unwrap();
    assert!(mend.starts_with("run `set --erase --universal GOROOT`"), "{mend}");
    let run = sandbox.gvm_with(&env, &["why"]);
    assert!(run.stderr.contains("hint: run `set --erase --universal GOROOT`"), "{run}");
    fish("set --erase --universal GOROOT");
    finds(&sandbox, &env, &[]);
}

#[test]
fn a_fix_that_is_killed_leaves_the_old_file_or_the_new_one() {
    let (_mirror, sandbox) = healthy();
    let directory = sandbox.home().join(".config/go");
    fs::create_dir_all(&directory).unwrap();
    let file = directory.join("env");
    let (old, new) = ("GOPRIVATE=a\nGOROOT=/opt/old\nGOFLAGS=-mod=mod\n", "GOPRIVATE=a\nGOFLAGS=-mod=mod\n");
    let (mut steps, mut was_killed) = (0, true);
    while was_killed {
        steps += 1;
        fs::write(&file, old).unwrap();
        let before = steps.to_string();
        let run = sandbox.gvm_with(&[("GVM_RS_TEST_KILL_BEFORE", &before)], &["doctor", "--fix", "--yes"]);
        was_killed = run.code.is_none();
        let text = fs::read_to_string(&file).unwrap();
        assert!(text == new || was_killed && text == old, "{steps}: {run}");
    }
    assert!(steps > 3, "{steps} steps");
    assert_eq!(crate::support::tree_names(&directory), ["env"]);
    finds(&sandbox, &[], &[]);
}

#[test]
fn settings_of_go_env_w_are_found_and_fixed() {
    let (_mirror, sandbox) = healthy();
    let file = sandbox.home().join(".config/go/env");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    for (name, value, expected) in [
        ("GOROOT", "/opt/old", "error goroot-goenv"),
        ("GOTOOLCHAIN", "go1.22", "error gotoolchain-invalid"),
        ("GOTOOLCHAIN", "go1.21.13", "warning gotoolchain-fixed"),
    ] {
        fs::write(&file, format!("GOPRIVATE=example.org\n{name}={value}\nGOFLAGS=-mod=mod")).unwrap();
        let report = finds(&sandbox, &[], &[expected]);
        let mend = report["findings"][0]["mend"].as_str().unwrap();
        assert!(mend.ends_with(&format!("GOTOOLCHAIN=local go env -u {name}`")), "{mend}");
        let run = sandbox.gvm(&["doctor", "--fix", "--yes", "--json"]).ok();
        assert!(run.stdout.contains(&format!("\"{}\"", expected.split(' ').nth(1).unwrap())), "{run}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "GOPRIVATE=example.org\nGOFLAGS=-mod=mod");
        finds(&sandbox, &[], &[]);
    }
}
