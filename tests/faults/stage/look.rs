//! What is looked at: the ledger's journal, the cloud's journal, statuses and conditions.
//! It must not take the operator's word for what the cloud did.

use super::{GROUP, Scene, until};
use jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use kube::api::PostParams;
use serde_json::Value;
use stationmaster_api::{Condition, GroupLedger, OperationState, ProtectionGroup, RecoveryOperation};
use stationmaster_simulator::JournalEntry;
use std::time::Duration;

/// A condition by its type.
pub fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.type_ == kind)
}

/// Why a condition is as it is; none unless it has that status.
pub fn reason<'a>(conditions: &'a [Condition], kind: &str, status: &str) -> Option<&'a str> {
    condition(conditions, kind)
        .filter(|condition| condition.status == status)
        .map(|condition| condition.reason.as_str())
}

fn last_call(ledger: &GroupLedger) -> Option<&str> {
    let steps = ledger.spec.record.get("operation")?["steps"].as_array()?;
    let mut last = steps
        .iter()
        .rev()
        .filter_map(|step| step["submissions"].as_array()?.last());
    last.next()?["state"]["is"].as_str()
}

impl Scene {
    /// The group.
    pub async fn group(&self) -> ProtectionGroup {
        self.cluster().get(GROUP).await.unwrap()
    }

    /// What the ledger records of the group.
    pub async fn record(&self) -> Value {
        let ledger: GroupLedger = self.own.get(&self.ledger).await.unwrap();
        Value::Object(ledger.spec.record)
    }

    /// What the ledger says of the newest call of the running operation: `recorded`, `ambiguous`, `accepted`, …
    pub async fn last_call(&self) -> Option<String> {
        let ledger: GroupLedger = self.own.get(&self.ledger).await.unwrap();
        last_call(&ledger).map(str::to_owned)
    }

    /// Waits until the ledger says so of the newest call.
    pub async fn call_is(&self, state: &str) {
        let what = format!("{}: has a call that is {state}", self.name);
        let so = |ledger: &GroupLedger| last_call(ledger) == Some(state);
        self.own.wait_for(&self.ledger, &what, so).await.unwrap();
    }

    /// Makes the newest call of the running operation so much older in the ledger, as it would be if the operator had been down for that
    /// long. Only while no operator runs.
    pub async fn age_last_call(&self, seconds: i64) {
        let mut ledger: GroupLedger = self.own.get(&self.ledger).await.unwrap();
        let mut record = Value::Object(std::mem::take(&mut ledger.spec.record));
        let steps = record["operation"]["steps"].as_array_mut().unwrap();
        let last = steps
            .iter_mut()
            .rev()
            .find_map(|step| step.get_mut("submissions")?.as_array_mut()?.last_mut())
            .unwrap();
        let recorded: Timestamp = last["recordedAt"].as_str().unwrap().parse().unwrap();
        last["recordedAt"] = (recorded - SignedDuration::from_secs(seconds)).to_string().into();
        ledger.spec.record = serde_json::from_value(record).unwrap();
        let api = self.own.api::<GroupLedger>();
        api.replace(&ledger.name_any(), &PostParams::default(), &ledger)
            .await
            .unwrap();
    }

    /// Every call that the cloud got for the group.
    pub async fn calls(&self) -> Vec<JournalEntry> {
        self.cloud().calls_on(GROUP).await.unwrap()
    }

    /// The actions of the calls that the cloud carried out, in their order.
    pub async fn done(&self) -> Vec<String> {
        let mut accepted: Vec<JournalEntry> = self.calls().await.into_iter().filter(|call| call.accepted).collect();
        assert!(accepted.iter().all(|call| call.duplicates == 0), "{accepted:?}");
        accepted.sort_by_key(|call| call.accepted_order);
        accepted.into_iter().filter_map(|call| call.action).collect()
    }

    /// Waits until the cloud has got a call that is so.
    pub async fn call_arrives(&self, what: &str, is_so: impl Fn(&JournalEntry) -> bool) {
        let what = format!("{}: a call arrives that {what}", self.name);
        until(&what, async || self.calls().await.iter().any(&is_so)).await;
    }

    /// Waits until an operation stands so.
    pub async fn stands(&self, operation: &str, state: OperationState, reason: &str) -> RecoveryOperation {
        let what = format!("{}: is {state} because of {reason}", self.name);
        let so = |o: &RecoveryOperation| {
            let status = o.status.as_ref();
            status.is_some_and(|s| s.state == Some(state) && s.reason.as_deref() == Some(reason))
        };
        // Half a minute of looking for evidence, and what may come before it.
        let patient = self.cluster().within(Duration::from_secs(270));
        patient.wait_for(operation, &what, so).await.unwrap()
    }

    /// Waits for the end of an operation, which must be this one.
    pub async fn ends(&self, operation: &str, state: OperationState, reason: &str) -> RecoveryOperation {
        let ended = |o: &RecoveryOperation| o.status.as_ref().is_some_and(|status| status.has_ended());
        let patient = self.cluster().within(Duration::from_secs(300));
        let what = format!("{}: has ended", self.name);
        let ended = patient.wait_for(operation, &what, ended).await.unwrap();
        let status = ended.status.as_ref().unwrap();
        let how = (status.state, status.reason.as_deref());
        assert_eq!(how, (Some(state), Some(reason)), "{}: {:?}", self.name, status.message);
        ended
    }

    /// Waits until nobody knows what became of a call: the operation and the group say so, and what to look at.
    pub async fn in_doubt(&self, operation: &str) -> RecoveryOperation {
        let unknown = self
            .stands(operation, OperationState::Unknown, "SubmissionUnknown")
            .await;
        let status = unknown.status.as_ref().unwrap();
        assert_eq!(status.finished_at, None, "{}: it has not ended", self.name);
        let message = status.message.as_deref().unwrap_or_default();
        for part in ["Look at the group and its jobs", "Executed, NotExecuted or Abandon"] {
            assert!(message.contains(part), "{}: {message}", self.name);
        }
        assert_eq!(
            reason(&status.conditions, "Stalled", "True"),
            Some("SubmissionUnknown"),
            "{}",
            self.name
        );
        let says_so = |group: &ProtectionGroup| {
            let conditions = group.status.as_ref().map(|status| status.conditions.as_slice());
            reason(conditions.unwrap_or_default(), "Stalled", "True") == Some("SubmissionUnknown")
        };
        let cluster = self.cluster();
        cluster
            .wait_for(GROUP, "says that it is stalled", says_so)
            .await
            .unwrap();
        unknown
    }

    /// The present token, which must not be the one that the operation used up. The operation's status is written a moment before the group's.
    pub async fn new_token(&self, operation: &RecoveryOperation) -> String {
        let used = operation.spec.priority_token.as_ref();
        let another = |group: &ProtectionGroup| {
            let shown = group.status.as_ref().and_then(|status| status.priority_token.as_ref());
            shown.is_some() && shown != used
        };
        let cluster = self.cluster();
        cluster.wait_for(GROUP, "shows another token", another).await.unwrap();
        self.environment.token(GROUP).await.unwrap()
    }
}
