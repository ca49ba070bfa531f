//! What a person has asked for, as a witness at the scene would put it down; and whether what was sent can be justified by it.
//! It must not ask the engine anything but what the status shows and which token the ledger holds.

use super::acts::Act;
use crate::stage::{Send, Stage};
use stationmaster_engine::ledger::{CompletedOperation, Ending};
use stationmaster_engine::{Intent, Ledger, OperationType, Reason, Station, Token};
use std::collections::{BTreeMap, BTreeSet};

/// The notes.
#[derive(Default)]
pub struct Witness {
    /// What the group's spec asks for, if a person asked for it quoting the token of that moment and nothing has touched it since.
    intent: Option<(Station, Token)>,
    /// The operations that a person filed, quoting the token of that moment: by name, where to. A backup may put one back that has not run.
    filed: BTreeMap<String, (OperationType, Option<Station>)>,
    /// How often somebody else had changed the provider's object when a token was issued.
    issued: BTreeMap<Token, u64>,
    /// The operations whose end was noted.
    ended: BTreeSet<String>,
    judged: usize,
}

impl Witness {
    /// Sees an act, which has just happened.
    pub fn sees(&mut self, act: &Act, before: &Option<Intent>, stage: &Stage) {
        let present =
            |token: &Option<Token>| token.is_some() && stage.ledger.as_ref().is_some_and(|l| l.token == *token);
        if stage.group.intent != *before || matches!(act, Act::Recreate) {
            self.intent = None;
        }
        match act {
            Act::Intent(_) | Act::IntentAway | Act::IntentOld(..) => {
                let intent = stage.group.intent.as_ref().expect("it was just set");
                if present(&intent.token) {
                    self.intent = intent.token.clone().map(|token| (intent.station, token));
                }
            }
            Act::File(..) | Act::FileFitting(_) | Act::FileOld(..) => {
                let request = stage.requests.last().expect("it was just filed");
                // An order may quote what was replaced for an accident of an intent.
                let standing = |l: &Ledger| {
                    let quoted = request.operation == OperationType::Failover;
                    quoted && request.token.as_ref().is_some_and(|t| l.standing.contains(t))
                };
                if present(&request.token) || stage.ledger.as_ref().is_some_and(standing) {
                    self.filed
                        .insert(request.name.clone(), (request.operation, request.target));
                }
            }
            _ => {}
        }
    }

    /// Notes under which state of the provider's object a token came into being.
    ///
    /// What somebody else does while an operation runs that leaves the token cannot be told from its own doing: its end is a new beginning.
    pub fn notes_tokens(&mut self, stage: &Stage) {
        let done = stage.ledger.as_ref().and_then(|l| l.completed.last());
        let unseen = |v: &&CompletedOperation| {
            let did = v.ending == Ending::Succeeded || v.reason == Reason::JobFailed;
            did && !v.kind.moves_production() && v.started_at.is_some() && self.ended.insert(v.name.clone())
        };
        if let Some(token) = done.filter(unseen).and_then(|_| stage.ledger().token.clone()) {
            self.issued.insert(token, stage.provider.foreign_changes);
        }
        if let Some(token) = stage.ledger.as_ref().and_then(|l| l.token.clone()) {
            self.issued.entry(token).or_insert(stage.provider.foreign_changes);
        }
    }

    /// Whether everything that was sent since the last time can be justified.
    ///
    /// # Errors
    /// What cannot.
    pub fn judges(&mut self, stage: &Stage) -> Result<(), String> {
        for send in &stage.sends[self.judged..] {
            self.justified(send)?;
        }
        self.judged = stage.sends.len();
        let mut effects: BTreeMap<&str, usize> = BTreeMap::new();
        for done in stage.provider.done() {
            *effects.entry(&done.by).or_default() += 1;
        }
        if let Some((name, count)) = effects.iter().find(|(_, count)| **count > 1) {
            return Err(format!("{name} took effect {count} times"));
        }
        let mut moved: BTreeMap<&Token, &str> = BTreeMap::new();
        for send in stage.sends.iter().filter(|s| s.call.operation.moves_production()) {
            let effective = stage.provider.done().iter().any(|d| d.by == send.call.operation_name);
            let other = effective
                .then(|| moved.insert(&send.token, &send.call.operation_name))
                .flatten();
            if other.is_some_and(|name| name != send.call.operation_name) {
                return Err(format!("token {} moved production twice", send.token));
            }
        }
        Ok(())
    }

    fn justified(&self, send: &Send) -> Result<(), String> {
        let call = &send.call;
        let what = format!("{} to {} by {}", call.action, call.target, call.operation_name);
        if call.operation == OperationType::PlannedFailover {
            let asked = self.intent.as_ref() == Some(&(call.target, send.token.clone()));
            if !asked {
                return Err(format!("{what}: nobody asks for it ({:?})", self.intent));
            }
        } else {
            let asked = self.filed.get(&call.operation_name);
            if asked.is_none_or(|(operation, target)| {
                *operation != call.operation || target.is_some_and(|t| t != call.target)
            }) {
                return Err(format!("{what}: nobody filed it ({asked:?})"));
            }
        }
        // A reprotection may follow changes that its author knew of; the token of a move stands for one state alone.
        if call.operation.moves_production() && self.issued.get(&send.token) != Some(&send.foreign_changes) {
            return Err(format!(
                "{what}: the object is not the one that {} stands for",
                send.token
            ));
        }
        Ok(())
    }
}
