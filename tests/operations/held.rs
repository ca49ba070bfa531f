//! Intents that are text of some other time: nothing moves, and the group says why and what to do.
//! It must not leave a server running, so that nothing but the token stands in the way.

use super::stage::{Group, Stage, condition, intent};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use stationmaster_api::{ActiveStation, ProtectionGroup, Station};
use stationmaster_simulator::Station as Site;
use stationmaster_testkit::installation::Error;

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![
        a_manifest_is_no_intent_of_now_because_it_was_created,
        an_old_manifest_is_refused_and_where_it_is_not_refused_it_is_held,
        a_group_that_is_made_again_holds_what_was_armed,
        production_that_was_moved_at_the_console_is_not_moved_back,
    ]
}

/// Takes the lines that ask for the move out of a text, whether it comes from the group or from the API server.
fn lines(text: &str) -> Value {
    let after = |key: &str| {
        let (_, rest) = text
            .rsplit_once("To ")
            .and_then(|(_, asking)| asking.split_once(&format!("{key}: ")))
            .unwrap_or_else(|| panic!("no {key} in: {text}"));
        let word = rest.split([' ', ',', ';', '}']).next().unwrap();
        word.to_owned()
    };
    json!({"priorityStation": after("priorityStation"), "priorityToken": after("priorityToken")})
}

/// The refusal of the API server: 422, and its text.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.unwrap_err();
    let status = error.status().unwrap_or_else(|| panic!("{error}"));
    assert_eq!(status.code, 422, "{error}");
    status.message.clone()
}

/// The text says where production is, and its lines are the ones that would move it now.
async fn says_what_to_do(group: &Group<'_>, text: &str, station: Station) {
    let token = group.token().await;
    let expected = json!({"priorityStation": station, "priorityToken": token});
    assert_eq!(lines(text), expected, "{text}");
}

/// The lines of a text are pasted into the spec: now it moves, with one call.
async fn following_the_lines_moves(group: &Group<'_>, text: &str, station: Station) {
    let lines = lines(text);
    let token = lines["priorityToken"].as_str().unwrap().to_owned();
    let before = group.calls().await.len();
    group.patch(lines).await.unwrap();
    group.stage.succeeded(&group.own(&token)).await;
    assert_eq!(group.calls().await.len(), before + 1);
    let status = group.until("shows the end", |s| s.priority_token.is_some()).await;
    assert_eq!(status.active_station, super::stage::group::active(station));
}

async fn a_manifest_is_no_intent_of_now_because_it_was_created() {
    let stage = Stage::new("create").await;
    let (without, with, consent) = (
        stage.group("payments-db"),
        stage.group("web-frontend"),
        stage.group("archive"),
    );
    for group in [without, with, consent] {
        group.stop_servers(Site::Source).await;
    }
    // The rule of the API server does not run on create; the operator judges.
    without
        .apply(&without.with_intent(Station::Target, None).await)
        .await
        .unwrap();
    let old = with.with_intent(Station::Target, Some("aaaa-aaaa")).await;
    with.apply(&old).await.unwrap();
    consent
        .apply(&consent.with_intent(Station::Source, None).await)
        .await
        .unwrap();

    let text = without.held("TokenMissing").await;
    says_what_to_do(&without, &text, Station::Target).await;
    assert!(text.contains("production runs at source"), "{text}");
    assert!(text.contains("to leave it set spec.priorityStation: source"), "{text}");
    let also = with.held("FirstSight").await;
    says_what_to_do(&with, &also, Station::Target).await;
    let status = consent.until("agrees", |status| intent(status).0 == "True").await;
    assert_eq!(intent(&status), ("True", "AtPriorityStation"));

    stage.nothing_happens(&[&without, &with, &consent]).await;
    for group in [without, with, consent] {
        assert!(group.calls().await.is_empty());
    }
    following_the_lines_moves(&without, &text, Station::Target).await;
    stage.curtain().await;
}

