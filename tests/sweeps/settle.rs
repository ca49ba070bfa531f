//! Waits for the end of a point, gives an honest person's answer where one is asked for, and judges.
//! It must not stop waiting because something cannot be reached: that is what these stories are about.

use crate::moment::Point;
use crate::oracle::{Seen, violations};
use crate::tally::judged;
use stationmaster_api::{DecisionAction, OperationState, RecoveryOperation};
use std::time::{Duration, Instant};

/// How long an operation may take until it has ended or is in doubt, once nothing goes wrong any more.
const LONGEST: Duration = Duration::from_secs(300);
/// How long is looked on after the end: what must not happen again would happen now.
const QUIET: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(200);

enum End {
    Ended,
    Doubt(String),
    Neither,
}

fn end(operation: &RecoveryOperation) -> Option<End> {
    let status = operation.status.as_ref()?;
    if status.has_ended() {
        return Some(End::Ended);
    }
    let in_doubt =
        status.state == Some(OperationState::Unknown) && status.reason.as_deref() == Some("SubmissionUnknown");
    let step = status
        .steps
        .iter()
        .find(|step| step.reason.as_deref() == Some("SubmissionUnknown"))?;
    in_doubt.then(|| End::Doubt(step.name.clone()))
}

impl Point {
    /// Waits until it is over, judges it, and counts it.
    pub async fn settles(&self) {
        let seen = self.seen().await;
        eprintln!("{}: {seen}", self.name);
        judged(&self.name, &violations(&seen));
    }

    /// What there is to be seen once it is over.
    pub async fn seen(&self) -> Seen {
        let mut doubted = false;
        if let End::Doubt(step) = self.next_end().await {
            doubted = true;
            self.answer(&step).await;
            self.next_end().await;
        }
        tokio::time::sleep(QUIET).await;
        let (cloud, cluster) = (self.scene.cloud(), self.scene.cluster());
        let group = cloud.group(crate::stage::GROUP).await.unwrap();
        let operation: Option<RecoveryOperation> = cluster.find(&self.operation).await.unwrap();
        Seen {
            asked: self.asked,
            calls: self.scene.calls().await,
            status: group.status,
            station: group.priority_station,
            operation: operation.map(|operation| {
                let status = operation.status.unwrap_or_default();
                (status.state, status.reason)
            }),
            doubted,
            may_doubt: self.may_doubt,
            may_end: self.may_end,
        }
    }

    async fn next_end(&self) -> End {
        let started = Instant::now();
        while started.elapsed() < LONGEST {
            if let Ok(Some(operation)) = self.scene.cluster().find::<RecoveryOperation>(&self.operation).await
                && let Some(end) = end(&operation)
            {
                return end;
            }
            tokio::time::sleep(PAUSE).await;
        }
        End::Neither
    }

    /// Somebody looks at the cloud and says what is so.
    async fn answer(&self, step: &str) {
        let executed = self.scene.calls().await.iter().any(|call| call.accepted);
        let action = if executed {
            DecisionAction::Executed
        } else {
            DecisionAction::NotExecuted
        };
        self.scene.decide(&self.operation, Some(step), action).await;
    }
}
