//! The variables by which later steps of a job find Go, in the form that each build server reads.

use crate::shell::Shell;

/// What is put before PATH, and what else is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    /// Directories, the first the first on PATH.
    pub path: Vec<String>,
    /// Names and values.
    pub values: Vec<(&'static str, String)>,
}

/// A value that a form cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{value}` for a build server: it holds a control character")]
pub struct UnquotableError {
    /// The value.
    pub value: String,
}

impl Variables {
    /// Checks that each value is one line, which every form needs.
    ///
    /// # Errors
    /// [`UnquotableError`] with the first that is not.
    pub fn checked(self) -> Result<Variables, UnquotableError> {
        let values = self.values.iter().map(|(_, value)| value);
        match self.path.iter().chain(values).find(|value| value.contains(char::is_control)) {
            Some(value) => Err(UnquotableError { value: value.clone() }),
            None => Ok(self),
        }
    }

    /// Lines for the file that GITHUB_PATH names. Each is put before those above it.
    pub fn github_path(&self) -> String {
        self.path.iter().rev().map(|directory| format!("{directory}\n")).collect()
    }

    /// Lines for the file that GITHUB_ENV names.
    pub fn github_env(&self) -> String {
        // The end of the line ends a value, and nothing in it is special; only `<<` before `=` would be.
        self.values.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
    }

    /// Code for a POSIX shell, as GitLab's scripts are.
    pub fn shell(&self) -> String {
        let path = Shell::Sh.quote(&self.path.join(":"));
        let values =
            self.values.iter().map(|(name, value)| format!("export {name}={}\n", Shell::Sh.quote(value)));
        format!("export PATH={path}\"${{PATH:+:$PATH}}\"\n") + &values.collect::<String>()
    }

    /// Instructions for a Dockerfile.
    pub fn docker(&self) -> String {
        let quoted = |value: &str| {
            let escape =
                |c: char| if matches!(c, '"' | '\\' | '$') { format!("\\{c}") } else { c.to_string() };
            value.chars().map(escape).collect::<String>()
        };
        let values = self.values.iter().map(|(name, value)| format!("ENV {name}=\"{}\"\n", quoted(value)));
        format!("ENV PATH=\"{}:${{PATH}}\"\n", quoted(&self.path.join(":"))) + &values.collect::<String>()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    fn of(root: &str) -> Variables {
        Variables {
            path: vec![format!("{root}/a/bin"), format!("{root}/bin")],
            values: vec![("GVM_RS_HOME", root.to_owned())],
        }
    }

    #[test]
    fn every_form_quotes_in_its_own_way() {
        let variables = of("/a b$c'\"\\").checked().unwrap();
        assert_eq!(variables.github_path(), "/a b$c'\"\\/bin\n/a b$c'\"\\/a/bin\n");
        assert_eq!(variables.github_env(), "GVM_RS_HOME=/a b$c'\"\\\n");
        assert_eq!(
            variables.docker(),
            "ENV PATH=\"/a b\\$c'\\\"\\\\/a/bin:/a b\\$c'\\\"\\\\/bin:${PATH}\"\nENV GVM_RS_HOME=\"/a b\\$c'\\\"\\\\\"\n"
        );
        assert_eq!(
            of("/r").shell(),
            "export PATH='/r/a/bin:/r/bin'\"${PATH:+:$PATH}\"\nexport GVM_RS_HOME='/r'\n"
        );
    }

    #[test]
    fn a_value_of_several_lines_is_refused() {
        assert!(of("/a\nLD_PRELOAD=/x").checked().is_err());
        assert!(of("/a\u{1b}").checked().is_err());
    }
}
