//! What the engine asks the stage to do: write the ledger, make an object, send a call, publish what it reports.
//! It must not decide when.

use super::{Send, Stage, rules};
use stationmaster_engine::pass::{Made, Reports};
use stationmaster_engine::report::{DecisionReport, DecisionState};
use stationmaster_engine::{CallOutcome, CallRequest, Ledger, OwnRequest};

impl Stage {
    pub(super) fn write(&mut self, ledger: Ledger) {
        rules::stored(&ledger);
        self.ledger = Some(ledger);
        self.ledger_writes += 1;
    }

    pub(super) fn create(&mut self, own: &OwnRequest) -> Option<Made> {
        if !self.creates {
            return Some(Made::Refused("a quota stands in the way".to_owned()));
        }
        if self.requests.iter().all(|r| r.name != own.name) {
            let uid = self.new_uid();
            let filed = own.filed(uid, self.group.uid.clone(), self.now);
            self.requests.push(filed);
        }
        self.survives("after the operation's object was made")?;
        Some(Made::There)
    }

    pub(super) fn send(&mut self, ledger: &Ledger, call: &CallRequest) -> CallOutcome {
        let operation = ledger.operation.as_ref().expect("a call belongs to an operation");
        self.sends.push(Send {
            call: call.clone(),
            token: operation.token.clone(),
            foreign_changes: self.provider.foreign_changes,
        });
        self.provider.send(call, self.now)
    }

    /// Writes the statuses; tells whether anything was news.
    pub(super) fn publish(&mut self, at: &Reports) -> bool {
        let (report, again) = self.with_env(|env| (at.report(env), at.report(env)));
        assert_eq!(report, again, "the same is reported in two ways");
        let mut news = self.report.as_ref().is_none_or(|r| r.group != report.group);
        for mut operation in report.operations.clone() {
            // The shell keeps the job that was read last.
            let before = self.operations.get(&operation.name);
            operation.job = operation.job.or_else(|| before.and_then(|b| b.job.clone()));
            news |= before != Some(&operation);
            for request in self
                .requests
                .iter_mut()
                .filter(|r| Some(&r.uid) == operation.uid.as_ref())
            {
                request.ended = operation.finished_at.is_some();
            }
            self.operations.insert(operation.name.clone(), operation);
        }
        let judged = |answer: &&DecisionReport| answer.state != DecisionState::Pending;
        for answer in report.decisions.iter().filter(judged) {
            for open in self.decisions.iter_mut().filter(|a| a.uid == answer.uid && !a.ended) {
                open.ended = true;
                news = true;
            }
            self.consumed.insert(answer.uid.clone(), answer.clone());
        }
        if news {
            self.status_writes += 1;
            self.show(&report);
        }
        self.report = Some(report);
        news
    }
}
