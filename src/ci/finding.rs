//! What a check finds: which rule is broken, where, and how bad that is.

use std::path::PathBuf;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something to know; nothing contradicts.
    Warning,
    /// The files contradict each other, or the release will not run.
    Error,
}

/// What is checked. The names are for other programs and are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A file cannot be read or understood.
    Unreadable,
    /// Two pins of one directory admit no release in common.
    PinsDisagree,
    /// What is pinned is older than the `go` line.
    PinTooOld,
    /// What is pinned is older than the `toolchain` line.
    ToolchainAbove,
    /// A module needs a newer Go than the go.work that uses it.
    WorkTooOld,
    /// No such release is known, while later ones are.
    UnknownRelease,
    /// The release does not run on this machine.
    WillNotRun,
    /// What is asked for is not installed here.
    NotInstalled,
    /// Nodes do not meet what the release needs.
    NodeTooOld,
    /// Of nodes it cannot be told whether they do.
    NodeUnknown,
    /// Nodes on which the release may fail.
    NodeTrouble,
}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1, if it is one.
    pub line: Option<usize>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is broken.
    pub rule: Rule,
    /// What is the case, in a sentence. It may hold what stands in the files, unescaped.
    pub message: String,
    /// Where, if it is in a file.
    pub place: Option<Place>,
}

impl Level {
    /// Its name, which is also that of a workflow command and of SARIF.
    pub fn name(self) -> &'static str {
        match self {
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

impl Rule {
    /// All there are.
    pub const ALL: [Rule; 11] = [
        Rule::Unreadable,
        Rule::PinsDisagree,
        Rule::PinTooOld,
        Rule::ToolchainAbove,
        Rule::WorkTooOld,
        Rule::UnknownRelease,
        Rule::WillNotRun,
        Rule::NotInstalled,
        Rule::NodeTooOld,
        Rule::NodeUnknown,
        Rule::NodeTrouble,
    ];

    /// Its name for other programs.
    pub fn id(self) -> &'static str {
        match self {
            Rule::Unreadable => "unreadable",
            Rule::PinsDisagree => "pins-disagree",
            Rule::PinTooOld => "pin-too-old",
            Rule::ToolchainAbove => "toolchain-above-pin",
            Rule::WorkTooOld => "work-too-old",
            Rule::UnknownRelease => "unknown-release",
            Rule::WillNotRun => "will-not-run",
            Rule::NotInstalled => "not-installed",
            Rule::NodeTooOld => "node-too-old",
            Rule::NodeUnknown => "node-unknown",
            Rule::NodeTrouble => "node-trouble",
        }
    }

    /// What it asks for.
    pub fn about(self) -> &'static str {
        match self {
            Rule::Unreadable => "The files that name a Go version can be read",
            Rule::PinsDisagree => "The pins of one directory admit a release in common",
            Rule::PinTooOld => "What is pinned is as new as the go line needs",
            Rule::ToolchainAbove => "What is pinned is as new as the toolchain line",
            Rule::WorkTooOld => "The go line of a go.work is as new as those of its modules",
            Rule::UnknownRelease => "What is named is a release",
            Rule::WillNotRun => "The release runs on this machine",
            Rule::NotInstalled => "What is asked for is installed",
            Rule::NodeTooOld => "Every node meets what the release needs",
            Rule::NodeUnknown => "Of every node it is known whether it meets what the release needs",
            Rule::NodeTrouble => "On no node trouble with the release is known",
        }
    }

    /// How bad it is to break it. Of nodes only what is shown to be met admits a release.
    pub fn level(self) -> Level {
        match self {
            Rule::ToolchainAbove | Rule::UnknownRelease | Rule::NotInstalled | Rule::NodeTrouble => {
                Level::Warning
            }
            _ => Level::Error,
        }
    }
}

impl Finding {
    /// How bad it is.
    pub fn level(&self) -> Level {
        self.rule.level()
    }
}
