//! The provider of a run, as the operator reaches it: the provider for proof, and before it whatever goes wrong.
//! It must not send twice, nor change what is seen but where a test says so.

use super::how::{How, Reading, Sending};
use super::offset::Offset;
use super::trouble::Trouble;
use async_trait::async_trait;
use stationmaster::clock::Clock;
use stationmaster::metrics::Metrics;
use stationmaster::observe::NotReady;
use stationmaster::vendors::{Inputs, Vendors};
use stationmaster_api::ProtectionProvider;
use stationmaster_engine::{JobReport, Observation, Obstacle, OperationType, Permit, Plan, Reason, Station};
use stationmaster_provider::{
    CallOutcome, CallRequest, ConnectionFacts, Fault, FaultClass, LostCall, PreparedCall, Provider, Scope,
};
use stationmaster_provider_proof::{ProofProvider, Wire};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::sleep;

/// Every ProtectionProvider leads here.
pub struct Outside {
    /// The world.
    pub wire: Arc<Wire>,
    /// What goes wrong.
    pub trouble: Arc<Trouble>,
    /// Which replica asks.
    pub replica: String,
    /// How far the provider's clock goes before the true one, and the operator's.
    pub clocks: [Offset; 2],
    /// How soon production can be moved there and back, as it declares.
    pub there_and_back: Option<Duration>,
}

impl Vendors for Outside {
    fn client(
        &self,
        object: &ProtectionProvider,
        _: &Inputs,
        _: &Clock,
        _: &Arc<Metrics>,
    ) -> Result<Arc<dyn Provider>, NotReady> {
        let endpoint = object.spec.sdrs.as_ref().map(|block| block.endpoint.clone());
        Ok(Arc::new(Reached {
            inner: ProofProvider::new(Arc::clone(&self.wire), &self.replica),
            trouble: Arc::clone(&self.trouble),
            replica: self.replica.clone(),
            connection: object.metadata.name.clone().unwrap_or_default(),
            endpoint: endpoint.unwrap_or_default(),
            clocks: self.clocks.clone(),
            there_and_back: self.there_and_back,
            signed: Mutex::default(),
        }))
    }
}

struct Reached {
    inner: ProofProvider,
    trouble: Arc<Trouble>,
    replica: String,
    connection: String,
    endpoint: String,
    clocks: [Offset; 2],
    there_and_back: Option<Duration>,
    /// The objects for which a call has been signed and not looked at since.
    signed: Mutex<BTreeSet<String>>,
}

impl Reached {
    /// What a read meets before it arrives.
    async fn meets(&self, reading: Reading, urgent: bool) -> Result<(), Fault> {
        if !self.trouble.limits.admits(&self.connection, urgent).await {
            let text = "the limits let no request go";
            return Err(Fault::new(FaultClass::NotSent, Reason::ProviderThrottled, text));
        }
        self.trouble.counts(if urgent { "urgent" } else { "routine" }, reading);
        match self.trouble.of(&self.connection, reading) {
            None => Ok(()),
            Some(how) => how.happens().await,
        }
    }

    async fn looks_at(&self, object: &str, urgent: bool) -> Result<Observation, Fault> {
        let last = self.signed.lock().unwrap().remove(object);
        let reading = if last { Reading::Look } else { Reading::Observe };
        self.meets(reading, urgent).await?;
        if self.trouble.is_hanging(object) {
            How::Hangs.happens().await?;
        }
        Ok(self.shown(self.inner.observe(object).await?))
    }

    /// What is seen, with what a test adds to it.
    fn shown(&self, mut seen: Observation) -> Observation {
        seen.description = Some(self.trouble.description());
        if self.trouble.tells_nothing() {
            seen.own_station = None;
        }
        let risks = self.trouble.risks();
        if !risks.is_empty() && seen.permit(OperationType::Failover) == Permit::Open {
            seen.permits.insert(OperationType::Failover, Permit::AtRisk(risks));
        }
        seen
    }

    /// The request as the provider's clock has it: whoever signs does it by the operator's clock, and is told apart by no more than that.
    fn by_its_clock(&self, call: &CallRequest) -> CallRequest {
        let [provider, operator] = &self.clocks;
        let recorded_at = call.recorded_at + provider.get() - operator.get();
        CallRequest {
            recorded_at,
            ..call.clone()
        }
    }
}

#[async_trait]
impl Provider for Reached {
    fn kind(&self) -> &'static str {
        // The one kind that a group can name and this version serves.
        "sdrs"
    }

    fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    async fn identity(&self) -> Result<Scope, Fault> {
        self.meets(Reading::Identity, false).await?;
        // Each connection of a test has a project of its own, but for the one that leads to the group's.
        Ok(Scope::new("proof"))
    }

    fn there_and_back(&self) -> Option<Duration> {
        self.there_and_back
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
        self.meets(Reading::Connect, false).await?;
        self.inner.connect().await
    }

    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault> {
        self.meets(Reading::List, false).await?;
        let listed = self.inner.list().await?;
        Ok(listed.into_iter().map(|(id, seen)| (id, self.shown(seen))).collect())
    }

    async fn observe(&self, object: &str) -> Result<Observation, Fault> {
        self.looks_at(object, false).await
    }

    async fn observe_for_failover(&self, object: &str) -> Result<Observation, Fault> {
        self.looks_at(object, true).await
    }

    async fn observe_after_failover(&self, object: &str) -> Result<Observation, Fault> {
        self.looks_at(object, false).await
    }

    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        if let Some(how) = self.trouble.of(&self.connection, Reading::Sign) {
            how.happens().await?;
        }
        let prepared = self.inner.prepare(&self.by_its_clock(call)).await?;
        self.signed.lock().unwrap().insert(call.object.clone());
        Ok(Box::new(Prepared {
            inner: prepared,
            trouble: Arc::clone(&self.trouble),
            replica: self.replica.clone(),
            connection: self.connection.clone(),
        }))
    }

    async fn poll(&self, action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        self.meets(Reading::Poll, false).await?;
        self.inner.poll(action, operation, job).await
    }

    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        self.meets(Reading::Find, false).await?;
        self.inner.find(lost).await
    }
}

struct Prepared {
    inner: Box<dyn PreparedCall>,
    trouble: Arc<Trouble>,
    replica: String,
    connection: String,
}

#[async_trait]
impl PreparedCall for Prepared {
    async fn send(self: Box<Self>) -> CallOutcome {
        self.trouble.limits.calls(&self.connection);
        let fault = |class, reason, text: &str| Fault::new(class, reason, text);
        match self.trouble.sending() {
            None => self.inner.send().await,
            Some(Sending::TurnedAway(after)) => {
                let after = after.map(Duration::from_secs);
                fault(FaultClass::Throttled { after }, Reason::ProviderThrottled, "HTTP 429").turned_away(after)
            }
            Some(Sending::Denied) => {
                fault(FaultClass::Denied, Reason::AuthenticationFailed, "HTTP 401").turned_away(None)
            }
            Some(Sending::NeverLeaves) => {
                fault(FaultClass::NotSent, Reason::ProviderUnreachable, "no route to host").not_sent()
            }
            Some(Sending::AnswerLost) => {
                let _ = self.inner.send().await;
                CallOutcome::Ambiguous {
                    message: "the connection closed without an answer".to_owned(),
                }
            }
            Some(Sending::AnsweredLate(pause)) => {
                let answer = self.inner.send().await;
                sleep(pause).await;
                answer
            }
            Some(Sending::Dies) => {
                let _ = self.inner.send().await;
                self.trouble.dies(&self.replica);
                std::future::pending().await
            }
        }
    }
}
