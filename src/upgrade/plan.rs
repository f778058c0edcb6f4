//! What an upgrade would do: which lines move, from which release to which.

use super::UpgradeError;
use crate::catalog::CatalogError;
use crate::gvm::{Gvm, GvmError, Target};
use crate::model::{GoVersion, VersionRequest};

/// Where an upgrade goes.
#[derive(Debug, Clone, Copy)]
pub enum Aim<'a> {
    /// To the newest release of the current line.
    Line,
    /// To the newest stable release of all.
    Newest,
    /// To what the user named.
    Request(&'a VersionRequest),
    /// To the newest release of each installed line; the current one is switched.
    All,
}

/// One line's way from a release to a newer one.
#[derive(Debug)]
pub struct Step {
    /// What there is.
    pub from: GoVersion,
    /// What there is to be.
    pub target: Target,
    /// Whether it is the one that is current, which is switched.
    pub is_current: bool,
    /// Who asked, as a request.
    pub request: VersionRequest,
}

impl Gvm<'_> {
    /// Returns the steps of an upgrade, that of the current line first; none where there is nothing newer.
    pub fn plan(&self, aim: Aim<'_>) -> Result<Vec<Step>, UpgradeError> {
        let current = self.store.current()?.ok_or(UpgradeError::NothingCurrent)?.version;
        let wanted = match aim {
            Aim::Line | Aim::All => VersionRequest::Newest(current.lang()),
            Aim::Newest => VersionRequest::Latest,
            Aim::Request(VersionRequest::Previous) => return Err(UpgradeError::NotARelease),
            Aim::Request(request) => request.clone(),
        };
        let mut steps = Vec::new();
        match self.find(&wanted) {
            Ok(target) => steps.extend(step(current, target, (true, wanted))),
            // Before its first release a line has candidates only.
            Err(error) if is_unknown(&error) && !current.is_stable() && !matches!(aim, Aim::Request(_)) => {
                steps.extend(self.next_candidate(current)?);
            }
            // A line that the index does not list any more has nothing newer.
            Err(error) if is_unknown(&error) && matches!(aim, Aim::All) => {}
            Err(error) => return Err(error.into()),
        }
        if matches!(aim, Aim::All) {
            steps.extend(self.other_lines(current)?);
        }
        Ok(steps)
    }

    fn next_candidate(&self, current: GoVersion) -> Result<Option<Step>, UpgradeError> {
        match self.find(&VersionRequest::Rc) {
            Ok(target) if target.version().lang() == current.lang() => {
                Ok(step(current, target, (true, VersionRequest::Rc)))
            }
            Ok(_) => Ok(None),
            Err(error) if is_unknown(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn other_lines(&self, current: GoVersion) -> Result<Vec<Step>, UpgradeError> {
        let mut steps = Vec::new();
        let mut last = None;
        // Newest first, so the first of each line is its newest.
        for installed in self.store.installed()? {
            let is_newest = last.replace(installed.lang()) != Some(installed.lang());
            if !is_newest || installed.lang() == current.lang() || !installed.is_stable() {
                continue;
            }
            let wanted = VersionRequest::Newest(installed.lang());
            match self.find(&wanted) {
                Ok(target) => steps.extend(step(installed, target, (false, wanted))),
                Err(error) if is_unknown(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(steps)
    }
}

fn step(from: GoVersion, target: Target, (is_current, request): (bool, VersionRequest)) -> Option<Step> {
    (target.version() > from).then_some(Step { from, target, is_current, request })
}

/// Whether the catalog knows no such release, which is an answer and no failure.
fn is_unknown(error: &GvmError) -> bool {
    matches!(error, GvmError::Catalog(CatalogError::Select(_) | CatalogError::Unlisted { .. }))
}
