//! One object, whatever leads to it: a changed endpoint is a first sight, and an administrator's list says who may hold the object.
//! It must not be read as a rule of tokens: those are in `intents` and `held`.

use crate::stage::Stage;
use crate::stage::provider::{At, Mishap, Servers};
use stationmaster_engine::OperationType::{DisableProtection, Failover, Reprotect};
use stationmaster_engine::ledger::{Ending, PendingCall};
use stationmaster_engine::report::{ConditionType, State};
use stationmaster_engine::{Claims, Reason};
use std::collections::BTreeMap;

const NOTHING: [&str; 0] = [];

fn moved(stage: &mut Stage) {
    stage.endpoint = "two.example.com".to_owned();
    stage.run_until_quiet();
}

/// A list that gives the object's scope to a namespace.
fn listed(namespace: &str) -> Claims {
    let entry = format!("kind: sdrs\nscope: p1\nnamespaces: {namespace}");
    Claims::read(
        "ConfigMap ops/claims",
        &BTreeMap::from([("orders".to_owned(), entry)]),
        &["sdrs"],
    )
}

fn unreadable() -> Claims {
    Claims::unreadable("ConfigMap ops/claims", "forbidden")
}

/// Another group that names the same object, in this namespace.
fn rival(stage: &mut Stage, namespace: &str) {
    stage.group.namespace = namespace.to_owned();
    stage.group.name = "another".to_owned();
    stage.group.uid = "group-2".to_owned();
    stage.holder_exists = true;
    stage.report = None;
}

fn stalled(stage: &Stage, reason: Reason) {
    assert_eq!(stage.standing(), (ConditionType::Stalled, reason));
    assert_eq!(stage.token(), "none");
}

#[test]
fn a_changed_endpoint_is_a_first_sight_and_rest_is_rest_after_it() {
    let mut stage = Stage::protected();
    moved(&mut stage);
    assert_eq!((stage.token().as_str(), stage.said(Reason::EndpointChanged)), ("t2", 1));
    assert_eq!(stage.ledger().endpoint, "two.example.com");
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING, "the author has not seen what is shown there");
    let writes = stage.ledger_writes;
    stage.run_until_quiet();
    assert_eq!(stage.ledger_writes, writes);
    stage.endpoint = "one.example.com".to_owned();
    stage.run_until_quiet();
    assert_eq!(stage.token(), "t3", "going back does not bring an old token back");
}

#[test]
fn what_has_not_left_is_taken_back_when_the_endpoint_changes() {
    let mut stage = Stage::protected();
    stage.provider.servers = Servers::Running;
    stage.intent("target", "t1");
    stage.run_until_quiet();
    assert!(stage.ledger().intent.is_some());
    moved(&mut stage);
    assert!(stage.ledger().intent.is_none(), "an armed intent is void");
    stage.provider.servers = Servers::Stopped;
    stage.run_until_quiet();
    assert_eq!(stage.calls(), NOTHING);
    // What is not read yet is no sight.
    let mut stage = Stage::protected();
    stage.provider.unseen = Some((Reason::ProviderUnreachable, "no answer"));
    stage.sleep(11);
    moved(&mut stage);
    assert_eq!(stage.ledger().endpoint, "one.example.com");
    stage.provider.unseen = None;
    stage.run_until_quiet();
    assert_eq!(stage.token(), "t2");
}

#[test]
fn a_call_in_doubt_keeps_fencing_at_another_endpoint() {
    let mut stage = Stage::protected();
    stage.luck(Mishap::RequestLost { arrives_after: None });
    let forced = stage.file(Failover, "target");
    stage.run_until_quiet();
    moved(&mut stage);
    let operation = stage.ledger().operation.as_ref().expect("it goes on");
    assert!(operation.name == forced && operation.submitted());
    let second = stage.file(Failover, "target");
    stage.run_until_quiet();
    assert_ne!(
        stage.state(&second).0,
        State::Running,
        "one at a time, wherever the connection leads"
    );

    let mut stage = Stage::at(At::FailedOver);
    let late = PendingCall {
        moves: false,
        operation: "earlier".to_owned(),
        action: "failover".to_owned(),
        recorded_at: stage.now,
        dead_at: None,
    };
    stage.ledger.as_mut().unwrap().pending_calls.push(late);
    moved(&mut stage);
    let reprotect = stage.file(Reprotect, "source");
    stage.run_until_quiet();
    assert_eq!(stage.state(&reprotect), (State::Waiting, Reason::AwaitingConfirmation));
    assert_eq!(stage.calls(), NOTHING);
    assert!(stage.ledger().fences(stage.now));
}

#[test]
fn who_is_not_on_the_list_does_not_claim_anew() {
    for (claims, reason) in [
        (listed("elsewhere"), Reason::ClaimNotAllowed),
        (unreadable(), Reason::ClaimsUnreadable),
    ] {
        let mut stage = Stage::unseen(At::Protected);
        stage.claims = claims;
        let forced = stage.file(Failover, "target");
        stage.run_until_quiet();
        stalled(&stage, reason);
        assert!(stage.ledger.is_none() && stage.message(ConditionType::Stalled).contains("ConfigMap ops/claims"));
        match reason {
            Reason::ClaimNotAllowed => assert_eq!(stage.ended(&forced), (Ending::Refused, reason)),
            _ => assert_eq!(
                stage.state(&forced),
                (State::Pending, reason),
                "what cannot be read may be readable soon"
            ),
        }
        stage.claims = listed("shop");
        stage.run_until_quiet();
        assert_eq!(stage.token(), "t1");
        // Whoever holds an object keeps it, also made again, while the list cannot be read.
        stage.claims = unreadable();
        stage.recreate_group();
        stage.run_until_quiet();
        assert_eq!(stage.token(), "t2");
        stage.claims = listed("elsewhere");
        stage.run_until_quiet();
        assert_eq!(stage.token(), "t2", "nobody else asks for it");
    }
}

