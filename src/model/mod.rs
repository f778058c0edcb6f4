//! Pure values: versions, requests, platforms, digests, the release index and the lines of project files.
//!
//! Everything here is parsed once, at the edge, and is valid from then on. Nothing here touches the disk, the network,
//! the clock or the environment.

pub mod digest;
mod excerpt;
pub mod gotoolchain;
pub mod index;
pub mod platform;
pub mod project;
pub mod range;
pub mod request;
pub mod requirements;
pub mod version;

pub use digest::{DigestError, Sha256};
pub use excerpt::Excerpt;
pub use gotoolchain::{Because, Choice, GoToolchain, GoToolchainError, Mode};
pub use index::{Archive, Contradiction, Index, IndexError, Release, SelectError};
pub use platform::{Platform, PlatformError};
pub use project::{
    GoLine, GoLines, ProjectError, ToolchainLine, VersionFile, go_lines_in, line_with, pin_in, request_in,
    used_in, with_go_version,
};
pub use range::Range;
pub use request::{RequestError, VersionRequest};
pub use requirements::{OsVersion, Room};
pub use version::{GoVersion, Lang, Prerelease, VersionError};
