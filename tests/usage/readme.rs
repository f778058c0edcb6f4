//! Every command line that the README and the guide show is run somewhere; this names where.

use std::path::Path;

use super::{COMMANDS, flags_in, help};

/// The start of a command line, and the test or script that runs it.
const RUN_BY: &[(&str, &str)] = &[
    ("bash tests/demo.sh", "tests/run.sh"),
    ("bash tests/run.sh", ".ci/run"),
    ("bash tests/bench", "tests/bench"),
    (".ci/run", ".ci/run"),
    ("sh install.sh", "tests/installer.rs"),
    ("cargo install --path .", "tests/demo.sh: the same build, by cargo build --release"),
    ("tests/real/make-mirror", "tests/run.sh"),
    ("eval \"$(gvm-rs init", "tests/init.rs"),
    ("gvm-rs init", "tests/init.rs"),
    ("gvm-rs setup", "tests/setup.rs"),
    ("gvm-rs teardown", "tests/setup/restore.rs"),
    ("gvm-rs completions", "tests/completions.rs"),
    ("eval \"$(gvm-rs completions", "tests/completions.rs"),
    ("gvm-rs man", "tests/usage.rs"),
    ("gvm-rs self update", "tests/program/update.rs"),
    ("gvm-rs self rollback", "tests/program/update.rs"),
    ("gvm-rs self uninstall", "tests/program/uninstall.rs"),
    ("gvm-rs install --os", "tests/install/foreign.rs"),
    ("gvm-rs install", "tests/install.rs"),
    ("gvm-rs use", "tests/switch.rs"),
    ("gvm-rs upgrade", "tests/upgrade.rs"),
    ("gvm-rs rollback", "tests/switch/history.rs"),
    ("gvm-rs undo", "tests/trash/undo.rs"),
    ("gvm-rs history", "tests/switch/history.rs"),
    ("gvm-rs uninstall", "tests/switch/uninstall.rs"),
    ("gvm-rs list", "tests/listing.rs"),
    ("gvm-rs ls-remote", "tests/listing/remote.rs"),
    ("gvm-rs current", "tests/listing.rs"),
    ("gvm-rs which", "tests/listing.rs"),
    ("gvm-rs where", "tests/listing.rs"),
    ("gvm-rs env", "tests/listing.rs"),
    ("gvm-rs outdated", "tests/listing.rs"),
    ("gvm-rs prune", "tests/trash/prunes.rs"),
    ("gvm-rs cache", "tests/listing.rs"),
    ("gvm-rs verify", "tests/damage.rs"),
    ("gvm-rs repair", "tests/damage.rs"),
    ("gvm-rs doctor", "tests/doctor.rs"),
    ("gvm-rs preflight", "tests/preflight.rs"),
    ("gvm-rs inspect", "tests/inspect.rs"),
    ("gvm-rs ci check --nodes", "tests/ci/nodes.rs"),
    ("gvm-rs ci check", "tests/ci/project.rs"),
    ("gvm-rs ci env", "tests/ci/env.rs"),
    ("eval \"$(gvm-rs ci env", "tests/ci/env.rs"),
    ("gvm-rs service", "tests/service.rs"),
    ("gvm-rs preflight --cgo", "tests/real/cgo.rs"),
    ("unset GOROOT", "tests/why/layers.rs"),
    ("go env -u GOROOT", "tests/why/layers.rs"),
    ("CGO_ENABLED=0 go build", "tests/real/cgo.rs"),
    ("go build", "tests/real/cgo.rs"),
    ("gvm-rs exec", "tests/exec.rs"),
    ("gvm-rs local", "tests/projects/pins.rs"),
    ("gvm-rs unpin", "tests/projects/pins.rs"),
    ("gvm-rs shell", "tests/projects/sessions.rs"),
    ("gvm-rs why", "tests/why.rs"),
    ("gvm-rs try", "tests/trial/tries.rs"),
    ("gvm-rs matrix", "tests/trial/matrix.rs"),
    ("gvm-rs bisect", "tests/trial/bisect.rs"),
    ("gvm-rs --help", "tests/usage.rs"),
    ("go version", "tests/real.rs"),
];

/// The command lines in code blocks, fenced for a shell or indented, and in the cells of tables.
fn command_lines(markdown: &str) -> Vec<String> {
    let (mut fence, mut lines) = (None, Vec::new());
    for line in markdown.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            fence = if fence.is_none() { Some(language.trim()) } else { None };
            continue;
        }
        match fence {
            Some("sh" | "bash" | "fish") => lines.push(line.trim().to_owned()),
            Some("console") => lines.extend(line.strip_prefix("$ ").map(str::to_owned)),
            Some(_) => {}
            None if line.starts_with("    ") => lines.push(line.trim().to_owned()),
            None if line.starts_with('|') => lines.extend(cells(line)),
            None => {}
        }
    }
    lines.iter().flat_map(|line| commands_in(line)).collect()
}

/// The code in a row of a table that is a command.
fn cells(row: &str) -> Vec<String> {
    let code = row.split('`').skip(1).step_by(2).map(|code| code.replace("\\|", "|"));
    code.filter(|code| ["eval ", "gvm-rs "].iter().any(|start| code.starts_with(start))).collect()
}

