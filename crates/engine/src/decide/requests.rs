//! May a person's operation run? Policy chains: the first violation is the reason.
//! It must not wait on behalf of a forced failover: it runs or it is refused.

use super::{Draft, Why, begin, cut, finish};
use crate::ledger::{Ending, Verdict};
use crate::{DataLoss, Depth, OperationType, Permit, Phase, Reason, Request, Sight, Station, Token};

/// How many operations are refused in one pass at most; the others are judged in the next.
const AT_ONCE: usize = 10;

/// What the chain says.
enum Judgement {
    Run { target: Station, token: Token },
    Wait(Why),
    End(Ending, Why),
}

/// Judges every operation that has no verdict yet; forced failovers first, then the older first.
pub(super) fn judge(draft: &mut Draft<'_>) {
    let mut waiting: Vec<&Request> = draft.input.requests.iter().filter(|r| open(draft, r)).collect();
    waiting.sort_by_key(|r| (r.operation != OperationType::Failover, r.created_at, r.name.clone()));
    let mut ended = 0;
    for request in waiting {
        if ended == AT_ONCE {
            // The ledger could not hold the verdicts on a flood until their statuses are written.
            draft.wake_in(1);
            break;
        }
        match chain(draft, request) {
            Judgement::Run { target, token } => {
                if draft.ledger.operation.is_some() {
                    finish::supersede(draft, &request.name);
                }
                begin::request(draft, request, target, token);
            }
            Judgement::Wait(why) => {
                if let Some(until) = request.not_after {
                    draft.wake_at(until);
                }
                draft.pending.insert(request.uid.clone(), why);
            }
            Judgement::End(ending, why) => {
                ended += 1;
                refuse(draft, request, ending, why);
            }
        }
    }
}

/// Whether the request still asks for a judgement. The operator's own is known by its uid, and before that by its name.
fn open(draft: &Draft<'_>, request: &Request) -> bool {
    let own = |o: &crate::ledger::Operation| {
        o.uid.as_deref() == Some(&request.uid) || (o.uid.is_none() && o.name == request.name)
    };
    !request.ended && draft.ledger.verdict(&request.uid).is_none() && !draft.ledger.operation.as_ref().is_some_and(own)
}

fn refuse(draft: &mut Draft<'_>, request: &Request, ending: Ending, why: Why) {
    let text = format!("{} {} was not begun: {}", request.operation, request.name, why.message);
    draft.notice(true, why.reason, text, Some(&request.name));
    let now = draft.now();
    draft.ledger.remember(Verdict {
        name: request.name.clone(),
        uid: Some(request.uid.clone()),
        kind: request.operation,
        token: request.token.clone(),
        ending,
        reason: why.reason,
        message: cut(why.message),
        requested_by: request.requested_by.clone(),
        started_at: None,
        finished_at: now,
        begun: false,
        record: None,
    });
}

fn refused<T>(reason: Reason, message: impl Into<String>) -> Result<T, Judgement> {
    Err(Judgement::End(Ending::Refused, Why::new(reason, message)))
}

fn chain(draft: &Draft<'_>, request: &Request) -> Judgement {
    let judged = identity(draft, request)
        .and_then(|_| time(draft, request))
        .and_then(|_| token(draft, request))
        .and_then(|token| free(draft, request).map(|_| token))
        .and_then(|token| station(draft, request).map(|target| (target, token)));
    match judged {
        Ok((target, token)) => match state(draft, request, target) {
            Ok(()) => Judgement::Run { target, token },
            Err(other) => other,
        },
        Err(other) => other,
    }
}

/// Is it for this group, and of a kind that a person files?
fn identity(draft: &Draft<'_>, request: &Request) -> Result<(), Judgement> {
    if request.group_uid != draft.input.group.uid {
        let message = format!(
            "groupRef.uid is {}, the group's uid is {}",
            request.group_uid, draft.input.group.uid
        );
        return refused(Reason::GroupUIDMismatch, message);
    }
    // The operator's own object, made in the moment in which its operation was taken back: it ends as the operation did.
    let own = |v: &&Verdict| v.name == request.name && v.uid.is_none() && v.token == request.token;
    if let Some(own) = draft.ledger.verdicts.iter().rev().find(own) {
        return Err(Judgement::End(own.ending, Why::new(own.reason, own.message.clone())));
    }
    if request.operation == OperationType::PlannedFailover {
        let message = "set spec.priorityStation and spec.priorityToken on the ProtectionGroup";
        return refused(Reason::PlannedFailoverIsAWish, message);
    }
    let ran = |v: &&Verdict| v.name == request.name && v.started_at.is_some();
    if let Some(before) = draft.ledger.verdicts.iter().rev().find(ran) {
        let message = format!(
            "{} ran before and ended {} at {}",
            before.name,
            before.ending.as_str(),
            before.finished_at
        );
        return refused(Reason::OperationReplayed, message);
    }
    Ok(())
}

/// Is it still time?
fn time(draft: &Draft<'_>, request: &Request) -> Result<(), Judgement> {
    match request.not_after {
        None => refused(Reason::NotAfterMissing, "spec.notAfter is missing"),
        Some(until) if until <= draft.now() => Err(Judgement::End(
            Ending::Expired,
            Why::new(Reason::Expired, format!("notAfter {until} has passed")),
        )),
        Some(_) => Ok(()),
    }
}

