//! Jobs: one by its id, and the search for the job of a call whose answer was lost.
//! It must not take a job for ours because it looks alike.

mod find;
mod report;

pub(crate) use find::find;

use crate::client::{Client, Read};
use crate::problem::Problem;
use crate::wire::Job;
use stationmaster_engine::{JobReport, OperationType};
use stationmaster_provider::FaultClass;

/// Reads a job.
pub(crate) async fn poll(client: &Client, operation: OperationType, id: &str) -> Result<JobReport, Problem> {
    let what = format!("reading the job {id}");
    match client
        .read::<Job>(&Read::of_sdrs("ShowJobStatus", &what, &["jobs", id]))
        .await
    {
        Ok(job) if job.job_id.is_none() && job.status.is_none() => Err(Problem::unreadable(&what, "it is no job")),
        Ok(job) if job.job_id.as_deref().is_none_or(|told| told == id) => Ok(report::report(operation, id, &job)),
        Ok(_) => Err(Problem::unreadable(&what, "it is another job")),
        Err(problem) if gone(&problem) => Ok(JobReport::gone(id)),
        Err(problem) => Err(problem),
    }
}

/// How SDRS says that it does not know a job is not documented (`docs/vendors/sdrs.md#gaps`). Any code of SDRS with 400 or 404 is
/// taken for it, and 0408 ("null job") with any status. Then the effect decides; nothing is repeated because of it.
fn gone(problem: &Problem) -> bool {
    let code = problem.code.as_deref().unwrap_or_default();
    let refused = matches!(problem.fault.class, FaultClass::Rejected { .. });
    code == "SDRS.0408"
        || (refused && matches!(problem.status, Some(400 | 404)) && !code.is_empty() && !code.starts_with("APIG."))
}
