//! The protocol as it is, and protocols that are known to be wrong: each leaves out or bends one thing that the engine has decided.
//! It must not copy a rule of the engine.

use stationmaster_engine::decide::{self, ClaimWrite};
use stationmaster_engine::ledger::Entry;
use stationmaster_engine::{Act, Decided, Group, Held, Input};

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// What is shipped.
    AsItIs,
    /// A group counts as the holder of all that it names once it has the first object.
    ActsWithOneClaimMissing,
    /// What a group is not made of any more is given up at once.
    GivesUpWhileACallMayArrive,
    /// A record counts as soon as it is made, also where another process may still give it up.
    CountsOnWhatMayBeGivenUp,
    /// What was made is kept while the rest is waited for, and each group takes its objects in an order of its own.
    ClaimsOutOfOrderAndKeeps,
}

impl Protocol {
    /// What is decided.
    pub fn decide(self, input: &Input<'_>) -> Decided {
        let decided = decide(self, input);
        match self {
            Protocol::GivesUpWhileACallMayArrive => gives_up(input, decided),
            Protocol::ClaimsOutOfOrderAndKeeps => out_of_order(input, decided),
            _ => decided,
        }
    }
}

fn decide(protocol: Protocol, input: &Input<'_>) -> Decided {
    match protocol {
        Protocol::ActsWithOneClaimMissing => {
            let first = input.group.members.iter().take(1).cloned().collect();
            let group = Group {
                members: first,
                ..input.group.clone()
            };
            decide::decide(&Input {
                group: &group,
                ..*input
            })
        }
        Protocol::CountsOnWhatMayBeGivenUp => {
            let mut held = Held::default();
            for (object, entry) in input.held.entries() {
                let mut entry = entry.clone();
                if let Entry::Claim { record, .. } = &mut entry
                    && record.group == input.group.reference()
                {
                    record.listed = input.ledger.is_some_and(|l| l.claims.contains(object));
                }
                held.put(object.clone(), entry);
            }
            decide::decide(&Input { held: &held, ..*input })
        }
        _ => decide::decide(input),
    }
}

fn gives_up(input: &Input<'_>, mut decided: Decided) -> Decided {
    if !decided.claims.is_empty() || decided.act != Act::None {
        return decided;
    }
    let spare = |(object, entry): (&String, &Entry)| match entry {
        Entry::Claim { version, record }
            if record.group == input.group.reference() && !input.group.members.contains(object) =>
        {
            Some(ClaimWrite::Remove {
                object: object.clone(),
                version: version.clone(),
            })
        }
        _ => None,
    };
    decided.claims = input.held.entries().filter_map(spare).collect();
    decided
}

fn out_of_order(input: &Input<'_>, mut decided: Decided) -> Decided {
    if input.ledger.is_some() {
        return decided;
    }
    decided
        .claims
        .retain(|write| !matches!(write, ClaimWrite::Remove { .. }));
    // Whoever finds one taken goes on with the others.
    if decided.claims.is_empty() && decided.blocked.is_some() {
        let free = input
            .group
            .members
            .iter()
            .filter(|m| *input.held.entry(m) == Entry::Nobody);
        let record = |object: &String| ClaimWrite::Make {
            object: object.clone(),
            record: stationmaster_engine::ledger::ClaimRecord {
                group: input.group.reference(),
                journal: input.group.members.first().cloned().unwrap_or_default(),
                listed: false,
            },
        };
        decided.claims = free.map(record).collect();
    }
    if input.group.uid.starts_with("u1") {
        decided.claims.reverse();
    }
    decided
}
