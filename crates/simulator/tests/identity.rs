//! IAM, credentials and the gateway's refusals.
//! It must not test signatures byte by byte; the unit tests do.

mod support;

use serde_json::{Value, json};
use stationmaster_simulator::scenario::{self, ACCOUNT, PASSWORD, PROJECT, PROJECT_ID, USER};
use stationmaster_simulator::{Service, scenario::Project};
use support::{Cloud, call, sign_in};

#[tokio::test]
async fn a_password_gives_a_scoped_token() {
    let cloud = Cloud::three_groups().await;
    for scope in [
        json!({"project": {"id": PROJECT_ID}}),
        json!({"project": {"name": PROJECT}, "domain": {"name": ACCOUNT}}),
    ] {
        let answer = cloud
            .anonymous("POST", "/v3/auth/tokens", &sign_in(PASSWORD, scope))
            .await;
        assert_eq!(answer.status, 201);
        assert!(!answer.headers["x-subject-token"].is_empty());
        let token = answer.json()["token"].clone();
        assert_eq!(token["project"]["id"], PROJECT_ID);
        assert_eq!(token["user"]["name"], USER);
        assert_eq!(token["user"]["domain"]["name"], ACCOUNT);
        let expires = token["expires_at"].as_str().expect("time");
        assert!(expires.len() == 27 && expires.ends_with('Z'), "{expires}");
        let kinds: Vec<_> = token["catalog"]
            .as_array()
            .expect("list")
            .iter()
            .map(|e| e["type"].clone())
            .collect();
        assert_eq!(kinds, ["identity", "sdrs", "ecs"]);
        let url = token["catalog"][1]["endpoints"][0]["url"]
            .as_str()
            .expect("url")
            .to_owned();
        assert!(url.ends_with(&format!("/v1/{PROJECT_ID}")), "{url}");
    }
    let short = cloud
        .anonymous(
            "POST",
            "/v3/auth/tokens?nocatalog=any",
            &sign_in(PASSWORD, json!({"project": {"id": PROJECT_ID}})),
        )
        .await;
    assert!(short.json()["token"].get("catalog").is_none());
}

#[tokio::test]
async fn wrong_passwords_and_foreign_projects_are_401() {
    let cloud = Cloud::three_groups().await;
    let answer = cloud
        .anonymous(
            "POST",
            "/v3/auth/tokens",
            &sign_in("wrong", json!({"project": {"id": PROJECT_ID}})),
        )
        .await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (401, &json!(401)));
    assert!(answer.headers.get("x-subject-token").is_none());
    let foreign = cloud
        .anonymous(
            "POST",
            "/v3/auth/tokens",
            &sign_in(PASSWORD, json!({"project": {"id": "nope"}})),
        )
        .await;
    assert_eq!(foreign.status, 401);
    assert_eq!(cloud.anonymous("POST", "/v3/auth/tokens", "{").await.status, 400);
    assert_eq!(cloud.anonymous("POST", "/v3/auth/tokens", "{}").await.status, 400);
}

#[tokio::test]
async fn projects_are_found_by_name_and_the_version_needs_no_token() {
    let cloud = Cloud::three_groups().await;
    let router = cloud.simulator.vendor_router(&Service::ALL);
    let token = [("x-auth-token", cloud.token.as_str())];
    let found = call(&router, "GET", &format!("/v3/projects?name={PROJECT}"), &token, "")
        .await
        .json();
    assert_eq!(found["projects"][0]["id"], PROJECT_ID);
    let none = call(&router, "GET", "/v3/projects?name=nope", &token, "").await.json();
    assert_eq!(none["projects"], json!([]));
    cloud
        .anonymous("GET", "/v3/projects", "")
        .await
        .refused(401, "APIG.0301");
    assert_eq!(
        cloud.anonymous("GET", "/v3/", "").await.json()["version"]["status"],
        "stable"
    );
}

#[tokio::test]
async fn missing_unknown_and_expired_tokens() {
    let mut cloud = Cloud::three_groups().await;
    let path = format!("/v1/{PROJECT_ID}/server-groups");
    let missing = cloud.anonymous("GET", &path, "").await;
    missing.refused(401, "APIG.0301");
    let body = missing.json();
    assert_eq!(
        body["request_id"].as_str(),
        missing.headers["x-request-id"].to_str().ok()
    );
    assert!(
        body["error_msg"]
            .as_str()
            .expect("text")
            .contains("x-auth-token not found")
    );

    let good = std::mem::replace(&mut cloud.token, "nonsense".into());
    cloud.get("server-groups").await.refused(401, "APIG.0301");
    cloud.token = good;
    assert_eq!(cloud.get("server-groups").await.status, 200);
    cloud.simulator.expire_tokens();
    cloud.get("server-groups").await.refused(401, "APIG.0307");
    cloud.token = cloud.fresh_token().await;
    assert_eq!(cloud.get("server-groups").await.status, 200);
}

