//! What is typed is never more than it is: no path, no shell code, no second command line.

use proptest::prelude::*;

use crate::Stage;

const SPECS: [&str; 14] = [
    "",
    " ",
    "../../etc",
    "/etc/passwd",
    "1.22.5/../x",
    "$(touch hit)",
    "`touch hit`",
    "1.22; touch hit",
    "^1.22",
    "1.22\n1.21",
    "\u{202e}1.22",
    "\x1b[31m1.22",
    "installed ",
    "nonsense",
];

#[test]
fn a_spec_that_is_none_is_refused_before_anything_is_done() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let requests = stage.mirror.requests().len();
    for spec in SPECS {
        for args in [
            &["try", spec, "--", "touch", "hit"][..],
            &["matrix", "1.22", spec, "--", "touch", "hit"],
            &["bisect", "--good", spec, "--bad", "1.22", "--", "touch", "hit"],
            &["bisect", "--good", "1.21", "--bad", spec, "--", "touch", "hit"],
        ] {
            // `installed` is a word of `matrix` alone.
            if args[0] == "matrix" && spec.trim() == "installed" {
                continue;
            }
            let run = stage.gvm(args).fails(2);
            assert!(!run.stderr.contains(['\x1b', '\u{202e}']), "{run}");
        }
    }
    assert!(!stage.exists("hit"));
    assert_eq!(stage.mirror.requests().len(), requests);
}

#[test]
fn no_shell_reads_the_command() {
    let stage = Stage::of(&["1.21.13", "1.22.5"]);
    let words =
        ["a b", "", "$HOME", "`touch hit`", "; touch hit", "--json", "--", "-h", "*", "\x1b[31m", "x\ny"];
    let shown = words.map(|word| format!("{word}|")).concat();
    let print = [&["printf", "%s|"][..], &words].concat();
    let run = stage.gvm(&[&["matrix", "1.21", "--json", "--"][..], &print].concat()).ok();
    assert_eq!(crate::json(&run)["rows"][0]["output"], shown);
    let bisect = ["bisect", "--good", "1.21", "--bad", "1.22", "--"];
    let run = stage.gvm(&[&bisect[..], &print].concat()).fails(1);
    assert!(run.stderr.contains(&shown) && run.stderr.contains("was named as bad"), "{run}");
    assert!(!stage.exists("hit"));
}

#[test]
fn a_program_name_is_escaped_where_it_is_told() {
    let stage = Stage::of(&["1.21.13"]);
    for name in ["\x1b]0;owned\x07", "\u{202e}txt", "a\nerror: all is well"] {
        let run = stage.gvm(&["try", "1.21", "--", name]).fails(127);
        assert!(!run.stderr.contains(['\x1b', '\u{202e}', '\x07']), "{run}");
        assert_eq!(run.stderr.lines().count(), 1, "{run}");
    }
}

#[test]
fn output_that_never_ends_is_cut_and_what_is_left_behind_by_the_command_ends() {
    let stage = Stage::of(&["1.21.13"]);
    let script = "head -c 3000000 /dev/zero | tr '\\0' x; tail -f /dev/null & echo; echo $! >left; exit 1";
    let run = stage.gvm(&["matrix", "1.21", "--", "sh", "-c", script]).fails(1);
    assert!(
        run.stderr.contains(" (without the first ") && run.stderr.len() < 2_200_000,
        "{}",
        run.stderr.len()
    );
    assert!(!crate::is_alive(&stage.lines("left")[0]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_arguments_arrive_as_they_were_typed(words in proptest::collection::vec("[^\\x00]{0,12}", 1..6)) {
        let stage = Stage::of(&["1.21.13"]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let run = stage.gvm(&[&["try", "1.21", "--", "printf", "%s\\0"][..], &words].concat()).ok();
        let arrived: Vec<&str> = run.stdout.split_terminator('\0').collect();
        prop_assert_eq!(arrived, words);
    }
}
