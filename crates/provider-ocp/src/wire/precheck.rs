//! What prechecks tell (`docs/vendors/ocp.md#prechecks`). The fields of a single result, and the unit of `syncScn`, are not documented.
//! It must not take a check that says nothing for one that was passed.

use serde::Deserialize;
use stationmaster_engine::text as words;
use stationmaster_transport::lenient::{flag, list, number, text, whole};

/// What OCP says of one standby tenant.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Precheck {
    #[serde(default, deserialize_with = "flag")]
    pub(crate) valid: Option<bool>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) tenant_id: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "list")]
    check_results: Vec<Result>,
}

/// What OCP says of one switchover: of the primary, and of its standbys.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SwitchoverPrecheck {
    #[serde(default, deserialize_with = "flag")]
    pub(crate) valid: Option<bool>,
    #[serde(default, deserialize_with = "number")]
    pub(crate) tenant_id: Option<i64>,
    #[serde(default, deserialize_with = "list")]
    check_results: Vec<Result>,
    /// An object or a list, the documents do not say which.
    #[serde(default, rename = "standbyCheckResults", deserialize_with = "list")]
    standbys: Vec<Precheck>,
    #[serde(default, rename = "standbyCheckResult", deserialize_with = "whole")]
    standby: Precheck,
}

/// One result. Where its words stand is not documented, so the likely places are looked at.
#[derive(Clone, Debug, Default, Deserialize)]
struct Result {
    #[serde(default, deserialize_with = "flag")]
    valid: Option<bool>,
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    message: Option<String>,
    #[serde(default, deserialize_with = "text")]
    description: Option<String>,
}

/// So many results are told.
const TOLD: usize = 5;

fn told<'a>(results: impl Iterator<Item = &'a Result>) -> String {
    let failed = results.filter(|result| result.valid != Some(true));
    let said = failed.filter_map(|result| {
        result
            .message
            .as_deref()
            .or(result.description.as_deref())
            .or(result.name.as_deref())
    });
    let said: Vec<String> = said.take(TOLD).map(|said| words::word(160, said)).collect();
    said.join("; ")
}

impl Precheck {
    /// What stands in the way; empty where OCP does not say.
    pub(crate) fn why_not(&self) -> String {
        told(self.check_results.iter())
    }
}

impl SwitchoverPrecheck {
    /// Whether it was passed: by the primary, and by each standby that OCP speaks of.
    pub(crate) fn passed(&self) -> bool {
        let mut standbys = self.standbys.iter().chain([&self.standby]);
        self.valid == Some(true) && standbys.all(|standby| standby.valid != Some(false))
    }

    /// What stands in the way; empty where OCP does not say.
    pub(crate) fn why_not(&self) -> String {
        let standbys = self.standbys.iter().chain([&self.standby]);
        let standbys = standbys.flat_map(|standby| standby.check_results.iter());
        told(self.check_results.iter().chain(standbys))
    }
}
