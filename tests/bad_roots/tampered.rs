//! Stores that somebody has been at.

use std::fs;
use std::os::unix::fs::symlink;

use crate::scene::{NEW, OLD, Scene, is_refusal, says_go};
use crate::support::{Run, tree_names};

fn with_both() -> Scene {
    let scene = Scene::new();
    scene.sandbox.gvm(&["install", NEW]).ok();
    scene
}

#[test]
fn a_current_that_is_no_link_is_left_alone_and_named() {
    let makers: [fn(&std::path::Path); 2] =
        [|path| fs::create_dir_all(path.join("mine")).unwrap(), |path| fs::write(path, "mine").unwrap()];
    for make in makers {
        let scene = with_both();
        let current = scene.root.join("current");
        fs::remove_file(&current).unwrap();
        make(&current);
        let path = current.display().to_string();
        for args in
            [&["use", NEW][..], &["rollback"], &["current"], &["which"], &["uninstall", NEW], &["prune"]]
        {
            let run = scene.sandbox.gvm(args);
            is_refusal(
                &run,
                10,
                &[
                    &path,
                    "is not a link that gvm-rs made",
                    &format!("hint: move it away: `mv '{path}' '{path}.old'`"),
                ],
            );
        }
        assert!(fs::symlink_metadata(&current).is_ok_and(|meta| !meta.is_symlink()));
        scene.sandbox.gvm(&["list"]).ok();
        scene.mirror.add(crate::support::FakeGo::new("1.23.1").padding(10));
        scene.sandbox.gvm(&["install", "1.23.1"]).ok();
        fs::rename(&current, scene.root.join("current.old")).unwrap();
        scene.sandbox.gvm(&["use", NEW]).ok();
        scene.says_go(NEW);
    }
}

#[test]
fn a_current_that_leads_elsewhere_is_named_and_mended_by_the_next_use() {
    for target in [
        "nowhere",
        "generations/99",
        "generations/1/go",
        "../x",
        "/etc",
        "generations",
        "current",
        "generations/-1",
        "generations/01",
    ] {
        let scene = with_both();
        let current = scene.root.join("current");
        fs::remove_file(&current).unwrap();
        symlink(target, &current).unwrap();
        let path = current.display().to_string();
        let run = scene.sandbox.gvm(&["current"]);
        is_refusal(&run, 10, &[&path, "is damaged", "hint: "]);
        scene.sandbox.gvm(&["list"]).ok();
        scene.sandbox.gvm(&["use", NEW]).ok();
        scene.says_go(NEW);
        scene.sandbox.gvm(&["current"]).ok();
    }
}

/// The link in a generation has the right name at its end, and leads to somebody else's tree.
#[test]
fn a_generation_that_leads_out_of_the_store_is_no_generation_of_that_version() {
    for target in ["/nowhere/go1.22.5", "../../staging/go1.22.5", "go1.22.5", "../../versions/x/../go1.22.5"]
    {
        let scene = with_both();
        scene.sandbox.gvm(&["use", NEW]).ok();
        let link = scene.root.join("current/go");
        fs::remove_file(&link).unwrap();
        symlink(target, &link).unwrap();
        let run = scene.sandbox.gvm(&["current"]);
        is_refusal(&run, 10, &["is damaged", "hint: "]);
        scene.sandbox.gvm(&["use", NEW]).ok();
        scene.says_go(NEW);
    }
}

#[test]
fn a_generation_with_the_last_number_there_is_ends_no_history_in_silence() {
    let scene = with_both();
    let last = scene.root.join(format!("generations/{}", u64::MAX));
    fs::create_dir(&last).unwrap();
    let run = scene.sandbox.gvm(&["use", NEW]);
    is_refusal(&run, 10, &[&last.display().to_string(), "is damaged: no number can follow it"]);
    scene.says_go(OLD);
    fs::remove_dir(&last).unwrap();
    scene.sandbox.gvm(&["use", NEW]).ok();
    scene.says_go(NEW);
}

/// Whatever lies in staging under whatever name: the sweep must get past it.
#[test]
fn a_directory_whose_name_is_not_text_is_swept() {
    use std::os::unix::ffi::OsStrExt as _;
    let scene = with_both();
    let left = scene.root.join("staging/left");
    fs::create_dir_all(left.join(std::ffi::OsStr::from_bytes(b"\xff\xfe/deeper"))).unwrap();
    scene.sandbox.gvm(&["use", NEW]).ok();
    assert!(!left.exists());
}

#[test]
fn something_else_under_the_name_of_a_toolchain_is_told_before_the_download() {
    let makers: [fn(&std::path::Path); 3] = [
        |path| fs::write(path, "mine").unwrap(),
        |path| symlink("/nonexistent", path).unwrap(),
        |path| symlink("/etc", path).unwrap(),
    ];
    for make in makers {
        let scene = Scene::new();
        let path = scene.root.join("versions/go1.22.5");
        make(&path);
        let asked = scene.mirror.requests().len();
        let shown = path.display().to_string();
        scene.refuses(&["use", NEW], 10, &[&shown, "is not a toolchain", "hint: move it away: `mv "]);
        assert!(scene.mirror.requests().len() <= asked + 1, "only the index was asked for");
        scene.refuses(&["uninstall", NEW], 4, &["go1.22.5 is not installed"]);
        assert!(fs::symlink_metadata(&path).is_ok());
        fs::remove_file(&path).unwrap();
        scene.recovers();
    }
}

