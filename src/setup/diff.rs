//! Shows an edit the way `diff -u` does: a block that moves is a few lines taken out and a few put in, however long the
//! file is.

use std::ops::Range;

use crate::net::escaped;

const CONTEXT: usize = 3;
/// An edit of more lines is shown as one change: the search takes the square of their number.
const MOST_LINES: usize = 1000;

/// Lines of the old text in whose place there are lines of the new one.
#[derive(Debug, Clone)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// Returns the lines of a unified diff without its heading; what is not printable is escaped.
pub(super) fn show(before: &[u8], after: &[u8]) -> String {
    let (old, new) = (lines(before), lines(after));
    let mut text = String::new();
    let changes = changes(&old, &new);
    let is_near = |one: &Change, next: &Change| next.old.start - one.old.end <= 2 * CONTEXT;
    for hunk in changes.chunk_by(is_near) {
        show_hunk(hunk, &old, &new, &mut text);
    }
    text
}

fn show_hunk(changes: &[Change], old: &[&[u8]], new: &[&[u8]], text: &mut String) {
    let [first, ..] = changes else { return };
    let last = changes.last().unwrap_or(first);
    let before = first.old.start.min(CONTEXT);
    let after = (old.len() - last.old.end).min(CONTEXT);
    let old_span = span(first.old.start - before, last.old.end + after);
    let new_span = span(first.new.start - before, last.new.end + after);
    text.push_str(&format!("@@ -{old_span} +{new_span} @@\n"));
    let mut at = first.old.start - before;
    for change in changes {
        add(' ', &old[at..change.old.start], text);
        add('-', &old[change.old.clone()], text);
        add('+', &new[change.new.clone()], text);
        at = change.old.end;
    }
    add(' ', &old[at..at + after], text);
}

fn add(mark: char, lines: &[&[u8]], text: &mut String) {
    for line in lines {
        let (line, end) = match line.strip_suffix(b"\n") {
            Some(line) => (line, ""),
            None => (*line, "\n\\ No newline at end of file"),
        };
        let line = String::from_utf8_lossy(line);
        let line: Vec<String> = line.split('\t').map(|part| escaped(part).to_string()).collect();
        text.push_str(&format!("{mark}{}{end}\n", line.join("\t")));
    }
}

/// The changes of a shortest edit, first to last.
fn changes(old: &[&[u8]], new: &[&[u8]]) -> Vec<Change> {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let whole = Change { old: start..old_end, new: start..new_end };
    if whole.old.is_empty() && whole.new.is_empty() {
        return Vec::new();
    }
    let moved = |at: &Range<usize>| at.start + start..at.end + start;
    match trail(&old[whole.old.clone()], &new[whole.new.clone()]) {
        Some(trail) => {
            let changes = along(&trail, whole.old.len(), whole.new.len());
            changes.iter().map(|change| Change { old: moved(&change.old), new: moved(&change.new) }).collect()
        }
        None => vec![whole],
    }
}

/// How far into the old lines one gets with so many edits (the place in the outer list), on each diagonal (those from
/// minus to plus that number, of which every other is used): Myers, "An O(ND) Difference Algorithm", 1986.
fn trail(old: &[&[u8]], new: &[&[u8]]) -> Option<Vec<Vec<usize>>> {
    let mut trail: Vec<Vec<usize>> = Vec::new();
    for edits in 0..=MOST_LINES {
        let mut reach = vec![0; 2 * edits + 1];
        for place in (0..reach.len()).step_by(2) {
            let mut x = match trail.last() {
                None => 0,
                Some(last) if is_insertion(last, place) => last[place],
                Some(last) => last[place - 2] + 1,
            };
            // The diagonal is `place - edits`; off the lines there is nothing to follow.
            let Some(mut y) = (x + edits).checked_sub(place) else { continue };
            while x < old.len() && y < new.len() && old[x] == new[y] {
                (x, y) = (x + 1, y + 1);
            }
            reach[place] = x;
            if x >= old.len() && y >= new.len() {
                trail.push(reach);
                return Some(trail);
            }
        }
        trail.push(reach);
    }
    None
}

/// Whether the way to a place comes from the diagonal above, by a line of the new text, and not from the one below.
fn is_insertion(last: &[usize], place: usize) -> bool {
    place == 0 || (place < last.len() && last[place - 2] < last[place])
}

