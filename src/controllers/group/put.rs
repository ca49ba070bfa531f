//! Writes one status, for itself: where the API server does not take all of it, the least of it.
//! It must not keep another object's status from being written, nor say of an object that was deleted that it failed.

use super::Error;
use kube::api::Api;
use kube::core::Status;
use kube::{Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stationmaster_api::least::Least;
use stationmaster_api::{OperationDecision, ProtectionGroup, ProtectionProvider, RecoveryOperation};
use std::fmt::Debug;

/// An object with a status.
pub trait Told: Resource<DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned {
    /// Its status.
    type Status: Least + PartialEq;
    /// Where it stands.
    fn told(&mut self) -> &mut Option<Self::Status>;
}

macro_rules! told {
    ($($kind:ident => $status:ident),*) => {$(
        impl Told for $kind {
            type Status = stationmaster_api::$status;
            fn told(&mut self) -> &mut Option<Self::Status> {
                &mut self.status
            }
        }
    )*};
}

told!(
    ProtectionProvider => ProtectionProviderStatus,
    ProtectionGroup => ProtectionGroupStatus,
    RecoveryOperation => RecoveryOperationStatus,
    OperationDecision => OperationDecisionStatus
);

/// Writes the status `wanted` of an object that was read as `read`, guarded by its version.
pub async fn put<K: Told>(api: &Api<K>, read: &K, wanted: K::Status, doing: &'static str) -> Result<(), Error> {
    let mut object = read.clone();
    object.managed_fields_mut().clear();
    let before = object.told().replace(wanted);
    let said = match api
        .replace_status(&object.name_any(), &Default::default(), &object)
        .await
    {
        Err(kube::Error::Api(status)) if does_not_fit(&status) => status.message,
        other => return tolerate(other, doing),
    };
    tracing::warn!(
        name = object.name_any(),
        error = said,
        "the API server does not take the whole status: the least of it is written"
    );
    let short = stationmaster_engine::text::word(300, &said);
    let least = object.told().take().map(|status| status.least(&short));
    if least == before {
        return Ok(());
    }
    *object.told() = least;
    tolerate(
        api.replace_status(&object.name_any(), &Default::default(), &object)
            .await,
        doing,
    )
}

/// Whether the API server read the status and will not have it: as it is, or as large.
fn does_not_fit(status: &Status) -> bool {
    matches!(status.code, 400 | 413 | 422)
}

/// An object that was deleted meanwhile needs no report.
pub fn tolerate<T>(result: kube::Result<T>, doing: &'static str) -> Result<(), Error> {
    match result {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.is_not_found() => Ok(()),
        Err(error) => Err(Error::api(doing)(error)),
    }
}
