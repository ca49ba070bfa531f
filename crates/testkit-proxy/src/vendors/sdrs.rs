//! How the wire of SDRS is read.
//! It must not share a line of code with the provider crate or the simulator.

use serde_json::Value;

use crate::history::dialect::{Active, At, Call, Class, Dialect, Of, Reading, Sent};

/// The gate's answers: the service behind it has not seen the call.
const GATE: [u16; 3] = [401, 403, 429];

/// SDRS v1.
#[derive(Clone, Copy, Debug)]
pub struct Sdrs;

/// The id of the protection group that a path names, and what follows it.
fn group_in(path: &str) -> Option<(&str, &str)> {
    let (_, rest) = path.split_once("/server-groups/")?;
    let (id, rest) = rest.split_once('/').unwrap_or((rest, ""));
    (!id.is_empty()).then_some((id, rest))
}

impl Dialect for Sdrs {
    fn is_login(&self, path: &str) -> bool {
        path.contains("/auth/")
    }

    fn call<'a>(&self, sent: Sent<'a>) -> Option<Call<'a>> {
        if matches!(sent.method, "GET" | "HEAD") || self.is_login(sent.path) {
            return None;
        }
        // The body of an action has one field, named like the action.
        let mut fields = sent.body.as_object().into_iter().flat_map(|fields| fields.keys());
        let action = fields.next().filter(|_| fields.next().is_none());
        Some(Call {
            at: At::object(group_in(sent.path).map(|(id, _)| id)),
            action: action.map(String::as_str),
        })
    }

    fn readings<'a>(&self, sent: Sent<'a>, status: u16, answer: &'a Value) -> Vec<Reading<'a>> {
        let shown = answer.get("server_group").filter(|shown| shown.is_object());
        let (Some((object, "")), Some(shown), "GET", 200) = (group_in(sent.path), shown, sent.method, status) else {
            return Vec::new();
        };
        vec![Reading {
            of: Of::Object(object.into()),
            active: shown["priority_station"].as_str().map_or(Active::Untold, Active::At),
        }]
    }

    fn class(&self, status: u16, _: &Value) -> Class {
        match status {
            200..300 => Class::Taken,
            _ if GATE.contains(&status) => Class::TurnedAway,
            _ => Class::Refused,
        }
    }
}
