//! The shape of the source: imports only point down, files stay short, every module says what it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each part may use; a part that is not listed here is new and belongs here.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("disk", &[]),
    ("shell", &[]),
    ("progress", &["model"]),
    ("process", &["progress", "model"]),
    ("net", &["model"]),
    ("store", &["net", "disk", "process", "progress", "model"]),
    ("binary", &["net", "disk", "process", "progress", "model"]),
    ("catalog", &["store", "net", "disk", "progress", "model"]),
    ("project", &["store", "net", "disk", "progress", "model"]),
    ("preflight", &["disk", "model"]),
    ("executable", &["disk", "model"]),
    ("inspect", &["executable", "preflight", "model"]),
    ("ci", &["preflight", "project", "store", "net", "shell", "model"]),
    ("gvm", &["preflight", "catalog", "project", "store", "net", "disk", "process", "progress", "model"]),
    ("trial", &["gvm", "catalog", "project", "store", "net", "disk", "process", "progress", "model"]),
    ("trash", &["gvm", "project", "store", "net", "disk", "progress", "model"]),
    ("explain", &["project", "store", "net", "disk", "process", "progress", "model"]),
    ("damage", &["gvm", "catalog", "store", "net", "disk", "process", "progress", "model"]),
    ("service", &["setup", "gvm", "store", "net", "disk", "process", "shell", "model"]),
    (
        "doctor",
        &[
            "setup",
            "damage",
            "explain",
            "inspect",
            "executable",
            "preflight",
            "gvm",
            "catalog",
            "store",
            "net",
            "disk",
            "process",
            "shell",
            "model",
        ],
    ),
    ("setup", &["gvm", "store", "net", "disk", "process", "shell"]),
    (
        "upgrade",
        &[
            "executable",
            "trial",
            "gvm",
            "catalog",
            "project",
            "store",
            "net",
            "disk",
            "process",
            "progress",
            "model",
        ],
    ),
    (
        "cli",
        &[
            "ci",
            "service",
            "doctor",
            "setup",
            "executable",
            "inspect",
            "upgrade",
            "trial",
            "trash",
            "binary",
            "damage",
            "explain",
            "gvm",
            "preflight",
            "catalog",
            "project",
            "store",
            "net",
            "disk",
            "process",
            "progress",
            "shell",
            "model",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
];
const LONGEST: usize = 450;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a directory, with its text.
fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    let (mut files, mut todo) = (Vec::new(), vec![root().join(directory)]);
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    assert!(files.len() > 5, "{directory} has sources");
    files
}

/// The part of the crate that a file belongs to: `store` for `src/store/unpack.rs`.
fn part(path: &Path) -> String {
    let first = path.components().nth(1).unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The parts that a text names after `crate::` or `gvm_rs::`, in braces too.
fn used_parts(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut used = BTreeSet::new();
    for prefix in ["crate::", "gvm_rs::"] {
        for (at, _) in code.match_indices(prefix) {
            // `$crate::` and `my_crate::` are something else.
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(list) => used.extend(heads(list)),
                None => used.extend(word(rest)),
            }
        }
    }
    used
}

/// The first word of each element of a braced list, whose opening brace is read already.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut heads, mut is_start) = (0, Vec::new(), true);
    for (at, c) in list.char_indices() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => is_start = true,
            c if is_start && !c.is_whitespace() => {
                heads.extend(word(&list[at..]));
                is_start = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

#[test]
fn imports_only_point_down() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let part = part(&path);
        let layer = LAYERS.iter().find(|(name, _)| *name == part);
        let (_, below) = layer.unwrap_or_else(|| panic!("{part} has no place in LAYERS"));
        for used in used_parts(&text) {
            let is_part = LAYERS.iter().any(|(name, _)| *name == used);
            if is_part && used != part && !below.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_check_of_imports_sees_every_way_to_write_one() {
    let text = "use crate::store::Store;\nuse crate::{disk::{Disk, Step},\n    model,\n    net::Net as N};\n\
                // crate::gvm is only mentioned\nfn f() -> crate::progress::Event { gvm_rs::catalog::x() }\n\
                use my_crate::cli;\n";
    let expected = ["catalog", "disk", "model", "net", "progress", "store"].map(str::to_owned);
    assert_eq!(used_parts(text), BTreeSet::from(expected));
}

#[test]
fn no_file_is_longer_than_can_be_held_in_mind() {
    let long: Vec<String> = ["src", "tests", "fuzz/src", "examples"]
        .iter()
        .filter(|directory| root().join(directory).is_dir())
        .flat_map(|directory| if *directory == "examples" { examples() } else { sources(directory) })
        .filter(|(_, text)| text.lines().count() > LONGEST)
        .map(|(path, text)| format!("{}: {} lines", path.display(), text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

fn examples() -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_module_says_what_it_is() {
    for (path, text) in sources("src").into_iter().chain(sources("tests")).chain(sources("fuzz/src")) {
        assert!(text.starts_with("//! "), "{} begins without a `//!`", path.display());
    }
}

#[test]
fn nothing_is_left_to_do_later() {
    // Written apart, so that this file does not find itself.
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        for (number, line) in (1..).zip(text.lines()) {
            let mark = marks.iter().find(|mark| line.contains(*mark));
            assert_eq!(mark, None, "{}:{number}: {line}", path.display());
        }
    }
}

#[test]
fn there_is_no_pkg_beside_bin() {
    // cmd/go takes a directory for its GOROOT if it has pkg/tool.
    for (path, text) in sources("src").into_iter().filter(|(path, _)| path.starts_with("src/store")) {
        assert!(!text.contains("join(\"pkg\")"), "{}", path.display());
    }
}
