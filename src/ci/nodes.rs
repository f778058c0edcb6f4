//! The nodes of a cluster, as `kubectl get nodes -o json` describes them, held against what a release needs of a kernel.
//! No cluster is asked, and of the document only names, kernels, systems and processors are kept.
//!
//! Only what is shown to be met admits a release: a node that does not say its kernel is no better than an old one.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use serde::Deserialize;

use super::finding::{Finding, Place, Rule};
use crate::model::{Excerpt, GoVersion, Index, Platform, requirements};
use crate::preflight::{self, Check, Host, Verdict, worst};

/// A machine of a cluster; what it does not say of itself is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its kernel's release, as `uname -r` says it; on Windows that of the system.
    pub kernel: String,
    /// GOOS.
    pub os: String,
    /// GOARCH.
    pub arch: String,
}

/// A document that does not describe nodes.
#[derive(Debug, thiserror::Error)]
pub enum NodesError {
    /// It is no JSON, or cannot be read.
    #[error("cannot read the nodes as JSON")]
    Unreadable(#[source] serde_json::Error),
    /// It is something else.
    #[error("cannot find nodes in the document: it is {0}, not what `kubectl get nodes -o json` prints")]
    Other(String),
    /// There are none, so nothing is shown of any.
    #[error("there is no node in the document")]
    None,
}

/// Nodes that are alike in all that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// GOOS and GOARCH, with a `/`.
    pub platform: String,
    /// Their kernel.
    pub kernel: String,
    /// Their names, in the order of the document.
    pub nodes: Vec<String>,
    /// What was found of them.
    pub checks: Vec<Check>,
}

/// Whether a cluster runs a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The release.
    pub version: GoVersion,
    /// All nodes, those that are alike together; the worst first, and of these the largest.
    pub groups: Vec<Group>,
    /// Where it is not admitted: the newest stable release that is, if one is known.
    pub newest: Option<GoVersion>,
}

/// More bytes than thousands of nodes have; nothing of them but names and the like is kept.
const LARGEST: u64 = 1 << 30;
/// So many kernels are named in findings, and so many nodes of each.
const SHOWN: usize = 10;
const SHOWN_NODES: usize = 5;

#[derive(Deserialize)]
struct Document {
    kind: Option<String>,
    items: Option<Vec<Item>>,
    metadata: Option<Metadata>,
    status: Option<Status>,
}

#[derive(Deserialize)]
struct Item {
    kind: Option<String>,
    metadata: Option<Metadata>,
    status: Option<Status>,
}

#[derive(Deserialize)]
struct Metadata {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(rename = "nodeInfo")]
    info: Option<Info>,
}

#[derive(Deserialize)]
struct Info {
    #[serde(rename = "kernelVersion")]
    kernel: Option<String>,
    #[serde(rename = "operatingSystem")]
    os: Option<String>,
    architecture: Option<String>,
}

/// Reads a list of nodes, or one.
pub fn read_nodes(document: impl Read) -> Result<Vec<Node>, NodesError> {
    let document: Document =
        serde_json::from_reader(BufReader::new(document.take(LARGEST))).map_err(NodesError::Unreadable)?;
    let is_node = |kind: &Option<String>| kind.as_deref().is_none_or(|kind| kind == "Node");
    let nodes: Vec<Node> = match document.items {
        Some(items) => {
            if let Some(other) = items.iter().find(|item| !is_node(&item.kind)) {
                return Err(NodesError::Other(format!("a list with something {}", named(&other.kind))));
            }
            items.into_iter().map(|item| node(item.metadata, item.status)).collect()
        }
        None if document.kind.as_deref() == Some("Node") => vec![node(document.metadata, document.status)],
        None => return Err(NodesError::Other(named(&document.kind))),
    };
    if nodes.is_empty() { Err(NodesError::None) } else { Ok(nodes) }
}

fn named(kind: &Option<String>) -> String {
    kind.as_ref().map_or("of no kind".to_owned(), |kind| format!("of kind `{}`", Excerpt::of(kind)))
}

fn node(metadata: Option<Metadata>, status: Option<Status>) -> Node {
    let info = status.and_then(|status| status.info);
    let info = info.unwrap_or(Info { kernel: None, os: None, architecture: None });
    Node {
        name: metadata.and_then(|metadata| metadata.name).unwrap_or_default(),
        kernel: info.kernel.unwrap_or_default(),
        os: info.os.unwrap_or_default(),
        arch: info.architecture.unwrap_or_default(),
    }
}