#[test]
fn a_listed_namespace_takes_over_from_one_that_is_not_and_from_no_other() {
    for (claims, reason) in [
        (Claims::none(), Some(Reason::ProtectionObjectClaimed)),
        (unreadable(), Some(Reason::ProtectionObjectClaimed)),
        (listed("shop"), Some(Reason::ClaimNotAllowed)),
        (listed("shop, owner"), Some(Reason::ProtectionObjectClaimed)),
        (listed("owner"), None),
    ] {
        let mut stage = Stage::protected();
        let forced = stage.file(Failover, "target");
        stage.run_until_quiet();
        assert_eq!(stage.ended(&forced).0, Ending::Succeeded);
        let token = stage.token();
        rival(&mut stage, "owner");
        stage.claims = claims.clone();
        stage.run_until_quiet();
        let Some(reason) = reason else {
            assert_eq!(stage.ledger().group.namespace, "owner");
            assert_ne!(stage.token(), token);
            assert!(
                stage.ledger().completed.is_empty(),
                "the history is the former holder's"
            );
            continue;
        };
        stalled(&stage, reason);
        assert!(
            stage.message(ConditionType::Stalled).contains("shop/orders-db"),
            "{claims:?}"
        );
        let order = stage.file(DisableProtection, "target");
        stage.run_until_quiet();
        assert_eq!(stage.ended(&order), (Ending::Refused, reason));
    }
}

#[test]
fn a_take_over_waits_while_the_ledger_fences() {
    let mut stage = Stage::protected();
    let dead = stage.now + jiff::SignedDuration::from_secs(600);
    let late = PendingCall {
        moves: false,
        operation: "earlier".to_owned(),
        action: "failover".to_owned(),
        recorded_at: stage.now,
        dead_at: Some(dead),
    };
    stage.ledger.as_mut().unwrap().pending_calls.push(late);
    rival(&mut stage, "owner");
    stage.claims = listed("owner");
    let order = stage.file(Failover, "target");
    stage.run_until_quiet();
    stalled(&stage, Reason::ClaimAwaited);
    assert_eq!(
        stage.state(&order),
        (State::Pending, Reason::ClaimAwaited),
        "it will be its own"
    );
    stage.sleep(601);
    stage.run_until_quiet();
    assert_eq!(stage.ledger().group.namespace, "owner");
}

#[test]
fn what_cannot_be_read_is_forgiven_only_to_the_same_group_made_again() {
    // The list has given the object to others since: that is forgiven to nobody.
    let mut stage = Stage::protected();
    stage.claims = listed("elsewhere");
    stage.recreate_group();
    stage.run_until_quiet();
    stalled(&stage, Reason::ClaimNotAllowed);
    assert_eq!(stage.ledger().group.uid, "group-1");
    // Another group takes nothing over while nobody knows whether it may, though the holder is gone.
    let mut stage = Stage::protected();
    rival(&mut stage, "owner");
    stage.holder_exists = false;
    stage.claims = unreadable();
    stage.run_until_quiet();
    stalled(&stage, Reason::ClaimsUnreadable);
    assert_eq!(stage.ledger().group.uid, "group-1");
}

#[test]
fn who_is_named_waits_while_it_cannot_be_read_whether_the_holder_is() {
    let mut stage = Stage::protected();
    rival(&mut stage, "owner");
    let entries = [("bad", "?"), ("orders", "kind: sdrs\nscope: p1\nnamespaces: owner")];
    let entries = entries.map(|(key, text)| (key.to_owned(), text.to_owned()));
    stage.claims = Claims::read("ConfigMap ops/claims", &entries.into(), &["sdrs"]);
    let order = stage.file(Failover, "target");
    stage.run_until_quiet();
    stalled(&stage, Reason::ClaimsUnreadable);
    assert!(stage.message(ConditionType::Stalled).contains("shop/orders-db"));
    assert_eq!(stage.state(&order), (State::Pending, Reason::ClaimsUnreadable));
    stage.claims = listed("owner");
    stage.run_until_quiet();
    assert_eq!(stage.ledger().group.namespace, "owner");
}

#[test]
fn a_take_over_is_looked_at_again_when_the_last_late_call_dies() {
    let mut stage = Stage::protected();
    let late = |stage: &Stage, dead: Option<i64>| PendingCall {
        moves: false,
        operation: "earlier".to_owned(),
        action: "failover".to_owned(),
        recorded_at: stage.now,
        dead_at: dead.map(|seconds| stage.now + jiff::SignedDuration::from_secs(seconds)),
    };
    let calls = [Some(0), Some(300), Some(600), None].map(|dead| late(&stage, dead));
    let (now, dead) = (stage.now, calls[2].dead_at);
    stage.ledger.as_mut().unwrap().pending_calls = calls.into();
    rival(&mut stage, "owner");
    // Who is not to have it waits for nothing.
    assert_eq!(stage.pass().wake, None);
    assert_eq!(stage.standing().1, Reason::ProtectionObjectClaimed);
    stage.claims = listed("owner");
    assert_eq!(stage.pass().wake, dead, "one of no known end is ended by no clock");
    stalled(&stage, Reason::ClaimAwaited);
    assert_eq!(stage.now, now);
    // What dies at this moment is no reason to look again at this moment.
    stage
        .ledger
        .as_mut()
        .unwrap()
        .pending_calls
        .retain(|c| c.dead_at == Some(now) || c.dead_at.is_none());
    assert_eq!(stage.ledger().pending_calls.len(), 2);
    assert_eq!(stage.pass().wake, None);
    stalled(&stage, Reason::ClaimAwaited);
}
