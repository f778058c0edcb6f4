//! Whether the index and the mirror can be reached, through the proxies and with the certificates that an install would
//! use. Only where somebody asks for it; nothing that is fetched is kept.

use super::storage::with_cause;
use super::{Doctor, Finding};
use crate::catalog::{self, OFFICIAL_INDEX};
use crate::model::{Index, VersionRequest};
use crate::net::{Download, Event, Location, NetError, SinkError};

/// The largest index that is read.
const LARGEST_INDEX: u64 = 64 << 20;
const LARGEST_ARCHIVE: u64 = 1 << 30;
const VARIABLES: [&str; 7] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"];

pub(super) fn check(doctor: &Doctor<'_>, findings: &mut Vec<Finding>) {
    let settings = &doctor.gvm.settings;
    let official = || Location::parse(OFFICIAL_INDEX, false).ok();
    let Some(location) = settings.index.clone().or_else(official) else { return };
    let cancelled = || doctor.gvm.progress.cancelled();
    let known = || catalog::known(doctor.gvm.store, &settings.platform, settings.index.as_ref());
    let index = match doctor.gvm.net.fetch(&location, LARGEST_INDEX, &cancelled) {
        Ok(bytes) => Index::from_json(&bytes).unwrap_or_else(|error| {
            let says = format!("what answers at {location} is no release index: {}", with_cause(&error));
            let finding = Finding::error("network-index", says).with_all(variables(doctor));
            findings.push(
                finding.mend("check the address, and whether a proxy or a portal answers in its place"),
            );
            known()
        }),
        Err(error) => {
            findings.push(unreachable(doctor, "network-index", &location, &error));
            known()
        }
    };
    mirror(doctor, &index, findings);
}

/// Asks the mirror for the newest archive, of which nothing is read but its beginning.
fn mirror(doctor: &Doctor<'_>, index: &Index, findings: &mut Vec<Finding>) {
    let settings = &doctor.gvm.settings;
    let Ok(archive) = index.select(&VersionRequest::Latest, &settings.platform) else { return };
    let Ok(location) = settings.mirror.join(&archive.file_name()) else { return };
    let cancelled = || doctor.gvm.progress.cancelled();
    let mut is_there = false;
    let download = Download { location: &location, size: archive.size, cap: LARGEST_ARCHIVE, offset: 0 };
    let answer = doctor.gvm.net.download(&download, &cancelled, &mut |event| match event {
        Event::Chunk(_) => {
            is_there = true;
            Err(SinkError)
        }
        _ => Ok(()),
    });
    if let Err(error) = answer
        && !is_there
    {
        findings.push(unreachable(doctor, "network-mirror", &location, &error));
    }
}

fn unreachable(doctor: &Doctor<'_>, id: &'static str, location: &Location, error: &NetError) -> Finding {
    let what = if id == "network-index" { "release index" } else { "mirror" };
    let finding = Finding::error(id, format!("the {what} cannot be reached: {}", with_cause(error)));
    let mend = match error {
        NetError::Offline { .. } => "leave out `--offline` and GVM_RS_OFFLINE",
        _ if location.as_file().is_some() => "name another directory by GVM_RS_MIRROR",
        _ => {
            "set HTTPS_PROXY where there is a proxy, GVM_RS_CA_FILE where it has a certificate of its own, or GVM_RS_MIRROR for another mirror"
        }
    };
    finding.with(location).with_all(variables(doctor)).mend(mend)
}

/// The variables that have a say, without passwords.
fn variables(doctor: &Doctor<'_>) -> Vec<String> {
    let set = VARIABLES.into_iter().filter_map(|name| Some((name, (doctor.variable)(name)?)));
    set.map(|(name, value)| {
        format!("{name} is `{}`", super::settings::without_password(&value.to_string_lossy()))
    })
    .collect()
}
