//! Whose group is it? First sight, the claim on the provider's object, a group that was made again.
//! It must not act on what a manifest says at first sight: it issues a token, and so holds.

use super::decided::{Act, Decided};
use super::draft::Draft;
use super::finish;
use crate::ledger::{GroupRef, Issued, Ledger};
use crate::{ClaimRight, Group, Input, Observation, Reason, Request, Why, gate};

/// Opens the ledger for this group, or says why there is nothing to decide.
pub(super) fn open<'a>(input: &Input<'a>) -> Result<Draft<'a>, Box<Decided>> {
    let Some(ledger) = input.ledger else {
        // Without a reading nobody knows what a token would stand for.
        let Some(seen) = input.sight.seen() else {
            return Err(nothing(input, None));
        };
        may_claim(input).map_err(|why| nothing(input, Some(why)))?;
        let mut draft = Draft::new(input, first_sight(input, seen));
        let message = format!(
            "Seen for the first time: production runs at {}, token {}",
            seen.active, input.fresh
        );
        draft.notice(false, Reason::FirstSight, message, None);
        return Ok(draft);
    };
    if ledger.group == reference(input.group) {
        return Ok(Draft::new(input, ledger.clone()));
    }
    may_take_over(input, ledger).map_err(|why| nothing(input, Some(why)))?;
    let mut draft = Draft::new(input, ledger.clone());
    draft.ledger.group = reference(input.group);
    draft.ledger.judged_generation = input.group.generation;
    draft.ledger.intent = None;
    hold(&mut draft, ledger.group.namespace != input.group.namespace);
    if let (Some(endpoint), Some(_)) = (input.endpoint, input.sight.seen()) {
        endpoint.clone_into(&mut draft.ledger.endpoint);
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

/// May the group claim an object that nobody holds?
fn may_claim(input: &Input<'_>) -> Result<(), Why> {
    match (input.right)(&input.group.namespace) {
        ClaimRight::FirstCome | ClaimRight::Listed => Ok(()),
        ClaimRight::NotListed(list) => Err(not_allowed(input, &list, "")),
        ClaimRight::Unknown(what) => Err(Why::new(
            Reason::ClaimsUnreadable,
            format!("it is not known who may claim the provider's object: {what}"),
        )),
    }
}

/// May the group take an object over that a ledger names another holder of?
fn may_take_over(input: &Input<'_>, ledger: &Ledger) -> Result<(), Why> {
    let holder = &ledger.group;
    let again = holder.namespace == input.group.namespace && holder.name == input.group.name;
    if again || !input.holder_exists {
        let claimed = may_claim(input);
        // The same group made again: the claim goes on, whatever cannot be read.
        return claimed.or_else(|why| {
            if again && why.reason == Reason::ClaimsUnreadable {
                Ok(())
            } else {
                Err(why)
            }
        });
    }
    let name = format!("{}/{}", holder.namespace, holder.name);
    let rights = ((input.right)(&input.group.namespace), (input.right)(&holder.namespace));
    match rights {
        (ClaimRight::Listed, ClaimRight::NotListed(list)) if ledger.fences(input.now) => Err(Why::new(
            Reason::ClaimAwaited,
            format!(
                "{list} gives the provider's object to this namespace; ProtectionGroup {name} holds it until nothing of it is in doubt"
            ),
        )),
        (ClaimRight::Listed, ClaimRight::NotListed(_)) => Ok(()),
        (ClaimRight::NotListed(list), _) => {
            Err(not_allowed(input, &list, &format!("; ProtectionGroup {name} holds it")))
        }
        // The list names this namespace; whether it names the holder too cannot be read. Nobody who is named is refused for good by that.
        (ClaimRight::Listed, ClaimRight::Unknown(what)) => Err(Why::new(
            Reason::ClaimsUnreadable,
            format!("ProtectionGroup {name} holds the provider's object, and it is not known who may: {what}"),
        )),
        _ => Err(Why::new(
            Reason::ProtectionObjectClaimed,
            format!("the provider's object is held by ProtectionGroup {name}; two groups may not command one object"),
        )),
    }
}

fn not_allowed(input: &Input<'_>, list: &str, holder: &str) -> Why {
    let namespace = &input.group.namespace;
    let message =
        format!("{list} gives the scope of the provider's object to others than namespace {namespace}{holder}");
    Why::new(Reason::ClaimNotAllowed, message)
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
        group: reference(input.group),
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

fn reference(group: &Group) -> GroupRef {
    GroupRef {
        namespace: group.namespace.clone(),
        name: group.name.clone(),
        uid: group.uid.clone(),
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
    let awaited = input.ledger.filter(|_| why.reason == Reason::ClaimAwaited);
    Box::new(Decided {
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
