//! The marked block in a file of the user's: where it goes, and how exactly our bytes are taken out again.
//!
//! Text in, text out. All bytes outside the block stay as they are, whatever they are. What has to be known to undo
//! the edit stands in the block's first line, so that it needs no record elsewhere and survives a lost root.

use std::ops::Range;

use super::guard::{guard, lines};

/// How the block begins and ends; a note may stand in the first.
const BEGIN: &str = ">>> gvm-rs setup";
const END: &str = "<<< gvm-rs setup <<<";
const UNENDED: &str = "after a line without an end";
const MADE: &str = "made this file";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// What the line of a shell's block has in it, and how it begins.
const READ: &[u8] = b"/shell/init.";
const READERS: [&[u8]; 4] = [b"if [ -r ", b"if test -r ", b"try { eval ", b"if (Test-Path "];
/// How the lines of systemd's block begin.
const SET: [&[u8]; 2] = [b"PATH=\"", b"GVM_RS_HOME=\""];

/// How a file writes a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comment {
    /// `# like this`
    Hash,
    /// `<!-- like this -->`
    Xml,
}

/// Where a new block goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At the end.
    End,
    /// Before the line at which a shell without a terminal leaves; at the end where there is none.
    BeforeGuard,
}

/// What setup made besides the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// Nothing: the file was there.
    Nothing,
    /// The file, and so many directories above it.
    File(usize),
}

/// A block whose end is missing: nobody can tell what of the file is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoEnd;

/// A block in a text.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    /// All our bytes.
    ours: Range<usize>,
    is_unended: bool,
    made: Made,
    /// Lines between the marks that setup did not write.
    theirs: Vec<u8>,
}

/// A file without our blocks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Removed {
    pub(super) text: Vec<u8>,
    pub(super) made: Made,
}

/// Returns the text with one block that holds `body`: the one that is there renewed, or a new one.
pub(super) fn insert(text: &[u8], body: &str, comment: Comment, place: Place) -> Result<Vec<u8>, NoEnd> {
    let blocks = find(text)?;
    let Some(first) = blocks.first() else {
        let at = match place {
            Place::End => text.len(),
            Place::BeforeGuard => guard(text).unwrap_or(text.len()),
        };
        let is_unended = at > 0 && text[at - 1] != b'\n';
        let block = block(body, comment, is_unended, Made::Nothing);
        return Ok([&text[..at], block.as_bytes(), &text[at..]].concat());
    };
    let block = block(body, comment, first.is_unended, first.made);
    let (mut renewed, mut from) = (Vec::new(), 0);
    for (number, found) in blocks.iter().enumerate() {
        renewed.extend_from_slice(&text[from..found.ours.start]);
        if number == 0 {
            renewed.extend_from_slice(block.as_bytes());
        }
        renewed.extend_from_slice(&found.theirs);
        from = found.ours.end;
    }
    renewed.extend_from_slice(&text[from..]);
    Ok(renewed)
}

/// Returns a file that holds nothing but a block.
pub(super) fn alone(body: &str, comment: Comment, directories: usize) -> Vec<u8> {
    block(body, comment, false, Made::File(directories)).into_bytes()
}

/// Returns the text without our blocks; nothing where it has none.
pub(super) fn remove(text: &[u8]) -> Result<Option<Removed>, NoEnd> {
    let blocks = find(text)?;
    let Some(first) = blocks.first() else { return Ok(None) };
    let (mut rest, mut from) = (Vec::new(), 0);
    for found in &blocks {
        rest.extend_from_slice(&text[from..found.ours.start]);
        rest.extend_from_slice(&found.theirs);
        from = found.ours.end;
    }
    rest.extend_from_slice(&text[from..]);
    Ok(Some(Removed { text: rest, made: first.made }))
}

/// Where our blocks are, first to last.
pub(super) fn places(text: &[u8]) -> Result<Vec<Range<usize>>, NoEnd> {
    Ok(find(text)?.into_iter().map(|found| found.ours).collect())
}

/// Whether a text would be taken for one of the marks.
pub(super) fn has_mark(text: &str) -> bool {
    text.contains(BEGIN) || text.contains(END)
}

fn block(body: &str, comment: Comment, is_unended: bool, made: Made) -> String {
    let note = match (made, is_unended) {
        (Made::File(0), _) => format!(" ({MADE})"),
        (Made::File(directories), _) => format!(" ({MADE}, directories: {directories})"),
        (Made::Nothing, true) => format!(" ({UNENDED})"),
        (Made::Nothing, false) => String::new(),
    };
    let line = |text: &str| match comment {
        Comment::Hash => format!("# {text}"),
        Comment::Xml => format!("<!-- {text} -->"),
    };
    // Readers of property lists know XML by its first line.
    let declaration = if comment == Comment::Xml { XML } else { "" };
    let (first, last) = (format!("{declaration}{}", line(&format!("{BEGIN}{note} >>>"))), line(END));
    // The line break that the line before lacks comes from us. Ours has one in any case: something may be appended.
    let before = if is_unended { "\n" } else { "" };
    format!("{before}{first}\n{}\n{last}\n", body.trim_end_matches('\n'))
}

