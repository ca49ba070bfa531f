//! What people do while the operator is down: when it comes back it acts on an intent of now, and on nothing else.
//! It must not share its operator with other stories: it is stopped here.

use super::stage::{Group, Stage, intent};
use libtest_mimic::Trial;
use serde_json::json;
use stationmaster_api::{ActiveStation, ProtectionGroup, Station};
use stationmaster_simulator::Station as Site;
use stationmaster_testkit::installation::{Installation, OperatorOptions, Options};

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![while_the_operator_is_down]
}

/// What was done to a group while nobody looked, and what must come of it.
struct Story<'a> {
    group: Group<'a>,
    token: String,
    /// Why the intent is held; none: it is carried out.
    held: Option<&'static str>,
}

async fn while_the_operator_is_down() {
    let installation = Installation::start(Options::default()).await.unwrap();
    let operator = installation.operator(OperatorOptions::default()).await.unwrap();
    let stage = Stage::of_its_own(&installation, "down", 9).await;
    let names: Vec<String> = (1..=9).map(|number| format!("group-{number:04}")).collect();
    let group = |number: usize| stage.group(&names[number - 1]);
    let cluster = &stage.environment.cluster;

    let mut tokens = Vec::new();
    for number in 1..=9 {
        tokens.push(group(number).protect().await);
    }
    let token = |number: usize| tokens[number - 1].clone();
    // Some intents wait already: their servers run.
    for number in [4, 5, 6, 7] {
        let intent = group(number).with_intent(Station::Target, Some(&token(number))).await;
        group(number).apply(&intent).await.unwrap();
        group(number).waits("ServersRunning").await;
    }

    assert!(operator.terminate().await.unwrap().success());
    let mut stories = Vec::new();
    let mut then = |number: usize, held: Option<&'static str>| {
        stories.push(Story {
            group: group(number),
            token: token(number),
            held,
        });
    };

    // One intent that quotes the present token: it is one of now.
    group(1).intent(Station::Target, &token(1)).await.unwrap();
    then(1, None);
    // The same, and another change of the spec: one of the two may have been a withdrawal.
    group(2).intent(Station::Target, &token(2)).await.unwrap();
    group(2).patch(json!({"objectives": {"rpoSeconds": 60}})).await.unwrap();
    then(2, Some("ChangesMissed"));
    // Asked, taken back, and asked again with the same token.
    group(3).intent(Station::Target, &token(3)).await.unwrap();
    group(3).patch(json!({"priorityStation": "source"})).await.unwrap();
    group(3).intent(Station::Target, &token(3)).await.unwrap();
    then(3, Some("ChangesMissed"));
    // A waiting intent is reverted by a manifest that quotes no token: the API server accepts that from the status that it still has.
    let revert = group(4).with_intent(Station::Source, None).await;
    group(4).apply(&revert).await.unwrap();
    then(4, Some("AtPriorityStation"));
    // A waiting intent is reverted and put back: its text is the same as before.
    let again = group(5).with_intent(Station::Target, Some(&token(5))).await;
    group(5)
        .apply(&group(5).with_intent(Station::Source, None).await)
        .await
        .unwrap();
    group(5).apply(&again).await.unwrap();
    then(5, Some("ChangesMissed"));
    // A waiting intent on a group that only gets a label: nothing was missed.
    let label = json!({"metadata": {"labels": {"team": "payments"}}});
    cluster.patch::<ProtectionGroup>(&names[5], &label).await.unwrap();
    then(6, None);
    // A waiting intent on a group that is deleted and made again.
    let again = group(7).with_intent(Station::Target, Some(&token(7))).await;
    cluster.delete::<ProtectionGroup>(&names[6]).await.unwrap();
    cluster.wait_gone::<ProtectionGroup>(&names[6]).await.unwrap();
    group(7).apply(&again).await.unwrap();
    then(7, Some("GroupRecreated"));
    // Production is moved at the console, and back: the role is the same, the state is not.
    group(8).flip_at_the_console().await;
    group(8).flip_at_the_console().await;
    group(8).intent(Station::Target, &token(8)).await.unwrap();
    then(8, Some("StateChanged"));
    // Production is moved at the console; what was written down as "here" would now be a move.
    group(9).intent(Station::Source, &token(9)).await.unwrap();
    group(9).flip_at_the_console().await;
    then(9, Some("ExternalRoleChange"));

    for number in 1..=9 {
        group(number).stop_servers(Site::Source).await;
        assert!(group(number).calls().await.is_empty(), "nobody was there to act");
    }
    operator.start().unwrap();
    operator.wait_ready().await.unwrap();

    for Story { group, token, held } in &stories {
        match held {
            None => {
                let status = stage.succeeded(&group.own(token)).await;
                assert_eq!(status.resulting_station, Some(ActiveStation::Target));
                group
                    .until("shows the end", |status| status.priority_token.is_some())
                    .await;
            }
            Some("AtPriorityStation") => {
                let status = group.until("agrees", |status| intent(status).0 == "True").await;
                assert_eq!(intent(&status).1, "AtPriorityStation");
                group.event("IntentWithdrawn").await;
            }
            Some(reason) => {
                let text = group.held(reason).await;
                assert!(text.contains(&group.token().await), "{text}");
            }
        }
        assert_ne!(group.token().await, *token, "{}", group.name);
    }
    let groups: Vec<&Group<'_>> = stories.iter().map(|story| &story.group).collect();
    stage.nothing_happens(&groups).await;
    for Story { group, held, .. } in &stories {
        assert_eq!(
            group.calls().await.len(),
            usize::from(held.is_none()),
            "{}: {held:?}",
            group.name
        );
    }
    stage.curtain().await;
    assert!(operator.terminate().await.unwrap().success());
    installation.shutdown().await;
}
