//! Signals and hooks: what has left and what has not when a replica is killed.
//! It must not depend on how long anything takes.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::timeout;

use super::{NOTHING, SOON, Stage, eventually};
use crate::history::ForwardResult;
use crate::proxy::{Act, Match, Moment, Rule, SignalName};
use stationmaster_testkit::process::ProcessId;

#[tokio::test]
async fn at_the_kth_request_the_act_runs_and_ends_it_at_the_moment_that_was_asked_for() {
    let moments = [
        (Moment::BeforeForward, 0, false, ForwardResult::NotForwarded),
        (Moment::AfterForward, 1, false, ForwardResult::Applied),
        (Moment::AfterRelay, 1, true, ForwardResult::Applied),
    ];
    for (when, reached, answered, result) in moments {
        let stage = Stage::kubernetes(Vec::new()).await;
        let ran = Arc::new(AtomicUsize::new(0));
        let count = ran.clone();
        let act = move |met: crate::proxy::Met| {
            assert_eq!((met.exchange, met.replica.as_deref()), (2, Some("a")));
            count.fetch_add(1, Ordering::SeqCst);
            async {}
        };
        stage.proxy.at(2, when, Match::default().of("a"), act).unwrap();
        stage.get("/x").await.unwrap();
        assert_eq!(stage.post().await.is_ok(), answered, "{when:?}");
        assert_eq!(stage.result(2).await.1, result, "{when:?}");
        eventually(|| (ran.load(Ordering::SeqCst) == 1).then_some(())).await;
        assert_eq!(stage.server.bodies().len(), 1 + reached, "{when:?}");
        stage
            .get("/x")
            .await
            .map(drop)
            .or_else(|error| match when {
                // It may have been kept back and ended: its sender is taken for dead.
                Moment::AfterRelay => Ok(()),
                _ => Err(error),
            })
            .unwrap();
    }
}

#[tokio::test]
async fn after_the_answer_what_follows_is_kept_back_and_ends_or_goes_on() {
    for ends in [true, false] {
        let stage = Stage::kubernetes(Vec::new()).await;
        let gate = Arc::new(tokio::sync::Notify::new());
        let waiting = gate.clone();
        let act = move |_| {
            let waiting = waiting.clone();
            async move { waiting.notified().await }
        };
        let all = Match::default();
        match ends {
            true => stage.proxy.at(1, Moment::AfterRelay, all, act).unwrap(),
            false => stage.proxy.pause_at(1, Moment::AfterRelay, all, act).unwrap(),
        };
        assert_eq!(stage.get("/x").await.unwrap().status, 200);
        let next = stage.get("/x");
        tokio::pin!(next);
        timeout(NOTHING, &mut next).await.unwrap_err();
        assert_eq!(stage.server.bodies().len(), 1);
        gate.notify_one();
        assert_eq!(next.await.is_ok(), !ends);
        assert_eq!(stage.server.bodies().len(), if ends { 1 } else { 2 });
        eventually(|| Some(())).await;
        assert_eq!(stage.proxy.requests(&Match::default()), if ends { 1 } else { 2 });
    }
}

#[tokio::test]
async fn a_process_is_killed_and_another_is_stopped_and_goes_on() {
    let mut child = Command::new("sleep").arg("600").spawn().unwrap();
    let process = ProcessId::of(child.id()).unwrap();
    let signal = |signal, when, continue_after_ms| Act::Signal {
        signal,
        when,
        pid: Some(child.id()),
        pid_file: None,
        continue_after_ms,
    };
    let stage = Stage::provider(vec![
        Rule::nth(
            Match::default(),
            1,
            signal(SignalName::Stop, Moment::BeforeForward, Some(100)),
        ),
        Rule::nth(
            Match::default(),
            2,
            signal(SignalName::Kill, Moment::AfterForward, None),
        ),
    ])
    .await;
    let state = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.pid)).unwrap();
        stat[stat.rfind(')').unwrap() + 2..].chars().next().unwrap()
    };
    assert_eq!(stage.post().await.unwrap().status, 200);
    eventually(|| (state() == 'S').then_some(())).await;
    assert!(process.is_running());
    stage.post().await.unwrap_err();
    assert_eq!(stage.server.bodies().len(), 2);
    timeout(SOON, tokio::task::spawn_blocking(move || child.wait()))
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(!process.is_running());
    assert_eq!(stage.result(2).await.1, ForwardResult::Applied);
}
