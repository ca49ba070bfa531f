//! The provider contract over a shared world: a connection with its credentials, its deadline and its wire.
//! It must not repeat a mutating call, nor know more of the world than its variant shows.

mod call;
mod fault;
mod read;

use crate::Variant;
use crate::wire::{What, Wire};
use async_trait::async_trait;
use jiff::SignedDuration;
use stationmaster_engine::{Depth, JobReport, Observation, OperationType, Plan, Reason, Resolution, Station};
use stationmaster_provider::{
    CallRequest, ConnectionFacts, Fault, FaultClass, LostCall, PreparedCall, Provider, Scope,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A recorded call is signed within this time, or not at all, in seconds.
const SEND_BUDGET_SECONDS: i64 = 60;

/// How a connection stands to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// As it should.
    Good,
    /// Its credentials are wrong.
    WrongCredentials,
    /// Nobody listens where it leads.
    NobodyListens,
    /// The certificate there is one that it does not trust.
    UntrustedCertificate,
}

/// One connection.
pub struct ProofProvider {
    wire: Arc<Wire>,
    variant: Variant,
    name: String,
    secret: String,
    timeout: Duration,
    access: Access,
    endpoint: String,
}

impl ProofProvider {
    /// A good connection with a deadline of two seconds for each exchange; `name` tells it from others on the same wire.
    pub fn new(wire: Arc<Wire>, name: &str) -> ProofProvider {
        let variant = wire.world(|world| world.variant);
        ProofProvider {
            wire,
            variant,
            name: name.to_owned(),
            secret: "proof-Passw0rd".to_owned(),
            timeout: Duration::from_secs(2),
            access: Access::Good,
            endpoint: "proof.invalid".to_owned(),
        }
    }

    /// The same with another deadline.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> ProofProvider {
        ProofProvider { timeout, ..self }
    }

    /// The same by another address.
    #[must_use]
    pub fn at(self, endpoint: &str) -> ProofProvider {
        let endpoint = endpoint.to_owned();
        ProofProvider { endpoint, ..self }
    }

    /// The same with a flaw.
    #[must_use]
    pub fn with_access(self, access: Access) -> ProofProvider {
        ProofProvider { access, ..self }
    }

    /// What must never be read in a text of this connection.
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

#[async_trait]
impl Provider for ProofProvider {
    fn kind(&self) -> &'static str {
        "proof"
    }

    fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    async fn identity(&self) -> Result<Scope, Fault> {
        Ok(Scope::new("proof"))
    }

    fn there_and_back(&self) -> Option<Duration> {
        let seconds = u64::from(self.variant.there_and_back_seconds);
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    fn plan(&self, operation: OperationType, target: Station, seen: &Observation) -> Option<Plan> {
        self.variant.plan(operation, target, seen)
    }

    fn capabilities(&self) -> Vec<String> {
        let has = OperationType::ALL.iter().filter(|o| self.variant.lacks != Some(**o));
        let mut words: Vec<String> = has.map(|o| o.as_str().to_owned()).collect();
        if self.variant.finds_jobs {
            words.push("JobSearch".to_owned());
        }
        words
    }

    fn obstacles(&self) -> &'static [stationmaster_engine::Obstacle] {
        crate::obstacles::OBSTACLES
    }

    async fn connect(&self) -> Result<ConnectionFacts, Fault> {
        self.read(What::Connect, |_| {
            Ok(ConnectionFacts {
                api_version: None,
                scope: "proof".to_owned(),
                quotas: Vec::new(),
            })
        })
        .await
    }

    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault> {
        self.read(What::List, |world| {
            let ids = world.ids().map(str::to_owned);
            Ok(ids
                .filter_map(|id| world.observe(&id, Depth::Listed).map(|seen| (id, seen)))
                .collect())
        })
        .await
    }

    async fn observe(&self, object: &str) -> Result<Observation, Fault> {
        let what = What::Observe {
            object: object.to_owned(),
        };
        self.read(what, |world| {
            world.observe(object, Depth::Full).ok_or_else(|| {
                let code = "PROOF.0404".to_owned();
                let message = format!("PROOF.0404: there is no {object}");
                Fault::new(FaultClass::Rejected { code }, Reason::ProtectionObjectNotFound, message)
            })
        })
        .await
    }

    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        let not_sent = |message: String| Fault::new(FaultClass::NotSent, Reason::CallNotSent, message);
        let planned = self.variant.calls_of(call.operation);
        if !planned
            .iter()
            .any(|c| c.action == call.action && c.endpoint == call.endpoint)
        {
            let message = format!("{} at {} is no call of {}", call.action, call.endpoint, call.operation);
            return Err(not_sent(message));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if call.object.is_empty() || !call.object.chars().all(plain) {
            return Err(not_sent(format!("{:?} cannot be an id", call.object)));
        }
        if self.access != Access::Good {
            return Err(fault::of_access(self.access));
        }
        let revision = self.variant.resolution_of(call.operation) == Resolution::Revision;
        if revision && call.expected_revision.is_none() {
            return Err(not_sent("the call expects no revision".to_owned()));
        }
        let now = self.wire.now();
        let age = now.duration_since(call.recorded_at);
        if age > SignedDuration::from_secs(SEND_BUDGET_SECONDS) {
            let message = format!("the call was recorded {} s ago and is not sent any more", age.as_secs());
            return Err(not_sent(message));
        }
        Ok(Box::new(call::Prepared::new(self, call.clone(), now)))
    }

    async fn poll(&self, action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        let what = What::Poll { job: job.to_owned() };
        self.read(what, |world| {
            world
                .poll(action, operation, job)
                .ok_or_else(|| fault::transient("jobs cannot be read"))
        })
        .await
    }

    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        if !self.variant.finds_jobs {
            return Ok(None);
        }
        let asked = What::Find(lost.request.clone());
        self.read(asked, |world| Ok(world.find(lost))).await
    }
}
