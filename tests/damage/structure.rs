//! What can happen to the store itself.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::store::{CURRENT, OLD, SISTER, Store, overwrite, remove};

fn relink(link: &Path, target: &str) {
    remove(link);
    symlink(target, link).unwrap();
}

#[test]
fn a_current_that_leads_nowhere_or_elsewhere_is_found_and_restored() {
    for target in
        ["generations/99", "generations/../generations/5", "/etc", "generations", "versions/go1.22.6"]
    {
        let store = Store::new();
        relink(&store.root.join("current"), target);
        assert_eq!(store.finds(&[])[0], format!("redirected current (to {target})"));
        store.repairs(&[]);
        assert_eq!(store.go().as_deref(), Some(CURRENT), "{target}");
    }
}

#[test]
fn a_missing_current_is_found_and_restored_without_a_new_generation() {
    let store = Store::new();
    remove(&store.root.join("current"));
    assert_eq!(store.finds(&[]), ["missing current (a link)"]);
    let run = store.repairs(&["--offline"]);
    assert!(run.stderr.contains("`current` leads to go1.22.6 again (generation 5)"), "{run}");
    assert_eq!(store.go().as_deref(), Some(CURRENT));
    store.sandbox.gvm(&["rollback"]).ok();
    assert_eq!(store.go().as_deref(), Some(SISTER));
}

#[test]
fn a_directory_or_file_in_the_place_of_a_link_is_moved_aside_and_never_deleted() {
    for name in ["current", "previous", "bin/go", "bin/go1.22.5", ".current.new"] {
        for is_directory in [true, false] {
            let store = Store::new();
            let path = store.root.join(name);
            remove(&path);
            if is_directory {
                fs::create_dir(&path).unwrap();
                fs::write(path.join("mine"), "mine").unwrap();
            } else {
                fs::write(&path, "mine").unwrap();
            }
            let run = store.sandbox.gvm(&["verify"]);
            // Nobody reads the temporary name, but every writer stumbles over it.
            assert_eq!(run.code, Some(10), "{name} {run}");
            store.repairs(&[]);
            let kept = store.root.join(format!("{name}.old"));
            let kept = if is_directory { kept.join("mine") } else { kept };
            assert_eq!(fs::read_to_string(&kept).unwrap(), "mine", "{}", kept.display());
            assert_eq!(store.go().as_deref(), Some(CURRENT));
            store.sandbox.gvm(&["use", OLD]).ok();
            store.sandbox.gvm(&["rollback"]).ok();
        }
    }
}

#[test]
fn links_in_bin_that_are_gone_or_lead_elsewhere_are_restored() {
    for (name, fault) in
        [("go", "redirected"), ("gofmt", "redirected"), ("go1.21.0", "redirected"), ("go1.22.5", "missing")]
    {
        let store = Store::new();
        let link = store.root.join("bin").join(name);
        match fault {
            "missing" => remove(&link),
            _ => relink(&link, "/bin/false"),
        }
        let found = store.finds(&[]);
        assert!(found.len() == 1 && found[0].starts_with(&format!("{fault} bin/{name} (")), "{found:?}");
        store.repairs(&[]);
        assert_eq!(store.go().as_deref(), Some(CURRENT));
    }
}

#[test]
fn a_generation_that_leads_nowhere_is_forgotten_and_the_numbers_go_on() {
    let damages: [fn(&Path); 4] = [
        |generation| remove(&generation.join("go")),
        |generation| relink(&generation.join("go"), "/usr/lib/go1.22.5"),
        |generation| relink(&generation.join("go"), "../../versions/nonsense"),
        |generation| {
            remove(generation);
            fs::write(generation, "").unwrap();
        },
    ];
    for damage in damages {
        for number in [3, 5] {
            let store = Store::new();
            damage(&store.root.join(format!("generations/{number}")));
            assert!(!store.finds(&[]).is_empty());
            let run = store.repairs(&[]);
            assert!(run.stderr.contains(&format!("generation {number} led nowhere")), "{run}");
            // With its last generation the store lost what was current; the one before is the best it knows.
            let go = if number == 5 { SISTER } else { CURRENT };
            assert_eq!(store.go().as_deref(), Some(go));
            store.sandbox.gvm(&["use", OLD]).ok();
            let history = store.sandbox.gvm(&["history"]).ok().stdout;
            let numbers: Vec<u64> = history
                .lines()
                .map(|l| l.trim_start_matches(['*', ' ']).split(' ').next().unwrap().parse().unwrap())
                .collect();
            assert!(numbers.is_sorted() && numbers.len() == 5, "{history}");
        }
    }
}

#[test]
fn a_lost_record_is_restored_as_far_as_it_is_known() {
    for damage in [remove as fn(&Path), |path: &Path| overwrite(path, |bytes| bytes.truncate(7))] {
        let store = Store::new();
        damage(&store.root.join("generations/5/record.json"));
        assert_eq!(
            store.finds(&[]),
            ["unreadable generations/5/record.json (there is no sound record of the switch)"]
        );
        store.repairs(&[]);
        let history = store.sandbox.gvm(&["history"]).ok().stdout;
        assert!(history.lines().last().unwrap().contains("(record restored by repair)"), "{history}");
        store.sandbox.gvm(&["rollback"]).ok();
        assert_eq!(store.go().as_deref(), Some(SISTER));
    }
}

