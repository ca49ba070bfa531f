//! Counts of all vendor calls by method and route.
//! It must not keep the calls themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How often a route was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteCount {
    /// HTTP method; `SELECT` of a statement.
    pub method: String,
    /// Route with its captures, for example `/v1/{project_id}/server-groups/{id}`; `*` for an unknown path; the view of a statement.
    pub route: String,
    /// `iam`, `sdrs`, `ecs`, `ocp`, `sql` or `none`.
    pub service: String,
    /// Calls, whatever became of them.
    pub count: u64,
    /// Answers by HTTP status; dropped answers are not among them.
    pub statuses: BTreeMap<String, u64>,
}

/// What `GET /requests` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestReport {
    /// All calls.
    pub total: u64,
    /// Calls with method `GET`, and statements.
    pub reads: u64,
    /// By method and route, sorted.
    pub routes: Vec<RouteCount>,
}

type Key = (String, String, String);

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct RequestCounts {
    counts: BTreeMap<Key, (u64, BTreeMap<String, u64>)>,
}

impl RequestCounts {
    fn key(call: &crate::call::Call) -> Key {
        let (route, service) = match &call.route {
            Some(route) => (route.pattern, format!("{:?}", route.service).to_lowercase()),
            None => ("*", "none".into()),
        };
        (route.into(), call.method.clone(), service)
    }

    pub(crate) fn received(&mut self, call: &crate::call::Call) {
        self.counts.entry(Self::key(call)).or_default().0 += 1;
    }

    /// A statement on a view of a database.
    pub(crate) fn question(&mut self, view: &str) {
        let key = (format!("oceanbase.{view}"), "SELECT".into(), "sql".into());
        self.counts.entry(key).or_default().0 += 1;
    }

    pub(crate) fn answered(&mut self, call: &crate::call::Call, status: u16) {
        *self
            .counts
            .entry(Self::key(call))
            .or_default()
            .1
            .entry(status.to_string())
            .or_default() += 1;
    }

    pub(crate) fn report(&self) -> RequestReport {
        let routes: Vec<_> = self
            .counts
            .iter()
            .map(|((route, method, service), (count, statuses))| RouteCount {
                method: method.clone(),
                route: route.clone(),
                service: service.clone(),
                count: *count,
                statuses: statuses.clone(),
            })
            .collect();
        let reads = routes
            .iter()
            .filter(|r| ["GET", "SELECT"].contains(&&*r.method))
            .map(|r| r.count)
            .sum();
        RequestReport {
            total: routes.iter().map(|r| r.count).sum(),
            reads,
            routes,
        }
    }
}
