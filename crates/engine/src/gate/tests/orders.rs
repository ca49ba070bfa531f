//! Each rule about what is asked of a group, alone.
//! It must not test chains of events: the scripts in `tests/` do.

use super::super::violation::Follows::{self, End, Wait};
use super::world::{World, Wrong, called, runs, unread, world};
use crate::ledger::Ending::{Cancelled, Expired, Failed, Refused};
use crate::pace::Waits::{Condition, News, Reading};
use crate::*;

fn each(kind: OperationType, intent: bool, wrongs: &[Wrong]) {
    assert_eq!(world(kind).ask(intent), None, "{kind}: what is right is let through");
    for (what, spoil, reason, follows) in wrongs {
        let mut world = world(kind);
        spoil(&mut world);
        assert_eq!(world.ask(intent), Some((*reason, *follows)), "{kind}: {what}");
    }
}

/// What holds for every order, and what follows where it is suspended, beside a call, unread, and where nobody knows where production runs.
fn for_every_order([suspended, beside, blind, nowhere]: [Follows; 4]) -> Vec<Wrong> {
    vec![
        (
            "another group",
            |w| w.asked.group_uid = "v".into(),
            Reason::GroupUIDMismatch,
            End(Refused),
        ),
        (
            "its own, taken back",
            |w| w.ended("order", Cancelled, true),
            Reason::IntentWithdrawn,
            End(Cancelled),
        ),
        (
            "its own, lapsed",
            |w| w.ended("order", Expired, true),
            Reason::IntentWithdrawn,
            End(Expired),
        ),
        (
            "ran before",
            |w| w.ended("order", Failed, false),
            Reason::OperationReplayed,
            End(Refused),
        ),
        (
            "no end",
            |w| w.asked.not_after = None,
            Reason::NotAfterMissing,
            End(Refused),
        ),
        (
            "too late",
            |w| w.asked.not_after = Some(w.now),
            Reason::Expired,
            End(Expired),
        ),
        ("no token", |w| w.asked.token = None, Reason::TokenMissing, End(Refused)),
        (
            "a stale token",
            |w| w.asked.token = Some(Token::quoted("s")),
            Reason::TokenStale,
            End(Refused),
        ),
        (
            "a used token",
            |w| {
                w.ended("other", Failed, false);
                w.ledger.token = Some(Token::quoted("next"));
            },
            Reason::TokenConsumed,
            End(Refused),
        ),
        ("suspended", |w| w.group.suspend = true, Reason::Suspended, suspended),
        ("a call under way", called, Reason::OperationRunning, beside),
        ("unread", unread, Reason::ProviderUnreachable, blind),
        (
            "listed",
            |w| w.seen().depth = Depth::Listed,
            Reason::NotObserved,
            Wait(News),
        ),
        (
            "nowhere",
            |w| {
                w.seen().active = ActiveStation::Mixed;
                w.seen().own_station = None;
            },
            Reason::ActiveStationUnknown,
            nowhere,
        ),
        (
            "closed",
            |w| w.seen().permits.clear(),
            Reason::UnknownProviderState,
            End(Refused),
        ),
        (
            "no plan",
            |w| w.planned = false,
            Reason::ProviderNotSupported,
            End(Refused),
        ),
    ]
}

