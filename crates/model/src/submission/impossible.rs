//! What cannot be promised for a class of calls, with the shortest way to see it. The documents say so, and so does what a person reads.
//! It must not hold what the engine could do better: each of these is beyond what any caller of such a provider can know.

use super::known_bad::{CALM, Search, plain, search};
use super::people::Word;
use super::state::{Broken, Budget};
use super::{Protocol, Submission};
use stationmaster_engine::{OperationType, Resolution};
use stationmaster_provider_proof::Variant;

/// All of it.
pub fn all() -> Vec<Search> {
    let person = plain(Resolution::Person);
    let token = plain(Resolution::Token);
    let evidence = Variant {
        directed: true,
        ..plain(Resolution::Evidence)
    };
    let unbounded = |variant| Variant {
        dead_time_seconds: None,
        ..variant
    };
    let planned = OperationType::PlannedFailover;
    let silent = Budget {
        faults: 1,
        silences: 1,
        key_times: 1,
        ..CALM
    };
    let doubt = |name, variant, budget| {
        let model = Submission {
            looks_for_doubt: true,
            ..search(variant, planned, Protocol::AsItIs, budget)
        };
        (name, Broken::StaysInDoubt, model)
    };
    let found = |name, broken, variant, budget| (name, broken, search(variant, planned, Protocol::AsItIs, budget));
    let wrong = |(name, broken, model): Search| {
        let word = Word::WrongOnPendingCalls;
        (name, broken, Submission { word, ..model })
    };
    let unversioned = Variant {
        revision: false,
        ..evidence
    };
    let asks_again = Budget {
        faults: 1,
        asks: 1,
        decisions: 2,
        ..CALM
    };
    // The contract forbids it (rule 37, `docs/provider-contract.md#effects`): nothing tells the move from the confirmed move.
    let alike = Variant {
        after_move: true,
        partway: false,
        ..evidence
    };
    let forced = search(
        alike,
        OperationType::Failover,
        Protocol::AsItIs,
        Budget { decisions: 1, ..silent },
    );
    let unconfirmed = (
        "the outcome is shown before the last call, and a person is wrong about that call: a success was seen",
        Broken::NotVerified,
        Submission {
            word: Word::WrongOnCalls,
            ..forced
        },
    );
    vec![
        doubt("person: a doubt ends without a person", person, silent),
        doubt(
            "evidence without a dead time: a doubt ends without a person",
            unbounded(evidence),
            silent,
        ),
        doubt(
            "evidence without a revision: a doubt ends without a person",
            unversioned,
            silent,
        ),
        doubt(
            "token, the operator is away until the key is forgotten: a doubt ends without a person",
            token,
            Budget {
                faults: 2,
                pauses: 1,
                ..silent
            },
        ),
        doubt(
            "revision, somebody else changes the object: a doubt ends without a person",
            plain(Resolution::Revision),
            Budget { console: 1, ..silent },
        ),
        found(
            "token without a dead time, a request arrives when its key is forgotten: a call is carried out once",
            Broken::Twice,
            unbounded(token),
            silent,
        ),
        found(
            "evidence or person, a middlebox delivers twice: a call is carried out once",
            Broken::Twice,
            person,
            Budget {
                faults: 1,
                duplicates: 1,
                ..CALM
            },
        ),
        wrong(found(
            "no dead time, a person rules a pending call out wrongly: nothing is carried out late",
            Broken::AfterRearming,
            unbounded(person),
            Budget {
                silences: 1,
                ..asks_again
            },
        )),
        wrong(found(
            "no dead time, a replica is frozen before it sends and its call is ruled out: nothing is carried out late",
            Broken::AfterRearming,
            unbounded(person),
            Budget { holds: 1, ..asks_again },
        )),
        unconfirmed,
    ]
}
