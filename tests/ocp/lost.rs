//! The answer of the batch call is lost, or the operator is killed while the tasks run: they are found, and nothing is sent again.
//! It must not share its operator with other stories where that one is killed.

use super::stage::Stage;
use super::tenants::{self, GROUP, cloud, in_the_west, lost, on, signed, slowly, the_one_call};
use libtest_mimic::Trial;
use stationmaster_api::{ActiveStation, OperationType, Station};
use stationmaster_simulator::Act;
use stationmaster_simulator::scenario::OCP_EAST;
use stationmaster_testkit::installation::{Installation, OperatorOptions, Options};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        while_its_tasks_run_the_operator_is_killed,
        a_lost_answer_is_found_by_its_tasks,
    ]
}

const ORDER: &str = "east-is-dark";

/// A forced failover of all three tenants is filed.
async fn filed(stage: &Stage) {
    lost(stage, OCP_EAST, true).await;
    let environment = &stage.environment;
    environment
        .file(ORDER, GROUP, OperationType::Failover, Some(Station::Target))
        .await
        .unwrap();
}

/// It has ended well, with the call that was made.
async fn one_call_was_enough(stage: &Stage) {
    let status = stage.succeeded(ORDER).await;
    assert_eq!(status.resulting_station, Some(ActiveStation::Target), "{status:#?}");
    assert_eq!(in_the_west(stage).await, ["PRIMARY"; 3]);
    let call = the_one_call(stage).await;
    assert!(call.accepted && call.duplicates == 0, "{call:#?}");
    stage.nothing_happens(&[&stage.group(GROUP)]).await;
    the_one_call(stage).await;
}

async fn a_lost_answer_is_found_by_its_tasks() {
    let stage = tenants::stage("lost").await;
    stage.group(GROUP).protect().await;
    slowly(&stage).await;
    on(&stage, "failover", Act::DropAnswer {}).await;
    filed(&stage).await;
    // It is followed by a task of OCP, though no answer ever named one.
    let runs = stage
        .operation(ORDER, "has found a task", |status| status.job.is_some())
        .await;
    let call = the_one_call(&stage).await;
    let tasks = call.job_id.as_deref().unwrap();
    let found = &runs.job.as_ref().unwrap().id;
    assert!(
        !call.answered && tasks.split(',').any(|task| task == found),
        "{found}: {call:#?}"
    );
    one_call_was_enough(&stage).await;
    stage.curtain().await;
}

async fn while_its_tasks_run_the_operator_is_killed() {
    let installation = Installation::start(Options::default()).await.unwrap();
    let operator = installation.operator(OperatorOptions::default()).await.unwrap();
    let stage = Stage::at(&installation, "killed", cloud(), &signed()).await;
    stage.group(GROUP).protect().await;
    slowly(&stage).await;
    filed(&stage).await;
    stage
        .operation(ORDER, "shows its jobs", |status| status.job.is_some())
        .await;
    operator.kill().unwrap();
    // It comes back when all is done.
    let simulator = &stage.environment.simulator;
    simulator.advance(60.0).await.unwrap();
    assert_eq!(in_the_west(&stage).await, ["PRIMARY"; 3]);
    operator.start().unwrap();
    operator.wait_ready().await.unwrap();
    one_call_was_enough(&stage).await;
    stage.curtain().await;
}
