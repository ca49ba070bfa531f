//! Which exchanges a rule is about.
//! It must not count them; the book of rules does.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::history::{ApiCall, Source};
use crate::vendors::{is_login, is_question};

/// All given parts must fit; none given is every exchange.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Match {
    /// `kubernetes` or `provider`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Label of the replica that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    /// HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Path without query; `*` stands for any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Kubernetes verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    /// Kubernetes resource, in the plural.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Kubernetes namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name of the Kubernetes object; `*` stands for any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `status`, or empty for the object itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subresource: Option<String>,
    /// Whether it can change something: any method but GET and HEAD; at the provider neither a login nor a precheck.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mutating: Option<bool>,
    /// What its JSON body must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<BodyPart>,
}

/// One thing that a body must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BodyPart {
    /// JSON pointer (RFC 6901), e.g. `/spec/holderIdentity`; empty for the whole body.
    pub pointer: String,
    /// The value there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// A text that the value's own text contains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Whether there is anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
}

/// A request, as far as rules look at it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub source: Source,
    pub replica: Option<String>,
    pub method: String,
    pub path: String,
    pub query: String,
    pub api: Option<ApiCall>,
    /// The body where it is JSON, as it was sent.
    pub body: Option<Value>,
}

impl Match {
    /// Every exchange with the provider.
    pub fn provider() -> Self {
        Self {
            source: Some(Source::Provider),
            ..Self::default()
        }
    }

    /// Every mutating call at the provider.
    pub fn provider_calls() -> Self {
        Self {
            mutating: Some(true),
            ..Self::provider()
        }
    }

    /// This verb on this Kubernetes resource, whatever the object.
    pub fn kubernetes(verb: &str, resource: &str) -> Self {
        Self {
            source: Some(Source::Kubernetes),
            verb: Some(verb.into()),
            resource: Some(resource.into()),
            ..Self::default()
        }
    }

    /// The same of one replica only.
    #[must_use]
    pub fn of(self, replica: &str) -> Self {
        Self {
            replica: Some(replica.into()),
            ..self
        }
    }

    pub(crate) fn fits(&self, asked: &Asked) -> bool {
        let same = |wanted: &Option<String>, given: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| Some(wanted.as_str()) == given)
        };
        let like = |wanted: &Option<String>, given: Option<&str>| {
            wanted
                .as_ref()
                .is_none_or(|pattern| given.is_some_and(|given| glob(pattern, given)))
        };
        let api = asked.api.as_ref();
        self.source.is_none_or(|source| source == asked.source)
            && same(&self.replica, asked.replica.as_deref())
            && self
                .method
                .as_ref()
                .is_none_or(|method| method.eq_ignore_ascii_case(&asked.method))
            && like(&self.path, Some(&asked.path))
            && same(&self.verb, api.map(|api| api.verb.as_str()))
            && same(&self.resource, api.map(|api| api.resource.as_str()))
            && same(&self.namespace, api.and_then(|api| api.namespace.as_deref()))
            && like(&self.name, api.and_then(|api| api.name.as_deref()))
            && self
                .subresource
                .as_ref()
                .is_none_or(|wanted| api.is_some_and(|api| api.subresource.as_deref().unwrap_or_default() == wanted))
            && self.mutating.is_none_or(|wanted| wanted == asked.is_mutating())
            && self.body.iter().all(|part| part.fits(asked.body.as_ref()))
    }
}

impl Asked {
    pub(crate) fn is_mutating(&self) -> bool {
        let asks = self.source == Source::Provider && (is_login(&self.path) || is_question(&self.path));
        !matches!(self.method.as_str(), "GET" | "HEAD") && !asks
    }

    pub(crate) fn is_watch(&self) -> bool {
        self.api.as_ref().is_some_and(|api| api.verb == "watch")
    }
}

impl BodyPart {
    fn fits(&self, body: Option<&Value>) -> bool {
        let found = body.and_then(|body| body.pointer(&self.pointer));
        let contains = |wanted: &String| {
            found.is_some_and(|value| match value {
                Value::String(text) => text.contains(wanted),
                other => other.to_string().contains(wanted),
            })
        };
        self.equals.as_ref().is_none_or(|wanted| found == Some(wanted))
            && self.contains.as_ref().is_none_or(contains)
            && self.exists.is_none_or(|wanted| wanted == found.is_some())
    }
}

/// Whether the text fits the pattern, in which `*` stands for any text.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, pattern)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = pattern.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(source: Source, method: &str, path: &str, body: Value) -> Asked {
        Asked {
            source,
            replica: Some("a".into()),
            method: method.into(),
            path: path.into(),
            query: String::new(),
            api: ApiCall::of(method, path, "").filter(|_| source == Source::Kubernetes),
            body: Some(body),
        }
    }

    #[test]
    fn every_given_part_must_fit() {
        let path = "/apis/stationmaster.dev/v1alpha1/namespaces/s/groupledgers/l-1";
        let put = asked(Source::Kubernetes, "PUT", path, json!({"spec": {"n": 3, "w": "abc"}}));
        let full = json!({
            "source": "kubernetes", "replica": "a", "method": "put", "path": "/apis/*/groupledgers/*", "verb": "update",
            "resource": "groupledgers", "namespace": "s", "name": "l-*", "subresource": "", "mutating": true,
            "body": [{"pointer": "/spec/n", "equals": 3}, {"pointer": "/spec/w", "contains": "b"},
                     {"pointer": "/x", "exists": false}],
        });
        let fits: Match = serde_json::from_value(full.clone()).unwrap();
        assert!(fits.fits(&put));
        let others = json!({
            "source": "provider", "replica": "b", "method": "GET", "path": "/api/*", "verb": "patch",
            "resource": "leases", "namespace": "t", "name": "m*", "subresource": "status", "mutating": false,
            "body": [{"pointer": "/spec/n", "equals": 4}],
        });
        for (field, other) in others.as_object().unwrap() {
            let mut changed = full.clone();
            changed[field] = other.clone();
            let changed: Match = serde_json::from_value(changed).unwrap();
            assert!(!changed.fits(&put), "{field}");
        }
    }

    #[test]
    fn a_login_and_a_precheck_are_no_calls() {
        let login = asked(Source::Provider, "POST", "/v3/auth/tokens", Value::Null);
        let call = asked(Source::Provider, "POST", "/v1/p/server-groups/g/action", Value::Null);
        assert!(!Match::provider_calls().fits(&login) && Match::provider_calls().fits(&call));
        let precheck = "/api/v2/ob/clusters/3/tenants/15/switchoverPreCheck";
        assert!(!Match::provider_calls().fits(&asked(Source::Provider, "POST", precheck, Value::Null)));
        assert!(Match::provider().fits(&login) && !Match::provider().of("b").fits(&login));
    }

    #[test]
    fn globs() {
        assert!(glob("/v1/*/jobs/*", "/v1/p/jobs/j") && glob("*", "/x") && glob("/a*c", "/abc") && glob("/x", "/x"));
        assert!(!glob("/x", "/xy") && !glob("/v1/*/jobs", "/v1/p/jobs/j") && !glob("/ab*b", "/ab"));
    }
}
