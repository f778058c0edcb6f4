//! Findings in SARIF 2.1.0, for code scanning.

use std::path::{Component, Path};

use serde_json::{Value, json};

use super::finding::{Finding, Place, Rule};
use crate::net::escaped;

/// The whole document; paths are relative to `base`, the top of the checkout, where they are below it.
pub fn sarif(findings: &[Finding], base: &Path) -> Value {
    let rules = Rule::ALL.map(|rule| {
        json!({
            "id": rule.id(),
            "shortDescription": {"text": rule.about()},
            "defaultConfiguration": {"level": rule.level().name()},
        })
    });
    let results = findings.iter().map(|finding| {
        let places = finding.place.iter().map(|place| location(place, base)).collect::<Vec<_>>();
        json!({
            "ruleId": finding.rule.id(),
            "ruleIndex": Rule::ALL.iter().position(|rule| *rule == finding.rule),
            "level": finding.level().name(),
            "message": {"text": escaped(&finding.message).to_string()},
            "locations": places,
        })
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "gvm-rs",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn location(place: &Place, base: &Path) -> Value {
    let artifact = match place.path.strip_prefix(base) {
        Ok(below) => json!({"uri": uri(below), "uriBaseId": "%SRCROOT%"}),
        Err(_) => json!({"uri": format!("file://{}", uri(&place.path))}),
    };
    let mut physical = json!({"artifactLocation": artifact});
    if let Some(line) = place.line {
        physical["region"] = json!({"startLine": line});
    }
    json!({"physicalLocation": physical})
}

/// A path as a reference: all but letters, digits and `-._~` percent-encoded.
fn uri(path: &Path) -> String {
    let mut uri = String::new();
    for component in path.components() {
        let name = match component {
            Component::RootDir => continue,
            component => component.as_os_str(),
        };
        if !uri.is_empty() || path.is_absolute() {
            uri.push('/');
        }
        for &byte in name.as_encoded_bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => uri.push(byte.into()),
                byte => uri.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_kind_is_a_reference() {
        assert_eq!(uri(Path::new("a b/é%?#/go.mod")), "a%20b/%C3%A9%25%3F%23/go.mod");
        assert_eq!(uri(Path::new("/a/./b")), "/a/b");
    }
}
