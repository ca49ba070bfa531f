//! What the tests of metrics read and fill in: samples by name and label, and every metric with a value.
//! It must not judge.

use crate::metrics::lint::{self, Sample};
use crate::metrics::*;
use jiff::Timestamp;
use stationmaster_engine::OperationType;
use stationmaster_engine::ledger::Ending;
use stationmaster_transport::{Exchange, Meter, RequestResult};

pub(super) fn read(metrics: &Metrics) -> Vec<Sample> {
    let text = metrics.encode();
    lint::read(&text).unwrap_or_else(|complaint| panic!("{complaint}\n{text}"))
}

/// The values of the series `name` that have all of `labels`.
pub(super) fn values(metrics: &Metrics, name: &str, labels: &[(&str, &str)]) -> Vec<f64> {
    let fits = |s: &&Sample| {
        s.name == name
            && labels
                .iter()
                .all(|(k, v)| s.labels.get(*k).is_some_and(|have| have == v))
    };
    read(metrics).iter().filter(fits).map(|s| s.value).collect()
}

/// What the label `key` of the series `name` says.
pub(super) fn words(metrics: &Metrics, name: &str, key: &str) -> Vec<String> {
    read(metrics)
        .iter()
        .filter(|s| s.name == name)
        .map(|s| s.labels[key].clone())
        .collect()
}

pub(super) fn sample() -> GroupSample {
    GroupSample {
        namespace: "shop".to_owned(),
        name: "db".to_owned(),
        provider: "sdrs",
        object: "40df\"\\\n".to_owned(),
        active: "source",
        desired: Some("target"),
        conditions: vec![("Ready", "True"), ("Protected", "True"), ("Reconciling", "True")],
        ready_reason: Some("Protected"),
        operation: Some(RunningOperation {
            operation: "PlannedFailover",
            started_at: Some(Timestamp::from_second(1_700_000_000).unwrap()),
            progress_percent: Some(40),
        }),
        observed_at: Some(Timestamp::from_second(1_700_000_100).unwrap()),
        lag_seconds: Some(3),
        last_sync: Some(Timestamp::from_second(1_700_000_050).unwrap()),
        rpo_seconds: Some(60),
        rto_seconds: Some(900),
    }
}

pub(super) fn everything() -> Arc<Metrics> {
    let metrics = Metrics::new();
    metrics.group(&sample());
    metrics.group(&GroupSample {
        name: "web".to_owned(),
        ..sample()
    });
    metrics.operation_ended(&EndedOperation {
        namespace: "shop",
        provider: "sdrs",
        operation: OperationType::Failover,
        ending: Ending::Failed,
        took: Some(Duration::from_secs(61)),
    });
    let took = Duration::from_secs(7);
    metrics.operation_step_ended(&EndedStep {
        provider: "sdrs",
        operation: OperationType::Failover,
        step: "failover",
        took,
    });
    metrics.provider_up("shop", "otc", true);
    let meter = ProviderMeter::new(metrics.clone(), "sdrs", "shop".to_owned(), "otc".to_owned());
    for result in [
        RequestResult::Status(200),
        RequestResult::Status(200),
        RequestResult::Error("timeout"),
    ] {
        meter.exchange(&Exchange {
            operation: "list_groups",
            host: "h",
            result,
            duration: Duration::from_millis(30),
        });
    }
    metrics.expect_controller("protectiongroup", 16);
    metrics.reconcile("protectiongroup", true, Duration::from_millis(7));
    metrics.reconcile("protectiongroup", Reconciled::RequeueAfter, Duration::from_secs(100));
    metrics.ledger_write(LedgerWrite::Conflict);
    metrics.leader("stationmaster", true);
    metrics.event("published");
    let call = ApiCall::of(&http::Method::GET, "/api/v1/namespaces/shop/secrets/otc", None);
    metrics.api_request(&call, "10.0.0.1:443", Some(200), Duration::from_millis(3));
    metrics.api_request(&call, "10.0.0.1:443", None, Duration::from_secs(30));
    metrics.watch_alive("protectiongroups");
    metrics.watch_error("groupledgers");
    metrics
}
