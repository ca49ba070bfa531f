//! Why the intent is or is not carried out, and the very lines that would ask for it now.
//! It must not judge by rules of its own: it retells what the ledger holds and what stands in the way.

use crate::gate::{self, Case};
use crate::ledger::Operation;
use crate::{Input, Intent, Ledger, Reason, Station, Token, Why, text};

/// Whether production runs where the group's intent says, or why not, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentState {
    /// Whether there is nothing left to do.
    pub current: bool,
    /// Whether the intent is one of now and starts by itself when the way is free.
    pub waiting: bool,
    /// Why.
    pub why: Why,
}

/// Explains the intent. `ledger` is the one that the decision leaves behind.
pub fn intent(input: &Input<'_>, ledger: &Ledger) -> IntentState {
    let held = |why: Why| IntentState {
        current: false,
        waiting: false,
        why,
    };
    let Some(intent) = &input.group.intent else {
        return IntentState {
            current: true,
            waiting: false,
            why: Why::new(Reason::NoIntent, "spec.priorityStation is not set"),
        };
    };
    if let Some(operation) = &ledger.operation
        && operation.kind.moves_production()
    {
        let message = format!(
            "{} {} towards {} is running",
            operation.kind, operation.name, operation.target
        );
        return held(Why::new(Reason::OperationRunning, message));
    }
    // The ledger keeps the station of the last rest; while the provider shows none, nothing is promised about it.
    let shown = input.sight.seen().map(|s| s.active).filter(|a| a.known().is_none());
    let judged = shown.unwrap_or(ledger.active);
    let Some(active) = judged.known() else {
        let message = format!("where production runs is {judged}: intents act only on source and target");
        return held(Why::new(Reason::ActiveStationUnknown, message));
    };
    if active == intent.station {
        let message = format!("production runs at {active}");
        return IntentState {
            current: true,
            waiting: false,
            why: Why::new(Reason::AtPriorityStation, message),
        };
    }
    if ledger.intent.is_some() {
        return waiting(input, ledger, intent.station);
    }
    held(stale(ledger, intent, active))
}

/// Whether the intent was one of now and was dropped, by time or because somebody changed something: its author may still wait for it. Text
/// that never was an order is none of that.
pub fn lapsed(intent: &IntentState) -> bool {
    let dropped = matches!(
        intent.why.reason,
        Reason::ChangesMissed
            | Reason::StateChanged
            | Reason::OperatorAbsent
            | Reason::IntentLapsed
            | Reason::EndpointChanged
    );
    dropped && !intent.current && !intent.waiting
}

/// The command that answers the running operation, if it waits for a person.
pub fn command(namespace: &str, operation: &Operation) -> Option<String> {
    let step = operation.current()?;
    let (action, others) = match step.reason? {
        Reason::SubmissionUnknown => ("Executed", " (or NotExecuted, or Abandon)"),
        Reason::AwaitingConfirmation => ("Confirm", ""),
        _ => return None,
    };
    let (name, uid) = (&operation.name, operation.uid.as_ref()?);
    let (step, attempt) = (&step.spec.name, step.attempts);
    Some(format!(
        "To answer {action}{others}: echo '{{\"apiVersion\":\"stationmaster.dev/v1alpha1\",\"kind\":\"OperationDecision\",\
         \"metadata\":{{\"generateName\":\"{name}-\"}},\"spec\":{{\"operationRef\":{{\"name\":\"{name}\",\"uid\":\"{uid}\"}},\
         \"step\":\"{step}\",\"attempt\":{attempt},\"action\":\"{action}\",\"reason\":\"what you saw\"}}}}' | kubectl create -n {namespace} -f -"
    ))
}

/// The most bytes of a message that a person is told.
const MESSAGE: usize = 1024;

/// A message and the command that answers it. Where both are too long the message is cut; a command that is cut is none.
pub fn with_command(message: &str, namespace: &str, operation: &Operation) -> String {
    let room = |command: &String| MESSAGE.checked_sub(command.len() + 2).filter(|room| *room >= 200);
    let command = command(namespace, operation).and_then(|command| Some((room(&command)?, command)));
    match command {
        None => text::cut(MESSAGE, message),
        Some((room, command)) => {
            let message = text::cut(room, message.trim_end_matches('.'));
            let stop = if message.ends_with(['?', '…']) { "" } else { "." };
            format!("{message}{stop} {command}")
        }
    }
}

fn waiting(input: &Input<'_>, ledger: &Ledger, station: Station) -> IntentState {
    let asked = gate::intent_as_order(input.group, ledger);
    let violation = asked.and_then(|asked| gate::intent_may_begin(&Case::new(input, ledger, &asked)));
    let why = match violation.map(|v| v.why) {
        Some(why) => {
            let seconds = input.group.starting_deadline_seconds;
            let since = ledger
                .intent
                .as_ref()
                .map(|w| text::moment(w.first_seen))
                .unwrap_or_default();
            Why::new(
                why.reason,
                format!(
                    "the planned failover to {station} waits (since {since}, at most {seconds} s): {}",
                    why.message
                ),
            )
        }
        None => Why::new(
            Reason::IntentArmed,
            format!("the planned failover to {station} starts now"),
        ),
    };
    IntentState {
        current: false,
        waiting: true,
        why,
    }
}

fn stale(ledger: &Ledger, intent: &Intent, active: Station) -> Why {
    let lines = ask(ledger, intent.station, active);
    let (reason, cause) = match &intent.token {
        None => (Reason::TokenMissing, "no token was quoted".to_owned()),
        Some(quoted) => cause(ledger, quoted),
    };
    Why::new(
        reason,
        format!(
            "production runs at {active} and is not moved to {}: {cause}. {lines}",
            intent.station
        ),
    )
}

fn cause(ledger: &Ledger, quoted: &Token) -> (Reason, String) {
    if let Some(consumer) = ledger.consumer(quoted) {
        return (
            Reason::TokenConsumed,
            format!("token {quoted} was used by operation {consumer}"),
        );
    }
    let issued = &ledger.issued;
    let told = if issued.previous.as_ref() == Some(quoted) {
        Some(issued.why)
    } else {
        Some(issued.why).filter(|why| matches!(why, Reason::FirstSight | Reason::GroupRecreated))
    };
    match told {
        Some(why) => (why, why.meaning().trim_end_matches('.').to_owned()),
        None => (Reason::TokenStale, format!("token {quoted} is not the present one")),
    }
}

/// The lines that would ask for the move now, and the one that leaves production where it is.
pub fn ask(ledger: &Ledger, wanted: Station, active: Station) -> String {
    match &ledger.token {
        Some(token) => format!(
            "To move it now set spec.priorityStation: {wanted} and spec.priorityToken: {token}; to leave it set spec.priorityStation: {active}"
        ),
        None => "There is no token while an operation runs".to_owned(),
    }
}