/// The commands of one line: without its comment and the variables before it, split where one follows another.
fn commands_in(line: &str) -> Vec<String> {
    let code = if line.starts_with('#') { "" } else { line.split_once(" # ").map_or(line, |(code, _)| code) };
    let is_variable = |word: &str| {
        word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    };
    let command = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().skip_while(|word| is_variable(word)).collect();
        words.join(" ")
    };
    code.split("&&").map(command).filter(|command| !command.is_empty()).collect()
}

fn is_command(words: &str) -> bool {
    COMMANDS.iter().any(|(command, _)| *command == words)
}

fn is_run(command: &str) -> bool {
    RUN_BY.iter().any(|(start, _)| {
        command.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ')']))
    })
}

#[test]
fn every_command_of_the_readme_and_the_guide_is_run_by_a_test_and_has_its_flags() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |page: &str| std::fs::read_to_string(root.join(page)).expect(page);
    let pages = ["README.md", "docs/guide.md", "docs/when-go-stops-working.md"];
    let [readme, guide, symptoms] = pages.map(|page| command_lines(&read(page)));
    assert!(readme.len() >= 10, "the README shows how to begin: {readme:?}");
    let commands = [readme, guide, symptoms].concat();
    let unknown: Vec<&String> = commands.iter().filter(|command| !is_run(command)).collect();
    assert!(unknown.is_empty(), "no test runs these commands: {unknown:#?}");
    for command in &commands {
        let place = RUN_BY.iter().find(|(start, _)| command.starts_with(start)).unwrap().1;
        let path = place.split([' ', ':']).next().unwrap();
        assert!(root.join(path).exists(), "`{command}` is said to be run by {place}");
        let own = command.split(" -- ").next().unwrap();
        let mut words = own.split(' ').skip_while(|word| *word != "gvm-rs").skip(1);
        if let Some(name) = words.next().filter(|name| !name.starts_with('-') && own.starts_with("gvm-rs ")) {
            // One that has commands of its own: `cache ls`, `self update`.
            let second = words.clone().next().filter(|second| is_command(&format!("{name} {second}")));
            let text = help(&[&[name], second.as_slice(), &["--help"]].concat());
            let known = flags_in(&text);
            let mut flags = words.filter(|word| word.starts_with('-') && word.len() > 1);
            assert_eq!(flags.find(|flag| !known.contains(flag)), None, "`{command}`");
        }
    }
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(markdown: &str) -> Vec<String> {
    let headings = markdown.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.map(anchor).collect()
}

#[test]
fn links_from_page_to_page_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut followed = 0;
    for page in
        ["README.md", "CHANGELOG.md", "docs/guide.md", "docs/when-go-stops-working.md", "docs/reliability.md"]
    {
        let text = std::fs::read_to_string(root.join(page)).expect(page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            if link.contains("://") || link == "URL" {
                continue;
            }
            let target = match file {
                "" => root.join(page),
                file => root.join(page).parent().unwrap().join(file),
            };
            let text = std::fs::read_to_string(&target).unwrap_or_else(|e| panic!("{page}: {link}: {e}"));
            assert!(anchor.is_empty() || anchors(&text).contains(&anchor.to_owned()), "{page}: {link}");
            followed += 1;
        }
    }
    assert!(followed > 30, "{followed}");
}

#[test]
fn the_page_of_symptoms_says_nothing_that_is_known_to_be_false() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/when-go-stops-working.md")).unwrap();
    let (page, claims) = text.split_once("## Often said, and not so").expect("a part of claims");
    assert!(!text.contains("kernel 5.0") && !text.contains("Linux 5.0"));
    for claim in ["5.0", "5.10", "--no-cgo", "export GOROOT=/", "/proc/sys", "libc_res_nsend"] {
        assert!(!page.contains(claim), "{claim}");
    }
    // Each claim has what is true beside it, and nobody is told to type it.
    assert!(
        claims.lines().filter(|line| line.starts_with("| ")).all(|line| line.matches(" | ").count() == 1)
    );
    assert!(!claims.lines().any(|line| line.starts_with("    ")));
    // The page is reached from where people begin.
    for start in ["README.md", "docs/guide.md"] {
        assert!(std::fs::read_to_string(root.join(start)).unwrap().contains("when-go-stops-working.md"));
    }
}

#[test]
fn commands_are_found_in_code_for_a_shell_only() {
    let text = "gvm-rs no\n```sh\n# comment\ngvm-rs use 1.22 && go version # both\n```\n```console\n$ gvm-rs list\n\
                go1.22.5\n```\n```toml\nmirror = 'x'\n```\n\n    A=b gvm-rs env --json\n\n\
                | sh | `~/.profile` | `gvm-rs init fish \\| source` |\n";
    let expected =
        ["gvm-rs use 1.22", "go version", "gvm-rs list", "gvm-rs env --json", "gvm-rs init fish | source"];
    assert_eq!(command_lines(text), expected);
    assert!(is_run("gvm-rs use 1.22") && !is_run("gvm-rs usenot") && !is_run("rm -rf /"));
}
