//! Operators that decide by other rules: those of before forced failovers were pursued, and rules that are too loose. The rows find each.
//! It must not copy a rule: each bends what the engine reads, or what it decided.

use super::ground::RulesOf;
use stationmaster_engine::ledger::{CompletedOperation, Ending, StepState};
use stationmaster_engine::pass::Rules;
use stationmaster_engine::{Act, Decided, Depth, Input, Ledger, OperationType, Reason, Request, Sight, Why, decide};

/// A rule that is known to be wrong, and whether the rows that must run find it; if not, those that must not run do.
pub struct Wrong {
    /// In one word.
    pub word: &'static str,
    /// What it does.
    pub says: &'static str,
    /// The rules.
    pub rules: RulesOf,
    /// The row that finds it.
    pub row: &'static str,
    /// A part of what is found there.
    pub found: &'static str,
    /// Whether it is too strict. Else it is too loose.
    pub strict: bool,
}

/// All of them.
pub const ALL: [Wrong; 7] = [
    Wrong {
        word: "refuses-the-unread",
        says: "an order is refused where the provider cannot be read",
        rules: refuses_the_unread,
        row: "object/no connection",
        found: "ProviderUnreachable",
        strict: true,
    },
    Wrong {
        word: "five-attempts",
        says: "an order fails when its call was turned away five times",
        rules: five_attempts,
        row: "call/429 × 16",
        found: "CallNotSent",
        strict: true,
    },
    Wrong {
        word: "refuses-beside-another",
        says: "an order is refused while another operation runs",
        rules: refuses_beside_another,
        row: "planned failover/fails",
        found: "OperationRunning",
        strict: true,
    },
    Wrong {
        word: "any-token-voids",
        says: "an order is refused when a token was issued since, whatever for",
        rules: any_token_voids,
        row: "intent/withdrawn meanwhile",
        found: "TokenStale",
        strict: true,
    },
    Wrong {
        word: "reads-each-twice",
        says: "each order is also read before its call is recorded",
        rules: reads_each_twice,
        row: "200 at once/10 requests in a second",
        found: "the goal is 48 s",
        strict: true,
    },
    Wrong {
        word: "forgets-orders",
        says: "an order that waits is not noted",
        rules: forgets_orders,
        row: "put back/by a program",
        found: "Succeeded",
        strict: false,
    },
    Wrong {
        word: "outlives-changes",
        says: "an order stands whatever changed at the provider",
        rules: outlives_changes,
        row: "there and back/within 10 s, unread",
        found: "production was moved",
        strict: false,
    },
];

fn refuses_the_unread() -> Rules<'static> {
    Rules {
        decide: &|input| {
            refusing(input, |why| {
                input.sight.seen().is_none() && why.reason != Reason::OperationRunning
            })
        },
        ..Rules::shipped()
    }
}

fn refuses_beside_another() -> Rules<'static> {
    Rules {
        decide: &|input| refusing(input, |why| why.reason == Reason::OperationRunning),
        ..Rules::shipped()
    }
}

fn any_token_voids() -> Rules<'static> {
    Rules {
        decide: &|input| bent(input, |ledger| ledger.standing.clear()),
        ..Rules::shipped()
    }
}

fn reads_each_twice() -> Rules<'static> {
    Rules {
        decide: &|input| {
            let waits = |r: &Request| r.operation == OperationType::Failover && !r.ended;
            let listed = input.sight.seen().is_some_and(|seen| seen.depth == Depth::Listed);
            let (reason, message) = (Reason::NotObserved, String::new());
            let unseen = Sight::Unseen { reason, message };
            let sight = match listed && input.requests.iter().any(waits) {
                true => &unseen,
                false => input.sight,
            };
            decide(&Input { sight, ..*input })
        },
        ..Rules::shipped()
    }
}

