//! Judges what persons filed: it begins, it waits, or it ends with its result.
//! It must not hold a rule: the gate does.

use super::draft::Draft;
use super::{begin, finish};
use crate::gate::{self, Case, Follows};
use crate::ledger::{CompletedOperation, Ending, NotedOrder, Operation, Origin};
use crate::pace::Waits;
use crate::{OperationType, Reason, Request, Token, Why, text};
use jiff::Timestamp;

/// How many operations are refused in one pass at most; the others are judged in the next.
const AT_ONCE: usize = 10;

/// Judges every operation that has no result yet; forced failovers first, then the older first.
pub(super) fn judge(draft: &mut Draft<'_>) {
    taken_back(draft);
    let mut waiting: Vec<&Request> = draft.input.requests.iter().filter(|r| open(draft, r)).collect();
    waiting.sort_by_key(|r| (r.operation != OperationType::Failover, r.created_at, r.name.clone()));
    let mut ended = 0;
    for request in waiting {
        if ended == AT_ONCE {
            // The ledger could not hold the completed operations on a flood until their statuses are written.
            draft.look_after(Waits::Turn);
            break;
        }
        note(draft, request);
        let case = Case::new(&draft.input, &draft.ledger, request);
        let violation = gate::order_may_begin(&case);
        match (violation.map(|v| (v.follows, v.why)), case.station(), &request.token) {
            (None, Some(target), Some(token)) => {
                finish::supersede(draft, &request.name);
                begin::begin(draft, request, Origin::Person, target, token.clone());
            }
            (Some((Follows::End(ending), why)), ..) => {
                ended += 1;
                refuse(draft, request, ending, why);
            }
            (waits, ..) => {
                if let Some((Follows::Wait(waits), _)) = &waits {
                    draft.look_after(*waits);
                }
                if let Some(until) = request.not_after {
                    draft.wake_at(until);
                }
                let unread = || Why::new(Reason::NotObserved, "the group is read first");
                let why = waits.map_or_else(unread, |(_, why)| why);
                draft.pending.insert(request.uid.clone(), why);
            }
        }
    }
}

/// A forced failover that was noted and whose object is gone was taken back by a person. Its name is kept until its time is over: put back
/// by a program under another uid it is no act of a person.
fn taken_back(draft: &mut Draft<'_>) {
    let now = draft.now();
    draft.ledger.noted.retain(|n| n.not_after > now);
    let there = |n: &NotedOrder| draft.input.requests.iter().any(|r| r.name == n.name && r.uid == n.uid);
    let running = draft.ledger.operation.as_ref().and_then(|o| o.uid.clone());
    let open = |n: &NotedOrder| {
        !n.taken_back && Some(&n.uid) != running.as_ref() && draft.ledger.completed_operation(&n.uid).is_none()
    };
    let gone: Vec<NotedOrder> = draft
        .ledger
        .noted
        .iter()
        .filter(|n| open(n) && !there(n))
        .cloned()
        .collect();
    for order in gone {
        let why = Why::new(Reason::OperationDeleted, "Its object was deleted while it waited");
        let kind = OperationType::Failover;
        let token = Some(order.token.clone());
        let ended = never_begun(kind, &order.name, &order.uid, token, Ending::Cancelled, why, now);
        tell_and_remember(draft, false, ended);
        for noted in draft.ledger.noted.iter_mut().filter(|n| n.uid == order.uid) {
            noted.taken_back = true;
        }
    }
}

/// Notes a forced failover when it is first seen, and behind which planned one it waits.
fn note(draft: &mut Draft<'_>, request: &Request) {
    let (Some(token), Some(not_after)) = (&request.token, request.not_after) else {
        return;
    };
    let group = &draft.input.group.uid;
    if request.operation != OperationType::Failover || request.group_uid != *group || not_after <= draft.now() {
        return;
    }
    let used_up = draft.ledger.consumer(token);
    let planned = gate::planned_under_way(&draft.ledger).filter(|o| used_up == Some(o.name.as_str()));
    let behind = planned.map(|o| o.name.clone());
    let room = draft.ledger.has_room_for_an_order();
    let noted = &mut draft.ledger.noted;
    // A name that is noted is another object's as long as that is not forgotten.
    match noted.iter_mut().find(|n| n.name == request.name) {
        Some(noted) if noted.uid == request.uid => noted.behind = behind.or(noted.behind.take()),
        Some(_) => {}
        None if room => noted.push(NotedOrder {
            name: request.name.clone(),
            uid: request.uid.clone(),
            token: token.clone(),
            not_after,
            taken_back: false,
            behind,
            admitted: false,
        }),
        None => {}
    }
}

/// Whether the request still asks for a judgement. The operator's own is known by its uid, and before that by its name.
fn open(draft: &Draft<'_>, request: &Request) -> bool {
    let own = |o: &Operation| o.uid.as_deref() == Some(&request.uid) || (o.uid.is_none() && o.name == request.name);
    !request.ended
        && draft.ledger.completed_operation(&request.uid).is_none()
        && !draft.ledger.operation.as_ref().is_some_and(own)
}

fn refuse(draft: &mut Draft<'_>, request: &Request, ending: Ending, why: Why) {
    let (kind, token, now) = (request.operation, request.token.clone(), draft.now());
    let refused = CompletedOperation {
        requested_by: request.requested_by.clone(),
        ..never_begun(kind, &request.name, &request.uid, token, ending, why, now)
    };
    tell_and_remember(draft, true, refused);
}

fn never_begun(
    kind: OperationType,
    name: &str,
    uid: &str,
    token: Option<Token>,
    ending: Ending,
    why: Why,
    now: Timestamp,
) -> CompletedOperation {
    CompletedOperation {
        name: name.to_owned(),
        uid: Some(uid.to_owned()),
        kind,
        token,
        ending,
        reason: why.reason,
        message: text::sentence(why.message),
        requested_by: String::new(),
        started_at: None,
        finished_at: now,
        begun: false,
        jobs: Vec::new(),
        record: None,
    }
}

fn tell_and_remember(draft: &mut Draft<'_>, warning: bool, ended: CompletedOperation) {
    let text = format!("{} {} was not begun: {}", ended.kind, ended.name, ended.message);
    draft.notice(warning, ended.reason, text, Some(&ended.name));
    draft.ledger.remember(ended);
}
