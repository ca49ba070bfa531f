//! The protocol as it is, and protocols that are known to be wrong: each leaves out or bends one thing around the real engine.
//! It must not be a second engine: what is decided is decided by `decide`, on an input or with an output that was bent.

use jiff::Timestamp;
use stationmaster_engine::Why;
use stationmaster_engine::gate::{Sending, may_be_sent};
use stationmaster_engine::journal::{self, Lost};
use stationmaster_engine::ledger::{CompletedOperation, Ending, Operation, Submission, SubmissionState};
use stationmaster_engine::{Act, CallOutcome, CallRequest, Decided, Input, Ledger, Reason, decide};

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// What is shipped.
    AsItIs,
    /// Looks at the provider, sends, then writes down what came of it.
    SendsThenRecords,
    /// Records, sends, and after a crash or a lost answer sends again.
    RecordsAndResends,
    /// The same, but only if no job is found and nothing is seen; without a second look.
    ResendsWhereNoJobIsSeen,
    /// The same, taking the record over first and looking again right before.
    TakesOverAndResends,
    /// The same, once no request is on its way.
    WaitsAndResends,
    /// Writes the ledger without a guard, and sends each attempt with a key of its own.
    UnguardedWithAKeyPerAttempt,
    /// Sends each attempt with a key of its own.
    KeyPerAttempt,
    /// Expects the revision of the moment of sending.
    PresentRevision,
    /// Sends without the last look.
    DoesNotLook,
    /// Writes an answer to whatever attempt has the number.
    DoesNotAskWhose,
    /// Relies on the provider's state alone: calls that may still arrive are forgotten when their operation ends.
    ForgetsPendingCalls,
    /// Calls a connection that was refused a call in doubt.
    DoubtsTheUnsent,
    /// Knows an object by the spelling of its endpoint: each has a ledger of its own.
    LedgerBySpelling,
    /// Takes the answer to the call for the outcome.
    TrustsTheAnswer,
    /// Takes any job of the kind for the lost call's, also one that another operation has, and the call for over.
    AdoptsOlderJobs,
}

impl Protocol {
    /// Decides as the protocol would. `quiet`: nothing is on its way, as nobody but the model can know.
    pub fn decide(self, input: &Input<'_>, quiet: bool) -> Decided {
        if self == Protocol::AsItIs {
            return decide(input);
        }
        let mut ledger = input.ledger.cloned();
        if let Some(ledger) = &mut ledger {
            let resends = match self {
                Protocol::RecordsAndResends => true,
                Protocol::ResendsWhereNoJobIsSeen | Protocol::TakesOverAndResends => nothing_is_seen(input),
                Protocol::WaitsAndResends => nothing_is_seen(input) && quiet,
                _ => false,
            };
            if resends {
                take_for_unsent(ledger, input.now);
            }
            if self == Protocol::ForgetsPendingCalls {
                ledger.pending_calls.clear();
            }
        }
        let mut decision = decide(&Input {
            ledger: ledger.as_ref(),
            ..*input
        });
        // What was bent is written too, even where the decision itself is nothing new.
        decision.ledger = decision.ledger.or(ledger);
        if self == Protocol::TrustsTheAnswer {
            decision.ledger.as_mut().into_iter().for_each(trust);
        }
        if self == Protocol::AdoptsOlderJobs {
            decision.ledger.as_mut().into_iter().for_each(forget_whose_job);
        }
        if decision.ledger.as_ref() == input.ledger {
            decision.ledger = None;
        }
        decision
    }

    /// Whether what is to be sent is written down before.
    pub fn records_before_sending(self, act: &Act) -> bool {
        self != Protocol::SendsThenRecords || !matches!(act, Act::Submit(_))
    }

    /// Whether a write is refused when somebody else wrote first.
    pub fn guards_writes(self) -> bool {
        !matches!(self, Protocol::UnguardedWithAKeyPerAttempt | Protocol::SendsThenRecords)
    }

    /// Whether two groups that spell an endpoint in two ways have two ledgers.
    pub fn has_a_ledger_for_each_spelling(self) -> bool {
        self == Protocol::LedgerBySpelling
    }

