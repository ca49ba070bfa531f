//! A provider that does as it is told.
//! It must not judge.

use super::super::*;
use super::stage::{Manner, Shared};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::vendors::{Inputs, Vendors};
use stationmaster_engine::{JobReport, Observation, Obstacle, OperationType, Plan, Station};
use stationmaster_provider::{
    CallRequest, ConnectionFacts, Fault, FaultClass, LostCall, PreparedCall, Provider, Scope,
};
use std::collections::BTreeMap;

pub(super) struct Fakes(pub(super) Shared);

impl Vendors for Fakes {
    fn client(
        &self,
        object: &ProtectionProvider,
        _: &Inputs,
        _: &Clock,
        _: &Arc<Metrics>,
    ) -> Result<Arc<dyn Provider>, NotReady> {
        let fake = Arc::new(Fake(Arc::clone(&self.0), object.namespace().unwrap_or_default()));
        let mut state = self.0.lock().unwrap();
        state.made += 1;
        state.client = Some(Arc::downgrade(&fake));
        Ok(fake)
    }
}

pub struct Fake(Shared, String);

struct Hanging(Shared);

impl Drop for Hanging {
    fn drop(&mut self) {
        self.0.lock().unwrap().hanging -= 1;
    }
}

impl Fake {
    async fn answer<T>(&self, well: T) -> Result<T, Fault> {
        let manner = {
            let mut state = self.0.lock().unwrap();
            state.asked += 1;
            state.manners.get(&self.1).copied().unwrap_or(Manner::Well)
        };
        match manner {
            Manner::Well => Ok(well),
            Manner::Hangs => {
                self.0.lock().unwrap().hanging += 1;
                let _hanging = Hanging(Arc::clone(&self.0));
                std::future::pending().await
            }
            Manner::Fails => {
                let words = format!("HTTP 403, request {}", self.0.lock().unwrap().asked);
                Err(Fault::new(FaultClass::Transient, Reason::ProviderError, words))
            }
        }
    }
}

#[async_trait::async_trait]
impl Provider for Fake {
    fn kind(&self) -> &'static str {
        "fake"
    }
    fn plan(&self, _: OperationType, _: Station, _: &Observation) -> Option<Plan> {
        None
    }
    fn capabilities(&self) -> Vec<String> {
        Vec::new()
    }
    fn endpoint(&self) -> String {
        "fake".to_owned()
    }
    fn obstacles(&self) -> &'static [Obstacle] {
        &[]
    }
    async fn identity(&self) -> Result<Scope, Fault> {
        Ok(Scope::new("scope"))
    }
    async fn connect(&self) -> Result<ConnectionFacts, Fault> {
        self.answer(ConnectionFacts::default()).await
    }
    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault> {
        self.answer(BTreeMap::new()).await
    }
    async fn observe(&self, _: &str) -> Result<Observation, Fault> {
        unreachable!("nobody asks")
    }
    async fn prepare(&self, _: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        unreachable!("nobody asks")
    }
    async fn poll(&self, _: &str, _: OperationType, _: &str) -> Result<JobReport, Fault> {
        unreachable!("nobody asks")
    }
    async fn find(&self, _: &LostCall) -> Result<Option<JobReport>, Fault> {
        unreachable!("nobody asks")
    }
}
