//! Tests of the order of a pass, and of what each answer leads to.
//! They must not test what is decided: that is tested over whole scripts.

mod listed;
mod look;
mod parts;
mod people;
mod scene;
mod sets;
mod watch;

use super::*;
use crate::{Intent, OperationType, Permit, Reason, Station, Token, Why};
use jiff::SignedDuration;
use scene::*;
use std::time::Duration;

#[test]
fn a_record_is_guarded_by_the_version_that_was_read_and_the_first_one_is_a_claim() {
    assert_eq!(records().replaces(), Some(&version(1)));
    let Pass::Records(first) = decided(LedgerRead::Missing, vec![]) else {
        panic!("a first sight is recorded");
    };
    assert_eq!(first.replaces(), None);
}

#[test]
fn a_refused_record_voids_the_pass() {
    let next = records().take(Written::Conflict, now());
    assert_eq!(next, Pass::Over(Next::In(Duration::from_millis(50))));
}

#[test]
fn a_record_that_nobody_heard_of_is_written_down_as_a_call_that_was_not_made() {
    let next = records().take(Written::Unheard, now());
    assert_eq!(not_sent(&next).map(|(reason, _)| reason), Some(Reason::CallWithheld));
    // On the ledger as it is then; and an API server that does not answer is not asked again at once.
    let Pass::Rereads(at) = next else { panic!("{next:?}") };
    let Pass::WritesDown(at) = at.take(Ok(known())) else {
        panic!("it is read again");
    };
    assert!(at.ledger(&env()).is_err(), "the record was never written");
    assert_eq!(at.lost(), Pass::Over(Next::In(Duration::from_secs(2))));
    // Where no call was to be made nothing is owed.
    let Pass::Records(first) = decided(LedgerRead::Missing, vec![]) else {
        panic!("a first sight is recorded");
    };
    assert!(matches!(first.take(Written::Unheard, now()), Pass::Over(Next::In(_))));
}

#[test]
fn what_is_sent_is_answered_written_down_and_told() {
    let jobs = vec!["job-1".to_owned()];
    let Pass::WritesDown(at) = sends().take(CallOutcome::Accepted { jobs }, now()) else {
        panic!("an answer is written down");
    };
    assert_eq!(at.replaces(), &version(2));
    let ledger = at.ledger(&env()).unwrap();
    assert_eq!(ledger.operation.as_ref().unwrap().jobs_of("Failover"), ["job-1"]);
    let Pass::Reports(at) = at.take(ledger.clone(), Written::Done(version(3))) else {
        panic!("then it is told");
    };
    assert_eq!(at.ledger(), Some(&ledger));
    assert_eq!(at.take(), Pass::Over(Next::Again));
}

#[test]
fn each_thing_that_a_call_rests_on_withholds_it() {
    type Change = fn(&mut Standing);
    let changes: [(&str, Change); 9] = [
        ("someone else wrote the ledger", |s| s.ledger = Ok(Some(version(9)))),
        ("someone else wrote the ledger", |s| s.ledger = Ok(None)),
        ("no route", |s| s.ledger = Err("no route".into())),
        ("the group was made again", |s| s.group = Ok(Some(("u-9".into(), 3)))),
        ("the group's spec was changed meanwhile", |s| {
            s.group = Ok(Some(("u-1".into(), 4)))
        }),
        ("the group is gone", |s| s.group = Ok(None)),
        ("too much time has passed since the call was recorded", |s| {
            s.now += SignedDuration::from_secs(121);
        }),
        ("the operator was asked to stop", |s| s.stopping = true),
        ("the lease does not provably outlast the sending of the call", |s| {
            s.leads = false
        }),
    ];
    for (why, change) in changes {
        let mut standing = standing();
        change(&mut standing);
        let next = looks().take(&seen(), &standing, &env());
        assert_eq!(not_sent(&next), Some((Reason::CallWithheld, why)));
    }
    let mut standing = standing();
    standing.now += SignedDuration::from_secs(120);
    let next = looks().take(&seen(), &standing, &env());
    assert!(matches!(next, Pass::Sends(_)), "it may take two minutes: {next:?}");
    let unseen = Sight::Unseen {
        reason: Reason::ProviderUnreachable,
        message: "no answer".into(),
    };
    let next = looks().take(&unseen, &standing, &env());
    assert_eq!(not_sent(&next), Some((Reason::ProviderUnreachable, "no answer")));
}

