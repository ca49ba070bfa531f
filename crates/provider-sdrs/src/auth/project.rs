//! A project's id from its name, for access keys: `GET /v3/projects?name=` (`docs/vendors/sdrs.md#iam-token`).
//! It must not take a project of another name.

use super::credentials::{Credentials, Key};
use super::login::of_iam;
use super::session::Session;
use super::signing::sign;
use crate::problem::Problem;
use crate::wire::{Projects, WORD};
use http::Method;
use jiff::Timestamp;
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::{Entries, Request, Response, Secrets, Urgency, Way};
use std::time::Duration;

/// How long the name of a project is looked up whose id is known.
const LOOK_UP: Duration = Duration::from_secs(5);

impl Session {
    /// The project of an access key: the id that is set, or the one that IAM tells for the name.
    pub(super) async fn project(&self, key: &Key, urgency: Urgency) -> Result<String, Problem> {
        if let Some(id) = self.project_id.clone().or_else(|| self.state().project.clone()) {
            return Ok(id);
        }
        let id = match self.gates.iam.alone(urgency).await? {
            Way::Free => None,
            Way::Alone(alone) => {
                let found = self.look_up(key, urgency).await;
                if let Err(problem) = &found {
                    self.note_refusal(problem, urgency);
                } else {
                    self.gates.iam.accepted();
                }
                self.state().project = found.as_ref().ok().cloned();
                alone.end(found.as_ref().map(|_| ()).map_err(|problem| problem.fault.clone()));
                Some(found?)
            }
        };
        let known = id.or_else(|| self.state().project.clone());
        known.ok_or_else(|| not_found("no project is set".to_owned()).into())
    }

    async fn look_up(&self, key: &Key, urgency: Urgency) -> Result<String, Problem> {
        let (Some(name), Credentials::AccessKey { iam: Some(iam), .. }) = (&self.project_name, &self.credentials)
        else {
            return Err(not_found("no project is set".to_owned()).into());
        };
        let uri = iam.at(&["v3", "projects"], &[("name", name)])?;
        let mut request = Request::new("ListProjects", Method::GET, uri);
        request.urgent = urgency == Urgency::Urgent;
        sign(&mut request, key, iam.host(), None, self.clock.now())?;
        let response = self.transport.read(&request).await?;
        let secrets = secrets_of(key);
        id_of(name, &response, self.clock.now(), |text| secrets.scrub(text))
    }

    /// Whether the project's name, where it is set beside the id, belongs to that id; what IAM has once told of it is remembered. That IAM
    /// does not tell is no obstacle: the id is known.
    pub(crate) async fn verify_project(&self) -> Result<(), Problem> {
        let (Credentials::AccessKey { key, iam: Some(_) }, Some(wanted), Some(name)) =
            (&self.credentials, &self.project_id, &self.project_name)
        else {
            return Ok(());
        };
        if self.state().project.as_ref() == Some(wanted) {
            return Ok(());
        }
        match tokio::time::timeout(LOOK_UP, self.look_up(key, Urgency::Routine)).await {
            Ok(Ok(id)) if id == *wanted => {
                self.state().project = Some(id);
                Ok(())
            }
            Ok(Ok(id)) => Err(not_found(format!("project {name} has the id {id}, not {wanted}")).into()),
            // IAM itself says that there is no such project.
            Ok(Err(problem)) if problem.status.is_none() && problem.fault.reason == Reason::ProjectNotFound => {
                Err(problem)
            }
            Ok(Err(problem)) => {
                tracing::warn!(
                    error = problem.fault.message,
                    "the project's name is not compared with its id"
                );
                Ok(())
            }
            Err(_) => Ok(()),
        }
    }
}

/// Reads the id out of the answer.
fn id_of(name: &str, response: &Response, now: Timestamp, scrub: impl Fn(&str) -> String) -> Result<String, Problem> {
    let what = "looking up the project in IAM";
    if !response.status.is_success() {
        return Err(of_iam(Problem::answered(what, response, now, &scrub), &response.body));
    }
    let answer: Projects = serde_json::from_slice(&response.body)
        .map_err(|error| Problem::malformed(what, &response.body, &error, &scrub))?;
    let Entries::Listed { entries, .. } = answer.projects else {
        return Err(Problem::unreadable(what, "it holds no list of projects"));
    };
    let mut ids = entries
        .into_iter()
        .flatten()
        .filter(|p| p.name.as_deref() == Some(name))
        .filter_map(|p| p.id)
        .filter(|id| id.len() <= WORD);
    match (ids.next(), ids.next()) {
        (Some(id), None) => Ok(id),
        (None, _) => Err(not_found(format!("IAM knows no project {name} for this access key")).into()),
        (Some(_), Some(_)) => Err(not_found(format!("IAM knows several projects {name}; set the project's id")).into()),
    }
}

fn not_found(message: String) -> Fault {
    Fault::new(FaultClass::Denied, Reason::ProjectNotFound, message)
}

/// What must not be read in a text about a request that is signed with this key.
pub(super) fn secrets_of(key: &Key) -> Secrets {
    Secrets::of([key.secret_key.clone()].into_iter().chain(key.security_token.clone()))
}
