//! What can befall a group: people, Git, the console, the provider, time, and the death of the operator, in any order.
//! It must not know what is right.

use crate::stage::provider::{At, Fate, Mishap, Servers};
use proptest::prelude::*;
use stationmaster_engine::{ActiveStation, DecisionAction, OperationType};

/// One of them.
#[derive(Clone, Debug)]
pub enum Act {
    /// The operator looks.
    Pass,
    /// So many seconds pass, and the operator looks.
    Later(i64),
    /// A person intents, quoting the token that the status shows.
    Intent(&'static str),
    /// A person intents, quoting an older token.
    IntentOld(&'static str, usize),
    IntentWithoutToken(&'static str),
    Withdraw,
    /// Git puts an earlier revision back.
    Revert(usize),
    Suspend(bool),
    /// A person files an operation, quoting the token that the status shows.
    File(OperationType, &'static str),
    FileOld(OperationType, &'static str, usize),
    /// A person files what the provider's state asks for.
    FileFitting(bool),
    /// A person intents for the other station.
    IntentAway,
    /// A backup puts an operation back, under a new uid.
    Replay(usize),
    Delete(usize),
    /// The statuses of all operations and decisions are lost.
    LoseStatuses,
    Answer(DecisionAction),
    Recreate,
    LoseLedger,
    Flip,
    Console(At),
    Servers(Servers),
    Unseen(bool),
    Word(bool),
    Disguise(Option<ActiveStation>),
    Luck(Mishap),
    Fate(Fate),
    /// What the provider is like: whether jobs can be found, and whether it is known how long a call can still arrive.
    Provider {
        finds_jobs: bool,
        bounded: bool,
    },
    /// The operator dies at the n-th point from now.
    Die(usize),
}

fn station() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("target"), Just("source")]
}

fn operation() -> impl Strategy<Value = OperationType> {
    prop_oneof![
        3 => Just(OperationType::Failover),
        2 => Just(OperationType::Reprotect),
        1 => Just(OperationType::EnableProtection),
        1 => Just(OperationType::DisableProtection),
        1 => Just(OperationType::PlannedFailover),
    ]
}

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        Just(Mishap::Refused),
        Just(Mishap::TurnedAway {
            after_seconds: Some(60)
        }),
        Just(Mishap::NeverLeaves),
        Just(Mishap::AnswerLost),
        Just(Mishap::RequestLost { arrives_after: None }),
        (1..2_000i64).prop_map(|s| Mishap::RequestLost { arrives_after: Some(s) }),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        Just(Fate::Fails),
        Just(Fate::FailsButFlips),
        Just(Fate::SucceedsWithoutEffect),
        Just(Fate::Stalls),
        Just(Fate::IsForgotten),
        Just(Fate::IsOfAnotherType),
    ]
}

fn answer() -> impl Strategy<Value = DecisionAction> {
    prop_oneof![
        4 => Just(DecisionAction::Confirm),
        1 => Just(DecisionAction::Executed),
        2 => Just(DecisionAction::NotExecuted),
        2 => Just(DecisionAction::Abandon),
        1 => Just(DecisionAction::Retry),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let console = prop_oneof![Just(At::Protected), Just(At::Available), Just(At::FailedOver)];
    let disguise = prop_oneof![
        3 => Just(None),
        1 => Just(Some(ActiveStation::Mixed)),
        1 => Just(Some(ActiveStation::Both)),
        1 => Just(Some(ActiveStation::None)),
    ];
    let servers = prop_oneof![2 => Just(Servers::Stopped), 1 => Just(Servers::Running), 1 => Just(Servers::CannotTell)];
    let people = prop_oneof![
        4 => station().prop_map(Act::Intent),
        2 => (station(), 0..40usize).prop_map(|(s, t)| Act::IntentOld(s, t)),
        1 => station().prop_map(Act::IntentWithoutToken),
        2 => Just(Act::Withdraw),
        4 => (0..40usize).prop_map(Act::Revert),
        1 => any::<bool>().prop_map(Act::Suspend),
        2 => (operation(), station()).prop_map(|(o, s)| Act::File(o, s)),
        8 => any::<bool>().prop_map(Act::FileFitting),
        4 => Just(Act::IntentAway),
        1 => (operation(), station(), 0..40usize).prop_map(|(o, s, t)| Act::FileOld(o, s, t)),
        1 => (0..40usize).prop_map(Act::Replay),
        1 => (0..40usize).prop_map(Act::Delete),
        1 => Just(Act::LoseStatuses),
        3 => answer().prop_map(Act::Answer),
        1 => Just(Act::Recreate),
    ];
    let world = prop_oneof![
        3 => Just(Act::Flip),
        1 => console.prop_map(Act::Console),
        3 => servers.prop_map(Act::Servers),
        2 => any::<bool>().prop_map(Act::Unseen),
        1 => any::<bool>().prop_map(Act::Word),
        1 => disguise.prop_map(Act::Disguise),
        4 => mishap().prop_map(Act::Luck),
        2 => fate().prop_map(Act::Fate),
        4 => (0..8usize).prop_map(Act::Die),
    ];
    prop_oneof![
        40 => Just(Act::Pass),
        14 => prop_oneof![3 => 1..60i64, 1 => 60..5_000i64].prop_map(Act::Later),
        30 => people,
        20 => world,
        // Rare, because it ends what was interesting.
        1 => prop_oneof![Just(Act::LoseLedger)],
    ]
}

/// How a life begins: at rest, with an intent that waits, with a call in doubt, or failed over. What is interesting is then near.
fn beginning() -> impl Strategy<Value = Vec<Act>> {
    let intent = || vec![Act::Intent("target"), Act::Pass, Act::Pass];
    let after = |first: Act, then: Vec<Act>| std::iter::once(first).chain(then).collect::<Vec<_>>();
    let failed_over = vec![
        Act::File(OperationType::Failover, "target"),
        Act::Pass,
        Act::Later(30),
        Act::Pass,
    ];
    prop_oneof![
        6 => Just(Vec::new()),
        1 => Just(after(Act::Servers(Servers::Running), intent())),
        1 => Just(after(Act::Servers(Servers::CannotTell), intent())),
        2 => Just(after(Act::Luck(Mishap::RequestLost { arrives_after: None }), intent())),
        1 => Just(failed_over),
    ]
}

/// A life.
pub fn life() -> impl Strategy<Value = Vec<Act>> {
    let provider = (any::<bool>(), prop::bool::weighted(0.8));
    (provider, beginning(), prop::collection::vec(act(), 10..50)).prop_map(|((finds_jobs, bounded), first, acts)| {
        let provider = Act::Provider { finds_jobs, bounded };
        std::iter::once(provider).chain(first).chain(acts).collect()
    })
}

/// A life with a call in doubt from the beginning, and people who change their minds.
pub fn doubtful_life() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        8 => Just(Act::Pass),
        4 => (200..2_000i64).prop_map(Act::Later),
        3 => Just(Act::Withdraw),
        4 => (0..3usize).prop_map(Act::Revert),
        2 => station().prop_map(Act::Intent),
        1 => (0..3usize).prop_map(Act::Delete),
        1 => Just(Act::Recreate),
        1 => answer().prop_map(Act::Answer),
        1 => Just(Act::Flip),
        1 => mishap().prop_map(Act::Luck),
        1 => (0..8usize).prop_map(Act::Die),
    ];
    let lost = Act::Luck(Mishap::RequestLost { arrives_after: None });
    prop::collection::vec(act, 5..25).prop_map(move |acts| {
        let mut life = vec![lost.clone(), Act::Intent("target"), Act::Pass, Act::Pass];
        life.extend(acts);
        life
    })
}

/// A life of people who change their minds faster than the operator looks.
pub fn fickle_life() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => Just(Act::Pass),
        3 => Just(Act::IntentAway),
        3 => Just(Act::Withdraw),
        6 => (0..4usize).prop_map(Act::Revert),
        1 => Just(Act::Servers(Servers::Stopped)),
        1 => Just(Act::Servers(Servers::Running)),
        1 => (1..60i64).prop_map(Act::Later),
    ];
    prop::collection::vec(act, 5..30)
}
