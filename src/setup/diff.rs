//! Shows an edit the way `diff -u` does. Each edit is one change in one place, so no search for a short way is needed.

use crate::net::escaped;

const CONTEXT: usize = 3;

/// Returns the lines of a unified diff without its heading; what is not printable is escaped.
pub(super) fn show(before: &[u8], after: &[u8]) -> String {
    let (old, new) = (lines(before), lines(after));
    let common = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - common;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let (first, old_end, new_end) = (common.saturating_sub(CONTEXT), old.len() - tail, new.len() - tail);
    let after_change = tail.min(CONTEXT);
    let mut text =
        format!("@@ -{} +{} @@\n", span(first, old_end + after_change), span(first, new_end + after_change));
    let mut add = |mark: char, lines: &[&[u8]]| {
        for line in lines {
            let (line, end) = match line.strip_suffix(b"\n") {
                Some(line) => (line, ""),
                None => (*line, "\n\\ No newline at end of file"),
            };
            let line = String::from_utf8_lossy(line);
            let line: Vec<String> = line.split('\t').map(|part| escaped(part).to_string()).collect();
            text.push_str(&format!("{mark}{}{end}\n", line.join("\t")));
        }
    };
    add(' ', &old[first..common]);
    add('-', &old[common..old_end]);
    add('+', &new[common..new_end]);
    add(' ', &old[old_end..old_end + after_change]);
    text
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
        assert_eq!(super::show(b"", b"x\n"), "@@ -0,0 +1 @@\n+x\n");
        assert_eq!(super::show(b"\xff\x1b\n", b"\xff\x1b\nx\n"), "@@ -1 +1,2 @@\n \u{fffd}\\u{1b}\n+x\n");
    }
}
