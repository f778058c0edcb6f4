//! The lines of an rc file, and the one behind which a shell without a terminal reads nothing. Text in, places in it out.

use std::ops::Range;

/// Where the test begins by which a shell without a terminal leaves the file, with the comment above it.
///
/// It is meant to know what distributions ship and people copy: `case $- in … return`, `[ -z "$PS1" ] && return`,
/// `[[ $- != *i* ]] && return`, and the same over several lines. One that is inside something else (a function, an `if`,
/// a here-document) is none: a block there would not be read. To miss one costs shells without a terminal only.
pub(super) fn guard(text: &[u8]) -> Option<usize> {
    let lines: Vec<(usize, String)> = lines(text)
        .map(|line| (line.start, String::from_utf8_lossy(&text[line]).trim_end().to_owned()))
        .collect();
    let (mut depth, mut document) = (0_usize, None::<String>);
    let first = (0..lines.len()).find(|&number| {
        let line = lines[number].1.as_str();
        if let Some(end) = document.take() {
            document = (line.trim_start() != end).then_some(end);
            return false;
        }
        let is_guard = depth == 0 && is_guard(&lines[number..]);
        document = here_document(line);
        depth = depth_after(depth, line);
        is_guard
    })?;
    let is_comment = |(_, line): &&(usize, String)| line.starts_with('#') && !line.starts_with("#!");
    let comments = lines[..first].iter().rev().take_while(is_comment).count();
    Some(lines[first - comments].0)
}

/// The word that ends the here-document which a line begins.
fn here_document(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("<<").filter(|(_, rest)| !rest.starts_with('<'))?;
    let word = rest.trim_start_matches('-').trim_start().trim_matches(['\'', '"', '\\']);
    let end: String = word.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!end.is_empty()).then_some(end)
}

/// How deep in compound commands a line leaves off, as far as its words tell.
fn depth_after(depth: usize, line: &str) -> usize {
    let line = line.trim_start();
    if line.starts_with('#') {
        return depth;
    }
    let words = line.split(|c: char| c.is_whitespace() || c == ';');
    words.fold(depth, |depth, word| match word {
        "if" | "case" | "for" | "while" | "until" | "select" | "{" | "(" => depth + 1,
        "fi" | "esac" | "done" | "}" | ")" => depth.saturating_sub(1),
        word if word.ends_with("(){") => depth + 1,
        _ => depth,
    })
}

fn is_guard(lines: &[(usize, String)]) -> bool {
    let Some((_, first)) = lines.first() else { return false };
    let asks =
        ["$-", "$PS1", "${PS1", "${-", "-t 0", "-t 1", "tty -s"].iter().any(|asked| first.contains(asked));
    if first.starts_with(['#', ' ', '\t']) || !asks {
        return false;
    }
    let end = match first.split_whitespace().next() {
        Some("case") => "esac",
        Some("if") => "fi",
        _ if first.ends_with('{') => "}",
        _ => return has_word(first, "return") || has_word(first, "exit"),
    };
    for (_, line) in lines {
        let line = line.trim_start();
        if line.starts_with('#') {
            continue;
        }
        if has_word(line, "return") || has_word(line, "exit") {
            return true;
        }
        if has_word(line, end) || line == end {
            return false;
        }
    }
    false
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|found| found == word)
}

/// Each line with the line break that ends it.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive(|&byte| byte == b'\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end;
        range
    })
}
