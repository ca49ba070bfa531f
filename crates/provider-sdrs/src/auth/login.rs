//! IAM password tokens: `POST /v3/auth/tokens` (`docs/vendors/sdrs.md#iam-token`).
//! It must not keep anything; the session does.

use crate::problem::Problem;
use crate::wire::{ErrorBody, TokenResponse, WORD, moment};
use http::Method;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use stationmaster_engine::Reason;
use stationmaster_provider::{Fault, FaultClass};
use stationmaster_transport::{Endpoint, Request, Secrets, Transport};
use std::time::Duration;

/// What IAM documents for the life of a token, taken when the answer does not say it.
const DOCUMENTED_LIFE: Duration = Duration::from_secs(24 * 3600);

/// No token is longer, in bytes.
const LONGEST_TOKEN: usize = 32 * 1024;

/// Who logs in, for which project.
pub(crate) struct Login<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a SecretString,
    pub(crate) domain_name: &'a str,
    pub(crate) project_id: Option<&'a str>,
    pub(crate) project_name: Option<&'a str>,
    /// Whether it goes before other reads.
    pub(crate) urgent: bool,
}

/// A fresh token.
pub(crate) struct Granted {
    pub(crate) token: SecretString,
    /// For how long it is good, by the server's own two times: clocks need not agree.
    pub(crate) life: Duration,
    /// The project that it is scoped to.
    pub(crate) project: String,
}

/// Logs in, once.
pub(crate) async fn login(
    transport: &Transport,
    iam: &Endpoint,
    who: &Login<'_>,
    now: Timestamp,
) -> Result<Granted, Problem> {
    let what = "getting a token from IAM";
    let project = match (who.project_id, who.project_name) {
        (Some(id), _) => json!({ "id": id }),
        (None, name) => json!({ "name": name }),
    };
    let user = json!({
        "name": who.username,
        "password": who.password.expose_secret(),
        "domain": { "name": who.domain_name },
    });
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": user } },
        "scope": { "project": project },
    }});
    let mut request = Request::new(
        "IssueToken",
        Method::POST,
        iam.at(&["v3", "auth", "tokens"], &[("nocatalog", "any")])?,
    );
    request
        .headers
        .set(CONTENT_TYPE, "application/json;charset=utf8")
        .map_err(|error| illegal(&error.to_string()))?;
    request.body = body.to_string().into();
    request.urgent = who.urgent;

    let response = transport.read(&request).await?;
    let secrets = Secrets::of([who.password.clone()]);
    if !response.status.is_success() {
        let problem = Problem::answered(what, &response, now, |text| secrets.scrub(text));
        let mut problem = of_iam(problem, &response.body);
        // IAM says "no such project" with 400 or 404.
        if matches!(problem.status, Some(400 | 404))
            && problem.fault.class != FaultClass::Transient
            && !problem.code.as_deref().unwrap_or_default().starts_with("APIG.")
        {
            let named = who.project_id.or(who.project_name).unwrap_or_default();
            let message = format!("{} (asked for project {named})", problem.fault.message);
            problem.fault = Fault::new(FaultClass::Denied, Reason::ProjectNotFound, message);
        }
        return Err(problem);
    }
    let token = response
        .headers
        .get("x-subject-token")
        .filter(|token| !token.is_empty() && token.len() <= LONGEST_TOKEN)
        .ok_or_else(|| Problem::unreadable(what, "it has no X-Subject-Token, or one of more than 32768 bytes"))?;
    let facts = serde_json::from_slice::<TokenResponse>(&response.body)
        .unwrap_or_default()
        .token;
    let told = facts.project;
    if [&told.id, &told.name]
        .into_iter()
        .flatten()
        .any(|word| word.len() > WORD)
    {
        return Err(Problem::unreadable(what, "the project's id or name is too long"));
    }
    if let (Some(wanted), Some(name)) = (who.project_name, &told.name)
        && wanted != name
    {
        let message = format!(
            "project {} is called {name}, not {wanted}",
            told.id.as_deref().unwrap_or_default()
        );
        return Err(Fault::new(FaultClass::Denied, Reason::ProjectNotFound, message).into());
    }
    let project = match (who.project_id, told.id) {
        (Some(wanted), Some(id)) if wanted != id => {
            let message = format!("IAM gave a token for project {id} instead of {wanted}");
            return Err(Fault::new(FaultClass::Denied, Reason::ProjectNotFound, message).into());
        }
        (Some(wanted), _) => wanted.to_owned(),
        (None, Some(id)) => id,
        (None, None) => return Err(Problem::unreadable(what, "it names no project")),
    };
    let life = match (moment(facts.issued_at.as_deref()), moment(facts.expires_at.as_deref())) {
        (Some(from), Some(to)) => Duration::try_from(to.duration_since(from)).unwrap_or(Duration::ZERO),
        (None, Some(to)) => Duration::try_from(to.duration_since(now)).unwrap_or(Duration::ZERO),
        (_, None) => DOCUMENTED_LIFE,
    };
    Ok(Granted {
        token: SecretString::from(token),
        life,
        project,
    })
}

/// A refusal of IAM is known by IAM's own form, or the gateway's. What stands before IAM can answer anything: that is no denial.
pub(super) fn of_iam(mut problem: Problem, body: &[u8]) -> Problem {
    let refusal = matches!(problem.fault.class, FaultClass::Denied | FaultClass::Rejected { .. });
    if refusal && !ErrorBody::is_of_iam(body) {
        let message = format!(
            "{} (this is no answer of IAM's own, but of something before it)",
            problem.fault.message
        );
        problem.fault = Fault::new(FaultClass::Transient, Reason::ProviderError, message);
    }
    problem
}

fn illegal(why: &str) -> Fault {
    Fault::new(FaultClass::NotSent, Reason::SecretInvalid, why)
}
