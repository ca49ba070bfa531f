//! Calls that the cloud's gate turns away, and readings that fail while a job runs.
//! It must not count as a loss what provably was not done.

use crate::stage::{GROUP, Scene, Setup, answers, on, on_reads, shared, stories, until};
use jiff::SignedDuration;
use stationmaster_api::{OperationState, Station};
use stationmaster_simulator::{Act, FaultMatch, FaultRule, JournalEntry};

stories![
    a_call_that_is_throttled_is_made_again_when_the_cloud_said,
    a_call_that_is_throttled_without_a_word_is_made_again,
    a_call_with_an_expired_token_is_made_again_with_a_new_one,
    a_call_that_is_refused_ends_the_operation,
    a_job_is_followed_further_after_errors_and_a_new_login,
    a_job_that_the_cloud_has_forgotten_is_judged_by_the_group,
];

const CALL: &str = "reverse-server-group";

async fn scene(name: &str, setup: Setup) -> Scene {
    Scene::set(&shared().await.0, name, setup).await
}

/// The two calls of an operation whose first call was turned away with this status.
async fn made_again(name: &str, act: Act, turned_away: u16) -> [JournalEntry; 2] {
    let scene = scene(name, Setup::default()).await;
    scene.spoil(on(CALL, act)).await;
    let operation = scene.intent(Station::Target).await;
    let ended = scene.ends(&operation, OperationState::Succeeded, "Succeeded").await;
    let step = ended
        .status
        .unwrap()
        .steps
        .into_iter()
        .find(|s| s.name == "ReverseServerGroup");
    // One more for each that had no time left to be sent, on a busy machine; the calls are counted at the cloud.
    assert!(step.unwrap().attempts >= 2);
    assert_eq!(scene.done().await, [CALL]);
    let calls: [JournalEntry; 2] = scene.calls().await.try_into().unwrap();
    assert!(!calls[0].accepted && calls[0].status == Some(turned_away), "{calls:?}");
    calls
}

pub async fn a_call_that_is_throttled_is_made_again_when_the_cloud_said() {
    let act = Act::Throttle {
        retry_after_seconds: Some(3),
    };
    let [first, second] = made_again("retry-after", act, 429).await;
    let pause = second.real_time.duration_since(first.real_time);
    assert!(pause >= SignedDuration::from_secs(3), "{pause:?}");
}

pub async fn a_call_that_is_throttled_without_a_word_is_made_again() {
    let act = Act::Throttle {
        retry_after_seconds: None,
    };
    let [first, second] = made_again("throttled", act, 429).await;
    let pause = second.real_time.duration_since(first.real_time);
    assert!(pause >= SignedDuration::from_secs(1), "{pause:?}");
}

pub async fn a_call_with_an_expired_token_is_made_again_with_a_new_one() {
    made_again("expired", Act::ExpireTokens {}, 401).await;
}

/// The service looked at it and said no: nothing was done, and nothing is tried again.
pub async fn a_call_that_is_refused_ends_the_operation() {
    let scene = scene("refused", Setup::default()).await;
    let act = Act::Refuse {
        code: "SDRS.1002".into(),
        status: None,
        message: None,
    };
    scene.spoil(on(CALL, act)).await;
    let operation = scene.intent(Station::Target).await;
    let ended = scene.ends(&operation, OperationState::Failed, "CallRefused").await;
    let message = ended.status.as_ref().unwrap().message.clone().unwrap_or_default();
    assert!(message.contains("SDRS.1002"), "{message}");
    scene.new_token(&ended).await;
    assert_eq!(scene.calls().await.len(), 1);
    assert!(scene.done().await.is_empty());
}

pub async fn a_job_is_followed_further_after_errors_and_a_new_login() {
    let scene = scene("errors", Setup::default().speed(10.0)).await;
    let operation = scene.intent(Station::Target).await;
    scene.call_is("accepted").await;
    let jobs = || FaultMatch::operation("ShowJobStatus");
    scene.spoil(FaultRule::new(jobs(), answers(500, false)).count(4)).await;
    let group = FaultMatch::operation("ShowProtectionGroup");
    scene.spoil(FaultRule::new(group, answers(503, false)).count(4)).await;
    scene.cloud().expire_tokens().await.unwrap();
    let ended = scene.ends(&operation, OperationState::Succeeded, "Succeeded").await;
    assert!(ended.status.unwrap().job.is_some());
    assert_eq!(scene.calls().await.len(), 1);
    let faults = scene.cloud().faults().await.unwrap();
    assert!(faults.iter().all(|rule| rule.fired == 4), "{faults:?}");
}

/// The job's id is not known any more while it runs. The group's own status tells when it is over, and what came of it.
pub async fn a_job_that_the_cloud_has_forgotten_is_judged_by_the_group() {
    let scene = scene("forgotten", Setup::default().speed(1.0)).await;
    let gone = Act::Refuse {
        code: "SDRS.0408".into(),
        status: Some(400),
        message: None,
    };
    scene.spoil(on_reads("ShowJobStatus", gone)).await;
    let operation = scene.intent(Station::Target).await;
    let cloud = scene.cloud();
    until("the cloud is at work", async || {
        cloud.group(GROUP).await.unwrap().status == "reversing"
    })
    .await;
    let running = scene.stands(&operation, OperationState::Running, "JobRunning").await;
    assert_eq!(running.status.unwrap().finished_at, None);
    // Only now may it end: a busy machine must not miss the state in between.
    cloud.set_speed(30.0).await.unwrap();
    scene.ends(&operation, OperationState::Succeeded, "Succeeded").await;
    assert_eq!(cloud.group(GROUP).await.unwrap().status, "protected");
    assert_eq!(scene.calls().await.len(), 1);
}
