//! A sequence put to one server, and what two servers said about it laid side by side.
//! It must not pass over a difference.

use std::fmt::Write;

use serde_json::Value;

use super::side::Side;
use super::step::Step;

/// Everything that a server said.
pub struct Transcript {
    answers: Vec<Value>,
    watches: Vec<Value>,
    order: Value,
}

impl Transcript {
    pub async fn of(side: Side, steps: &[Step]) -> Self {
        Self::with(side, steps, &[], async |_| ()).await
    }

    /// The same with something done to the server in between.
    pub async fn with(mut side: Side, before: &[Step], after: &[Step], meanwhile: impl AsyncFnOnce(&Side)) -> Self {
        let mut answers = Vec::new();
        for step in before {
            answers.push(side.ask(step).await);
        }
        meanwhile(&side).await;
        for step in after {
            answers.push(side.ask(step).await);
        }
        let watches = side.watched().await;
        Self {
            order: side.order(),
            answers,
            watches,
        }
    }

    /// How many of the answers were successes.
    pub fn successes(&self) -> usize {
        self.answers
            .iter()
            .filter(|answer| answer["code"].as_u64() < Some(300))
            .count()
    }

    /// The HTTP status of each answer.
    pub fn codes(&self) -> Vec<u16> {
        let code = |answer: &Value| u16::try_from(answer["code"].as_u64().unwrap()).unwrap();
        self.answers.iter().map(code).collect()
    }

    /// All events that were seen.
    pub fn events(&self) -> usize {
        self.watches.iter().map(|events| events.as_array().unwrap().len()).sum()
    }

    /// The differences between this, the real one, and another, as a person can read them; at most `most`.
    pub fn differences<'s>(&self, other: &Self, steps: &'s [Step], most: usize) -> Vec<String> {
        let mut found = Vec::new();
        for (index, (real, ours)) in self.answers.iter().zip(&other.answers).enumerate() {
            if real != ours {
                found.push(shown(&format!("step {index}: {}", steps[index]), real, ours));
            }
        }
        let opened = |(step, answer): (&'s Step, &Value)| answer.get("watch").map(|_| step);
        let opened: Vec<&Step> = steps.iter().zip(&self.answers).filter_map(opened).collect();
        for (index, (real, ours)) in self.watches.iter().zip(&other.watches).enumerate() {
            if real != ours {
                found.push(shown(&format!("watch {index}: {}", opened[index]), real, ours));
            }
        }
        if self.watches.len() != other.watches.len() {
            found.push("another number of watches was opened".into());
        }
        if self.order != other.order {
            found.push(shown("order of versions", &self.order, &other.order));
        }
        found.truncate(most);
        found
    }
}

/// Where two answers differ, one line for each place.
fn shown(what: &str, real: &Value, ours: &Value) -> String {
    let mut text = what.to_owned();
    places("", Some(real), Some(ours), &mut text);
    text
}

/// A field that is null is not one that is absent.
fn places(path: &str, real: Option<&Value>, ours: Option<&Value>, text: &mut String) {
    let word = |value: Option<&Value>| value.map_or("nothing".to_owned(), ToString::to_string);
    match (real, ours) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
                places(&format!("{path}.{name}"), a.get(name), b.get(name), text);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for index in 0..a.len().max(b.len()) {
                places(&format!("{path}[{index}]"), a.get(index), b.get(index), text);
            }
        }
        (a, b) if a == b => {}
        (a, b) => {
            let _ = write!(text, "\n  {path}: real {}, ours {}", word(a), word(b));
        }
    }
}