#[test]
fn directories_that_are_gone_are_made_again() {
    for name in ["staging", "cache", "bin", "generations", "manifests", "versions"] {
        let store = Store::new();
        remove(&store.root.join(name));
        let found = store.finds(&[]);
        assert!(found.contains(&format!("missing {name} (a directory)")), "{found:?}");
        store.repairs(&[]);
        assert_eq!(store.go().as_deref(), Some(CURRENT), "{name}");
    }
}

#[test]
fn a_file_in_the_place_of_a_directory_is_moved_aside() {
    for name in ["staging", "cache", "bin", "generations", "manifests", "versions", "trash", "projects"] {
        let store = Store::new();
        remove(&store.root.join(name));
        fs::write(store.root.join(name), "mine").unwrap();
        let found = store.finds(&[]);
        assert!(found.contains(&format!("kind {name} (a file, not a directory)")), "{found:?}");
        store.repairs(&[]);
        assert_eq!(fs::read_to_string(store.root.join(format!("{name}.old"))).unwrap(), "mine");
    }
}

#[test]
fn a_lost_layout_is_restored_and_that_of_a_later_program_is_left_alone() {
    for text in [None, Some(""), Some("1\u{b}"), Some("nonsense")] {
        let store = Store::new();
        let layout = store.root.join("layout");
        match text {
            None => remove(&layout),
            Some(text) => {
                fs::write(&layout, text).unwrap();
                let run = store.sandbox.gvm(&["list"]).fails(10);
                assert!(run.stderr.contains("hint: run `gvm-rs repair`"), "{run}");
            }
        }
        assert_eq!(store.finds(&[]).len(), 1, "{text:?}");
        store.repairs(&[]);
        assert_eq!(fs::read_to_string(&layout).unwrap(), "1\n");
    }
    let store = Store::new();
    fs::write(store.root.join("layout"), "2\n").unwrap();
    for command in ["verify", "repair"] {
        let run = store.sandbox.gvm(&[command]).fails(10);
        assert!(run.stderr.contains("has layout \"2\""), "{run}");
    }
    assert_eq!(fs::read_to_string(store.root.join("layout")).unwrap(), "2\n");
}

#[test]
fn a_directory_that_is_no_store_is_not_made_one_by_a_repair() {
    let store = Store::new();
    let stranger = store.sandbox.dir("stranger");
    fs::create_dir(stranger.join("versions")).unwrap();
    fs::write(stranger.join("versions/mine"), "mine").unwrap();
    let run = store.sandbox.gvm(&["--home", stranger.to_str().unwrap(), "repair"]).fails(9);
    assert!(run.stderr.contains("which gvm-rs did not put there"), "{run}");
    assert_eq!(crate::support::tree_names(&stranger), ["versions/", "versions/mine"]);
}

#[test]
fn a_store_that_does_not_exist_has_nothing_to_find() {
    let sandbox = crate::support::Sandbox::new();
    sandbox.gvm(&["verify", "--all"]).ok();
    sandbox.gvm(&["repair", "--all"]).ok();
    assert!(!sandbox.root().exists());
}

#[test]
fn a_damaged_previous_is_restored_from_the_record() {
    for target in ["generations/77", "/etc", "generations/x"] {
        let store = Store::new();
        relink(&store.root.join("previous"), target);
        assert_eq!(store.finds(&[]), [format!("redirected previous (to {target})")]);
        store.repairs(&[]);
        assert_eq!(fs::read_link(store.root.join("previous")).unwrap(), PathBuf::from("generations/4"));
    }
}

#[test]
fn where_the_history_is_lost_the_repair_says_that_it_chooses() {
    for (lost, why) in [
        (&[1, 2, 3, 4, 5][..], "it is the newest that is installed"),
        (&[5], "it is what the history has last"),
    ] {
        let store = Store::new();
        for number in lost {
            remove(&store.root.join(format!("generations/{number}")));
        }
        let run = store.repairs(&[]);
        let chosen = store.go().unwrap();
        assert_eq!(chosen, if lost.len() == 1 { SISTER } else { CURRENT });
        assert!(!run.stderr.contains(" again"), "{run}");
        assert!(run.stderr.contains(&format!("`current` leads to go{chosen} now (generation ")), "{run}");
        let note =
            format!("note: what was current is lost with the history, and go{chosen} is a choice: {why}\n");
        let hint = "hint: `gvm-rs use VERSION` chooses another; `gvm-rs list` shows them\n";
        assert!(run.stderr.contains(&(note + hint)), "{run}");
        assert!(run.stderr.find("hint: ") > run.stderr.find("`current` leads"), "{run}");
    }
    let store = Store::new();
    remove(&store.root.join("generations"));
    let run = store.sandbox.gvm(&["repair", "--json"]).ok();
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["store"]["current"]["is_choice"], true, "{run}");
}

#[test]
fn a_pipe_in_the_place_of_a_manifest_keeps_nobody_waiting() {
    let store = Store::new();
    remove(&store.manifest(SISTER));
    let made = std::process::Command::new("mkfifo").arg(store.manifest(SISTER)).status();
    assert!(made.unwrap().success());
    store.sandbox.gvm(&["prune", "-n", "--keep", "0", "--unused-since", "1d"]).ok();
    store.sandbox.gvm(&["use", SISTER]).ok();
    store.sandbox.gvm(&["use", CURRENT]).ok();
    // Files are taken from other toolchains, as their manifests tell.
    overwrite(&store.tree(CURRENT).join("src/fmt/scan.go"), |bytes| bytes[0] ^= 1);
    store.sandbox.gvm(&["verify", "--all"]).fails(10);
    store.repairs(&["--all"]);
}