/// The changes on the way back, put first to last, those that touch made one.
fn along(trail: &[Vec<usize>], mut x: usize, mut y: usize) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for edits in (1..trail.len()).rev() {
        let (last, place) = (&trail[edits - 1], x + edits - y);
        let is_insertion = is_insertion(last, place);
        // After the edit; where its line begins is one before, in one of the two.
        let (old, new) = if is_insertion {
            let end = last[place] + edits - place;
            (last[place]..last[place], end - 1..end)
        } else {
            let end = last[place - 2] + 1;
            (end - 1..end, end + edits - place..end + edits - place)
        };
        (x, y) = (old.start, new.start);
        match changes.last_mut() {
            Some(next) if next.old.start == old.end && next.new.start == new.end => {
                (next.old.start, next.new.start) = (old.start, new.start);
            }
            _ => changes.push(Change { old, new }),
        }
    }
    changes.reverse();
    changes
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&byte| byte == b'\n').collect()
}

/// As `diff` numbers lines: from 1, but what is empty is named by the line before it.
fn span(first: usize, end: usize) -> String {
    match end - first {
        0 => format!("{first},0"),
        1 => format!("{}", first + 1),
        length => format!("{},{length}", first + 1),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

    #[test]
    fn an_edit_is_shown_as_diff_shows_it() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8";
        for (after, expected) in [
            ("1\n2\n3\n4\nx\n5\n6\n7\n8", "@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n"),
            (
                "1\n2\n3\n4\n5\n6\n7\n8\nx",
                "@@ -5,4 +5,5 @@\n 5\n 6\n 7\n-8\n\\ No newline at end of file\n+8\n+x\n\\ No newline at end of file\n",
            ),
            ("", "@@ -1,8 +0,0 @@\n-1\n-2\n-3\n-4\n-5\n-6\n-7\n-8\n\\ No newline at end of file\n"),
        ] {
            assert_eq!(super::show(before.as_bytes(), after.as_bytes()), expected);
        }
        assert_eq!(super::show(b"1\n", b"1\n"), "");
        assert_eq!(super::show(b"", b"x\n"), "@@ -0,0 +1 @@\n+x\n");
        assert_eq!(super::show(b"\xff\x1b\n", b"\xff\x1b\nx\n"), "@@ -1 +1,2 @@\n \u{fffd}\\u{1b}\n+x\n");
    }

    #[test]
    fn a_block_that_moves_is_shown_as_what_goes_and_what_comes_in_files_of_any_size() {
        for length in [20, 50_000] {
            let line = |number: usize| format!("line {number}\n");
            let lines = |range: std::ops::Range<usize>| range.map(line).collect::<String>();
            let block = "# >>>\nread\n# <<<\n";
            let before = format!("{}{block}", lines(1..length));
            let after = format!("{}{block}{}", lines(1..5), lines(5..length));
            let shown = super::show(before.as_bytes(), after.as_bytes());
            let end = length - 3;
            let expected = format!(
                "@@ -2,6 +2,9 @@\n {}+# >>>\n+read\n+# <<<\n {}@@ -{end},6 +{},3 @@\n {}-# >>>\n-read\n-# <<<\n",
                lines(2..5).replace('\n', "\n ").trim_end_matches(' '),
                lines(5..8).replace('\n', "\n ").trim_end_matches(' '),
                end + 3,
                lines(end..length).replace('\n', "\n ").trim_end_matches(' '),
            );
            assert_eq!(shown, expected);
        }
    }

    /// Makes the new text of the old one and a diff.
    fn patched(before: &str, diff: &str) -> String {
        let mut old = before.split_inclusive('\n');
        let (mut text, mut at) = (String::new(), 1);
        for line in diff.lines() {
            if let Some(heading) = line.strip_prefix("@@ -") {
                let (first, rest) = heading.split_once([',', ' ']).unwrap();
                let is_empty = rest.starts_with("0 ");
                let first: usize = first.parse::<usize>().unwrap() + usize::from(is_empty);
                text.extend(old.by_ref().take(first - at));
                at = first;
                continue;
            }
            let (mark, line) = line.split_at(1);
            if mark != "+" {
                assert_eq!(old.next().unwrap().trim_end(), line);
                at += 1;
            }
            if mark != "-" {
                text.push_str(&format!("{line}\n"));
            }
        }
        text.extend(old);
        text
    }

    proptest::proptest! {
        #[test]
        fn a_diff_makes_the_new_text_of_the_old_one(
            before in proptest::collection::vec("[a-c]\n", 0..24),
            after in proptest::collection::vec("[a-c]\n", 0..24),
        ) {
            let (before, after) = (before.concat(), after.concat());
            let diff = super::show(before.as_bytes(), after.as_bytes());
            proptest::prop_assert_eq!(patched(&before, &diff), after, "{}", diff);
        }
    }
}