async fn an_old_manifest_is_refused_and_where_it_is_not_refused_it_is_held() {
    let stage = Stage::new("old").await;
    let group = stage.group("payments-db");
    group.stop_servers(Site::Source).await;
    let first = group.protect().await;
    let before = group.with_intent(Station::Source, None).await;
    group.apply(&before).await.unwrap();
    group
        .until("agrees", |status| intent(status) == ("True", "AtPriorityStation"))
        .await;
    let moving = group.with_intent(Station::Target, Some(&first)).await;
    group.apply(&moving).await.unwrap();
    stage.succeeded(&group.own(&first)).await;
    let second = group.token().await;

    // A stale revert fails loudly, and says what would be accepted.
    let text = refusal(group.apply(&before).await);
    assert!(text.contains("Production runs at target"), "{text}");
    says_what_to_do(&group, &text, Station::Source).await;
    let stale = group.with_intent(Station::Source, Some(&first)).await;
    says_what_to_do(&group, &refusal(group.apply(&stale).await), Station::Source).await;
    assert_eq!(intent(&group.status().await), ("True", "AtPriorityStation"));
    assert_eq!(group.object().await.spec.priority_token.as_deref(), Some(&*first));

    // A tool that deletes and creates walks around the rule: without a token, with the consumed one, with one of no time.
    let cluster = &stage.environment.cluster;
    let mut tokens = vec![first.clone(), second];
    for (manifest, reason) in [(&before, "TokenMissing"), (&stale, "TokenConsumed")] {
        cluster.delete::<ProtectionGroup>(group.name).await.unwrap();
        cluster.wait_gone::<ProtectionGroup>(group.name).await.unwrap();
        group.apply(manifest).await.unwrap();
        let text = group.held(reason).await;
        says_what_to_do(&group, &text, Station::Source).await;
        if reason == "TokenConsumed" {
            assert!(text.contains(&group.own(&first)), "who used it is told: {text}");
        }
        group.event("GroupRecreated").await;
        tokens.push(group.token().await);
    }
    let (mut unique, all) = (tokens.clone(), tokens.len());
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), all, "each time a new token: {tokens:?}");

    stage.nothing_happens(&[&group]).await;
    let bodies = group.bodies().await;
    assert_eq!(
        bodies,
        [json!({"reverse-server-group": {"priority_station": "target"}})]
    );
    let status = group.status().await;
    assert_eq!(status.active_station, Some(ActiveStation::Target));
    assert_eq!(
        status.history.len(),
        1,
        "what ran is remembered for the group that was made again"
    );
    stage.curtain().await;
}

async fn a_group_that_is_made_again_holds_what_was_armed() {
    let stage = Stage::new("again").await;
    let group = stage.group("payments-db");
    let token = group.protect().await;
    let intent = group.with_intent(Station::Target, Some(&token)).await;
    group.apply(&intent).await.unwrap();
    group.waits("ServersRunning").await;

    let cluster = &stage.environment.cluster;
    cluster.delete::<ProtectionGroup>(group.name).await.unwrap();
    cluster.wait_gone::<ProtectionGroup>(group.name).await.unwrap();
    group.apply(&intent).await.unwrap();
    let text = group.held("GroupRecreated").await;
    assert_ne!(group.token().await, token);
    says_what_to_do(&group, &text, Station::Target).await;
    group.stop_servers(Site::Source).await;
    stage.nothing_happens(&[&group]).await;
    assert!(group.calls().await.is_empty());
    stage.curtain().await;
}

async fn production_that_was_moved_at_the_console_is_not_moved_back() {
    let stage = Stage::new("console").await;
    let (git, free) = (stage.group("payments-db"), stage.group("archive"));
    let token = git.protect().await;
    free.protect().await;
    git.apply(&git.with_intent(Station::Source, Some(&token)).await)
        .await
        .unwrap();
    git.until("agrees", |status| intent(status).0 == "True").await;
    let (before, unintented) = (git.object().await, free.object().await);
    for group in [git, free] {
        group.stop_servers(Site::Source).await;
        group.flip_at_the_console().await;
    }

    let text = git.held("ExternalRoleChange").await;
    assert_ne!(git.token().await, token);
    says_what_to_do(&git, &text, Station::Source).await;
    let event = git.event("ExternalRoleChange").await;
    assert_eq!(event.type_.as_deref(), Some("Warning"));
    free.event("ExternalRoleChange").await;
    let status = free
        .until("has seen it", |s| s.active_station == Some(ActiveStation::Target))
        .await;
    assert_eq!(intent(&status), ("True", "NoIntent"));
    stage.nothing_happens(&[&git, &free]).await;
    assert!(git.calls().await.is_empty() && free.calls().await.is_empty());

    // No version since has said that anything is wrong with the group: pipelines go on.
    for (group, since) in [(git, before), (free, unintented)] {
        let since: u64 = since.metadata.resource_version.unwrap().parse().unwrap();
        let versions = stage.watched.group(group.name).await;
        let after: Vec<_> = versions.iter().filter(|version| version.revision > since).collect();
        assert!(!after.is_empty());
        for version in after {
            assert_eq!(
                version.condition("Ready").unwrap()["status"],
                "True",
                "{:#}",
                version.object
            );
        }
    }
    // The old intent quotes the token of before; the lines that are printed now do act.
    let here = json!({"priorityStation": "target", "priorityToken": null});
    git.patch(here).await.unwrap();
    git.until("agrees", |status| intent(status).0 == "True").await;
    let old = git
        .patch(json!({"priorityStation": "source", "priorityToken": token}))
        .await;
    let again = refusal(old);
    says_what_to_do(&git, &again, Station::Source).await;
    following_the_lines_moves(&git, &again, Station::Source).await;
    let ready = git.status().await;
    assert_eq!(condition(&ready, "Ready").unwrap().status, "True");
    stage.curtain().await;
}