#[test]
fn a_toolchain_that_was_deleted_by_hand_can_be_installed_again() {
    let scene = with_both();
    scene.sandbox.gvm(&["use", NEW]).ok();
    for version in [NEW, OLD] {
        let tree = scene.root.join("versions").join(format!("go{version}"));
        let removed = scene.sandbox.sh(&format!("chmod -R u+w '{0}' && rm -rf '{0}'", tree.display()));
        removed.ok();
    }
    let run = scene.sandbox.gvm(&["rollback"]).fails(4);
    assert!(run.stderr.contains("nothing to go back to"), "{run}");
    let run = scene.sandbox.gvm(&["which"]).fails(4);
    assert!(run.stderr.contains("go1.22.5"), "{run}");
    scene.recovers();
}

#[test]
fn a_toolchain_without_its_go_is_not_switched_to() {
    let scene = with_both();
    let bin = scene.root.join("versions/go1.22.5/bin");
    scene.sandbox.sh(&format!("chmod u+w '{0}' && rm -f '{0}/go'", bin.display())).ok();
    scene.refuses(&["use", NEW], 10, &["go1.22.5/bin/go", "it is missing"]);
    scene.sandbox.gvm(&["uninstall", NEW]).ok();
    scene.recovers();
}

#[test]
fn an_unknown_layout_is_left_alone() {
    for text in ["2\n", "", "1x", "\u{1b}]0;evil\u{7}", "nonsense"] {
        let scene = Scene::new();
        fs::write(scene.root.join("layout"), text).unwrap();
        let before = (scene.state(), tree_names(&scene.root));
        for args in [&["use", NEW][..], &["list"], &["rollback"], &["uninstall", OLD], &["cache", "clean"]] {
            is_refusal(
                &scene.sandbox.gvm(args),
                10,
                &[&scene.root.display().to_string(), "has layout", "hint: "],
            );
        }
        assert_eq!((scene.state(), tree_names(&scene.root)), before);
        scene.says_go(OLD);
    }
}

#[test]
fn a_layout_that_is_no_file_is_no_store() {
    let scene = Scene::new();
    let layout = scene.root.join("layout");
    fs::remove_file(&layout).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &layout, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
    let run = scene.sandbox.gvm(&["list"]);
    assert!(matches!(run.code, Some(8 | 10)) && run.stderr.contains("layout"), "{run}");
}

#[test]
fn a_root_that_is_a_file_is_named() {
    let scene = Scene::new();
    let file = scene.sandbox.home().join("file");
    fs::write(&file, "mine").unwrap();
    for root in [file.clone(), file.join("below")] {
        let root = root.display().to_string();
        let run: Run = scene.sandbox.gvm_with(&[("GVM_RS_HOME", &root)], &["use", NEW]);
        is_refusal(&run, 8, &["cannot ", &file.display().to_string()]);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn lost_directories_and_links_come_back() {
    for lost in ["staging", "cache", "manifests", "bin", "previous", "lock"] {
        let scene = with_both();
        let path = scene.root.join(lost);
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
        } else {
            fs::remove_file(&path).ok();
        }
        scene.sandbox.gvm(&["use", NEW]).ok();
        scene.says_go(NEW);
        scene.sandbox.gvm(&["rollback"]).ok();
        scene.says_go(OLD);
        assert!(scene.root.join("bin/go1.22.5").exists(), "{lost}");
    }
}

#[test]
fn strange_names_in_the_store_are_neither_listed_nor_removed() {
    let scene = with_both();
    for name in [
        "$(touch x)",
        "go1.22.5.bak",
        "go1.22.0rc1",
        "GO1.22.5",
        "go1.22.5 ",
        "\u{1b}[2J",
        "1.22.5",
        "go1.020",
        "lost+found",
    ] {
        fs::create_dir(scene.root.join("versions").join(name)).unwrap();
        fs::create_dir(scene.root.join("generations").join(name)).unwrap();
        fs::write(scene.root.join("manifests").join(format!("{name}.jsonl")), "x").unwrap();
        fs::write(scene.root.join("cache").join(name), "x").unwrap();
    }
    let run = scene.sandbox.gvm(&["list"]).ok();
    assert_eq!(run.stdout, "go1.22.5     unofficial\ngo1.21.13    current, unofficial\n");
    for args in [
        &["use", NEW][..],
        &["history"],
        &["cache", "ls"],
        &["cache", "clean"],
        &["prune"],
        &["-v", "rollback"],
    ] {
        let run = scene.sandbox.gvm(args).ok();
        assert!(!run.stderr.contains('\u{1b}') && !run.stdout.contains('\u{1b}'), "{run}");
    }
    for place in ["versions", "generations", "cache"] {
        assert!(scene.root.join(place).join("$(touch x)").exists(), "{place}");
    }
}

#[test]
fn a_broken_record_is_only_a_gap_in_the_history() {
    let scene = with_both();
    scene.sandbox.gvm(&["use", NEW]).ok();
    for (text, number) in
        [("", 1), ("{\"format\":1,\"at\":0,\"command\":\"\u{1b}]0;evil\u{7}\",\"from\":null}", 2)]
    {
        fs::write(scene.root.join(format!("generations/{number}/record.json")), text).unwrap();
    }
    for args in [&["history"][..], &["history", "--json"]] {
        let run = scene.sandbox.gvm(args).ok();
        assert!(
            !run.stdout.contains('\u{1b}') && run.stdout.contains("1.22.5") && run.stdout.contains("1.21.13"),
            "{run}"
        );
    }
    scene.sandbox.gvm(&["rollback"]).ok();
    says_go(&scene.sandbox, &scene.root, OLD);
}