#[test]
fn what_cannot_be_signed_is_not_sent() {
    let Pass::Tells(at) = records().take(Written::Done(version(2)), now()) else {
        panic!("what is recorded is told");
    };
    let Pass::Signs(at) = at.take() else {
        panic!("then it is signed")
    };
    let next = at.take(Err(Why::new(Reason::AuthenticationFailed, "expired")), now());
    assert_eq!(not_sent(&next), Some((Reason::AuthenticationFailed, "expired")));
}

#[test]
fn a_fact_is_written_on_whatever_ledger_has_a_place_for_it_and_is_kept_until_then() {
    let message = "no answer".to_owned();
    let mut pass = sends().take(CallOutcome::Ambiguous { message }, now());
    let mut pauses = Vec::new();
    let kept = loop {
        pass = match pass {
            Pass::WritesDown(at) => {
                let ledger = at.ledger(&env()).unwrap();
                at.take(ledger, Written::Conflict)
            }
            Pass::Rereads(at) => {
                pauses.push(at.pause().as_millis());
                at.take(Err(()))
            }
            Pass::Keeps(at) => break at,
            other => panic!("{other:?}"),
        };
    };
    assert_eq!(pauses, [200, 400, 600, 800]);
    // The driver goes on with it later; meanwhile another replica has taken the operation over.
    let Pass::Rereads(_) = Pass::Rereads(kept.clone()) else {
        unreachable!()
    };
    let stored = sends().stored().clone();
    let Pass::WritesDown(at) = kept.clone().take(Ok(LedgerRead::Stored(stored.clone()))) else {
        panic!("it is tried again");
    };
    let ledger = at.ledger(&env()).unwrap();
    let over = at.take(ledger, Written::Done(version(8)));
    assert_eq!(
        over,
        Pass::Over(Next::Again),
        "what it read is too old to tell anything by"
    );
    let mut foreign = Ledger::clone(&stored.ledger);
    foreign.operation.as_mut().unwrap().steps[0].submissions[0].recorded_by = "operator-1".into();
    let (version, ledger) = (version(9), Arc::new(foreign));
    let Pass::WritesDown(at) = kept.take(Ok(LedgerRead::Stored(Stored { version, ledger }))) else {
        panic!("it is tried again");
    };
    assert!(matches!(at.ledger(&env()), Err(Lost::Foreign { .. })));
    assert_eq!(at.lost(), Pass::Over(Next::Again));
}

#[test]
fn a_ledger_that_cannot_be_used_stops_everything_but_the_telling() {
    let why = Why::new(Reason::LedgerUnreadable, "version 9");
    let Pass::Reports(at) = decided(LedgerRead::Unreadable(why.clone()), vec![order()]) else {
        panic!("nothing is done");
    };
    assert_eq!(at.decided().blocked, Some(why));
}

#[test]
fn at_rest_the_list_is_enough() {
    let Pass::Asks(at) = Pass::begin(group(), seen(), known(), vec![]) else {
        panic!("it begins with questions");
    };
    assert_eq!((at.running(), at.holder()), (None, None));
    let Pass::Observes(at) = at.take(vec![], false, moment()) else {
        panic!("then it observes");
    };
    assert!(!at.reads_the_object());
    let Pass::Reports(at) = at.listed(&env()) else {
        panic!("nothing is done")
    };
    assert_eq!(at.take(), Pass::Over(Next::OnChange));
}

