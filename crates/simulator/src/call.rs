//! One vendor request as the gateway received it.
//! It must not hold anything of the connection, so that it can be kept and delivered later.

use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::routes::{Route, Vendor};
use crate::world::job::JobFate;

/// A received request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Path as on the wire.
    pub(crate) path: String,
    /// Query as on the wire, without `?`.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whose port it came to.
    pub(crate) vendor: Vendor,
    /// `None` when no path of the served services matches.
    pub(crate) route: Option<Route>,
    pub(crate) received_real: Timestamp,
    pub(crate) received_virtual: Timestamp,
    /// How a job that the call starts must end, when a fault decides it.
    pub(crate) fate: JobFate,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, Refusal> {
        serde_json::from_slice(&self.body).map_err(|_| Refusal::sdrs("SDRS.0201"))
    }

    /// All values of a query key, decoded.
    pub(crate) fn query_all(&self, key: &str) -> Vec<String> {
        let decode = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced)
                .decode_utf8_lossy()
                .into_owned()
        };
        self.query
            .split('&')
            .filter_map(|part| part.split_once('='))
            .filter(|(name, _)| decode(name) == key)
            .map(|(_, value)| decode(value))
            .collect()
    }

    /// The first value of a query key, decoded; an empty one counts as absent.
    pub(crate) fn query(&self, key: &str) -> Option<String> {
        self.query_all(key).into_iter().next().filter(|value| !value.is_empty())
    }

    /// The operation's own word: the key of an action body, or the end of the path.
    pub(crate) fn action(&self) -> Option<String> {
        let route = self.route.as_ref()?;
        if !route.operation.is_action() {
            return route.path_action().map(String::from);
        }
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        body.as_object()?.keys().next().cloned()
    }

    /// The object that the call is about: an id of the path, or the ids of a batch, joined by commas.
    pub(crate) fn resource(&self) -> Option<String> {
        let route = self.route.as_ref()?;
        if let Some((list, key)) = route.operation.batch() {
            let body: Value = serde_json::from_slice(&self.body).ok()?;
            return joined(body.get(list)?.as_array()?, key);
        }
        if let Some(id) = route.object() {
            return Some(id.into());
        }
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        joined(body.as_object()?.values().next()?.get("servers")?.as_array()?, "id")
    }
}

/// The ids of a list of objects.
fn joined(items: &[Value], key: &str) -> Option<String> {
    let id = |item: &Value| match item.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let ids: Vec<String> = items.iter().filter_map(id).collect();
    (!ids.is_empty()).then(|| ids.join(","))
}