#[tokio::test]
async fn token_lifetime_is_a_switch_and_can_follow_virtual_time() {
    let mut scenario = scenario::three_groups();
    scenario.switches.insert("token-lifetime-seconds".into(), "60".into());
    scenario.switches.insert("auth-clock".into(), "virtual".into());
    let mut cloud = Cloud::of(scenario).await;
    cloud.simulator.advance(59.0);
    assert_eq!(cloud.get("server-groups").await.status, 200);
    cloud.simulator.advance(2.0);
    cloud.get("server-groups").await.refused(401, "APIG.0307");
    cloud.simulator.set_switch("auth-clock", "real").expect("switch");
    assert_eq!(
        cloud.get("server-groups").await.status,
        200,
        "real time has hardly moved"
    );
    cloud
        .simulator
        .set_switch("token-lifetime-seconds", "0")
        .expect("switch");
    cloud.token = cloud.fresh_token().await;
    cloud.get("server-groups").await.refused(401, "APIG.0307");
}

#[tokio::test]
async fn a_project_of_somebody_else_is_403() {
    let mut scenario = scenario::three_groups();
    scenario.accounts[0].projects.push(Project {
        id: "second".into(),
        name: "second".into(),
    });
    let cloud = Cloud::of(scenario).await;
    let router = cloud.simulator.vendor_router(&Service::ALL);
    for project in ["second", "unknown"] {
        let path = format!("/v1/{project}/server-groups");
        call(&router, "GET", &path, &[("x-auth-token", &cloud.token)], "")
            .await
            .refused(403, "SDRS.0005");
    }
}

#[tokio::test]
async fn unknown_paths_and_bodies_too_large() {
    let cloud = Cloud::three_groups().await;
    cloud.get("nothing-here").await.refused(404, "APIG.0101");
    cloud
        .post("protected-instances/x/nic", json!({}))
        .await
        .refused(404, "APIG.0101");
    cloud
        .send("PATCH", "server-groups", Value::Null)
        .await
        .refused(404, "APIG.0101");
    let large = Value::String("x".repeat(13 * 1024 * 1024));
    cloud.post("server-groups", large).await.refused(413, "APIG.0201");
}

#[tokio::test]
async fn a_port_of_one_service_knows_no_other() {
    let cloud = Cloud::three_groups().await;
    let ecs = cloud.simulator.vendor_router(&[Service::Ecs]);
    let token = [("x-auth-token", cloud.token.as_str())];
    let path = format!("/v1/{PROJECT_ID}/server-groups");
    call(&ecs, "GET", &path, &token, "").await.refused(404, "APIG.0101");
    let path = format!("/v1/{PROJECT_ID}/cloudservers/detail");
    assert_eq!(call(&ecs, "GET", &path, &token, "").await.status, 200);
}

#[tokio::test]
async fn the_envelope_of_service_errors_is_a_switch() {
    let cloud = Cloud::three_groups().await;
    for envelope in ["error", "badrequest", "itemNotFound"] {
        cloud.simulator.set_switch("error-envelope", envelope).expect("switch");
        let answer = cloud.get("server-groups/nope").await;
        answer.refused(400, "SDRS.1013");
        assert_eq!(
            answer.json().as_object().expect("map").keys().collect::<Vec<_>>(),
            [envelope]
        );
    }
}

#[tokio::test]
async fn throttling_answers_429_and_recovers() {
    let cloud = Cloud::three_groups().await;
    for (name, value) in [
        ("throttle-per-second", "1"),
        ("throttle-burst", "2"),
        ("throttle-clock", "virtual"),
        ("throttle-retry-after-seconds", "7"),
    ] {
        cloud.simulator.set_switch(name, value).expect("switch");
    }
    for _ in 0..2 {
        assert_eq!(cloud.get("server-groups").await.status, 200);
    }
    let throttled = cloud.get("server-groups").await;
    throttled.refused(429, "APIG.0308");
    assert_eq!(throttled.headers["retry-after"], "7");
    cloud.get("cloudservers/detail").await.refused(429, "APIG.0308");
    cloud.fresh_token().await;
    cloud.simulator.advance(1.0);
    assert_eq!(cloud.get("server-groups").await.status, 200);
    cloud
        .simulator
        .set_switch("throttle-retry-after-seconds", "0")
        .expect("switch");
    let throttled = cloud.get("server-groups").await;
    throttled.refused(429, "APIG.0308");
    assert!(throttled.headers.get("retry-after").is_none());
}
