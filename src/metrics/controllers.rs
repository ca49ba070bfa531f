//! The operator's own work: passes, ledger writes, events, leadership.
//! It must not name an object.

use super::lock;
use super::sheet::{Page, Sheet};
use prometheus_client::metrics::histogram::Histogram;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

/// The buckets of controller-runtime, so that its dashboards fit.
const PASS_BUCKETS: [f64; 40] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5,
    1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0,
];

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reconciled {
    /// Well; it waits for a change.
    Success,
    /// Not well.
    Error,
    /// Well; it is made again at once.
    Requeue,
    /// Well; it is made again after a pause.
    RequeueAfter,
}

impl Reconciled {
    const ALL: [Reconciled; 4] = [
        Reconciled::Success,
        Reconciled::Error,
        Reconciled::Requeue,
        Reconciled::RequeueAfter,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Reconciled::Success => "success",
            Reconciled::Error => "error",
            Reconciled::Requeue => "requeue",
            Reconciled::RequeueAfter => "requeue_after",
        }
    }
}

impl From<bool> for Reconciled {
    fn from(well: bool) -> Self {
        if well { Reconciled::Success } else { Reconciled::Error }
    }
}

/// What became of writing a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LedgerWrite {
    /// It is written.
    Written,
    /// Somebody else wrote first.
    Conflict,
    /// It is not written, or nobody knows.
    Failed,
}

impl LedgerWrite {
    const ALL: [LedgerWrite; 3] = [LedgerWrite::Written, LedgerWrite::Conflict, LedgerWrite::Failed];

    fn as_str(self) -> &'static str {
        match self {
            LedgerWrite::Written => "written",
            LedgerWrite::Conflict => "conflict",
            LedgerWrite::Failed => "failed",
        }
    }
}

impl From<bool> for LedgerWrite {
    fn from(written: bool) -> Self {
        if written {
            LedgerWrite::Written
        } else {
            LedgerWrite::Failed
        }
    }
}

#[derive(Debug)]
pub(super) struct Controllers(Mutex<Tables>);

#[derive(Debug)]
struct Tables {
    controllers: BTreeMap<&'static str, Controller>,
    ledger: BTreeMap<LedgerWrite, u64>,
    events: BTreeMap<&'static str, u64>,
    leads: BTreeMap<String, bool>,
}

#[derive(Debug)]
struct Controller {
    concurrency: Option<u16>,
    results: BTreeMap<Reconciled, u64>,
    time: Histogram,
}

impl Default for Controllers {
    fn default() -> Controllers {
        Controllers(Mutex::new(Tables {
            controllers: BTreeMap::new(),
            ledger: LedgerWrite::ALL.map(|outcome| (outcome, 0)).into(),
            events: crate::events::OUTCOMES.map(|outcome| (outcome, 0)).into(),
            leads: BTreeMap::new(),
        }))
    }
}

impl Default for Controller {
    fn default() -> Controller {
        Controller {
            concurrency: None,
            results: Reconciled::ALL.map(|result| (result, 0)).into(),
            time: Histogram::new(PASS_BUCKETS),
        }
    }
}

impl Controllers {
    pub(super) fn expect(&self, controller: &'static str, concurrency: u16) {
        lock(&self.0).controllers.entry(controller).or_default().concurrency = Some(concurrency);
    }

    pub(super) fn reconciled(&self, controller: &'static str, result: Reconciled, took: Duration) {
        let mut tables = lock(&self.0);
        let controller = tables.controllers.entry(controller).or_default();
        *controller.results.entry(result).or_default() += 1;
        controller.time.observe(took.as_secs_f64());
    }

    pub(super) fn ledger_write(&self, outcome: LedgerWrite) {
        *lock(&self.0).ledger.entry(outcome).or_default() += 1;
    }

    pub(super) fn event(&self, outcome: &'static str) {
        *lock(&self.0).events.entry(outcome).or_default() += 1;
    }

    pub(super) fn leader(&self, name: &str, leads: bool) {
        lock(&self.0).leads.insert(name.to_owned(), leads);
    }
}

impl Page for Controllers {
    fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let tables = lock(&self.0);
        let all = || tables.controllers.iter();
        sheet.counter(
            "controller_runtime_reconcile",
            "Passes of each controller, by how they ended.",
            all().flat_map(|(name, c)| {
                c.results
                    .iter()
                    .map(|(result, n)| ([("controller", *name), ("result", result.as_str())], *n as f64))
            }),
        )?;
        sheet.counter(
            "controller_runtime_reconcile_errors",
            "Passes of each controller that failed.",
            all().map(|(name, c)| {
                (
                    [("controller", *name)],
                    c.results.get(&Reconciled::Error).copied().unwrap_or_default() as f64,
                )
            }),
        )?;
        sheet.histogram(
            "controller_runtime_reconcile_time_seconds",
            "How long passes took.",
            all().map(|(name, c)| ([("controller", *name)], &c.time)),
        )?;
        sheet.gauge(
            "controller_runtime_max_concurrent_reconciles",
            "How many passes of each controller may run at the same time.",
            all().filter_map(|(name, c)| c.concurrency.map(|n| ([("controller", *name)], f64::from(n)))),
        )?;
        sheet.counter(
            "stationmaster_ledger_writes",
            "Writes of ledgers.",
            tables
                .ledger
                .iter()
                .map(|(outcome, n)| ([("outcome", outcome.as_str())], *n as f64)),
        )?;
        sheet.counter(
            "stationmaster_events",
            "Events, by what became of them.",
            tables
                .events
                .iter()
                .map(|(outcome, n)| ([("outcome", *outcome)], *n as f64)),
        )?;
        sheet.gauge(
            "leader_election_master_status",
            "1 when this process holds the lease, 0 when it does not.",
            tables
                .leads
                .iter()
                .map(|(name, leads)| ([("name", name.as_str())], f64::from(u8::from(*leads)))),
        )
    }
}
