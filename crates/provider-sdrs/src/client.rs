//! Reads from SDRS and ECS: authorised, asked once more where credentials are refused, parsed.
//! It must not send anything mutating, nor say what an answer means.

use crate::auth::{Pass, Session};
use crate::problem::Problem;
use http::Method;
use serde::de::DeserializeOwned;
use stationmaster_engine::Reason;
use stationmaster_provider::FaultClass;
use stationmaster_transport::{BODY_CAP, Endpoint, Gate, Leads, Request, Response, Urgency};
use std::sync::Arc;
use std::time::Duration;

/// A read of one thing.
pub(crate) struct Read<'a> {
    /// The label, after the vendor's operation id.
    pub(crate) operation: &'static str,
    /// What is asked, for messages.
    pub(crate) what: &'a str,
    pub(crate) service: Service,
    /// Below `/v1/{project}`.
    pub(crate) path: &'a [&'a str],
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) cap: usize,
    pub(crate) urgency: Urgency,
    /// For how long it is waited for, where that is shorter than for any request.
    pub(crate) patience: Option<Duration>,
    /// It only informs: what comes of it is told to who asked, and teaches nothing about the credentials.
    pub(crate) informs: bool,
}

impl<'a> Read<'a> {
    /// A routine read of one small thing of SDRS.
    pub(crate) fn of_sdrs(operation: &'static str, what: &'a str, path: &'a [&'a str]) -> Read<'a> {
        Read {
            operation,
            what,
            service: Service::Sdrs,
            path,
            query: &[],
            cap: BODY_CAP,
            urgency: Urgency::Routine,
            patience: None,
            informs: false,
        }
    }
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Sdrs,
    Ecs,
}

/// Why there is no answer.
enum Failure {
    /// The service refused the credentials.
    Refused(Problem),
    Other(Problem),
}

impl Failure {
    fn into_problem(self) -> Problem {
        match self {
            Failure::Refused(problem) | Failure::Other(problem) => problem,
        }
    }
}

impl<P: Into<Problem>> From<P> for Failure {
    fn from(problem: P) -> Failure {
        Failure::Other(problem.into())
    }
}

/// The client.
pub(crate) struct Client {
    pub(crate) session: Arc<Session>,
    pub(crate) sdrs: Endpoint,
    pub(crate) ecs: Option<Endpoint>,
    /// By how much the clock of SDRS led ours, as its answers told.
    pub(crate) leads: Leads,
}

impl Client {
    /// One answer, parsed.
    pub(crate) async fn read<T: DeserializeOwned>(&self, read: &Read<'_>) -> Result<T, Problem> {
        self.sized(read).await.map(|(answer, _)| answer)
    }

    /// The same, with its size in bytes.
    pub(crate) async fn sized<T: DeserializeOwned>(&self, read: &Read<'_>) -> Result<(T, usize), Problem> {
        let response = self.answer(read).await?;
        let answer = serde_json::from_slice(&response.body);
        let scrub = |text: &str| self.session.scrub(text);
        let answer = answer.map_err(|error| Problem::malformed(read.what, &response.body, &error, scrub))?;
        Ok((answer, response.body.len()))
    }

    /// One 2xx answer. What was refused before at this endpoint can answer for it; a first refusal is asked again at once, with a new token
    /// or a new signature, because one alone says little.
    async fn answer(&self, read: &Read<'_>) -> Result<Response, Problem> {
        if read.informs {
            let pass = self.session.pass(read.urgency).await?;
            return self.once(read, &pass).await.map_err(Failure::into_problem);
        }
        let gate = self.gate(read.service);
        let first = gate.clean();
        let way = gate.pass(read.urgency).await?;
        let outcome = self.tried(read, first).await;
        match &outcome {
            Ok(_) => gate.accepted(),
            Err(Failure::Refused(problem)) => gate.refused(&problem.fault, read.urgency),
            Err(Failure::Other(_)) => {}
        }
        let outcome = outcome.map_err(Failure::into_problem);
        way.end(outcome.as_ref().map(|_| ()).map_err(|problem| problem.fault.clone()));
        outcome
    }

    async fn tried(&self, read: &Read<'_>, first: bool) -> Result<Response, Failure> {
        let pass = self.session.pass(read.urgency).await?;
        let refused = match self.once(read, &pass).await {
            Err(Failure::Refused(problem)) => problem,
            answered => return answered,
        };
        let own = read.service == Service::Sdrs;
        if own {
            self.session.doubt(&pass);
        }
        // ECS that refuses a token says nothing of a token that SDRS takes.
        if !first || (!own && self.session.has_tokens()) {
            return Err(Failure::Refused(refused));
        }
        let newer = self.session.pass(read.urgency).await?;
        match self.once(read, &newer).await {
            // Nothing is held against credentials that were not tried: IAM gave no new token.
            Err(Failure::Refused(problem)) if !self.session.renewed_since(&pass, &newer) => {
                Err(Failure::Other(problem))
            }
            answered => answered,
        }
    }

    async fn once(&self, read: &Read<'_>, pass: &Pass) -> Result<Response, Failure> {
        let endpoint = match (read.service, &self.ecs) {
            (Service::Ecs, Some(ecs)) => ecs,
            _ => &self.sdrs,
        };
        let segments: Vec<&str> = ["v1", &pass.project]
            .into_iter()
            .chain(read.path.iter().copied())
            .collect();
        let mut request = Request::new(read.operation, Method::GET, endpoint.at(&segments, read.query)?);
        request.cap = read.cap;
        request.urgent = read.urgency == Urgency::Urgent;
        request.patience = read.patience;
        let now = self.session.clock.now();
        self.session.authorize(&mut request, endpoint.host(), pass, now)?;
        let response = self.session.transport.read(&request).await.map_err(Problem::from)?;
        let now = self.session.clock.now();
        if response.status.is_success() {
            if read.service == Service::Sdrs {
                self.leads.note(&response, now);
            }
            return Ok(response);
        }
        let mut problem = Problem::answered(read.what, &response, now, |text| pass.secrets.scrub(text));
        if read.urgency == Urgency::Urgent {
            problem = problem.with_request();
        }
        let refused = problem.fault.class == FaultClass::Denied && problem.fault.reason == Reason::AuthenticationFailed;
        Err(if refused {
            Failure::Refused(problem)
        } else {
            Failure::Other(problem)
        })
    }

    fn gate(&self, service: Service) -> &Gate {
        match service {
            Service::Sdrs => &self.session.gates.sdrs,
            Service::Ecs => &self.session.gates.ecs,
        }
    }
}
