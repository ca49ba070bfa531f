//! Answers that a fault makes instead of, or out of, the service's own.
//! It must not apply calls.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Gate;
use crate::faults::BodyForm;
use crate::refusal::Refusal;
use crate::reply::Reply;

/// An error code that a rule asks for.
pub(super) fn refuse(gate: &mut Gate, number: u64, code: &str, status: Option<u16>, message: Option<String>) -> Reply {
    let refusal = if code.starts_with("APIG.") {
        let text = message.unwrap_or_else(|| "The request is refused.".into());
        Refusal::gateway(status.unwrap_or(401), code, text)
    } else {
        let known = Refusal::sdrs(code);
        Refusal::service(status.unwrap_or(known.status), code, message.unwrap_or(known.message))
    };
    refused(gate, number, refusal)
}

/// A refusal that never reached the service, noted in the journal.
pub(super) fn refused(gate: &mut Gate, number: u64, refusal: Refusal) -> Reply {
    let request_id = gate.world.ids.hex();
    let mut reply = refusal.into_reply(&gate.world.switches, &request_id);
    reply.headers.push(("x-request-id".into(), request_id));
    note(gate, number, &reply);
    reply
}

fn note(gate: &mut Gate, number: u64, reply: &Reply) {
    if let Some(entry) = gate.journal.entry(number) {
        entry.status = Some(reply.status);
        entry.code.clone_from(&reply.code);
    }
}

/// Any answer. Without a body it is the gateway's envelope.
pub(super) fn respond(
    gate: &mut Gate,
    number: u64,
    status: u16,
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    applied: bool,
) -> Reply {
    let request_id = gate.world.ids.hex();
    let code = if status == 429 { "APIG.0308" } else { "APIG.0201" };
    let mut reply = match body {
        None => {
            let text = json!({"error_msg": "Backend unavailable.", "error_code": code, "request_id": request_id});
            Reply {
                code: Some(code.into()),
                ..Reply::json(status, text)
            }
        }
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
        BodyForm::Malformed => reply.body = "{\"server_group\": {\"id\": oops".into(),
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
