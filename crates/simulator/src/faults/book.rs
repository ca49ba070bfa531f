//! The rules that are in force, and what they make of one call.
//! It must not touch the state of the services.

use super::{Act, FaultRule};
use crate::call::Call;
use crate::world::World;
use crate::world::job::{JobFailure, JobFate};

/// The rules in order.
#[derive(Debug, Default)]
pub(crate) struct FaultBook {
    next: u64,
    pub(crate) rules: Vec<FaultRule>,
}

/// What happens to one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// Ids of the rules that fire.
    pub(crate) rules: Vec<String>,
    /// Acts that happen before the call, in order.
    pub(crate) before: Vec<Act>,
    /// The act that decides what becomes of the call; the first that fires wins.
    pub(crate) fate: Option<Act>,
    /// How a job that the call starts ends.
    pub(crate) job: JobFate,
}

impl FaultBook {
    /// Adds a rule and gives it an id if it has none.
    pub(crate) fn add(&mut self, mut rule: FaultRule) -> String {
        self.next += 1;
        if rule.id.is_empty() {
            rule.id = format!("fault-{}", self.next);
        }
        (rule.seen, rule.fired) = (0, 0);
        self.rules.push(rule.clone());
        rule.id
    }
}

impl Plan {
    /// Counts the call at all rules and collects those that fire.
    pub(crate) fn of(book: &mut FaultBook, world: &World, call: &Call) -> Self {
        let mut rules = std::mem::take(&mut book.rules);
        let mut plan = Self::default();
        for rule in &mut rules {
            if !rule.matching.fits(world, call) {
                continue;
            }
            rule.seen += 1;
            let due = rule.seen >= rule.nth.max(1) && (rule.count == 0 || rule.fired < rule.count);
            let taken = plan.fate.is_some() && decides_fate(&rule.act);
            if !due || taken {
                continue;
            }
            rule.fired += 1;
            plan.rules.push(rule.id.clone());
            plan.take(rule.act.clone());
        }
        book.rules = rules;
        plan
    }

    fn take(&mut self, act: Act) {
        match act {
            Act::ExpireTokens {} | Act::Console(_) | Act::Tenant(_) => self.before.push(act),
            Act::FailJob {
                sub_job,
                error_code,
                fail_reason,
                roles,
            } => {
                self.job.fail = Some(JobFailure {
                    sub_job,
                    code: error_code,
                    reason: fail_reason,
                    roles,
                });
            }
            Act::Subtask(fault) => self.job.subtasks.push(fault),
            Act::JobWithoutEffect {} => self.job.without_effect = true,
            Act::JobNeverEnds {} => self.job.never_ends = true,
            Act::JobSeconds { seconds } => self.job.seconds = Some(seconds),
            act => self.fate = Some(act),
        }
    }
}

fn decides_fate(act: &Act) -> bool {
    !matches!(
        act,
        Act::ExpireTokens {}
            | Act::Console(_)
            | Act::Tenant(_)
            | Act::Subtask(_)
            | Act::FailJob { .. }
            | Act::JobWithoutEffect {}
            | Act::JobNeverEnds {}
            | Act::JobSeconds { .. }
    )
}
