//! A group that is made of several provider objects: each is claimed, in the order of their names, all or none.
//! It must not give up what something may still arrive at, nor count on a record that another process may still give up.
//!
//! A record is made for each object, the first one's too; the journal then takes the place of the first one's. Two groups whose sets overlap
//! take what they share in the same order, so that one of them gets all of it. The other gives up what it has made. Nothing is ever done
//! without a journal, so what has none can be given up at any time.
//!
//! ```text
//! a new member:   the record is made ── the journal lists it ── the record says so ── it counts
//! an old member:  nothing may arrive any more: the journal does not list it ── its record is removed
//! ```

use super::decided::{ClaimWrite, Decided};
use super::draft::Draft;
use super::{endpoint, rights};
use crate::ledger::{ClaimRecord, Entry, GroupRef, Stored};
use crate::{Input, Reason, Why};

/// What is to be written so that the group holds all of its objects, or why it cannot.
pub(super) struct Claiming {
    pub(super) writes: Vec<ClaimWrite>,
    pub(super) unclaimed: Option<Why>,
}

/// What becomes of one object.
enum Step {
    /// It is the group's own.
    Holds,
    /// This makes it the group's own, and the next one can be looked at.
    Write(ClaimWrite),
    /// This comes first: what follows from it is seen in the next pass.
    First(ClaimWrite),
    /// Nobody knows whose it is, or what it is.
    Waits(Why),
    /// It is another's: what was made without a journal is given up.
    Lost(Why),
}

/// Looks at each object in the order of their names.
pub(super) fn judge(input: &Input<'_>) -> Claiming {
    let mut writes = Vec::new();
    for object in &input.group.members {
        match step(input, object) {
            Step::Holds => {}
            Step::Write(write) => writes.push(write),
            Step::First(write) => {
                writes.push(write);
                return Claiming {
                    writes,
                    unclaimed: None,
                };
            }
            Step::Waits(why) => {
                let (writes, unclaimed) = (Vec::new(), Some(why));
                return Claiming { writes, unclaimed };
            }
            Step::Lost(why) => {
                let (writes, unclaimed) = (given_up(input), Some(why));
                return Claiming { writes, unclaimed };
            }
        }
    }
    if writes.is_empty() {
        writes = spare(input);
    }
    let unclaimed = None;
    Claiming { writes, unclaimed }
}

fn step(input: &Input<'_>, object: &str) -> Step {
    let me = input.group.reference();
    let home = home(input);
    let is_home = home == object;
    if is_home
        && (input.ledger.is_some() || (input.group.members.len() == 1 && *input.held.entry(object) == Entry::Nobody))
    {
        return Step::Holds;
    }
    let listed = input
        .ledger
        .is_some_and(|ledger| ledger.claims.iter().any(|listed| listed == object));
    let record = |listed| ClaimRecord {
        group: me.clone(),
        journal: home.clone(),
        listed,
    };
    let object = object.to_owned();
    match input.held.entry(&object) {
        Entry::Nobody => match input.sight.unseen().filter(|_| !listed) {
            // What nobody has seen is not claimed.
            Some(why) => Step::Waits(why),
            None => match rights::may_claim(input).err().filter(|_| !listed) {
                Some(why) => Step::Lost(why),
                None => Step::Write(ClaimWrite::Make {
                    object,
                    record: record(false),
                }),
            },
        },
        // The group's own, be it made again. A record of before says that it is listed, and it is not: it is written anew first.
        Entry::Claim { version, record: found } if found.group.same_name(&me) => {
            let wanted = record(listed);
            match *found == wanted {
                true => Step::Holds,
                false => Step::Write(ClaimWrite::Replace {
                    object,
                    version: version.clone(),
                    record: wanted,
                }),
            }
        }
        Entry::Claim { version, record: found } => {
            let theirs = match input.held.entry(&found.journal) {
                Entry::Journal(stored) if stored.ledger.group == found.group => Some(stored),
                _ => None,
            };
            let fences = theirs.is_some_and(|stored| stored.ledger.fences(input.now));
            match (may_take(input, &object, &found.group, fences), theirs) {
                (Err(why), _) => Step::Lost(why),
                // The journal goes first: then its holder can record nothing any more.
                (Ok(()), Some(stored)) => Step::First(ClaimWrite::Remove {
                    object: found.journal.clone(),
                    version: stored.version.clone(),
                }),
                (Ok(()), None) => Step::First(ClaimWrite::Replace {
                    object,
                    version: version.clone(),
                    record: record(false),
                }),
            }
        }
        Entry::Journal(Stored { version, ledger }) => {
            match may_take(input, &object, &ledger.group, ledger.fences(input.now)) {
                Err(why) => Step::Lost(why),
                Ok(()) => Step::First(ClaimWrite::Replace {
                    object,
                    version: version.clone(),
                    record: record(false),
                }),
            }
        }
        Entry::Unreadable(why) => Step::Waits(why.clone()),
    }
}