/// Finds our blocks, first to last.
fn find(text: &[u8]) -> Result<Vec<Found>, NoEnd> {
    let (mut blocks, mut open) = (Vec::new(), None);
    for line in lines(text) {
        let Some(words) = comment_in(&text[line.clone()]) else { continue };
        if let Some(note) = words.strip_prefix(BEGIN) {
            if open.is_some() {
                return Err(NoEnd);
            }
            open = Some((line.clone(), note.contains(UNENDED), made(note)));
        } else if words.starts_with(END)
            && let Some((first, is_unended, made)) = open.take()
        {
            // An editor may have taken the line break away, and something been appended to the mark.
            let end = if words == END { line.end } else { line.start + "# ".len() + END.len() };
            let theirs = theirs(&text[first.end..line.start]);
            // Where something follows, the line before needs its line break.
            let is_unended = is_unended && first.start > 0 && end == text.len() && theirs.is_empty();
            blocks.push(Found { ours: first.start - usize::from(is_unended)..end, is_unended, made, theirs });
        }
    }
    if open.is_some() { Err(NoEnd) } else { Ok(blocks) }
}

/// What a user wrote into a block, as far as its lines tell: a shell's holds one line that reads code, and that of
/// systemd sets two variables. In doubt (a name with a line break, code itself) all is ours.
fn theirs(inside: &[u8]) -> Vec<u8> {
    let reads = |line: &[u8]| line.windows(READ.len()).any(|part| part == READ);
    let sets = |line: &[u8]| SET.iter().any(|start| line.starts_with(start));
    let lines: Vec<&[u8]> = inside.split_inclusive(|&byte| byte == b'\n').collect();
    let code: Vec<&&[u8]> = lines.iter().filter(|line| reads(line)).collect();
    match code[..] {
        [line] if READERS.iter().any(|start| line.starts_with(start)) => {
            lines.iter().filter(|line| !reads(line)).copied().collect::<Vec<_>>().concat()
        }
        [] if lines.iter().any(|line| sets(line)) => {
            lines.iter().filter(|line| !sets(line)).copied().collect::<Vec<_>>().concat()
        }
        _ => Vec::new(),
    }
}

fn made(note: &str) -> Made {
    if !note.contains(MADE) {
        return Made::Nothing;
    }
    let number = note.rsplit_once("directories: ").map_or("", |(_, rest)| rest);
    let number: String = number.chars().take_while(char::is_ascii_digit).collect();
    Made::File(number.parse().unwrap_or(0))
}

