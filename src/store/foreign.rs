//! Toolchains for other platforms: trees in `foreign/`, without a manifest, which nothing here runs or takes for usable.

use std::path::PathBuf;

use super::remove::Discarded;
use super::staging::SettledForeign;
use super::{Store, StoreError, Writer};
use crate::disk::Published;
use crate::model::{GoVersion, Platform};

/// A toolchain for another platform.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// What it runs on.
    pub platform: Platform,
    /// The release.
    pub version: GoVersion,
    /// Where its tree is.
    pub tree: PathBuf,
}

impl Store {
    /// Returns the toolchains for other platforms, by platform and newest first.
    pub fn foreign(&self) -> Result<Vec<Foreign>, StoreError> {
        let mut platforms: Vec<Platform> = Vec::new();
        self.each_entry(&self.layout.all_foreign(), |name, is_dir| {
            platforms.extend(name.parse::<Platform>().ok().filter(|_| is_dir));
        })?;
        platforms.sort_unstable();
        let mut found = Vec::new();
        for platform in platforms {
            let directory = self.layout.foreign(&platform);
            let tree = |version: GoVersion| directory.join(version.toolchain());
            let versions = self.toolchains_in(&directory)?.into_iter();
            found.extend(versions.map(|version| Foreign { platform, version, tree: tree(version) }));
        }
        Ok(found)
    }
}

impl Writer<'_> {
    /// Publishes a toolchain for another platform; returns where.
    pub fn export(&self, SettledForeign(staged): SettledForeign) -> Result<PathBuf, StoreError> {
        let provenance = &staged.provenance;
        let directory = self.store.layout.foreign(&provenance.platform);
        let target = directory.join(provenance.version.toolchain());
        self.disk().create_dir_all(&directory)?;
        match self.disk().publish_new(&staged.staging.tree(), &target)? {
            Published::Done | Published::AlreadyThere => {}
        }
        staged.partial.finish()?;
        Ok(target)
    }

    /// Takes a toolchain for another platform out of sight. Nothing here needs one, and it does not come back.
    pub fn remove_foreign(
        &self,
        platform: &Platform,
        version: GoVersion,
        discarded: &mut Discarded,
    ) -> Result<(), StoreError> {
        let is_it = |foreign: &Foreign| (&foreign.platform, foreign.version) == (platform, version);
        match self.store.foreign()?.into_iter().find(is_it) {
            Some(foreign) => self.discard(&foreign.tree, discarded),
            None => Err(StoreError::NotInstalled(version)),
        }
    }
}
