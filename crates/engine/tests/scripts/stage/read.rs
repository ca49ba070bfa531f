//! What a script can read of the stage: ledger, tokens, calls, and what the user is told.
//! It must not change anything.

use super::Stage;
use stationmaster_engine::ledger::Ending;
use stationmaster_engine::report::{ConditionStatus, ConditionType, DecisionState, State};
use stationmaster_engine::{Ledger, Reason, Token};

impl Stage {
    pub fn ledger(&self) -> &Ledger {
        self.ledger.as_ref().expect("there is a ledger")
    }

    pub fn shown_token(&self) -> Option<Token> {
        self.report.as_ref().and_then(|r| r.group.token.clone())
    }

    /// How many tokens were issued: they are `t1`, `t2`, …
    pub fn issued(&self) -> usize {
        self.tokens as usize
    }

    /// The token that the status shows.
    pub fn token(&self) -> String {
        self.shown_token().map_or_else(|| "none".to_owned(), |t| t.to_string())
    }

    /// The calls that took effect at the provider, in order.
    pub fn effects(&self) -> Vec<&str> {
        self.provider.done().iter().map(|d| d.action.as_str()).collect()
    }

    /// The calls that left for the provider, in order.
    pub fn calls(&self) -> Vec<&str> {
        self.provider.sent.iter().map(String::as_str).collect()
    }

    /// A condition of the group.
    pub fn condition(&self, kind: ConditionType) -> Option<(ConditionStatus, Reason)> {
        let report = self.report.as_ref()?;
        let condition = report.group.conditions.iter().find(|c| c.kind == kind)?;
        Some((condition.status, condition.reason))
    }

    pub fn message(&self, kind: ConditionType) -> &str {
        let report = self.report.as_ref().expect("there is a status");
        report
            .group
            .conditions
            .iter()
            .find(|c| c.kind == kind)
            .map_or("", |c| &c.message)
    }

    /// The reason of `IntentCurrent`.
    pub fn intent_reason(&self) -> Reason {
        self.condition(ConditionType::IntentCurrent)
            .expect("IntentCurrent is always there")
            .1
    }

    /// The reason of `Reconciling`, of `Stalled`, or of `Ready`, whichever stands first.
    pub fn standing(&self) -> (ConditionType, Reason) {
        let condition = &self.report.as_ref().expect("there is a status").group.conditions[0];
        (condition.kind, condition.reason)
    }

    /// How an operation ended, as its status says.
    pub fn ended(&self, name: &str) -> (Ending, Reason) {
        let report = self
            .operations
            .get(name)
            .unwrap_or_else(|| panic!("{name} has no status"));
        match report.state {
            State::Ended(ending) => (ending, report.reason),
            state => panic!("{name} is {} ({}): {}", state.as_str(), report.reason, report.message),
        }
    }

    /// How an operation that runs or waits stands.
    pub fn state(&self, name: &str) -> (State, Reason) {
        let report = self
            .operations
            .get(name)
            .unwrap_or_else(|| panic!("{name} has no status"));
        (report.state, report.reason)
    }

    /// What became of a decision.
    pub fn answered(&self, uid: &str) -> (bool, Reason) {
        let report = &self.consumed[uid];
        (report.state == DecisionState::Accepted, report.reason)
    }

    /// How often a notice was given.
    pub fn said(&self, reason: Reason) -> usize {
        self.notices.iter().filter(|n| n.reason == reason).count()
    }
}
