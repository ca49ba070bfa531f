//! A small stage: a group and its operations as the API server would hold them, a provider, a clock, and the loop of the shell between them.
//! It must not judge anything itself: every decision is the engine's, and after every pass the standing rules are checked.

pub mod mutant;
pub mod provider;
pub mod rules;
mod script;
pub mod view;
mod words;

pub use script::begin;

use jiff::{SignedDuration, Timestamp};
use mutant::Mutant;
use provider::Provider;
use stationmaster_engine::decide::{Notice, Submit};
use stationmaster_engine::journal::{self, Outcome};
use stationmaster_engine::look::{self, Look};
use stationmaster_engine::report::{AnswerReport, OperationReport, Report, report};
use stationmaster_engine::{
    Act, Answer, Claims, Decision, Depth, Group, Input, JobReport, Ledger, OwnRequest, Reason, Request, Sight,
    StepSpec, Token, Wish, check,
};
use std::collections::BTreeMap;
use view::Calls;

/// How old a bulk listing may be, in seconds.
const LISTING_SECONDS: i64 = 10;

/// Everything there is.
pub struct Stage {
    pub now: Timestamp,
    pub group: Group,
    /// The wishes of all revisions of the group's spec, oldest first.
    pub revisions: Vec<Option<Wish>>,
    pub requests: Vec<Request>,
    /// Every operation that a person ever filed.
    pub filed: Vec<Request>,
    pub answers: Vec<Answer>,
    pub ledger: Option<Ledger>,
    pub provider: Provider,
    pub calls: Calls,
    /// Whether another group that holds the ledger exists.
    pub holder_exists: bool,
    /// The administrator's list.
    pub claims: Claims,
    /// Where the connection leads.
    pub endpoint: String,
    /// Whether the API server lets the operator make its own operation.
    pub creates: bool,
    /// Whether the provider is only listed, whatever was asked for.
    pub shallow: bool,
    /// What the group's status says.
    pub report: Option<Report>,
    /// What the operations' statuses say, by name.
    pub operations: BTreeMap<String, OperationReport>,
    /// What the decisions' statuses say, by uid.
    pub answered: BTreeMap<String, AnswerReport>,
    pub notices: Vec<Notice>,
    pub transcript: Vec<String>,
    pub mutant: Mutant,
    /// Until when no operator was watching.
    pub absent_until: Option<Timestamp>,
    /// At which of the points between two writes the operator dies.
    pub dies_at: Option<usize>,
    /// The points that were passed.
    pub points: Vec<&'static str>,
    pub ledger_writes: usize,
    pub status_writes: usize,
    /// Where each call of the journal was decided: the station and the state that it was bound to.
    pub sends: Vec<Send>,
    listing: Option<(Timestamp, Sight)>,
    tokens: u32,
    objects: u32,
}

/// A request on its way to the provider.
#[derive(Clone, Debug)]
pub struct Send {
    pub submit: Submit,
    /// The token that its operation quoted.
    pub token: Token,
    /// How often somebody else had changed the provider's object.
    pub foreign_changes: u64,
}

/// What a pass did.
#[derive(Clone, Debug, Default)]
pub struct Passed {
    /// Whether anything was written or sent.
    pub changed: bool,
    /// When the engine wants to look again.
    pub wake: Option<Timestamp>,
}

/// What was read for a pass.
struct Reading {
    now: Timestamp,
    sight: Sight,
    jobs: Vec<JobReport>,
    found: Option<JobReport>,
    fresh: Token,
}

impl Stage {
    /// One pass of the loop: look, decide, record, act, record, report. It may die between any two writes.
    pub fn pass(&mut self) -> Passed {
        self.provider.until(self.now);
        let reading = self.read();
        let decision = self.decide(&reading);
        let mut passed = Passed {
            changed: false,
            wake: decision.wake,
        };
        if decision.ledger.is_none() {
            assert!(decision.notices.is_empty(), "said without news: {:?}", decision.notices);
        }
        if let Some(ledger) = &decision.ledger {
            passed.changed = true;
            if !self.survives("before the ledger is written") {
                return passed;
            }
            self.write(ledger.clone());
            for notice in &decision.notices {
                self.say(notice);
            }
            if !self.survives("after the ledger was written") {
                return passed;
            }
        }
        match &decision.act {
            Act::None => {}
            Act::CreateOperation(own) => {
                if self.creates {
                    passed.changed = true;
                    self.create(own);
                    if !self.survives("after the operation's object was made") {
                        return passed;
                    }
                }
            }
            Act::Submit(submit) => {
                passed.changed = true;
                if !self.submit(submit) {
                    return passed;
                }
            }
        }
        passed.changed |= self.publish(&reading, &decision);
        rules::hold(self);
        passed
    }

    /// What the engine wants to read.
    pub fn look(&self) -> Look {
        look::look(&self.group, self.ledger.as_ref(), &self.requests)
    }

    fn read(&mut self) -> Reading {
        let now = self.now;
        let mut look = self.look();
        let listing = self.listing();
        if self.shallow {
            look.depth = Depth::Listed;
        } else if look::differs(self.ledger.as_ref(), &listing) {
            look.depth = Depth::Full;
        }
        let Look { depth, jobs, lost } = look;
        Reading {
            now,
            sight: match depth {
                Depth::Listed => listing,
                Depth::Full => view::sight(&self.provider, Depth::Full),
            },
            jobs: jobs.iter().filter_map(|j| view::poll(&self.provider, j)).collect(),
            found: lost.and_then(|l| view::find(&self.provider, &l)),
            fresh: Token::quoted(format!("t{}", self.tokens + 1)),
        }
    }

