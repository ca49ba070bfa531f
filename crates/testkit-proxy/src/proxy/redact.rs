//! Takes secrets out of bodies before they are written down.
//! It must not need to know every secret: whole bodies go where secrets travel, and every field with a telling name.

use serde_json::Value;

use super::matching::Asked;
use crate::history::Source;
use crate::vendors::is_login;

/// The longest body that is written down, in bytes.
const LONGEST: usize = 256 * 1024;
/// What stands in place of a secret.
const REDACTED: &str = "REDACTED";
/// Kubernetes resources whose bodies are secrets.
const SECRET_RESOURCES: [&str; 3] = ["secrets", "tokenreviews", "tokenrequests"];
/// Field names, in lower case and without `_` and `-`, whose values are secrets. An intent's token is none.
const SECRET_FIELDS: [&str; 11] = [
    "password",
    "passwd",
    "secretkey",
    "secretaccesskey",
    "accesskey",
    "authorization",
    "xauthtoken",
    "xsubjecttoken",
    "clientsecret",
    "securitytoken",
    "stringdata",
];

/// Whether nothing of the exchange's bodies may be written down, not even a digest.
pub(crate) fn is_secret(asked: &Asked) -> bool {
    match asked.source {
        Source::Provider => is_login(&asked.path),
        Source::Kubernetes => asked.api.as_ref().is_some_and(|api| {
            SECRET_RESOURCES.contains(&api.resource.as_str()) || api.subresource.as_deref() == Some("token")
        }),
    }
}

/// A body as it may be written down; none if it is too long or no JSON.
pub(crate) fn body(bytes: &[u8]) -> Option<Value> {
    if bytes.is_empty() || bytes.len() > LONGEST {
        return None;
    }
    let mut value = serde_json::from_slice(bytes).ok()?;
    clean(&mut value);
    Some(value)
}

fn clean(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let secret = fields.get("kind").and_then(Value::as_str) == Some("Secret");
            for (name, value) in fields.iter_mut() {
                let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).collect();
                if SECRET_FIELDS.contains(&plain.to_lowercase().as_str()) || secret && name == "data" {
                    *value = REDACTED.into();
                } else {
                    clean(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::history::ApiCall;

    #[test]
    fn secrets_go_and_tokens_of_intents_stay() {
        let sent = json!({
            "spec": {"priorityToken": "k7m2-9xqd", "items": [{"secret_key": "s1", "Password": {"x": "s2"}}]},
            "list": [{"kind": "Secret", "data": {"a": "s3"}, "stringData": {"b": "s4"}}],
            "X-Auth-Token": "s5",
        });
        let kept = body(sent.to_string().as_bytes()).unwrap();
        let text = kept.to_string();
        assert_eq!(kept["spec"]["priorityToken"], "k7m2-9xqd");
        for secret in ["s1", "s2", "s3", "s4", "s5"] {
            assert!(!text.contains(&format!("\"{secret}\"")), "{text}");
        }
        assert_eq!(body(b""), None);
        assert_eq!(body(b"<html>"), None);
        assert_eq!(body(format!("\"{}\"", "x".repeat(LONGEST)).as_bytes()), None);
    }

    #[test]
    fn logins_and_secret_objects_are_left_out_whole() {
        let asked = |source, method: &str, path: &str| Asked {
            source,
            replica: None,
            method: method.into(),
            path: path.into(),
            query: String::new(),
            api: ApiCall::of(method, path, ""),
            body: None,
        };
        assert!(is_secret(&asked(Source::Provider, "POST", "/v3/auth/tokens")));
        assert!(is_secret(&asked(
            Source::Kubernetes,
            "GET",
            "/api/v1/namespaces/x/secrets/y"
        )));
        let token = "/api/v1/namespaces/x/serviceaccounts/y/token";
        assert!(is_secret(&asked(Source::Kubernetes, "POST", token)));
        assert!(!is_secret(&asked(Source::Provider, "GET", "/v1/p/server-groups")));
    }
}
