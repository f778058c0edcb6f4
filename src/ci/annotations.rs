//! Findings as the workflow commands that GitHub Actions turns into annotations.

use std::path::Path;

use super::finding::Finding;
use crate::net::escaped;

/// One line for each finding; paths are shown from `base` on where they are below it.
///
/// Invariant: nothing that stands in a file or in its name ends a command or begins another.
pub fn annotations(findings: &[Finding], base: &Path) -> String {
    let mut text = String::new();
    for finding in findings {
        let mut properties = Vec::new();
        if let Some(place) = &finding.place {
            let path = place.path.strip_prefix(base).unwrap_or(&place.path);
            properties.push(format!("file={}", property(&path.to_string_lossy())));
            properties.extend(place.line.map(|line| format!("line={line}")));
        }
        properties.push(format!("title={}", property(&format!("gvm-rs {}", finding.rule.id()))));
        let message = data(&escaped(&finding.message).to_string());
        text += &format!("::{} {}::{message}\n", finding.level().name(), properties.join(","));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::{Place, Rule};

    #[test]
    fn nothing_in_a_name_or_a_message_is_a_command() {
        let place = Place { path: "/w/a,b:c\n::error::x%/go.mod".into(), line: Some(3) };
        let message = "50% of `x\r\n::set-output name=a::b`".to_owned();
        let finding = Finding { rule: Rule::PinTooOld, message, place: Some(place) };
        let nowhere = Finding { rule: Rule::NotInstalled, message: "a: b, c".to_owned(), place: None };
        assert_eq!(
            annotations(&[finding, nowhere], Path::new("/w")),
            "::error file=a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax%25/go.mod,line=3,title=gvm-rs pin-too-old::\
             50%25 of `x\\u{d}\\u{a}::set-output name=a::b`\n\
             ::warning title=gvm-rs not-installed::a: b, c\n"
        );
    }
}
