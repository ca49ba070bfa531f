//! What an object must say of itself to fit its request: its name, its namespace, and the uid that was named.
//! It must not look at anything else in it.

use serde_json::{Value, json};

use super::address::Address;
use super::kind::Kind;
use super::object::meta;
use super::refusal::Refusal;

/// The name in the path, which the object must have too.
pub(super) fn named<'a>(address: &'a Address, object: &Value) -> Result<&'a str, Refusal> {
    let name = address.name.as_deref().unwrap_or_default();
    let found = meta(object, "name");
    if found.is_empty() {
        let message = format!("the name of the object ({name} based on URL) was undeterminable: name must be provided");
        return Err(Refusal::bad_request(message));
    }
    if found != name {
        let message = format!("the name of the object ({found}) does not match the name on the URL ({name})");
        return Err(Refusal::bad_request(message));
    }
    let namespace = meta(object, "namespace");
    if !address.namespace.is_empty() && !namespace.is_empty() && namespace != address.namespace {
        let message = format!(
            "the namespace of the object ({namespace}) does not match the namespace on the request ({})",
            address.namespace
        );
        return Err(Refusal::bad_request(message));
    }
    Ok(name)
}

/// Puts an object into the namespace of its request.
pub(super) fn put_in_namespace(kind: &Kind, namespace: &str, object: &mut Value) -> Result<(), Refusal> {
    let found = meta(object, "namespace");
    if !found.is_empty() && found != namespace {
        let message = "the namespace of the provided object does not match the namespace sent on the request";
        return Err(Refusal::bad_request(message));
    }
    if kind.namespaced {
        object["metadata"]["namespace"] = json!(namespace);
    }
    Ok(())
}

/// A uid that was named must be the object's.
pub(super) fn precondition(kind: &Kind, name: &str, wanted: &str, found: &str) -> Result<(), Refusal> {
    if wanted.is_empty() || wanted == found {
        return Ok(());
    }
    let why = format!("Precondition failed: UID in precondition: {wanted}, UID in object meta: {found}");
    Err(Refusal::conflict(kind, name, &why))
}
