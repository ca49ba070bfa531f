//! What happened on the stage, as lines that a person can read.
//! It must not leave out a call, a notice or a change of the group's status.

use super::Stage;
use stationmaster_engine::CallOutcome;
use stationmaster_engine::decide::Notice;
use stationmaster_engine::report::{Condition, ConditionStatus, ConditionType, Report};

impl Stage {
    /// Writes a line with the virtual time.
    pub fn note(&mut self, line: impl AsRef<str>) {
        let seconds = self.now.as_second() - super::script::begin().as_second();
        self.transcript.push(format!("{seconds:>6}s {}", line.as_ref()));
    }

    pub(super) fn say(&mut self, notice: &Notice) {
        let mark = if notice.warning { "WARNS " } else { "SAYS  " };
        self.note(format!("{mark} {}: {}", notice.reason, notice.message));
        self.notices.push(notice.clone());
    }

    pub(super) fn show(&mut self, report: &Report) {
        let group = &report.group;
        let token = group.token.as_ref().map_or("-", |t| t.as_str());
        let mut line = format!("SHOWS  active={} token={token}", group.active);
        for condition in group
            .conditions
            .iter()
            .filter(|c| c.kind != ConditionType::ProviderReachable)
        {
            let Condition {
                kind, status, reason, ..
            } = condition;
            line.push_str(&format!(" {}={}({reason})", kind.as_str(), status.as_str()));
        }
        let shown = self.transcript.iter().rev().find(|l| l.contains(" SHOWS "));
        if shown.is_none_or(|before| !before.ends_with(&line)) {
            self.note(line);
        }
        self.reads(report);
    }

    /// What a person reads about the intent while it is not fulfilled.
    fn reads(&mut self, report: &Report) {
        let intent = report
            .group
            .conditions
            .iter()
            .find(|c| c.kind == ConditionType::IntentCurrent);
        let Some(held) = intent.filter(|c| c.status == ConditionStatus::False) else {
            return;
        };
        let line = format!("READS  {}", held.message);
        let before = self.transcript.iter().rev().find(|l| l.contains(" READS "));
        if before.is_none_or(|b| !b.ends_with(&line)) {
            self.note(line);
        }
    }

    /// The whole transcript.
    pub fn told(&self) -> String {
        self.transcript.join("\n")
    }
}

/// The point after a sending, and the outcome in words.
pub(super) fn outcome(outcome: &CallOutcome) -> (&'static str, String) {
    match outcome {
        CallOutcome::Accepted { jobs } => ("after the call was taken", format!("taken, {}", jobs.join(", "))),
        CallOutcome::Refused { code, message } => ("after the call was refused", format!("refused, {code}: {message}")),
        CallOutcome::TurnedAway { message, reason, .. } | CallOutcome::NotSent { message, reason } => {
            ("after the call was not sent", format!("not sent, {reason}: {message}"))
        }
        CallOutcome::Ambiguous { message } => ("after the answer was lost", format!("answer lost, {message}")),
    }
}
