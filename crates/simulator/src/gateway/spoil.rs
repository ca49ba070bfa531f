//! Answers that a fault makes instead of, or out of, the service's own.
//! It must not apply calls.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Gate;
use crate::doors::Doors;
use crate::faults::BodyForm;
use crate::reply::Reply;
use crate::routes::Vendor;

/// An error code that a rule asks for.
pub(super) fn refuse(
    gate: &mut Gate,
    number: u64,
    vendor: Vendor,
    code: &str,
    status: Option<u16>,
    text: Option<String>,
) -> Reply {
    let reply = Doors::refuse(&mut gate.world, vendor, code, status, text);
    note(gate, number, &reply);
    reply
}

/// Too many requests.
pub(super) fn too_many(gate: &mut Gate, number: u64, vendor: Vendor, retry_after: Option<u32>) -> Reply {
    let reply = Doors::too_many(&mut gate.world, vendor, retry_after);
    note(gate, number, &reply);
    reply
}

fn note(gate: &mut Gate, number: u64, reply: &Reply) {
    if let Some(entry) = gate.journal.entry(number) {
        entry.status = Some(reply.status);
        entry.code.clone_from(&reply.code);
    }
}

/// Any answer. Without a body it is what stands in front of the vendor.
pub(super) fn respond(
    gate: &mut Gate,
    number: u64,
    vendor: Vendor,
    (status, headers, body): (u16, BTreeMap<String, String>, Option<Value>),
    applied: bool,
) -> Reply {
    let mut reply = match body {
        None => Doors::unavailable(&mut gate.world, vendor, status),
        Some(Value::String(text)) => Reply::raw(status, "text/plain", text),
        Some(value) => Reply::json(status, value),
    };
    for (name, value) in headers {
        let name = name.to_lowercase();
        reply.headers.retain(|(known, _)| *known != name);
        reply.headers.push((name, value));
    }
    if !applied {
        note(gate, number, &reply);
    }
    reply
}

/// The service's answer with a spoilt body.
pub(super) fn body(mut reply: Reply, form: BodyForm, bytes: usize, bytes_per_second: u32) -> Reply {
    let set_type = |reply: &mut Reply, kind: &str| {
        reply.headers.retain(|(name, _)| name != "content-type");
        reply.headers.push(("content-type".into(), kind.into()));
    };
    match form {
        BodyForm::Malformed => reply.body = "{\"object\": {\"id\": oops".into(),
        BodyForm::Truncated => reply.body = reply.body.slice(..reply.body.len() / 2),
        BodyForm::Empty => reply.body = bytes::Bytes::new(),
        BodyForm::Html => {
            reply.body = "<html><body><h1>502 Bad Gateway</h1></body></html>".into();
            set_type(&mut reply, "text/html");
        }
        BodyForm::Oversized => {
            let mut text = reply.body.to_vec();
            // Blanks after the value keep it valid JSON.
            text.resize(bytes.max(text.len()), b' ');
            reply.body = text.into();
        }
        BodyForm::Slow => reply.bytes_per_second = Some(bytes_per_second.max(1)),
    }
    reply
}
