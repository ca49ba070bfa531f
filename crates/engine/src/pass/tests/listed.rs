//! What was read before a pass, where many forced failovers wait: when it is good enough, and what the last look makes of its age.
//! They must not test what a fresh reading leads to.

use super::scene::*;
use crate::input::DataLoss;
use crate::pass::*;
use crate::{Depth, Observation, OperationType, Permit, Reason, Station, Token};

fn listed() -> Observation {
    let Sight::Seen(seen) = seen() else { unreachable!() };
    Observation {
        depth: Depth::Listed,
        ..seen
    }
}

/// What becomes of a pass by a list of this age in seconds.
fn by_the_list(seen: Observation, ledger: LedgerRead, requests: Vec<Request>, age: i64) -> Option<Pass> {
    let Pass::Asks(at) = Pass::begin(group(), Sight::Seen(seen), ledger, requests) else {
        panic!("it begins with questions");
    };
    let Pass::Observes(at) = at.take(vec![], false, moment()) else {
        panic!("then it observes");
    };
    let begun_at = now() - SignedDuration::from_secs(age);
    at.by_the_list(begun_at, &env()).ok()
}

#[test]
fn a_list_that_shows_what_the_ledger_has_is_enough_to_record_the_call_of_a_forced_failover() {
    for age in [0, 120] {
        let next = by_the_list(listed(), known(), vec![order()], age);
        let Some(Pass::Records(at)) = next else {
            panic!("{next:?}")
        };
        assert!(matches!(at.act(), crate::Act::Submit(call) if call.operation == OperationType::Failover));
        let operation = at.ledger().unwrap().operation.as_ref().unwrap();
        assert_eq!(operation.steps[0].submissions[0].before, listed().fingerprint);
    }
}

#[test]
fn whatever_else_would_come_of_it_is_decided_from_a_reading_made_now() {
    type Change = fn(&mut Observation, &mut Request);
    let changes: [(&str, Change); 8] = [
        ("another revision", |seen, _| {
            seen.fingerprint.revision = Some("8".into())
        }),
        ("another status", |seen, _| seen.fingerprint.status = "x".into()),
        ("closed", |seen, _| {
            let (reason, message) = (Reason::ProviderBusy, String::new());
            let closed = Permit::Closed { reason, message };
            seen.permits.insert(OperationType::Failover, closed);
        }),
        ("nothing said", |seen, _| seen.permits.clear()),
        ("no direction", |seen, _| seen.own_station = Some(Station::Target)),
        ("a bounded loss", |seen, order| {
            seen.replication.lag_seconds = Some(1);
            order.data_loss = Some(DataLoss::Seconds(60));
        }),
        ("another token", |_, order| order.token = Some(Token::quoted("t9"))),
        ("no failover", |_, order| order.operation = OperationType::Reprotect),
    ];
    for (what, change) in changes {
        let (mut seen, mut order) = (listed(), order());
        change(&mut seen, &mut order);
        assert_eq!(by_the_list(seen, known(), vec![order], 0), None, "{what}");
    }
    for age in [-1, 121] {
        assert_eq!(by_the_list(listed(), known(), vec![order()], age), None, "{age} s old");
    }
    let running = LedgerRead::Stored(sends().stored().clone());
    assert_eq!(by_the_list(listed(), running, vec![order()], 0), None);
    assert_eq!(by_the_list(listed(), LedgerRead::Missing, vec![order()], 0), None);
}

#[test]
fn the_last_look_counts_how_old_the_list_was() {
    let env = Env {
        there_and_back: Some(SignedDuration::from_secs(60)),
        ..env()
    };
    for (age, later, sent) in [(0, 59, true), (30, 29, true), (30, 30, false), (0, 60, false)] {
        let Some(Pass::Records(at)) = by_the_list(listed(), known(), vec![order()], age) else {
            panic!("it is recorded");
        };
        let Pass::Tells(at) = at.take(Written::Done(version(2)), now()) else {
            panic!("what is recorded is told");
        };
        let Pass::Signs(at) = at.take() else {
            panic!("then it is signed");
        };
        let Pass::Looks(at) = at.take(Ok(()), now()) else {
            panic!("then it looks");
        };
        let Sight::Seen(mut renamed) = seen() else {
            unreachable!()
        };
        renamed.fingerprint.revision = Some("8".into());
        let mut standing = standing();
        standing.now = now() + SignedDuration::from_secs(later);
        let next = at.take(&Sight::Seen(renamed), &standing, &env);
        assert_eq!(matches!(next, Pass::Sends(_)), sent, "{age} s old, {later} s later");
        if !sent {
            assert_eq!(not_sent(&next).map(|(reason, _)| reason), Some(Reason::StateChanged));
        }
    }
}

#[test]
fn a_list_is_never_enough_to_send_by() {
    let next = looks().take(&Sight::Seen(listed()), &standing(), &env());
    assert_eq!(not_sent(&next).map(|(reason, _)| reason), Some(Reason::NotObserved));
}
