//! The story: failovers with nobody beside them, the attack, failovers beside it, its end, and again until that leaves nothing behind.
//! It must not go on before what it needs to see is there.

use super::attack::{Attack, TARPITS};
use super::honest::{self, Cost};
use super::hostile::{Hostile, TEMPERS, Temper};
use super::observed::{self, MOST, Memory};
use k8s_openapi::api::events::v1::Event;
use stationmaster_api::{OperationState, ProtectionGroup, RecoveryOperation};
use stationmaster_testkit::installation::{Environment, Installation, Operator, OperatorOptions, Options, condition};
use std::time::{Duration, Instant};

/// How long something may take to be seen on whatever machine.
const LONGEST: Duration = Duration::from_secs(180);
/// How often the attack is made at most: until a round leaves nothing behind.
const ROUNDS: usize = 4;
/// What a further round may leave behind, in kilobytes: noise of the allocator.
const NOISE: u64 = 12 * 1024;

/// Tells it.
pub async fn told() {
    let installation = Installation::start(Options::default()).await.unwrap();
    let options = OperatorOptions {
        lease_duration_seconds: 60,
        log_format: "json".into(),
        ..OperatorOptions::default()
    };
    let operator = installation.operator(options).await.unwrap();
    let environment = honest::settled(&installation).await;
    let own = installation.own_namespace().await.unwrap();
    let alone = failovers(&environment, 1).await;
    println!("alone: {alone:?}, {:?}", observed::memory(&operator));

    let namespace = installation.control_plane().create_namespace("hostile").await.unwrap();
    let hostile = Hostile::start().await;
    let attack = Attack::begin(installation.cluster(&namespace).await.unwrap()).await;
    let witness = witness(&environment);
    let mut left = Vec::new();
    for round in 0..ROUNDS {
        attack.fills(&hostile).await;
        at_work(&hostile, &operator).await;
        println!("filled: {:?}", observed::memory(&operator));
        if round == 0 {
            beside(&attack, &hostile, &environment, &operator, &alone).await;
            println!("longest ledger: {} bytes", observed::ledgers_are_bounded(&own).await);
        }
        attack.churn(&hostile, 24).await;
        observed::labels_are_closed(&observed::series(&operator).await);
        attack.end().await;
        left.push(gone(&operator, &namespace).await);
        println!("round {round}: {:?}", left[round]);
        operator.check().unwrap();
        if settled(&left) {
            break;
        }
    }
    witness.abort();
    assert!(
        witness.await.is_err_and(|end| end.is_cancelled()),
        "the group at rest was not well all the time"
    );
    observed::log_is_whole(&operator);
    let most = left.iter().map(|memory| memory.most).max().unwrap();
    assert!(most < MOST, "{most} kB were resident; {MOST} are allowed");
    assert!(settled(&left), "each round leaves something behind: {left:?}");
}

/// Whether the last round has left nothing behind. What an allocator keeps it keeps once, in the first round or a later one.
fn settled(left: &[Memory]) -> bool {
    left.windows(2).any(|two| two[1].now < two[0].now + NOISE)
}

/// Three failovers, one after another.
async fn failovers(environment: &Environment, first: usize) -> Vec<Cost> {
    let mut costs = Vec::new();
    for number in first..first + 3 {
        costs.push(honest::failover(environment, &honest::group(number)).await);
    }
    costs
}

/// The rest of the attack, and three failovers beside all of it.
async fn beside(attack: &Attack, hostile: &Hostile, environment: &Environment, operator: &Operator, alone: &[Cost]) {
    let rest = honest::group(honest::GROUPS);
    let id = environment.simulator.group(&rest).await.unwrap().id;
    attack.copy(hostile, environment.simulator.project(), &id).await;
    attack.orders().await;
    attack.tarpits(hostile).await;
    until(
        "the tarpit holds connections",
        || hostile.held() >= TARPITS / 4,
        operator,
    )
    .await;
    let costs = failovers(environment, 4).await;
    let held = hostile.held();
    println!(
        "beside: {costs:?}, {held} connections held, {:?}",
        observed::memory(operator)
    );
    let most = |costs: &[Cost]| costs.iter().map(|cost| cost.readings).max().unwrap();
    assert!(most(&costs) <= most(alone) + 1, "{costs:?}, alone {alone:?}");
    let sum = |costs: &[Cost]| costs.iter().map(|cost| cost.seconds).sum::<f64>();
    println!(
        "a failover takes {:.2} times as long as alone",
        sum(&costs) / sum(alone)
    );
    assert!(held > 0, "the tarpit was there all the while");
    answered(attack, environment, &rest).await;
}

