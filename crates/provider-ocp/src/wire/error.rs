//! What an error of OCP says: its code, whose type the documents contradict, and its words.
//! It must not class an error.

use serde::Deserialize;
use stationmaster_engine::text;
use stationmaster_transport::lenient::{list, text as read};

/// The `error` of an envelope.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refusal {
    #[serde(default, deserialize_with = "read")]
    code: Option<String>,
    #[serde(default, deserialize_with = "read")]
    message: Option<String>,
    #[serde(default, deserialize_with = "list")]
    sub_errors: Vec<SubError>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct SubError {
    #[serde(default, deserialize_with = "read")]
    field: Option<String>,
    #[serde(default, deserialize_with = "read")]
    message: Option<String>,
}

/// So many sub-errors are told.
const TOLD: usize = 3;

impl Refusal {
    /// The code; none where there is none, or the 0 that stands for none.
    pub(crate) fn code(&self) -> Option<String> {
        let code = self.code.as_deref()?.trim();
        (!code.is_empty() && code != "0").then(|| text::word(64, code))
    }

    /// The words; empty where there is none.
    pub(crate) fn words(&self) -> String {
        let mut words = text::word(300, self.message.as_deref().unwrap_or_default().trim());
        for sub in self.sub_errors.iter().take(TOLD) {
            let field = sub.field.as_deref().map(|field| format!("{}: ", text::word(64, field)));
            if let Some(message) = &sub.message {
                words.push_str(&format!("; {}{}", field.unwrap_or_default(), text::word(120, message)));
            }
        }
        words
    }
}
