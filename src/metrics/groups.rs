//! How each group stands, as it was last reported.
//! It must not remember an earlier state: a group's series are made from its one sample.

use super::lock;
use super::sheet::{Labels, Page, Sheet, seconds};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

/// How a group stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupSample {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The kind of provider: `sdrs`, `ocp`, `hcp`.
    pub provider: &'static str,
    /// The provider's id of the group.
    pub object: String,
    /// Where production runs.
    pub active: &'static str,
    /// Where it should run, if anybody said so.
    pub desired: Option<&'static str>,
    /// Types and statuses of the conditions.
    pub conditions: Vec<(&'static str, &'static str)>,
    /// The reason of the Ready condition.
    pub ready_reason: Option<&'static str>,
    /// The operation that runs.
    pub operation: Option<RunningOperation>,
    /// When the provider was last read for it; none leaves what was told before.
    pub observed_at: Option<Timestamp>,
    /// Seconds that the other side lags behind, where the provider tells.
    pub lag_seconds: Option<u64>,
    /// When the other side was last complete, where the provider tells.
    pub last_sync: Option<Timestamp>,
    /// The recovery point objective in seconds.
    pub rpo_seconds: Option<u32>,
    /// The recovery time objective in seconds.
    pub rto_seconds: Option<u32>,
}

/// An operation that has not ended.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningOperation {
    /// Its type.
    pub operation: &'static str,
    /// When its first call was recorded.
    pub started_at: Option<Timestamp>,
    /// Progress of the job that is followed.
    pub progress_percent: Option<u8>,
}

impl From<(&'static str, Option<Timestamp>)> for RunningOperation {
    fn from((operation, started_at): (&'static str, Option<Timestamp>)) -> Self {
        RunningOperation {
            operation,
            started_at,
            progress_percent: None,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Groups(Mutex<BTreeMap<(String, String), GroupSample>>);

impl Groups {
    pub(super) fn put(&self, mut sample: GroupSample) {
        let mut groups = lock(&self.0);
        let key = (sample.namespace.clone(), sample.name.clone());
        if sample.observed_at.is_none() {
            sample.observed_at = groups.get(&key).and_then(|before| before.observed_at);
        }
        groups.insert(key, sample);
    }

    pub(super) fn observed(&self, namespace: &str, name: &str, at: Timestamp) {
        if let Some(sample) = lock(&self.0).get_mut(&(namespace.to_owned(), name.to_owned())) {
            sample.observed_at = Some(at);
        }
    }

    pub(super) fn retain(&self, is_there: impl Fn(&str, &str) -> bool) {
        lock(&self.0).retain(|(namespace, name), _| is_there(namespace, name));
    }

    pub(super) fn forget(&self, namespace: &str, name: &str) {
        lock(&self.0).remove(&(namespace.to_owned(), name.to_owned()));
    }
}

impl GroupSample {
    fn labels(&self) -> Labels<'_, 2> {
        [("namespace", &self.namespace), ("name", &self.name)]
    }

    fn with<'a>(&'a self, key: &'static str, value: &'a str) -> Labels<'a, 3> {
        let [namespace, name] = self.labels();
        [namespace, name, (key, value)]
    }
}

impl Page for Groups {
    fn write(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let groups = lock(&self.0);
        let all = || groups.values();
        sheet.info(
            "stationmaster_protection_group",
            "What a protection group is to its provider.",
            all().map(|g| {
                let [namespace, name] = g.labels();
                [
                    namespace,
                    name,
                    ("provider", g.provider),
                    ("group_id", g.object.as_str()),
                ]
            }),
        )?;
        sheet.gauge(
            "stationmaster_protection_group_active_station",
            "Where production runs: 1 for the present station.",
            all().map(|g| (g.with("station", g.active), 1.0)),
        )?;
        sheet.gauge(
            "stationmaster_protection_group_desired_station",
            "Where production should run: 1 for the station that the intent names, nothing without an intent.",
            all().filter_map(|g| g.desired.map(|station| (g.with("station", station), 1.0))),
        )?;
        sheet.gauge(
            "stationmaster_protection_group_condition",
            "The conditions: 1 for the present status of each type.",
            all().flat_map(|g| {
                g.conditions.iter().map(|(kind, status)| {
                    let [namespace, name] = g.labels();
                    ([namespace, name, ("type", *kind), ("status", *status)], 1.0)
                })
            }),
        )?;
        sheet.gauge(
            "stationmaster_protection_group_ready_reason",
            "Why the group is ready or not: 1 for the present reason of its Ready condition.",
            all().filter_map(|g| g.ready_reason.map(|reason| (g.with("reason", reason), 1.0))),
        )?;
        self.write_times(sheet, &groups)?;
        self.write_operations(sheet, &groups)
    }
}

impl Groups {
    fn write_times(&self, sheet: &mut Sheet<'_>, groups: &BTreeMap<(String, String), GroupSample>) -> fmt::Result {
        let all = || groups.values();
        sheet.gauge(
            "stationmaster_protection_group_last_observed_timestamp_seconds",
            "When the group was last read from its provider.",
            all().filter_map(|g| g.observed_at.map(|at| (g.labels(), seconds(at)))),
        )?;
        sheet.gauge(
            "stationmaster_protection_group_last_sync_timestamp_seconds",
            "When the other side was last complete, where the provider tells.",
            all().filter_map(|g| g.last_sync.map(|at| (g.labels(), seconds(at)))),
        )?;
        sheet.gauge(
            "stationmaster_protection_group_replication_lag_seconds",
            "How far the other side lags behind, where the provider tells.",
            all().filter_map(|g| g.lag_seconds.map(|lag| (g.labels(), lag as f64))),
        )?;
        sheet.gauge(
            "stationmaster_protection_group_rpo_target_seconds",
            "The recovery point objective.",
            all().filter_map(|g| g.rpo_seconds.map(|s| (g.labels(), f64::from(s)))),
        )?;
        sheet.gauge(
            "stationmaster_protection_group_rto_target_seconds",
            "The recovery time objective.",
            all().filter_map(|g| g.rto_seconds.map(|s| (g.labels(), f64::from(s)))),
        )
    }

    fn write_operations(&self, sheet: &mut Sheet<'_>, groups: &BTreeMap<(String, String), GroupSample>) -> fmt::Result {
        let running = || groups.values().filter_map(|g| g.operation.as_ref().map(|o| (g, o)));
        sheet.gauge(
            "stationmaster_operation_in_progress",
            "1 for the operation that has not ended.",
            running().map(|(g, o)| (g.with("type", o.operation), 1.0)),
        )?;
        sheet.gauge(
            "stationmaster_operation_start_timestamp_seconds",
            "When the first call of the running operation was recorded.",
            running().filter_map(|(g, o)| o.started_at.map(|at| (g.with("type", o.operation), seconds(at)))),
        )?;
        sheet.gauge(
            "stationmaster_operation_progress_ratio",
            "Progress of the running operation's job, where the provider tells.",
            running().filter_map(|(g, o)| {
                o.progress_percent
                    .map(|p| (g.with("type", o.operation), f64::from(p) / 100.0))
            }),
        )
    }
}
