//! Whether a release will run here, asked before it is fetched.

use super::{Gvm, GvmError};
use crate::catalog::{Answerer, Catalog, Found};
use crate::model::{GoVersion, Index, Platform, Room, VersionRequest};
use crate::preflight::{Check, Host, Preflight, Verdict, judge, worst};
use crate::progress::Event;

impl Gvm<'_> {
    /// Judges the release that a request means for a machine; fetches nothing but, where need be, the index.
    ///
    /// What is not known does not count against a release; whether it runs the proof of an install decides.
    pub fn preflight(&self, request: &VersionRequest, host: &Host) -> Result<Preflight, GvmError> {
        let found = self.catalog().find(request, &host.platform)?;
        let room = found.archive.size.map(|size| Room::for_archive(size, 0));
        Ok(self.fitness(&found, judge(found.archive.version, host, room), host))
    }

    /// Refuses a release that would not run here. Disk and mount are looked at when there is a place for it.
    pub(super) fn check_fitness(&self, found: &Found) -> Result<(), GvmError> {
        let version = found.archive.version;
        if self.settings.is_forced {
            return Ok(());
        }
        let host = self.settings.host.clone().unwrap_or_else(|| Host::here(self.settings.platform));
        let checks = judge(version, &host, None);
        if worst(&checks) == Verdict::NotMet {
            return Err(GvmError::Unsuited(Box::new(self.fitness(found, checks, &host))));
        }
        for trouble in checks.iter().filter(|check| check.subject == Check::TROUBLE) {
            self.progress.event(Event::Note(&format!("{}: {}", version.toolchain(), trouble.finding)));
        }
        Ok(())
    }

    fn fitness(&self, found: &Found, checks: Vec<Check>, host: &Host) -> Preflight {
        let newest = (worst(&checks) == Verdict::NotMet).then(|| self.newest_fit(found, host)).flatten();
        Preflight { version: found.archive.version, platform: host.platform, checks, newest }
    }

    /// The newest stable release that would run on a machine; only releases that are known without asking again.
    fn newest_fit(&self, found: &Found, host: &Host) -> Option<GoVersion> {
        let fits = |index: &Index, platform: &Platform| {
            let built = index.releases().iter().filter(|release| release.archive_for(platform).is_some());
            let mut stable = built.map(|release| release.version).filter(|version| version.is_stable());
            stable.find(|version| worst(&judge(*version, host, None)) != Verdict::NotMet)
        };
        match found.answerer {
            Answerer::Snapshot { .. } => fits(&Index::snapshot_for(&host.platform), &host.platform),
            _ => {
                let catalog = Catalog { platform: &host.platform, ..self.catalog() };
                fits(&catalog.releases().ok()?.0, &host.platform)
            }
        }
    }
}
