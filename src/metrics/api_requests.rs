//! Requests to the Kubernetes API, by verb, kind and code, under the names that client-go uses.
//! It must not know an object's name.

use super::lock;
use super::sheet::{Page, Sheet};
use crate::client::ApiCall;
use prometheus_client::metrics::histogram::Histogram;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// The buckets of controller-runtime's request latencies.
const BUCKETS: [f64; 12] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0];

#[derive(Debug, Default)]
pub(super) struct ApiRequests(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    total: BTreeMap<(ApiCall, String, Option<u16>), u64>,
    duration: BTreeMap<(&'static str, String), Histogram>,
    answered: Option<Instant>,
}

impl ApiRequests {
    pub(super) fn count(&self, call: &ApiCall, host: &str, code: Option<u16>, took: Duration) {
        let mut tables = lock(&self.0);
        if code.is_some_and(|code| code < 500) {
            tables.answered = Some(Instant::now());
        }
        *tables.total.entry((call.clone(), host.to_owned(), code)).or_default() += 1;
        let duration = tables
            .duration
            .entry((call.verb, host.to_owned()))
            .or_insert_with(|| Histogram::new(BUCKETS));
        duration.observe(took.as_secs_f64());
    }

    pub(super) fn silence(&self) -> Option<Duration> {
        lock(&self.0).answered.map(|at| at.elapsed())
    }
}

impl Page for ApiRequests {
    fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let tables = lock(&self.0);
        // client-go's word for no answer at all.
        let codes: Vec<String> = tables
            .total
            .keys()
            .map(|(_, _, code)| code.map_or("<error>".to_owned(), |c| c.to_string()))
            .collect();
        sheet.counter(
            "rest_client_requests",
            "Requests to the Kubernetes API.",
            tables.total.iter().zip(&codes).map(|(((call, host, _), n), code)| {
                let labels = [
                    ("code", code.as_str()),
                    ("method", call.method),
                    ("host", host.as_str()),
                    ("verb", call.verb),
                    ("resource", call.resource.as_str()),
                ];
                (labels, *n as f64)
            }),
        )?;
        sheet.histogram(
            "rest_client_request_duration_seconds",
            "From sending a request to the Kubernetes API to the head of its answer.",
            tables
                .duration
                .iter()
                .map(|((verb, host), h)| ([("verb", *verb), ("host", host.as_str())], h)),
        )
    }
}
