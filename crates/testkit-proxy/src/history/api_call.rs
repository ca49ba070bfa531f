//! A request to the API server in Kubernetes' own words: verb, resource, name.
//! It must not guess: a path that is no resource's has no words.

use serde::{Deserialize, Serialize};

/// What a request asks of the API server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApiCall {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`.
    pub verb: String,
    /// API group; empty for the core group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Plural name, e.g. `groupledgers`.
    pub resource: String,
    /// Namespace, where the path names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name of the object, where the path names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E.g. `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subresource: Option<String>,
}

impl ApiCall {
    /// The words of a request; `None` for what is no resource, such as `/version` or the list of an API group's kinds.
    pub fn of(method: &str, path: &str, query: &str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (group, rest) = match parts.as_slice() {
            ["api", _version, rest @ ..] => ("", rest),
            ["apis", group, _version, rest @ ..] => (*group, rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            // The namespace itself is an object too: /api/v1/namespaces/x, and its own subresources.
            ["namespaces", namespace, resource, rest @ ..] if !matches!(*resource, "status" | "finalize") => {
                (Some((*namespace).to_owned()), [&[*resource], rest].concat())
            }
            rest => (None, rest.to_vec()),
        };
        let (resource, name, subresource) = match rest.as_slice() {
            [resource] if !resource.is_empty() => (*resource, None, None),
            [resource, name] => (*resource, Some(*name), None),
            [resource, name, subresource, ..] => (*resource, Some(*name), Some(*subresource)),
            _ => return None,
        };
        let verb = match (method, name) {
            ("GET", _) if flag(query, "watch") => "watch",
            ("GET", Some(_)) => "get",
            ("GET", None) => "list",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", Some(_)) => "delete",
            ("DELETE", None) => "deletecollection",
            _ => return None,
        };
        Some(Self {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            namespace,
            name: name.map(str::to_owned),
            subresource: subresource.map(str::to_owned),
        })
    }

    /// Whether it can change an object.
    pub fn is_mutating(&self) -> bool {
        !matches!(self.verb.as_str(), "get" | "list" | "watch")
    }

    /// Whether it is this verb on this resource, not on a subresource of it.
    pub fn is(&self, verb: &str, resource: &str) -> bool {
        self.verb == verb && self.resource == resource && self.subresource.is_none()
    }
}

/// The value of a query's parameter, as it stands there.
pub(crate) fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// As Go's `strconv.ParseBool` reads it; Kubernetes takes a bare `watch` for true.
fn flag(query: &str, name: &str) -> bool {
    parameter(query, name).is_some_and(|value| matches!(value, "" | "1" | "t" | "T" | "true" | "True" | "TRUE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(method: &str, path: &str, query: &str) -> String {
        let Some(call) = ApiCall::of(method, path, query) else {
            return "none".into();
        };
        let parts = [
            Some(call.verb),
            Some(call.group),
            Some(call.resource),
            call.namespace,
            call.name,
            call.subresource,
        ];
        parts.map(Option::unwrap_or_default).join(" ")
    }

    #[test]
    fn paths_are_read_as_the_api_server_reads_them() {
        let ledger = "/apis/stationmaster.dev/v1alpha1/namespaces/sys/groupledgers";
        assert_eq!(
            words("GET", ledger, "watch=true&resourceVersion=7"),
            "watch stationmaster.dev groupledgers sys  "
        );
        assert_eq!(
            words("GET", ledger, "watch=false"),
            "list stationmaster.dev groupledgers sys  "
        );
        assert_eq!(
            words("PUT", &format!("{ledger}/x/status"), ""),
            "update stationmaster.dev groupledgers sys x status"
        );
        assert_eq!(words("GET", "/api/v1/namespaces/shop", ""), "get  namespaces  shop ");
        assert_eq!(
            words("PUT", "/api/v1/namespaces/shop/finalize", ""),
            "update  namespaces  shop finalize"
        );
        assert_eq!(
            words("GET", "/api/v1/namespaces/shop/secrets/s", ""),
            "get  secrets shop s "
        );
        assert_eq!(words("DELETE", "/api/v1/nodes", ""), "deletecollection  nodes   ");
        for path in ["/version", "/apis", "/apis/stationmaster.dev", "/api/v1", "/readyz"] {
            assert_eq!(words("GET", path, ""), "none", "{path}");
        }
    }
}
