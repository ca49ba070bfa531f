//! Acts on requests and answers.
//! It must not judge by what the proxy says alone: the server tells what reached it.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::timeout;

use super::{NOTHING, SOON, Stage, eventually};
use crate::history::{Event, ForwardResult};
use crate::proxy::{Act, Match, Moment, Occurrence, Rule, Span, Which};

fn always(act: Act) -> Vec<Rule> {
    vec![Rule::always(Match::default(), act)]
}

#[tokio::test]
async fn what_is_held_is_sent_on_when_it_is_released_or_its_time_is_over() {
    let stage = Stage::provider(vec![
        Rule::nth(Match::default(), 1, Act::Hold { ms: None }),
        Rule::nth(Match::default(), 2, Act::Hold { ms: Some(50) }),
        Rule::nth(Match::default(), 3, Act::Hold { ms: None }),
    ])
    .await;
    let held = stage.post();
    tokio::pin!(held);
    timeout(NOTHING, &mut held).await.unwrap_err();
    assert!(stage.server.bodies().is_empty());
    stage.proxy.release();
    assert_eq!(held.await.unwrap().status, 200);
    let started = Instant::now();
    assert_eq!(stage.post().await.unwrap().status, 200);
    assert!(started.elapsed() >= Duration::from_millis(50));
    timeout(NOTHING, stage.post()).await.unwrap_err();
    assert_eq!(stage.result(3).await.1, ForwardResult::NotForwarded, "its client left");
    assert_eq!(stage.server.bodies().len(), 2);
}

#[tokio::test]
async fn a_swallowed_answer_never_comes_and_the_request_was_applied_unless_it_was_not_sent_on() {
    for forward in [true, false] {
        let stage = Stage::provider(always(Act::Swallow { forward })).await;
        timeout(NOTHING, stage.post()).await.unwrap_err();
        let expected = if forward {
            ForwardResult::Applied
        } else {
            ForwardResult::NotForwarded
        };
        assert_eq!(stage.result(1).await, (None, expected, Some("swallowed".into())));
        assert_eq!(stage.server.bodies().len(), usize::from(forward));
    }
}

#[tokio::test]
async fn a_reset_is_one_for_the_client() {
    for (when, reached) in [(Moment::BeforeForward, 0), (Moment::AfterForward, 1)] {
        let stage = Stage::provider(always(Act::Reset { when })).await;
        let address = stage.door.url().trim_start_matches("http://").to_owned();
        let error = tokio::task::spawn_blocking(move || {
            let mut client = std::net::TcpStream::connect(address).unwrap();
            client.set_read_timeout(Some(SOON)).unwrap();
            client
                .write_all(b"PUT /x HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
                .unwrap();
            client.read(&mut [0; 100]).unwrap_err()
        });
        assert_eq!(error.await.unwrap().kind(), ErrorKind::ConnectionReset);
        assert_eq!(stage.server.bodies().len(), reached);
    }
}

#[tokio::test]
async fn a_late_request_arrives_after_its_client_has_gone() {
    for reset in [true, false] {
        let stage = Stage::provider(always(Act::DeliverLate { after_ms: 50, reset })).await;
        let answer = timeout(NOTHING, stage.post()).await;
        assert_eq!(answer.is_ok(), reset, "reset at once, or the client gives up by itself");
        assert!(answer.is_err() || answer.unwrap().is_err());
        eventually(|| (stage.server.bodies().len() == 1).then_some(())).await;
        let history = stage.proxy.history();
        let line =
            |wanted: fn(&Event) -> bool| history.records.iter().position(|record| wanted(&record.event)).unwrap();
        let relayed = line(|event| {
            matches!(
                event,
                Event::Relay {
                    result: ForwardResult::Unknown,
                    ..
                }
            )
        });
        assert!(relayed < line(|event| matches!(event, Event::Forward { .. })));
    }
}

#[tokio::test]
async fn a_duplicate_reaches_the_server_twice_and_either_answer_is_passed_on() {
    for (answer, number) in [(Which::First, 1), (Which::Second, 2)] {
        let stage = Stage::provider(always(Act::Duplicate { answer })).await;
        let answer = stage.post().await.unwrap();
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["number"], number);
        let bodies = stage.server.bodies();
        assert!(bodies.len() == 2 && bodies[0] == bodies[1] && bodies[0].contains("failover-server-group"));
    }
}

#[tokio::test]
async fn another_answer_takes_the_place_of_the_servers() {
    let object = "/api/v1/namespaces/x/configmaps/y";
    let stage = Stage::kubernetes(vec![
        Rule::nth(Match::kubernetes("get", "configmaps"), 1, Act::throttle(3)),
        Rule::nth(Match::kubernetes("get", "configmaps"), 2, Act::gone_at_start()),
        Rule::nth(
            Match::default(),
            3,
            Act::Answer {
                status: 504,
                retry_after_seconds: None,
                reason: None,
                body: Some(json!({"a": 1})),
                forward: true,
            },
        ),
    ])
    .await;
    let throttled = stage.get(object).await.unwrap();
    assert_eq!(
        (throttled.status.as_u16(), &throttled.headers["retry-after"]),
        (429, &"3".parse().unwrap())
    );
    let status: Value = serde_json::from_str(&throttled.body).unwrap();
    assert_eq!(
        (&status["kind"], &status["reason"]),
        (&json!("Status"), &json!("TooManyRequests"))
    );
    assert_eq!(status["details"]["retryAfterSeconds"], 3);
    let gone = stage.get(object).await.unwrap();
    assert_eq!(gone.status, 410);
    assert!(gone.body.contains("\"Expired\""), "{}", gone.body);
    assert!(stage.server.bodies().is_empty());
    let lost = stage.get(object).await.unwrap();
    assert_eq!((lost.status.as_u16(), lost.body.as_str()), (504, "{\"a\":1}"));
    assert_eq!(stage.server.bodies().len(), 1);
    assert_eq!(stage.result(3).await.1, ForwardResult::Applied);
    assert_eq!(stage.get(object).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_slow_body_comes_slowly_and_whole() {
    let stage = Stage::provider(vec![Rule {
        occurrence: Occurrence::Range(Span { from: 2, to: 2 }),
        ..Rule::once(Match::default(), Act::SlowBody { bytes_per_second: 1000 })
    }])
    .await;
    let fast = stage.get("/x").await.unwrap();
    let started = Instant::now();
    let slow = stage.get("/x").await.unwrap();
    assert_eq!(slow.body.len(), fast.body.len());
    assert!(
        started.elapsed() >= Duration::from_millis(slow.body.len() as u64),
        "{:?}",
        started.elapsed()
    );
}
