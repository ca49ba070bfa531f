//! The protocols that are known to be wrong, each with a provider and the trouble in which it shows.
//! It must not be tuned until nothing is found: a protocol that is not found fails the run.

use super::people::Word;
use super::state::{Broken, Budget};
use super::{Protocol, Submission};
use stationmaster_engine::{OperationType, Resolution};
use stationmaster_provider_proof::{Jobs, Variant};

/// A search: its name, what it is to find, and where.
pub type Search = (&'static str, Broken, Submission);

/// People who ask once and answer nothing, a minute twice, and no trouble.
pub const CALM: Budget = Budget {
    faults: 0,
    crashes: 0,
    silences: 0,
    refused_connections: 0,
    duplicates: 0,
    stale_reads: 0,
    lost_writes: 0,
    holds: 0,
    thefts: 0,
    pauses: 0,
    minutes: 2,
    dead_times: 0,
    key_times: 0,
    asks: 0,
    decisions: 0,
    abandons: 0,
    withdrawals: 0,
    console: 0,
    turns: 0,
};

/// A toggle whose call has worked when it is answered: nothing but the class stands between a call and its effect.
pub fn plain(resolution: Resolution) -> Variant {
    Variant {
        resolution,
        forced: resolution,
        jobs: Jobs::AtOnce,
        directed: false,
        ..Variant::sdrs()
    }
}

/// A provider whose jobs are found without their id.
pub fn leading_clock() -> Variant {
    Variant {
        finds_jobs: true,
        ..Variant::sdrs()
    }
}

/// A search over the protocol.
pub fn search(variant: Variant, first: OperationType, protocol: Protocol, budget: Budget) -> Submission {
    Submission {
        variant,
        first,
        protocol,
        budget,
        word: Word::True,
        settle_one_in: 0,
        looks_for_doubt: false,
        clock_leads: false,
    }
}

/// All of them.
pub fn all() -> Vec<Search> {
    let person = plain(Resolution::Person);
    let token = plain(Resolution::Token);
    let planned = OperationType::PlannedFailover;
    let twice = |name, variant, protocol, budget| (name, Broken::Twice, search(variant, planned, protocol, budget));
    let one = Budget { faults: 1, ..CALM };
    let stolen = Budget { thefts: 1, ..one };
    let silent = Budget { silences: 1, ..one };
    let held = Budget { holds: 1, ..one };
    let crash = Budget { crashes: 1, ..one };
    vec![
        twice("sends-then-records", person, Protocol::SendsThenRecords, stolen),
        twice("records-and-resends", person, Protocol::RecordsAndResends, crash),
        twice(
            "resends-where-no-job-is-seen",
            person,
            Protocol::ResendsWhereNoJobIsSeen,
            silent,
        ),
        twice("takes-over-and-resends", person, Protocol::TakesOverAndResends, silent),
        twice("waits-and-resends", person, Protocol::WaitsAndResends, held),
        twice(
            "unguarded-with-a-key-per-attempt",
            token,
            Protocol::UnguardedWithAKeyPerAttempt,
            held,
        ),
        twice("key-per-attempt", token, Protocol::KeyPerAttempt, silent),
        twice(
            "present-revision",
            plain(Resolution::Revision),
            Protocol::PresentRevision,
            Budget {
                faults: 2,
                holds: 1,
                ..silent
            },
        ),
        twice(
            "does-not-ask-whose",
            person,
            Protocol::DoesNotAskWhose,
            Budget {
                faults: 3,
                lost_writes: 1,
                thefts: 1,
                crashes: 1,
                ..CALM
            },
        ),
        (
            "state-only-guard",
            Broken::AfterRearming,
            search(
                person,
                OperationType::Failover,
                Protocol::ForgetsPendingCalls,
                Budget {
                    asks: 2,
                    decisions: 1,
                    ..silent
                },
            ),
        ),
        (
            "adopts-older-jobs",
            Broken::NotNamed,
            Submission {
                clock_leads: true,
                ..search(
                    leading_clock(),
                    planned,
                    Protocol::AdoptsOlderJobs,
                    Budget {
                        minutes: 4,
                        asks: 1,
                        ..silent
                    },
                )
            },
        ),
        (
            "ledger-by-the-spelling-of-the-endpoint",
            Broken::AfterRearming,
            search(
                person,
                OperationType::Failover,
                Protocol::LedgerBySpelling,
                Budget {
                    turns: 1,
                    asks: 1,
                    ..silent
                },
            ),
        ),
        (
            "does-not-look",
            Broken::LookedAway,
            search(person, planned, Protocol::DoesNotLook, Budget { console: 1, ..held }),
        ),
        (
            "trusts-the-answer",
            Broken::NotVerified,
            search(Variant::sdrs(), planned, Protocol::TrustsTheAnswer, CALM),
        ),
        (
            "doubts-the-unsent",
            Broken::UnknownForNothing,
            search(
                person,
                planned,
                Protocol::DoubtsTheUnsent,
                Budget {
                    refused_connections: 1,
                    ..one
                },
            ),
        ),
    ]
}
