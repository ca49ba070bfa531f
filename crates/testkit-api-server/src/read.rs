//! Reads: one object, and lists with selectors, pages and resourceVersions.
//! It must not change anything.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::address::Address;
use super::flaw::Flaw;
use super::kind::Kind;
use super::refusal::{Cause, Refusal};
use super::selector::Selector;
use super::state::{Answer, State, key};
use super::store::Store;

const TOO_OLD: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.";

impl State {
    /// GET of one object. `store` is the present one, or an older state of it.
    pub fn get(&self, store: &Store, address: &Address) -> Result<Answer, Refusal> {
        let name = address.name.as_deref().unwrap_or_default();
        let found = store.get(&key(&address.kind, &address.namespace, name));
        let found = found.ok_or_else(|| Refusal::not_found(&address.kind, name))?;
        Ok(Answer::ok((*found.shown).clone()))
    }

    /// GET of a list.
    pub fn list(&self, store: &Store, address: &Address) -> Result<Answer, Refusal> {
        let (kind, query) = (&address.kind, &address.query);
        let selector = Selector::read(kind, query.get("labelSelector"), query.get("fieldSelector"))?;
        let mut limit = query.number("limit")?.unwrap_or_default();
        let asked = query.get("resourceVersion");
        let exact = query.get("resourceVersionMatch") == Some("Exact");
        let (mut from, mut past) = (String::new(), None);
        if let Some(token) = query.get("continue") {
            if asked.is_some_and(|version| version != "0") {
                return Err(Refusal::bad_request(
                    "specifying resource version is not allowed when using continue",
                ));
            }
            let (revision, start) = read_token(token)?;
            from = start;
            match revision {
                Some(revision) if revision < store.compacted() => return Err(expired(&from)),
                Some(_) if self.has(Flaw::ContinuesWithThePresent) => {}
                Some(revision) => past = Some(store.at(revision)),
                None => {}
            }
        } else if let Some(revision) = revision_of(asked, store)? {
            if exact && revision < store.compacted() {
                return Err(Refusal::expired(format!(
                    "The resourceVersion for the provided list is too old: {revision}"
                )));
            }
            past = exact.then(|| store.at(revision));
        } else if asked == Some("0") {
            // Answered from the cache of the real server, which knows no pages.
            limit = 0;
        }
        let store = past.as_ref().unwrap_or(store);
        Ok(Answer::ok(page(store, kind, address, &selector, &from, limit)))
    }
}

fn page(store: &Store, kind: &Kind, address: &Address, selector: &Selector, from: &str, limit: u64) -> Value {
    let namespace = (!address.namespace.is_empty()).then_some(address.namespace.as_str());
    let resource = kind.qualified();
    let mut found = store
        .of(&resource, namespace)
        .map(|(key, record)| (format!("{}/{}", key.namespace, key.name), &record.shown))
        .filter(|(place, shown)| place.as_str() > from && selector.matches(shown));
    let most = if limit == 0 {
        usize::MAX
    } else {
        usize::try_from(limit).unwrap_or(usize::MAX)
    };
    let (mut items, mut last) = (Vec::new(), String::new());
    for (place, shown) in found.by_ref().take(most) {
        items.push(listed(kind, shown));
        last = place;
    }
    let left = found.count();
    let mut metadata = json!({ "resourceVersion": store.revision().to_string() });
    if kind.custom {
        // Lists of custom kinds say so where there is no more.
        metadata["continue"] = "".into();
    }
    if left > 0 {
        metadata["continue"] = token(Some(store.revision()), &last).into();
        if selector.is_empty() {
            metadata["remainingItemCount"] = left.into();
        }
    }
    json!({
        "apiVersion": kind.api_version(), "kind": format!("{}List", kind.kind), "metadata": metadata, "items": items,
    })
}

/// Kinds of Kubernetes do not repeat in each item what the list says.
fn listed(kind: &Kind, shown: &Value) -> Value {
    let mut item = shown.clone();
    if !kind.custom
        && let Some(map) = item.as_object_mut()
    {
        map.remove("apiVersion");
        map.remove("kind");
    }
    item
}

/// The revision that a request names; `None` where it names none or 0.
///
/// # Errors
///
/// When it is no number, or has not happened yet.
pub(super) fn revision_of(asked: Option<&str>, store: &Store) -> Result<Option<u64>, Refusal> {
    let Some(revision) = version(asked)? else {
        return Ok(None);
    };
    if revision > store.revision() {
        let message = format!("Too large resource version: {revision}, current: {}", store.revision());
        let mut refusal = Refusal::new(504, "Timeout", message);
        refusal.retry_after = Some(1);
        let cause = Cause::new("ResourceVersionTooLarge", "", "Too large resource version".into());
        refusal.causes.push(cause);
        return Err(refusal);
    }
    Ok(Some(revision))
}

/// The same without a look at the store.
pub(super) fn version(asked: Option<&str>) -> Result<Option<u64>, Refusal> {
    let Some(text) = asked.filter(|text| *text != "0") else {
        return Ok(None);
    };
    let read = text.parse().map_err(|_| {
        Refusal::new(
            400,
            "BadRequest",
            format!("resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"),
        )
    })?;
    Ok(Some(read))
}

fn token(revision: Option<u64>, start: &str) -> String {
    let revision = revision.map_or(json!(-1), Value::from);
    BASE64.encode(json!({ "v": "meta.k8s.io/v1", "rv": revision, "start": start }).to_string())
}

fn read_token(token: &str) -> Result<(Option<u64>, String), Refusal> {
    let decoded = BASE64.decode(token).ok();
    let value = decoded.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let start = value.as_ref().and_then(|value| value["start"].as_str());
    match (&value, start) {
        (Some(value), Some(start)) => Ok((value["rv"].as_u64(), start.to_owned())),
        _ => Err(Refusal::bad_request(
            "continue key is not valid: it was not made by this server",
        )),
    }
}

/// With a token by which the rest can be read as it is now.
fn expired(start: &str) -> Refusal {
    let mut refusal = Refusal::expired(TOO_OLD);
    refusal.next = Some(token(None, start));
    refusal
}