#[test]
fn a_forced_order_is_refused_by_each_rule_in_its_own_word() {
    let mut wrongs = for_every_order([Wait(Condition), Wait(News), Wait(Reading), Wait(Condition)]);
    wrongs.extend::<[Wrong; 5]>([
        (
            "there already",
            |w| w.asked.target = Some(Station::Source),
            Reason::AlreadyActive,
            End(Refused),
        ),
        (
            "no target",
            |w| w.asked.target = None,
            Reason::WrongStation,
            End(Refused),
        ),
        (
            "loss not accepted",
            |w| w.asked.data_loss = None,
            Reason::DataLossNotAccepted,
            End(Refused),
        ),
        (
            "loss not told",
            |w| w.seen().replication.lag_seconds = None,
            Reason::DataLossUnknown,
            End(Refused),
        ),
        (
            "too much",
            |w| w.seen().replication.lag_seconds = Some(61),
            Reason::DataLossTooLarge,
            End(Refused),
        ),
    ]);
    each(OperationType::Failover, false, &wrongs);
    let lets = |spoil: fn(&mut World)| {
        let mut world = world(OperationType::Failover);
        spoil(&mut world);
        world.ask(false)
    };
    assert_eq!(lets(runs), None, "what has not called gives way");
    assert_eq!(lets(|w| w.asked.data_loss = Some(DataLoss::Unknown)), None);
    assert_eq!(
        lets(|w| w.seen().replication.lag_seconds = Some(60)),
        None,
        "as much as was accepted"
    );
    let told_before = |ago: i64, at: fn(&mut World, jiff::Timestamp)| {
        let mut world = world(OperationType::Failover);
        world.seen().replication.lag_seconds = None;
        let since = world.now - jiff::SignedDuration::from_secs(ago);
        at(&mut world, since);
        world.ask(false)
    };
    let too_large = Some((Reason::DataLossTooLarge, End(Refused)));
    for at in [
        (|w, since| w.complete_at = Some(since)) as fn(&mut World, jiff::Timestamp),
        |w, since| w.seen().replication.last_sync = Some(since),
    ] {
        assert_eq!(
            told_before(60, at),
            None,
            "what was told and all that was written since"
        );
        assert_eq!(told_before(61, at), too_large);
    }
    let half_way: fn(&mut World) = |w| {
        w.seen().active = ActiveStation::Mixed;
        w.seen().phase = Phase::Faulted(Some(OperationType::Failover));
    };
    assert_eq!(lets(half_way), None, "a failover that failed half-way is repeated");
}

#[test]
fn another_order_waits_for_what_passes_and_is_refused_for_the_rest() {
    for kind in [
        OperationType::Reprotect,
        OperationType::EnableProtection,
        OperationType::DisableProtection,
    ] {
        let mut wrongs = for_every_order([Wait(News), Wait(News), Wait(News), End(Refused)]);
        wrongs.extend::<[Wrong; 2]>([
            ("one runs", runs, Reason::OperationRunning, Wait(News)),
            (
                "the other side",
                |w| w.asked.target = Some(Station::Target),
                Reason::WrongStation,
                End(Refused),
            ),
        ]);
        each(kind, false, &wrongs);
        let mut unnamed = world(kind);
        unnamed.asked.target = None;
        let refused = (Reason::WrongStation, End(Refused));
        assert_eq!(
            unnamed.ask(false),
            (kind == OperationType::Reprotect).then_some(refused),
            "{kind}"
        );
    }
    let planned = world(OperationType::PlannedFailover).ask(false);
    assert_eq!(planned, Some((Reason::UsePriorityStation, End(Refused))));
}

#[test]
fn an_intent_waits_for_each_rule_and_ends_by_none() {
    let fails: fn(&mut World) = |w| {
        let (reason, message) = (Reason::Other("ServersRunning"), "web-1".to_owned());
        w.seen().facts.insert("Stopped".into(), Fact::Fails { reason, message });
    };
    let wrongs: [Wrong; 9] = [
        ("one runs", runs, Reason::OperationRunning, Wait(News)),
        ("suspended", |w| w.group.suspend = true, Reason::Suspended, Wait(News)),
        ("unread", unread, Reason::ProviderUnreachable, Wait(News)),
        (
            "closed",
            |w| w.seen().permits.clear(),
            Reason::UnknownProviderState,
            Wait(News),
        ),
        (
            "nowhere",
            |w| w.seen().active = ActiveStation::Both,
            Reason::ActiveStationUnknown,
            Wait(News),
        ),
        (
            "there",
            |w| w.seen().active = ActiveStation::Target,
            Reason::AlreadyActive,
            Wait(News),
        ),
        (
            "listed",
            |w| w.seen().depth = Depth::Listed,
            Reason::NotObserved,
            Wait(News),
        ),
        (
            "no plan",
            |w| w.planned = false,
            Reason::ProviderNotSupported,
            Wait(News),
        ),
        ("a check fails", fails, Reason::Other("ServersRunning"), Wait(News)),
    ];
    each(OperationType::PlannedFailover, true, &wrongs);
}
