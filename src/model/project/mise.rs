//! The `[tools]` of a mise.toml. What mise would do with the rest of it (templates, hooks, tasks) is not done here.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Lines, ProjectError};
use crate::model::{Excerpt, VersionRequest};

/// Returns what `go` is to be. Of several versions the first counts, as it is the one that mise puts on PATH.
pub(super) fn request(lines: &Lines<'_>) -> Result<Option<(usize, VersionRequest)>, ProjectError> {
    let unreadable = |at: usize| {
        let line = line_at(lines.text, at);
        let found = lines.text.lines().nth(line - 1).unwrap_or_default();
        ProjectError::Line { file: lines.file, line, found: Excerpt::of(found.trim_ascii()) }
    };
    let table =
        DeTable::parse(lines.text).map_err(|error| unreadable(error.span().map_or(0, |at| at.start)))?;
    let Some(tools) = table.get_ref().get("tools") else { return Ok(None) };
    let Some(tools_table) = tools.get_ref().as_table() else { return Err(unreadable(tools.span().start)) };
    let Some(value) = ["go", "golang", "core:go"].iter().find_map(|name| tools_table.get(*name)) else {
        return Ok(None);
    };
    match first_version(value) {
        Ok(Some((version, at))) => lines.request(line_at(lines.text, at), version),
        Ok(None) => Ok(None),
        Err(at) => Err(unreadable(at)),
    }
}

/// The first version of a value, and where it is: `"1.22"`, `{ version = "1.22" }`, or a list of them.
///
/// # Errors
/// The place of what is neither.
fn first_version<'a>(value: &'a Spanned<DeValue<'_>>) -> Result<Option<(&'a str, usize)>, usize> {
    let value = match value.get_ref() {
        DeValue::Array(list) => match list.iter().next() {
            Some(first) => first,
            None => return Ok(None),
        },
        _ => value,
    };
    let at = value.span().start;
    let version = match value.get_ref() {
        DeValue::Table(options) => options.get("version").ok_or(at)?,
        _ => value,
    };
    Ok(Some((version.get_ref().as_str().ok_or(at)?, version.span().start)))
}

/// Counted from 1.
fn line_at(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
