//! Shows that the contract suite can fail at every variant: one thing done wrong each time, and the rule that must notice.
//! It must not weaken a rule to let a sloppy provider pass.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

mod bench;

use async_trait::async_trait;
use bench::ProofBench;
use jiff::Timestamp;
use stationmaster_engine::{JobReport, Observation, Obstacle, OperationType, Permit, Phase, Plan, Station, StepKind};
use stationmaster_provider::contract::{Bench, Dress, Dressed, RULES};
use stationmaster_provider::{
    CallOutcome, CallRequest, ConnectionFacts, Fault, LostCall, PreparedCall, Provider, Scope,
};
use stationmaster_provider_proof::Variant;
use stationmaster_provider_proof::matrix::pairs;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sloppy {
    SendsTwice,
    AmbiguousIsAccepted,
    AmbiguousIsSentAgain,
    RefusedIsAccepted,
    FreshRecords,
    FirstCallOnly,
    UnknownWordIsPermission,
    RevisionStandsStill,
    FindsOldJobs,
    FindsHeldJobs,
}

/// The sloppiness, and the rule that must notice it.
const CASES: &[(Sloppy, u32)] = &[
    (Sloppy::SendsTwice, 17),
    (Sloppy::AmbiguousIsAccepted, 19),
    (Sloppy::AmbiguousIsSentAgain, 19),
    (Sloppy::AmbiguousIsSentAgain, 21),
    (Sloppy::RefusedIsAccepted, 18),
    (Sloppy::FreshRecords, 27),
    (Sloppy::FirstCallOnly, 29),
    (Sloppy::UnknownWordIsPermission, 8),
    (Sloppy::RevisionStandsStill, 10),
    (Sloppy::FindsOldJobs, 34),
    (Sloppy::FindsHeldJobs, 34),
];

#[tokio::test(start_paused = true)]
async fn each_sloppiness_is_noticed_at_every_variant_that_can_have_it() {
    let (mut unnoticed, mut seen) = (Vec::new(), 0);
    for variant in pairs() {
        for (sloppy, number) in CASES {
            let rule = RULES.iter().find(|rule| rule.number == *number).unwrap();
            let bench = sloppy_bench(ProofBench::new(variant), *sloppy);
            let several = variant.calls_of(OperationType::Reprotect).len() > 1;
            let can = match sloppy {
                Sloppy::FirstCallOnly => several,
                Sloppy::RevisionStandsStill => variant.revision,
                _ => true,
            };
            if !can || bench.exempt(*number).is_some() {
                continue;
            }
            seen += 1;
            if rule.check(&bench).await.is_ok() {
                unnoticed.push(format!("{variant}: {sloppy:?} passes rule {number}: {}", rule.text));
            }
        }
    }
    assert!(unnoticed.is_empty(), "\n{}\n", unnoticed.join("\n"));
    assert!(seen > 7 * pairs().len(), "{seen} of {} variants", pairs().len());
}

/// Whether the confirmation was made, nothing tells: the move shows the outcome already.
#[tokio::test(start_paused = true)]
async fn an_outcome_that_is_shown_before_the_last_call_is_noticed() {
    let variant = Variant {
        after_move: true,
        partway: false,
        ..Variant::sdrs()
    };
    let rule = RULES.iter().find(|rule| rule.number == 37).unwrap();
    let broken = rule.check(&ProofBench::new(variant)).await.unwrap_err();
    assert!(broken.to_string().contains("the outcome is shown"), "{broken}");
    assert!(
        rule.check(&ProofBench::new(Variant {
            partway: true,
            ..variant
        }))
        .await
        .is_ok()
    );
}

struct SloppyProvider {
    inner: Arc<dyn Provider>,
    sloppy: Sloppy,
}

struct SloppyCall {
    calls: Vec<Box<dyn PreparedCall>>,
    sloppy: Sloppy,
}

impl SloppyProvider {
    fn see(&self, mut seen: Observation) -> Observation {
        match self.sloppy {
            Sloppy::UnknownWordIsPermission if seen.phase == Phase::Unknown => {
                seen.permits = OperationType::ALL.into_iter().map(|o| (o, Permit::Open)).collect();
            }
            Sloppy::RevisionStandsStill => seen.fingerprint.revision = Some("same".to_owned()),
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
        self.inner.identity().await
    }

    fn plan(&self, operation: OperationType, target: Station, seen: &Observation) -> Option<Plan> {
        let mut plan = self.inner.plan(operation, target, seen)?;
        if self.sloppy == Sloppy::FirstCallOnly {
            let first = plan
                .steps
                .iter()
                .position(|step| matches!(step.kind, StepKind::Call(_)));
            let mut index = 0;
            plan.steps.retain(|step| {
                index += 1;
                Some(index) <= first.map(|at| at + 1) || step.kind == StepKind::Verify
            });
        }
        Some(plan)
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
        let list = self.inner.list().await?;
        Ok(list.into_iter().map(|(id, seen)| (id, self.see(seen))).collect())
    }

    async fn observe(&self, object: &str) -> Result<Observation, Fault> {
        Ok(self.see(self.inner.observe(object).await?))
    }

    async fn prepare(&self, call: &CallRequest) -> Result<Box<dyn PreparedCall>, Fault> {
        let mut call = call.clone();
        if self.sloppy == Sloppy::FreshRecords {
            call.recorded_at = "2026-01-05T08:00:00Z".parse::<Timestamp>().unwrap();
        }
        let mut calls = Vec::new();
        for _ in 0..2 {
            calls.push(self.inner.prepare(&call).await?);
        }
        Ok(Box::new(SloppyCall {
            calls,
            sloppy: self.sloppy,
        }))
    }

    async fn poll(&self, action: &str, operation: OperationType, job: &str) -> Result<JobReport, Fault> {
        self.inner.poll(action, operation, job).await
    }

    async fn find(&self, lost: &LostCall) -> Result<Option<JobReport>, Fault> {
        let mut lost = lost.clone();
        if self.sloppy == Sloppy::FindsOldJobs {
            lost.request.recorded_at = Timestamp::UNIX_EPOCH;
        }
        if self.sloppy == Sloppy::FindsHeldJobs {
            lost.held_jobs.clear();
        }
        self.inner.find(&lost).await
    }
}

#[async_trait]
impl PreparedCall for SloppyCall {
    async fn send(self: Box<Self>) -> CallOutcome {
        let mut calls = self.calls.into_iter();
        let first = calls.next().unwrap().send().await;
        let taken = CallOutcome::Accepted { jobs: Vec::new() };
        match (self.sloppy, first) {
            (Sloppy::SendsTwice, first) => {
                calls.next().unwrap().send().await;
                first
            }
            (Sloppy::AmbiguousIsSentAgain, CallOutcome::Ambiguous { message }) => {
                calls.next().unwrap().send().await;
                CallOutcome::Ambiguous { message }
            }
            (Sloppy::AmbiguousIsAccepted, CallOutcome::Ambiguous { .. }) => taken,
            (Sloppy::RefusedIsAccepted, CallOutcome::Refused { .. }) => taken,
            (_, answer) => answer,
        }
    }
}

fn sloppy_bench(inner: ProofBench, sloppy: Sloppy) -> Dressed<ProofBench> {
    let dress: Dress = Box::new(move |inner| Arc::new(SloppyProvider { inner, sloppy }));
    Dressed { inner, dress }
}
