//! PATH, and what else decides which `go` runs: each fault made for real.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use serde_json::Value;

use crate::{examined, finds, healthy, ids, needs};

#[test]
fn what_is_wrong_with_path_is_found() {
    let (_mirror, sandbox) = healthy();
    let bin = sandbox.root().join("bin");
    let other = sandbox.dir("usr/local/go/bin");
    fs::write(sandbox.path().join("usr/local/go/VERSION"), "go1.19.8\n").unwrap();
    fs::write(other.join("go"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(other.join("go"), fs::Permissions::from_mode(0o755)).unwrap();
    let keg = sandbox.dir("opt/homebrew/bin");
    symlink("../Cellar/go/1.20/bin/go", keg.join("go")).unwrap();
    let (bin, other, keg) = (bin.display(), other.display(), keg.display());
    for (path, expected) in [
        (format!("{other}:{bin}:/usr/bin:/bin"), &["error path-shadowed"][..]),
        ("/usr/bin:/bin".to_owned(), &["warning path-missing"]),
        (format!("{bin}:/usr/bin:{bin}:/bin"), &["note path-duplicate"]),
        (format!("{bin}::/usr/bin:/bin"), &["warning path-relative"]),
        (format!(".:{bin}:/usr/bin:/bin"), &["warning path-relative"]),
        (format!("{bin}:{keg}:/usr/bin:/bin"), &["warning path-dangling"]),
    ] {
        let report = finds(&sandbox, &[("PATH", &path)], expected);
        let finding = &report["findings"][0];
        assert!(finding["mend"].is_string(), "{finding}");
        if expected[0] == "error path-shadowed" {
            let says = finding["says"].as_str().unwrap();
            assert!(says.contains("go1.19.8") && says.contains("an archive from go.dev"), "{says}");
        }
    }
    // With the level at which it fails.
    let path = format!("{bin}::/usr/bin:/bin");
    sandbox.gvm_with(&[("PATH", &path)], &["doctor", "--fail-on", "warning"]).fails(1);
    // In an open shell that is older than the set-up, the others are fine.
    let report = finds(&sandbox, &[("PATH", "/usr/bin:/bin")], &["warning path-missing"]);
    assert_eq!(report["findings"][0]["mend"], "open a new terminal");
}

#[test]
fn other_managers_and_functions_are_found() {
    let (_mirror, sandbox) = healthy();
    finds(&sandbox, &[("BASH_FUNC_go%%", "() { :; }")], &["warning go-covered"]);
    let gvm = [("GVM_ROOT", "/nowhere/.gvm"), ("gvm_go_name", "go1.20")];
    finds(&sandbox, &gvm, &["warning manager-gvm"]);
    finds(&sandbox, &[("BASH_FUNC_gvm%%", "() { :; }")], &["warning manager-gvm"]);
    let file = sandbox.home().join(".bashrc");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}\ngvm() {{ :; }} # scripts/gvm\n")).unwrap();
    let report = finds(&sandbox, &[], &["warning manager-gvm"]);
    assert!(report["findings"][0]["evidence"].to_string().contains(".bashrc:"), "{report}");
}

#[test]
fn fresh_shells_that_run_another_go_are_found() {
    if !needs::program("bash") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    let other = sandbox.dir("home/.goenv/bin");
    fs::write(other.join("go"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(other.join("go"), fs::Permissions::from_mode(0o755)).unwrap();
    let file = sandbox.home().join(".bashrc");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        format!("{text}\nexport PATH=\"$HOME/.goenv/bin:$PATH\" GOROOT=/opt/lost\nalias go=x\n"),
    )
    .unwrap();
    let (report, run) = examined(&sandbox, &[], &[]);
    let found = ids(&report);
    for id in ["error goroot-environment", "warning shell-interactive", "note go-covered"] {
        assert!(found.contains(&id.to_owned()), "{id}: {run}");
    }
    let line = format!("{}:", file.display());
    assert!(run.stdout.contains(&line), "who sets it is named: {run}");
    let terminal =
        report["contexts"].as_array().unwrap().iter().find(|context| context["name"] == "terminal").unwrap();
    assert_eq!(terminal["outcome"], "shell");
}

#[test]
fn editors_that_are_told_another_go_are_found() {
    let (_mirror, sandbox) = healthy();
    let project = sandbox.dir("home/project/sub");
    for (file, text, id) in [
        (".vscode/settings.json", "{\"go.goroot\": \"/usr/local/go\", // old\n}", "warning ide-vscode"),
        (
            ".vscode/settings.json",
            "{\"go.alternateTools\": {\"go\": \"~/sdk/go1.20/bin/go\"}}",
            "warning ide-vscode",
        ),
        (
            ".vscode/settings.json",
            "{\"go.toolsEnvVars\": {\"GOROOT\": \"/usr/local/go\"}}",
            "warning ide-vscode",
        ),
        (
            ".idea/workspace.xml",
            "<project><component name=\"GOROOT\" url=\"file://$USER_HOME$/sdk/go1.20\" /></project>",
            "warning ide-goland",
        ),
    ] {
        let file = project.parent().unwrap().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        let run = sandbox.gvm_in(&project, &["doctor", "--json"]).ok();
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(ids(&report), [id], "{run}");
        // What leads to ours, or where only the editor knows, is fine.
        let ours = sandbox.root().join("current/go");
        for path in [ours.to_str().unwrap(), "${workspaceFolder:x}/go"] {
            let text = text.replace("/usr/local/go", path).replace("~/sdk/go1.20/bin/go", path);
            fs::write(&file, text.replace("file://$USER_HOME$/sdk/go1.20", &format!("file://{path}")))
                .unwrap();
            let is_told = text.contains("toolsEnvVars") || path.starts_with('$') && text.contains("GOROOT");
            if !is_told {
                let run = sandbox.gvm_in(&project, &["doctor", "--json"]).ok();
                assert!(ids(&serde_json::from_str(&run.stdout).unwrap()).is_empty(), "{run}");
            }
        }
        fs::remove_file(&file).unwrap();
    }
}

/// What is found in one place.
fn context<'a>(report: &'a Value, name: &str) -> &'a Value {
    let contexts = report["contexts"].as_array().unwrap();
    contexts.iter().find(|context| context["name"] == name).unwrap_or(&Value::Null)
}

