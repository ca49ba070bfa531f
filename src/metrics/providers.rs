//! Connections to providers: whether they work, and each request over them.
//! It must not know what a request says; operations and errors are words of the transport's closed sets.

use super::sheet::{Page, Sheet};
use super::{Metrics, lock};
use prometheus_client::metrics::histogram::Histogram;
use stationmaster_transport::{Exchange, Meter, RequestResult};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The buckets of the OpenTelemetry conventions for HTTP clients.
const REQUEST_BUCKETS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

#[derive(Debug, Default)]
pub(super) struct Providers(Mutex<BTreeMap<(String, String), Connection>>);

#[derive(Debug, Default)]
struct Connection {
    up: Option<bool>,
    total: BTreeMap<(&'static str, &'static str, &'static str), u64>,
    duration: BTreeMap<(&'static str, &'static str), Histogram>,
}

impl Providers {
    pub(super) fn up(&self, namespace: &str, name: &str, up: bool) {
        lock(&self.0)
            .entry((namespace.to_owned(), name.to_owned()))
            .or_default()
            .up = Some(up);
    }

    pub(super) fn request(
        &self,
        provider: &'static str,
        (namespace, name): (&str, &str),
        operation: &'static str,
        code: &'static str,
        took: Duration,
    ) {
        let mut connections = lock(&self.0);
        let connection = connections.entry((namespace.to_owned(), name.to_owned())).or_default();
        *connection.total.entry((provider, operation, code)).or_default() += 1;
        let duration = connection
            .duration
            .entry((provider, operation))
            .or_insert_with(|| Histogram::new(REQUEST_BUCKETS));
        duration.observe(took.as_secs_f64());
    }

    pub(super) fn retain(&self, is_there: impl Fn(&str, &str) -> bool) {
        lock(&self.0).retain(|(namespace, name), _| is_there(namespace, name));
    }

    pub(super) fn forget(&self, namespace: &str, name: &str) {
        lock(&self.0).remove(&(namespace.to_owned(), name.to_owned()));
    }
}

impl Page for Providers {
    fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let connections = lock(&self.0);
        let all = || {
            connections
                .iter()
                .map(|((namespace, name), c)| ([("namespace", namespace.as_str()), ("connection", name.as_str())], c))
        };
        sheet.gauge(
            "stationmaster_provider_up",
            "1 when the last list over the connection succeeded, 0 when it did not.",
            all().filter_map(|(labels, c)| c.up.map(|up| (labels, f64::from(u8::from(up))))),
        )?;
        sheet.counter(
            "stationmaster_provider_requests",
            "Attempts of requests to a provider.",
            all().flat_map(|([namespace, connection], c)| {
                c.total.iter().map(move |((provider, operation, code), n)| {
                    let labels = [
                        namespace,
                        connection,
                        ("provider", provider),
                        ("operation", operation),
                        ("code", *code),
                    ];
                    (labels, *n as f64)
                })
            }),
        )?;
        sheet.histogram(
            "stationmaster_provider_request_duration_seconds",
            "How long attempts of requests to a provider took, waiting for limits not included.",
            all().flat_map(|([namespace, connection], c)| {
                c.duration.iter().map(move |((provider, operation), h)| {
                    (
                        [
                            namespace,
                            connection,
                            ("provider", *provider),
                            ("operation", *operation),
                        ],
                        h,
                    )
                })
            }),
        )
    }
}

/// The statuses that are shown as they are. A server may answer with any number: all others are shown as their class.
const CODES: [(u16, &str); 22] = [
    (200, "200"),
    (201, "201"),
    (202, "202"),
    (204, "204"),
    (300, "300"),
    (301, "301"),
    (302, "302"),
    (307, "307"),
    (308, "308"),
    (400, "400"),
    (401, "401"),
    (403, "403"),
    (404, "404"),
    (405, "405"),
    (408, "408"),
    (409, "409"),
    (429, "429"),
    (500, "500"),
    (501, "501"),
    (502, "502"),
    (503, "503"),
    (504, "504"),
];

/// The word of a status, of a closed set.
fn code_word(code: u16) -> &'static str {
    if let Some((_, word)) = CODES.iter().find(|(known, _)| *known == code) {
        return word;
    }
    match code / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    }
}

/// Counts the requests of one connection.
#[derive(Debug)]
pub struct ProviderMeter {
    metrics: Arc<Metrics>,
    provider: &'static str,
    namespace: String,
    name: String,
}

impl ProviderMeter {
    /// For the connection of the ProtectionProvider `namespace`/`name`, whose kind is `provider`.
    pub fn new(metrics: Arc<Metrics>, provider: &'static str, namespace: String, name: String) -> ProviderMeter {
        ProviderMeter {
            metrics,
            provider,
            namespace,
            name,
        }
    }
}

impl Meter for ProviderMeter {
    fn exchange(&self, exchange: &Exchange<'_>) {
        let code = match exchange.result {
            RequestResult::Status(code) => code_word(code),
            RequestResult::Error(word) => word,
        };
        let connection = (self.namespace.as_str(), self.name.as_str());
        self.metrics
            .provider_request(self.provider, connection, exchange.operation, code, exchange.duration);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_server_answers_the_series_are_few() {
        let metrics = Metrics::new();
        let meter = ProviderMeter::new(Arc::clone(&metrics), "sdrs", "shop".to_owned(), "otc".to_owned());
        for code in 0..=u16::MAX {
            meter.exchange(&Exchange {
                operation: "ListProtectionGroups",
                host: "sdrs.example.com",
                result: RequestResult::Status(code),
                duration: Duration::ZERO,
            });
        }
        let text = metrics.encode();
        let series = text
            .lines()
            .filter(|line| line.starts_with("stationmaster_provider_requests_total{"));
        assert!(series.count() <= CODES.len() + 6);
        assert!(text.contains("code=\"404\"") && text.contains("code=\"4xx\"") && text.contains("code=\"other\""));
        metrics.retain(|_, _| true, |_, name| name != "otc");
        assert!(!metrics.encode().contains("connection=\"otc\""));
    }
}
