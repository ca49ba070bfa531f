//! A forced failover of three tenants of OCP by one batch: the operator is killed at each request around that call, and started again.
//! It must not be content with one call: the judge of the history must find nothing, and the databases must show the roles.

use crate::scope;
use crate::stage::{LONG_LEASE, free_lease};
use crate::tally::{judged, stories};
use crate::world::LEASE;
use k8s_openapi::api::coordination::v1::Lease;
use kube::ResourceExt;
use stationmaster_api::{
    DecisionAction, GroupLedger, OperationState, OperationType, ProtectionGroup, ProtectionProvider, RecoveryOperation,
    Station,
};
use stationmaster_simulator::scenario::{OCP_EAST, OCP_SECRET_KEY, OCP_SQL_PASSWORD, OCP_TENANTS, OCP_WEST_ID};
use stationmaster_simulator::{JournalEntry, TenantAct};
use stationmaster_testkit::installation::{
    Connection, Environment, Installation, Operator, OperatorOptions, Options, PROVIDER, SimulatorOptions, Through,
};
use stationmaster_testkit_proxy::history;
use stationmaster_testkit_proxy::proxy::{BodyPart, Door, FaultProxy, Match, Moment, Plan, Upstream};
use stationmaster_testkit_proxy::vendors::Ocp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::time::sleep;

stories![forced_batch_and_started_again];

const GROUP: &str = "shop";
const MOMENTS: [Moment; 3] = [Moment::BeforeForward, Moment::AfterForward, Moment::AfterRelay];
/// A task takes two seconds instead of twelve.
const QUICK: [(&str, &str); 3] = [
    ("ocp-tick-seconds", "0.1"),
    ("ocp-step-seconds", "0.2"),
    ("ocp-role-seconds", "0.5"),
];
/// How long an operation may take until it has ended or is in doubt.
const LONGEST: Duration = Duration::from_secs(300);

/// The requests around the call: the record of it, the last look, the call itself, and the record of its answer.
const AROUND: [&str; 4] = ["record", "look", "call", "answer"];

fn matching(request: &str) -> Match {
    let written = |word: &str| Match {
        body: vec![BodyPart {
            pointer: "/spec/record/operation/steps/0/submissions/0/state/is".into(),
            equals: Some(word.into()),
            contains: None,
            exists: None,
        }],
        ..Match::kubernetes("update", "groupledgers")
    };
    match request {
        "record" => written("recorded"),
        "look" => Match {
            method: Some("GET".into()),
            path: Some(format!("*/clusters/{OCP_WEST_ID}/tenants")),
            ..Match::provider()
        },
        "call" => Match::provider_calls(),
        _ => written("accepted"),
    }
}

/// A quick run takes the worst moment of the call, and the two on either side of it.
fn is_quick(request: &str, moment: Moment) -> bool {
    matches!(
        (request, moment),
        ("record", Moment::AfterRelay) | ("call", Moment::AfterForward) | ("answer", Moment::BeforeForward)
    )
}

pub async fn forced_batch_and_started_again() {
    let installation = Installation::start(Options::default()).await.unwrap();
    let all = AROUND
        .into_iter()
        .flat_map(|request| MOMENTS.map(|moment| (request, moment)));
    let chosen = all.filter(|(request, moment)| scope::is_whole() || is_quick(request, *moment));
    for (number, (request, moment)) in chosen.enumerate() {
        let name = format!("kill-ocp-forced-restart/{request}/{moment:?}");
        let (wrong, how) = point(&installation, number, request, moment).await;
        eprintln!("{name}: {how}");
        judged(&name, &wrong);
    }
}

/// One kill. Everything but the control plane is made for it alone.
async fn point(installation: &Installation, number: usize, request: &str, moment: Moment) -> (Vec<String>, String) {
    free_lease_if_any(installation).await;
    let proxy = FaultProxy::new(Plan::default()).unwrap();
    let straight = installation.operator_kubeconfig().unwrap();
    let to_api = Upstream::kubernetes_file(&straight, "first").unwrap();
    let api = proxy.open(to_api).await.unwrap();
    let kubeconfig = installation
        .control_plane()
        .directory()
        .join(format!("ocp-{number}.kubeconfig"));
    api.write_kubeconfig(&kubeconfig).unwrap();
    let options = OperatorOptions {
        kubeconfig: Some(kubeconfig),
        // Nobody else waits for the lease, and a busy machine must not take it away.
        lease_duration_seconds: LONG_LEASE,
        ..OperatorOptions::replica("first")
    };
    let operator = Arc::new(installation.operator(options).await.unwrap());
    let (environment, _door) = scene(installation, &proxy).await;

    let killed = Arc::new(AtomicBool::new(false));
    let (victim, told) = (Arc::clone(&operator), Arc::clone(&killed));
    let strike = move |_| {
        let (victim, told) = (Arc::clone(&victim), Arc::clone(&told));
        async move {
            let _ = victim.kill();
            told.store(true, Ordering::Release);
        }
    };
    if request == "look" {
        // The last look is the one that follows the record; there are others before it.
        let armed = proxy.clone();
        let arm = move |_| {
            let (armed, strike) = (armed.clone(), strike.clone());
            async move { drop(armed.at(1, moment, matching("look"), strike)) }
        };
        let recorded = matching("record");
        proxy.pause_at(1, Moment::AfterRelay, recorded, arm).unwrap();
    } else {
        proxy.at(1, moment, matching(request), strike).unwrap();
    }
    let filed = environment.file("east-lost", GROUP, OperationType::Failover, Some(Station::Target));
    let operation = filed.await.unwrap().name_any();
    let seen = run(installation, &environment, &operator, &killed, &operation).await;

    let calls = environment.simulator.journal().await.unwrap();
    let mut wrong = violations(&environment, &calls, &seen).await;
    if !killed.load(Ordering::Acquire) {
        wrong.push("there was no such request to be killed at".into());
    }
    let history = proxy.history();
    let report = history::check(&Ocp, &history, &calls, &[OCP_SECRET_KEY, OCP_SQL_PASSWORD]);
    wrong.extend(report.violations.iter().map(|violation| format!("{violation:?}")));
    if report.calls < calls.len() {
        wrong.push(format!("the judge has seen {} of {} calls", report.calls, calls.len()));
    }
    if !wrong.is_empty() {
        let file = std::env::temp_dir().join(format!("stationmaster-sweep-ocp-{number}.jsonl"));
        std::fs::write(&file, history.to_text()).unwrap();
        eprintln!("the history is in {}", file.display());
    }
    let _ = operator.kill();
    clear_away(installation, &environment).await;
    let how = format!("{} calls, {:?}, in doubt: {}", calls.len(), seen.state, seen.doubted);
    (wrong, how)
}