    /// Whether a recorded call may be sent, as the protocol sees it.
    ///
    /// # Errors
    /// What the engine says, where it is asked.
    pub fn may_be_sent(self, sending: &Sending<'_>) -> Result<(), Why> {
        match self {
            Protocol::DoesNotLook
            | Protocol::SendsThenRecords
            | Protocol::RecordsAndResends
            | Protocol::ResendsWhereNoJobIsSeen
            | Protocol::UnguardedWithAKeyPerAttempt => Ok(()),
            _ => may_be_sent(sending),
        }
    }

    /// The ledger with what came of a call; some protocols do not ask whose attempt it is.
    ///
    /// # Errors
    /// Where there is no place for it.
    pub fn answer(
        self,
        ledger: &Ledger,
        call: &CallRequest,
        instance: &str,
        outcome: CallOutcome,
        now: Timestamp,
    ) -> Result<Ledger, Lost> {
        let outcome = self.hears(outcome);
        match self {
            Protocol::DoesNotAskWhose | Protocol::SendsThenRecords => {
                journal::answer(ledger, &call.operation_name, &call.step, call.attempt, outcome, now)
            }
            _ => journal::of_this_process(ledger, call, instance, outcome, now),
        }
    }

    /// Bends what is written down of an answer.
    fn hears(self, outcome: CallOutcome) -> CallOutcome {
        match outcome {
            CallOutcome::NotSent { message, .. } if self == Protocol::DoubtsTheUnsent => {
                CallOutcome::Ambiguous { message }
            }
            outcome => outcome,
        }
    }

    /// Bends what is sent.
    pub fn bend(self, request: &mut CallRequest, present: Option<String>) {
        match self {
            Protocol::UnguardedWithAKeyPerAttempt | Protocol::KeyPerAttempt => {
                request.dedupe_key = format!("{}/{}", request.dedupe_key, request.attempt);
            }
            Protocol::PresentRevision => request.expected_revision = present,
            _ => {}
        }
    }
}

fn running(ledger: &mut Ledger) -> Option<&mut Operation> {
    ledger.operation.as_mut()
}

fn nothing_is_seen(input: &Input<'_>) -> bool {
    let submissions = input
        .ledger
        .and_then(|l| l.operation.as_ref())
        .and_then(|o| o.current())
        .and_then(|s| s.doubt());
    let same = |s: &stationmaster_engine::ledger::Submission| {
        input.sight.seen().is_some_and(|seen| seen.fingerprint == s.before)
    };
    input.found.is_none() && submissions.is_some_and(same)
}

fn take_for_unsent(ledger: &mut Ledger, now: Timestamp) {
    let submissions = running(ledger)
        .into_iter()
        .flat_map(|o| &mut o.steps)
        .flat_map(|s| &mut s.submissions);
    for submission in submissions.filter(|s| s.state.open()) {
        submission.state = SubmissionState::NotSent {
            retry_at: now,
            reason: Reason::ProviderUnreachable,
            message: "taken for not sent".to_owned(),
        };
    }
}

/// Ends the operation well as soon as its call was accepted.
fn trust(ledger: &mut Ledger) {
    let Some(operation) = ledger.operation.take_if(|o| o.steps.iter().any(|s| s.made())) else {
        return;
    };
    let now = operation.started_at.unwrap_or(operation.recorded_at);
    ledger.remember(CompletedOperation {
        name: operation.name.clone(),
        uid: operation.uid.clone(),
        kind: operation.kind,
        token: Some(operation.token.clone()),
        ending: Ending::Succeeded,
        reason: Reason::Succeeded,
        message: String::new(),
        requested_by: String::new(),
        started_at: operation.started_at,
        finished_at: now,
        begun: true,
        jobs: Vec::new(),
        record: Some(Box::new(operation)),
    });
}

fn forget_whose_job(ledger: &mut Ledger) {
    let adopted = |s: &Submission| matches!(s.state, SubmissionState::AdoptedJob { .. });
    for completed in &mut ledger.completed {
        completed.jobs.clear();
        let steps = completed.record.iter().flat_map(|o| &o.steps);
        if steps.flat_map(|s| &s.submissions).any(adopted) {
            ledger.pending_calls.retain(|call| call.operation != completed.name);
        }
    }
}
