//! Reads from OCP, prechecks among them: authorised, asked once more where credentials are refused, parsed.
//! It must not send anything that changes something, nor say what an answer means.

use crate::auth::Credentials;
use crate::problem::Problem;
use crate::wire::{meta, one};
use http::Method;
use serde::de::DeserializeOwned;
use stationmaster_engine::Reason;
use stationmaster_provider::FaultClass;
use stationmaster_transport::{BODY_CAP, Clock, Endpoint, Gate, Leads, Request, Response, Secrets, Transport, Urgency};
use std::time::Duration;

/// One read.
#[derive(Clone, Copy)]
pub(crate) struct Read<'a> {
    /// The label, of a closed set.
    pub(crate) operation: &'static str,
    /// What is asked, for messages.
    pub(crate) what: &'a str,
    /// Below `/api`.
    pub(crate) path: &'a [&'a str],
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// A precheck: its method is POST, and it changes nothing.
    pub(crate) body: Option<&'a str>,
    pub(crate) post: bool,
    pub(crate) cap: usize,
    pub(crate) urgency: Urgency,
    /// For how long it is waited for, where that is shorter than for any request.
    pub(crate) patience: Option<Duration>,
}

impl<'a> Read<'a> {
    /// A routine read of one small thing.
    pub(crate) fn of(operation: &'static str, what: &'a str, path: &'a [&'a str]) -> Read<'a> {
        Read {
            operation,
            what,
            path,
            query: &[],
            body: None,
            post: false,
            cap: BODY_CAP,
            urgency: Urgency::Routine,
            patience: None,
        }
    }
}

/// The client.
pub(crate) struct Client {
    pub(crate) transport: Transport,
    pub(crate) clock: Clock,
    pub(crate) credentials: Credentials,
    /// What must not be read in any text that OCP sends back.
    pub(crate) secrets: Secrets,
    pub(crate) endpoint: Endpoint,
    /// What OCP has refused.
    pub(crate) gate: Gate,
    /// By how much OCP's clock led ours, as its answers told.
    pub(crate) leads: Leads,
}

/// Why there is no answer.
enum Failure {
    /// OCP refused the credentials.
    Refused(Problem),
    Other(Problem),
}

impl<P: Into<Problem>> From<P> for Failure {
    fn from(problem: P) -> Failure {
        Failure::Other(problem.into())
    }
}

impl Client {
    /// The one object of an answer.
    pub(crate) async fn one<T: DeserializeOwned>(&self, read: &Read<'_>) -> Result<T, Problem> {
        let response = self.answer(read).await?;
        match one(&response.body) {
            Ok(Some(object)) => Ok(object),
            Ok(None) => Err(Problem::unreadable(read.what, "it holds no object")),
            Err(error) => Err(Problem::malformed(read.what, &response.body, &error, |text| {
                self.scrub(text)
            })),
        }
    }

    /// One good answer. What was refused before can answer for it; a first refusal is asked again at once, because one alone says little, and
    /// many at once would lock the account.
    pub(crate) async fn answer(&self, read: &Read<'_>) -> Result<Response, Problem> {
        let first = self.gate.clean();
        let way = self.gate.pass(read.urgency).await?;
        let mut outcome = self.once(read).await;
        if first && matches!(outcome, Err(Failure::Refused(_))) {
            outcome = self.once(read).await;
        }
        match &outcome {
            Ok(_) => self.gate.accepted(),
            Err(Failure::Refused(problem)) => self.gate.refused(&problem.fault, read.urgency),
            Err(Failure::Other(_)) => {}
        }
        let outcome = outcome.map_err(|failure| match failure {
            Failure::Refused(problem) | Failure::Other(problem) => problem,
        });
        way.end(outcome.as_ref().map(|_| ()).map_err(|problem| problem.fault.clone()));
        outcome
    }

    async fn once(&self, read: &Read<'_>) -> Result<Response, Failure> {
        let method = if read.post { Method::POST } else { Method::GET };
        let path: Vec<&str> = ["api"].into_iter().chain(read.path.iter().copied()).collect();
        let mut request = Request::new(read.operation, method, self.endpoint.at(&path, read.query)?);
        request.body = read.body.unwrap_or_default().to_owned().into();
        request.cap = read.cap;
        request.urgent = read.urgency == Urgency::Urgent;
        request.patience = read.patience;
        let now = self.clock.now();
        self.credentials.authorize(&mut request, self.endpoint.host(), now)?;
        let response = self.transport.read(&request).await.map_err(Problem::from)?;
        let now = self.clock.now();
        let says_no = || {
            let meta = meta(&response.body);
            meta.successful == Some(false) || meta.error.code().is_some()
        };
        if response.status.is_success() && !says_no() {
            self.leads.note(&response, now);
            return Ok(response);
        }
        let problem = Problem::answered(read.what, &response, now, |text| self.scrub(text));
        let refused = problem.fault.class == FaultClass::Denied && problem.fault.reason == Reason::AuthenticationFailed;
        Err(if refused {
            Failure::Refused(problem)
        } else {
            Failure::Other(problem)
        })
    }

    /// A text without anything secret.
    pub(crate) fn scrub(&self, text: &str) -> String {
        self.secrets.scrub(text)
    }

    /// OCP's own time; none where nothing was told. Our clock, led by what the `Date` of its last answers told.
    pub(crate) fn their_time(&self, ours: jiff::Timestamp) -> Option<jiff::Timestamp> {
        ours.checked_add(self.leads.at(ours)?).ok()
    }
}