/// Whom the attack concerns is told: the copy, its holder, the orders without a group.
async fn answered(attack: &Attack, environment: &Environment, held: &str) {
    let claimed = |group: &ProtectionGroup| {
        let status = group.status.as_ref();
        let ready = status.and_then(|status| status.conditions.iter().find(|condition| condition.type_ == "Ready"));
        ready.is_some_and(|ready| ready.status == "False" && ready.reason == "ProtectionObjectClaimed")
    };
    attack
        .cluster
        .wait_for("copy", "is told that another holds it", claimed)
        .await
        .unwrap();
    let refused = |order: &RecoveryOperation| {
        order
            .status
            .as_ref()
            .is_some_and(|status| status.state == Some(OperationState::Refused))
    };
    for name in ["nowhere-0", "nowhere-59"] {
        attack.cluster.wait_for(name, "is refused", refused).await.unwrap();
    }
    let began = Instant::now();
    loop {
        let events: Vec<Event> = environment.cluster.list().await.unwrap();
        let about = |event: &Event| event.regarding.as_ref().and_then(|object| object.name.clone());
        let told = events.iter().any(|event| {
            about(event).as_deref() == Some(held)
                && event
                    .note
                    .as_ref()
                    .is_some_and(|note| note.contains(attack.cluster.namespace()))
        });
        if told {
            return;
        }
        assert!(began.elapsed() < LONGEST, "the holder is not told: {events:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Each server but the tarpit has been asked often enough to have done its worst.
async fn at_work(hostile: &Hostile, operator: &Operator) {
    let worst = |temper| match temper {
        Temper::Huge => 10,
        Temper::Filled => 60,
        Temper::Endless => 20,
        Temper::Fields | Temper::Forged | Temper::Codes => 4,
        Temper::Tarpit => 0,
    };
    let before = TEMPERS.map(|temper| hostile.asked(temper));
    let all = || {
        let asked = TEMPERS.iter().zip(before);
        asked
            .into_iter()
            .all(|(temper, before)| hostile.asked(*temper) >= before + worst(*temper))
    };
    until("all servers have been asked", all, operator).await;
}

async fn until(what: &str, so: impl Fn() -> bool, operator: &Operator) {
    let began = Instant::now();
    while !so() {
        operator.check().unwrap();
        assert!(began.elapsed() < LONGEST, "{what}: not within {} s", LONGEST.as_secs());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until no series of the namespace's connections and groups is left, and tells the memory then.
async fn gone(operator: &Operator, namespace: &str) -> Memory {
    let began = Instant::now();
    loop {
        let all = observed::series(operator).await;
        let left: Vec<_> = observed::of_namespace(&all, namespace)
            .into_iter()
            .filter(|series| !series.name.starts_with("stationmaster_operations_total"))
            .collect();
        if left.is_empty() {
            return observed::memory(operator);
        }
        assert!(began.elapsed() < LONGEST, "it stays: {left:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Watches the group at rest until it is not well.
fn witness(environment: &Environment) -> tokio::task::JoinHandle<()> {
    let cluster = environment.cluster.clone();
    tokio::spawn(async move {
        loop {
            let group: ProtectionGroup = cluster.get(&honest::group(honest::GROUPS)).await.unwrap();
            let conditions = group.status.as_ref().map(|status| &status.conditions);
            if !honest::is_well(&group) {
                println!("not well: {conditions:?} {:?}", condition(conditions, "Ready"));
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
}