    /// The bulk listing: shared by all groups, and so not always of this moment.
    fn listing(&mut self) -> Sight {
        let old = self.now - SignedDuration::from_secs(LISTING_SECONDS);
        let seen = self.listing.take().filter(|(at, _)| *at > old && *at <= self.now);
        let (at, sight) = seen.unwrap_or_else(|| (self.now, view::sight(&self.provider, Depth::Listed)));
        self.listing = Some((at, sight.clone()));
        sight
    }

    fn with_input<T>(&self, reading: &Reading, use_it: impl FnOnce(&Input<'_>) -> T) -> T {
        let calls = self.calls;
        let plan = move |operation, _station| -> Vec<StepSpec> { view::plan(&calls, operation) };
        use_it(&Input {
            group: &self.group,
            ledger: self.ledger.as_ref(),
            holder_exists: self.holder_exists,
            right: &|namespace| self.claims.right("sdrs", "p1", namespace),
            endpoint: Some(&self.endpoint),
            sight: &reading.sight,
            requests: &self.requests,
            answers: &self.answers,
            jobs: &reading.jobs,
            found: reading.found.as_ref(),
            plan: &plan,
            fresh: &reading.fresh,
            instance: "operator-0",
            absent_until: self.absent_until,
            now: reading.now,
        })
    }

    fn decide(&mut self, reading: &Reading) -> Decision {
        let mutant = self.mutant;
        let decision = self.with_input(reading, |input| {
            let decision = mutant::decide_as(mutant, input);
            assert_eq!(
                decision,
                mutant::decide_as(mutant, input),
                "the same input is decided in two ways"
            );
            decision
        });
        if decision
            .ledger
            .as_ref()
            .is_some_and(|l| l.token.as_ref() == Some(&reading.fresh))
        {
            self.tokens += 1;
        }
        decision
    }

    fn survives(&mut self, point: &'static str) -> bool {
        let here = self.points.len();
        self.points.push(point);
        self.dies_at != Some(here)
    }

    fn write(&mut self, ledger: Ledger) {
        rules::stored(&ledger);
        self.ledger = Some(ledger);
        self.ledger_writes += 1;
    }

    fn create(&mut self, own: &OwnRequest) {
        if self.requests.iter().any(|r| r.name == own.name) {
            return;
        }
        let uid = self.new_uid();
        let filed = own.filed(uid, self.group.uid.clone(), self.now);
        self.requests.push(filed);
    }

    /// Makes the call: the last look, the sending, the answer. False when the operator died on the way.
    fn submit(&mut self, submit: &Submit) -> bool {
        if !self.survives("before the last look") {
            return false;
        }
        let seen = view::sight(&self.provider, Depth::Full);
        let ledger = self.ledger.clone().expect("a call was decided, so there is a ledger");
        let checked = match seen.seen() {
            Some(seen) => check::still_true(&ledger, &submit.step, submit.attempt, seen),
            None => Err((Reason::ProviderUnreachable, "no last look".to_owned())),
        };
        let outcome = match checked {
            Err((reason, message)) if self.mutant != Mutant::SendsWithoutALastLook => Outcome::NotSent {
                reason,
                message,
                after_seconds: None,
            },
            _ => {
                let operation = ledger.operation.as_ref().expect("a call belongs to an operation");
                self.sends.push(Send {
                    submit: submit.clone(),
                    token: operation.token.clone(),
                    foreign_changes: self.provider.foreign_changes,
                });
                self.provider.send(submit, self.now)
            }
        };
        let (word, text) = words::outcome(&outcome);
        self.note(format!(
            "CALL   {} ({} attempt {}): {text}",
            submit.call.action, submit.operation_name, submit.attempt
        ));
        if !self.survives(word) {
            return false;
        }
        let ledger = self.ledger.clone().expect("the ledger was there a moment ago");
        let (operation, step) = (&submit.operation_name, &submit.step);
        if let Ok(ledger) = journal::answer(&ledger, operation, step, submit.attempt, outcome, self.now) {
            self.write(ledger);
        }
        self.survives("after the answer was written")
    }

    /// Writes the statuses; tells whether anything was news.
    fn publish(&mut self, reading: &Reading, decision: &Decision) -> bool {
        let report = self.with_input(reading, |input| {
            let report = report(input, self.ledger.as_ref(), decision);
            let again = stationmaster_engine::report::report(input, self.ledger.as_ref(), decision);
            assert_eq!(report, again, "the same is reported in two ways");
            report
        });
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
        for answer in &report.answers {
            for open in self.answers.iter_mut().filter(|a| a.uid == answer.uid && !a.ended) {
                open.ended = true;
                news = true;
            }
            self.answered.insert(answer.uid.clone(), answer.clone());
        }
        if news {
            self.status_writes += 1;
            self.show(&report);
        }
        self.report = Some(report);
        news
    }

    fn new_uid(&mut self) -> String {
        self.objects += 1;
        format!("uid-{}", self.objects)
    }
}