/// Did its author see the present state?
fn token(draft: &Draft<'_>, request: &Request) -> Result<Token, Judgement> {
    let present = draft.ledger.token.as_ref();
    let hint = present.map_or("there is none while an operation runs".to_owned(), |t| {
        format!("it is {t}")
    });
    let Some(quoted) = &request.token else {
        return refused(Reason::TokenMissing, format!("spec.priorityToken is missing; {hint}"));
    };
    if present == Some(quoted) {
        return Ok(quoted.clone());
    }
    match draft.ledger.consumer(quoted) {
        Some(consumer) => refused(
            Reason::TokenConsumed,
            format!("{quoted} was used by operation {consumer}; {hint}"),
        ),
        None => refused(Reason::TokenStale, format!("{quoted} is not the present token; {hint}")),
    }
}

/// Is the group free for it?
fn free(draft: &Draft<'_>, request: &Request) -> Result<(), Judgement> {
    let forced = request.operation == OperationType::Failover;
    if draft.input.group.suspend {
        let why = Why::new(Reason::Suspended, "spec.suspend is true: no mutating call is made");
        return Err(if forced {
            Judgement::End(Ending::Refused, why)
        } else {
            Judgement::Wait(why)
        });
    }
    let Some(running) = &draft.ledger.operation else {
        return Ok(());
    };
    // A planned failover that has not made a call gives way to a forced one.
    if forced && running.kind != OperationType::Failover && !running.submitted() {
        return Ok(());
    }
    let why = Why::new(
        Reason::OperationRunning,
        format!("{} {} has not ended", running.kind, running.name),
    );
    Err(if forced {
        Judgement::End(Ending::Refused, why)
    } else {
        Judgement::Wait(why)
    })
}

/// Does it name the right station?
fn station(draft: &Draft<'_>, request: &Request) -> Result<Station, Judgement> {
    let seen = match draft.input.sight {
        Sight::Seen(seen) => seen,
        Sight::Unseen { reason, message } => {
            let why = Why::new(*reason, message.clone());
            let forced = request.operation == OperationType::Failover;
            return Err(if forced {
                Judgement::End(Ending::Refused, why)
            } else {
                Judgement::Wait(why)
            });
        }
    };
    if seen.depth != Depth::Full {
        // A listing may be older than what its author saw: it is no ground to refuse. The shell reads fully as soon as a request waits.
        let why = Why::new(
            Reason::NotObserved,
            "the group is read once more before it is commanded",
        );
        return Err(Judgement::Wait(why));
    }
    let Some(active) = seen.active.known() else {
        // A failover that failed half-way is repeated by another one, and by nothing else.
        let half_way = seen.phase == Phase::Faulted(Some(OperationType::Failover));
        if let (true, OperationType::Failover, Some(target)) = (half_way, request.operation, request.target) {
            return Ok(target);
        }
        let message = format!(
            "production runs at {} (provider status {})",
            seen.active, seen.provider_status
        );
        return refused(Reason::ActiveStationUnknown, message);
    };
    match (request.operation.moves_production(), request.target) {
        (true, Some(target)) if target == active => {
            return refused(Reason::AlreadyActive, format!("production runs at {active}"));
        }
        (true, None) => {
            return refused(Reason::WrongStation, "spec.targetStation is missing");
        }
        (false, Some(target)) if target != active => {
            let message = format!(
                "production runs at {active}, and this operation does not move it; targetStation says {target}"
            );
            return refused(Reason::WrongStation, message);
        }
        // A re-protection overwrites the other side: its author must have said which side stays.
        (false, None) if request.operation == OperationType::Reprotect => {
            return refused(
                Reason::WrongStation,
                "spec.targetStation is missing; it names the station that stays",
            );
        }
        _ => {}
    }
    Ok(request.target.unwrap_or(active))
}

/// Does the provider's state allow it, and is the loss accepted?
fn state(draft: &Draft<'_>, request: &Request, target: Station) -> Result<(), Judgement> {
    let Some(seen) = draft.seen() else { return Ok(()) };
    if let Permit::Closed { reason, message } = seen.permit(request.operation) {
        return refused(reason, message);
    }
    if (draft.input.plan)(request.operation, target).is_empty() {
        return refused(
            Reason::ProviderNotSupported,
            format!("the provider has no {}", request.operation),
        );
    }
    if request.operation == OperationType::Failover {
        loss(request.data_loss, seen.replication.lag_seconds)?;
    }
    Ok(())
}

/// Is the loss of data accepted?
fn loss(accepted: Option<DataLoss>, lag_seconds: Option<u64>) -> Result<(), Judgement> {
    match (accepted, lag_seconds) {
        (None, _) => refused(Reason::DataLossNotAccepted, "spec.dataLoss is missing"),
        (Some(DataLoss::Unknown), _) => Ok(()),
        (Some(DataLoss::Seconds(_)), None) => refused(
            Reason::DataLossUnknown,
            "the provider tells no lag: accept it with spec.dataLoss.acceptUnknown",
        ),
        (Some(DataLoss::Seconds(most)), Some(lag)) if lag > most => refused(
            Reason::DataLossTooLarge,
            format!("{lag} s would be lost, {most} s were accepted"),
        ),
        (Some(DataLoss::Seconds(_)), Some(_)) => Ok(()),
    }
}
