//! What a build server is told: whether the files of a project agree with each other and with what is installed, which
//! nodes of a cluster a release runs on, and where Go is. Nothing here asks the network, installs or prints.

mod annotations;
mod finding;
mod nodes;
mod project;
mod sarif;
mod variables;

pub use annotations::annotations;
pub use finding::{Finding, Level, Place, Rule};
pub use nodes::{Admission, Group, Node, NodesError, admit, read_nodes};
pub use project::{Known, Project, check};
pub use sarif::sarif;
pub use variables::{UnquotableError, Variables};
