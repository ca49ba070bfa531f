//! A provider that breaks the contract in one way, around one that keeps it.
//! It must not break two rules where one is meant: the table of the test says which.

mod call;

use crate::bench::SimulatorBench;
use async_trait::async_trait;
use call::SloppyCall;
use jiff::Timestamp;
use stationmaster_engine::{
    Effect, Fact, JobReport, JobStatus, Observation, Obstacle, OperationType, Permit, Phase, Plan, Reason, Station,
    StepKind,
};
use stationmaster_provider::contract::{Bench, Dress, Dressed};
use stationmaster_provider::{
    CallRequest, ConnectionFacts, Fault, FaultClass, LostCall, PreparedCall, Provider, Scope,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sloppy {
    IdentityWithACounter,
    IdentityIsTheAddress,
    AnotherScope,
    DeniedIsTransient,
    UnsentIsTransient,
    CertificateIsUnreachable,
    ListWithoutRevision,
    NotFoundIsTransient,
    UnknownWordIsPermission,
    EverythingIsPermitted,
    FingerprintStandsStill,
    ReadingsWobble,
    HealthIsPosition,
    ReadsWrite,
    StepsOfOneName,
    EffectOfAnotherCall,
    FactsForgotten,
    FactsAlwaysHold,
    PrepareSends,
    SendsTwice,
    RefusalWithoutCode,
    AmbiguousIsNotSent,
    AmbiguousIsSentAgain,
    ForgetsRetryAfter,
    LapsedIsAmbiguous,
    FreshRecords,
    FitsAnything,
    NeverEnds,
    AnyJobWillDo,
    FailureIsSuccess,
    GoneIsAnError,
    JobsWordIsTheRole,
    FindsNothing,
    FindsOldJobs,
    FindsHeldJobs,
    TellsSecrets,
    UndeclaredObstacle,
    ObstacleOfTheCore,
}

struct SloppyProvider {
    inner: Arc<dyn Provider>,
    sloppy: Sloppy,
    count: AtomicU32,
    secrets: Vec<String>,
}

impl SloppyProvider {
    fn worsen(&self, mut fault: Fault) -> Fault {
        match (self.sloppy, &fault.class) {
            (Sloppy::DeniedIsTransient, FaultClass::Denied) => fault.class = FaultClass::Transient,
            (Sloppy::UnsentIsTransient, FaultClass::NotSent) => fault.class = FaultClass::Transient,
            (Sloppy::NotFoundIsTransient, FaultClass::Rejected { .. }) => fault.class = FaultClass::Transient,
            (Sloppy::CertificateIsUnreachable, _) => fault.reason = Reason::ProviderUnreachable,
            (Sloppy::TellsSecrets, _) => fault.message = self.secrets.join(" "),
            _ => {}
        }
        fault
    }

    fn see(&self, mut seen: Observation) -> Observation {
        let open = |seen: &mut Observation| {
            seen.permits = OperationType::ALL
                .into_iter()
                .map(|operation| (operation, Permit::Open))
                .collect();
        };
        match self.sloppy {
            Sloppy::UnknownWordIsPermission if seen.phase == Phase::Unknown => open(&mut seen),
            Sloppy::EverythingIsPermitted => open(&mut seen),
            Sloppy::FingerprintStandsStill => {
                seen.fingerprint.status = "same".to_owned();
                seen.fingerprint.active = Station::Source.into();
                seen.fingerprint.revision = Some("same".to_owned());
            }
            Sloppy::ReadingsWobble => {
                let count = self.count.fetch_add(1, Ordering::SeqCst);
                seen.fingerprint.revision = Some(count.to_string());
            }
            Sloppy::HealthIsPosition => seen.fingerprint.status.push_str(seen.replication.state.as_str()),
            Sloppy::UndeclaredObstacle => {
                let (reason, message) = (Reason::Other("MadeUp"), String::new());
                seen.permits
                    .insert(OperationType::Reprotect, Permit::Closed { reason, message });
            }
            Sloppy::FactsForgotten => seen.facts.clear(),
            Sloppy::FactsAlwaysHold => seen.facts.values_mut().for_each(|fact| *fact = Fact::Holds),
            Sloppy::JobsWordIsTheRole => seen.active = Station::Target.into(),
            _ => {}
        }
        seen
    }
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
        let scope = self.inner.identity().await.map_err(|fault| self.worsen(fault))?;
        Ok(match self.sloppy {
            Sloppy::IdentityWithACounter => Scope::new(format!("{}{:p}", scope.as_str(), self)),
            Sloppy::IdentityIsTheAddress => Scope::new(format!("{}/{}", self.inner.endpoint(), scope.as_str())),
            Sloppy::AnotherScope => Scope::new(format!("{}x", scope.as_str())),
            _ => scope,
        })
    }

    fn plan(&self, operation: OperationType, target: Station, seen: &Observation) -> Option<Plan> {
        let mut plan = self.inner.plan(operation, target, seen)?;
        if self.sloppy == Sloppy::StepsOfOneName {
            plan.steps.iter_mut().for_each(|step| step.name = "Step".to_owned());
        }
        let effects = plan.steps.iter_mut().filter_map(|step| match &mut step.kind {
            StepKind::Call(call) => Some(&mut call.effect),
            _ => None,
        });
        if self.sloppy == Sloppy::EffectOfAnotherCall {
            effects.for_each(|effect| *effect = Effect::Partway);
        }
        Some(plan)
    }

    fn capabilities(&self) -> Vec<String> {
        self.inner.capabilities()
    }

    fn obstacles(&self) -> &'static [Obstacle] {
        const CORE: &[Obstacle] = &[Obstacle {
            word: "Succeeded",
            meaning: "It is so.",
            todo: "",
        }];
        match self.sloppy {
            Sloppy::ObstacleOfTheCore => CORE,
            _ => self.inner.obstacles(),
        }
    }

    async fn connect(&self) -> Result<ConnectionFacts, Fault> {
        self.inner.connect().await.map_err(|fault| self.worsen(fault))
    }

    async fn list(&self) -> Result<BTreeMap<String, Observation>, Fault> {
        let list = self.inner.list().await.map_err(|fault| self.worsen(fault))?;
        let list = list.into_iter().map(|(id, seen)| {
            let mut seen = self.see(seen);
            if self.sloppy == Sloppy::ListWithoutRevision {
                seen.fingerprint.revision = None;
            }
            (id, seen)
        });
        Ok(list.collect())
    }

    async fn observe(&self, object: &str) -> Result<Observation, Fault> {
        if self.sloppy == Sloppy::ReadsWrite {
            let request = CallRequest {
                object: object.to_owned(),
                action: "stop-server-group".to_owned(),
                endpoint: "sdrs".to_owned(),
                operation: OperationType::DisableProtection,
                target: Station::Source,
                recorded_at: Timestamp::now(),
                operation_name: String::new(),
                step: String::new(),
                attempt: 1,
                dedupe_key: String::new(),
                expected_revision: None,
                part: None,
            };
            self.inner.prepare(&request).await?.send().await;
        }
        let seen = self.inner.observe(object).await.map_err(|fault| self.worsen(fault))?;
        Ok(self.see(seen))
    }

    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        let mut call = call.clone();
        if self.sloppy == Sloppy::FreshRecords {
            call.recorded_at = Timestamp::now();
        }
        if self.sloppy == Sloppy::FitsAnything {
            call.action = "stop-server-group".to_owned();
            call.operation = OperationType::DisableProtection;
        }
        let again = match self.sloppy {
            Sloppy::SendsTwice | Sloppy::AmbiguousIsSentAgain => 2,
            _ => 1,
        };
        let mut calls = Vec::new();
        for _ in 0..again {
            calls.push(self.inner.prepare(&call).await.map_err(|fault| self.worsen(fault))?);
        }
        if self.sloppy == Sloppy::PrepareSends {
            self.inner.prepare(&call).await?.send().await;
        }
        Ok(Box::new(SloppyCall {
            calls,
            sloppy: self.sloppy,
        }))
    }

    async fn poll(&self, action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        let mut report = self
            .inner
            .poll(action, operation, job)
            .await
            .map_err(|fault| self.worsen(fault))?;
        match (self.sloppy, &report.status) {
            (Sloppy::NeverEnds, _) => report.status = JobStatus::Running,
            (Sloppy::AnyJobWillDo, _) => report.expected_type = true,
            (Sloppy::FailureIsSuccess, JobStatus::Failed { .. }) => report.status = JobStatus::Succeeded,
            (Sloppy::GoneIsAnError, JobStatus::Gone) => {
                return Err(Fault::new(FaultClass::Transient, Reason::ProviderError, "gone"));
            }
            _ => {}
        }
        Ok(report)
    }

    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        let mut lost = lost.clone();
        if self.sloppy == Sloppy::FindsOldJobs {
            lost.request.recorded_at = Timestamp::UNIX_EPOCH;
        }
        if self.sloppy == Sloppy::FindsHeldJobs {
            lost.held_jobs.clear();
        }
        let found = self.inner.find(&lost).await.map_err(|fault| self.worsen(fault))?;
        Ok(found.filter(|_| self.sloppy != Sloppy::FindsNothing))
    }
}

pub fn sloppy_bench(inner: SimulatorBench, sloppy: Sloppy) -> Dressed<SimulatorBench> {
    let secrets = inner.secrets();
    let dress: Dress = Box::new(move |inner| {
        Arc::new(SloppyProvider {
            inner,
            sloppy,
            count: AtomicU32::new(0),
            secrets: secrets.clone(),
        })
    });
    Dressed { inner, dress }
}
