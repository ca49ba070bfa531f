//! No secret is ever told: not in logs, objects, events or metrics.
//! It must not be content with what the operator shows to everybody: everything that it wrote is searched.

use crate::stage::{Scene, Setup, shared, story};
use base64::Engine;
use kube::Api;
use kube::api::{DynamicObject, ListParams};
use kube::core::ApiResource;
use libtest_mimic::Trial;
use stationmaster_api::{GroupLedger, OperationDecision, ProtectionGroup, ProtectionProvider};
use stationmaster_api::{OperationState, RecoveryOperation};
use stationmaster_simulator::scenario::{ACCESS_KEY, PASSWORD, SECRET_KEY};
use stationmaster_testkit::installation::{Installation, Operator};

/// What wrong passwords and keys of these stories begin with.
pub const WRONG: &str = "wr0ng-";

/// What tokens of the simulated cloud begin with; hexadecimal digits follow.
const TOKEN: &str = "MII";
const TOKEN_DIGITS: usize = 32;

/// The search itself, and what all stories of the shared installation have left.
pub fn stories() -> Vec<Trial> {
    vec![
        story("secrets::are_found_where_they_are", async || are_found_where_they_are()),
        story("secrets::were_not_told_in_the_shared_installation", async || {
            let (installation, operator) = shared().await;
            // So that there is something of each kind, also where no other story was told.
            let scene = Scene::set(installation, "searched", Setup::default().speed(60.0)).await;
            let failover = scene.force().await;
            scene.ends(&failover, OperationState::Succeeded, "Succeeded").await;
            nothing_leaked(installation, &[operator]).await;
        }),
    ]
}

/// Searches the operators' logs and metrics, and every object that an operator writes.
pub async fn nothing_leaked(installation: &Installation, operators: &[&Operator]) {
    for operator in operators {
        let log = operator.log().unwrap();
        assert!(log.lines().count() > 5, "there is no log to be searched");
        clean("the log", &log);
        if operator.process().is_some() {
            let metrics = operator.metrics().await.unwrap();
            assert!(metrics.contains("stationmaster_provider_requests"), "{metrics}");
            clean("the metrics", &metrics);
        }
    }
    let audit = std::fs::read_to_string(installation.control_plane().audit_log()).unwrap();
    clean("the addresses of the operator's requests", &audit);
    let client = installation.control_plane().client().await.unwrap();
    let kinds = [
        ApiResource::erase::<ProtectionProvider>(&()),
        ApiResource::erase::<ProtectionGroup>(&()),
        ApiResource::erase::<RecoveryOperation>(&()),
        ApiResource::erase::<OperationDecision>(&()),
        ApiResource::erase::<GroupLedger>(&()),
        ApiResource::erase::<k8s_openapi::api::events::v1::Event>(&()),
        ApiResource::erase::<k8s_openapi::api::core::v1::Event>(&()),
        ApiResource::erase::<k8s_openapi::api::coordination::v1::Lease>(&()),
    ];
    for kind in kinds {
        let api: Api<DynamicObject> = Api::all_with(client.clone(), &kind);
        let all = api.list(&ListParams::default()).await.unwrap().items;
        assert!(
            !all.is_empty() || kind.kind == "OperationDecision",
            "there is no {} to be searched",
            kind.kind
        );
        for object in all {
            let text = serde_json::to_string(&object).unwrap();
            clean(&format!("{} {:?}", kind.kind, object.metadata.name), &text);
        }
    }
}

fn clean(what: &str, text: &str) {
    if let Some((secret, around)) = leak(text) {
        panic!("{what} tells {secret}: …{around}…");
    }
}

/// The first secret in a text, and what stands around it.
fn leak(text: &str) -> Option<(&'static str, &str)> {
    let encode = |secret: &str| base64::engine::general_purpose::STANDARD.encode(secret);
    let known = [
        ("the password", PASSWORD.to_owned()),
        ("the password", encode(PASSWORD)),
        ("the access key", ACCESS_KEY.to_owned()),
        ("the secret key", SECRET_KEY.to_owned()),
        ("the secret key", encode(SECRET_KEY)),
        ("a wrong secret", WRONG.to_owned()),
        ("a signature", "Signature=".to_owned()),
    ];
    let found = known
        .iter()
        .find_map(|(name, secret)| Some((*name, text.find(secret.as_str())?)));
    let token = text.match_indices(TOKEN).find_map(|(at, _)| {
        let digits = text[at + TOKEN.len()..].bytes().take_while(u8::is_ascii_hexdigit);
        (digits.count() >= TOKEN_DIGITS).then_some(("a token", at))
    });
    let (name, at) = found.or(token)?;
    let edge = |at: usize| (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    Some((
        name,
        &text[edge(at.saturating_sub(100))..edge((at + 60).min(text.len()))],
    ))
}

fn are_found_where_they_are() {
    let token = format!("x-auth-token: {TOKEN}{}", "0a".repeat(16));
    let encoded = base64::engine::general_purpose::STANDARD.encode(PASSWORD);
    for text in [
        PASSWORD,
        SECRET_KEY,
        ACCESS_KEY,
        &token,
        &encoded,
        "SDK-HMAC-SHA256 Signature=00",
    ] {
        assert!(leak(&format!("ä before {text} after")).is_some(), "{text}");
    }
    assert!(leak("MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ").is_none());
    assert!(leak("stationmaster demo").is_none());
}
