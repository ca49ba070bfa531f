//! What a forced order waits for, and which of it its author can accept.
//! It must not test how it goes on: the scripts in `tests/` do.

use super::super::risk::risk_not_accepted;
use super::super::violation::Follows::{self, Wait};
use super::super::*;
use super::world::{World, runs, world};
use crate::input::Watch;
use crate::ledger::{NOTED, NOTED_IN_ALL, NotedOrder};
use crate::pace::Waits::{Condition, News};
use crate::*;

fn order(spoil: impl FnOnce(&mut World)) -> Option<(Reason, Follows)> {
    let mut world = world(OperationType::Failover);
    spoil(&mut world);
    world.ask(false)
}

#[test]
fn an_order_for_which_there_is_no_room_waits_and_one_that_is_noted_does_not() {
    let noted = |count: usize, over: usize, own: bool| {
        order(|w| {
            let note = |name: String, uid: &str, taken_back: bool| NotedOrder {
                name,
                uid: uid.into(),
                token: Token::quoted("t"),
                not_after: jiff::Timestamp::MAX,
                taken_back,
                behind: None,
                admitted: false,
            };
            let others = (0..count + over).map(|n| note(format!("other-{n}"), "o", n >= count));
            w.ledger.noted = others.chain(own.then(|| note("order".into(), "r", false))).collect();
        })
    };
    let waits = Some((Reason::OperationRunning, Wait(News)));
    assert_eq!(noted(NOTED - 1, 0, false), None);
    assert_eq!(noted(NOTED, 0, false), waits);
    assert_eq!(noted(NOTED - 1, 0, true), None);
    // What was taken back holds off nobody, as long as all names can be kept.
    assert_eq!(noted(NOTED - 1, NOTED_IN_ALL - NOTED, false), None);
    assert_eq!(noted(NOTED - 1, NOTED_IN_ALL - NOTED + 1, false), waits);
}

#[test]
fn an_order_waits_while_the_provider_works() {
    let works = order(|w| w.seen().phase = Phase::Changing(None));
    assert_eq!(works, Some((Reason::ProviderBusy, Wait(Condition))));
}

#[test]
fn a_risk_names_what_its_author_can_do_about_it() {
    let told = |guarded: bool, accepted: &[Risk], spoil: fn(&mut World)| {
        let mut w = world(OperationType::Failover);
        spoil(&mut w);
        w.asked.accepted_risks = accepted.to_vec();
        let (asked, group, ledger, sight) = (&w.asked, &w.group, &w.ledger, &w.sight);
        let plan = |_: OperationType, _: Station, _: &Observation| None;
        let case = Case {
            asked,
            group,
            ledger,
            sight,
            held: &Held::default(),
            plan: &plan,
            complete_at: None,
            orders_guarded: guarded,
            now: w.now,
        };
        risk_not_accepted(&case).map(|why| (why.reason, why.message))
    };
    let suspended: fn(&mut World) = |w| w.group.suspend = true;
    let nowhere: fn(&mut World) = |w| {
        w.seen().active = ActiveStation::Mixed;
        w.seen().own_station = None;
    };
    for (guarded, risk, spoil, reason, to_do) in [
        (false, Risk::Suspended, suspended, Reason::Suspended, "set it to false"),
        (true, Risk::Suspended, suspended, Reason::Suspended, "[Suspended]"),
        (
            false,
            Risk::DirectionUnknown,
            nowhere,
            Reason::ActiveStationUnknown,
            "[DirectionUnknown]",
        ),
    ] {
        let (said, message) = told(guarded, &[], spoil).unwrap();
        assert!(said == reason && message.contains(to_do), "{risk}: {message}");
        // The switch is overruled only where the cluster lets only those file such an order who are allowed to.
        let overruled = guarded || risk != Risk::Suspended;
        assert_eq!(told(guarded, &[risk], spoil).is_none(), overruled, "{risk}, {guarded}");
        assert!(told(guarded, &[Risk::MembersInvalid], spoil).is_some(), "another risk");
    }
}

#[test]
fn a_forced_failover_without_a_direction_is_called_only_where_that_was_accepted() {
    let judged = |kind: OperationType, accepted: &[Risk]| {
        let mut w = world(OperationType::Failover);
        runs(&mut w);
        (w.operation().kind, w.operation().accepted_risks) = (kind, accepted.to_vec());
        w.seen().active = ActiveStation::Mixed;
        w.seen().own_station = None;
        let operation = w.ledger.operation.as_ref().unwrap();
        let violation = may_be_recorded(&Call {
            operation,
            step: &operation.steps[1],
            before: &w.ledger.fingerprint,
            sight: &w.sight,
            suspended: false,
            held: None,
            jobs: &[],
            watch: Watch::default(),
            object_exists: true,
            now: w.now,
        });
        violation.map(|v| (v.why.reason, v.follows))
    };
    let waits = Some((Reason::ActiveStationUnknown, Wait(Condition)));
    assert_eq!(judged(OperationType::Failover, &[]), waits);
    assert_eq!(judged(OperationType::Failover, &[Risk::MembersInvalid]), waits);
    assert_eq!(judged(OperationType::Failover, &[Risk::DirectionUnknown]), None);
    assert_eq!(judged(OperationType::PlannedFailover, &[]), None, "it has a direction");
}
