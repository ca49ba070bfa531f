//! What faults do to requests, and that a flaw is only there when asked for.
//! They must not wait in real time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kube::api::{ListParams, PostParams};
use stationmaster_api::ProtectionGroup;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::super::{CallState, Fate, Flaw, Gate, Verb};
use super::{create, group, groups, refused, server};

#[tokio::test(start_paused = true)]
async fn a_lost_request_is_not_carried_out_and_a_lost_answer_is() {
    let server = server();
    let post = async |name: &str| groups(&server).create(&PostParams::default(), &group(name)).await;
    server.on_request(|call| match call.name.as_deref() {
        Some("before") => Fate::DropBefore,
        Some("after") => Fate::DropAfter,
        Some("busy") => Fate::Answer(429, Some(7)),
        _ => Fate::Pass,
    });
    assert!(matches!(post("before").await, Err(kube::Error::Service(_))));
    assert!(matches!(post("after").await, Err(kube::Error::Service(_))));
    assert!(server.get::<ProtectionGroup>("shop", "before").is_none());
    assert!(server.get::<ProtectionGroup>("shop", "after").is_some());
    let states: Vec<_> = server
        .log()
        .iter()
        .map(|logged| (logged.state.clone(), logged.applied()))
        .collect();
    assert_eq!(
        states,
        [(CallState::RequestLost, false), (CallState::AnswerLost(201), true)]
    );

    // kube's own client repeats what is answered by 429; ours does not, see the operator's client.
    server.on_request(|call| {
        if call.number == 3 {
            Fate::Answer(403, None)
        } else {
            Fate::Pass
        }
    });
    assert_eq!(refused(post("busy").await), (403, "Forbidden".into()));
    assert_eq!(server.log()[2].call.verb, Verb::Create);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_arrives_also_after_the_client_has_gone() {
    let server = server();
    let (open, gate) = oneshot::channel();
    let gate = Mutex::new(Some(gate));
    server.on_request(move |call| match (call.verb, gate.lock().unwrap().take()) {
        (Verb::Create, Some(gate)) => Fate::Hold(Gate::Until(gate), Box::new(Fate::Pass)),
        _ => Fate::Pass,
    });
    let (params, object, api) = (PostParams::default(), group("late"), groups(&server));
    assert!(
        timeout(Duration::from_secs(5), api.create(&params, &object))
            .await
            .is_err()
    );
    assert!(server.get::<ProtectionGroup>("shop", "late").is_none());
    open.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert!(server.get::<ProtectionGroup>("shop", "late").is_some());
    assert!(server.log()[0].applied());

    server.on_request(|_| Fate::HoldAnswer(Gate::For(Duration::from_secs(3))));
    let began = Instant::now();
    create(&server, "slow").await;
    assert_eq!(began.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn a_fault_may_write_first_and_knows_who_asks() {
    let server = server();
    create(&server, "db").await;
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let (hand, users) = (server.clone(), seen.clone());
    server.on_request(move |call| {
        users.lock().unwrap().push(call.user.clone());
        if call.verb == Verb::Update {
            let patch = serde_json::json!({ "metadata": { "annotations": { "n": call.number.to_string() } } });
            hand.merge::<ProtectionGroup>(&call.namespace, call.name.as_deref().unwrap(), &patch)
                .unwrap();
        }
        Fate::Pass
    });
    let groups = kube::Api::<ProtectionGroup>::namespaced(server.client("replica-2", "shop"), "shop");
    let object = groups.get("db").await.unwrap();
    assert_eq!(
        refused(groups.replace("db", &PostParams::default(), &object).await),
        (409, "Conflict".into())
    );
    assert_eq!(*seen.lock().unwrap(), ["replica-2", "replica-2"]);
    server.heal();
    groups.list(&ListParams::default()).await.unwrap();
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn revisions_go_back_with_a_snapshot_and_uids_do_not() {
    let server = server();
    let snapshot = server.snapshot();
    let first = create(&server, "db").await;
    server.restore(&snapshot);
    let second = create(&server, "db").await;
    assert_eq!(first.metadata.resource_version, second.metadata.resource_version);
    assert_ne!(first.metadata.uid, second.metadata.uid);
}

#[tokio::test]
async fn a_flaw_is_there_only_when_asked_for() {
    let good = server();
    let bad = server().with_flaw(Flaw::CreatesTwice);
    for (server, code) in [(good, Some(409)), (bad, None)] {
        create(&server, "db").await;
        let again = groups(&server).create(&PostParams::default(), &group("db")).await;
        assert_eq!(again.err().map(|_| 409), code);
    }
}