fn forgets_orders() -> Rules<'static> {
    Rules {
        decide: &|input| bent(input, |ledger| ledger.noted.clear()),
        ..Rules::shipped()
    }
}

/// Decides from another ledger.
fn bent(input: &Input<'_>, bend: impl FnOnce(&mut Ledger)) -> Decided {
    let mut ledger = input.ledger.cloned();
    if let Some(ledger) = &mut ledger {
        bend(ledger);
    }
    decide(&Input {
        ledger: ledger.as_ref(),
        ..*input
    })
}

/// Orders that would wait for this are refused.
fn refusing(input: &Input<'_>, ends: impl Fn(&Why) -> bool) -> Decided {
    let mut decided = decide(input);
    let forced = input.requests.iter().filter(|r| r.operation == OperationType::Failover);
    for request in forced {
        let Some(why) = decided.pending.get(&request.uid).filter(|why| ends(why)).cloned() else {
            continue;
        };
        let Some(mut ledger) = decided.ledger.take().or_else(|| input.ledger.cloned()) else {
            continue;
        };
        ledger.remember(ended(request, Ending::Refused, &why, input));
        decided.ledger = Some(ledger);
        decided.pending.remove(&request.uid);
    }
    decided
}

fn ended(request: &Request, ending: Ending, why: &Why, input: &Input<'_>) -> CompletedOperation {
    CompletedOperation {
        name: request.name.clone(),
        uid: Some(request.uid.clone()),
        kind: request.operation,
        token: request.token.clone(),
        ending,
        reason: why.reason,
        message: why.message.clone(),
        requested_by: request.requested_by.clone(),
        started_at: None,
        finished_at: input.now,
        begun: false,
        jobs: Vec::new(),
        record: None,
    }
}

fn five_attempts() -> Rules<'static> {
    Rules {
        decide: &|input| {
            let decided = decide(input);
            let Some(ledger) = input.ledger else { return decided };
            let running = ledger.operation.as_ref().filter(|o| o.kind == OperationType::Failover);
            let tired = running.filter(|o| {
                o.steps
                    .iter()
                    .any(|s| s.attempts >= 5 && s.state != StepState::Succeeded)
            });
            let of_it = |r: &&Request| tired.is_some_and(|o| o.uid.as_deref() == Some(&r.uid));
            let Some(request) = input.requests.iter().find(of_it) else {
                return decided;
            };
            if tired.is_some_and(|o| o.steps.iter().any(stationmaster_engine::ledger::Step::made)) {
                return decided;
            }
            let mut ledger = ledger.clone();
            ledger.operation = None;
            let why = Why::new(Reason::CallNotSent, "after 5 attempts");
            ledger.remember(ended(request, Ending::Failed, &why, input));
            ledger.issue(input.fresh, Reason::OperationEnded, input.now);
            Decided {
                ledger: Some(ledger),
                act: Act::None,
                pending: std::collections::BTreeMap::new(),
                ..decided
            }
        },
        ..Rules::shipped()
    }
}

/// What is voided for the orders that wait is kept: they are judged only when that is written.
fn outlives_changes() -> Rules<'static> {
    Rules {
        decide: &|input| {
            let others: Vec<Request> = input
                .requests
                .iter()
                .filter(|r| r.operation != OperationType::Failover)
                .cloned()
                .collect();
            let mut decided = decide(&Input {
                requests: &others,
                ..*input
            });
            let kept = match (input.ledger, decided.ledger.as_mut()) {
                (Some(before), Some(after)) if before.token != after.token && after.operation.is_none() => {
                    after.standing.clone_from(&before.standing);
                    after.standing.extend(before.token.clone());
                    after.noted.iter_mut().for_each(|note| note.taken_back = false);
                    after
                        .completed
                        .retain(|c| before.completed.contains(c) || c.started_at.is_some());
                    true
                }
                _ => false,
            };
            if kept { decided } else { decide(input) }
        },
        ..Rules::shipped()
    }
}
