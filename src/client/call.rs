//! What a request to the Kubernetes API asks for, read from its method and path.
//! It must not keep the name of an object: the words become labels of metrics.

use http::Method;

/// A request in three words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiCall {
    /// The HTTP method.
    pub method: &'static str,
    /// The API verb: get, list, watch, create, update, patch, delete, deletecollection; or the method in small letters.
    pub verb: &'static str,
    /// The plural of the kind, with its subresource (`protectiongroups/status`); empty for paths that name none, such as `/version`.
    pub resource: String,
}

impl ApiCall {
    /// Reads `method`, `path` and `query`.
    pub fn of(method: &Method, path: &str, query: Option<&str>) -> ApiCall {
        let (resource, named) = resource(path);
        let watch = query.is_some_and(|q| q.split('&').any(|pair| pair == "watch=true" || pair == "watch=1"));
        let (method, verb) = match (method.as_str(), named) {
            ("GET", _) if watch => ("GET", "watch"),
            ("GET", false) if !resource.is_empty() => ("GET", "list"),
            ("GET", _) => ("GET", "get"),
            ("POST", _) => ("POST", "create"),
            ("PUT", _) => ("PUT", "update"),
            ("PATCH", _) => ("PATCH", "patch"),
            ("DELETE", false) => ("DELETE", "deletecollection"),
            ("DELETE", true) => ("DELETE", "delete"),
            _ => ("other", "other"),
        };
        ApiCall { method, verb, resource }
    }

    /// Whether the answer goes on for as long as the server likes.
    pub fn is_watch(&self) -> bool {
        self.verb == "watch"
    }
}

/// The resource with its subresource, and whether the path names one object.
fn resource(path: &str) -> (String, bool) {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    // The cluster's URL may have a path of its own in front.
    let found = parts.by_ref().find_map(|part| match part {
        "api" => Some(1),
        "apis" => Some(2),
        _ => None,
    });
    let Some(group_and_version) = found else {
        return (String::new(), false);
    };
    let mut rest: Vec<&str> = parts.skip(group_and_version).collect();
    // /namespaces/<namespace>/<resource>/… but not the namespace itself.
    if rest.first() == Some(&"namespaces") && rest.len() > 2 {
        rest.drain(..2);
    }
    match rest.as_slice() {
        [] => (String::new(), false),
        [resource] => (known(resource, &RESOURCES).to_owned(), false),
        [resource, _] => (known(resource, &RESOURCES).to_owned(), true),
        [resource, _, sub, ..] => {
            let (resource, sub) = (known(resource, &RESOURCES), known(sub, &SUBRESOURCES));
            (format!("{resource}/{sub}"), true)
        }
    }
}

/// The kinds that the operator asks for. Whatever else a path holds, be it a name that somebody wrote, is `other`.
const RESOURCES: [&str; 11] = [
    "protectiongroups",
    "protectionproviders",
    "recoveryoperations",
    "operationdecisions",
    "groupledgers",
    "leases",
    "secrets",
    "configmaps",
    "events",
    "namespaces",
    "customresourcedefinitions",
];
const SUBRESOURCES: [&str; 2] = ["status", "scale"];

fn known<'a>(word: &'a str, words: &[&str]) -> &'a str {
    if words.contains(&word) { word } else { "other" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_from_method_and_path() {
        let group = "/apis/stationmaster.dev/v1alpha1/namespaces/shop/protectiongroups";
        let cases: [(Method, &str, Option<&str>, &str, &str); 14] = [
            (Method::GET, group, Some("limit=500"), "list", "protectiongroups"),
            (
                Method::GET,
                group,
                Some("a=b&watch=true&x=y"),
                "watch",
                "protectiongroups",
            ),
            (
                Method::GET,
                "/apis/stationmaster.dev/v1alpha1/protectiongroups",
                None,
                "list",
                "protectiongroups",
            ),
            (
                Method::GET,
                "/apis/stationmaster.dev/v1alpha1/namespaces/shop/protectiongroups/db",
                None,
                "get",
                "protectiongroups",
            ),
            (
                Method::PUT,
                "/apis/stationmaster.dev/v1alpha1/namespaces/shop/protectiongroups/db/status",
                None,
                "update",
                "protectiongroups/status",
            ),
            (
                Method::POST,
                "/apis/events.k8s.io/v1/namespaces/shop/events",
                None,
                "create",
                "events",
            ),
            (
                Method::PATCH,
                "/apis/events.k8s.io/v1/namespaces/shop/events/x.1",
                None,
                "patch",
                "events",
            ),
            (
                Method::GET,
                "/api/v1/namespaces/shop/secrets/otc",
                None,
                "get",
                "secrets",
            ),
            (Method::GET, "/api/v1/namespaces/shop", None, "get", "namespaces"),
            (Method::GET, "/api/v1/namespaces", None, "list", "namespaces"),
            (Method::DELETE, group, None, "deletecollection", "protectiongroups"),
            (Method::GET, "/version", None, "get", ""),
            (
                Method::GET,
                "/k8s/clusters/c-1/apis/coordination.k8s.io/v1/namespaces/s/leases/l",
                None,
                "get",
                "leases",
            ),
            (Method::GET, "/apis/stationmaster.dev/v1alpha1", None, "get", ""),
        ];
        for (method, path, query, verb, resource) in cases {
            let call = ApiCall::of(&method, path, query);
            assert_eq!((call.verb, call.resource.as_str()), (verb, resource), "{method} {path}");
            assert_eq!(call.method, method.as_str());
        }
    }

    #[test]
    fn what_somebody_wrote_is_no_word_of_ours() {
        let secrets = "/api/v1/namespaces/shop/secrets/x";
        for path in ["/r1", "/r2", "/r1/r2"].map(|rest| format!("{secrets}{rest}")) {
            assert_eq!(
                ApiCall::of(&Method::GET, &path, None).resource,
                "secrets/other",
                "{path}"
            );
        }
        assert_eq!(
            ApiCall::of(&Method::GET, "/api/v1/namespaces/shop/r1/x", None).resource,
            "other"
        );
    }
}
