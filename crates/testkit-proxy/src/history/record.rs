//! One line of a history, and a history as a file of such lines.
//! It must not hold a header: credentials travel there.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ApiCall;

/// Whom the operator speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The API server.
    Kubernetes,
    /// The outside system.
    Provider,
}

/// What is known of a request when its exchange is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ForwardResult {
    /// No byte of it was sent on.
    NotForwarded,
    /// It was sent on and answered with 2xx.
    Applied,
    /// It was sent on and answered with anything else.
    Refused,
    /// It was sent on and never answered.
    Unknown,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Position in the history, from 1. What has a lower one happened before.
    pub line: u64,
    /// Microseconds since the proxy was made, by a clock that never goes back.
    pub at_micros: u64,
    /// Wall clock.
    pub time: Timestamp,
    /// The exchange, from 1, in the order in which requests arrived.
    pub exchange: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened to an exchange. Each has one `request` and at most one `relay`; between them come `forward` and `answer`, once for
/// each copy that was sent on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// A whole request arrived from the operator.
    Request {
        /// To whom.
        source: Source,
        /// Which replica sent it; absent where nobody knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replica: Option<String>,
        /// HTTP method.
        method: String,
        /// Path without query.
        path: String,
        /// Query, without the question mark.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        query: String,
        /// The same in Kubernetes' words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        api: Option<Box<ApiCall>>,
        /// SHA-256 of the body as it was sent, in hexadecimal; absent without a body, and for bodies that are nothing but secrets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<String>,
        /// The body where it is JSON, without secrets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// The rule that met it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// The request was sent on.
    Forward {
        /// 1, and 2 for a duplicate.
        copy: u32,
    },
    /// The server answered, or its connection ended. For a watch: its answer's head.
    Answer {
        /// Which copy was answered.
        copy: u32,
        /// HTTP status; absent if there was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// The body where it is short JSON, without secrets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// Why there is no whole answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// What the operator was given. The last line of an exchange but for late copies.
    Relay {
        /// HTTP status of what it was given; absent if it was given none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// What is known of the request.
        result: ForwardResult,
        /// What the rule did, in words; absent if the answer was passed on as it came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        altered: Option<String>,
    },
    /// A hook of a rule ran.
    Hook {
        /// The rule.
        rule: String,
    },
}

/// Why a text is no history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A line is no record.
    #[error("line {line}: {problem}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

/// The lines of one proxy, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The lines.
    pub records: Vec<Record>,
}

impl History {
    /// Reads JSON lines. Empty lines are passed over; numbers must rise, since the order is what everything rests on.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Self, HistoryError> {
        let mut records: Vec<Record> = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |problem: String| HistoryError::Line {
                line: index + 1,
                problem,
            };
            let record: Record = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            if let Some(before) = records.last().filter(|before| before.line >= record.line) {
                return Err(wrong(format!("number {} comes after {}", record.line, before.line)));
            }
            records.push(record);
        }
        Ok(Self { records })
    }

    /// Reads the file that a proxy wrote.
    ///
    /// # Errors
    /// The file cannot be read, or a line is no record.
    pub fn read(path: &Path) -> Result<Self, HistoryError> {
        let text = std::fs::read_to_string(path).map_err(|source| HistoryError::Unreadable {
            path: path.display().to_string(),
            source,
        })?;
        Self::parse(&text)
    }

    /// As JSON lines.
    pub fn to_text(&self) -> String {
        let lines = self.records.iter().map(Record::to_line);
        lines.collect()
    }

    /// How many exchanges there are.
    pub fn exchanges(&self) -> usize {
        let requests = self.records.iter().filter(|r| matches!(r.event, Event::Request { .. }));
        requests.count()
    }
}

impl Record {
    /// One line of JSON with its line break.
    pub fn to_line(&self) -> String {
        // Strings, numbers and JSON values: nothing of it can fail to be written.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_read_back_as_it_was_written_and_its_order_is_checked() {
        let line = |line, event| Record {
            line,
            at_micros: line * 10,
            time: "2026-01-01T00:00:00Z".parse().unwrap(),
            exchange: 1,
            event,
        };
        let request = Event::Request {
            source: Source::Kubernetes,
            replica: Some("a".into()),
            method: "GET".into(),
            path: "/api/v1/namespaces/x".into(),
            query: String::new(),
            api: ApiCall::of("GET", "/api/v1/namespaces/x", "").map(Box::new),
            digest: None,
            body: None,
            rule: None,
        };
        let answer = Event::Answer {
            copy: 1,
            status: Some(200),
            body: Some(serde_json::json!({"a": [1]})),
            error: None,
        };
        let history = History {
            records: vec![
                line(1, request.clone()),
                line(2, Event::Forward { copy: 1 }),
                line(4, answer),
            ],
        };
        assert_eq!(History::parse(&history.to_text()).unwrap(), history);
        assert_eq!(history.exchanges(), 1);
        let backwards = History {
            records: vec![line(2, request.clone()), line(2, request)],
        };
        let error = History::parse(&backwards.to_text()).unwrap_err().to_string();
        assert_eq!(error, "line 2: number 2 comes after 2");
        assert!(
            History::parse("{\"line\":1}")
                .unwrap_err()
                .to_string()
                .starts_with("line 1: ")
        );
    }
}
