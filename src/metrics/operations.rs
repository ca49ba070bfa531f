//! Operations and steps that have ended: how many, how, how long.
//! It must not name a group: counters stay when groups go. The namespace is kept, for routing alerts.

use super::lock;
use super::sheet::{Page, Sheet};
use prometheus_client::metrics::histogram::Histogram;
use stationmaster_engine::OperationType;
use stationmaster_engine::ledger::Ending;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

/// From half a minute to four hours.
const OPERATION_BUCKETS: [f64; 12] = [
    30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1800.0, 2700.0, 3600.0, 7200.0, 14_400.0,
];
const STEP_BUCKETS: [f64; 13] = [
    1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0,
];
const ENDINGS: [Ending; 6] = [
    Ending::Succeeded,
    Ending::Failed,
    Ending::Refused,
    Ending::Expired,
    Ending::Cancelled,
    Ending::Unknown,
];

/// An operation that has ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedOperation<'a> {
    /// The group's namespace.
    pub namespace: &'a str,
    /// The kind of provider.
    pub provider: &'static str,
    /// What it did.
    pub operation: OperationType,
    /// How it ended.
    pub ending: Ending,
    /// From its first call to its verified end; none when it never made one.
    pub took: Option<Duration>,
}

/// A step that has ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedStep<'a> {
    /// The kind of provider.
    pub provider: &'static str,
    /// What the operation does.
    pub operation: OperationType,
    /// The step's name: one of the provider's plan, so that there are few.
    pub step: &'a str,
    /// From its beginning to its end.
    pub took: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Operations(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    total: BTreeMap<(String, &'static str, &'static str, &'static str), u64>,
    duration: BTreeMap<[&'static str; 3], Histogram>,
    steps: BTreeMap<(&'static str, &'static str, String), Histogram>,
}

impl Operations {
    /// Shows zeros for all that could end in a namespace, so that the first failure is an increase.
    pub(super) fn expect(&self, namespace: &str, provider: &'static str) {
        let mut tables = lock(&self.0);
        let probe = (
            namespace.to_owned(),
            provider,
            OperationType::ALL[0].as_str(),
            ENDINGS[0].as_str(),
        );
        if tables.total.contains_key(&probe) {
            return;
        }
        for operation in OperationType::ALL {
            for ending in ENDINGS {
                tables
                    .total
                    .entry((namespace.to_owned(), provider, operation.as_str(), ending.as_str()))
                    .or_default();
            }
        }
    }

    pub(super) fn ended(&self, ended: &EndedOperation<'_>) {
        self.expect(ended.namespace, ended.provider);
        let mut tables = lock(&self.0);
        let (operation, ending) = (ended.operation.as_str(), ended.ending.as_str());
        *tables
            .total
            .entry((ended.namespace.to_owned(), ended.provider, operation, ending))
            .or_default() += 1;
        if let Some(took) = ended.took {
            let key = [ended.provider, operation, ending];
            tables
                .duration
                .entry(key)
                .or_insert_with(|| Histogram::new(OPERATION_BUCKETS))
                .observe(took.as_secs_f64());
        }
    }

    pub(super) fn step_ended(&self, ended: &EndedStep<'_>) {
        let key = (ended.provider, ended.operation.as_str(), ended.step.to_owned());
        lock(&self.0)
            .steps
            .entry(key)
            .or_insert_with(|| Histogram::new(STEP_BUCKETS))
            .observe(ended.took.as_secs_f64());
    }
}

impl Page for Operations {
    fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let tables = lock(&self.0);
        sheet.counter(
            "stationmaster_operations",
            "Operations that have ended.",
            tables
                .total
                .iter()
                .map(|((namespace, provider, operation, result), n)| {
                    let labels = [
                        ("namespace", namespace.as_str()),
                        ("provider", provider),
                        ("type", operation),
                        ("result", result),
                    ];
                    (labels, *n as f64)
                }),
        )?;
        sheet.histogram(
            "stationmaster_operation_duration_seconds",
            "From the first call of an operation to its verified end.",
            tables.duration.iter().map(|([provider, operation, result], h)| {
                ([("provider", *provider), ("type", *operation), ("result", *result)], h)
            }),
        )?;
        sheet.histogram(
            "stationmaster_operation_step_duration_seconds",
            "From the beginning of a step to its end.",
            tables.steps.iter().map(|((provider, operation, step), h)| {
                (
                    [("provider", *provider), ("type", *operation), ("step", step.as_str())],
                    h,
                )
            }),
        )
    }
}
