//! Acts on lists and watches.
//! It must not take silence for an end, or an end for silence.

use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::server::OBJECTS;
use super::{NOTHING, SOON, Stage};
use crate::proxy::{Act, Match, Rule};

/// What a watch yields next.
#[derive(Debug, PartialEq)]
enum Next {
    /// An event of this version, or an error of this code.
    Event(u64),
    Error(u64),
    Silence,
    End,
}

struct Watch {
    status: u16,
    body: Incoming,
    rest: Vec<u8>,
}

impl Watch {
    async fn start(stage: &Stage, from: u64) -> Self {
        let address = stage.door.url().trim_start_matches("http://");
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        let request = http::Request::get(format!("{OBJECTS}?watch=true&resourceVersion={from}"))
            .body(Empty::<Bytes>::new())
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        Self {
            status: answer.status().as_u16(),
            body: answer.into_body(),
            rest: Vec::new(),
        }
    }

    async fn next(&mut self, within: Duration) -> Next {
        let line = timeout(within, async {
            loop {
                if let Some(at) = self.rest.iter().position(|byte| *byte == b'\n') {
                    return Some(self.rest.drain(..=at).collect::<Vec<u8>>());
                }
                let frame = self.body.frame().await?;
                self.rest.extend_from_slice(&frame.unwrap().into_data().unwrap());
            }
        });
        let line = match line.await {
            Err(_) => return Next::Silence,
            Ok(None) => return Next::End,
            Ok(Some(line)) => serde_json::from_slice::<Value>(&line).unwrap(),
        };
        match line["type"].as_str().unwrap() {
            "ERROR" => Next::Error(line["object"]["code"].as_u64().unwrap()),
            _ => {
                let version = line["object"]["metadata"]["resourceVersion"].as_str().unwrap();
                Next::Event(version.parse().unwrap())
            }
        }
    }

    async fn event(&mut self) -> Next {
        self.next(SOON).await
    }
}

async fn stage(act: Option<Act>) -> Stage {
    let rule = act.map(|act| Rule::once(Match::kubernetes("watch", "configmaps"), act));
    Stage::kubernetes(rule.into_iter().collect()).await
}

#[tokio::test]
async fn a_watch_streams_each_event_when_it_happens() {
    let stage = stage(None).await;
    let mut watch = Watch::start(&stage, 1).await;
    for version in 2..5 {
        assert_eq!(watch.next(Duration::from_millis(50)).await, Next::Silence);
        stage.server.change();
        assert_eq!(watch.event().await, Next::Event(version));
    }
    assert_eq!(
        stage.result(1).await.0,
        Some(200),
        "a watch has its answer when it begins"
    );
}

#[tokio::test]
async fn a_frozen_watch_stays_open_and_the_next_one_catches_up() {
    let stage = stage(Some(Act::FreezeWatch { after_events: 1 })).await;
    let mut watch = Watch::start(&stage, 1).await;
    stage.server.change();
    assert_eq!(watch.event().await, Next::Event(2));
    stage.server.change();
    assert_eq!(watch.next(NOTHING).await, Next::Silence);
    assert_eq!(Watch::start(&stage, 2).await.event().await, Next::Event(3));
}

#[tokio::test]
async fn hidden_events_are_lost_and_the_others_come() {
    let stage = stage(Some(Act::HideEvents { from: 2, to: Some(3) })).await;
    let mut watch = Watch::start(&stage, 1).await;
    for _ in 0..4 {
        stage.server.change();
    }
    assert_eq!(
        [watch.event().await, watch.event().await],
        [Next::Event(2), Next::Event(5)]
    );
}

#[tokio::test]
async fn a_watch_is_told_that_its_version_is_gone_in_the_stream_or_at_its_start() {
    let first = stage(Some(Act::GoneInStream { after_events: 1 })).await;
    first.server.change();
    let mut watch = Watch::start(&first, 1).await;
    assert_eq!(
        [watch.event().await, watch.event().await],
        [Next::Event(2), Next::Error(410)]
    );
    assert_eq!(watch.event().await, Next::End);
    let second = stage(Some(Act::gone_at_start())).await;
    assert_eq!(Watch::start(&second, 1).await.status, 410);
    assert_eq!(Watch::start(&second, 1).await.status, 200);
}

#[tokio::test]
async fn an_older_state_is_replayed_to_lists_and_watches_and_later_they_catch_up() {
    let stage = Stage::kubernetes(vec![
        Rule::nth(
            Match::kubernetes("list", "configmaps"),
            1,
            Act::Replay {
                back: None,
                silent_ms: None,
            },
        ),
        Rule::nth(
            Match::kubernetes("list", "configmaps"),
            4,
            Act::Replay {
                back: Some(1),
                silent_ms: None,
            },
        ),
        Rule::nth(
            Match::kubernetes("list", "configmaps"),
            5,
            Act::Replay {
                back: None,
                silent_ms: None,
            },
        ),
        Rule::nth(
            Match::kubernetes("watch", "configmaps"),
            2,
            Act::Replay {
                back: Some(1),
                silent_ms: Some(200),
            },
        ),
    ])
    .await;
    let version = |body: String| serde_json::from_str::<Value>(&body).unwrap()["metadata"]["resourceVersion"].clone();
    let mut seen = Vec::new();
    seen.push(version(stage.get(OBJECTS).await.unwrap().body));
    let (_, _, altered) = stage.result(1).await;
    assert_eq!(
        altered.as_deref(),
        Some("replay"),
        "nothing was recorded yet, and the history says so"
    );
    let mut watch = Watch::start(&stage, 1).await;
    stage.server.change();
    assert_eq!(watch.event().await, Next::Event(2));
    seen.push(version(stage.get(OBJECTS).await.unwrap().body));
    stage.server.change();
    assert_eq!(watch.event().await, Next::Event(3));
    for _ in 0..3 {
        seen.push(version(stage.get(OBJECTS).await.unwrap().body));
    }
    assert_eq!(seen, ["1", "2", "3", "3", "1"]);
    stage.server.change();
    assert_eq!(watch.event().await, Next::Event(4));
    let mut replayed = Watch::start(&stage, 1).await;
    assert_eq!(
        [replayed.event().await, replayed.event().await],
        [Next::Event(2), Next::Event(3)]
    );
    assert_eq!(
        replayed.event().await,
        Next::End,
        "silent for a while, and no newer event"
    );
    assert_eq!(Watch::start(&stage, 3).await.event().await, Next::Event(4));
}
