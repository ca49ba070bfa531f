//! Reads from SDRS and ECS: authorised, asked once more where credentials are refused, parsed, paged.
//! It must not send anything mutating, nor say what an answer means.

use crate::auth::{Gate, Pass, Session, Urgency};
use crate::endpoint::Endpoint;
use crate::leads::Leads;
use crate::problem::Problem;
use crate::wire::{FailureJob, FailurePage, Group, GroupPage, Instance, InstancePage, Pair, PairPage};
use http::Method;
use serde::de::DeserializeOwned;
use stationmaster_engine::Reason;
use stationmaster_provider::FaultClass;
use stationmaster_transport::{BODY_CAP, LIST_CAP, Request, Response};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// Entries for each page. The parameter table allows 1000, the text of error 0221 less than that.
const PAGE: usize = 500;

/// No project has more pages than this; a list that goes on is not believed.
const MOST_PAGES: usize = 200;

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

/// A read of a whole list of SDRS.
pub(crate) struct List<'a> {
    /// The label, after the vendor's operation id.
    pub(crate) operation: &'static str,
    /// What is asked, for messages.
    pub(crate) what: &'a str,
    pub(crate) path: &'a [&'a str],
    pub(crate) filter: &'a [(&'a str, &'a str)],
    pub(crate) urgency: Urgency,
    /// As of a [`Read`].
    pub(crate) informs: bool,
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

/// One page of a list.
pub(crate) struct Page<T> {
    pub(crate) entries: Vec<T>,
    pub(crate) count: Option<i64>,
}

impl From<GroupPage> for Page<Group> {
    fn from(page: GroupPage) -> Self {
        Page {
            entries: page.server_groups,
            count: page.count,
        }
    }
}

impl From<InstancePage> for Page<Instance> {
    fn from(page: InstancePage) -> Self {
        Page {
            entries: page.protected_instances,
            count: page.count,
        }
    }
}

impl From<PairPage> for Page<Pair> {
    fn from(page: PairPage) -> Self {
        Page {
            entries: page.replications,
            count: page.count,
        }
    }
}

impl From<FailurePage> for Page<FailureJob> {
    fn from(page: FailurePage) -> Self {
        Page {
            entries: page.failure_jobs,
            count: page.count,
        }
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
        let response = self.answer(read).await?;
        serde_json::from_slice(&response.body).map_err(|error| Problem::unreadable(read.what, &error.to_string()))
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
        let problem = Problem::answered(read.what, &response, now, |text| pass.secrets.scrub(text));
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

    /// A whole list of SDRS, page by page. It ends with an empty page, with one that brings nothing new, or with one that is shorter than
    /// asked and that `count` does not contradict: whether `count` is the page or the total is not
    /// documented (`docs/vendors/sdrs.md#gaps`).
    pub(crate) async fn list<P: DeserializeOwned, T>(
        &self,
        list: &List<'_>,
        open: impl Fn(P) -> Page<T>,
        id: impl Fn(&T) -> Option<String>,
    ) -> Result<Vec<T>, Problem> {
        let what = list.what;
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut offset = 0;
        let limit = PAGE.to_string();
        for _ in 0..MOST_PAGES {
            let start = offset.to_string();
            let mut query = vec![("limit", limit.as_str()), ("offset", start.as_str())];
            query.extend_from_slice(list.filter);
            let read = Read {
                query: &query,
                cap: LIST_CAP,
                urgency: list.urgency,
                informs: list.informs,
                ..Read::of_sdrs(list.operation, what, list.path)
            };
            let page = open(self.read(&read).await?);
            let (length, before) = (page.entries.len(), all.len());
            for entry in page.entries {
                let id = id(&entry).ok_or_else(|| Problem::unreadable(what, "an entry has no id"))?;
                if seen.insert(id) {
                    all.push(entry);
                }
            }
            offset += length;
            let more = page
                .count
                .is_some_and(|count| usize::try_from(count).is_ok_and(|count| count > offset));
            if all.len() == before && length >= PAGE {
                return Err(Problem::unreadable(
                    what,
                    "a full page brings nothing new: the list does not heed offset",
                ));
            }
            if all.len() == before || (length < PAGE && !more) {
                return Ok(all);
            }
        }
        Err(Problem::unreadable(what, "the list has no end"))
    }
}