#[test]
fn what_is_asked_first_is_about_the_operation_that_runs_and_about_another_holder() {
    let asks = |group: Group| match Pass::begin(group, seen(), LedgerRead::Stored(sends().stored().clone()), vec![]) {
        Pass::Asks(at) => at,
        other => panic!("{other:?}"),
    };
    let ours = asks(group());
    assert_eq!((ours.running().as_deref(), ours.holder()), (Some("storm"), None));
    let mut another = group();
    another.uid = "u-9".into();
    let theirs = asks(another);
    assert_eq!(theirs.running().as_deref(), Some("storm"));
    assert_eq!(theirs.holder().map(|holder| holder.uid), Some("u-1".to_owned()));
}

#[test]
fn what_is_told_of_an_operation_is_told_with_its_object_too() {
    let mut group = group();
    group.generation += 1;
    let (station, token) = (Station::Target, Some(Token::quoted("t1")));
    group.intent = Some(Intent { station, token });
    let Sight::Seen(mut sight) = seen() else { unreachable!() };
    sight.permits.insert(OperationType::PlannedFailover, Permit::Open);
    let Pass::Records(at) = decided_of(group, Sight::Seen(sight), known(), vec![]) else {
        panic!("the intent is an order");
    };
    let Pass::Tells(at) = at.take(Written::Done(version(2)), now()) else {
        panic!("what is recorded is told");
    };
    let told = at.notices().to_vec();
    assert!(!told.is_empty());
    let Pass::Creates(at) = at.take() else {
        panic!("then its object is made");
    };
    assert_eq!(at.notices(), told);
}

#[test]
fn after_news_the_group_is_looked_at_again_though_nothing_was_done() {
    let Pass::Records(at) = decided(LedgerRead::Missing, vec![]) else {
        panic!("a first sight is recorded");
    };
    let Pass::Tells(at) = at.take(Written::Done(version(1)), now()) else {
        panic!("what is recorded is told");
    };
    let Pass::Reports(at) = at.take() else {
        panic!("nothing is done")
    };
    assert_eq!(at.take(), Pass::Over(Next::Again));
}

#[test]
fn what_the_list_does_not_hold_is_read_only_where_it_may_be_younger_than_the_list() {
    let reads = |reason, ledger| {
        let message = String::new();
        let Pass::Asks(at) = Pass::begin(group(), Sight::Unseen { reason, message }, ledger, vec![]) else {
            panic!("it begins with questions");
        };
        let Pass::Observes(at) = at.take(vec![], false, moment()) else {
            panic!("then it observes");
        };
        at.reads_the_object()
    };
    assert!(reads(Reason::ProtectionObjectNotFound, LedgerRead::Missing));
    assert!(!reads(Reason::ProtectionObjectNotFound, known()));
    assert!(!reads(Reason::ProviderUnreachable, LedgerRead::Missing));
}

#[test]
fn what_has_ended_is_told_once_and_by_its_object() {
    let refused = |ledger: LedgerRead, name: &str, uid: &str| {
        let mut late = order();
        (late.name, late.uid, late.token) = (name.into(), uid.into(), None);
        let Pass::Records(at) = decided(ledger, vec![late]) else {
            panic!("what is refused is recorded");
        };
        let ledger = Arc::new(at.ledger().unwrap().clone());
        let Pass::Tells(at) = at.take(Written::Done(version(2)), now()) else {
            panic!("what is recorded is told");
        };
        let ended = at
            .ended()
            .map(|v| (v.name.clone(), v.uid.clone().unwrap()))
            .collect::<Vec<_>>();
        let version = version(2);
        (LedgerRead::Stored(Stored { version, ledger }), ended)
    };
    let one = |name: &str, uid: &str| vec![(name.to_owned(), uid.to_owned())];
    let (ledger, ended) = refused(known(), "storm", "u-2");
    assert_eq!(ended, one("storm", "u-2"));
    let (ledger, ended) = refused(ledger, "drill", "u-3");
    assert_eq!(ended, one("drill", "u-3"));
    let (_, ended) = refused(ledger, "storm", "u-4");
    assert_eq!(ended, one("storm", "u-4"), "made again under the same name");
}
