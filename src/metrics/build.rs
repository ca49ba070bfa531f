//! What this process was built from.
//! It must not change while the process runs.

use super::sheet::{Page, Sheet};
use std::fmt;

/// Version, revision and compiler.
#[derive(Debug)]
pub(super) struct Build;

/// The version control's revision, given by whoever builds (`STATIONMASTER_REVISION`).
const REVISION: &str = match option_env!("STATIONMASTER_REVISION") {
    Some(revision) => revision,
    None => "unknown",
};

impl Page for Build {
    fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let labels = [("version", env!("CARGO_PKG_VERSION")), ("revision", REVISION)];
        sheet.info("stationmaster_build", "What this process was built from.", [labels])
    }
}
