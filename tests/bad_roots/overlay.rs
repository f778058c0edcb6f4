//! A store in a lower layer, as in a container: its directories cannot be renamed. Needs root.

use crate::mounts::Mount;
use crate::scene::{NEW, OLD, Scene, says_go, state};
use crate::support::{FakeGo, tree_names};

#[test]
fn what_lies_in_a_lower_layer_is_deleted_and_said_to_be_gone_for_good() {
    let scene = Scene::new();
    for version in ["1.20.14", "1.23.1", "1.23.2"] {
        scene.mirror.add(FakeGo::new(version).padding(1000));
    }
    scene.sandbox.gvm(&["install", "1.20.14", "1.23.1", NEW]).ok();
    scene.sandbox.gvm(&["uninstall", "1.20.14"]).ok();
    let sandbox = scene.sandbox;
    let Some((merged, _top)) = Mount::overlay(&sandbox, &scene.root) else { return };
    let sandbox = sandbox.env("GVM_RS_HOME", &merged.root);
    let is_in_trash = || merged.root.join("trash/1/go1.20.14/bin/go").exists();

    // It cannot be brought back from there, and stays.
    let before = state(&merged.root);
    let run = sandbox.gvm(&["undo"]).fails(8);
    assert!(run.stderr.contains("cannot rename to"), "{run}");
    sandbox.gvm(&["use", OLD]).ok();
    assert!(state(&merged.root) == before && is_in_trash());

    let run = sandbox.gvm(&["uninstall", "1.23.1"]).ok();
    let said = "removed go1.23.1, for good: this file system cannot move it to the trash\n";
    assert_eq!(run.stderr, said);
    assert!(!tree_names(&merged.root).iter().any(|name| name.contains("1.23.1")), "{run}");
    assert_eq!(
        tree_names(&merged.root.join("trash")).iter().filter(|name| name.ends_with("json")).count(),
        1
    );

    // What was installed in the upper layer can come back.
    sandbox.gvm(&["install", "1.23.2"]).ok();
    sandbox.gvm(&["uninstall", "1.23.2"]).ok();
    sandbox.gvm(&["undo"]).ok();
    assert!(merged.root.join("versions/go1.23.2/bin/go").exists() && is_in_trash());

    sandbox.gvm(&["prune", "--trash"]).ok();
    assert_eq!(tree_names(&merged.root.join("trash")), Vec::<String>::new());
    sandbox.gvm(&["use", NEW]).ok();
    says_go(&sandbox, &merged.root, NEW);
}
