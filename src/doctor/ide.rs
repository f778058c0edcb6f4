//! What editors are told in the project here: VS Code's `settings.json` and GoLand's `workspace.xml`. They come before
//! PATH, so one that names another Go is why an editor and a terminal disagree.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Doctor, Finding, LARGEST, shown};
use crate::disk;

pub(super) fn check(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    // An empty store has no Go that they could be told instead.
    let Ok(Some(_)) = doctor.gvm.store.current() else { return };
    for directory in above(doctor) {
        let settings = directory.join(".vscode/settings.json");
        if let Ok(text) = disk::read_capped(&settings, LARGEST, true) {
            let text = without_comments(&String::from_utf8_lossy(&text));
            // What VS Code cannot read it complains about itself.
            let value: Value = serde_json::from_str(&text).unwrap_or_default();
            vscode(doctor, &directory, &settings, &value, findings);
        }
        for name in ["workspace.xml", "misc.xml"] {
            let file = directory.join(".idea").join(name);
            let text = disk::read_capped(&file, LARGEST, true).unwrap_or_default();
            if let Some(root) = goland_root(&String::from_utf8_lossy(&text)) {
                goland(doctor, &directory, &file, &root, findings);
            }
        }
    }
}

/// Here and above, up to the home: whoever opens a directory opens what is in it.
fn above(doctor: &Doctor<'_>) -> Vec<PathBuf> {
    let home = doctor.home.map(|home| home.directory.as_path());
    let here = doctor.scene.directory.as_path();
    let is_over = |directory: &Path| home.is_some_and(|home| home.starts_with(directory) && home != here);
    here.ancestors().take(30).take_while(|directory| !is_over(directory)).map(Path::to_owned).collect()
}

fn vscode(doctor: &Doctor<'_>, directory: &Path, file: &Path, value: &Value, findings: &mut Vec<Finding>) {
    let bin = doctor.bin();
    let mend =
        format!("remove it, or set `\"go.alternateTools\": {{\"go\": \"{}\"}}`", bin.join("go").display());
    let mut push = |key: &str, text: &str, says: String| {
        let finding =
            Finding::warning("ide-vscode", says).with(format!("`{}` has {key}: `{text}`", file.display()));
        findings.push(finding.mend(&mend));
    };
    let tools = [
        ("go.goroot", value.get("go.goroot")),
        ("go.alternateTools.go", value.get("go.alternateTools").and_then(|tools| tools.get("go"))),
    ];
    for (key, text) in tools.into_iter().filter_map(|(key, value)| Some((key, value?.as_str()?))) {
        let path = expanded(doctor, directory, text);
        if !text.is_empty() && path.is_some_and(|path| !doctor.is_ours(&path)) {
            push(key, text, format!("VS Code is told another Go than gvm-rs's by `{key}`"));
        }
    }
    let variables = value.get("go.toolsEnvVars");
    for name in ["GOROOT", "GOTOOLCHAIN"] {
        if let Some(text) = variables.and_then(|variables| variables.get(name)).and_then(Value::as_str) {
            // `local` and `auto` name no Go.
            if !text.is_empty() && !["local", "auto", "path"].contains(&text) {
                push(
                    "go.toolsEnvVars",
                    &format!("{name}={text}"),
                    format!("VS Code runs Go's tools with {name} set"),
                );
            }
        }
    }
}

/// A path of a settings file, as far as that can be said without VS Code.
fn expanded(doctor: &Doctor<'_>, directory: &Path, text: &str) -> Option<PathBuf> {
    let home = doctor.home.map(|home| home.directory.to_string_lossy().into_owned()).unwrap_or_default();
    let text = text.replace("${workspaceFolder}", &directory.to_string_lossy());
    let text = text.replace("${env:HOME}", &home).replace("${userHome}", &home);
    let text = match text.strip_prefix("~/") {
        Some(rest) => format!("{home}/{rest}"),
        None => text,
    };
    let path = PathBuf::from(&text);
    (path.is_absolute() && !text.contains("${")).then_some(path)
}

fn goland(doctor: &Doctor<'_>, directory: &Path, file: &Path, root: &str, findings: &mut Vec<Finding>) {
    let home = doctor.home.map(|home| home.directory.to_string_lossy().into_owned()).unwrap_or_default();
    let text = root.replace("$USER_HOME$", &home).replace("$PROJECT_DIR$", &directory.to_string_lossy());
    let path = PathBuf::from(text.strip_prefix("file://").unwrap_or(&text));
    if !path.is_absolute() || doctor.is_ours(&path) {
        return;
    }
    let finding = Finding::warning("ide-goland", "GoLand is told another Go than gvm-rs's");
    let finding = finding.with(format!("`{}` has GOROOT `{root}`", file.display()));
    let current = doctor.gvm.store.layout().current().join("go");
    findings.push(finding.mend(format!("choose `{}` in Settings, Go, GOROOT", shown(current.display()))));
}

/// `<component name="GOROOT" url="file://..." />`; older ones have `path`.
fn goland_root(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<component name=\"GOROOT\"")?;
    let element = rest.split('>').next()?;
    let value = ["url=\"", "path=\""].iter().find_map(|name| element.split_once(name))?.1;
    Some(value.split('"').next()?.replace("&amp;", "&"))
}

/// JSON as VS Code has it: with comments, and commas at the end.
fn without_comments(text: &str) -> String {
    let (mut plain, mut chars, mut is_in_string) = (String::new(), text.chars().peekable(), false);
    while let Some(c) = chars.next() {
        match c {
            '\\' if is_in_string => {
                plain.push(c);
                plain.extend(chars.next());
            }
            '"' => {
                is_in_string = !is_in_string;
                plain.push(c);
            }
            '/' if !is_in_string && chars.peek() == Some(&'/') => {
                // The line break goes with it, which JSON does not miss.
                chars.by_ref().find(|c| *c == '\n');
            }
            '/' if !is_in_string && chars.peek() == Some(&'*') => {
                let mut last = ' ';
                chars.next();
                chars.by_ref().find(|&c| std::mem::replace(&mut last, c) == '*' && c == '/');
            }
            '}' | ']' if !is_in_string => {
                let length = plain.trim_end().len();
                if plain[..length].ends_with(',') {
                    plain.truncate(length - 1);
                }
                plain.push(c);
            }
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn settings_with_comments_and_loose_commas_are_read() {
        let text = "{\n  // Go\n  \"go.goroot\": \"/opt/go//x\", /* a * b **/\n  \"a\": [1, 2,],\n  \"s\": \"\\\"// no\",\n}\n";
        let value: Value = serde_json::from_str(&without_comments(text)).unwrap();
        assert_eq!((value["go.goroot"].as_str(), value["s"].as_str()), (Some("/opt/go//x"), Some("\"// no")));
        assert_eq!(value["a"][1], 2);
        assert_eq!(without_comments("/* never ends"), "");
    }

    #[test]
    fn goland_says_its_goroot_in_two_ways() {
        let new = "<component name=\"GOROOT\" url=\"file://$USER_HOME$/sdk/go1.20\" />";
        assert_eq!(goland_root(new).as_deref(), Some("file://$USER_HOME$/sdk/go1.20"));
        assert_eq!(goland_root("<component name=\"GOROOT\" path=\"/opt/go\" />").as_deref(), Some("/opt/go"));
        assert_eq!(goland_root("<component name=\"GOPATH\" path=\"/opt/go\" />"), None);
    }
}
