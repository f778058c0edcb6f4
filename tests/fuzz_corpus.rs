//! The fuzzer's corpus as plain tests: every kept input, and every one that ever broke something, goes through the
//! same checks as in `fuzz/`, which say what must hold.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;
mod needs;

use std::fs;
use std::path::{Path, PathBuf};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

/// The control is what it should be: it breaks a promise where the real unpacker refuses.
#[test]
#[should_panic(expected = "neither directory nor plain file")]
fn the_control_is_caught_with_a_link() {
    fuzz::planted::check(&fs::read(corpus().join("archive_entries/through-link")).unwrap());
}

/// The names in a directory, in order.
fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs every kept input of a target; one is accepted and one is not, or they are of another format by now.
#[expect(clippy::print_stdout, reason = "the last name is that of the input that broke something")]
fn replay(target: &str) {
    let (_, check) = fuzz::TARGETS.iter().find(|(name, _)| *name == target).expect("a target of that name");
    let directory = corpus().join(target);
    let names = names_in(&directory);
    let mut accepted = 0;
    for name in &names {
        println!("{target}/{name}");
        accepted += usize::from(check(&fs::read(directory.join(name)).unwrap()));
    }
    assert!(0 < accepted && accepted < names.len(), "{target}: {accepted} of {} are accepted", names.len());
    println!("{target}: {accepted} of {} are accepted", names.len());
}

macro_rules! replays {
    ($($test:ident: $target:literal,)*) => {
        $(#[test] fn $test() { replay($target); })*

        #[test]
        fn every_target_is_replayed_and_has_a_file_for_the_engine() {
            let targets: Vec<&str> = fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!([$($target),*], *targets);
            assert_eq!(names_in(&corpus()), targets);
            let files = names_in(&corpus().with_file_name("fuzz_targets"));
            let others: Vec<String> = files.into_iter().filter(|name| name != "planted.rs").collect();
            assert_eq!(others, targets.iter().map(|name| format!("{name}.rs")).collect::<Vec<_>>());
        }
    };
}

replays! {
    no_headers_of_an_answer_mislead: "answers",
    no_bytes_of_an_archive_get_out: "archive_bytes",
    no_entries_of_an_archive_get_out: "archive_entries",
    no_configuration_file_panics: "config_file",
    no_file_misleads_who_reads_it_as_a_program: "executable",
    no_kept_index_panics: "index_compact",
    no_fetched_index_changes_what_is_pinned: "index_json",
    no_address_shows_a_secret_or_leaves_its_base: "locations",
    no_note_in_a_lock_steers_the_terminal: "lock_note",
    no_manifest_leads_out_of_its_tree: "manifest",
    no_project_file_asks_for_more_than_a_version: "project_files",
    no_received_archive_leaves_anything_behind: "receive",
    no_damaged_store_makes_a_writer_leave_its_root: "store",
    no_text_is_a_version_and_does_not_read_back: "versions",
}

#[test]
fn the_kept_corpus_stays_small() {
    let size = |target: &String| -> u64 {
        let directory = corpus().join(target);
        names_in(&directory).iter().map(|name| fs::metadata(directory.join(name)).unwrap().len()).sum()
    };
    let total: u64 = names_in(&corpus()).iter().map(size).sum();
    assert!(total < 300_000, "{total} bytes");
}
