//! Every case and every change of an intent, asked of the API server.
//! It must not trust that a request was judged: what is accepted is looked at.

use serde_json::{Value, json};
use stationmaster_api_cel::{Case, Request, cases, intents, object};

use super::server::{APPLY, MERGE, Server, ServerReply};

const JSON: &str = "application/json";

/// Stores an object with a spec and a status, as applied by `git` and reported by the operator.
async fn store(server: &Server, kind: &str, name: &str, spec: &Value, status: &Value) -> Value {
    let path = format!("{}/{name}", server.path(kind));
    let created = server
        .call(
            "PATCH",
            &format!("{path}?fieldManager=git"),
            APPLY,
            &object(kind, name, spec),
        )
        .await
        .ok();
    if status.as_object().is_some_and(|status| !status.is_empty()) {
        return server
            .call("PATCH", &format!("{path}/status"), MERGE, &json!({ "status": status }))
            .await
            .ok();
    }
    created
}

/// Asks for the whole spec in three ways; nothing is stored.
async fn ask(
    server: &Server,
    kind: &str,
    name: &str,
    stored: Option<&Value>,
    spec: &Value,
) -> Vec<(&'static str, ServerReply)> {
    let all = server.path(kind);
    let new = object(kind, name, spec);
    let apply = format!("{all}/{name}?fieldManager=git&dryRun=All");
    let mut answers = vec![("apply", server.call("PATCH", &apply, APPLY, &new).await)];
    let Some(stored) = stored else {
        answers.push((
            "create",
            server.call("POST", &format!("{all}?dryRun=All"), JSON, &new).await,
        ));
        return answers;
    };
    let mut replacement = stored.clone();
    replacement["spec"] = spec.clone();
    let replace = format!("{all}/{name}?dryRun=All");
    answers.push(("replace", server.call("PUT", &replace, JSON, &replacement).await));
    // Nobody can bring the status that would make his intent fit.
    replacement["status"] = json!({ "activeStation": spec["priorityStation"], "priorityToken": spec["priorityToken"] });
    if kind == "ProtectionGroup" && spec.get("priorityToken").is_some() {
        answers.push((
            "replace with a forged status",
            server.call("PUT", &replace, JSON, &replacement).await,
        ));
    }
    answers
}

#[tokio::test]
async fn every_case() {
    let server = Server::start("cases").await;
    for (number, case) in cases().into_iter().enumerate() {
        let name = format!("c{number}");
        let Case {
            kind,
            before,
            request,
            refused,
            ..
        } = &case;
        let stored = match before {
            Some((spec, status)) => Some(store(&server, kind, &name, spec, status).await),
            None => None,
        };
        let answers = match request {
            Request::Spec(spec) => ask(&server, kind, &name, stored.as_ref(), spec).await,
            Request::Status(status) => {
                let path = format!("{}/{name}/status?dryRun=All", server.path(kind));
                vec![(
                    "status",
                    server.call("PATCH", &path, MERGE, &json!({ "status": status })).await,
                )]
            }
        };
        for (way, answer) in answers {
            let message = answer.message();
            match refused {
                None => assert!(answer.is_ok(), "{kind}: {} ({way}): {message}", case.name),
                Some(part) => {
                    assert_eq!(answer.code, 422, "{kind}: {} ({way}): {message}", case.name);
                    assert!(message.contains(part), "{kind}: {} ({way}): {message}", case.name);
                }
            }
        }
    }
}

#[tokio::test]
async fn every_change_of_an_intent_in_every_state() {
    let server = Server::start("intents").await;
    let kind = "ProtectionGroup";
    let (mut printed, mut expected) = (0, 0);
    for (s, shown) in intents::shown().into_iter().enumerate() {
        for (o, old) in intents::intents()
            .into_iter()
            .filter(|intent| intent.is_legal())
            .enumerate()
        {
            let name = format!("g{s}-{o}");
            let stored = store(&server, kind, &name, &old.spec(), &shown.status()).await;
            for new in intents::intents() {
                let mut replacement = stored.clone();
                replacement["spec"] = new.spec();
                let path = format!("{}/{name}?dryRun=All", server.path(kind));
                let answer = server.call("PUT", &path, JSON, &replacement).await;
                let message = answer.message();
                assert_eq!(
                    answer.is_ok(),
                    intents::accepted(old, new, shown),
                    "{old:?} -> {new:?} while {shown:?}: {message}"
                );
                if !answer.is_ok() && new.is_legal() {
                    assert!(message.contains("not accepted: "), "{new:?} while {shown:?}: {message}");
                    printed += follow(&server, &path, message).await;
                    // The lines that ask, and the line that asks for nothing.
                    let certain = matches!(shown.active, Some("source" | "target"));
                    expected += if certain && shown.token.is_some() { 2 } else { 0 };
                }
            }
        }
    }
    assert!(
        expected > 0 && printed == expected,
        "{printed} lines were printed, {expected} expected"
    );
}

/// A refusal that prints lines prints such as are accepted. Answers how many it printed.
async fn follow(server: &Server, path: &str, message: &str) -> usize {
    let mut printed = 0;
    for part in message.split("set spec: {").skip(1) {
        let (lines, _) = part.split_once('}').unwrap();
        let mut spec: Value = serde_saphyr::from_str(&format!("{{{lines}}}")).unwrap();
        assert!(spec["priorityStation"].is_string(), "{message}");
        if spec.get("priorityToken").is_none() {
            spec["priorityToken"] = Value::Null;
        }
        server.call("PATCH", path, MERGE, &json!({ "spec": spec })).await.ok();
        printed += 1;
    }
    printed
}

#[tokio::test]
async fn a_fresh_object_is_not_yet_looked_at() {
    let server = Server::start("fresh").await;
    for case in cases()
        .iter()
        .filter(|case| case.before.is_none() && case.refused.is_none())
    {
        let Request::Spec(spec) = &case.request else { continue };
        let stored = store(&server, case.kind, "fresh", spec, &json!({})).await;
        if case.kind == "GroupLedger" {
            assert_eq!(stored["spec"]["record"], spec["record"], "the record is kept as it is");
        } else {
            assert_eq!(stored["status"]["observedGeneration"], -1, "{}", case.kind);
            // What is asked for is never blank, also where no operator runs.
            let asks = ["RecoveryOperation", "OperationDecision"].contains(&case.kind);
            let pending = asks.then(|| json!("Pending"));
            assert_eq!(stored["status"].get("state"), pending.as_ref(), "{}", case.kind);
            assert_eq!(stored["status"]["message"].is_string(), asks, "{}", case.kind);
        }
        server
            .call("DELETE", &format!("{}/fresh", server.path(case.kind)), JSON, &json!({}))
            .await
            .ok();
    }
}
