//! The text of a launch agent for macOS: it gives programs that are started from the Finder or the Dock a PATH.
//!
//! It was never tried on a Mac: what is tested is that it is a property list that says this.

use crate::shell::Init;

/// PATH of programs that launchd starts, as far as Apple ships it.
const STANDARD_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// A property list; the marks of the block are comments around it.
pub(super) fn agent(init: &Init) -> String {
    let tools = init.tools.as_ref().map(|tools| format!(":{tools}")).unwrap_or_default();
    let path = format!("{}:{STANDARD_PATH}{tools}", init.bin);
    let variables = [Some(("PATH", path)), init.root.clone().map(|root| ("GVM_RS_HOME", root))];
    // One call of launchctl for all; no shell reads the values.
    let words = variables.into_iter().flatten().flat_map(|(name, value)| [name.to_owned(), value]);
    let words: String = ["/bin/launchctl".to_owned(), "setenv".to_owned()]
        .into_iter()
        .chain(words)
        .map(|word| format!("    <string>{}</string>\n", text(&word)))
        .collect();
    format!(
        "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n\
         <dict>\n  \
           <key>Label</key>\n  <string>gvm-rs.environment</string>\n  \
           <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n  \
           <key>RunAtLoad</key>\n  <true/>\n\
         </dict>\n\
         </plist>\n"
    )
}

fn text(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_kind_is_one_string_of_the_list() {
        let init = Init {
            bin: "/a<b>&\"c\"/bin".into(),
            root: Some("/a<b>&\"c\"".into()),
            tools: Some("/h/go/bin".into()),
            has_hook: false,
        };
        let text = agent(&init);
        let path = format!("<string>/a&lt;b&gt;&amp;\"c\"/bin:{STANDARD_PATH}:/h/go/bin</string>");
        assert!(text.contains(&path), "{text}");
        assert!(
            text.contains("<string>GVM_RS_HOME</string>\n    <string>/a&lt;b&gt;&amp;\"c\"</string>"),
            "{text}"
        );
        assert!(text.starts_with("<!DOCTYPE plist") && text.ends_with("</plist>\n"), "{text}");
    }
}