#[test]
fn services_and_sudo_are_told_beside_the_shells() {
    let (_mirror, sandbox) = healthy();
    // A manager that runs, and answers as systemd does.
    let runtime = sandbox.dir("run");
    fs::create_dir_all(runtime.join("systemd")).unwrap();
    fs::write(runtime.join("systemd/private"), "").unwrap();
    let tools = sandbox.dir("tools");
    let bin = sandbox.root().join("bin").display().to_string();
    let program = |name: &str, text: String| {
        fs::write(tools.join(name), format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(tools.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    program("sudo", String::new());
    program("systemctl", format!("echo PATH={bin}:/usr/bin"));
    let path = format!("{bin}:{}:/usr/bin:/bin", tools.display());
    let env = [("PATH", path.as_str()), ("XDG_RUNTIME_DIR", runtime.to_str().unwrap())];
    fs::create_dir_all(sandbox.home().join(".config/environment.d")).unwrap();
    sandbox.gvm_with(&env, &["setup", "--yes", "--systemd-only"]).ok();
    let report = finds(&sandbox, &env, &[]);
    assert_eq!(context(&report, "user service")["program"]["version"], "1.22.5");
    for name in ["cron", "sudo", "system service"] {
        assert_eq!(context(&report, name)["outcome"], "nothing", "{report}");
    }
    // What somebody put into it overrules the file.
    program("systemctl", "echo PATH=/usr/bin:/bin".to_owned());
    let report = finds(&sandbox, &env, &["warning systemd-overruled"]);
    assert_eq!(context(&report, "user service")["outcome"], "nothing");
}

#[test]
fn a_real_manager_that_was_given_another_path_is_told() {
    let is_possible = rustix::process::geteuid().is_root() && !needs::is_skipped("systemd");
    if !is_possible || !needs::program("systemctl") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    let script = r#"
        "$GVM" setup --yes --systemd-only >/dev/null 2>&1
        ask() { "$GVM" doctor --json | grep -e '"id"' || echo nothing; }
        ask
        systemctl --user set-environment PATH=/usr/bin:/bin; ask
        systemctl --user unset-environment PATH; ask"#;
    let mut command =
        sandbox.command(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systemd/beside-manager"));
    command.args(["bash", "-c", script]).env("GVM", env!("CARGO_BIN_EXE_gvm-rs"));
    let run = sandbox.start(command).wait();
    let lines: Vec<&str> = run.stdout.lines().map(str::trim).collect();
    assert_eq!(lines, ["nothing", "\"id\": \"systemd-overruled\",", "nothing"], "{run}");
}

#[test]
fn the_desktop_session_is_told_by_its_environment() {
    if !needs::program("unshare") {
        return;
    }
    let (_mirror, sandbox) = healthy();
    sandbox.gvm(&["setup", "--yes", "--systemd-only"]).ok();
    // In processes of its own, where no other test sees it.
    let flags = if rustix::process::geteuid().is_root() { "-pmf" } else { "-rpmf" };
    let script =
        "cp /bin/sleep \"$HOME/sway\"; env PATH=/usr/bin \"$HOME/sway\" 600 & \"$GVM\" doctor --json";
    let mut command = sandbox.command("/usr/bin/unshare");
    command
        .args([flags, "--mount-proc", "--kill-child", "sh", "-c", script])
        .env("GVM", env!("CARGO_BIN_EXE_gvm-rs"));
    let run = sandbox.start(command).wait();
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    assert_eq!((ids(&report), run.code), (vec!["note desktop-old".to_owned()], Some(0)), "{run}");
    assert_eq!(context(&report, "desktop")["outcome"], "nothing", "{run}");
}

#[test]
fn a_store_of_somebody_else_is_told() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (_mirror, sandbox) = healthy();
    for directory in [sandbox.path().to_owned(), sandbox.home()] {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    std::os::unix::fs::chown(sandbox.root(), Some(4321), None).unwrap();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_gvm-rs"));
    command.args(["doctor", "--json"]).uid(65_534);
    let run = sandbox.start(command).wait();
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    assert!(ids(&report).contains(&"warning store-owner".to_owned()), "{run}");
}

#[test]
fn the_network_is_asked_only_where_that_is_wanted() {
    let (mirror, sandbox) = healthy();
    let asked = mirror.requests().len();
    finds(&sandbox, &[], &[]);
    assert_eq!(mirror.requests().len(), asked);
    let (report, run) = examined(&sandbox, &[], &["--network"]);
    assert!(ids(&report).is_empty() && run.code == Some(0), "{run}");
    assert!(mirror.requests().len() > asked);
    let nowhere = [("GVM_RS_INDEX", "http://127.0.0.1:1/index"), ("GVM_RS_MIRROR", "http://127.0.0.1:1")];
    let proxy = ("HTTPS_PROXY", "http://me:secret@127.0.0.1:1");
    let quick = sandbox.path().join("config.toml");
    fs::write(&quick, "retries = 1\nretry_delay_ms = 1\n").unwrap();
    let config = ("GVM_RS_CONFIG", quick.to_str().unwrap());
    let (report, run) = examined(&sandbox, &[nowhere[0], nowhere[1], proxy, config], &["--network"]);
    assert_eq!(ids(&report), ["error network-index", "error network-mirror"], "{run}");
    assert!(
        run.stdout.contains("HTTPS_PROXY is `http://127.0.0.1:1`") && !run.stdout.contains("secret"),
        "{run}"
    );
    // An answer that is no index, as of a portal.
    let portal = sandbox.path().join("portal.json");
    fs::write(&portal, "<html>log in</html>").unwrap();
    let (report, run) = examined(&sandbox, &[("GVM_RS_INDEX", portal.to_str().unwrap())], &["--network"]);
    assert_eq!(ids(&report)[0], "error network-index", "{run}");
    let (report, run) = examined(&sandbox, &[], &["--network", "--offline"]);
    assert!(ids(&report).contains(&"error network-index".to_owned()), "{run}");
}
