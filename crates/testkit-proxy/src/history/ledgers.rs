//! Writes of ledgers as a history holds them: journals with their operations and calls, and the claims that lead to them.
//! It must not judge, nor share a line of code with the engine: what a record says is read here once more.

use serde_json::Value;

use super::view::{Exchange, NOTHING};

/// One write of what stands under the name of a provider object: a group's journal, or its claim on one of several objects.
#[derive(Clone, Debug)]
pub(crate) struct LedgerWrite<'a> {
    pub exchange: &'a Exchange<'a>,
    /// Name of the ledger.
    pub name: &'a str,
    /// The provider's id of what it is about.
    pub object: &'a str,
    /// Namespace, name and uid of the group that holds it.
    pub group: [&'a str; 3],
    /// What is remembered.
    pub record: &'a Value,
}

/// A call as a ledger records it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Submission<'a> {
    pub operation: &'a str,
    pub step: &'a str,
    pub action: &'a str,
    pub attempt: u64,
    pub recorded_at: &'a str,
    /// The part of a job that it is for, if a person decided it.
    pub part: Option<Part<'a>>,
    /// The word for what became of it.
    pub state: &'a str,
    /// The jobs that it started.
    pub jobs: Vec<&'a str>,
}

/// The part of a job that a call is for, and what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Part<'a> {
    pub job: &'a str,
    pub part: &'a str,
    pub action: &'a str,
}

impl Submission<'_> {
    /// Whether it is the same attempt, whatever became of it.
    pub fn is(&self, other: &Submission<'_>) -> bool {
        (self.operation, self.step, self.attempt, self.recorded_at)
            == (other.operation, other.step, other.attempt, other.recorded_at)
    }
}

impl<'a> LedgerWrite<'a> {
    /// The write that an exchange is, if it is one.
    pub fn of(exchange: &'a Exchange<'a>) -> Option<Self> {
        let api = exchange.api?;
        if !(api.is("create", "groupledgers") || api.is("update", "groupledgers")) {
            return None;
        }
        let text = |pointer: &str| {
            exchange
                .body
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let record = exchange.body.pointer("/spec/record").unwrap_or(&NOTHING);
        let holder = match record.get("claim") {
            Some(claim) => &claim["group"],
            None => &record["group"],
        };
        Some(Self {
            name: text("/metadata/name"),
            object: text("/spec/objectID"),
            group: ["namespace", "name", "uid"].map(|part| holder[part].as_str().unwrap_or_default()),
            record,
            exchange,
        })
    }

    /// The claim that it is, if it is no journal.
    pub fn claim(&self) -> Option<&'a Value> {
        self.record.get("claim")
    }

    /// The line from which on the operator knows that it is written; none if it never does.
    pub fn written(&self) -> Option<u64> {
        self.exchange.relayed.filter(|_| self.exchange.acknowledged())
    }

    /// The objects that the journal says the group holds: the one under whose name it stands first.
    pub fn held(&self) -> impl Iterator<Item = &'a str> {
        let others = self.record["claims"].as_array().into_iter().flatten();
        std::iter::once(self.object).chain(others.filter_map(Value::as_str))
    }

    /// The calls of the operation that has not ended, oldest first.
    pub fn submissions(&self) -> Vec<Submission<'a>> {
        submissions(&self.record["operation"])
    }

    /// Whether a call of the operation that has not ended started this job, or was decided for a part of it.
    pub fn names_job(&self, job: &str) -> bool {
        let mut all = self.submissions().into_iter();
        all.any(|submission| submission.jobs.contains(&job) || submission.part.is_some_and(|part| part.job == job))
    }

    /// The operations that ended, oldest first.
    pub fn completed(&self) -> impl Iterator<Item = &'a Value> {
        completed(self.record)
    }
}

/// The operations that ended as a ledger's record tells them, oldest first.
pub(crate) fn completed(record: &Value) -> impl Iterator<Item = &Value> {
    record["completed"].as_array().into_iter().flatten()
}

fn submissions(operation: &Value) -> Vec<Submission<'_>> {
    let mut all = Vec::new();
    for step in operation["steps"].as_array().into_iter().flatten() {
        let part = step.get("part").filter(|part| part.is_object()).map(|part| Part {
            job: part["job"].as_str().unwrap_or_default(),
            part: part["part"].as_str().unwrap_or_default(),
            action: part["action"].as_str().unwrap_or_default(),
        });
        for submission in step["submissions"].as_array().into_iter().flatten() {
            let state = &submission["state"];
            let several = state["jobs"].as_array().into_iter().flatten();
            all.push(Submission {
                operation: operation["name"].as_str().unwrap_or_default(),
                step: step["spec"]["name"].as_str().unwrap_or_default(),
                action: step["spec"]["kind"]["Call"]["action"].as_str().unwrap_or_default(),
                attempt: submission["attempt"].as_u64().unwrap_or_default(),
                recorded_at: submission["recordedAt"].as_str().unwrap_or_default(),
                part,
                state: state["is"].as_str().unwrap_or_default(),
                jobs: several.chain(state.get("job")).filter_map(Value::as_str).collect(),
            });
        }
    }
    all
}
