//! A project's id from its name, for access keys: `GET /v3/projects?name=` (`docs/vendors/sdrs.md#iam-token`).
//! It must not take a project of another name.

use crate::problem::Problem;
use crate::wire::Projects;
use jiff::Timestamp;
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::Response;

/// Reads the id out of the answer.
pub(crate) fn id_of(
    name: &str,
    response: &Response,
    now: Timestamp,
    scrub: impl Fn(&str) -> String,
) -> Result<String, Problem> {
    let what = "looking up the project in IAM";
    if !response.status.is_success() {
        return Err(Problem::answered(what, response, now, scrub));
    }
    let answer: Projects =
        serde_json::from_slice(&response.body).map_err(|error| Problem::unreadable(what, &error.to_string()))?;
    let mut ids = answer
        .projects
        .into_iter()
        .filter(|p| p.name.as_deref() == Some(name))
        .filter_map(|p| p.id);
    match (ids.next(), ids.next()) {
        (Some(id), None) => Ok(id),
        (None, _) => Err(not_found(format!("IAM knows no project {name} for this access key")).into()),
        (Some(_), Some(_)) => Err(not_found(format!("IAM knows several projects {name}; set the project's id")).into()),
    }
}

pub(crate) fn not_found(message: String) -> Fault {
    Fault::new(FaultClass::Denied, Reason::ProjectNotFound, message)
}
