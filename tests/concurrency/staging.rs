//! Half-done work: that of the living is left alone, that of the dead is swept.

use std::collections::BTreeSet;

use crate::stage::{FOUR, ONE, Stage, THREE, TWO};
use crate::watched::Watched;
use crate::witness::{names, tiny_go};

#[test]
fn an_install_is_not_disturbed_by_what_others_do_meanwhile() {
    let stage = Stage::with(&[FOUR, TWO, ONE]);
    stage.park(THREE, 200, "gate");
    let install = Watched::start(&stage.sandbox, &["install", THREE]);
    stage.mirror.wait_at_gate("gate", 1);
    let staging = stage.sandbox.root().join("staging");
    let staged = names(&staging).unwrap();
    assert_eq!(staged.len(), 2, "{staged:?}");
    let part = stage.part(&tiny_go(THREE));
    let others: [&[&str]; 9] = [
        &["use", TWO],
        &["rollback"],
        &["uninstall", "--force", FOUR],
        &["undo"],
        &["uninstall", "--force", "--purge", FOUR],
        &["install", FOUR],
        &["cache", "clean"],
        &["prune"],
        &["undo"],
    ];
    for args in others {
        stage.sandbox.gvm(args).ok();
        assert_eq!(names(&staging).unwrap(), staged, "{args:?}");
        assert!(part.exists(), "{args:?} took the download away");
    }
    stage.mirror.open_gate("gate");
    install.end().ok();
    assert_eq!(stage.requests(THREE).len(), 1);
    stage.is_in_order(&[FOUR, TWO, ONE, THREE], Some(TWO));
}

#[test]
fn leftovers_of_the_dead_are_swept_and_those_of_the_living_are_not() {
    let stage = Stage::with(&[TWO, ONE]);
    let staging = stage.sandbox.root().join("staging");
    for version in [THREE, FOUR] {
        stage.park(version, 200, version);
    }
    let living = Watched::start(&stage.sandbox, &["install", THREE]);
    stage.mirror.wait_at_gate(THREE, 1);
    let of_the_living = names(&staging).unwrap();
    let dying = Watched::start(&stage.sandbox, &["install", FOUR]);
    stage.mirror.wait_at_gate(FOUR, 1);
    let of_both = names(&staging).unwrap();
    assert_eq!((of_the_living.len(), of_both.len()), (2, 4), "{of_both:?}");
    dying.kill();
    assert_eq!(names(&staging).unwrap(), of_both);
    stage.sandbox.gvm(&["use", TWO]).ok();
    assert_eq!(names(&staging).unwrap(), of_the_living);
    stage.mirror.open_gate(THREE);
    living.end().ok();
    assert_eq!(names(&staging), Ok(BTreeSet::new()));
    stage.sandbox.gvm(&["install", FOUR]).ok();
    stage.is_in_order(&[FOUR, TWO, ONE, THREE], Some(TWO));
}

#[test]
fn different_versions_arrive_at_the_same_time() {
    let stage = Stage::with(&[]);
    let versions = [ONE, TWO, THREE, FOUR];
    for version in versions {
        stage.park(version, 100, "gate");
    }
    let installs = versions.map(|version| Watched::start(&stage.sandbox, &["install", version]));
    // Nobody is held up by another one: all four are under way.
    stage.mirror.wait_at_gate("gate", versions.len());
    stage.mirror.open_gate("gate");
    for install in installs {
        assert!(!install.end().ok().said("the same download"));
    }
    assert_eq!(stage.archive_requests().len(), versions.len());
    stage.is_in_order(&versions, None);
}