/// Holds nodes against what a release needs; `index` has the releases of which the newest that is admitted is named.
pub fn admit(version: GoVersion, nodes: &[Node], index: &Index) -> Admission {
    let mut alike: BTreeMap<(String, String), Vec<&Node>> = BTreeMap::new();
    for node in nodes {
        alike.entry((format!("{}/{}", node.os, node.arch), node.kernel.clone())).or_default().push(node);
    }
    let group = |((platform, kernel), nodes): ((String, String), Vec<&Node>)| Group {
        checks: judged(version, &platform, &kernel),
        nodes: nodes.into_iter().map(|node| node.name.clone()).collect(),
        platform,
        kernel,
    };
    let mut groups: Vec<Group> = alike.into_iter().map(group).collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.verdict(), group.nodes.len())));
    let is_admitted = |version: GoVersion| {
        groups.iter().all(|group| is_met(&judged(version, &group.platform, &group.kernel)))
    };
    let newest = match groups.iter().all(Group::is_met) {
        true => None,
        false => {
            let stable = index.releases().iter().map(|release| release.version);
            stable.filter(|version| version.is_stable()).find(|version| is_admitted(*version))
        }
    };
    Admission { version, groups, newest }
}

/// What a kernel means for a release. The C library is that of a container's image, of which nodes know nothing.
fn judged(version: GoVersion, platform: &str, kernel: &str) -> Vec<Check> {
    let unknown =
        |finding: String| vec![Check { subject: "kernel", verdict: Verdict::Unknown, finding, source: None }];
    let Ok(platform) = platform.parse::<Platform>() else {
        return unknown("the node does not say what it runs".to_owned());
    };
    let release = Some(kernel.to_owned()).filter(|kernel| !kernel.is_empty());
    let mut checks = vec![preflight::system(version, &Host { release, ..Host::unknown(platform) })];
    checks.extend(requirements::bad_pairs(version, &platform, kernel).into_iter().map(Check::from));
    checks
}

/// Whether all that is required is shown to be met; trouble that some machines have is none of the requirements.
fn is_met(checks: &[Check]) -> bool {
    let required = |check: &&Check| check.subject != Check::TROUBLE || check.verdict == Verdict::NotMet;
    checks.iter().filter(required).all(|check| check.verdict == Verdict::Met)
}

impl Group {
    /// The worst of what was found.
    pub fn verdict(&self) -> Verdict {
        worst(&self.checks)
    }

    /// Whether these nodes run the release.
    pub fn is_met(&self) -> bool {
        is_met(&self.checks)
    }

    fn finding(&self, version: GoVersion, place: Option<&Place>) -> Finding {
        let rule = match self.verdict() {
            Verdict::NotMet => Rule::NodeTooOld,
            _ if self.is_met() => Rule::NodeTrouble,
            _ => Rule::NodeUnknown,
        };
        let verb = match rule {
            Rule::NodeTooOld => "does not run on",
            Rule::NodeTrouble => "may fail on",
            _ => "is not known to run on",
        };
        let worst = self.checks.iter().max_by_key(|check| check.verdict);
        let (why, source) = worst.map_or(("", None), |check| (check.finding.as_str(), check.source));
        let source = source.map(|source| format!(" ({source})")).unwrap_or_default();
        let nodes = match self.nodes.len() {
            1 => "1 node".to_owned(),
            number => format!("{number} nodes"),
        };
        let message = format!(
            "{} {verb} {nodes} ({}): {why} on {}{source}",
            version.toolchain(),
            listed(&self.nodes),
            Excerpt::of(&self.platform)
        );
        Finding { rule, message, place: place.cloned() }
    }
}

/// The first few names.
fn listed(names: &[String]) -> String {
    let mut shown: Vec<String> =
        names.iter().take(SHOWN_NODES).map(|name| Excerpt::of(name).to_string()).collect();
    if names.len() > SHOWN_NODES {
        shown.push(format!("{} more", names.len() - SHOWN_NODES));
    }
    shown.join(", ")
}

impl Admission {
    /// Whether every node runs the release.
    pub fn is_admitted(&self) -> bool {
        self.groups.iter().all(Group::is_met)
    }

    /// How many nodes there are, and how many of them do not run the release as far as is known.
    pub fn counts(&self) -> (usize, usize) {
        let count = |groups: &mut dyn Iterator<Item = &Group>| groups.map(|group| group.nodes.len()).sum();
        let refusing = count(&mut self.groups.iter().filter(|group| !group.is_met()));
        (count(&mut self.groups.iter()), refusing)
    }

    /// What is wrong, with few words for many nodes; `place` is where the release is named, or the document.
    pub fn findings(&self, place: Option<&Place>) -> Vec<Finding> {
        let wrong: Vec<&Group> = self.groups.iter().filter(|group| group.verdict() != Verdict::Met).collect();
        let mut findings: Vec<Finding> =
            wrong.iter().take(SHOWN).map(|group| group.finding(self.version, place)).collect();
        let left = wrong.get(SHOWN..).unwrap_or_default();
        // The groups stand in the order of what is wrong with them, so the first says how bad the rest may be.
        if let Some(first) = left.first() {
            let nodes: usize = left.iter().map(|group| group.nodes.len()).sum();
            let rule = first.finding(self.version, None).rule;
            let message = format!("and on {nodes} more nodes with {} other kernels", left.len());
            findings.push(Finding { rule, message, place: place.cloned() });
        }
        findings
    }
}
