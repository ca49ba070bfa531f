//! Whatever the engine reports, the API server takes the status that is made of it.
//! They must not shorten anything themselves.

use super::{group, order, server};
use crate::controllers::group::project;
use jiff::Timestamp;
use kube::Resource;
use kube::api::{Api, PostParams};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use stationmaster_api::{OperationDecision, ProtectionGroup, RecoveryOperation};
use stationmaster_engine::ledger::{Ending, StepState};
use stationmaster_engine::report::{
    Available, Condition, ConditionStatus, ConditionType, DecisionReport, DecisionState, GroupReport, HistoryView,
    JobView, OperationReport, OperationView, PartChoice, ReplicationView, State, StepView,
};
use stationmaster_engine::{
    ActiveStation, JobReport, JobStatus, OperationType, PartAction, Reason, ReplicationState, Risk, Station, SubJob,
    Token, Why,
};
use std::fmt::Debug;

/// The largest object, in bytes as the API server sends it.
const LARGEST: usize = 64 * 1024;

/// What a report is made of: texts and numbers that are used in turn.
#[derive(Clone, Debug)]
struct Odd {
    texts: Vec<String>,
    numbers: Vec<u64>,
    used: usize,
}

impl Odd {
    fn text(&mut self) -> String {
        self.used += 1;
        self.texts[self.used % self.texts.len()].clone()
    }

    fn number(&mut self) -> u64 {
        self.used += 1;
        self.numbers[self.used % self.numbers.len()]
    }

    fn percent(&mut self) -> Option<u8> {
        Some(u8::try_from(self.number() % 256).unwrap())
    }

    fn count(&mut self) -> u32 {
        u32::try_from(self.number() % (1 << 32)).unwrap()
    }

    /// Any moment that the type can hold.
    fn time(&mut self) -> Option<Timestamp> {
        let all = [
            Timestamp::MIN,
            Timestamp::UNIX_EPOCH,
            Timestamp::MAX,
            "2026-01-01T00:00:00.5Z".parse().unwrap(),
        ];
        Some(all[usize::try_from(self.number() % 4).unwrap()])
    }

    fn some<T>(&mut self, most: u64, make: impl Fn(&mut Odd) -> T) -> Vec<T> {
        let count = self.number() % most;
        (0..count).map(|_| make(self)).collect()
    }

    fn reason(&mut self) -> Reason {
        Reason::ALL[usize::try_from(self.number()).unwrap() % Reason::ALL.len()]
    }

    /// As no engine would make it: longer than a sentence.
    fn why(&mut self) -> Why {
        Why {
            reason: self.reason(),
            message: self.text(),
        }
    }

    fn conditions(&mut self) -> Vec<Condition> {
        let kinds = [ConditionType::Stalled, ConditionType::Ready, ConditionType::Protected];
        let condition = |kind| Condition {
            kind,
            status: ConditionStatus::Unknown,
            reason: self.reason(),
            message: self.text(),
        };
        kinds.map(condition).into()
    }

    fn group(&mut self) -> GroupReport {
        GroupReport {
            observed_generation: 1,
            active: ActiveStation::Source,
            provider_status: Some(self.text()),
            token: Some(Token::quoted(self.text())),
            replication: Some(ReplicationView {
                state: ReplicationState::Active,
                direction: Some((Station::Source, Station::Target)),
                progress_percent: self.percent(),
                lag_seconds: Some(self.number()),
                last_sync: self.time(),
            }),
            operation: Some(OperationView {
                name: self.text(),
                operation: OperationType::Failover,
                step: self.text(),
                steps_done: self.count(),
                steps_total: self.count(),
                progress_percent: self.percent(),
                job_id: Some(self.text()),
                started_at: self.time(),
            }),
            history: self.some(40, |odd| HistoryView {
                name: odd.text(),
                operation: OperationType::Reprotect,
                ending: Ending::Failed,
                started_at: odd.time(),
                duration_seconds: Some(odd.number()),
                requested_by: odd.text(),
                reason: odd.reason(),
            }),
            available: self.some(40, |odd| Available {
                operation: OperationType::Failover,
                allowed: false,
                reason: Some(odd.reason()),
                message: odd.text(),
                target: Some(Station::Target),
                risks: Risk::ALL.map(|risk| (risk, odd.why())).into(),
            }),
            copies: Some(self.count()),
            begins: None,
            conditions: self.conditions(),
        }
    }

