//! Whose group is it? First sight, the claim on the provider's object, a group that was made again.
//! It must not act on what a manifest says at first sight: it issues a token, and so holds.

use super::claiming::{self, Claiming};
use super::decided::{Act, Decided};
use super::draft::Draft;
use super::{finish, rights};
use crate::ledger::{Issued, Ledger};
use crate::{Input, Observation, Reason, Request, Why, gate};

/// Opens the ledger for this group, or says why there is nothing to decide.
pub(super) fn open<'a>(input: &Input<'a>) -> Result<Draft<'a>, Box<Decided>> {
    let seen = input.sight.seen();
    // Without a reading nobody knows what a token would stand for.
    if input.ledger.is_none() && seen.is_none() {
        return Err(nothing(input, None));
    }
    let theirs = input.ledger.filter(|ledger| ledger.group != input.group.reference());
    if let Some(ledger) = theirs {
        rights::may_take_over(input, None, &ledger.group, ledger.fences(input.now))
            .map_err(|why| nothing(input, Some(why)))?;
    } else if input.ledger.is_none()
        && input
            .held
            .foreign(&input.group.reference(), &input.group.members)
            .is_none()
    {
        rights::may_claim(input).map_err(|why| claiming::give_up(input, nothing(input, Some(why))))?;
    }
    let Claiming { writes, unclaimed } = claiming::judge(input);
    if !writes.is_empty() {
        let mut decided = nothing(input, unclaimed);
        decided.claims = writes;
        return Err(decided);
    }
    let mut draft = match (input.ledger, seen, unclaimed) {
        (None, Some(seen), None) => {
            let mut draft = Draft::new(input, first_sight(input, seen));
            let message = format!(
                "Seen for the first time: production runs at {}, token {}",
                seen.active, input.fresh
            );
            draft.notice(false, Reason::FirstSight, message, None);
            return Ok(draft);
        }
        (None, _, unclaimed) => return Err(nothing(input, unclaimed)),
        (Some(ledger), _, blocked) => Draft {
            blocked,
            ..Draft::new(input, ledger.clone())
        },
    };
    if let Some(ledger) = theirs {
        draft.ledger.group = input.group.reference();
        draft.ledger.judged_generation = input.group.generation;
        draft.ledger.intent = None;
        hold(&mut draft, ledger.group.namespace != input.group.namespace);
        if let (Some(endpoint), Some(_)) = (input.endpoint, seen) {
            endpoint.clone_into(&mut draft.ledger.endpoint);
        }
    }
    Ok(draft)
}

/// Whether a reason for not being served ends what was filed: the object is another group's, and that does not pass by itself.
pub fn refuses(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::ProtectionObjectClaimed | Reason::ClaimNotAllowed | Reason::GroupUIDMismatch
    )
}

/// What was asked of the group before is not carried over. A call that has left is followed to its end, and the end of a move issues a token.
/// A group
/// of another namespace is told nothing of the one before.
fn hold(draft: &mut Draft<'_>, stranger: bool) {
    let text = "The group was made again, or another one took its place; what was asked for before is held";
    draft.notice(false, Reason::GroupRecreated, text, None);
    if let Some(operation) = &mut draft.ledger.operation {
        operation.withdrawn = true;
    }
    if draft.ledger.operation.as_ref().is_some_and(|o| !o.submitted()) {
        if stranger {
            draft.ledger.operation = None;
        } else {
            let message = "The group was made again before the first call";
            finish::cancel(draft, Reason::GroupRecreated, message);
        }
    }
    if !draft.ledger.moving() {
        draft.issue(Reason::GroupRecreated);
    }
    if stranger {
        draft.ledger.forget_the_past();
    }
}

fn first_sight(input: &Input<'_>, seen: &Observation) -> Ledger {
    Ledger {
        group: input.group.reference(),
        claims: input.group.members.iter().skip(1).cloned().collect(),
        endpoint: input.endpoint.unwrap_or_default().to_owned(),
        token: Some(input.fresh.clone()),
        issued: Issued {
            why: Reason::FirstSight,
            at: input.now,
            previous: None,
        },
        revision_stays: false,
        standing: Vec::new(),
        noted: Vec::new(),
        absence: input.absent_until,
        judged_generation: input.group.generation,
        active: seen.active,
        fingerprint: seen.fingerprint.clone(),
        intent: None,
        operation: None,
        completed: Vec::new(),
        pending_calls: Vec::new(),
        consumed: Vec::new(),
    }
}

/// Nothing may be decided, for a reason that lies before the ledger: it cannot be read. What was filed waits, and is told why.
pub fn held(input: &Input<'_>, why: Why) -> Decided {
    *nothing(input, Some(why))
}

/// Nothing can be decided. What was filed waits, or is refused, and is told why.
fn nothing(input: &Input<'_>, blocked: Option<Why>) -> Box<Decided> {
    let first = || Why::new(Reason::NotObserved, "the group is read first");
    let why = blocked.clone().or_else(|| input.sight.unseen()).unwrap_or_else(first);
    let now = input.now;
    let open = || input.requests.iter().filter(|r| !r.ended);
    let told = |r: &Request| match r.group_uid == input.group.uid {
        true => why.clone(),
        false => gate::not_of_this_group(&r.group_uid, &input.group.uid),
    };
    // What waits here ends with its time.
    let over = open().filter_map(|r| r.not_after).filter(|until| *until > now).min();
    let theirs = input.held.fencing(&input.group.reference(), &input.group.members);
    let awaited = input.ledger.or(theirs).filter(|_| why.reason == Reason::ClaimAwaited);
    Box::new(Decided {
        claims: Vec::new(),
        ledger: None,
        act: Act::None,
        notices: Vec::new(),
        wake: awaited
            .and_then(|l| {
                let dead = l.pending_calls.iter().filter_map(|call| call.dead_at);
                dead.filter(|at| *at > now).max()
            })
            .into_iter()
            .chain(over)
            .min(),
        pending: open().map(|r| (r.uid.clone(), told(r))).collect(),
        blocked,
    })
}
