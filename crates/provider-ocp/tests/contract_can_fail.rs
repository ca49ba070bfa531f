//! That the suite notices a provider which does one thing wrong with jobs that wait; what every provider can do wrong SDRS's tests show.
//! It must not break a second rule.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use async_trait::async_trait;
use bench::{Auth, SimulatorBench};
use stationmaster_engine::{JobReport, JobStatus, Observation, Obstacle, OperationType, PartAction, Plan, Station};
use stationmaster_provider::contract::{Dressed, RULES};
use stationmaster_provider::{CallRequest, ConnectionFacts, Fault, LostCall, PreparedCall, Provider, Scope};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sloppy {
    /// A job that waits is told as one that has failed.
    WaitingIsFailed,
    /// A job that waits offers nothing.
    OffersNothing,
    /// What is offered is offered of a part that nobody knows.
    OffersOfNoPart,
    /// Any word is taken for what is done with a part.
    FitsAnything,
}

struct SloppyProvider {
    inner: Arc<dyn Provider>,
    sloppy: Sloppy,
}

#[async_trait]
impl Provider for SloppyProvider {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn endpoint(&self) -> String {
        self.inner.endpoint()
    }

    async fn identity(&self) -> Result<Scope, Fault> {
        self.inner.identity().await
    }

    fn plan(&self, operation: OperationType, target: Station, seen: &Observation) -> Option<Plan> {
        self.inner.plan(operation, target, seen)
    }

    fn capabilities(&self) -> Vec<String> {
        self.inner.capabilities()
    }

    fn obstacles(&self) -> &'static [Obstacle] {
        self.inner.obstacles()
    }

    async fn connect(&self) -> Result<ConnectionFacts, Fault> {
        self.inner.connect().await
    }

    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault> {
        self.inner.list().await
    }

    async fn observe(&self, object: &str) -> Result<Observation, Fault> {
        self.inner.observe(object).await
    }

    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        let mut call = call.clone();
        if let (Sloppy::FitsAnything, Some(part)) = (self.sloppy, &call.part)
            && part.action == PartAction::Retry
        {
            "retry-subtask".clone_into(&mut call.action);
        }
        self.inner.prepare(&call).await
    }

    async fn poll(&self, action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        let mut report = self.inner.poll(action, operation, job).await?;
        if let JobStatus::Waiting { message, offers } = &mut report.status {
            match self.sloppy {
                Sloppy::WaitingIsFailed => {
                    let (code, message) = (Some("TSK".to_owned()), message.clone());
                    report.status = JobStatus::Failed { code, message };
                }
                Sloppy::OffersNothing => offers.clear(),
                Sloppy::OffersOfNoPart => offers.iter_mut().for_each(|offer| offer.part.push('9')),
                Sloppy::FitsAnything => {}
            }
        }
        Ok(report)
    }

    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        self.inner.find(lost).await
    }
}

#[tokio::test]
async fn each_sloppiness_is_noticed() {
    let rule = RULES.iter().find(|rule| rule.number == 40).unwrap();
    for sloppy in [
        Sloppy::WaitingIsFailed,
        Sloppy::OffersNothing,
        Sloppy::OffersOfNoPart,
        Sloppy::FitsAnything,
    ] {
        let auth = match sloppy {
            Sloppy::WaitingIsFailed => Auth::AccessKey,
            _ => Auth::Basic,
        };
        let bench = Dressed {
            inner: SimulatorBench::new(auth, false).await,
            dress: Box::new(move |inner| Arc::new(SloppyProvider { inner, sloppy })),
        };
        assert!(rule.check(&bench).await.is_err(), "{sloppy:?} passes: {}", rule.text);
    }
}
