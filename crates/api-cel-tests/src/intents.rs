//! Every change of an intent, in every state of a group that matters, and whether it is accepted.
//! It must not read the CEL rule: the oracle is written from `docs/how-an-intent-is-read.md` alone.

use serde_json::{Map, Value, json};

/// What a manifest asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent {
    /// `spec.priorityStation`.
    pub station: Option<&'static str>,
    /// `spec.priorityToken`.
    pub token: Option<&'static str>,
}

/// What the group's status shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// `status.activeStation`.
    pub active: Option<&'static str>,
    /// `status.priorityToken`.
    pub token: Option<&'static str>,
    /// Whether an operation runs.
    pub operation: bool,
}

/// The present token, where one is shown.
pub const PRESENT: &str = "k7m2-9xqd";

const STATIONS: [Option<&str>; 3] = [None, Some("source"), Some("target")];
const TOKENS: [Option<&str>; 3] = [None, Some("0ld0-t0kn"), Some(PRESENT)];

/// Every intent, also the one that the schema refuses by itself (a token alone).
pub fn intents() -> Vec<Intent> {
    STATIONS
        .iter()
        .flat_map(|&station| TOKENS.iter().map(move |&token| Intent { station, token }))
        .collect()
}

/// Every state of a group that matters.
pub fn shown() -> Vec<Shown> {
    let mut list = vec![Shown {
        active: None,
        token: None,
        operation: false,
    }];
    for active in ["source", "target", "Unknown", "Both"] {
        for token in [None, Some(PRESENT)] {
            for operation in [false, true] {
                list.push(Shown {
                    active: Some(active),
                    token,
                    operation,
                });
            }
        }
    }
    list
}

impl Intent {
    /// Whether an object with this intent can exist.
    pub fn is_legal(self) -> bool {
        self.station.is_some() || self.token.is_none()
    }

    /// The spec of a group with this intent.
    pub fn spec(self) -> Value {
        let mut spec = json!({
            "providerRef": { "name": "otc-eu-de" },
            "sdrs": { "serverGroupID": "40df180b-9fe2-471a-8c64-1b758dc84189" },
        });
        if let Some(station) = self.station {
            spec["priorityStation"] = json!(station);
        }
        if let Some(token) = self.token {
            spec["priorityToken"] = json!(token);
        }
        spec
    }
}

impl Shown {
    /// The status.
    pub fn status(self) -> Value {
        let mut status = Map::new();
        if let Some(active) = self.active {
            status.insert("activeStation".to_owned(), json!(active));
        }
        if let Some(token) = self.token {
            status.insert("priorityToken".to_owned(), json!(token));
        }
        if self.operation {
            let operation = json!({ "name": "g-op", "type": "Reprotect", "stepsDone": 1, "stepsTotal": 3 });
            status.insert("operation".to_owned(), operation);
        }
        Value::Object(status)
    }
}

/// Whether the change is accepted: it withdraws, changes nothing, disarms, or quotes the present token.
pub fn accepted(old: Intent, new: Intent, shown: Shown) -> bool {
    let Some(station) = new.station else {
        return new.token.is_none();
    };
    let disarms = shown.active == Some(station);
    let quotes = new.token.is_some() && new.token == shown.token;
    new == old || disarms || quotes
}
