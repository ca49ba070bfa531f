//! Whose group is it? First sight, the claim on the provider's object, a group that was made again.
//! It must not act on what a manifest says at first sight: it mints, and so holds.

use super::decision::{Act, Decision};
use super::draft::Draft;
use super::finish;
use crate::ledger::{GroupRef, Ledger, Mint};
use crate::{Group, Input, Observation, Reason, Why};

/// Opens the ledger for this group, or says why there is nothing to decide.
pub(super) fn open<'a>(input: &Input<'a>) -> Result<Draft<'a>, Box<Decision>> {
    let Some(ledger) = input.ledger else {
        return match input.sight.seen() {
            Some(seen) => {
                let mut draft = Draft::new(input, first_sight(input, seen));
                let message = format!(
                    "Seen for the first time: production runs at {}, token {}",
                    seen.active, input.fresh
                );
                draft.notice(false, Reason::FirstSight, message, None);
                Ok(draft)
            }
            // Without a reading nobody knows what a token would stand for.
            None => Err(nothing(input, None)),
        };
    };
    if ledger.group == reference(input.group) {
        return Ok(Draft::new(input, ledger.clone()));
    }
    let recreated = ledger.group.namespace == input.group.namespace && ledger.group.name == input.group.name;
    if input.holder_exists && !recreated {
        let holder = format!("{}/{}", ledger.group.namespace, ledger.group.name);
        let message =
            format!("the provider's object is held by ProtectionGroup {holder}; two groups may not command one object");
        return Err(nothing(input, Some(Why::new(Reason::ProtectionObjectClaimed, message))));
    }
    let mut draft = Draft::new(input, ledger.clone());
    draft.ledger.group = reference(input.group);
    draft.ledger.judged_generation = input.group.generation;
    draft.ledger.wish = None;
    hold(&mut draft);
    Ok(draft)
}

/// What was asked of the group that is gone is not carried over. A call that has left is followed to its end, and the end of a move mints.
fn hold(draft: &mut Draft<'_>) {
    let text = "The group was made again, or another one took its place; what was asked for before is held";
    draft.notice(false, Reason::GroupRecreated, text, None);
    if let Some(operation) = &mut draft.ledger.operation {
        operation.withdrawn = true;
    }
    if draft.ledger.operation.as_ref().is_some_and(|o| !o.submitted()) {
        let message = "The group was made again before the first call";
        finish::cancel(draft, Reason::GroupRecreated, message);
    }
    if !draft.ledger.moving() {
        draft.mint(Reason::GroupRecreated);
    }
}

fn first_sight(input: &Input<'_>, seen: &Observation) -> Ledger {
    Ledger {
        group: reference(input.group),
        token: Some(input.fresh.clone()),
        minted: Mint {
            why: Reason::FirstSight,
            at: input.now,
            previous: None,
        },
        absence: input.absent_until,
        judged_generation: input.group.generation,
        active: seen.active,
        fingerprint: seen.fingerprint.clone(),
        wish: None,
        operation: None,
        verdicts: Vec::new(),
        unsettled: Vec::new(),
        answered: Vec::new(),
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
pub fn held(input: &Input<'_>, why: Why) -> Decision {
    *nothing(input, Some(why))
}

/// Nothing can be decided. What was filed waits, and is told why.
fn nothing(input: &Input<'_>, blocked: Option<Why>) -> Box<Decision> {
    let first = || Why::new(Reason::NotObserved, "the group is read first");
    let why = blocked.clone().or_else(|| input.sight.unseen()).unwrap_or_else(first);
    let open = input
        .requests
        .iter()
        .filter(|r| !r.ended && r.group_uid == input.group.uid);
    Box::new(Decision {
        ledger: None,
        act: Act::None,
        notices: Vec::new(),
        wake: None,
        blocked,
        pending: open.map(|r| (r.uid.clone(), why.clone())).collect(),
    })
}
