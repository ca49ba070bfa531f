//! Hands the proof provider to the operator as if it were one that it serves, and spoils it where a test wants that.
//! It must not change what the provider says, unless it is told to be wrong.

use crate::wrong::Wrong;
use async_trait::async_trait;
use stationmaster::clock::Clock;
use stationmaster::metrics::Metrics;
use stationmaster::observe::NotReady;
use stationmaster::vendors::{Inputs, Vendors};
use stationmaster_api::ProtectionProvider;
use stationmaster_engine::{JobReport, JobStatus, Observation, Obstacle, OperationType, Phase, Plan, Station};
use stationmaster_provider::{
    CallOutcome, CallRequest, ConnectionFacts, Fault, LostCall, PreparedCall, Provider, Scope,
};
use stationmaster_provider_proof::{ProofProvider, Wire};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The proof provider for every ProtectionProvider.
pub struct Proof {
    /// Where it is reached.
    pub wire: Arc<Wire>,
    /// Which replica asks.
    pub replica: String,
    /// How it is wrong.
    pub wrong: Wrong,
}

impl Vendors for Proof {
    fn client(
        &self,
        _: &ProtectionProvider,
        _: &Inputs,
        clock: &Clock,
        _: &Arc<Metrics>,
    ) -> Result<Arc<dyn Provider>, NotReady> {
        Ok(Arc::new(Served {
            inner: Arc::new(ProofProvider::new(Arc::clone(&self.wire), &self.replica)),
            wrong: self.wrong,
            clock: clock.clone(),
            seen: Mutex::default(),
            believed: Arc::default(),
        }))
    }
}

struct Served {
    inner: Arc<ProofProvider>,
    wrong: Wrong,
    clock: Clock,
    /// Where production was meant to go by the last call.
    believed: Arc<Mutex<Option<Station>>>,
    /// What was seen last of each object, and whether a call to it has been made ready since.
    seen: Mutex<BTreeMap<String, (Observation, bool)>>,
}

impl Served {
    /// What was seen, made wrong where it is to be.
    fn spoilt(&self, mut seen: Observation) -> Observation {
        match self.wrong {
            Wrong::Restless => seen.replication.last_sync = Some(self.clock.now()),
            Wrong::Believes => {
                if let Some(station) = *self.believed.lock().unwrap() {
                    seen.active = station.into();
                    seen.phase = Phase::Protected;
                }
            }
            _ => {}
        }
        seen
    }
}

#[async_trait]
impl Provider for Served {
    fn kind(&self) -> &'static str {
        // The one kind that a group can name and this version serves.
        "sdrs"
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
        let listed = self.inner.list().await?;
        Ok(listed.into_iter().map(|(id, seen)| (id, self.spoilt(seen))).collect())
    }

    async fn observe(&self, object: &str) -> Result<Observation, Fault> {
        if self.wrong == Wrong::LooksBeforeIt
            && let Some((seen, ready)) = self.seen.lock().unwrap().get_mut(object)
            && std::mem::take(ready)
        {
            return Ok(seen.clone());
        }
        let seen = self.spoilt(self.inner.observe(object).await?);
        let remembered = (seen.clone(), false);
        self.seen.lock().unwrap().insert(object.to_owned(), remembered);
        Ok(seen)
    }

    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        let first = self.inner.prepare(call).await?;
        if let Some((_, ready)) = self.seen.lock().unwrap().get_mut(&call.object) {
            *ready = true;
        }
        if self.wrong == Wrong::Believes {
            let (believed, target) = (Arc::clone(&self.believed), call.target);
            return Ok(Box::new(Believing {
                first,
                believed,
                target,
            }));
        }
        if self.wrong != Wrong::Resends {
            return Ok(first);
        }
        let second = self.inner.prepare(call).await?;
        Ok(Box::new(Twice { first, second }))
    }

    async fn poll(&self, action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        let mut report = self.inner.poll(action, operation, job).await?;
        match self.wrong {
            Wrong::NeverEnds => report.status = JobStatus::Running,
            Wrong::Believes => report.status = JobStatus::Succeeded,
            _ => {}
        }
        Ok(report)
    }

    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        self.inner.find(lost).await
    }
}

struct Believing {
    first: Box<dyn PreparedCall>,
    believed: Arc<Mutex<Option<Station>>>,
    target: Station,
}

#[async_trait]
impl PreparedCall for Believing {
    async fn send(self: Box<Self>) -> CallOutcome {
        let answer = self.first.send().await;
        *self.believed.lock().unwrap() = Some(self.target);
        answer
    }
}

struct Twice {
    first: Box<dyn PreparedCall>,
    second: Box<dyn PreparedCall>,
}

#[async_trait]
impl PreparedCall for Twice {
    async fn send(self: Box<Self>) -> CallOutcome {
        match self.first.send().await {
            CallOutcome::Ambiguous { .. } => self.second.send().await,
            answer => answer,
        }
    }
}
