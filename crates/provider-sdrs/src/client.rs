//! Reads from SDRS and ECS: authorised, repeated once with a new token, parsed, paged.
//! It must not send anything mutating, nor say what an answer means.

use crate::auth::{Session, Urgency};
use crate::endpoint::Endpoint;
use crate::leads::Leads;
use crate::problem::Problem;
use http::Method;
use serde::de::DeserializeOwned;
use stationmaster_engine::Reason;
use stationmaster_provider::FaultClass;
use stationmaster_transport::{BODY_CAP, LIST_CAP, Request, Response};
use std::collections::HashSet;
use std::sync::Arc;

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
    pub(crate) endpoint: &'a Endpoint,
    /// Below `/v1/{project}`.
    pub(crate) path: &'a [&'a str],
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) cap: usize,
}

/// One page of a list.
pub(crate) struct Page<T> {
    pub(crate) entries: Vec<T>,
    pub(crate) count: Option<i64>,
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
    /// One thing of SDRS.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        what: &str,
        path: &[&str],
    ) -> Result<T, Problem> {
        self.read(&Read {
            operation,
            what,
            endpoint: &self.sdrs,
            path,
            query: &[],
            cap: BODY_CAP,
        })
        .await
    }

    /// One answer, parsed.
    pub(crate) async fn read<T: DeserializeOwned>(&self, read: &Read<'_>) -> Result<T, Problem> {
        let response = self.answer(read).await?;
        serde_json::from_slice(&response.body).map_err(|error| Problem::unreadable(read.what, &error.to_string()))
    }

    /// One 2xx answer. A token that has lapsed is renewed once.
    async fn answer(&self, read: &Read<'_>) -> Result<Response, Problem> {
        let mut renewed = !self.session.can_renew();
        loop {
            let pass = self.session.pass(Urgency::Routine).await?;
            let segments: Vec<&str> = ["v1", &pass.project]
                .into_iter()
                .chain(read.path.iter().copied())
                .collect();
            let mut request = Request::new(read.operation, Method::GET, read.endpoint.at(&segments, read.query)?);
            request.cap = read.cap;
            let now = self.session.clock.now();
            self.session.authorize(&mut request, read.endpoint.host(), &pass, now)?;
            let response = self.session.transport.read(&request).await?;
            if response.status.is_success() {
                if *read.endpoint == self.sdrs {
                    self.leads.note(&response, self.session.clock.now());
                }
                self.session.accepted().await;
                return Ok(response);
            }
            let now = self.session.clock.now();
            let problem = Problem::answered(read.what, &response, now, |text| pass.secrets.scrub(text));
            let refused =
                problem.fault.class == FaultClass::Denied && problem.fault.reason == Reason::AuthenticationFailed;
            if !refused {
                return Err(problem);
            }
            self.session.refused(&pass, renewed.then_some(&problem.fault)).await;
            if renewed {
                return Err(problem);
            }
            renewed = true;
        }
    }

    /// A whole list of SDRS, page by page. It ends with an empty page, with one that brings nothing new, or with one that is shorter than
    /// asked and that `count` does not contradict: whether `count` is the page or the total is not
    /// documented (`docs/vendors/sdrs.md#gaps`).
    pub(crate) async fn list<P: DeserializeOwned, T>(
        &self,
        operation: &'static str,
        what: &str,
        path: &[&str],
        filter: &[(&str, &str)],
        open: impl Fn(P) -> Page<T>,
        id: impl Fn(&T) -> Option<String>,
    ) -> Result<Vec<T>, Problem> {
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut offset = 0;
        let limit = PAGE.to_string();
        for _ in 0..MOST_PAGES {
            let start = offset.to_string();
            let mut query = vec![("limit", limit.as_str()), ("offset", start.as_str())];
            query.extend_from_slice(filter);
            let read = Read {
                operation,
                what,
                endpoint: &self.sdrs,
                path,
                query: &query,
                cap: LIST_CAP,
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