/// What a line says, if it is a comment; an editor may have given it another end.
fn comment_in(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    match line.strip_prefix("# ") {
        Some(text) => Some(text),
        None => line.strip_prefix(XML).unwrap_or(line).strip_prefix("<!-- ")?.strip_suffix(" -->"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    const BODY: &str = "if [ -r f ]; then . f; fi";

    fn with(text: &str, place: Place) -> String {
        String::from_utf8(insert(text.as_bytes(), BODY, Comment::Hash, place).unwrap()).unwrap()
    }

    fn without(text: &str) -> String {
        String::from_utf8(remove(text.as_bytes()).unwrap().unwrap().text).unwrap()
    }

    #[test]
    fn a_file_is_as_it_was_after_both() {
        for text in ["", "\n", "a\n", "a", "a\r\n", "a\r\nb", "a\n\n\n", "# x", "\u{feff}a"] {
            for place in [Place::End, Place::BeforeGuard] {
                let there = with(text, place);
                assert_eq!(without(&there), text);
                assert_eq!(with(&there, place), there, "twice is once");
            }
        }
    }

    #[test]
    fn what_the_user_wrote_around_the_block_stays() {
        let there = with("a\n", Place::End);
        assert_eq!(without(&format!("before\n{there}after\n")), "before\na\nafter\n");
        // What `echo … >>` adds is a line of its own, also where the last line had no end.
        let there = with("a", Place::End);
        assert_eq!(without(&format!("{there}after\n")), "a\nafter\n");
        let renewed = with(&format!("{there}after\n"), Place::End);
        assert_eq!(with(&renewed, Place::End), renewed);
        assert_eq!(without(&renewed), "a\nafter\n");
        // An editor took the last line break away, and something was appended to the mark.
        let there = there.trim_end();
        assert_eq!(without(there), "a");
        assert_eq!(without(&format!("{there}after\n")), "a\nafter\n");
    }

    #[test]
    fn a_block_that_was_copied_is_made_one_again_and_all_go() {
        let one = with("a\n", Place::End);
        let two = format!("{one}b\n{}", with("", Place::End));
        assert_eq!(with(&two, Place::End), format!("{one}b\n"));
        assert_eq!(without(&two), "a\nb\n");
    }

    #[test]
    fn what_the_user_wrote_into_the_block_comes_out_behind_it() {
        let read =
            "if [ -r \"$HOME/.gvm-rs/shell/init.bash\" ]; then . \"$HOME/.gvm-rs/shell/init.bash\"; fi";
        let set = "PATH=\"/b:${PATH}\"\nGVM_RS_HOME=\"/r\"";
        for (body, text) in [(read, "a\n"), (read, "a"), (set, "a\n"), (read, "")] {
            let there = insert(text.as_bytes(), body, Comment::Hash, Place::End).unwrap();
            let there = String::from_utf8(there).unwrap();
            let end = format!("# {END}");
            let mine =
                there.replace(body, &format!("one\n{body}\n  two")).replace(&end, &format!("three\r\n{end}"));
            let renewed =
                String::from_utf8(insert(mine.as_bytes(), body, Comment::Hash, Place::End).unwrap()).unwrap();
            // What comes behind keeps the line before it ended.
            let there = there.replace(&format!(" ({UNENDED})"), "");
            assert_eq!(renewed, format!("{there}one\n  two\nthree\r\n"));
            let ended = if text.is_empty() { "" } else { "a\n" };
            assert_eq!(without(&mine), format!("{ended}one\n  two\nthree\r\n"));
        }
        // A name with a line break in it makes more lines than one.
        let read = "if [ -r '/a\nb/shell/init.sh' ]; then . '/a\nb/shell/init.sh'; fi";
        let there = String::from_utf8(insert(b"a", read, Comment::Hash, Place::End).unwrap()).unwrap();
        assert_eq!(without(&there), "a");
    }

    #[test]
    fn a_block_without_an_end_is_left_alone() {
        let cut = with("a\n", Place::End).replace(END, "");
        assert_eq!(remove(cut.as_bytes()), Err(NoEnd));
        assert_eq!(insert(cut.as_bytes(), BODY, Comment::Hash, Place::End), Err(NoEnd));
    }

    #[test]
    fn what_setup_made_is_remembered_in_the_block() {
        for (comment, directories) in [(Comment::Hash, 0), (Comment::Hash, 3), (Comment::Xml, 2)] {
            let text = alone(BODY, comment, directories);
            let removed = remove(&text).unwrap().unwrap();
            assert_eq!(removed, Removed { text: Vec::new(), made: Made::File(directories) });
            let renewed = insert(&text, "other", comment, Place::End).unwrap();
            assert_eq!(renewed, alone("other", comment, directories));
        }
    }

    #[test]
    fn the_block_comes_before_the_line_at_which_a_shell_without_a_terminal_leaves() {
        for guard in [
            "case $- in\n    *i*) ;;\n      *) return;;\nesac\n",
            "[ -z \"$PS1\" ] && return\n",
            "[[ $- != *i* ]] && return\n",
            "if [[ $- != *i* ]] ; then\n\t# Shell is non-interactive.\n\treturn\nfi\n",
            "if [ -z \"${PS1-}\" ]; then return; fi\n",
            "[ -t 0 ] || return\n",
            "tty -s || return\n",
            "[ -z \"$PS1\" ] && {\n  return\n}\n",
            &format!("if [ -t 0 ]; then\n{}else\n  return\nfi\n", "  :\n".repeat(30)),
        ] {
            let text = format!("# mine\n\nx=1\n# If not running interactively\n{guard}alias ll='ls -l'\n");
            let (before, after) = text.split_at(text.find("# If").unwrap());
            let expected = format!("{before}{}{after}", with("", Place::End));
            assert_eq!(with(&text, Place::BeforeGuard), expected, "{guard}");
        }
    }

    #[test]
    fn what_only_looks_like_a_guard_is_none() {
        for text in [
            "PS1='$ '\nf() {\n  return\n}\n",
            "# case $- in\nf() { return; }\n",
            "if [ -n \"$PS1\" ]; then\n  x\nfi\nf() { return 1; }\n",
            "case $- in\n*i*) x;;\nesac\nreturn_to() { :; }\n",
            "echo $PS1\n",
            // Inside something else it ends that, and a block there would not be read.
            "title() {\n  [ -t 1 ] || return 0\n  printf x\n}\n",
            "f() {\nif [ -z \"$PS1\" ]; then\n return\nfi\n}\n",
            "f(){\n[ -t 1 ] || return\n}\n",
            "if [ -n \"$SSH_TTY\" ]; then\n[[ $- != *i* ]] && return\nfi\n",
            "write() { cat <<EOF\n[ -z \"$PS1\" ] && return\nEOF\n}\n",
            "cat <<-'END'\n[ -z \"$PS1\" ] && return\n\tEND\n",
        ] {
            assert!(with(text, Place::BeforeGuard).starts_with(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            for place in [Place::End, Place::BeforeGuard] {
                let there = insert(&text, BODY, Comment::Hash, place).unwrap();
                prop_assert_eq!(&remove(&there).unwrap().unwrap().text, &text);
            }
        }

        #[test]
        fn lines_around_the_block_stay(
            lines in proptest::collection::vec("[ -~]{0,12}(\n|\r\n)", 0..6),
            before in "([ -~]{0,9}\n)?",
            after in "([ -~]{0,9}\n?)?",
        ) {
            let text: String = lines.concat();
            let there = with(&text, Place::BeforeGuard);
            prop_assert_eq!(without(&format!("{before}{there}{after}")), format!("{before}{text}{after}"));
        }
    }
}