    fn operation(&mut self) -> OperationReport {
        OperationReport {
            name: "o".to_owned(),
            uid: None,
            state: State::Running,
            reason: self.reason(),
            message: self.text(),
            available: Some(self.some(80, |odd| PartChoice {
                step: odd.text(),
                attempt: odd.count(),
                part: odd.text(),
                action: PartAction::Retry,
            })),
            steps: self.some(80, |odd| StepView {
                name: odd.text(),
                state: StepState::Running,
                started_at: odd.time(),
                finished_at: odd.time(),
                attempts: odd.count(),
                job_id: Some(odd.text()),
                reason: Some(odd.reason()),
                message: odd.text(),
            }),
            job: Some(JobView {
                jobs_total: self.count(),
                jobs_failed: self.count(),
                job: JobReport {
                    id: self.text(),
                    status: JobStatus::Running,
                    provider_status: self.text(),
                    expected_type: true,
                    job_type: self.text(),
                    progress_percent: self.percent(),
                    started_at: self.time(),
                    finished_at: self.time(),
                    sub_jobs: self.some(300, |odd| SubJob {
                        id: odd.text(),
                        name: odd.text(),
                        resource: Some(odd.text()),
                        provider_status: odd.text(),
                        status: JobStatus::Failed {
                            code: Some(odd.text()),
                            message: odd.text(),
                        },
                        started_at: odd.time(),
                        finished_at: odd.time(),
                        depends_on: odd.some(20, Odd::text),
                        revision: None,
                    }),
                    sub_jobs_total: self.count(),
                    sub_jobs_failed: self.count(),
                },
            }),
            started_at: self.time(),
            finished_at: self.time(),
            role_change_seconds: Some(self.number()),
            resulting_station: Some(Station::Target),
            conditions: self.conditions(),
        }
    }
}

/// Short and long texts of all that a provider may send: quotes, tags, line breaks, letters of four bytes, nothing.
fn text() -> impl Strategy<Value = String> {
    let letters = prop_oneof![
        Just('x'),
        Just('"'),
        Just('<'),
        Just('\n'),
        Just('\u{1b}'),
        Just('ü'),
        Just('𝄞'),
        any::<char>()
    ];
    let length = prop_oneof![0..4_usize, 60..70_usize, 120..140_usize, 1000..3000_usize];
    (vec(letters, 1..6), length).prop_map(|(letters, length)| letters.iter().cycle().take(length).collect())
}

fn odd() -> impl Strategy<Value = Odd> {
    let number = prop_oneof![0..300_u64, Just(u64::MAX), Just(1 << 40)];
    (vec(text(), 1..9), vec(number, 1..9)).prop_map(|(texts, numbers)| Odd {
        texts,
        numbers,
        used: 0,
    })
}

/// Files an object and writes its status; what comes back is what was written, and small enough.
async fn taken<K>(api: &Api<K>, kind: &str, spec: serde_json::Value, status: impl Serialize)
where
    K: Resource<DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned,
{
    let object =
        json!({ "apiVersion": "stationmaster.dev/v1alpha1", "kind": kind, "metadata": { "name": "o" }, "spec": spec });
    let object = serde_json::from_value(object).unwrap();
    let made = api.create(&PostParams::default(), &object).await.unwrap();
    let mut wanted = serde_json::to_value(made).unwrap();
    wanted["status"] = serde_json::to_value(status).unwrap();
    let sent = serde_json::from_value(wanted.clone()).unwrap();
    let stored = api.replace_status("o", &PostParams::default(), &sent).await;
    let stored = serde_json::to_value(stored.unwrap_or_else(|error| panic!("{error}: {wanted}"))).unwrap();
    assert_eq!(stored["status"], wanted["status"], "it is read back as it was written");
    let text = stored.to_string();
    let size = text.len() + 5 * text.matches(['<', '>', '&']).count();
    assert!(size <= LARGEST, "{size} bytes");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_report_becomes_a_status_that_the_api_server_takes(mut odd in odd()) {
        let (group_report, operation_report) = (odd.group(), odd.operation());
        let decision_report = DecisionReport {
            uid: "u".to_owned(),
            state: DecisionState::Accepted,
            reason: odd.reason(),
            message: odd.text(),
        };
        let now = Timestamp::UNIX_EPOCH;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let server = server();
            let client = server.client("test", "shop");
            let groups: Api<ProtectionGroup> = Api::namespaced(client.clone(), "shop");
            taken(&groups, "ProtectionGroup", group(), project::group(&group_report, None, now)).await;
            let operations: Api<RecoveryOperation> = Api::namespaced(client.clone(), "shop");
            taken(&operations, "RecoveryOperation", order(), project::operation(&operation_report, None, 1, now)).await;
            let decisions: Api<OperationDecision> = Api::namespaced(client, "shop");
            let spec = json!({ "operationRef": { "name": "o", "uid": "u" }, "action": "Abandon", "reason": "r" });
            taken(&decisions, "OperationDecision", spec, project::answer(&decision_report, 1)).await;
        });
    }
}

/// What a person must see survives the cutting: which parts failed, and that a message goes on.
#[test]
fn of_a_job_with_too_many_parts_the_failed_ones_are_shown() {
    let mut odd = Odd {
        texts: vec!["\"".repeat(3000)],
        numbers: vec![299],
        used: 0,
    };
    let status = project::operation(&odd.operation(), None, 1, Timestamp::UNIX_EPOCH);
    let job = status.job.unwrap();
    assert!(
        !job.sub_jobs.is_empty() && job.sub_jobs.len() < 100,
        "{}",
        job.sub_jobs.len()
    );
    assert_eq!(job.sub_jobs_total, 299);
    let message = status.message.unwrap();
    assert!(message.ends_with('…') && message.len() <= 1024, "{}", message.len());
    assert_eq!(job.id.len(), 128, "a word carries no mark");
}
