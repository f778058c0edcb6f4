//! The text of a drop-in.

use crate::setup::STANDARD_PATH;
use crate::shell::Init;

/// The lines by which a service finds what `init` names, before what is on its PATH (`path`) already.
///
/// Invariant: written again for a unit that has them, they are the same.
pub(super) fn lines(init: &Init, path: Option<&str>) -> String {
    let usable = |directory: &&str| directory.starts_with('/') && !directory.contains(char::is_control);
    let rest =
        path.unwrap_or(STANDARD_PATH).split(':').filter(usable).filter(|directory| *directory != init.bin);
    let mut directories: Vec<&str> = std::iter::once(init.bin.as_str()).chain(rest).collect();
    let mut known = std::collections::BTreeSet::new();
    directories.retain(|directory| known.insert(*directory));
    let tools = init.tools.as_deref().filter(|tools| usable(tools) && !directories.contains(tools));
    directories.extend(tools);
    let path = directories.join(":");
    let root = init.root.iter().map(|root| format!("Environment=\"GVM_RS_HOME={}\"\n", quoted(root)));
    format!(
        "[Service]\nEnvironment=\"PATH={}\"\n# Where ExecStart=go is looked for.\nExecSearchPath=\nExecSearchPath={}\n{}",
        quoted(&path),
        // It is no quoted value, but a backslash is one all the same.
        path.replace('\\', "\\\\").replace('%', "%%"),
        root.collect::<String>()
    )
}

/// A value within double quotes. `$` means nothing to `Environment=`.
fn quoted(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn init(bin: &str) -> Init {
        Init { bin: bin.to_owned(), root: None, tools: Some("/h/go/bin".to_owned()), has_hook: false }
    }

    #[test]
    fn ours_comes_first_once_and_only_absolute_directories_follow() {
        let first = lines(&init("/r/bin"), Some("/opt/x:/r/bin::.:rel:/usr/bin:/opt/x"));
        assert!(
            first.starts_with("[Service]\nEnvironment=\"PATH=/r/bin:/opt/x:/usr/bin:/h/go/bin\"\n"),
            "{first}"
        );
        assert_eq!(lines(&init("/r/bin"), Some("/r/bin:/opt/x:/usr/bin:/h/go/bin")), first);
        assert!(
            lines(&init("/r/bin"), None)
                .contains("ExecSearchPath=/r/bin:/usr/local/bin:/usr/bin:/bin:/h/go/bin\n")
        );
    }

    #[test]
    fn nothing_in_a_name_is_expanded() {
        let text = lines(&init("/a %h\"\\$x/bin"), Some("/usr/bin"));
        assert!(text.contains("\"PATH=/a %%h\\\"\\\\$x/bin:/usr/bin:"), "{text}");
        assert!(text.contains("ExecSearchPath=/a %%h\"\\\\$x/bin:/usr/bin:"), "{text}");
    }
}
