//! Cases of `ProtectionProvider` and `GroupLedger`: the union, what each way to authenticate needs, the claim.
//! It must not hold cases that need the provider.

use serde_json::{Value, json};

use super::{by_schema, change, creation};
use crate::{Case, with};

const PROVIDER: &str = "ProtectionProvider";
const LEDGER: &str = "GroupLedger";

pub(super) fn cases() -> Vec<Case> {
    let mut all = providers();
    all.extend(ledgers());
    all
}

fn providers() -> Vec<Case> {
    let secret = json!({ "credentialsSecretRef": { "name": "s" } });
    let sdrs = |sdrs: &Value| with(&secret, json!({ "sdrs": sdrs }));
    let password = json!({
        "endpoint": "https://sdrs.example.com", "iamEndpoint": "http://127.0.0.1:8080", "projectName": "p", "domainName": "d",
        "authMethod": "Password", "signatureValiditySeconds": 900,
    });
    let key = json!({
        "endpoint": "https://sdrs.example.com", "projectID": "0a1b", "authMethod": "AccessKey", "signatureValiditySeconds": 900,
    });
    let hcp = json!({ "hcp": { "endpoint": "https://admin.hcp.example.com:9090" } });
    let endpoint = |endpoint: &str| sdrs(&with(&key, json!({ "endpoint": endpoint })));
    vec![
        creation("a password", PROVIDER, sdrs(&password), None),
        creation("an access key", PROVIDER, sdrs(&key), None),
        creation(
            "a kind that is not served yet",
            PROVIDER,
            with(&secret, hcp.clone()),
            None,
        ),
        creation(
            "no kind",
            PROVIDER,
            secret.clone(),
            Some("exactly one of sdrs, ocp and hcp"),
        ),
        creation(
            "two kinds",
            PROVIDER,
            with(&sdrs(&key), hcp),
            Some("exactly one of sdrs, ocp and hcp"),
        ),
        creation(
            "a password without IAM",
            PROVIDER,
            sdrs(&with(&password, json!({ "iamEndpoint": null, "projectID": "p" }))),
            Some("iamEndpoint must be set for authMethod Password"),
        ),
        creation(
            "a password without an account",
            PROVIDER,
            sdrs(&with(&password, json!({ "domainName": null }))),
            Some("domainName must be set"),
        ),
        creation(
            "no project",
            PROVIDER,
            sdrs(&with(&password, json!({ "projectName": null }))),
            Some("projectID or projectName must be set"),
        ),
        creation(
            "a key and a project that nobody can look up",
            PROVIDER,
            sdrs(&with(&key, json!({ "projectID": null, "projectName": "p" }))),
            Some("iamEndpoint must be set where projectID is not"),
        ),
        change(
            "another endpoint",
            PROVIDER,
            &sdrs(&key),
            endpoint("https://sdrs.example.org"),
            None,
        ),
        by_schema(creation(
            "credentials in the URL",
            PROVIDER,
            endpoint("https://user:password@sdrs.example.com"),
            Some("should match"),
        )),
        by_schema(creation(
            "another protocol",
            PROVIDER,
            endpoint("ftp://sdrs.example.com"),
            Some("should match"),
        )),
        by_schema(creation(
            "no credentials",
            PROVIDER,
            with(&sdrs(&key), json!({ "credentialsSecretRef": null })),
            Some("spec.credentialsSecretRef"),
        )),
        by_schema(creation(
            "a storm of polls",
            PROVIDER,
            with(&sdrs(&key), json!({ "pollIntervalSeconds": 1 })),
            Some("greater than or equal to 5"),
        )),
    ]
}

fn ledgers() -> Vec<Case> {
    let ledger = json!({
        "providerKind": "sdrs", "endpoint": "sdrs.example.com", "scope": "0a1b", "objectID": "40df180b",
        "groupRef": { "namespace": "shop", "name": "orders-db", "uid": "u-1" },
        "record": { "version": 1, "journal": [{ "any": "thing" }] },
    });
    let holder = json!({ "groupRef": { "namespace": "shop", "name": "orders-db", "uid": "u-2" } });
    vec![
        creation("a claim", LEDGER, ledger.clone(), None),
        change(
            "another holder, another record",
            LEDGER,
            &ledger,
            with(&with(&ledger, holder), json!({ "record": {} })),
            None,
        ),
        change(
            "another object",
            LEDGER,
            &ledger,
            with(&ledger, json!({ "objectID": "50df180b" })),
            Some("providerKind, scope and objectID are immutable"),
        ),
        change(
            "another scope",
            LEDGER,
            &ledger,
            with(&ledger, json!({ "scope": "other" })),
            Some("are immutable"),
        ),
        change(
            "another endpoint: the object is the same one",
            LEDGER,
            &ledger,
            with(&ledger, json!({ "endpoint": "other.example.com" })),
            None,
        ),
    ]
}
