//! What is said of a controller that does not get its objects.
//! It must not tell of a failed pass; the pass did.

use kube::runtime::controller::{Action, Error};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher;
use std::error;

/// Logs what is left of a pass's end. One that failed was told by the pass itself, and that an object is gone is no failure. Anything else
/// keeps objects from being looked at, and must not look like an idle cluster.
pub(super) fn tell<K>(
    controller: &'static str,
    ended: Result<(ObjectRef<K>, Action), Error<impl error::Error, watcher::Error>>,
) where
    K: kube::runtime::reflector::Lookup,
{
    match ended {
        Ok(_) | Err(Error::ReconcilerFailed(..) | Error::ObjectNotFound(_)) => {}
        Err(Error::QueueError(error)) => {
            let error = crate::telemetry::error_chain(&error);
            tracing::error!(controller, error, "the controller is not told of its objects");
        }
        Err(Error::RunnerError(error)) => {
            let error = crate::telemetry::error_chain(&error);
            tracing::error!(controller, error, "the controller cannot look at its objects");
        }
    }
}
