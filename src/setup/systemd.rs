//! The user's systemd: the file from which it takes the environment of what it starts, and the manager that runs now.
//!
//! `environment.d` expands `$` wherever it stands, in quotes too, so it is doubled. An environment that was put into
//! the manager by hand (`set-environment`, `import-environment`) overrules the file, and is only told of here.

use std::path::Path;
use std::process::Command;

use super::home::Home;
use crate::net::escaped;
use crate::process::{Environment, Watch};
use crate::shell::Init;

/// What the running manager came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manager {
    /// None runs; the next one reads the file.
    NotRunning,
    /// What it starts from now on has the directory on its PATH, or not, as was wanted.
    Agrees,
    /// A PATH that was put into it overrules the file.
    Overruled,
    /// It could not be asked: why, escaped.
    Unknown(String),
}

/// PATH where nothing else is known; an empty element would be the current directory.
pub(crate) const STANDARD_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The lines for `environment.d`.
pub(super) fn lines(init: &Init) -> String {
    let tools = init.tools.as_ref().map(|tools| format!(":{}", quoted(tools))).unwrap_or_default();
    let path = format!("PATH=\"{}:${{PATH:-{STANDARD_PATH}}}{tools}\"\n", quoted(&init.bin));
    let root = init.root.as_ref().map(|root| format!("GVM_RS_HOME=\"{}\"\n", quoted(root)));
    path + &root.unwrap_or_default()
}

/// A value within double quotes.
fn quoted(value: &str) -> String {
    let mut quoted = String::new();
    for c in value.chars() {
        match c {
            // Once for the quotes, once for the expansion that follows.
            '$' => quoted.push_str(r"\$\$"),
            '"' | '\\' | '`' => quoted.extend(['\\', c]),
            c => quoted.push(c),
        }
    }
    quoted
}

/// Has the running manager read its files again, and looks what came of it.
pub(super) fn renew(
    runtime: Option<&Path>,
    bin: &str,
    is_wanted: bool,
    environment: &Environment,
    watch: Watch<'_>,
) -> Manager {
    let Some(runtime) = runtime.filter(|runtime| runtime.join("systemd/private").exists()) else {
        return Manager::NotRunning;
    };
    let ask = |words: &[&str]| ask(runtime, words, environment, watch);
    match ask(&["daemon-reload"]).and_then(|_| ask(&["show-environment"])) {
        Ok(text) => match path_in(&text).is_some_and(|path| path.split(':').any(|dir| dir == bin)) {
            has if has == is_wanted => Manager::Agrees,
            _ => Manager::Overruled,
        },
        Err(problem) => Manager::Unknown(problem),
    }
}

/// The PATH of what the running manager starts; nothing where none runs, and why where it could not be asked.
pub fn session_path(
    home: &Home,
    environment: &Environment,
    watch: Watch<'_>,
) -> Option<Result<String, String>> {
    let runtime = home.runtime.as_deref().filter(|runtime| runtime.join("systemd/private").exists())?;
    environment.find("systemctl")?;
    let text = ask(runtime, &["show-environment"], environment, watch);
    Some(text.map(|text| path_in(&text).unwrap_or_default()))
}

/// Asks the manager that listens in a directory.
///
/// # Errors
/// Why it could not be asked, escaped.
pub(crate) fn ask(
    runtime: &Path,
    words: &[&str],
    environment: &Environment,
    watch: Watch<'_>,
) -> Result<String, String> {
    let Some(program) = environment.find("systemctl") else {
        return Err("there is no `systemctl` on PATH".to_owned());
    };
    let mut command = Command::new(program);
    command.arg("--user").args(words).env("XDG_RUNTIME_DIR", runtime).env("LC_ALL", "C").current_dir("/");
    let said = |bytes: &str| escaped(bytes.trim()).to_string();
    match watch.output(&mut command) {
        Ok(ended) if ended.exit.is_success() => Ok(ended.stdout.text().into_owned()),
        Ok(ended) => Err(format!("`systemctl --user {}`: {}", words[0], said(&ended.stderr.text()))),
        Err(stopped) => Err(format!("`systemctl --user {}`: {stopped}", words[0])),
    }
}

/// PATH in what `systemctl show-environment` prints, which quotes for a shell where it has to.
pub(crate) fn path_in(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix("PATH="))?;
    let Some(inner) = value.strip_prefix("$'").and_then(|value| value.strip_suffix('\'')) else {
        return Some(value.to_owned());
    };
    let (mut path, mut rest) = (Vec::new(), inner.bytes());
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            path.push(byte);
            continue;
        }
        let number = |digits: &[u8], base| u8::from_str_radix(std::str::from_utf8(digits).ok()?, base).ok();
        path.push(match rest.next()? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'x' => number(&[rest.next()?, rest.next()?], 16)?,
            first @ b'0'..=b'7' => number(&[first, rest.next()?, rest.next()?], 8)?,
            other => other,
        });
    }
    String::from_utf8(path).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    #[test]
    fn nothing_in_a_name_is_expanded() {
        let init = Init {
            bin: "/a$(x)\"\\`/bin".into(),
            root: Some("/a$(x)\"\\`".into()),
            tools: None,
            has_hook: false,
        };
        let expected = "PATH=\"/a\\$\\$(x)\\\"\\\\\\`/bin:${PATH:-/usr/local/bin:/usr/bin:/bin}\"\n\
                        GVM_RS_HOME=\"/a\\$\\$(x)\\\"\\\\\\`\"\n";
        assert_eq!(lines(&init), expected);
    }

    #[test]
    fn what_the_manager_shows_is_read_as_it_quotes_it() {
        for (shown, path) in [
            ("A=1\nPATH=/a:/b\nB=2", "/a:/b"),
            ("PATH=$'/a b:/it\\'s\\\\:/t\\tn\\nx\\x01\\001'", "/a b:/it's\\:/t\tn\nx\u{1}\u{1}"),
        ] {
            assert_eq!(path_in(shown).as_deref(), Some(path));
        }
        assert_eq!(path_in("XPATH=/a"), None);
    }
}
