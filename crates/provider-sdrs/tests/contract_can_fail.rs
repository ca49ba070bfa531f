//! Shows that the contract suite can fail: SDRS with one thing done wrong each time, and the rule that must notice.
//! It must not weaken a rule to let a sloppy provider pass.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use async_trait::async_trait;
use bench::{Auth, SimulatorBench};
use jiff::Timestamp;
use stationmaster_engine::{
    Effect, Fact, JobReport, JobStatus, Observation, Obstacle, OperationType, Permit, Phase, Plan, Reason, Station,
    StepKind,
};
use stationmaster_provider::contract::{Bench, Dress, Dressed, RULES};
use stationmaster_provider::{
    CallOutcome, CallRequest, ConnectionFacts, Fault, FaultClass, LostCall, PreparedCall, Provider, Scope,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sloppy {
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

/// The sloppiness, and the rules that must notice it.
const CASES: &[(Sloppy, &[u32])] = &[
    (Sloppy::IdentityWithACounter, &[1, 38]),
    (Sloppy::IdentityIsTheAddress, &[38]),
    (Sloppy::AnotherScope, &[2]),
    (Sloppy::DeniedIsTransient, &[3]),
    (Sloppy::UnsentIsTransient, &[4, 5]),
    (Sloppy::CertificateIsUnreachable, &[5]),
    (Sloppy::ListWithoutRevision, &[6]),
    (Sloppy::NotFoundIsTransient, &[7]),
    (Sloppy::UnknownWordIsPermission, &[8]),
    (Sloppy::EverythingIsPermitted, &[8, 9]),
    (Sloppy::FingerprintStandsStill, &[9, 10]),
    (Sloppy::ReadingsWobble, &[11]),
    (Sloppy::HealthIsPosition, &[39]),
    (Sloppy::ReadsWrite, &[12]),
    (Sloppy::StepsOfOneName, &[13]),
    (Sloppy::EffectOfAnotherCall, &[37]),
    (Sloppy::FactsForgotten, &[14]),
    (Sloppy::FactsAlwaysHold, &[15]),
    (Sloppy::PrepareSends, &[16]),
    (Sloppy::SendsTwice, &[17, 18]),
    (Sloppy::RefusalWithoutCode, &[18]),
    (Sloppy::AmbiguousIsNotSent, &[19, 21, 22, 25, 26]),
    (Sloppy::AmbiguousIsSentAgain, &[19, 20, 21, 22, 25, 26]),
    (Sloppy::ForgetsRetryAfter, &[23]),
    (Sloppy::LapsedIsAmbiguous, &[24]),
    (Sloppy::FreshRecords, &[27]),
    (Sloppy::FitsAnything, &[28]),
    (Sloppy::NeverEnds, &[29]),
    (Sloppy::AnyJobWillDo, &[30]),
    (Sloppy::FailureIsSuccess, &[31]),
    (Sloppy::GoneIsAnError, &[32]),
    (Sloppy::JobsWordIsTheRole, &[33]),
    (Sloppy::FindsNothing, &[34]),
    (Sloppy::FindsOldJobs, &[34]),
    (Sloppy::TellsSecrets, &[35]),
    (Sloppy::UndeclaredObstacle, &[36]),
    (Sloppy::ObstacleOfTheCore, &[36]),
];

#[tokio::test]
async fn each_sloppiness_is_noticed() {
    let mut unnoticed = Vec::new();
    for (sloppy, numbers) in CASES {
        for number in *numbers {
            let bench = sloppy_bench(SimulatorBench::new(Auth::Password, false).await, *sloppy);
            let rule = RULES.iter().find(|rule| rule.number == *number).unwrap();
            if rule.check(&bench).await.is_ok() {
                unnoticed.push(format!("{sloppy:?} passes rule {number}: {}", rule.text));
            }
        }
    }
    assert!(unnoticed.is_empty(), "\n{}\n", unnoticed.join("\n"));
}

#[test]
fn every_rule_has_been_seen_to_fail() {
    let seen: std::collections::BTreeSet<u32> = CASES.iter().flat_map(|(_, numbers)| numbers.iter().copied()).collect();
    let all: std::collections::BTreeSet<u32> = RULES.iter().map(|rule| rule.number).collect();
    assert_eq!(seen, all);
}

struct SloppyProvider {
    inner: Arc<dyn Provider>,
    sloppy: Sloppy,
    count: AtomicU32,
    secrets: Vec<String>,
}

struct SloppyCall {
    calls: Vec<Box<dyn PreparedCall>>,
    sloppy: Sloppy,
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

#[async_trait]
impl PreparedCall for SloppyCall {
    async fn send(self: Box<Self>) -> CallOutcome {
        let mut calls = self.calls.into_iter();
        let first = calls.next().unwrap().send().await;
        let unsent = || Fault::new(FaultClass::NotSent, Reason::CallNotSent, "surely");
        match (self.sloppy, first) {
            (Sloppy::SendsTwice, _) => calls.next().unwrap().send().await,
            (Sloppy::AmbiguousIsSentAgain, CallOutcome::Ambiguous { message }) => {
                calls.next().unwrap().send().await;
                CallOutcome::Ambiguous { message }
            }
            (Sloppy::AmbiguousIsNotSent, CallOutcome::Ambiguous { .. }) => unsent().not_sent(),
            (Sloppy::RefusalWithoutCode, CallOutcome::Refused { message, .. }) => CallOutcome::Refused {
                code: String::new(),
                message,
            },
            (Sloppy::ForgetsRetryAfter, CallOutcome::TurnedAway { reason, message, .. }) => CallOutcome::TurnedAway {
                reason,
                message,
                after_seconds: None,
            },
            (Sloppy::LapsedIsAmbiguous, CallOutcome::TurnedAway { message, .. }) => CallOutcome::Ambiguous { message },
            (Sloppy::UnsentIsTransient | Sloppy::CertificateIsUnreachable, CallOutcome::NotSent { .. }) => {
                CallOutcome::Ambiguous { message: String::new() }
            }
            (_, answer) => answer,
        }
    }
}

fn sloppy_bench(inner: SimulatorBench, sloppy: Sloppy) -> Dressed<SimulatorBench> {
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