/// Whether what another holder is named for can be had.
fn may_take(input: &Input<'_>, object: &str, holder: &GroupRef, fences: bool) -> Result<(), Why> {
    let one_of_several = Some(object).filter(|_| input.group.members.len() > 1);
    rights::may_take_over(input, one_of_several, holder, fences)?;
    if !fences {
        return Ok(());
    }
    let what = rights::named(one_of_several);
    let message = format!(
        "{what} was held by ProtectionGroup {}/{}, which is gone; it is free as soon as nothing of that group is in doubt",
        holder.namespace, holder.name
    );
    Err(Why::new(Reason::ClaimAwaited, message))
}

/// The object of the journal.
fn home(input: &Input<'_>) -> String {
    let home = input.held.home(&input.group.reference(), &input.group.members);
    home.unwrap_or_default()
}

/// Removes what was made while the group could not have all of it: what no journal of it lists.
fn given_up(input: &Input<'_>) -> Vec<ClaimWrite> {
    remove(input, |object| !listed(input, object))
}

/// Removes what the group has given up.
fn spare(input: &Input<'_>) -> Vec<ClaimWrite> {
    remove(input, |object| {
        !listed(input, object) && !input.group.members.contains(object)
    })
}

fn listed(input: &Input<'_>, object: &str) -> bool {
    input
        .ledger
        .is_some_and(|ledger| ledger.claims.iter().any(|listed| listed == object))
}

fn remove(input: &Input<'_>, which: impl Fn(&str) -> bool) -> Vec<ClaimWrite> {
    let own = |(object, entry): (&String, &Entry)| match entry {
        Entry::Claim { version, record } if record.group.same_name(&input.group.reference()) && which(object) => {
            Some(ClaimWrite::Remove {
                object: object.clone(),
                version: version.clone(),
            })
        }
        _ => None,
    };
    input.held.entries().filter_map(own).collect()
}

/// Nothing can be decided, and what was made so far is given up.
pub(super) fn give_up(input: &Input<'_>, mut decided: Box<Decided>) -> Box<Decided> {
    decided.claims = given_up(input);
    decided
}

/// Lists in the journal what the group is made of. What it is not made of any more goes when nothing may arrive at it. What is read of another
/// set is a first sight.
pub(super) fn list(draft: &mut Draft<'_>) {
    let home = home(&draft.input);
    let members = &draft.input.group.members;
    let claimed = |object: &String| match draft.input.held.entry(object) {
        Entry::Claim { record, .. } => record.group == draft.input.group.reference() && record.journal == home,
        _ => false,
    };
    if members.iter().any(|object| *object != home && !claimed(object)) {
        return;
    }
    let mut listed = draft.ledger.claims.clone();
    let free = draft.ledger.operation.is_none() && !draft.ledger.fences(draft.now());
    listed.retain(|object| !free || members.contains(object));
    listed.extend(members.iter().filter(|object| **object != home).cloned());
    listed.sort();
    listed.dedup();
    if listed == draft.ledger.claims {
        return;
    }
    let first_sight = draft.input.ledger.is_none();
    let grows = listed.iter().any(|object| !draft.ledger.claims.contains(object));
    draft.ledger.claims = listed;
    if first_sight {
        return;
    }
    if grows {
        endpoint::hold(
            draft,
            Reason::ObjectsChanged,
            "The group was made of other provider objects before the first call",
        );
        let message = "The group is made of other provider objects now: what is read of them is a first sight, and what was asked for before \
                       is held";
        draft.notice(false, Reason::ObjectsChanged, message, None);
    }
}
