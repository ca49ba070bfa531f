//! The audit policy, and the audit log as values: who asked for what, and what the API server answered.
//! It must not judge; the tests do.

use std::path::Path;

use serde::Deserialize;

use super::Error;

/// Everything at metadata level, but for what the control plane does to keep itself alive.
pub(crate) const POLICY: &str = r#"apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  nonResourceURLs: ["/healthz*", "/livez*", "/readyz*"]
- level: None
  users: ["system:apiserver", "system:kube-controller-manager"]
  resources:
  - group: coordination.k8s.io
    resources: [leases]
  - group: ""
    resources: [events]
  - group: events.k8s.io
    resources: [events]
- level: Metadata
"#;

/// One answered request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditEvent {
    /// Identifies the request; a watch has two events, one at its start and one at its end.
    pub id: String,
    /// `ResponseComplete`, or `ResponseStarted` for a watch that goes on, or `Panic`.
    pub stage: String,
    /// Who asked (after impersonation: whose rights counted).
    pub user: String,
    /// The user's groups.
    pub groups: Vec<String>,
    /// The program, as it names itself.
    pub user_agent: String,
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, …
    pub verb: String,
    /// The path with its query.
    pub uri: String,
    /// API group; empty for the core group and for requests that are for no resource.
    pub api_group: String,
    /// Resource, plural; empty for requests that are for no resource.
    pub resource: String,
    /// Subresource, such as `status`; else empty.
    pub subresource: String,
    /// Namespace; else empty.
    pub namespace: String,
    /// Name; empty for lists and for a create (the name is in the body).
    pub name: String,
    /// HTTP status of the answer; 0 if there was none.
    pub code: u16,
    /// When the API server got the request, as RFC 3339 with microseconds.
    pub received_at: String,
}

impl AuditEvent {
    /// Whether the request could change something.
    pub fn is_write(&self) -> bool {
        !matches!(self.verb.as_str(), "get" | "list" | "watch" | "head" | "options")
    }
}

/// All events in a log. A last line that is still being written is left for the next reading.
pub(crate) fn read(path: &Path) -> Result<Vec<AuditEvent>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::io(path)(error)),
    };
    let finished = text.rfind('\n').map_or("", |end| &text[..end]);
    let parse = |line| serde_json::from_str::<Wire>(line).map(AuditEvent::from);
    finished
        .lines()
        .map(parse)
        .collect::<Result<_, _>>()
        .map_err(|error| Error::io(path)(error.into()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(rename = "auditID")]
    audit_id: String,
    stage: String,
    verb: String,
    #[serde(rename = "requestURI")]
    request_uri: String,
    user: User,
    impersonated_user: Option<User>,
    #[serde(default)]
    user_agent: String,
    #[serde(default)]
    object_ref: ObjectRef,
    #[serde(default)]
    response_status: ResponseStatus,
    request_received_timestamp: String,
}

#[derive(Deserialize)]
struct User {
    #[serde(default)]
    username: String,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ObjectRef {
    api_group: String,
    resource: String,
    subresource: String,
    namespace: String,
    name: String,
}

#[derive(Default, Deserialize)]
struct ResponseStatus {
    #[serde(default)]
    code: u16,
}

impl From<Wire> for AuditEvent {
    fn from(wire: Wire) -> Self {
        let user = wire.impersonated_user.unwrap_or(wire.user);
        Self {
            id: wire.audit_id,
            stage: wire.stage,
            user: user.username,
            groups: user.groups,
            user_agent: wire.user_agent,
            verb: wire.verb,
            uri: wire.request_uri,
            api_group: wire.object_ref.api_group,
            resource: wire.object_ref.resource,
            subresource: wire.object_ref.subresource,
            namespace: wire.object_ref.namespace,
            name: wire.object_ref.name,
            code: wire.response_status.code,
            received_at: wire.request_received_timestamp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/a/secrets?limit=500","verb":"list","user":{"username":"jane","groups":["dev","system:authenticated"]},"sourceIPs":["127.0.0.1"],"userAgent":"kubectl","objectRef":{"resource":"secrets","namespace":"a","apiVersion":"v1"},"responseStatus":{"metadata":{},"status":"Failure","reason":"Forbidden","code":403},"requestReceivedTimestamp":"2026-01-01T00:00:00.000000Z","stageTimestamp":"2026-01-01T00:00:00.000000Z"}"#;

    #[test]
    fn a_line_becomes_an_event_and_half_a_line_waits() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{LINE}\n{}", &LINE[..40])).unwrap();
        let events = read(file.path()).unwrap();
        assert_eq!(events.len(), 1);
        let event = &events[0];
        let got = (
            &*event.user,
            &*event.verb,
            &*event.resource,
            &*event.namespace,
            event.code,
            event.is_write(),
        );
        assert_eq!(got, ("jane", "list", "secrets", "a", 403, false));
    }

    #[test]
    fn a_broken_line_is_an_error_and_a_missing_file_is_empty() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{\"kind\": 1}\n").unwrap();
        assert!(read(file.path()).is_err());
        assert_eq!(read(Path::new("/nonexistent/audit.log")).unwrap(), []);
    }
}