/// What there is to be seen of an operation once it is over.
struct Seen {
    state: Option<OperationState>,
    doubted: bool,
}

/// Starts the operator again once it was killed, answers where a person is asked, and waits for the end.
async fn run(
    installation: &Installation,
    environment: &Environment,
    operator: &Operator,
    killed: &AtomicBool,
    operation: &str,
) -> Seen {
    let (started, mut again, mut doubted) = (Instant::now(), false, false);
    loop {
        if killed.load(Ordering::Acquire) && !again {
            again = true;
            free_lease(installation).await;
            operator.start().unwrap();
        }
        let found: Option<RecoveryOperation> = environment.cluster.find(operation).await.unwrap();
        let status = found.and_then(|found| found.status).unwrap_or_default();
        let ended = status.has_ended();
        if ended || started.elapsed() > LONGEST {
            let state = status.state.filter(|_| ended);
            return Seen { state, doubted };
        }
        let unknown = |reason: &Option<String>| reason.as_deref() == Some("SubmissionUnknown");
        let asks = status.steps.iter().find(|step| unknown(&step.reason));
        if let Some(step) = asks.filter(|_| status.state == Some(OperationState::Unknown) && !doubted) {
            doubted = true;
            // Somebody looks at OCP's own list of tasks and says what is so.
            let calls = environment.simulator.journal().await.unwrap();
            let action = match calls.iter().any(|call| call.accepted) {
                true => DecisionAction::Executed,
                false => DecisionAction::NotExecuted,
            };
            environment.decide(operation, Some(&step.name), action).await.unwrap();
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// Everything that is wrong, by the simulator's own journal and roles.
async fn violations(environment: &Environment, calls: &[JournalEntry], seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let executed: u32 = calls
        .iter()
        .filter(|call| call.accepted)
        .map(|call| 1 + call.duplicates)
        .sum();
    if calls.len() > 1 || executed > 1 || calls.iter().any(|call| call.action.as_deref() != Some("failover")) {
        wrong.push(format!("one batch failover was asked for, and there were {calls:?}"));
    }
    let tenants = environment.simulator.tenants().await.unwrap();
    let there = tenants.iter().filter(|tenant| tenant.cluster == OCP_WEST_ID);
    let primaries = there.filter(|tenant| tenant.role == "PRIMARY").count();
    let expected = if executed == 1 { OCP_TENANTS.len() } else { 0 };
    if primaries != expected {
        wrong.push(format!(
            "{primaries} tenants are primaries in the west, and {expected} should be"
        ));
    }
    let ended_well = match (executed, seen.state) {
        (1, Some(OperationState::Succeeded)) => true,
        (0, Some(OperationState::Failed)) => seen.doubted,
        _ => false,
    };
    if !ended_well {
        wrong.push(format!(
            "executed {executed} times, and the operation is {:?}",
            seen.state
        ));
    }
    wrong
}

/// A namespace with an OCP behind the proxy, and a group of all tenants whose production site is lost.
async fn scene(installation: &Installation, proxy: &FaultProxy) -> (Environment, Door) {
    let options = SimulatorOptions {
        switches: QUICK.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..SimulatorOptions::ocp()
    };
    let environment = installation.environment("batch", options).await.unwrap();
    let upstream = Upstream::provider(&environment.simulator.endpoints().ocp, None).unwrap();
    let door = proxy.open(upstream).await.unwrap();
    let connection = Connection {
        access_key: true,
        through: Some(Through {
            url: door.url().to_owned(),
            authority: None,
        }),
        ..Connection::default()
    };
    environment.connect(&connection).await.unwrap();
    environment.protect(GROUP).await.unwrap();
    let lost = TenantAct {
        cluster: Some(OCP_EAST.into()),
        down: Some(true),
        ..TenantAct::default()
    };
    environment.simulator.tenant_act(&lost).await.unwrap();
    (environment, door)
}

async fn free_lease_if_any(installation: &Installation) {
    let own = installation.own_namespace().await.unwrap();
    if own.find::<Lease>(LEASE).await.unwrap().is_some() {
        own.delete::<Lease>(LEASE).await.unwrap();
    }
}

/// What the next point's operator would serve is deleted: the journal and the claims too.
async fn clear_away(installation: &Installation, environment: &Environment) {
    let cluster = &environment.cluster;
    cluster.delete::<ProtectionGroup>(GROUP).await.unwrap();
    cluster.delete::<ProtectionProvider>(PROVIDER).await.unwrap();
    let own = installation.own_namespace().await.unwrap();
    let ledgers: Vec<GroupLedger> = own.list().await.unwrap();
    for ledger in ledgers {
        own.delete::<GroupLedger>(&ledger.name_any()).await.unwrap();
    }
}
